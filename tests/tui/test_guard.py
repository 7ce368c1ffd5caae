"""The second factor's question, the lock and the idle hand, by a clock of the test."""

import pytest

from engine.domain.views import Severity
from engine.ports import Act, DoAct, LineAnswered, Notice, SendLine
from engine.second_factor import FactorWanted, Proof, UnlockDesk
from tests.tui.desk_screen import Sitting, sitting
from tests.tui.fake_desk import FakeDesk
from tui.settings import ColorUse, ScreenSettings

CODE = "271828"


class GuardedDesk(FakeDesk):
    """Answers a line with the question until its proof is right."""

    def __init__(self, **named) -> None:
        super().__init__(**named)
        self.wants = True
        self.needs_passphrase = False
        self.enrolled = True

    def send(self, request) -> None:
        if isinstance(request, SendLine) and self.wants:
            self.requests.append(request)
            proof = request.proof
            if proof is not None and proof.code == CODE:
                self.tell(LineAnswered(request.ticket, True, "done"))
            else:
                problem = "that is not the code" if proof is not None else ""
                self.tell(
                    FactorWanted(request.ticket, request.text, self.needs_passphrase, problem)
                )
            return
        if isinstance(request, UnlockDesk):
            self.requests.append(request)
            right = CODE if self.enrolled else "unlock"
            if request.typed == right:
                self.tell(LineAnswered(request.ticket, True, "unlocked"))
            elif self.enrolled:
                self.tell(FactorWanted(request.ticket, "unlock", problem="that is not the code"))
            else:
                self.tell(LineAnswered(request.ticket, False, "type unlock"))
            return
        super().send(request)

    @property
    def lines(self) -> list[SendLine]:
        return [request for request in self.requests if isinstance(request, SendLine)]


async def ask_to_resume(at: Sitting) -> None:
    await at.press("colon")
    await at.type("resume")
    await at.press("space", "quotation_mark", *"calm", "quotation_mark", "enter", "ctrl+t")


async def test_a_line_that_raises_risk_asks_for_the_code_and_goes_with_it() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        assert "second factor" in at.text
        assert 'resume "calm"' in at.text
        await at.press(*CODE, "enter")
        assert desk.lines[-1].proof == Proof(CODE)
        assert desk.lines[-1].ticket == desk.lines[0].ticket
        assert "second factor" not in at.text
        assert "done" in at.text


async def test_a_wrong_code_is_told_and_asked_for_again() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        await at.press(*"000000", "enter")
        assert "that is not the code" in at.text
        assert "000000" not in at.text
        await at.press(*CODE, "enter")
        assert "second factor" not in at.text


async def test_esc_leaves_the_question_with_nothing_done_and_the_line_to_be_sent_again() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        await at.press("escape")
        assert "nothing was done" in at.text
        assert [line.proof for line in desk.lines] == [None]
        await at.press("enter", "ctrl+t")
        assert len(desk.lines) == 2
        assert desk.lines[0].ticket != desk.lines[1].ticket


async def test_an_empty_enter_that_is_held_gives_no_proof() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        await at.press(*["enter"] * 5, gap=0.03)
        assert [line.proof for line in desk.lines] == [None]


async def test_a_vault_that_is_a_file_is_opened_first_and_its_passphrase_is_not_shown() -> None:
    desk = GuardedDesk()
    desk.needs_passphrase = True
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        await at.type("horse")
        assert "horse" not in at.text
        assert "•••••" in at.text
        await at.press("enter", *CODE, "enter")
        assert desk.lines[-1].proof == Proof(CODE, "horse")


async def test_a_looser_limit_is_reviewed_and_a_tighter_one_goes_at_once() -> None:
    desk = GuardedDesk()
    desk.wants = False
    async with sitting(desk=desk) as at:
        await at.press("colon")
        await at.type("set order_quantity_max 5")
        await at.press("enter")
        assert len(desk.lines) == 1
        await at.press("colon")
        await at.type("set order_quantity_max 5 ")
        await at.press("quotation_mark", *"why", "quotation_mark", "enter")
        assert len(desk.lines) == 1


