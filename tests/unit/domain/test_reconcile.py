"""Books compared with the venue's: what is found, what is booked, and what only a person may do."""

from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from engine.domain import reports as rep
from engine.domain import statements as st
from engine.domain.apply import state_hash
from engine.domain.arming import is_armed
from engine.domain.attention import attention_of
from engine.domain.commands import (
    AdoptOrder,
    AdoptPosition,
    ArmLive,
    CancelOrder,
    Origin,
    Outcome,
    Reconcile,
    ResolveOrder,
    SubmitOrder,
)
from engine.domain.events import (
    DifferenceFound,
    LiveArmed,
    LiveDisarmed,
    OrderDenied,
    ReconcileFinished,
    StatementAsked,
    TradingState,
)
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked, SecondFactorKnown
from engine.domain.ledger.valuation import day_profit, mark_of
from engine.domain.patience import Patience
from engine.domain.recon import POSITIONS_TIMER
from engine.domain.records import Inbound
from engine.domain.requests import (
    CancelRequest,
    CashRequest,
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
    Request,
    StatementRequest,
)
from engine.domain.risk.exposure import open_quantities
from engine.domain.risk.rules.sessions import is_settling
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.harness import DeskBench

FIRST = "TEST-1-1-0"
PRICE = Price(1_900_000)
BUY = Instruction.BUY


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def order(ticket: str, quantity: int = 100) -> SubmitOrder:
    size, kind = Quantity(quantity), OrderType.LIMIT
    return SubmitOrder(ticket, "PAPER", "AAPL", BUY, size, kind, PRICE)


def row(name: str = FIRST, cumulative: int = 0, price: int = PRICE) -> st.OpenOrder:
    kind, day = OrderType.LIMIT, TimeInForce.DAY
    done = Quantity(cumulative)
    return st.OpenOrder(name, "V1", "AAPL", BUY, kind, day, Quantity(100), done, Price(price))


def trade(execution: str, quantity: int, name: str = FIRST) -> st.Execution:
    return st.Execution(
        name, execution, "AAPL", BUY, PRICE, Quantity(quantity), Liquidity.MAKER, 0, Nanos(0)
    )


class Books:
    """A venue that states what the test says it has."""

    def __init__(self, mode: str = "PAPER", patience: Patience | None = None) -> None:
        patience = patience or Patience(settle=Nanos(0))
        self.bench = DeskBench(latency=never, patience=patience)
        self.bench.quotes("AAPL", 1_900_000, 1_900_200)
        self.bench.submit(order("t1"), rep.VenueAccepted(FIRST, "V1"))
        if mode != "PAPER":
            self.bench.state.mode = mode
        self.orders: tuple[st.OpenOrder, ...] = (row(),)
        self.executions: tuple[st.Execution, ...] = ()
        self.positions: tuple[tuple[str, Quantity], ...] = ()
        self.cash: tuple[tuple[str, Money], ...] = ()
        self.answered = 0

    def told(self, *inbounds: Inbound) -> list[Any]:
        return list(self.bench.submit(*inbounds))

    def compare(self) -> list[Any]:
        """A person asks, and the venue answers everything that was asked for."""
        return self.told(Reconcile("PAPER")) + self.answer()

    def answer(self) -> list[Any]:
        happened: list[Any] = []
        while self.answered < len(self.bench.paper.heard):
            asked = self.bench.paper.heard[self.answered]
            self.answered += 1
            if isinstance(asked, StatementRequest):
                happened += self.told(self.statement(asked))
        return happened

    def statement(self, asked: StatementRequest) -> Any:
        match asked:
            case OpenOrdersRequest():
                return st.VenueOpenOrders(asked.query, self.orders)
            case ExecutionsRequest():
                return st.VenueExecutions(asked.query, asked.since, self.executions)
            case PositionsRequest():
                return st.VenuePositions(asked.query, "PAPER", self.positions)
            case CashRequest():
                return st.VenueCash(asked.query, "PAPER", self.cash, is_traded=True)


@pytest.fixture
def books() -> Books:
    return Books()


def differences(happened: list[Any]) -> list[tuple[str, bool]]:
    found = [event for event in happened if isinstance(event, DifferenceFound)]
    return [(event.difference.name, event.is_break) for event in found]


def end_of(happened: list[Any]) -> ReconcileFinished:
    return next(event for event in happened if isinstance(event, ReconcileFinished))


def state_of(books: Books) -> TradingState | None:
    lowered = books.bench.state.accounts["PAPER"].symbols.get("AAPL")
    return lowered.state if lowered is not None else None


