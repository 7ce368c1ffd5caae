"""What a venue says in FIX and what the desk makes of it, message by message, without a line."""

from typing import Any

import pytest

from connectors.fix.client.asking import Ask, Asker, Unsayable
from connectors.fix.client.disputes import Disputes
from connectors.fix.client.hearing import Hearer
from connectors.fix.client.refusals import Refusals
from connectors.fix.client.roll import Roll
from connectors.fix.client.statements import Statements
from connectors.fix.client.sweeps import Sweeps
from connectors.fix.client.trades import Trades
from connectors.fix.message import Message, encode
from connectors.fix.settings import Sent, SessionSettings
from connectors.named_orders import DONE_KEPT_MAX
from engine.domain import reports as rep
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    ReplaceRequest,
    StatusRequest,
)
from engine.domain.statements import VenueOpenOrders
from engine.instruments import Instrument
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, TimeInForce, Trigger

KNOWN = {"AAPL": Instrument("AAPL")}
AT = Nanos(1_780_000_000_000_000_000)
VERSIONS = ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]


class Talk:
    """The pure parts together, for one version."""

    def __init__(self, version: str = "FIX.4.4") -> None:
        self.notes: list[str] = []
        self.roll, self.trades = Roll(), Trades()
        settings = SessionSettings(version=version, sender="D", target="V", is_initiator=True)
        self.asker = Asker(settings, "A-1", self.roll, KNOWN)
        self.hearer = Hearer(version, self.roll, self.trades, KNOWN, self.notes.append)
        rest = self.roll, self.hearer, KNOWN, self.notes.append
        self.statements = Statements(version, *rest)
        self.sent: dict[int, Sent] = {}
        find = self.sent.get
        note = self.notes.append
        sweeps = Sweeps(self.roll, note, is_allowed=True)
        self.refusals = Refusals(find, self.hearer, self.statements, sweeps, note)

    def asks(self, request: Any) -> dict[int, bytes]:
        (ask,) = self.asker.asks(request, AT, 7)
        if isinstance(request, NewOrderRequest):
            self.roll.entered(request)
        elif isinstance(request, ReplaceRequest):
            self.roll.changes(request)
        elif isinstance(request, CancelRequest):
            self.roll.cancels(self.asker.cancel_id(7), request.client_order_id)
        assert isinstance(ask, Ask)
        self.sent[1] = Sent(1, ask.type, encode("FIX.4.4", ask.type, [], ask.body))
        return dict(ask.body)

    def hear(self, fields: str) -> list[Any]:
        """`fields`: such as `150=0 11=A`; of the order A unless they say otherwise."""
        given = dict(pair.split("=", 1) for pair in fields.split())
        told = {"37": "O-1", "54": "1", "55": "AAPL", "60": "20260529-10:00:00.000"} | given
        message = Message(b"", "8", [(int(tag), value.encode()) for tag, value in told.items()])
        return self.hearer.execution(message)

    def status(self, fields: str, asked: str = "A") -> list[Any]:
        given = dict(pair.split("=", 1) for pair in fields.split())
        pairs = [(int(tag), value.encode()) for tag, value in given.items()]
        return self.hearer.status(Message(b"", "8", pairs), asked, 3)


def new(name: str = "A", **more: Any) -> NewOrderRequest:
    terms: dict[str, Any] = {
        "account": "FIX",
        "symbol": "AAPL",
        "instruction": Instruction.BUY,
        "quantity": Quantity(100),
        "type": OrderType.LIMIT,
        "time_in_force": TimeInForce.DAY,
        "price": Price(1_901_200),
    }
    return NewOrderRequest(name, **(terms | more))


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    talk.asks(new())
    return talk


# ── what is asked ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_says_what_every_version_wants_to_know(version: str) -> None:
    body = Talk(version).asks(new(instruction=Instruction.SHORT, post_only=True))
    assert (body[11], body[54], body[38], body[44], body[40]) == (
        b"A",
        b"5",
        b"100",
        b"190.12",
        b"2",
    )
    assert (body[21], body[18], body[59], body[1]) == (b"1", b"6", b"0", b"FIX")