# ── the idle hand ────────────────────────────────────────────────────────────────────────────────


async def reviewed_order(at: Sitting) -> None:
    await at.press("colon")
    await at.type("buy 100 AAPL mkt")
    await at.press("enter")


async def test_ten_minutes_without_a_key_turn_order_entry_off_until_a_word_is_typed() -> None:
    desk = FakeDesk()
    async with sitting(desk=desk) as at:
        await reviewed_order(at)
        at.clock.now += 601
        await at.frames()
        assert "ENTRY OFF" in at.row(0)
        await at.press("ctrl+t")
        assert not [r for r in desk.requests if isinstance(r, SendLine)]
        assert "order entry is off" in at.text
        await at.type("redy")
        await at.press("enter")
        assert "ENTRY OFF" in at.row(0)
        await at.type("ready")
        await at.press("enter")
        assert "ENTRY OFF" not in at.row(0)
        await at.press("ctrl+t")
        assert not [r for r in desk.requests if isinstance(r, SendLine)], "a review is asked anew"
        await at.press("enter", "ctrl+t")
        assert len([r for r in desk.requests if isinstance(r, SendLine)]) == 1


async def test_a_key_now_and_then_keeps_order_entry_on() -> None:
    async with sitting() as at:
        for _ in range(3):
            at.clock.now += 500
            await at.frames()
            await at.press("tab")
        assert "ENTRY OFF" not in at.row(0)


async def test_what_reduces_risk_goes_while_order_entry_is_off() -> None:
    desk = FakeDesk()
    async with sitting(desk=desk) as at:
        at.clock.now += 700
        await at.frames()
        await at.press("ctrl+x", "h")
        assert DoAct(act=Act.HALT) in desk.requests


async def test_a_person_may_turn_the_idle_rules_off() -> None:
    settings = ScreenSettings(
        coach=False, color=ColorUse.FULL, disarm_minutes=0, lock_minutes=0, frames_per_second=1
    )
    async with sitting(settings=settings) as at:
        at.clock.now += 100_000
        await at.frames()
        assert "ENTRY OFF" not in at.text
        assert "LOCKED" not in at.text


# ── the lock ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 10)])
async def test_a_locked_screen_shows_nothing_of_market_or_account(size: tuple[int, int]) -> None:
    desk = GuardedDesk()
    async with sitting(size, desk=desk) as at:
        await at.press("ctrl+x", "l")
        await at.frames(2)
        assert "LOCKED" in at.text
        assert "PAPER" in at.text
        for shown in ("AAPL", "day ", "watchlist", "buy"):
            assert shown not in at.text, shown


async def test_the_code_unlocks_and_what_was_typed_wrong_does_not() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l")
        await at.press(*"000000")
        assert "••••••" in at.text
        assert "000000" not in at.text
        await at.press("enter")
        assert "that is not the code" in at.text
        await at.press(*CODE, "enter")
        assert "LOCKED" not in at.text
        assert "AAPL" in at.text


async def test_a_word_unlocks_where_no_second_factor_is_enrolled() -> None:
    desk = GuardedDesk()
    desk.enrolled = False
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l")
        await at.type("open")
        await at.press("enter")
        assert "type unlock" in at.text
        await at.type("unlock")
        await at.press("enter")
        assert "LOCKED" not in at.text


async def test_no_key_of_the_desk_works_while_it_is_locked() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l")
        before = len(desk.requests)
        await at.press("b", "colon", "ctrl+t", "f10", "tab", "ctrl+p", "ctrl+q", "question_mark")
        assert "LOCKED" in at.text
        assert len(desk.requests) == before


@pytest.mark.parametrize(
    ("keys", "act"),
    [
        (("h",), Act.HALT),
        (("c",), Act.CANCEL_ENTRIES),
        (("a", "y"), Act.CANCEL_EVERYTHING),
        (("k", "y"), Act.KILL),
    ],
)
async def test_halt_cancel_and_kill_work_while_it_is_locked(
    keys: tuple[str, ...], act: Act
) -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l")
        await at.press("ctrl+x")
        assert "DANGER" in at.text
        await at.press(*keys)
        assert DoAct(act=act) in desk.requests
        assert "LOCKED" in at.text


