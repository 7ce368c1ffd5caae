"""What the account may hold: position, exposure, leverage, concentration."""

from engine.domain.risk.controls.spec import HOUSE, RTS6, LimitKind, LimitSpec, load, part

_NEVER = load("1000000")
_R09 = LimitSpec(
    id="R09",
    code="exposure",
    key="risk.exposure_max",
    formula="gross: long and short positions at their marks and all that open orders may open",
    mode="HARD",
    field="exposure_max",
    kind=LimitKind.PERCENT,
    unit="% of NLV",
    default="200",
    profiles=_NEVER,
    source=HOUSE,
)
_R11 = LimitSpec(
    id="R11",
    code="concentration",
    key="risk.concentration_max",
    formula="the position with all open orders of the side is above this share of NLV",
    mode="SOFT",
    field="concentration_max",
    kind=LimitKind.PERCENT,
    unit="% of NLV",
    default="40",
    profiles=_NEVER,
    source=HOUSE,
)

_UNLENT = (("us_cash", "1"), ("india", "1"), *load("1000000"))
_R10 = LimitSpec(
    id="R10",
    code="leverage",
    key="risk.leverage_max",
    formula="gross market value with all open orders ÷ NLV, never above what the regime lends",
    mode="HARD",
    field="leverage_max",
    kind=LimitKind.RATIO,
    unit="× NLV",
    default="4",
    profiles=_UNLENT,
    source="Reg T 12 CFR 220.12: 2 overnight; FINRA 4210(c): 4 within the day",
)

EXPOSURE: tuple[LimitSpec, ...] = (
    LimitSpec(
        id="R08",
        code="position",
        key="risk.position_max",
        formula="position with all open orders of the side, at the worst price, is above the limit",
        mode="HARD",
        field="position_max",
        kind=LimitKind.PERCENT,
        unit="% of NLV",
        default="60",
        profiles=load("1000000"),
        source=RTS6,
    ),
    _R09,
    part(
        _R09,
        "exposure_net_max",
        "net: the order's side with all that is open on it, less what no open order"
        " closes of the other side",
        "150",
    ),
    part(_R09, "exposure_long_max", "long positions and all that open buys may open", "200"),
    part(_R09, "exposure_short_max", "short positions and all that open shorts may open", "200"),
    _R10,
    part(
        _R10,
        "leverage_overnight_max",
        "the same for an order that is for the close",
        "2",
        profiles=_UNLENT,
    ),
    _R11,
    part(_R11, "concentration_warn", "the same, told without a question", "25", mode="WARN"),
    part(
        _R11,
        "concentration_sector_max",
        "positions and open orders of the symbol's sector; off without a file of sectors",
        "50",
        source=f"{HOUSE}; sectors: the file that reference.sectors names",
    ),
)