def test_a_stop_has_its_stop_and_no_limit() -> None:
    body = Talk().asks(new(type=OrderType.STOP, price=Price(0), stop=Price(1_890_000)))
    assert body[99] == b"189.00" and 44 not in body


@pytest.mark.parametrize(
    ("version", "terms"),
    [
        ("FIX.4.4", {"symbol": "NONE"}),
        ("FIX.4.4", {"oca_group": "G1"}),
        ("FIX.4.4", {"type": OrderType.STOP, "stop": Price(1), "trigger": Trigger.MID}),
        ("FIX.4.2", {"time_in_force": TimeInForce.CLS}),
    ],
)
def test_what_the_venue_has_no_words_for_never_leaves(version: str, terms: Any) -> None:
    assert isinstance(Talk(version).asker.asks(new(**terms), AT, 1), Unsayable)


def test_each_cancel_has_an_id_of_its_own_that_no_order_can_have(talk: Talk) -> None:
    body = talk.asks(CancelRequest("A"))
    assert (body[11], body[41], body[38]) == (b"A-1-X7", b"A", b"100")
    assert len({talk.asker.cancel_id(n) for n in range(100)}) == 100


def test_a_change_that_keeps_its_stop_says_it_again() -> None:
    talk = Talk()
    talk.asks(new(type=OrderType.STOP_LIMIT, stop=Price(1_890_000)))
    body = talk.asks(ReplaceRequest("A", "B", Price(1_880_000), Quantity(50)))
    assert (body[11], body[41], body[99], body[44], body[38]) == (
        b"B",
        b"A",
        b"189.00",
        b"188.00",
        b"50",
    )


# ── what is heard ──────────────────────────────────────────────────────────────────────────────


def test_the_same_trade_is_one_trade_however_often_it_is_told(talk: Talk) -> None:
    (first,) = talk.hear("150=F 11=A 17=P1 31=190.1 32=40 14=40")
    (again,) = talk.hear("150=F 11=A 17=P1 31=190.1 32=40 14=40 43=Y")
    assert first == again and first.quantity == 40 and not talk.notes
    assert talk.roll.get("A").cumulative == 40  # type: ignore[union-attr]


def test_both_sides_of_a_trade_with_oneself_and_the_next_day_are_other_trades(talk: Talk) -> None:
    keys = {
        talk.hear(f"150=F 11=A 17=P1 31=190 32=1 {more}")[0].execution_id
        for more in ("54=1", "54=2", "60=20260530-10:00:00.000", "75=20260531")
    }
    assert len(keys) == 4


def test_a_trade_that_comes_again_otherwise_is_told_to_a_person(talk: Talk) -> None:
    talk.hear("150=F 11=A 17=P1 31=190 32=40")
    (fill,) = talk.hear("150=F 11=A 17=P1 31=190 32=41")
    assert fill.quantity == 41, "the desk holds it against what it has booked"
    assert "another price or size" in talk.notes[-1]
    assert talk.roll.get("A").cumulative == 40  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("told", "what"),
    [("55=MSFT", "is in another symbol"), ("54=2", "is on the other side")],
)
def test_a_trade_that_contradicts_its_order_counts_for_none_however_often_it_comes(
    talk: Talk, told: str, what: str
) -> None:
    for _ in range(2):
        (fill,) = talk.hear(f"150=F 11=A 17=P1 31=190 32=40 14=40 37=O-99 {told}")
        assert what in fill.misfit
    order = talk.roll.get("A")
    assert order is not None and (order.cumulative, order.order_id) == (0, "")
    assert len(talk.notes) == 1 and "nothing is booked by it" in talk.notes[0]


@pytest.mark.parametrize("kind", ["150=4 39=4", "150=8 39=8", "150=C 39=C", "150=5 39=0", "150=0"])
def test_what_contradicts_its_order_ends_and_changes_nothing(talk: Talk, kind: str) -> None:
    """Another program of this account may use our ids; what it does with them is not ours."""
    talk.hear("150=0 11=A 37=O-1")
    assert talk.hear(f"{kind} 11=A 55=MSFT 54=2 37=O-99 38=7 44=1") == []
    assert "is in another symbol" in talk.notes[-1] and "not believed" in talk.notes[-1]
    order = talk.roll.get("A")
    assert order is not None and not order.is_done
    assert (order.order_id, order.quantity) == ("O-1", 100)