@pytest.mark.parametrize("key", ["f", "o"])
async def test_flatten_trades_and_wants_the_screen_unlocked(key: str) -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l", "ctrl+x", key, "y")
        assert not [request for request in desk.requests if isinstance(request, DoAct)]
        assert "unlock first" in at.text


async def test_alarms_stay_painted_and_quiet_words_do_not() -> None:
    desk = GuardedDesk()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l")
        desk.tell(Notice(Severity.OK, "fill", "bought 100 of something"))
        await at.frames(1)
        assert "bought" not in at.text
        desk.tell(Notice(Severity.ATTENTION, "rejected", "the venue rejected order 7"))
        await at.frames(2)
        assert "the venue rejected order 7" in at.text
        assert "bought" not in at.text
        at.clock.now += 300
        await at.frames(2)
        assert "the venue rejected order 7" in at.text


async def test_an_hour_without_a_key_locks() -> None:
    async with sitting() as at:
        at.clock.now += 3_599
        await at.frames()
        assert "LOCKED" not in at.text
        at.clock.now += 2
        await at.frames(2)
        assert "LOCKED" in at.text


async def test_it_does_not_lock_by_itself_over_a_live_position_unless_it_is_told_to() -> None:
    for over, locked in ((False, False), (True, True)):
        settings = ScreenSettings(
            coach=False, color=ColorUse.FULL, frames_per_second=1, lock_over_positions=over
        )
        desk = FakeDesk(mode="live")
        async with sitting(desk=desk, settings=settings) as at:
            await reviewed_order(at)
            await at.press("ctrl+t")
            for _ in range(20):
                await at.frames()
            assert any(row.quantity for row in desk.latest().positions)
            at.clock.now += 4_000
            await at.frames(2)
            assert ("LOCKED" in at.text) is locked


async def test_what_was_reviewed_before_the_lock_is_not_sent_behind_it() -> None:
    desk = GuardedDesk()
    desk.wants = False
    async with sitting(desk=desk) as at:
        await reviewed_order(at)
        await at.press("ctrl+x", "l", *CODE, "enter", "ctrl+t")
        assert desk.lines == []


async def test_a_vault_that_is_a_file_is_opened_from_the_locked_screen_too() -> None:
    class ClosedVault(GuardedDesk):
        def send(self, request) -> None:
            if isinstance(request, UnlockDesk) and not request.passphrase:
                self.requests.append(request)
                self.tell(FactorWanted(request.ticket, "unlock", True, "its passphrase first"))
                return
            super().send(request)

    desk = ClosedVault()
    async with sitting(desk=desk) as at:
        await at.press("ctrl+x", "l", *CODE, "enter")
        assert "its passphrase first" in at.text
        await at.type("horse")
        assert "horse" not in at.text
        await at.press("enter", *CODE, "enter")
        unlocks = [request for request in desk.requests if isinstance(request, UnlockDesk)]
        assert (unlocks[-1].typed, unlocks[-1].passphrase) == (CODE, "horse")
        assert "LOCKED" not in at.text


async def test_a_line_that_goes_at_once_meanwhile_does_not_lose_the_question() -> None:
    class SlowDesk(GuardedDesk):
        def send(self, request) -> None:
            if isinstance(request, SendLine) and request.text.startswith("cancel"):
                self.requests.append(request)
                self.tell(LineAnswered(request.ticket, False, "nothing works"))
                return
            if isinstance(request, SendLine) and request.proof is None:
                self.requests.append(request)
                return
            super().send(request)

    desk = SlowDesk()
    async with sitting(desk=desk) as at:
        await ask_to_resume(at)
        asked = desk.lines[-1]
        await at.press("ctrl+u")
        await at.type("cancel AAPL")
        await at.press("enter")
        assert desk.lines[-1].text == "cancel AAPL"
        desk.tell(FactorWanted(asked.ticket, asked.text))
        await at.press("tab", *CODE, "enter")
        assert (desk.lines[-1].text, desk.lines[-1].proof) == (asked.text, Proof(CODE))
