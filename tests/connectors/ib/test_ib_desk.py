"""A whole desk at a gateway, in this process: what the opening makes of what it finds there."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from connectors.ib.venue import IbVenue
from connectors.line_error import LineError
from engine.domain.commands import AdoptPosition, Origin
from engine.domain.reports import LinkState
from engine.runtime.pace import ClockPace
from engine.runtime.venue_figures import figure_lines
from engine.values import MONEY_SCALE, NANOS_PER_SECOND, Nanos
from tests.connectors.ib.desks import Opens, is_heard_anew, is_up, opening, quoted, trade, until
from tests.connectors.ib.gateway.gateway import Gateway


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    yield from opening(tmp_path)


class Clocked:
    """A desk at IB, and a hand on its clock."""

    def __init__(self, opens: Opens, gateway: Gateway, settings: str = "") -> None:
        self.parts = opens(gateway, "--exec", "# by the clock", settings=settings)
        assert isinstance(self.parts.venue, IbVenue)
        self.venue, self.ahead = self.parts.venue, 0
        own = self.venue.clock
        self.venue.clock = lambda: Nanos(own() + self.ahead)
        self.parts.host.pace = ClockPace(self.venue, Event())

    def turn_by(self, seconds: int) -> None:
        self.ahead += seconds * NANOS_PER_SECOND


def test_a_read_only_api_makes_a_desk_that_only_looks(opens: Opens) -> None:
    with Gateway(read_only=True) as gateway:
        quoted(gateway)
        began = time.monotonic()
        parts = opens(gateway, "--exec", "# look")
        assert parts.session.state.is_read_only, "the core does not even try to send an exit"
        assert any("read-only" in remark for remark in parts.remarks)
        assert time.monotonic() - began < 5, "no list is waited for that never comes"


def test_a_desk_opens_without_its_gateway_and_goes_on_when_it_is_there(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# a day before")
        assert trade(parts, "buy 100 AAPL 190.12", "wait order 1 filled within 10s") == []
        assert trade(parts, "buy 10 AAPL 180", "wait order 1 working within 10s") == []
        parts.close()
        gateway.down()
        (resting,) = gateway.broker.open_orders
        gateway.fill(resting.perm_id, 4)

        parts = opens(gateway)
        (remark,) = [each for each in parts.remarks if "no TWS or IB Gateway listens on" in each]
        assert "doctor --venue ib" in remark and "goes on by itself" in remark
        state = parts.session.state
        assert state.accounts[parts.account].positions["AAPL"].quantity == 100, "by the journal"
        assert state.links["ib"] is LinkState.DOWN and len(state.live) == 1
        assert "AAPL" in parts.session.market.quotes
        assert trade(parts, "buy 1 AAPL 180", "expect denied 1 not_ready") == []

        gateway.come_back()
        quoted(gateway)
        until(parts, lambda: is_up(parts))
        assert state.accounts[parts.account].positions["AAPL"].quantity == 104
        quoted(gateway)
        until(parts, lambda: parts.session.market.quotes["AAPL"].bid)
        assert trade(parts, "buy 1 AAPL 190.20", "wait order 1 filled within 10s") == []
        assert gateway.orders_sent == 3


def test_a_home_that_is_new_begins_with_the_cash_that_ib_names(opens: Opens) -> None:
    """90,000 USD of the tests' account; its euros are told by IB's figures alone."""
    with Gateway() as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# look")
        assert parts.session.state.accounts[parts.account].cash == 90_000 * MONEY_SCALE
        lines = figure_lines(parts.host)
    assert any("cash: 90,000.00 here, 90,000.00 USD there, 0.00 apart" in line for line in lines)


def test_a_first_start_needs_the_gateway_and_says_so(opens: Opens) -> None:
    with Gateway() as gateway:
        gateway.down()
        with pytest.raises(LineError, match="the first start needs the gateway"):
            opens(gateway)


def test_a_script_does_not_wait_for_a_gateway(opens: Opens) -> None:
    with Gateway() as gateway:
        quoted(gateway)
        opens(gateway, "--exec", "# a day before").close()
        gateway.down()
        with pytest.raises(LineError, match=r"no TWS or IB Gateway listens on .* log it in"):
            opens(gateway, "--exec", "buy 1 AAPL 180")


def test_a_gateway_that_is_not_there_may_be_waiting_for_its_weekly_login(opens: Opens) -> None:
    due = datetime.now(UTC) - timedelta(hours=3)
    with Gateway() as gateway:
        gateway.down()
        with pytest.raises(LineError, match=r"login was due on .* your second factor"):
            opens(gateway, "--exec", "# look", settings=f'login = "{due:%a %H:%M} UTC"\n')


def test_a_gateway_that_comes_with_another_account_is_refused(opens: Opens) -> None:
    """Nobody named an account: the one that the desk has traded is its own all the same."""
    with Gateway() as gateway:
        quoted(gateway)
        opens(gateway, "--exec", "# a day before").close()
        gateway.down()
        parts = opens(gateway)
        gateway.set(accounts=("DU7777777",))
        gateway.come_back()
        until(parts, lambda: "does not have it" in parts.session.state.link_texts.get("ib", ""))
        asked = gateway.count("reqAllOpenOrders")
        assert isinstance(parts.venue, IbVenue) and not parts.venue.may_come_yet, (
            "nor dialled again"
        )
        assert gateway.count("reqAllOpenOrders") == asked


def test_another_account_behind_a_running_desk_is_refused(opens: Opens) -> None:
    with Gateway() as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# look")
        gateway.set(accounts=("DU7777777",))
        gateway.drop()
        until(parts, lambda: "does not have it" in parts.session.state.link_texts.get("ib", ""))
        assert trade(parts, "buy 1 AAPL 180")
        assert gateway.broker.orders == []


# ── what changes without a trade ───────────────────────────────────────────────────────────────


def test_a_split_with_nothing_at_work_needs_a_person(opens: Opens) -> None:
    """IB tells of the position by itself; it is asked twice before that is believed."""
    with Gateway(matches=True) as gateway:
        quoted(gateway)
        desk = Clocked(opens, gateway)
        parts, state = desk.parts, desk.parts.session.state
        assert trade(parts, "buy 100 AAPL 190.12", "wait order 1 filled within 10s") == []
        assert not state.live and not state.recon.breaks
        gateway.set_position("AAPL", 400, "47.53")
        until(parts, lambda: state.recon.suspected)
        assert "looked at again soon" in state.recon.text
        desk.turn_by(31)
        until(parts, lambda: state.recon.breaks)
        (found,) = state.recon.breaks.values()
        assert (found.symbol, found.our_quantity, found.venue_quantity) == ("AAPL", 100, 400)
        assert state.accounts[parts.account].positions["AAPL"].quantity == 100, "never overwritten"
        quoted(gateway)
        until(parts, lambda: parts.session.market.quotes["AAPL"].bid)
        assert trade(parts, "buy 1 AAPL 190.12", "expect denied 1 trading_state") == []
        parts.host.submit(AdoptPosition(parts.account, "AAPL", "split 4:1", Origin.TICKET))
        assert state.accounts[parts.account].positions["AAPL"].quantity == 400
        assert gateway.count("placeOrder") == 1


# ── the night ──────────────────────────────────────────────────────────────────────────────────


class Night:
    """A desk whose gateway restarts in two to three minutes: none is quiet yet."""

    def __init__(self, opens: Opens, gateway: Gateway, key: str = "restart") -> None:
        quoted(gateway)
        at = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=3)
        day = f"{at:%a} ".lower() if key == "login" else ""
        text = f'{key} = "{day}{at:%H:%M} UTC"\n'
        self.gateway, self.at = gateway, Nanos(int(at.timestamp()) * NANOS_PER_SECOND)
        self.desk = Clocked(opens, gateway, settings=text)
        self.parts, self.venue = self.desk.parts, self.desk.venue

    def turn(self, seconds_from_it: int) -> None:
        """The clock is set on to so many seconds from the restart."""
        then = self.at + seconds_from_it * NANOS_PER_SECOND
        assert then > self.venue.clock()
        self.desk.ahead += then - self.venue.clock()
        quoted(self.gateway)
        recon = self.parts.session.state.recon
        until(self.parts, lambda: self.venue.now >= then and not recon.holds_orders)

    @property
    def link(self) -> LinkState | None:
        return self.parts.session.state.links.get("ib")

    @property
    def text(self) -> str:
        return self.parts.session.state.link_texts.get("ib", "")


def test_around_the_nightly_restart_only_exits_leave_and_nothing_is_lost(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        night = Night(opens, gateway)
        parts = night.parts
        assert trade(parts, "buy 100 AAPL 190.12", "wait order 1 filled within 10s") == []
        assert trade(parts, "buy 10 AAPL 180 gtc", "wait order 1 working within 10s") == []
        assert night.link is LinkState.UP
        night.turn(-30)
        until(parts, lambda: night.link is LinkState.QUIET)
        assert trade(parts, "buy 1 AAPL 190.12", "expect denied 1 not_ready") == []
        assert trade(parts, "sell 40 AAPL 190.10", "wait order 1 filled within 10s") == []

        gateway.down()
        until(parts, lambda: night.link is LinkState.AWAY)
        assert "as planned" in night.text
        assert trade(parts, "sell 1 AAPL 190.10", "expect denied 1 not_ready") == []
        (resting,) = gateway.broker.open_orders
        gateway.fill(resting.perm_id, 3)
        night.turn(20)
        gateway.come_back(roll_ids_back=True)
        until(parts, lambda: is_up(parts))
        assert night.text == "", "came back after the hour: the restart is behind it"
        assert parts.session.state.accounts[parts.account].positions["AAPL"].quantity == 63
        quoted(gateway)
        until(parts, lambda: is_heard_anew(parts))
        assert trade(parts, "buy 1 AAPL 190.20", "wait order 1 filled within 10s") == []
        placed = [order.ref for order in gateway.broker.orders]
        assert len(placed) == len(set(placed)) == gateway.orders_sent == 4


def test_a_restart_that_does_not_come_ends_the_quiet(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        night = Night(opens, gateway)
        night.turn(-30)
        until(night.parts, lambda: night.link is LinkState.QUIET)
        night.turn(61)
        until(night.parts, lambda: night.link is LinkState.UP)
        assert night.text == "" and gateway.count("startApi") == 1
        asked = trade(night.parts, "buy 1 AAPL 190.20", "wait order 1 filled within 10s")
        assert asked == []


def test_a_gateway_that_does_not_come_back_from_its_restart_is_told_after_a_while(
    opens: Opens,
) -> None:
    with Gateway() as gateway:
        night = Night(opens, gateway)
        night.turn(-10)
        gateway.down()
        until(night.parts, lambda: night.link is LinkState.AWAY)
        night.turn(601)
        until(night.parts, lambda: night.link is LinkState.DOWN)
        assert "has not come back from its restart" in night.text


def test_the_weekly_login_waits_for_a_person_and_is_no_alarm(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        night = Night(opens, gateway, "login")
        night.turn(-10)
        until(night.parts, lambda: night.link is LinkState.QUIET)
        gateway.down()
        until(night.parts, lambda: night.link is LinkState.AWAY)
        assert "your second factor" in night.text
        night.turn(3_600)
        until(night.parts, lambda: night.venue.clock() > night.at + 3_601 * NANOS_PER_SECOND)
        assert night.link is LinkState.AWAY, "an hour later it still waits, and nobody is alarmed"
        gateway.come_back()
        until(night.parts, lambda: is_up(night.parts), 90)
