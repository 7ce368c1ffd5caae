"""Whether the desk is ready: rates, reference data, links, arming, venues, its own limits."""

from engine.domain.risk.controls.spec import HOUSE, LimitSpec, keyless, later

DESK: tuple[LimitSpec, ...] = (
    keyless("R38", "stale_rate", "HARD", "no exchange rate for its currency", "the rate table"),
    keyless(
        "R39", "reference_data", "HARD", "nobody knows the symbol", "the venue's instrument list"
    ),
    keyless("R41", "not_ready", "HARD", "link down, or what it broke not known yet", "the link"),
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
