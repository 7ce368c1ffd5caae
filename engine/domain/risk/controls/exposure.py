"""What the account may hold: position, exposure, leverage, concentration."""

from engine.domain.risk.controls.spec import RTS6, LimitKind, LimitSpec, later, load, part

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
    later("R09", "exposure", "risk.exposure_max", "gross, net, long or short market value"),
    _R10,
    part(
        _R10,
        "leverage_overnight_max",
        "the same for an order that is for the close",
        "2",
        profiles=_UNLENT,
    ),
    later("R11", "concentration", "risk.concentration_max", "one symbol's share of NLV"),
)
