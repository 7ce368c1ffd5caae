"""How the trader behaves: own orders that meet, closing only, dates, algorithms."""

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

_R37 = switch(
    "R37",
    "expiry_sanity",
    "SOFT",
    "a good-till-cancelled order stays over earnings or an ex-date; off without a file of them",
    f"{HOUSE}; the file that reference.earnings names, dividends.csv",
    profiles=load("off"),
)
_R43 = LimitSpec(
    id="R43",
    code="time_lock",
    key="risk.time_lock",
    formula="an entry within one of these windows of the exchange's day",
    mode="SOFT",
    field="time_lock",
    kind=LimitKind.WINDOWS,
    unit="hh:mm-hh:mm",
    default="none",
    tighter=Tighter.HIGHER,
    source=HOUSE,
)

SELF_MATCH_MODES = (
    "off",
    "cancel_passive",
    "wait",
    "decrement",
    "cancel_aggressive",
    "cancel_both",
)
"""As `SelfMatchMode` counts them: the loosest first."""

CONDUCT: tuple[LimitSpec, ...] = (
    LimitSpec(
        id="R34",
        code="self_match",
        key="risk.self_match",
        formula="an own resting order of the other side would be traded with, in any account;"
        " what closes a position is never taken away for it",
        mode="the one that the setting names gives way",
        field="self_match",
        kind=LimitKind.CHOICE,
        unit=", ".join(SELF_MATCH_MODES),
        default="wait",
        choices=SELF_MATCH_MODES,
        profiles=load("off"),
        tighter=Tighter.HIGHER,
        source="FIX 2964 SelfMatchPreventionInstruction; FINRA 5210.02",
    ),
    LimitSpec(
        id="R35",
        code="wash_intent",
        key="risk.wash_window",
        formula="an order of the other side, same price and size, left within this time",
        mode="WARN",
        field="wash_window",
        kind=LimitKind.SECONDS,
        unit="s",
        default="30",
        profiles=load("0"),
        tighter=Tighter.HIGHER,
        source="FINRA 5210.02 (self-trades, wash sales); " + HOUSE,
    ),
    keyless(
        "R36",
        "reduce_only",
        "HARD",
        "a reduce-only order would open or enlarge a position",
        "the order itself",
    ),
    _R37,
    part(
        _R37,
        "earnings_age_max",
        "a good-till-cancelled order, and the file of earnings is of longer ago or has no date",
        "10",
        mode="HARD",
        kind=LimitKind.DAYS,
        unit="days",
        profiles=load("100000"),
        tighter=Tighter.LOWER,
    ),
    keyless(
        "R40",
        "algo_parent",
        "HARD; off for your orders",
        "an order of the desk's own opens more than the reverse that it belongs to was to open",
        "the reverse itself; a bracket's exits are sized by its fills and answer to R36",
    ),
    _R43,
    part(
        _R43,
        "no_trade_first_minutes",
        "an entry before the open or so many minutes after it",
        "0",
        kind=LimitKind.COUNT,
        unit="minutes",
    ),
    part(
        _R43,
        "no_trade_last_minutes",
        "an entry so many minutes before the regular close or after it",
        "0",
        kind=LimitKind.COUNT,
        unit="minutes",
    ),
)
