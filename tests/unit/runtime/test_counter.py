"""What comes back through the door: every line has one answer, and that answer is durable."""

import pytest

from engine.domain.commands import ExitsOnKill
from engine.domain.events import TradingState
from engine.limits_told import LimitsTold, TellLimits
from engine.ports import (
    Act,
    CancelById,
    DeskAnswer,
    DoAct,
    ExplainOrder,
    FocusSymbol,
    LineAnswered,
    OrderExplained,
    PreviewAnswered,
    PreviewLine,
    RealismTold,
    SendLine,
    SetSpeed,
    TellRealism,
)
from engine.runtime.counter import Counter
from engine.runtime.factor_door import FactorDoor, NoSecondFactor
from engine.runtime.history import OrderHistory
from engine.runtime.realism_tally import RealismTally
from engine.runtime.symbol_door import SymbolDoor
from engine.runtime.view import ViewBuilder
from engine.values import OrderId
from tests.harness import DeskBench


class Door:
    """A counter and what it answered."""

    def __init__(self, *, read_only: bool = False) -> None:
        self.bench = DeskBench()
        self.bench.quotes("AAPL", 1_900_000, 1_900_200)
        self.answers: list[DeskAnswer] = []
        self.speeds: list[float] = []
        realism = RealismTally(self.bench.state)
        self.bench.session.listen_to_steps(realism.note_step)
        self.views = ViewBuilder(self.bench.session, self.bench.venue, "PAPER", realism)
        history = OrderHistory(self.bench.journal.blocks)
        self.bench.session.listen_to_steps(history.note_step)
        self.counter = Counter(
            host=self.bench.host,
            views=self.views,
            history=history,
            account="PAPER",
            answer=self.answers.append,
            set_speed=self.speeds.append,
            replay=lambda line: "the market's time",
            door=FactorDoor(
                self.bench.host, NoSecondFactor(), self.answers.append, lambda: lambda call: call()
            ),
            symbols=SymbolDoor(self.bench.host, self.answers.append, lambda: lambda call: call()),
            read_only=read_only,
            limit_sources={"risk.position_max": "profile paper"},
        )
        self.tickets = 0

    def send(self, text: str, ticket: str = "", symbol: str = "") -> LineAnswered:
        self.tickets += 1
        self.counter.serve(SendLine(text, ticket or f"k{self.tickets}", symbol))
        answer = self.answers[-1]
        assert isinstance(answer, LineAnswered)
        return answer


@pytest.fixture
def door() -> Door:
    return Door()


def test_an_order_is_answered_with_its_number(door: Door) -> None:
    answer = door.send("buy 5 AAPL 190.00", "k-1")
    assert (answer.ok, answer.text, answer.order_id) == (True, "order 1 sent", 1)
    assert answer.ticket == "k-1"
    assert door.bench.order(1).order.origin.name == "LINE"


def test_a_second_press_of_the_same_ticket_sends_nothing(door: Door) -> None:
    door.send("buy 5 AAPL 190.00", "k-1")
    answer = door.send("buy 5 AAPL 190.00", "k-1")
    assert not answer.ok
    assert "already sent" in answer.text
    assert list(door.bench.state.orders) == [1]


def test_the_limits_are_told_for_the_symbol_that_is_asked_about(door: Door) -> None:
    door.send("buy 5 AAPL 190.00")
    door.counter.serve(TellLimits("AAPL"))
    told = door.answers[-1]
    assert isinstance(told, LimitsTold)
    rows = {row.name: row for row in told.view.rows}
    assert (told.view.symbol, rows["open_orders_symbol_max"].used) == ("AAPL", "1")
    assert rows["position_max"].source == "profile paper"
    assert rows["order_quantity_max"].source != "profile paper"


def test_a_symbol_nobody_knows_has_limits_and_no_room(door: Door) -> None:
    door.counter.serve(TellLimits("ZZZZ"))
    told = door.answers[-1]
    assert isinstance(told, LimitsTold)
    assert told.view.rooms == ()


def test_a_line_that_cannot_be_read_is_answered_with_its_column(door: Door) -> None:
    answer = door.send("buy 5 AAPL 190,12")
    assert not answer.ok
    assert answer.column == 12
    assert door.bench.state.orders == {}


