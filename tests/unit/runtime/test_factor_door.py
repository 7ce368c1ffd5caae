"""The desk asks for the second factor when a line wants it, and the journal never sees a code."""

from collections.abc import Callable

import msgspec
import pytest

from engine.domain import events as ev
from engine.domain.factor_facts import FactorVerdict, SecondFactorKnown
from engine.domain.preview_view import Preview
from engine.domain.reports import LinkChanged, LinkState
from engine.ports import DeskAnswer, LineAnswered, PreviewAnswered, PreviewLine, SendLine
from engine.runtime.counter import Counter
from engine.runtime.factor_door import FactorDoor
from engine.runtime.history import OrderHistory
from engine.runtime.symbol_door import SymbolDoor
from engine.runtime.view import ViewBuilder
from engine.second_factor import FactorAnswer, FactorStanding, FactorWanted, Proof, UnlockDesk
from engine.values import Nanos
from tests.harness import DeskBench

CODE = "271828"
CANARY = "canary passphrase"


class FakeFactor:
    """Right is CODE, once a step; answers when the test says so."""

    def __init__(self, enrolment: str = "abc") -> None:
        self.known = FactorStanding(enrolment)
        self.step = 100
        self.verdict: FactorVerdict | None = None
        self.waiting: list[Callable[[], None]] = []

    def standing(self) -> FactorStanding:
        return self.known

    def check(self, proof: Proof, done: Callable[[FactorAnswer], None]) -> None:
        self.step += 1
        right = FactorVerdict.PASSED if proof.code == CODE else FactorVerdict.WRONG
        verdict = self.verdict or right
        answer = FactorAnswer(verdict, self.known.enrolment, self.step, text="that is not the code")
        self.waiting.append(lambda: done(answer))

    def answer(self) -> None:
        self.waiting.pop(0)()


class Door:
    def __init__(self, enrolment: str = "abc") -> None:
        self.bench = DeskBench()
        self.factor = FakeFactor(enrolment)
        self.answers: list[DeskAnswer] = []
        self.counter = self.over(self.bench)

    def over(self, bench: DeskBench) -> Counter:
        """The desk's counter, with this door in front of it."""
        return Counter(
            host=bench.host,
            views=ViewBuilder(bench.session, bench.venue, "PAPER"),
            history=OrderHistory(bench.journal),
            account="PAPER",
            answer=self.answers.append,
            set_speed=lambda factor: None,
            replay=lambda line: "",
            door=FactorDoor(
                bench.host, self.factor, self.answers.append, lambda: lambda call: call()
            ),
            symbols=SymbolDoor(bench.host, self.answers.append, lambda: lambda call: call()),
        )

    def send(self, text: str, code: str = "", ticket: str = "t1") -> DeskAnswer:
        proof = Proof(code, CANARY) if code else None
        self.counter.serve(SendLine(text, ticket, proof=proof))
        if proof is not None:
            self.factor.answer()
        return self.answers[-1]

    def unlock(self, typed: str) -> DeskAnswer:
        self.counter.serve(UnlockDesk("u1", typed))
        if self.factor.waiting:
            self.factor.answer()
        return self.answers[-1]

    @property
    def state(self) -> str:
        return self.bench.state.accounts["PAPER"].trading.state.name

    def events(self, kind: type) -> list[ev.Event]:
        return [event for event in self.bench.journal.events() if isinstance(event, kind)]


@pytest.fixture
def door() -> Door:
    door = Door()
    door.send('halt "news"')
    return door


def test_a_line_that_raises_risk_is_answered_with_the_question(door: Door) -> None:
    asked = door.send('resume "calm"')
    assert asked == FactorWanted("t1", 'resume "calm"')
    assert door.state == "HALTED"


def test_the_same_line_with_its_proof_is_done(door: Door) -> None:
    door.send('resume "calm"')
    answer = door.send('resume "calm"', CODE)
    assert isinstance(answer, LineAnswered)
    assert answer.ok
    assert door.state == "ACTIVE"
    (passed,) = door.events(ev.SecondFactorPassed)
    assert isinstance(passed, ev.SecondFactorPassed)
    assert passed.purpose == 'resume "calm"'


def test_a_wrong_proof_is_asked_again_with_the_reason(door: Door) -> None:
    answer = door.send('resume "calm"', "000000")
    assert answer == FactorWanted("t1", 'resume "calm"', problem="that is not the code")
    assert door.state == "HALTED"
    assert len(door.events(ev.SecondFactorFailed)) == 1


@pytest.mark.parametrize("verdict", [FactorVerdict.UNAVAILABLE, FactorVerdict.LOCKED])
def test_a_vault_that_does_not_answer_raises_no_risk(door: Door, verdict: FactorVerdict) -> None:
    door.factor.verdict = verdict
    assert isinstance(door.send('resume "calm"', CODE), FactorWanted)
    assert door.state == "HALTED"


