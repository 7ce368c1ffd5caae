"""Whether the desk is ready: rates, reference data, links, arming, venues, its own limits."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    RTS6,
    UNBOUND,
    LimitKind,
    LimitSpec,
    Tighter,
    keyless,
    later,
    load,
    part,
)

_R41 = keyless("R41", "not_ready", "HARD", "link down, or what it broke not known yet", "the link")


def _red(
    field: str,
    formula: str,
    default: str,
    *,
    unit: str,
    kind: LimitKind = LimitKind.PERCENT,
    mode: str = "HALTED",
) -> LimitSpec:
    """What stops the desk itself: entries are taken back, exits stay and may still leave."""
    return part(
        _R41,
        field,
        formula,
        default,
        mode=mode,
        kind=kind,
        unit=unit,
        tighter=Tighter.LOWER,
        profiles=load(UNBOUND),
        source=RTS6,
    )


_MINUTE, _NLV, _COUNT = "% of a minute's orders", "% of net liquidation value", LimitKind.COUNT

DESK: tuple[LimitSpec, ...] = (
    keyless("R38", "stale_rate", "HARD", "no exchange rate for its currency", "the rate table"),
    keyless(
        "R39", "reference_data", "HARD", "nobody knows the symbol", "the venue's instrument list"
    ),
    _R41,
    _red(
        "reject_rate_warn",
        "the venue rejects more than this, of 10 orders or more: entries half a second apart",
        "50",
        unit=_MINUTE,
        mode="SLOW",
    ),
    _red("reject_rate_max", "the same of 20 orders or more", "90", unit=_MINUTE),
    _red(
        "error_rate_max",
        "errors of the venue within one second",
        "100",
        unit="errors a second, 100 at most",
        kind=_COUNT,
    ),
    _red(
        "order_volume_normal",
        "more than ten times this many orders within a minute",
        "500",
        unit="orders a minute",
        kind=_COUNT,
    ),
    _red(
        "unknown_orders_max",
        "more orders whose outcome stays unknown",
        "3",
        unit="orders",
        kind=_COUNT,
    ),
    _red("unknown_share_max", "orders of unknown outcome worth more", "5", unit=_NLV),
    _red("break_share_max", "a position that nobody can explain, worth more", "5", unit=_NLV),
    keyless("R42", "not_armed", "HARD", "live and not armed by a person", "security S06"),
    later("R44", "venue_not_allowed", "risk.venues_allowed", "venue or account not on the list"),
    LimitSpec(
        id="R45",
        code="limit_change",
        key="risk.limit_change",
        formula="tightening acts at once, loosening takes reason, second factor and 60 s",
        mode="HARD",
        source=HOUSE,
    ),
)