@pytest.mark.parametrize("kind", ["150=H 19=P1", "150=G 19=P1 31=180 32=10"])
def test_a_bust_or_correction_in_another_symbol_takes_nothing_back(talk: Talk, kind: str) -> None:
    talk.hear("150=F 11=A 17=P1 31=190 32=40 14=40")
    assert talk.hear(f"{kind} 11=A 17=P2 55=MSFT 54=1 14=0") == []
    assert "is in another symbol" in talk.notes[-1] and "ask the venue" in talk.notes[-1]
    assert talk.roll.get("A").cumulative == 40  # type: ignore[union-attr]


@pytest.mark.parametrize("figures", ["31=190 32=-40", "31=190 32=0", "31=0 32=40", "32=40"])
def test_what_nobody_can_trade_is_passed_on_and_counts_here_for_nothing(
    talk: Talk, figures: str
) -> None:
    (fill,) = talk.hear(f"150=F 11=A 17=P1 {figures}")
    assert fill.quantity <= 0 or fill.price <= 0, "the desk halts the symbol"
    assert talk.roll.get("A").cumulative == 0  # type: ignore[union-attr]
    assert not talk.notes


def test_what_is_told_again_after_a_crash_and_was_booked_is_not_counted_twice() -> None:
    """The journal had the fill, the file of the session's trades did not yet."""
    talk = Talk()
    talk.asks(new())
    order = talk.roll.get("A")
    assert order is not None
    order.cumulative = Quantity(90)
    assert talk.hear("150=F 11=A 17=P1 31=190 32=50 14=50 43=Y 122=20260529-10:00:00")
    assert talk.hear("150=F 11=A 17=P2 31=190 32=40 14=90 43=Y 122=20260529-10:00:00")
    assert order.cumulative == 90 and not talk.notes
    talk.hear("150=F 11=A 17=P3 31=190 32=10 14=100 39=2")
    assert order.cumulative == 100 and not talk.notes


@pytest.mark.parametrize(("name", "is_told"), [("L97G-1-7-0", False), ("OTHER-7", True)])
def test_a_trade_of_an_order_of_ours_that_is_over_and_forgotten_is_not_doubted(
    name: str, is_told: bool
) -> None:
    talk = Talk()
    disputes = Disputes(talk.notes.append, "L97G-2")
    hearer = Hearer("FIX.4.4", talk.roll, talk.trades, KNOWN, talk.notes.append, disputes)
    fields = {11: name, 17: "P1", 31: "190", 32: "5", 37: "O-9", 54: "1", 55: "AAPL", 150: "F"}
    message = Message(b"", "8", [(tag, text.encode()) for tag, text in fields.items()])
    (fill,) = hearer.execution(message)
    assert fill == rep.VenueFilled(
        name, fill.execution_id, Price(1_900_000), Quantity(5), fill.liquidity, "", Nanos(0)
    )
    assert bool(talk.notes) is is_told


def test_a_symbol_that_the_venue_leaves_open_contradicts_nothing(talk: Talk) -> None:
    assert talk.hear("150=0 11=A 55=[N/A]") and not talk.notes


@pytest.mark.parametrize(
    "stamp", ["99991231-23:59:59.999", "22000101-00:00:00", "00010101-00:00:00"]
)
def test_a_time_beyond_all_that_can_be_counted_is_unknown(talk: Talk, stamp: str) -> None:
    (fill,) = talk.hear(f"150=F 11=A 17=P1 31=190 32=40 60={stamp}")
    assert fill.at == 0


def test_fills_while_a_change_is_pending_bear_the_old_name(talk: Talk) -> None:
    talk.asks(ReplaceRequest("A", "B", Price(1_900_000), Quantity(120)))
    assert talk.hear("150=E 11=B 41=A") == []
    (fill,) = talk.hear("150=F 11=A 17=P1 31=190.1 32=40")
    (replaced,) = talk.hear("150=5 11=B 41=A 38=120 44=190")
    assert fill.client_order_id == "A"
    assert (replaced.client_order_id, replaced.new_client_order_id) == ("A", "B")
    assert (replaced.price, replaced.quantity) == (1_900_000, 120)


