"""What the account can pay for, and what its margin regime asks."""

from engine.domain.risk.controls.spec import LimitKind, LimitSpec, keyless, later, part, switch

_REG_T = "Reg T 12 CFR 220.12(c): 50 % beyond the proceeds of a short sale"

_R29 = switch(
    "R29",
    "buying_power",
    "HARD",
    "cash, less short collateral and reservations, is below the worst cost of the order",
    _REG_T,
)

MONEY: tuple[LimitSpec, ...] = (
    _R29,
    part(
        _R29,
        "short_margin",
        "a short sale needs this share of its value beyond its proceeds",
        "50",
        kind=LimitKind.PERCENT,
        unit="% of value",
    ),
    later("R30", "intraday_margin", "risk.margin_regime", "equity − Σ intraday requirement"),
    later("R31", "pattern_day_trader", "risk.margin_regime", "day trades within five days"),
    later("R32", "maintenance_margin", "risk.maintenance_margin", "excess liquidity ÷ NLV"),
    keyless(
        "R33",
        "option_risk",
        "HARD; off for all else",
        "an option: nobody here counts naked shorts, assignment and greeks, so none is opened",
        "the venue's instrument list",
    ),
)
