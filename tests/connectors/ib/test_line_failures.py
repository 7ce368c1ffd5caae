"""What goes wrong between a desk and its gateway: the rows of the failure table for connections."""

import time
from collections.abc import Callable

import pytest

from connectors.ib.line import RECOVERY, State
from connectors.ib.lines import RESUMES_WITHIN
from connectors.line_error import LineError
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    VenueAccepted,
    VenueCancelled,
    VenueFilled,
    VenueRejected,
)
from engine.domain.requests import StatusRequest
from engine.values import NANOS_PER_MILLISECOND, Nanos
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.ib_end import CLIENT_ID, IbEnd
from tests.connectors.ib.gateway.faults import lose

Desk = Callable[..., IbEnd]
SHORT = Nanos(50 * NANOS_PER_MILLISECOND)
QUESTIONS = (
    *("reqIds", "reqAllOpenOrders", "reqCompletedOrders", "reqExecutions", "reqPositions"),
    "reqAccountUpdates",
)


def states(told: list[object]) -> list[LinkState]:
    return [each.state for each in told if isinstance(each, LinkChanged)]


# ── getting in ─────────────────────────────────────────────────────────────────────────────────


def test_nobody_there_is_said_with_its_place(desk: Desk) -> None:
    end = desk(stands=False)
    end.gateway.down()
    with pytest.raises(LineError, match="nothing listens there"):
        end.ib.stand_up(5)


def test_a_gateway_that_takes_the_call_and_says_nothing_is_told_to_be_restarted(desk: Desk) -> None:
    end = desk(stands=False, silent=True, terms={"connect_seconds": 0.05})
    end.until(lambda: "restart it" in end.ib._line.trouble)
    assert end.ib._line.back_off.failures >= 3
    end.gateway.set(silent=False)
    end.until(lambda: end.ib._line.is_up)


def test_a_client_id_in_use_is_not_fought_for(desk: Desk) -> None:
    first = desk()
    second = IbEnd.__new__(IbEnd)
    second.__dict__ |= first.__dict__ | {"_terms": {}, "_noted": []}
    other = second.connected(stands=False)
    with pytest.raises(LineError, match=f"client id {CLIENT_ID} is in use"):
        other.stand_up(5)
    for _ in range(20):
        other.advance(other.clock())
    assert other._line.state is State.DOWN and not other._wire.is_busy, "nobody dials again"
    assert first.gateway.clients == [CLIENT_ID]
    other._line.close()


def test_a_live_account_behind_a_paper_port_is_refused_before_anything_is_asked(desk: Desk) -> None:
    end = desk(stands=False, accounts=("U7654321",))
    with pytest.raises(LineError, match=r"live account.*nothing was sent") as refused:
        end.ib.stand_up(5)
    assert "7654321" not in str(refused.value)
    assert set(end.gateway.received) <= {"startApi"}


def test_a_live_desk_stands_on_the_live_account_that_was_named(desk: Desk) -> None:
    end = desk(accounts=("U7654321",), terms={"is_live": True, "account": "U7654321"})
    assert end.ib._line.is_up and end.ib.description == "IB U•••321"


def test_a_paper_account_is_refused_by_a_live_desk(desk: Desk) -> None:
    end = desk(stands=False, terms={"is_live": True, "account": "DU1234567"})
    with pytest.raises(LineError, match="was started with --live"):
        end.ib.stand_up(5)


@pytest.mark.parametrize(
    ("accounts", "account", "why"),
    [
        (("DU1000001", "DU1000002"), "", "name one with ib.account"),
        (("DU1000001",), "DU1000009", "the gateway does not have it"),
        (("DU1000001", "U1000002"), "DU1000001", "live account"),
    ],
)
def test_it_must_be_clear_whose_money_it_is(
    desk: Desk, accounts: tuple[str, ...], account: str, why: str
) -> None:
    end = desk(stands=False, accounts=accounts, terms={"account": account})
    with pytest.raises(LineError, match=why):
        end.ib.stand_up(5)


def test_of_several_accounts_the_orders_name_theirs(desk: Desk) -> None:
    end = desk(accounts=("DU1000001", "DU1000002"), terms={"account": "DU1000002"})
    end.send(new("A"))
    assert only(end.hear(), VenueAccepted)
    assert end.gateway.broker.order("A").account == "DU1000002"


