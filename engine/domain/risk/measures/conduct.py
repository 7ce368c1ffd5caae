"""What the clock and the calendar say."""

from engine.domain.exchange_clock import minute_of_day
from engine.domain.risk.lists import clock_text
from engine.domain.risk.rules.expiries import date_text
from engine.domain.risk.uses import Ground, Measure, Use


def time_of_day(g: Ground) -> Use | None:
    """What the exchange's clock says."""
    if g.instrument is None:
        return None
    return Use(clock_text(minute_of_day(g.now, g.instrument.mic)))


def earnings(g: Ground) -> Use | None:
    """The next date in the file."""
    rows = (g.state.reference.earnings or {}).get(g.symbol, ())
    ahead = next((row.date for row in rows if row.date >= g.state.trade_date), 0)
    return Use(f"next {date_text(ahead)}") if ahead else None


CONDUCT: dict[str, Measure] = {
    "risk.time_lock": time_of_day,
    "risk.earnings_age_max": earnings,
}