def test_a_refused_change_leaves_the_old_name_in_force(talk: Talk) -> None:
    talk.asks(ReplaceRequest("A", "B", Price(1_900_000), Quantity(120)))
    fields = [(11, b"B"), (41, b"A"), (434, b"2"), (58, b"too late")]
    (refused,) = talk.hearer.refused(Message(b"", "9", fields))
    assert refused == rep.VenueReplaceRefused("A", "too late", "B")
    assert talk.roll.get("A").name == "A"  # type: ignore[union-attr]


def test_a_cancel_that_was_asked_for_and_one_that_was_not(talk: Talk) -> None:
    talk.asks(CancelRequest("A"))
    (asked,) = talk.hear("150=4 11=A-1-X7 41=A 14=0")
    talk.asks(new("C"))
    (unasked,) = talk.hear("150=4 11=C 14=30 37=O-2")
    assert (asked.client_order_id, asked.requested) == ("A", True)
    assert (unasked.client_order_id, unasked.requested, unasked.cumulative) == ("C", False, 30)


def test_the_venues_own_id_finds_an_order_whose_name_is_unknown(talk: Talk) -> None:
    talk.hear("150=0 11=A 37=O-9")
    (gone,) = talk.hear("150=4 11=? 37=O-9")
    assert gone.client_order_id == "A"


def test_pending_is_no_news_and_a_refusal_because_of_it_is_none(talk: Talk) -> None:
    assert talk.hear("150=6 11=X 41=A") == [] and talk.hear("150=A 11=A") == []
    fields = [(11, b"A-1-X7"), (41, b"A"), (434, b"1"), (102, b"3")]
    assert talk.hearer.refused(Message(b"", "9", fields)) == []


def test_a_name_that_the_venue_had_before_kills_no_order(talk: Talk) -> None:
    assert talk.hear("150=8 11=A 103=6") == []
    assert isinstance(talk.hear("150=8 11=A 103=3 58=no")[0], rep.VenueRejected)


def test_done_for_the_day_ends_a_day_order_and_no_other(talk: Talk) -> None:
    (expired,) = talk.hear("150=3 11=A 14=0")
    talk.asks(new("G", time_in_force=TimeInForce.GTC))
    assert isinstance(expired, rep.VenueExpired)
    assert talk.hear("150=3 11=G 14=0 37=O-3") == []


@pytest.mark.parametrize(
    ("version", "bust", "correct"),
    [("FIX.4.4", "150=H", "150=G"), ("FIX.4.2", "20=1 150=0", "20=2 150=1")],
)
def test_busts_and_corrections_name_the_trade_as_it_was_first(
    version: str, bust: str, correct: str
) -> None:
    talk = Talk(version)
    talk.asks(new())
    kind = "20=0 150=1" if version == "FIX.4.2" else "150=F"
    (fill,) = talk.hear(f"{kind} 11=A 17=P1 31=190 32=40")
    (first,) = talk.hear(f"{correct} 11=A 17=C1 19=P1 31=189 32=30 14=30 151=0")
    (second,) = talk.hear(f"{correct} 11=A 17=C2 19=C1 31=188 32=20 14=20 151=0")
    (again,) = talk.hear(f"{correct} 11=A 17=C1 19=P1 31=189 32=30 14=30 151=0")
    (gone,) = talk.hear(f"{bust} 11=A 17=B1 19=C2 14=0 151=0")
    keys = {each.execution_id for each in (fill, first, second, again, gone)}
    assert keys == {fill.execution_id}
    assert [each.revision for each in (first, second, again)] == [1, 2, 1]
    assert (gone.price, gone.quantity, gone.leaves) == (1_880_000, 20, 0)


def test_what_is_finer_than_the_desk_counts_is_rounded_and_said(talk: Talk) -> None:
    (fill,) = talk.hear("150=F 11=A 17=P1 31=190.123456 32=40.0 14=40")
    assert (fill.price, fill.quantity) == (1_901_235, 40) and "finer" in talk.notes[0]


