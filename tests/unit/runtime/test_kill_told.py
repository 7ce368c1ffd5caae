"""What is known of each order that was open at a kill, whatever else the lists have room for."""

from typing import Any

import pytest

from commands.kill import OPEN, WORDS, _known
from engine.attachment import KilledTold, TellKilled
from engine.domain.commands import ExitsOnKill
from engine.domain.lifecycle import Status
from engine.domain.reports import VenueCancelRefused
from engine.domain.requests import CancelRequest
from engine.ports import Act, DoAct, SendLine
from engine.runtime.live import LiveDesk
from engine.runtime.view import ORDERS_SHOWN_MAX
from engine.values import NANOS_PER_SECOND, Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say
from tests.unit.runtime.test_live_desk import Listener, a_desk

SLOW, NONE = Nanos(NANOS_PER_SECOND), Nanos(0)


def asked(desk: LiveDesk, bench: DeskBench, *requests: Any) -> Listener:
    """Serves the requests as the engine's thread would, and keeps what was answered."""
    asker = Listener()
    for request in requests:
        desk.send(request, asker)
    bench.host.attend()
    return asker


def told(desk: LiveDesk, bench: DeskBench) -> dict[str, str]:
    """Order → what the report says of it."""
    answer = asked(desk, bench, TellKilled("t")).first(KilledTold)
    assert isinstance(answer, KilledTold) and answer.ticket == "t"
    return {row.label: _known(row, answer.kept) for row in answer.orders}


def test_every_order_that_was_open_is_told_of_although_the_list_has_no_room_for_it() -> None:
    bench = DeskBench()
    desk, _ = a_desk(bench)
    say(bench, "buy 5 AAPL 189.00")
    say(bench, "buy 5 AAPL 188.90")
    asked(desk, bench, DoAct(Act.KILL))
    lines = [SendLine("buy 5 AAPL 189.00", f"late-{n}") for n in range(ORDERS_SHOWN_MAX)]
    asked(desk, bench, *lines)
    denied = [order for order in bench.state.orders.values() if order.status is Status.DENIED]
    assert len(denied) == ORDERS_SHOWN_MAX
    assert told(desk, bench) == {"1": "cancelled", "2": "cancelled"}


def test_an_exit_is_kept_and_an_entry_that_the_venue_keeps_is_not_called_one() -> None:
    bench = DeskBench(latency=lambda request: SLOW if type(request) is CancelRequest else NONE)
    desk, _ = a_desk(bench)
    say(bench, "buy 5 AAPL 190.02")
    say(bench, "sell 5 AAPL 195.00")
    say(bench, "buy 7 AAPL 189.00")
    asked(desk, bench, DoAct(Act.KILL))
    assert told(desk, bench) == {"2": "kept", "3": "sent"}
    entry = bench.state.orders[3]
    bench.submit(VenueCancelRefused(entry.client_order_id, "too late to cancel"))
    assert told(desk, bench) == {"2": "kept", "3": "refused"}
    assert "refused" in OPEN and "kept" not in OPEN


@pytest.mark.parametrize("exits", list(ExitsOnKill))
def test_with_exits_cancelled_or_flattened_no_order_is_kept(exits: ExitsOnKill) -> None:
    bench = DeskBench()
    desk, _ = a_desk(bench)
    say(bench, "buy 5 AAPL 190.02 sl 189")
    say(bench, "buy 5 AAPL 189.00 sl 188")
    asked(desk, bench, DoAct(Act.KILL, exits=exits))
    found = told(desk, bench)
    assert set(found) == {"1.2", "2", "2.2"}
    is_kept = exits is ExitsOnKill.KEEP
    assert found["1.2"] == ("kept" if is_kept else "cancelled")
    assert found["2"] == "cancelled"


def test_before_any_kill_nothing_is_told() -> None:
    bench = DeskBench()
    desk, _ = a_desk(bench)
    say(bench, "buy 5 AAPL 189.00")
    assert told(desk, bench) == {}


def test_every_word_of_the_report_is_explained() -> None:
    assert set(OPEN) <= set(WORDS)
