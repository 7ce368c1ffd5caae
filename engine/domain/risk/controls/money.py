"""What the account can pay for, and what its margin regime asks."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    LimitKind,
    LimitSpec,
    Tighter,
    keyless,
    load,
    part,
    switch,
)
from engine.domain.risk.regimes import REGIME_WORDS

_REG_T = "Reg T 12 CFR 220.12(c): 50 % beyond the proceeds of a short sale"
_RULE_2026 = "FINRA 4210 as of 2026-06-04 (SR-FINRA-2025-017, 91 FR 20731), phase-in to 2027-10-20"

_R29 = switch(
    "R29",
    "buying_power",
    "HARD; unsettled cash SOFT",
    "equity, less what positions and open orders need, is below the worst need of the order",
    _REG_T,
)
_R30 = LimitSpec(
    id="R30",
    code="intraday_margin",
    key="risk.margin_regime",
    formula="equity − Σ intraday requirement below 0, or closing only after a call not met",
    mode="HARD, regime intraday",
    field="margin_regime",
    kind=LimitKind.CHOICE,
    unit="regime",
    default="paid",
    profiles=(("us_margin", "intraday"), ("us_cash", "cash"), ("india", "cash")),
    choices=REGIME_WORDS,
    tighter=Tighter.NEITHER,
    source=_RULE_2026,
)
_R32 = LimitSpec(
    id="R32",
    code="maintenance_margin",
    key="risk.maintenance_margin",
    formula="(NLV − maintenance) ÷ NLV below this: only exits leave",
    mode="REDUCING",
    field="maintenance_margin",
    kind=LimitKind.PERCENT,
    unit="% of NLV",
    default="10",
    profiles=load("0"),
    tighter=Tighter.HIGHER,
    source=f"FINRA 4210(c): 25 % of longs, 30 % of shorts; levels: {HOUSE}",
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
    LimitSpec(
        id="R31",
        code="pattern_day_trader",
        key="risk.margin_regime",
        formula="3 day trades within 5 business days and NLV below 25,000: another may follow",
        mode="SOFT2, regime day_trade",
        kind=LimitKind.CHOICE,
        unit="regime",
        choices=REGIME_WORDS,
        source="FINRA 4210(f)(8)(B) until 2026-06-04, brokers may keep it until 2027-10-20",
    ),
    _R32,
    part(
        _R32,
        "maintenance_warn",
        "the same: a warning",
        "20",
        mode="WARN",
        profiles=load("0"),
    ),
    part(
        _R32,
        "margin_call_grace",
        "below 0 a call: so long until a way out is proposed",
        "600",
        mode="call",
        kind=LimitKind.SECONDS,
        unit="s",
        profiles=(),
        tighter=Tighter.LOWER,
        source=HOUSE,
    ),
    part(
        _R32,
        "liquidation",
        "what is proposed after the grace is done at once; off: a person does it",
        "off",
        mode="exits",
        kind=LimitKind.SWITCH,
        unit="on/off",
        profiles=(),
        source=HOUSE,
    ),
    keyless(
        "R33",
        "option_risk",
        "HARD; off for all else",
        "an option: nobody here counts naked shorts, assignment and greeks, so none is opened",
        "the venue's instrument list",
    ),
)
