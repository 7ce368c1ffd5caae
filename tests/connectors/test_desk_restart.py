"""A desk that was cut off: its clock, its venue's and its journal's agree at the next start."""

import pytest

from commands.desk import DeskParts, open_desk
from commands.flags import parse
from engine.values import NANOS_PER_SECOND, Nanos

BARS = "bars/us_minute/aapl_20140605_trade.zip"


@pytest.fixture
def opened(market_data, tmp_path):
    """Opens the same home on the same market as often as it is called."""

    def again() -> DeskParts:
        flags = ["--headless", "--latency", "retail", "--market", str(market_data / BARS)]
        return open_desk(parse([*flags, "--home", str(tmp_path / "home")]))

    return again


def test_the_venue_stands_at_the_desks_time_after_a_restart_between_two_rows(opened):
    desk = opened()
    desk.host.run_until(Nanos(desk.session.now + 110 * NANOS_PER_SECOND))
    left_at = desk.session.now
    desk.host.leave()
    desk.close()

    desk = opened()
    assert desk.session.now == desk.venue.now == left_at
    assert desk.was_resumed
    desk.close()
