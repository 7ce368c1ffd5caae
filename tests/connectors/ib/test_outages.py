"""Longer and stranger absences of a gateway: storms of messages, halves of sessions, a tick that is
set while a desk trades. The broker's book is the truth in each of them.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from connectors.ib.line import State
from connectors.ib.venue import IbVenue
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueFilled,
    VenueRejected,
)
from engine.domain.requests import PositionsRequest
from engine.domain.statements import VenuePositions
from engine.values import NANOS_PER_MILLISECOND, Nanos
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import lose

Desk = Callable[..., IbEnd]
SHORT = Nanos(50 * NANOS_PER_MILLISECOND)
STORM = 60
"""As often as a gateway was seen to say 1100 in one night, and some."""


def states(told: list[object]) -> list[LinkState]:
    return [each.state for each in told if isinstance(each, LinkChanged)]


def calls(venue: IbVenue) -> list[float]:
    """When it dials, monotonic seconds; filled as it does."""
    dialled: list[float] = []
    connect = venue._wire.connect

    def count(*arguments: object) -> None:
        dialled.append(venue.clock() / 1e9)
        connect(*arguments)  # type: ignore[arg-type]

    venue._wire.connect = count  # type: ignore[method-assign, assignment]
    return dialled


def test_a_gateway_that_is_gone_is_dialled_ever_more_rarely(desk: Desk) -> None:
    """Its unit is 20 ms here: 20, 40, 100, 200 … between the calls, each a fifth more or less."""
    end = desk()
    dialled = calls(end.ib)
    end.gateway.down()
    told = end.until(lambda: len(dialled) >= 4)
    assert states(told) == [LinkState.DOWN], "it is told once, not at each call"
    gaps = [later - sooner for sooner, later in pairwise(dialled)]
    assert all(gap >= least for gap, least in zip(gaps, (0.032, 0.08, 0.16), strict=True))
    end.gateway.come_back()
    end.until(lambda: end.ib._line.is_up)


@pytest.mark.parametrize("half", ["nextValidId", "managedAccounts"])
def test_a_session_that_says_half_of_what_makes_it_one_is_none(desk: Desk, half: str) -> None:
    end = desk(stands=False, terms={"connect_seconds": 0.1})
    end.gateway.script(lose(half))
    end.send(new("A"))
    end.until(lambda: bool(end.ib._line.trouble))
    assert "reqAllOpenOrders" not in end.gateway.received
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.broker.orders == []


def test_1100_said_all_night_is_one_outage(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    told: list[object] = []
    for _ in range(STORM):
        end.gateway.system(1100)
    told += end.until(lambda: end.ib._line.state is State.DEGRADED)
    for _ in range(STORM):
        end.gateway.system(1100)
        told += end._collected()
    end.fill("A", 40)
    told += end.until(lambda: end.ib.parts.trades.told_of("A"))
    assert states(told) == [LinkState.DOWN] and len(only(told, VenueFilled)) == 1
    assert end.notes == []
    end.gateway.system(1102)
    told = end.until(lambda: end.ib._line.is_up) + end.hear()
    assert states(told) == [LinkState.UP]
    assert end.gateway.count("placeOrder") == 1


def test_1100_in_the_middle_of_a_recovery_begins_another(desk: Desk) -> None:
    end = desk(stands=False)
    end.gateway.when("positionEnd", lambda: end.gateway.system(1100))
    end.until(lambda: end.ib._line.state is State.DEGRADED)
    end.send(new("A"))
    assert "lost its connection" in only(end._collected(), VenueRejected)[0].text
    end.gateway.system(1101)
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.count("reqPositions") == 2 and end.gateway.broker.orders == []


def test_1102_alone_recovers_too(desk: Desk) -> None:
    """Nobody heard the 1100 before it: what happened meanwhile is asked for all the same."""
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.script(lose("execDetails"), lose("orderStatus"), lose("openOrder"))
    end.fill("A", 100)
    end.hear()
    end.gateway.system(1102)
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [100]


def test_quotes_of_before_lost_data_are_old_until_they_move(desk: Desk) -> None:
    end = desk()
    end.gateway.quote("AAPL", bid="190.10", ask="190.12")
    end.until(lambda: end.ib.market.quotes["AAPL"].bid)
    quote, market = end.ib.market.quotes["AAPL"], end.ib.market
    end.gateway.system(1101)
    end.until(lambda: market.doubted_at >= quote.at)
    assert quote.bid == 1_901_000, "the price is kept and doubted"
    end.until(lambda: end.ib._line.is_up)
    end.gateway.quote("AAPL", bid="191.10", ask="191.12")
    end.until(lambda: quote.at > market.doubted_at)


def test_a_fill_that_falls_into_a_recovery_is_told_once(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.when("positionEnd", lambda: end.gateway.fill("A", 60))
    end.gateway.drop()
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [60]
    end.send(PositionsRequest(1, "DU1234567"))
    assert dict(only(end.hear(), VenuePositions)[0].positions) == {"AAPL": 60}


def test_an_order_under_a_half_open_socket_is_found_or_missing_and_never_sent_again(
    desk: Desk,
) -> None:
    end = desk(terms={"heartbeat": SHORT})
    end.gateway.half_open(hears=True)
    end.send(new("A"))
    end.gateway.wait(lambda: end.gateway.broker.of("A"))
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert only(told, VenueAccepted) and end.gateway.count("placeOrder") == 1
    end.gateway.half_open()
    end.send(new("B"))
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert not only(told, VenueRejected) and end.gateway.broker.of("B") == []
    assert end.gateway.count("placeOrder") == 1, "what was lost is not sent a second time"


# ── read-only, seen late ───────────────────────────────────────────────────────────────────────


def test_a_tick_that_is_set_while_the_desk_trades_is_seen_at_the_next_call(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.set(read_only=True)
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    assert end.ib.is_view_only
    assert any("read-only" in note for note in end.notes), "a person is told"
    assert "read-only: nothing can be sent" in end.ib.line().text and end.ib.line().is_doubtful
    end.send(new("B"))
    assert "read-only" in only(end.hear(), VenueRejected)[0].text
    end.send(cancel("A"))
    (refused,) = only(end.hear(), VenueCancelRefused)
    assert "Read-Only API" in refused.text
    assert end.gateway.broker.order("A").is_live and end.gateway.count("placeOrder") == 1


def test_a_tick_that_is_taken_off_lets_the_desk_trade_again(desk: Desk) -> None:
    end = desk()
    end.gateway.set(read_only=True)
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    end.gateway.set(read_only=False)
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    assert not end.ib.is_view_only
    end.send(new("A"))
    assert only(end.hear(), VenueAccepted)
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)


def test_a_cancel_that_a_read_only_api_refuses_is_told(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.set(read_only=True)
    end.send(cancel("A"))
    (refused,) = only(end.hear(), VenueCancelRefused)
    assert "321" in refused.text and end.gateway.broker.order("A").is_live


# ── what a person has to see to is told when it is found, not only when the line broke ─────────


def test_a_gateway_that_comes_back_silent_is_told_once_with_what_helps(desk: Desk) -> None:
    end = desk(terms={"connect_seconds": 0.05})
    end.gateway.set(silent=True)
    end.gateway.drop()
    told = end.until(lambda: end.ib._line.back_off.failures >= 6)
    texts = [each.text for each in only(told, LinkChanged)]
    assert len(texts) == 2 and "restart it" not in texts[0] and "restart it" in texts[1]


def test_a_client_id_that_was_taken_meanwhile_is_told(desk: Desk) -> None:
    end = desk()
    end.gateway.down()
    end.until(lambda: not end.ib._line.is_up)
    other = end.connected(stands=False)
    end.gateway.come_back()
    end.gateway.wait(lambda: other.advance(other.clock()) or other._line.is_up)
    told = end.until(lambda: not end.ib.may_come_yet)
    assert "is in use" in only(told, LinkChanged)[-1].text
    assert "`link go" in only(told, LinkChanged)[-1].text
    other._line.close()
    other._store.close()


def test_a_line_that_is_back_says_for_how_long_and_what_happened(desk: Desk) -> None:
    end = desk()
    for name in "ABC":
        end.send(new(name))
    end.hear()
    end.gateway.down()
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.fill("A", 60)
    end.gateway.fill("A", 40)
    end.gateway.cancel("B")
    end.gateway.come_back()
    (up,) = only(end.until(lambda: end.ib._line.is_up), LinkChanged)
    assert "1 s away: 2 fills and 1 order ended" in up.text
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    (up,) = only(end.until(lambda: end.ib._line.is_up), LinkChanged)
    assert "1 s away: nothing happened" in up.text
