"""Whether the desk is ready: rates, reference data, links, arming, venues, its own limits."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    RTS6,
    UNBOUND,
    LimitKind,
    LimitSpec,
    Names,
    Tighter,
    keyless,
    load,
    part,
)
from engine.domain.risk.off import SOURCES

_R41 = keyless(
    "R41",
    "not_ready",
    "HARD",
    "link down, books compared, or (entries) what it broke unknown",
    "the link",
)
_R44 = LimitSpec(
    id="R44",
    code="venue_not_allowed",
    key="risk.venues_allowed",
    formula="the venue is not on the list, or the account's name is one of the other kind",
    mode="HARD",
    field="venues_allowed",
    kind=LimitKind.NAMES,
    unit="venues",
    default="paper",
    source=f"{HOUSE}; live accounts U…, paper accounts DU…: Interactive Brokers",
    names=Names("[a-z0-9_-]{1,24}", "paper", has_any=True),
)


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
    part(
        _R41,
        "off_accepted",
        "live, an input that the desk has no source for is not on this list",
        "none",
        kind=LimitKind.NAMES,
        unit="inputs",
        source=HOUSE,
        names=Names("[a-z_]{1,24}", "earnings", choices=SOURCES),
    ),
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
    _R44,
    part(
        _R44,
        "accounts_allowed",
        "the account is not on the list; live it has to be named there",
        "any",
        unit="accounts",
        names=Names("[A-Z0-9]{1,16}", "U1234567", has_any=True),
    ),
    LimitSpec(
        id="R45",
        code="limit_change",
        key="risk.limit_change",
        formula="tightening acts at once, loosening takes reason, second factor and 60 s",
        mode="HARD",
        source=HOUSE,
    ),
)