def test_the_desk_goes_on_while_a_vault_is_slow(door: Door) -> None:
    door.counter.serve(SendLine('resume "calm"', "t1", proof=Proof(CODE)))
    before = len(door.answers)
    answer = door.send("kill", ticket="t2")
    assert isinstance(answer, LineAnswered)
    assert door.state == "KILLED"
    door.factor.answer()
    assert len(door.answers) == before + 2


def test_a_stop_that_came_while_a_proof_was_checked_stays(door: Door) -> None:
    door.counter.serve(SendLine('resume "calm"', "t1", proof=Proof(CODE)))
    door.send("kill", ticket="t2")
    door.factor.answer()
    answer = door.answers[-1]
    assert isinstance(answer, LineAnswered)
    assert (answer.ok, door.state) == (False, "KILLED")
    assert "stopped while the second factor" in answer.text


def test_what_only_reduces_is_never_asked(door: Door) -> None:
    for line in ('halt "again"', "cancel *", "set order_quantity_max 5", "kill"):
        assert isinstance(door.send(line), LineAnswered), line


def test_a_looser_limit_is_asked_for_with_its_reason_alone(door: Door) -> None:
    assert isinstance(door.send("set order_quantity_max 20000"), LineAnswered)
    assert isinstance(door.send('set order_quantity_max 20000 "why"'), FactorWanted)
    answer = door.send('set order_quantity_max 20000 "why"', CODE)
    assert isinstance(answer, LineAnswered)
    assert "goes from 10000 to 20000 in a minute" in answer.text


def test_an_order_that_wants_it_is_asked_and_sent_once(door: Door) -> None:
    door.send('resume "calm"', CODE)
    door.bench.quotes("AAPL", 1_899_000, 1_900_000)
    line = 'buy 1400 AAPL 189.00 override "known size"'
    assert isinstance(door.send("buy 1400 AAPL 189.00", ticket="t2"), LineAnswered)
    assert isinstance(door.send(line, ticket="t3"), FactorWanted)
    answer = door.send(line, CODE, ticket="t3")
    assert isinstance(answer, LineAnswered)
    assert answer.ok, answer
    assert not door.send(line, CODE, ticket="t3").ok  # type: ignore[union-attr]
    assert len(door.events(ev.OrderReleased)) == 1


def test_live_what_became_of_an_order_is_said_with_the_second_factor() -> None:
    door = Door()
    bench = door.bench = DeskBench(latency=lambda request: Nanos(10**18))
    door.counter = door.over(bench)
    bench.quotes("AAPL", 1_899_000, 1_900_000)
    assert door.send("buy 5 AAPL 189.95").ok  # type: ignore[union-attr]
    bench.submit(LinkChanged("paper", LinkState.DOWN, "the line broke"))
    bench.state.mode = "LIVE"
    line = 'resolve 1 not-placed "the broker said so"'
    assert door.send(line, ticket="t2") == FactorWanted("t2", line)
    answer = door.send(line, CODE, ticket="t2")
    assert isinstance(answer, LineAnswered)
    assert answer.ok, answer
    assert len(door.events(ev.OrderResolved)) == 1