def test_a_sum_that_does_not_add_up_is_told_and_not_taken_over(talk: Talk) -> None:
    talk.hear("150=F 11=A 17=P1 31=190 32=40 14=70")
    assert "counts 70" in talk.notes[0]
    assert talk.roll.get("A").cumulative == 40  # type: ignore[union-attr]


# ── answers ────────────────────────────────────────────────────────────────────────────────────


def test_never_had_it_and_gone_and_working_are_three_answers(talk: Talk) -> None:
    assert talk.status("11=A 37=NONE 39=8 103=5") == [rep.VenueOrderUnknown("A", Nanos(0), 3)]
    assert isinstance(talk.status("11=A 37=O-1 39=1 14=0")[-1], rep.VenueAccepted)
    assert isinstance(talk.status("11=A 37=O-1 39=4 14=0")[-1], rep.VenueCancelled)


def test_a_change_whose_answer_was_lost_is_told_by_the_status(talk: Talk) -> None:
    talk.asks(ReplaceRequest("A", "B", Price(1_900_000), Quantity(120)))
    told = talk.status("11=B 37=O-1 39=0 38=120 44=190 55=AAPL", asked="B")
    assert isinstance(told[0], rep.VenueReplaced) and told[0].new_client_order_id == "B"


def test_a_failed_question_is_no_evidence_and_an_unknown_id_is(talk: Talk) -> None:
    for reason, expected in ((b"2", []), (b"1", [rep.VenueOrderUnknown("A", query=1)])):
        talk.asks(StatusRequest("A", 1))
        talk.statements.asked(StatusRequest("A", 1))
        refusal = Message(b"", "j", [(45, b"1"), (372, b"H"), (380, reason)])
        assert talk.refusals.read(refusal) == expected


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (new(), rep.VenueRejected),
        (CancelRequest("A"), rep.VenueCancelRefused),
        (ReplaceRequest("A", "B", Price(1_900_000), Quantity(9)), rep.VenueReplaceRefused),
    ],
)
def test_what_could_not_be_read_is_the_request_that_failed(
    talk: Talk, request_: Any, kind: type
) -> None:
    talk.asks(request_)
    (told,) = talk.refusals.read(Message(b"", "3", [(45, b"1"), (58, b"Value is incorrect")]))
    assert isinstance(told, kind) and told.client_order_id == "A"


def test_open_orders_are_whole_with_the_last_of_them(talk: Talk) -> None:
    talk.asks(OpenOrdersRequest(5))
    talk.statements.asked_for_orders(OpenOrdersRequest(5))
    row = [(37, b"O-1"), (39, b"0"), (55, b"AAPL"), (54, b"1"), (584, b"O5"), (911, b"2")]
    assert talk.statements.heard(Message(b"", "8", [*row, (11, b"A"), (912, b"N")])) == []
    other = [(37, b"O-7"), *row[1:], (11, b"THEIRS"), (38, b"5"), (912, b"Y")]
    (stated,) = talk.statements.heard(Message(b"", "8", other))
    assert isinstance(stated, VenueOpenOrders) and stated.is_complete
    assert [each.client_order_id for each in stated.orders] == ["A", "THEIRS"]
    assert talk.asks(CancelRequest("THEIRS"))[37] == b"O-7"


def test_an_answer_that_ends_early_is_not_whole(talk: Talk) -> None:
    talk.asks(OpenOrdersRequest(5))
    talk.statements.asked_for_orders(OpenOrdersRequest(5))
    refusal = Message(b"", "j", [(45, b"1"), (372, b"AF"), (380, b"4"), (58, b"busy")])
    (stated,) = talk.refusals.read(refusal)
    assert not stated.is_complete and stated.text == "busy"


def test_orders_that_are_over_are_forgotten_at_last_and_open_ones_never() -> None:
    roll = Roll()
    roll.entered(new("OPEN"))
    for number in range(DONE_KEPT_MAX + 5):
        roll.entered(new(f"N{number}"))
        order = roll.get(f"N{number}")
        assert order is not None
        roll.has_id(order, f"O-{number}")
        roll.done(order)
    assert roll.get("N4") is None and roll.of_order_id("O-4") is None
    assert roll.get("N5") is not None and [each.name for each in roll.open()] == ["OPEN"]
