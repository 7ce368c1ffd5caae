"""What the account can pay for, and what its margin regime asks."""

from engine.domain.risk.controls.spec import LimitKind, LimitSpec, keyless, later, part, switch
from engine.domain.risk.regimes import REGIME_WORDS

_REG_T = "Reg T 12 CFR 220.12(c): 50 % beyond the proceeds of a short sale"
_RULE_2026 = "FINRA 4210 as of 2026-06-04 (SR-FINRA-2025-017, 91 FR 20731), phase-in to 2027-10-20"

_R29 = switch(
    "R29",
    "buying_power",
    "HARD",
    "equity, less what positions and open orders need, is below the worst need of the order",
    _REG_T,
)
_R30 = LimitSpec(
    id="R30",
    code="intraday_margin",
    key="risk.margin_regime",
    formula="equity − Σ intraday requirement below 0, counted by R29 under this regime",
    mode="HARD, regime intraday",
    field="margin_regime",
    kind=LimitKind.CHOICE,
    unit="regime",
    default="paid",
    profiles=(("us_margin", "intraday"), ("us_cash", "cash"), ("india", "cash")),
    choices=REGIME_WORDS,
    source=_RULE_2026,
)
MONEY: tuple[LimitSpec, ...] = (
    _R29,
    part(
        _R29,
        "short_margin",
        "a short sale needs this share of its value beyond its proceeds, or the regime's if more",
        "50",
        mode="HARD",
        kind=LimitKind.PERCENT,
        unit="% of value",
        profiles=(("us_margin", "30"),),
    ),
    _R30,
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