class TestArming:
    """`arm ACCOUNT "reason"` and `disarm ACCOUNT`, as lines of a person at a live desk."""

    @pytest.fixture
    def live(self) -> Door:
        door = Door()
        door.bench.submit(msgspec.structs.replace(door.bench.opening(), mode="LIVE"))
        door.bench.quotes("AAPL", 1_899_000, 1_900_000)
        return door

    def preview(self, door: Door, text: str) -> Preview:
        door.counter.serve(PreviewLine(text, 1))
        answer = door.answers[-1]
        assert isinstance(answer, PreviewAnswered)
        return answer.preview

    def denied_by(self, door: Door, ticket: str) -> set[str]:
        """Rules that stop an order now; a live desk has more of them than R42."""
        before = len(door.events(ev.OrderDenied))
        door.send("buy 5 AAPL 189.95", ticket=ticket)
        denied = door.events(ev.OrderDenied)[before:]
        return {f.rule for e in denied if isinstance(e, ev.OrderDenied) for f in e.findings}

    def test_paper_has_nothing_to_arm(self, door: Door) -> None:
        line = 'arm PAPER "the open"'
        answer = door.send(line)
        assert isinstance(answer, LineAnswered)
        assert (answer.ok, "nothing to arm" in answer.text) == (False, True)
        assert not self.preview(door, line).is_valid

    def test_it_shows_account_time_limits_and_what_a_broken_line_does(self, live: Door) -> None:
        assert "totp enrol" in self.preview(live, 'arm PAPER "the open"').problem
        live.bench.submit(SecondFactorKnown("abc"))
        told = " ".join(self.preview(live, 'arm PAPER "the open"').changes)
        for words in (
            "until its session closes, 17:30:00 at the latest",
            "order quantity 10,000 shares, order notional 250,000 USD",
            "what works there works on and may fill",
            "back in 5 min, clean, same limits: armed again",
            "asks for the second factor",
        ):
            assert words in told, told

    def test_it_takes_the_second_factor_and_then_orders_leave(self, live: Door) -> None:
        line = 'arm PAPER "the open"'
        assert "R42" in self.denied_by(live, "t0")
        assert live.send(line, ticket="t1") == FactorWanted("t1", line)
        armed = live.send(line, CODE, ticket="t1")
        assert armed == LineAnswered("t1", True, "PAPER is ARMED until 17:30:00")
        assert "R42" not in self.denied_by(live, "t2")

    def test_the_screen_says_whether_orders_leave(self, live: Door) -> None:
        def told() -> list[str]:
            views = ViewBuilder(live.bench.session, live.bench.venue, "PAPER")
            view = views.build(speed="×1", updates_per_second=0)
            return [each.text for each in view.conditions if each.code == "arming"]

        assert told() == ["PAPER is not armed: live orders leave once a person has"]
        live.send('arm PAPER "the open"', CODE)
        assert told() == []
        live.bench.submit(LinkChanged("market", LinkState.DOWN, "the line broke"))
        assert told() == ["PAPER is not sending: the line dropped"]

    def test_disarming_asks_for_nothing(self, live: Door) -> None:
        live.send('arm PAPER "the open"', CODE)
        ended = live.send("disarm PAPER", ticket="t2")
        assert ended == LineAnswered("t2", True, "PAPER is disarmed: by hand")
        assert "R42" in self.denied_by(live, "t3")

    def test_another_account_is_named_and_not_armed(self, live: Door) -> None:
        answer = live.send('arm U999 "the open"', CODE)
        assert isinstance(answer, LineAnswered)
        assert not answer.ok
        assert live.bench.state.arming == {}

    def test_a_kill_still_says_how_many_cancels_left(self, live: Door) -> None:
        live.bench.state.mode = "PAPER"  # where less is asked of an order
        live.send("buy 5 AAPL 189.00", ticket="t2")
        live.bench.state.mode = "LIVE"
        live.send('arm PAPER "the open"', CODE)
        killed = live.send("kill", ticket="t3")
        assert isinstance(killed, LineAnswered)
        assert killed.text == "1 cancel sent"
        assert live.bench.state.arming == {}


def test_an_enrolment_that_is_new_is_journaled_before_it_is_asked_for() -> None:
    door = Door("")
    door.send('halt "news"')
    assert isinstance(door.send('resume "calm"'), LineAnswered)
    door.send('halt "news"', ticket="t2")
    door.factor.known = FactorStanding("new")
    assert isinstance(door.send('resume "calm"', ticket="t3"), FactorWanted)
    (changed,) = door.events(ev.SecondFactorChanged)
    assert isinstance(changed, ev.SecondFactorChanged)
    assert changed.after == "new"


def test_a_factor_that_cannot_be_read_stays_wanted(door: Door) -> None:
    door.send("cancel *")
    door.bench.submit(SecondFactorKnown("abc"))
    door.factor.known = FactorStanding(problem="its file is damaged")
    answer = door.send('resume "calm"')
    assert isinstance(answer, LineAnswered)
    assert not answer.ok
    assert door.state == "HALTED"


def test_no_code_and_no_passphrase_reaches_the_journal(door: Door) -> None:
    door.send('resume "calm"', CODE)
    door.send('resume "calm"', "314159", ticket="t2")
    written = b"".join(block.payload for block in door.bench.journal.kept)
    assert b"calm" in written
    for secret in (CODE, "314159", CANARY):
        assert secret.encode() not in written


class TestUnlocking:
    """By the code where one is enrolled, else by a word."""

    def test_a_word_opens_where_nothing_is_enrolled(self) -> None:
        door = Door("")
        assert door.unlock("open") == LineAnswered("u1", False, "type unlock")
        assert door.unlock(" Unlock ") == LineAnswered("u1", True, "unlocked")

    def test_the_word_opens_nothing_where_a_factor_is_enrolled(self, door: Door) -> None:
        assert isinstance(door.unlock("unlock"), FactorWanted)
        assert isinstance(door.unlock("000000"), FactorWanted)
        answer = door.unlock(CODE)
        assert isinstance(answer, LineAnswered)
        assert answer.ok

    def test_where_it_cannot_be_read_nothing_opens(self, door: Door) -> None:
        door.factor.known = FactorStanding(problem="its file is damaged")
        assert door.unlock("unlock") == LineAnswered("u1", False, "its file is damaged")