# ── recovery ───────────────────────────────────────────────────────────────────────────────────


def test_everything_is_asked_in_its_order_before_anything_new_may_leave(desk: Desk) -> None:
    end = desk()
    asked = [kind for kind in end.gateway.received if kind in QUESTIONS]
    assert asked == list(QUESTIONS) and len(RECOVERY) == len(QUESTIONS)


def test_no_order_leaves_while_the_past_is_being_told(desk: Desk) -> None:
    end = desk(stands=False, terms={"answers_within": SHORT})
    end.gateway.script(lose("positionEnd"))
    end.until(lambda: end.ib._line.state is State.RECOVERING)
    end.send(new("A"))
    (rejected,) = only(end._collected(), VenueRejected)
    assert "still being told" in rejected.text
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.count("reqPositions") == 2, "a step without its end is asked again"
    assert end.gateway.broker.of("A") == []


def test_a_recovery_that_does_not_end_begins_with_a_new_connection(desk: Desk) -> None:
    end = desk(stands=False, terms={"answers_within": SHORT})
    end.gateway.script(lose("execDetailsEnd", times=3))
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.count("startApi") == 2


def test_1100_stops_new_orders_and_no_fill(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.system(1100)
    told = end.until(lambda: end.ib._line.state is State.DEGRADED)
    end.send(new("B"))
    told += end._collected()
    assert states(told) == [LinkState.DOWN]
    assert "lost its connection to IB" in only(told, VenueRejected)[0].text
    end.fill("A", 40)
    told = end.until(lambda: end.ib.parts.trades.told_of("A"))
    assert [fill.quantity for fill in only(told, VenueFilled)] == [40]
    end.send(cancel("A"))
    told = end.until(lambda: end.gateway.broker.order("A").is_done)
    end.gateway.system(1102)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert only(told, VenueCancelled)[0].cumulative == 40
    assert end.gateway.broker.of("B") == []


@pytest.mark.parametrize(("code", "again"), [(1101, True), (1102, False)])
def test_back_again_recovers_and_subscribes_only_where_data_was_lost(
    desk: Desk, code: int, again: bool
) -> None:
    end = desk()
    before = len(end.gateway.received)
    end.gateway.system(1100)
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.system(code)
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    asked = end.gateway.received[before:]
    assert [kind for kind in asked if kind in QUESTIONS] == list(QUESTIONS)
    assert ("reqMktData" in asked) == again
    if again:
        assert "reqMarketDataType" in asked and end.gateway.lines() == ["AAPL"]


def test_2110_ends_with_farms_that_are_well_again(desk: Desk) -> None:
    end = desk()
    end.gateway.system(2110)
    end.until(lambda: end.ib._line.state is State.DEGRADED)
    before = len(end.gateway.received)
    end.gateway.system(2104)
    end.until(lambda: end.ib._line.is_up)
    asked = [kind for kind in end.gateway.received[before:] if kind in QUESTIONS]
    assert asked == list(QUESTIONS), "up again only behind a recovery"


def test_after_1100_a_farm_proves_nothing(desk: Desk) -> None:
    end = desk()
    end.gateway.system(1100)
    end.until(lambda: end.ib._line.state is State.DEGRADED)
    end.gateway.system(2104)
    for _ in range(50):
        end._collected()
        time.sleep(0.002)
    assert end.ib._line.state is State.DEGRADED


def test_fills_of_an_outage_are_told_when_it_is_over(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.system(1100)
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.script(lose("execDetails"), lose("orderStatus"), lose("openOrder"))
    end.fill("A", 100)
    end.gateway.system(1102)
    told = end.until(lambda: end.ib._line.is_up) + end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [100]


# ── losing it ──────────────────────────────────────────────────────────────────────────────────


def test_a_gateway_that_falls_silent_is_left_and_dialled_again(desk: Desk) -> None:
    end = desk(terms={"heartbeat": SHORT})
    end.gateway.half_open()
    told = end.until(lambda: end.ib._line.state is State.DOWN)
    assert states(told) == [LinkState.DOWN]
    assert any("fallen silent" in each.text for each in only(told, LinkChanged))
    end.until(lambda: end.ib._line.is_up)
    assert end.gateway.count("startApi") == 2


def test_a_gateway_that_answers_is_not_left(desk: Desk) -> None:
    end = desk(terms={"heartbeat": SHORT})
    until = time.monotonic() + 0.4
    while time.monotonic() < until:
        end._collected()
        time.sleep(0.005)
    assert end.ib._line.is_up and end.gateway.count("startApi") == 1
    assert end.gateway.count("reqCurrentTime") >= 4


@pytest.mark.parametrize("code", [501, 503, 505, 506, 507, 509, 320])
def test_who_does_not_understand_this_desk_is_dialled_anew(desk: Desk, code: int) -> None:
    end = desk()
    end.gateway.say_error(-1, code, "what?")
    told = end.until(lambda: not end.ib._line.is_up)
    assert str(code) in only(told, LinkChanged)[0].text
    end.until(lambda: end.ib._line.is_up)


def test_a_restart_in_the_night_leaves_all_orders_where_they_were(desk: Desk) -> None:
    end = desk()
    end.send(new("A"))
    end.hear()
    end.gateway.restart(roll_ids_back=True)
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up) + end.hear()
    assert states(told) == [LinkState.DOWN, LinkState.UP]
    end.send(StatusRequest("A", 1))
    assert only(end.hear(), VenueAccepted)
    assert end.gateway.broker.order("A").is_live and end.gateway.orders_sent == 1


# ── read-only ──────────────────────────────────────────────────────────────────────────────────


def test_a_read_only_api_is_watched_and_sends_nothing(desk: Desk) -> None:
    began = time.monotonic()
    end = desk(read_only=True)
    assert time.monotonic() - began < 2.0, "no end marker is waited for"
    assert end.ib.is_view_only and "Read-Only API" in end.ib.note
    end.send(new("A"))
    assert "read-only" in only(end.hear(), VenueRejected)[0].text
    assert end.gateway.orders_sent == 0


def test_321_about_one_request_is_no_read_only_api(desk: Desk) -> None:
    end = desk()
    end.gateway.say_error(-1, 321, "Error validating request.-'bW' : cause - Invalid account")
    end.hear()
    assert not end.ib.is_view_only


# ── farms and competing sessions ───────────────────────────────────────────────────────────────


def test_a_broken_farm_makes_its_quotes_old_and_a_mended_one_is_asked_again(desk: Desk) -> None:
    end = desk()
    lines = end.gateway.count("reqMktData")
    end.gateway.system(2103)
    end.until(lambda: end.ib.parts.health.broken == ("usfarm",))
    assert end.ib.market.doubted_at > 0
    end.gateway.system(2104)
    end.until(lambda: not end.ib.parts.health.broken)
    assert end.gateway.count("reqMktData") == lines
    end.ib.now = Nanos(end.ib.now + RESUMES_WITHIN)
    end.hear()
    assert end.gateway.count("reqMktData") == lines + 1 and end.gateway.lines() == ["AAPL"]
    assert [note for note in end.notes if "usfarm" in note] == [
        "IB's farm usfarm is broken: what it serves is old until it is back",
        "IB's farm usfarm is back",
    ]


@pytest.mark.parametrize("code", [2104, 2106, 2107, 2108, 2119, 2158])
def test_farms_that_are_well_are_no_news(desk: Desk, code: int) -> None:
    end = desk()
    end.gateway.system(code)
    end.hear()
    assert end.notes == [] and end.ib._line.is_up


def test_the_line_says_its_state_its_rate_and_the_farms_that_broke(desk: Desk) -> None:
    end = desk()
    rate = end.ib.terms.messages_a_second
    told = end.ib.line()
    assert told.text.startswith("up, ") and f" of {rate} messages" in told.text
    assert not told.is_doubtful
    end.gateway.system(2103)
    end.until(lambda: "broken: " in end.ib.line().text)
    assert end.ib.line().is_doubtful
    end.gateway.system(1100)
    end.until(lambda: "has lost IB" in end.ib.line().text)
