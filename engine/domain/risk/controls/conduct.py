"""How the trader behaves: own orders that meet, closing only, dates, algorithms."""

from engine.domain.risk.controls.spec import LimitSpec, keyless, later

CONDUCT: tuple[LimitSpec, ...] = (
    later("R34", "self_match", "risk.self_match", "own resting order would be crossed"),
    later("R35", "wash_intent", "risk.wash_window", "opposite order, same price and quantity"),
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