@pytest.mark.parametrize(
    ("line", "ok", "text"),
    [
        ("buy 5 . 190.00", True, "order 2 sent"),
        ("sell 5 AAPL 190.00", False, "order 2 denied: You hold no AAPL"),
        ("buy 999999 AAPL 190.00", False, "(and 7 more)"),
        ("cancel 1", True, "1 cancel sent"),
        ("cancel 7", False, "there is no order 7"),
        ("cancel *", True, "1 cancel sent"),
        ("cancel GOOG", False, "No working order matches."),
        ("replace 1 qty 5", False, "already has that price and quantity"),
        ("replace 1 qty 50000", False, "above your limit of 10,000"),
        ("flatten GOOG", False, "There is no position to close."),
        ("set order_quantity_max 99999", False, "Looser wants a reason"),
        (
            "set order_quantity_max 99",
            True,
            "risk.order_quantity_max is 99 from now on, it was 10000",
        ),
        ("resume", False, "stands there already"),
        ('halt "news"', True, "done"),
        ("buy 5 AAPL 190.00 ?", False, "only previews"),
        ("at 10:00:00", False, "belongs in a script"),
    ],
)
def test_every_line_has_one_answer(door: Door, line: str, ok: bool, text: str) -> None:
    door.send("buy 5 AAPL 189.90")
    before = len(door.answers)
    answer = door.send(line, symbol="AAPL")
    assert len(door.answers) == before + 1
    assert answer.ok is ok
    assert text in answer.text


def test_a_read_only_desk_sends_nothing_cancels_included() -> None:
    door = Door(read_only=True)
    answer = door.send("buy 5 AAPL 190.00")
    assert not answer.ok
    assert "read-only" in answer.text
    for act in Act:
        door.counter.serve(DoAct(act, "AAPL"))
    door.counter.serve(CancelById(OrderId(1)))
    assert door.bench.paper.heard == []
    assert door.bench.state.accounts["PAPER"].trading.state is TradingState.ACTIVE


def test_a_preview_carries_its_request_and_sends_nothing(door: Door) -> None:
    for number, text in enumerate(["buy 5 AAPL mkt", "buy 5", "kill", "cancel 9"]):
        door.counter.serve(PreviewLine(text, number, "AAPL"))
    previews = [a for a in door.answers if isinstance(a, PreviewAnswered)]
    assert [p.request for p in previews] == [0, 1, 2, 3]
    assert [p.preview.is_valid for p in previews] == [True, False, True, False]
    assert previews[1].preview.column > 0
    assert door.bench.paper.heard == []


@pytest.mark.parametrize(
    ("act", "state", "left"),
    [
        (Act.HALT, TradingState.HALTED, [2, 3]),
        (Act.CANCEL_ENTRIES, TradingState.HALTED, [2]),
        (Act.CANCEL_EVERYTHING, TradingState.HALTED, []),
        (Act.FLATTEN_SYMBOL, TradingState.ACTIVE, []),
        (Act.FLATTEN_ACCOUNT, TradingState.ACTIVE, []),
        (Act.KILL, TradingState.KILLED, [2]),
    ],
)
def test_the_danger_strip_does_what_it_says(
    door: Door, act: Act, state: TradingState, left: list[int]
) -> None:
    door.send("buy 100 AAPL 190.02")
    door.send("sell 100 AAPL 195.00")
    door.send("buy 5 AAPL 189.00")
    door.counter.serve(DoAct(act, "AAPL", ExitsOnKill.KEEP))
    assert door.bench.state.accounts["PAPER"].trading.state is state
    assert list(door.bench.state.live) == left
    flattened = act in (Act.FLATTEN_SYMBOL, Act.FLATTEN_ACCOUNT)
    assert door.bench.position("AAPL") == (0 if flattened else 100)


def test_one_order_is_cancelled_by_its_id(door: Door) -> None:
    door.send("buy 5 AAPL 190.00")
    door.counter.serve(CancelById(OrderId(1)))
    assert door.bench.order(1).is_done


def test_focus_and_speed_reach_those_they_are_for(door: Door) -> None:
    door.counter.serve(FocusSymbol("AAPL", 5))
    door.counter.serve(SetSpeed(2.5))
    assert door.views.focus == FocusSymbol("AAPL", 5)
    assert door.speeds == [2.5]


def test_an_order_is_explained_and_one_of_an_earlier_day_is_pointed_to_the_journal(
    door: Door,
) -> None:
    door.send("buy 5 AAPL 190.02")
    door.counter.serve(ExplainOrder(OrderId(1)))
    told = door.answers[-1]
    assert isinstance(told, OrderExplained)
    assert "filled, 5/5 filled" in told.title
    door.counter.serve(ExplainOrder(OrderId(99)))
    missing = door.answers[-1]
    assert isinstance(missing, OrderExplained)
    assert "earlier day" in missing.lines[0]


def test_the_report_of_the_session_is_told_with_the_tape_of_this_moment(door: Door) -> None:
    door.counter.serve(TellRealism())
    empty = door.answers[-1]
    assert isinstance(empty, RealismTold)
    assert empty.lines == ("nothing has traded since this session began",)
    door.send("buy 5 AAPL 190.02")
    door.counter.serve(TellRealism())
    told = door.answers[-1]
    assert isinstance(told, RealismTold)
    # All five shares that ever traded were ours.
    assert any(line.startswith("not believable because you were 100.00 %") for line in told.lines)
    view = door.views.build(speed="x1", updates_per_second=0)
    assert view.realism.startswith("realism: 1 fill, you were 100.00 % of AAPL")