def test_books_that_agree_are_said_to_agree(books: Books) -> None:
    finished = end_of(books.compare())
    assert (finished.is_complete, finished.differences) == (True, 0)
    assert finished.text == "the venue's books agree with ours"


def test_trades_that_nobody_told_are_booked_one_after_the_other(books: Books) -> None:
    books.orders = (row(cumulative=70),)
    books.executions = (trade("E1", 30), trade("E2", 40))
    books.positions = (("AAPL", Quantity(70)),)
    books.cash = (("USD", Money(-70 * PRICE * 100)),)
    happened = books.compare()
    assert differences(happened) == [("FILL", False)] * 3, "the count, and each of the two trades"
    assert books.bench.position("AAPL") == 70 and books.bench.order(1).cumulative == 70
    assert state_of(books) is None
    assert end_of(books.compare()).differences == 0
    assert books.bench.replayed_hash() == state_hash(books.bench.state)


def test_a_position_that_differs_is_a_break_and_nothing_is_overwritten(books: Books) -> None:
    books.positions = (("AAPL", Quantity(25)),)
    books.bench.quotes("AAPL", 1_900_000, 1_900_200)
    happened = books.compare()
    assert differences(happened) == [("POSITION", True)]
    assert books.bench.position("AAPL") == 0 and state_of(books) is TradingState.REDUCING
    (denied,) = books.told(order("t2"))
    assert isinstance(denied, OrderDenied)
    assert "RECON_BREAK" in denied.findings[0].sentence
    books.positions = ()
    assert any(type(event).__name__ == "BreakEnded" for event in books.compare())
    assert state_of(books) is TradingState.REDUCING, "only a person raises it"


def test_a_person_adopts_a_position_against_the_owners_capital(books: Books) -> None:
    books.positions = (("AAPL", Quantity(25)),)
    books.compare()
    account = books.bench.state.accounts["PAPER"]
    cash = account.cash
    assert books.told(AdoptPosition("PAPER", "AAPL", ""))[0].refusal.name == "WHY_MISSING"
    books.told(AdoptPosition("PAPER", "AAPL", "transferred in"))
    assert books.bench.position("AAPL") == 25 and account.cash == cash
    assert sum(account.ledger.values()) == 0 and account.ledger["securities:AAPL"] > 0
    adopted, quote = account.positions["AAPL"], books.bench.session.market.quote("AAPL")
    known = books.bench.state.instruments["AAPL"]
    assert day_profit(adopted, mark_of(quote), known) == 0, "what was adopted was not earned today"
    assert differences(books.compare()) == []
    assert books.told(AdoptPosition("PAPER", "AAPL", "again"))[0].refusal.name == "NO_BREAK"


def test_a_position_that_has_traded_since_is_compared_again_before_it_is_adopted() -> None:
    """A figure of before a fill became ours after it: 50 here, and nothing at the venue."""
    books = Books()
    books.positions = (("AAPL", Quantity(25)),)
    books.compare()
    bench, adopt = books.bench, AdoptPosition("PAPER", "AAPL", "as the venue says")
    bench.submit(rep.VenueFilled(FIRST, "E1", PRICE, Quantity(30), Liquidity.MAKER))
    (refused,) = books.told(adopt)
    assert refused.refusal.name == "BREAK_OUTDATED" and bench.position("AAPL") == 30
    books.orders, books.executions = (row(cumulative=30),), (trade("E1", 30),)
    books.positions = (("AAPL", Quantity(55)),)
    books.compare()
    books.told(adopt)
    assert bench.position("AAPL") == 55
    assert bench.replayed_hash() == state_hash(bench.state)


@pytest.mark.parametrize(("stated_at", "found"), [(1, []), (3, [("POSITION", True)])])
def test_a_trade_that_the_venue_made_after_what_it_states_is_no_difference(stated_at, found):
    """The order was filled by it, so nothing live showed that the position had moved."""
    books = Books()
    bench = books.bench
    books.told(Reconcile("PAPER"))
    made_at = Nanos(2)
    bench.submit(rep.VenueFilled(FIRST, "E1", PRICE, Quantity(100), Liquidity.MAKER, at=made_at))
    query = bench.state.recon.query
    positions = st.VenuePositions(query, "PAPER", (), at=Nanos(stated_at))
    assert differences(books.told(positions)) == found


