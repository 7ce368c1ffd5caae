"""Mass cancels: one message where all goes, and each order by itself where one does not."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from connectors.fix.line import Refused, Reply
from connectors.fix.message import Message
from connectors.fix.practice.desk import Desk
from connectors.fix.tags import Tag
from engine.domain.reports import Report, VenueCancelled, VenueCancelRefused
from tests.connectors.contract.conftest import cancel, new, only
from tests.connectors.contract.fix_end import FixEnd

NAMES = ("A", "B", "C")
COMES_SECONDS = 10.0
Answer = Callable[[Message], Reply | Refused | None]


class Watched:
    """A desk and its venue, and the types of what left."""

    def __init__(self, version: str) -> None:
        self.end = FixEnd(version)
        self.end.send(*(new(name) for name in NAMES), new("M", symbol="MSFT"))
        self.end.hear()
        self.before = self.types()

    def types(self) -> Counter[str]:
        memory = self.end.fix._memory
        return Counter(sent.type for sent in memory.between(1, memory.next_out))

    @property
    def left(self) -> Counter[str]:
        return self.types() - self.before

    def cancels(self, *names: str) -> list[Report]:
        self.end.send(*(cancel(name) for name in names))
        return self.end.hear()

    def hear_until(self, done: Callable[[list[Report]], bool]) -> list[Report]:
        told: list[Report] = []
        until = time.monotonic() + COMES_SECONDS
        while not done(told):
            assert time.monotonic() < until, told
            told += self.end.hear()
        return told

    def answers(self, answer: Answer) -> None:
        """The venue does nothing about a mass cancel but to say so."""

        def take(message: Message, arranged: object) -> Refused | None:
            said = answer(message)
            if isinstance(said, Reply):
                desk.outbox.append(said)
                return None
            return said

        desk: Desk = self.end.house.desk(self.end.version)
        desk._handlers = {**desk._handlers, "q": take}


@pytest.fixture(params=["FIX.4.4", "FIX.5.0SP2"])
def watched(request: pytest.FixtureRequest) -> Iterator[Watched]:
    watched = Watched(request.param)
    yield watched
    watched.end.close()


def cancelled(told: list[Report]) -> dict[str, bool]:
    return {each.client_order_id: each.requested for each in only(told, VenueCancelled)}


def report(message: Message, *more: tuple[int, bytes], sp2: bool) -> Reply:
    fields = [
        (Tag.CL_ORD_ID, message.get(Tag.CL_ORD_ID) or b"-"),
        (Tag.ORDER_ID, b"R1"),
        (Tag.MASS_CANCEL_REQUEST_TYPE, message.get(Tag.MASS_CANCEL_REQUEST_TYPE) or b"7"),
        *more,
    ]
    if sp2:
        fields.append((Tag.MASS_ACTION_REPORT_ID, b"R1"))
    return Reply("r", sorted(fields))


def test_all_that_stands_goes_with_one_message_and_each_order_tells_its_end(
    watched: Watched,
) -> None:
    told = watched.cancels(*NAMES, "M")
    assert cancelled(told) == dict.fromkeys((*NAMES, "M"), True)
    assert watched.left == {"q": 1}


def test_a_whole_symbol_goes_with_one_message_and_the_rest_stays(watched: Watched) -> None:
    told = watched.cancels(*NAMES)
    assert cancelled(told) == dict.fromkeys(NAMES, True)
    assert watched.left == {"q": 1}
    assert watched.end.house.desk(watched.end.version).orders["M"].is_open


@pytest.mark.parametrize("names", [("A", "B"), ("M",)])
def test_where_something_is_to_stay_or_one_goes_each_cancel_leaves_by_itself(
    watched: Watched, names: tuple[str, ...]
) -> None:
    assert cancelled(watched.cancels(*names)) == dict.fromkeys(names, True)
    assert watched.left == {"F": len(names)}


def test_with_a_new_order_beside_it_nothing_is_swept(watched: Watched) -> None:
    watched.end.send(*(cancel(name) for name in (*NAMES, "M")), new("N"))
    watched.end.hear()
    assert watched.left == {"F": 4, "D": 1}
    assert watched.end.house.desk(watched.end.version).orders["N"].is_open


@pytest.mark.parametrize(
    "refuses",
    [
        lambda m, sp2: Refused(3, "Unsupported Message Type"),
        lambda m, sp2: report(m, (531, b"0"), (532, b"0"), (58, b"no such thing"), sp2=sp2),
    ],
    ids=["j", "r"],
)
def test_a_venue_that_takes_none_is_asked_once_and_each_order_is_cancelled_at_once(
    watched: Watched, refuses: Callable[[Message, bool], Reply | Refused]
) -> None:
    is_sp2 = watched.end.version == "FIX.5.0SP2"
    watched.answers(lambda message: refuses(message, is_sp2))
    told = watched.cancels(*NAMES) + watched.hear_until(lambda told: not standing(watched, *NAMES))
    assert watched.left == {"q": 1, "F": 3}
    assert not only(told, VenueCancelRefused)
    assert any("cancelled one by one" in note for note in watched.end.fix.notes())
    watched.end.send(new("E"), new("G"))
    watched.end.hear()
    watched.cancels("E", "G", "M")
    assert watched.left["q"] == 1 and watched.left["F"] == 6


def test_a_cancel_reject_in_answer_is_no_refusal_of_an_order(watched: Watched) -> None:
    def rejects(message: Message) -> Reply:
        fields = [(11, message.get(11) or b"-"), (37, b"NONE"), (39, b"8"), (41, b"NONE")]
        return Reply("9", [*fields, (102, b"2"), (434, b"1")])

    watched.answers(rejects)
    told = watched.cancels(*NAMES) + watched.hear_until(lambda told: not standing(watched, *NAMES))
    assert watched.left == {"q": 1, "F": 3} and not only(told, VenueCancelRefused)


def test_a_mass_report_is_believed_of_no_order(watched: Watched) -> None:
    """It says that all are gone: what has no report of its own is cancelled by itself."""
    is_sp2 = watched.end.version == "FIX.5.0SP2"
    watched.answers(lambda message: report(message, (531, b"7"), (533, b"3"), sp2=is_sp2))
    assert cancelled(watched.cancels(*NAMES)) == {}
    assert standing(watched, *NAMES) == set(NAMES)
    watched.hear_until(lambda told: len(cancelled(told)) == len(NAMES))
    assert watched.left == {"q": 1, "F": 3}


def test_a_venue_that_says_nothing_of_it_gets_each_cancel_a_moment_later() -> None:
    watched = Watched("FIX.4.4")
    watched.answers(lambda message: None)
    assert cancelled(watched.cancels(*NAMES)) == {}
    watched.hear_until(lambda told: len(cancelled(told)) == len(NAMES))
    assert watched.left == {"q": 1, "F": 3}
    watched.end.close()


def standing(watched: Watched, *names: str) -> set[str]:
    orders = watched.end.house.desk(watched.end.version).orders
    return {name for name in names if orders[name].is_open}


def test_a_line_that_breaks_ends_it_and_the_desk_asks_anew(watched: Watched) -> None:
    watched.answers(lambda message: None)
    watched.end.send(*(cancel(name) for name in NAMES))
    watched.end.house.cut()
    watched.hear_until(lambda told: not watched.end.fix._is_up)
    watched.hear_until(lambda told: watched.end.fix._is_up)
    assert not watched.end.fix._talk.sweeps._open
    assert cancelled(watched.cancels("A")) == {"A": True}


@pytest.mark.parametrize(("names", "leaves"), [(NAMES, {"q": 1}), (("A",), {"F": 1})])
def test_what_was_cancelled_while_the_line_was_down_leaves_first_when_it_is_back(
    watched: Watched, names: tuple[str, ...], leaves: dict[str, int]
) -> None:
    """Nobody waits for the patience of a request that never left: a kill may be meant."""
    watched.end.disconnect(1)
    watched.end.send(*(cancel(name) for name in names))
    told = watched.hear_until(lambda told: not standing(watched, *names))
    told += watched.end.hear()
    assert cancelled(told) == dict.fromkeys(names, True)
    assert {kind: count for kind, count in watched.left.items() if kind in "Fq"} == leaves
    memory = watched.end.fix._memory
    types = [sent.type for sent in memory.between(1, memory.next_out)]
    first = next(at for at, kind in enumerate(types) if kind in "Fq")
    assert "V" in types[first:], "before the market is asked for"


def test_what_was_done_meanwhile_is_not_cancelled_any_more(watched: Watched) -> None:
    watched.end.disconnect(1)
    watched.end.fill("A", 100)
    watched.end.send(cancel("A"))
    watched.hear_until(lambda told: watched.end.fix._is_up)
    watched.end.hear()
    assert not watched.left.keys() & {"F", "q"}


def test_fix_4_2_has_none_and_a_person_may_want_none() -> None:
    watched = Watched("FIX.4.2")
    assert cancelled(watched.cancels(*NAMES)) == dict.fromkeys(NAMES, True)
    assert watched.left == {"F": 3}
    watched.end.close()
