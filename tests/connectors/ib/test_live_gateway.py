"""Real money against a gateway of the tests that is logged in to a live account: arming (S06).

What a person's second factor says is handed to the core here as its door does; the door itself is
tried with a terminal in `tests/process/test_ib_live.py`.
"""

from collections.abc import Iterator

import pytest

from commands.desk import DeskParts
from commands.live_gate import proof_of
from connectors.line_error import LineError
from engine.domain import events as ev
from engine.domain.arming import TO_THE_CLOSE, is_armed
from engine.domain.commands import ArmLive, DisarmLive
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.reasons import Refusal
from engine.domain.reports import LinkState
from engine.errors import InputError
from tests.connectors.ib.desks import Opens, is_heard_anew, opening, quoted, trade, until
from tests.connectors.ib.gateway.gateway import Gateway

ACCOUNT = "U7654321"
SETTINGS = f"""account = "{ACCOUNT}"
[risk]
accounts_allowed = ["{ACCOUNT}"]
off_accepted = ["average_volume", "sectors", "restricted", "borrow", "earnings", "dividends"]
"""
LIVE = ("--live", "--live-typed", proof_of(ACCOUNT), "--exec", "# live")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(accounts=(ACCOUNT,), matches=True) as running:
        quoted(running)
        yield running


@pytest.fixture
def opens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opens]:
    yield from opening(tmp_path_factory.mktemp("live"))


class Trader:
    """A person at a live desk, with a phone."""

    def __init__(self, opens: Opens, gateway: Gateway) -> None:
        self.parts: DeskParts = opens(gateway, *LIVE, settings=SETTINGS)
        self.step = 0
        self.parts.host.submit(SecondFactorKnown("phone"))

    def arm(self, *, verdict: FactorVerdict = FactorVerdict.PASSED) -> list[ev.Event]:
        self.step += 1
        checked = SecondFactorChecked(verdict, "arm", "phone", self.step)
        return self.parts.host.submit(checked, ArmLive(ACCOUNT, TO_THE_CLOSE, "the open"))

    @property
    def is_armed(self) -> bool:
        return is_armed(self.parts.session.state, ACCOUNT, self.parts.host.now)

    def is_back(self) -> bool:
        """The line is up, and the books were compared."""
        state = self.parts.session.state
        return state.links["ib"] is LinkState.UP and not state.recon.holds_orders


def refusals(events: list[ev.Event]) -> list[Refusal]:
    return [event.refusal for event in events if isinstance(event, ev.CommandRefused)]


def test_nothing_leaves_before_a_person_has_armed_the_account(
    opens: Opens, gateway: Gateway
) -> None:
    trader = Trader(opens, gateway)
    assert trader.parts.session.state.mode == "LIVE"
    assert trade(trader.parts, "buy 1 AAPL 190.12", "expect denied 1 not_armed") == []
    assert refusals(trader.arm(verdict=FactorVerdict.WRONG)) == [Refusal.SECOND_FACTOR_WANTED]
    assert trade(trader.parts, "buy 1 AAPL 190.12", "expect denied 1 not_armed") == []
    assert gateway.broker.orders == []
    assert not refusals(trader.arm()) and trader.is_armed
    assert trade(trader.parts, "buy 1 AAPL 190.12", "wait order 1 filled within 10s") == []
    (order,) = gateway.broker.orders
    assert (order.account, order.filled) == (ACCOUNT, 1)


def test_an_arming_returns_with_a_line_that_comes_back_clean(
    opens: Opens, gateway: Gateway
) -> None:
    trader = Trader(opens, gateway)
    trader.arm()
    assert trade(trader.parts, "buy 10 AAPL 180", "wait order 1 working within 10s") == []
    gateway.down()
    until(trader.parts, lambda: trader.parts.session.state.links["ib"] is LinkState.DOWN)
    assert not trader.is_armed
    gateway.fill(gateway.broker.open_orders[0].perm_id, 4)
    gateway.come_back()
    until(trader.parts, lambda: trader.is_back() and trader.is_armed)
    quoted(gateway)
    until(trader.parts, lambda: is_heard_anew(trader.parts))
    assert trade(trader.parts, "buy 1 AAPL 190.12", "wait order 1 filled within 10s") == []
    assert gateway.broker.positions == {(ACCOUNT, "AAPL"): 5}


def test_what_nobody_here_traded_leaves_the_account_disarmed(
    opens: Opens, gateway: Gateway
) -> None:
    """A split, or a hand elsewhere, while the line was away: a person looks, and arms."""
    trader = Trader(opens, gateway)
    trader.arm()
    gateway.down()
    until(trader.parts, lambda: trader.parts.session.state.links["ib"] is LinkState.DOWN)
    gateway.set_position("AAPL", 300, "63.40")
    gateway.come_back()
    until(trader.parts, trader.is_back)
    assert not trader.is_armed and ACCOUNT not in trader.parts.session.state.arming
    quoted(gateway)
    until(trader.parts, lambda: trader.parts.session.market.quotes["AAPL"].bid)
    assert trade(trader.parts, "buy 1 AAPL 190.12", "expect denied 1 not_armed") == []
    assert gateway.broker.orders == []


def test_what_closes_leaves_a_desk_that_was_disarmed(opens: Opens, gateway: Gateway) -> None:
    trader = Trader(opens, gateway)
    trader.arm()
    assert trade(trader.parts, "buy 10 AAPL 190.12", "wait order 1 filled within 10s") == []
    trader.parts.host.submit(DisarmLive(ACCOUNT, "lunch"))
    assert trade(trader.parts, "buy 1 AAPL 190.12", "expect denied 1 not_armed") == []
    assert trade(trader.parts, "sell 10 AAPL 190.10", "wait order 1 filled within 10s") == []
    assert gateway.broker.positions == {}


def test_a_new_run_is_not_armed(opens: Opens, gateway: Gateway) -> None:
    first = Trader(opens, gateway)
    first.arm()
    first.parts.close()
    second = Trader(opens, gateway)
    assert not second.is_armed
    assert trade(second.parts, "buy 1 AAPL 190.12", "expect denied 1 not_armed") == []
    assert gateway.broker.orders == []


def test_a_paper_account_is_no_live_desk(opens: Opens, gateway: Gateway) -> None:
    gateway.set(accounts=("DU1234567",))
    with pytest.raises(LineError, match="started with --live: nothing was sent"):
        opens(gateway, *LIVE, settings=SETTINGS)
    assert gateway.count("reqAllOpenOrders") == 0 and gateway.clients == []


def test_nobody_who_did_not_type_the_account_opens_it(opens: Opens, gateway: Gateway) -> None:
    for typed in ("", "0" * 16, proof_of("U7654322")):
        words = ("--live", *(("--live-typed", typed) if typed else ()), "--exec", "# live")
        with pytest.raises(InputError, match="was not typed"):
            opens(gateway, *words, settings=SETTINGS)
    assert gateway.sockets == 0 and gateway.count("startApi") == 0


def test_a_desk_on_paper_hangs_up_on_a_live_account(opens: Opens, gateway: Gateway) -> None:
    with pytest.raises(LineError, match=r"live account.*nothing was sent"):
        opens(gateway, "--exec", "buy 1 AAPL mkt")
    gateway.wait(lambda: gateway.sockets == 0)
    assert gateway.broker.orders == [] and gateway.count("reqAllOpenOrders") == 0