def test_a_venue_of_two_passes_has_to_differ_twice() -> None:
    books = Books(patience=Patience(passes=2))
    books.positions = (("AAPL", Quantity(25)),)
    assert differences(books.compare()) == [("POSITION", False)]
    assert state_of(books) is None
    assert differences(books.compare()) == [("POSITION", True)]


def test_what_differed_once_is_looked_at_again_though_nothing_works() -> None:
    books = Books(patience=Patience(passes=2))
    books.bench.submit(rep.VenueCancelled(FIRST, requested=False))
    books.orders = ()
    books.bench.pass_time(70)
    books.answer()
    state = books.bench.state
    assert not state.live
    books.compare()
    assert POSITIONS_TIMER not in state.timers, "nothing works, and nothing differs"
    books.positions = (("AAPL", Quantity(25)),)
    happened = books.compare()
    assert "looked at again soon" in state.recon.text and not state.recon.breaks
    assert state.timers[POSITIONS_TIMER] == books.bench.session.now + state.patience.settle
    assert differences(happened) == [("POSITION", False)]


def test_a_venue_that_tells_of_another_position_is_asked_for_its_books(books: Books) -> None:
    happened = books.bench.submit(st.VenuePositionMoved("AAPL"))
    asked = [event.statement for event in happened if isinstance(event, StatementAsked)]
    assert asked == [st.Statement.EXECUTIONS, st.Statement.POSITIONS, st.Statement.CASH]
    again = books.bench.submit(st.VenuePositionMoved("AAPL"))
    assert not any(isinstance(event, StatementAsked) for event in again), "they are asked already"


def test_a_position_that_moves_while_books_are_compared_is_asked_for_behind_that(
    books: Books,
) -> None:
    """The answer that is on its way may have been written before it moved."""
    books = Books(patience=Patience(passes=2))
    books.bench.submit(rep.VenueCancelled(FIRST, requested=False))
    books.orders = ()
    books.bench.pass_time(70)
    books.answer()
    books.bench.submit(st.VenuePositionMoved("AAPL"))
    books.bench.submit(st.VenuePositionMoved("AAPL"))
    books.answer()
    state = books.bench.state
    assert state.recon.run is None and not state.live
    before = state.recon.query
    books.bench.pass_time(70)
    books.answer()
    assert state.recon.query == before + 1, "once more, and no more"


def test_an_order_that_is_not_open_there_is_asked_about_and_then_a_break(books: Books) -> None:
    books.orders = ()
    happened = books.compare()
    assert differences(happened) == [("ORDER", False)]
    assert any(type(event).__name__ == "StatusRequested" for event in happened)
    assert differences(books.compare()) == [("ORDER", True)]
    assert books.bench.order(1).status.name == "WORKING", "never ended by itself"


def test_what_the_venue_changed_is_taken_over(books: Books) -> None:
    books.orders = (row(price=1_899_000),)
    assert differences(books.compare()) == [("ORDER", False)]
    assert books.bench.order(1).price == 1_899_000


def test_an_order_in_doubt_that_stands_there_is_known_again(books: Books) -> None:
    books.told(order("t2", 50))
    books.bench.pass_time(6)
    assert list(books.bench.state.in_doubt) == [2]
    books.orders = (row(), with_changes(row("TEST-1-2-0"), quantity=Quantity(50)))
    books.answered = len(books.bench.paper.heard)
    books.compare()
    assert not books.bench.state.in_doubt and books.bench.order(2).status.name == "WORKING"


def test_a_foreign_order_gets_a_number_of_its_own_on_paper(books: Books) -> None:
    books.orders = (row(), row("PERM-9"))
    assert differences(books.compare()) == [("ORDER", False)]
    adopted = books.bench.order(2)
    assert adopted.order.origin is Origin.EXTERNAL and adopted.client_order_id == "PERM-9"
    assert open_quantities(books.bench.state, "PAPER", "AAPL") == (200, 0)
    books.told(CancelOrder(OrderId(2)))
    assert books.bench.paper.heard[-1] == CancelRequest("PERM-9")
    books.told(rep.VenueFilled("PERM-9", "X1", PRICE, Quantity(10), Liquidity.MAKER))
    assert books.bench.position("AAPL") == 10


def test_live_a_foreign_order_waits_for_consent() -> None:
    books = Books(mode="LIVE")
    books.orders = (row(), row("PERM-9"))
    books.compare()
    assert 2 not in books.bench.state.orders and "PERM-9" in books.bench.state.recon.foreign
    assert books.told(AdoptOrder("PAPER", "NONE", "x"))[0].refusal.name == "NOTHING_FOREIGN"
    books.told(AdoptOrder("PAPER", "PERM-9", "mine, by phone"))
    assert books.bench.order(2).order.note == "mine, by phone"
    assert not books.bench.state.recon.foreign


