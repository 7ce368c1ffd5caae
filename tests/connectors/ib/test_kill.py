"""The kill switch at IB: own cancels first, everything in the account as an act of its own, and
the lists prove what came of both; no acknowledgement does.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.ib.line import State
from engine.domain.commands import Kill, OperateLink, Origin
from engine.domain.reports import LinkChanged, LinkState, VenueAccepted, VenueCancelled
from engine.domain.requests import LinkRequest
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.ib_end import CLIENT_ID, IbEnd
from tests.connectors.ib.desks import Opens, is_up, opening, quoted, trade, until
from tests.connectors.ib.gateway.faults import lose
from tests.connectors.ib.gateway.gateway import Gateway

Desk = Callable[..., IbEnd]
SWEEP = LinkRequest("sweep", "", "all out")


def working(end: IbEnd, *names: str) -> None:
    end.send(*(new(name) for name in names))
    assert len(only(end.hear(), VenueAccepted)) == len(names)


def others(end: IbEnd) -> None:
    """Somebody else's program has an order there, and a hand at TWS."""
    end.gateway.place_elsewhere("AAPL", "SELL", 5, "199", client_id=99, order_id=4, ref="HIS")
    end.gateway.place_elsewhere("AAPL", "SELL", 7, "199")


def test_cancels_over_a_line_without_ib_are_proved_by_the_recovery(desk: Desk) -> None:
    """All answers to them are lost."""
    end = desk()
    working(end, "A", "B", "C")
    end.gateway.system(1100)
    end.until(lambda: end.ib._line.state is State.DEGRADED)
    end.gateway.script(lose("orderStatus", times=50), lose("error", times=50))
    end.send(cancel("A"), cancel("B"), cancel("C"))
    end.gateway.wait(lambda: not end.gateway.broker.open_orders)
    assert not only(end._collected(), VenueCancelled), "nobody has proved anything yet"
    end.gateway.do(end.gateway.hub.script.faults.clear)
    end.gateway.system(1102)
    told = end.until(lambda: end.ib._line.is_up) + end.hear()
    assert {each.client_order_id for each in only(told, VenueCancelled)} == {"A", "B", "C"}
    assert all(each.requested for each in only(told, VenueCancelled))


@pytest.mark.parametrize("is_degraded", [False, True])
def test_everything_in_the_account_is_cancelled_by_a_word_of_its_own(
    desk: Desk, is_degraded: bool
) -> None:
    end = desk()
    working(end, "A", "B")
    others(end)
    end.send(cancel("A"))
    end.hear()
    assert len(end.gateway.broker.open_orders) == 3, "a kill is of this desk's orders alone"
    if is_degraded:
        end.gateway.system(1100)
        end.until(lambda: end.ib._line.state is State.DEGRADED)
    end.send(SWEEP)
    told = end.until(lambda: not end.gateway.broker.open_orders)
    if is_degraded:
        end.gateway.system(1102)
        told += end.until(lambda: end.ib._line.is_up)
    told += end.hear()
    (gone,) = [each for each in only(told, VenueCancelled) if each.client_order_id == "B"]
    assert "with everything in the account" in gone.text and not gone.requested
    assert end.gateway.count("reqGlobalCancel") == 1
    assert any("by hand too" in note for note in end.notes)
    assert not any("(202)" in note for note in end.notes), "nobody here asked for that one"


def test_a_sweep_overtakes_what_waits_for_its_turn(desk: Desk) -> None:
    end = desk(terms={"messages_a_second": 20})
    working(end, "A")
    end.send(*(new(f"N{n}", 1) for n in range(15)))
    end.send(SWEEP)
    told = end.until(lambda: end.gateway.count("reqGlobalCancel") == 1) + end.hear()
    placed = end.gateway.count("placeOrder")
    assert placed < 16, "what had not left yet does not leave behind it"
    assert end.gateway.broker.open_orders == [] and list(end.ib.parts.roll.open()) == []
    assert len(only(told, VenueCancelled)) == 16
    end.hear()
    assert end.gateway.count("placeOrder") == placed


def test_a_sweep_over_a_line_that_is_down_is_not_sent_later(desk: Desk) -> None:
    end = desk()
    working(end, "A")
    end.gateway.down()
    end.until(lambda: not end.ib._line.is_up)
    end.send(SWEEP)
    assert any("nothing was asked of IB" in note for note in end.notes)
    end.gateway.come_back()
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    assert end.gateway.count("reqGlobalCancel") == 0
    assert end.gateway.broker.order("A").is_live


def test_a_person_lets_a_line_that_stopped_dial_again(desk: Desk) -> None:
    end = desk()
    end.gateway.down()
    end.until(lambda: not end.ib._line.is_up)
    other = end.connected(stands=False)
    end.gateway.come_back()
    end.gateway.wait(lambda: other.advance(other.clock()) or other._line.is_up)
    told = end.until(lambda: not end.ib.may_come_yet)
    assert "link go" in only(told, LinkChanged)[-1].text
    other._line.close()
    other._store.close()
    end.gateway.wait(lambda: CLIENT_ID not in end.gateway.clients)
    end.send(LinkRequest("go", "", "the other program is closed"))
    told = end.until(lambda: end.ib._line.is_up)
    assert only(told, LinkChanged)[-1].state is LinkState.UP


# ── a whole desk ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    yield from opening(tmp_path)


def test_a_kill_while_the_gateway_has_lost_ib_takes_all_entries_back(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# kill")
        lines = [f"buy 10 AAPL 18{n} gtc" for n in range(5)]
        assert trade(parts, *lines, "wait order 5 working within 10s") == []
        gateway.place_elsewhere("AAPL", "SELL", 7, "199")
        gateway.system(1100)
        state = parts.session.state
        until(parts, lambda: state.links["ib"] is LinkState.DOWN)
        parts.host.submit(Kill(parts.account, reason="drill", origin=Origin.TICKET))
        until(parts, lambda: len(gateway.broker.open_orders) == 1)
        assert gateway.broker.open_orders[0].client_id == 0, "a hand's order is not ours to take"
        gateway.system(1102)
        until(parts, lambda: is_up(parts) and not state.live)
        sweep = OperateLink(parts.account, "sweep", "", "all out", Origin.TICKET)
        parts.host.submit(sweep)
        until(parts, lambda: not gateway.broker.open_orders)
