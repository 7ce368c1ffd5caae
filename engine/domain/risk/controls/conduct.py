"""How the trader behaves: own orders that meet, closing only, dates, algorithms."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    LimitKind,
    LimitSpec,
    Tighter,
    keyless,
    later,
    load,
)

CONDUCT: tuple[LimitSpec, ...] = (
    later("R34", "self_match", "risk.self_match", "own resting order would be crossed"),
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
    later("R37", "expiry_sanity", "risk.expiry_sanity", "the order's date has passed"),
    later("R40", "algo_parent", "risk.algo_parent", "Σ children above the parent"),
    later("R43", "time_lock", "risk.time_lock", "within a no-trade window"),
)