@pytest.mark.parametrize("statement", range(4))
def test_an_answer_that_ends_early_is_no_evidence(books: Books, statement: int) -> None:
    books.orders, books.positions = (), (("AAPL", Quantity(25)),)
    books.told(Reconcile("PAPER"))
    happened: list[Any] = []
    asked = [r for r in books.bench.paper.heard if isinstance(r, StatementRequest)]
    for number, request in enumerate(asked):
        told = books.statement(request)
        whole = number != statement
        happened += books.told(with_changes(told, is_complete=whole, text="" if whole else "cut"))
    assert end_of(happened).is_complete is False and "cut" in end_of(happened).text
    kinds = [kind for kind, _ in differences(happened)]
    assert ("ORDER" in kinds) == (statement != 0) and ("POSITION" in kinds) == (statement != 2)


def test_a_trade_of_nobodys_order_is_a_break_and_not_booked(books: Books) -> None:
    books.executions = (trade("E9", 10, "SOMEBODY"),)
    assert differences(books.compare()) == [("FILL", True)]
    assert books.bench.position("AAPL") == 0 and state_of(books) is TradingState.REDUCING


def test_nothing_new_leaves_until_the_books_are_compared_after_a_broken_link(books: Books) -> None:
    assert not is_settling(books.bench.state), "what a script waits for before its next order"
    books.told(rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
    assert not is_settling(books.bench.state), "how long that lasts nobody knows"
    books.told(rep.LinkChanged("venue", rep.LinkState.UP))
    assert is_settling(books.bench.state)
    (denied,) = books.told(order("t2", 50))
    assert "being compared" in denied.findings[0].sentence
    books.bench.pass_time(60)
    (denied,) = books.told(order("t3", 60))
    assert "being compared" in denied.findings[0].sentence, "it waits, and asks again"
    books.answer()
    assert not is_settling(books.bench.state)
    assert type(books.told(order("t4", 70))[0]).__name__ == "OrderReleased"


def test_while_something_is_live_the_books_are_compared_again_and_again(books: Books) -> None:
    books.bench.pass_time(31)
    assert sum(isinstance(r, OpenOrdersRequest) for r in books.bench.paper.heard) == 1
    books.answer()
    books.bench.pass_time(31)
    kinds = {type(request) for request in books.bench.paper.heard}
    assert {OpenOrdersRequest, PositionsRequest, CashRequest, ExecutionsRequest} <= kinds
    books.answer()
    books.told(rep.VenueCancelled(FIRST, cumulative=Quantity(0)))
    books.bench.pass_time(90)
    books.answer()
    asked = len(books.bench.paper.heard)
    books.bench.pass_time(600)
    assert len(books.bench.paper.heard) == asked, "nothing is live: nobody is asked"


def test_a_venue_that_does_not_answer_is_given_up_and_asked_again(books: Books) -> None:
    books.bench.pass_time(31)
    books.bench.pass_time(120)
    ends = [e for e in books.bench.journal.events() if isinstance(e, ReconcileFinished)]
    assert ends and not any(end.is_complete for end in ends)
    assert "did not answer" in ends[0].text


def test_cash_that_differs_is_told_and_blocks_nothing(books: Books) -> None:
    books.cash = (("USD", Money(-5_000_000)),)
    assert differences(books.compare()) == [("CASH", False)]
    assert state_of(books) is None


def test_a_strangers_trade_says_nothing_of_the_position_that_could_be_adopted() -> None:
    books = Books()
    bench = books.bench
    bench.submit(rep.VenueFilled(FIRST, "E1", PRICE, Quantity(100), Liquidity.MAKER))
    books.executions = (trade("E1", 100), trade("X9", 40, "STRANGER"))
    books.told(Reconcile("PAPER"))
    # The list of executions has come; that of positions has not.
    asked = next(each for each in bench.paper.heard if isinstance(each, ExecutionsRequest))
    books.told(books.statement(asked))
    assert "position/AAPL" in bench.state.recon.breaks
    (refused,) = books.told(AdoptPosition("PAPER", "AAPL", reason="as the venue says"))
    assert type(refused).__name__ == "CommandRefused"
    assert bench.position("AAPL") == 100


def test_a_smaller_position_is_not_adopted_under_exits_that_would_cross_zero() -> None:
    books = Books()
    bench = books.bench
    bench.submit(rep.VenueFilled(FIRST, "E1", PRICE, Quantity(100), Liquidity.MAKER))
    exit_of_all = SubmitOrder(
        "x", "PAPER", "AAPL", Instruction.SELL, Quantity(100), OrderType.LIMIT, Price(1_910_000)
    )
    bench.submit(exit_of_all, rep.VenueAccepted("TEST-1-2-0", "V2"))
    sell = st.OpenOrder(
        "TEST-1-2-0", "V2", "AAPL", Instruction.SELL, OrderType.LIMIT, TimeInForce.DAY,
        Quantity(100), Quantity(0), Price(1_910_000),
    )  # fmt: skip
    books.orders, books.executions = (sell,), (trade("E1", 100),)
    books.positions = (("AAPL", Quantity(60)),)
    for _ in range(bench.state.patience.passes + 1):
        books.compare()
    adopt = AdoptPosition("PAPER", "AAPL", reason="as the venue says")
    (refused,) = books.told(adopt)
    assert refused.refusal.name == "EXITS_TOO_LARGE"
    assert bench.position("AAPL") == 100
    books.told(CancelOrder(OrderId(2)), rep.VenueCancelled("TEST-1-2-0", requested=True))
    books.told(adopt)
    assert bench.position("AAPL") == 60


def test_an_order_in_doubt_that_does_not_stand_there_is_no_agreement() -> None:
    books = Books()
    bench = books.bench
    books.told(CancelOrder(OrderId(1)))
    bench.pass_time(600)
    assert bench.order(1).is_unknown
    books.answered, books.orders = len(bench.paper.heard), ()
    found = [each for each in books.compare() if isinstance(each, DifferenceFound)]
    assert [(each.ours, each.venues) for each in found] == [("unknown, open for 100", "not open")]
    assert bench.order(1).is_unknown
    assert bench.order(1).leaves == 100


def test_a_stop_that_stands_elsewhere_at_the_venue_is_found() -> None:
    books = Books()
    books.bench.other(Side.BUY, 1, "AAPL", 1_900_200)
    stop = SubmitOrder(
        "s", "PAPER", "AAPL", BUY, Quantity(10), OrderType.STOP, stop=Price(1_905_000)
    )
    books.told(stop, rep.VenueAccepted("TEST-1-2-0", "V2"))
    assert books.bench.order(2).is_live, books.bench.order(2).text
    there = st.OpenOrder(
        "TEST-1-2-0", "V2", "AAPL", BUY, OrderType.STOP, TimeInForce.DAY,
        Quantity(10), Quantity(0), Price(0), Price(1_910_000),
    )  # fmt: skip
    books.orders = (row(), there)
    assert differences(books.compare()) == [("ORDER", True)]
    assert books.bench.state.accounts["PAPER"].symbols["AAPL"].state is TradingState.REDUCING
    books.orders = (row(), with_changes(there, stop=Price(1_905_000)))
    books.compare()
    assert not books.bench.state.recon.breaks


def test_a_position_is_not_adopted_before_the_foreign_order_that_made_it() -> None:
    """Its fills would count twice: in the venue's figure, and with the order."""
    books = Books(mode="LIVE", patience=Patience(settle=Nanos(0), passes=1))
    foreign = st.OpenOrder(
        "PERM-9", "V9", "AAPL", Instruction.BUY, OrderType.LIMIT, TimeInForce.DAY,
        Quantity(100), Quantity(40), PRICE,
    )  # fmt: skip
    books.orders = (row(), foreign)
    books.executions = (trade("X9", 40, "PERM-9"),)
    books.positions = (("AAPL", Quantity(40)),)
    for _ in range(2):
        books.compare()
    adopt = AdoptPosition("PAPER", "AAPL", reason="as the venue says")
    (refused,) = books.told(adopt)
    assert refused.refusal.name == "ORDERS_FIRST"
    books.told(AdoptOrder("PAPER", "PERM-9", "mine, from the phone"))
    books.compare()
    assert books.bench.position("AAPL") == 40
    (refused,) = books.told(adopt)
    assert refused.refusal.name == "NO_BREAK"


class TestArming:
    """S06: what a comparison after a drop means for a live account that was armed."""

    @pytest.fixture
    def live(self) -> Books:
        books = Books(mode="LIVE")
        books.told(SecondFactorKnown("abc"))
        passed = SecondFactorChecked(FactorVerdict.PASSED, "arm", "abc", 1)
        until = Nanos(books.bench.session.now + 3_600 * NANOS_PER_SECOND)
        books.told(passed, ArmLive("PAPER", until, "morning"))
        books.told(rep.LinkChanged("venue", rep.LinkState.DOWN, "lost"))
        return books

    def after_the_return(self, books: Books) -> list[Any]:
        assert books.bench.state.arming["PAPER"].suspended_at
        return books.told(rep.LinkChanged("venue", rep.LinkState.UP)) + books.answer()

    def test_a_clean_one_lets_orders_leave_again(self, live: Books) -> None:
        (armed,) = [e for e in self.after_the_return(live) if isinstance(e, LiveArmed)]
        assert (armed.account, armed.returned) == ("PAPER", True)
        assert is_armed(live.bench.state, "PAPER", live.bench.session.now)

    def test_a_trade_that_was_missed_and_is_booked_is_clean(self, live: Books) -> None:
        live.orders, live.executions = (row(cumulative=70),), (trade("E1", 70),)
        live.positions = (("AAPL", Quantity(70)),)
        live.cash = (("USD", Money(-1)),)
        happened = self.after_the_return(live)
        assert {kind for kind, _ in differences(happened)} == {"FILL", "CASH"}
        assert is_armed(live.bench.state, "PAPER", live.bench.session.now)

    @pytest.mark.parametrize(
        ("statements", "said"),
        [
            ({"positions": (("AAPL", Quantity(100)),)}, "not reconciled"),
            ({"orders": ()}, "asked what became of it"),
            ({"orders": (row(price=PRICE + 100),)}, "taken over"),
            ({"orders": (row(), row("PERM-9"))}, "foreign/PERM-9 is still a break"),
            ({"executions": (trade("E9", 10, "SOMEBODY"),)}, "not reconciled"),
        ],
    )
    def test_what_is_open_between_the_books_wants_a_person(
        self, live: Books, statements: dict[str, Any], said: str
    ) -> None:
        for name, stated in statements.items():
            setattr(live, name, stated)
        (ended,) = [e for e in self.after_the_return(live) if isinstance(e, LiveDisarmed)]
        assert said in ended.reason
        assert live.bench.state.arming == {}

    def test_nothing_is_decided_while_another_line_is_down(self, live: Books) -> None:
        live.told(rep.LinkChanged("market", rep.LinkState.DOWN, "lost too"))
        self.after_the_return(live)
        assert live.bench.state.arming["PAPER"].suspended_at
        live.told(rep.LinkChanged("market", rep.LinkState.UP))
        live.answer()
        assert is_armed(live.bench.state, "PAPER", live.bench.session.now)

    def test_a_second_drop_in_the_middle_waits_for_the_second_comparison(self, live: Books) -> None:
        live.told(rep.LinkChanged("venue", rep.LinkState.UP))
        live.told(rep.LinkChanged("venue", rep.LinkState.DOWN, "again"))
        live.answer()
        assert live.bench.state.arming["PAPER"].suspended_at
        self.after_the_return(live)
        assert is_armed(live.bench.state, "PAPER", live.bench.session.now)

    def test_an_outcome_that_nobody_knows_wants_a_person(self, live: Books) -> None:
        live.told(rep.LinkChanged("venue", rep.LinkState.UP))
        live.answer()
        live.bench.state.mode = "PAPER"  # where less is asked of an order: it is in flight then
        live.told(order("t2", 50))
        live.bench.state.mode = "LIVE"
        live.told(rep.LinkChanged("venue", rep.LinkState.DOWN, "with one in flight"))
        live.orders = (row(),)
        happened = self.after_the_return(live)
        (ended,) = [e for e in happened if isinstance(e, LiveDisarmed)]
        assert "not reconciled" in ended.reason


def test_an_order_that_only_a_person_can_explain_can_be_settled_by_one(books: Books) -> None:
    """It was no doubt, so `resolve` was refused, and nothing could ever end it here."""
    resolve = ResolveOrder(OrderId(1), Outcome.CANCELLED, "they say that it is gone")
    assert books.told(resolve)[0].refusal.name == "NOT_IN_DOUBT"
    books.orders = ()
    books.compare(), books.compare()
    (row,) = [each for each in attention_of(books.bench.state) if each.kind == "break"]
    assert row.line == "resolve 1 "
    books.told(resolve)
    assert books.bench.order(1).status.name == "CANCELLED"
    assert books.bench.replayed_hash() == state_hash(books.bench.state)
