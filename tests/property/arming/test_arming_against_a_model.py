"""S06: whatever happens in whatever order, orders leave only while the rules of arming say so."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.domain.arming import ARMED_MAX, RETURNS_WITHIN, TO_THE_CLOSE
from engine.domain.arming_facts import AccountReconciled
from engine.domain.commands import ArmLive, DisarmLive, Kill, Resume, TightenLimit
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked
from engine.domain.quotes import Phase
from engine.domain.reports import MachineSlept, PhaseChanged
from engine.values import NANOS_PER_SECOND, Nanos
from tests.unit.domain.test_arming import DOWN, UP, LiveDesk

ARMS = [("arm", 0), ("arm", 60), ("arm", 3_600), ("arm", 50_000)]
WAITS = [("wait", seconds) for seconds in (1, 60, 299, 300, 301, 3_600, 28_799, 28_800)]
DROPS = [("down", 0), ("down", 0), ("clean", 0), ("clean", 0), ("unclean", 0), ("up", 0)]
ENDS = [("disarm", 0), ("kill", 0), ("slept", 0), ("close", 0)]
OTHERS = [("tighten", 0), ("tighten", 0), ("open", 0), ("resume", 0), ("unproved", 0)]
# Mostly what follows a drop, for that is where the rules are; the first thing is an arming.
after_a_drop = st.lists(
    st.sampled_from([*DROPS, ("wait", 60), ("wait", 150), ("wait", 300), ("tighten", 0)]),
    min_size=2,
    max_size=8,
)
anything = st.lists(st.sampled_from([*ARMS, *WAITS, *DROPS, *ENDS, *OTHERS]), max_size=8)
plans = st.lists(
    st.tuples(st.sampled_from(ARMS), after_a_drop, anything).map(lambda t: [t[0], *t[1], *t[2]]),
    min_size=1,
    max_size=3,
).map(lambda parts: [move for part in parts for move in part])


class Model:
    """The requirement, written down a second time and not by the same hand's functions."""

    def __init__(self) -> None:
        self.until = 0
        """0: nobody has armed it."""
        self.dropped_at = 0
        self.limits = self.armed_with = 0
        self.is_killed = self.is_closed = False

    def armed(self, now: int) -> bool:
        return bool(self.until) and not self.dropped_at and now < self.until

    def passes(self, now: int) -> None:
        if self.until and now >= self.until:
            self.ends()

    def ends(self) -> None:
        self.until = self.dropped_at = 0

    def arms(self, now: int, seconds: int) -> None:
        if self.is_killed or self.is_closed:
            return
        most = now + ARMED_MAX
        self.until = min(now + seconds * NANOS_PER_SECOND, most) if seconds else most
        self.dropped_at, self.armed_with = 0, self.limits

    def reconciles(self, now: int, *, is_clean: bool) -> None:
        if not self.until or not self.dropped_at:
            return
        is_late = now - self.dropped_at > RETURNS_WITHIN
        if is_clean and not is_late and self.limits == self.armed_with:
            self.dropped_at = 0
        else:
            self.ends()


def act(live: LiveDesk, model: Model, move: str, seconds: int) -> None:
    bench, now = live.bench, int(live.now)
    match move:
        case "arm":
            until = Nanos(now + seconds * NANOS_PER_SECOND) if seconds else TO_THE_CLOSE
            bench.submit(live.passed(), ArmLive("PAPER", until, "why"))
            model.arms(now, seconds)
        case "unproved":
            bench.submit(ArmLive("PAPER", TO_THE_CLOSE, "why"))
        case "wait":
            live.wait(seconds)
            model.passes(int(live.now))
        case "down":
            bench.submit(DOWN)
            if model.until and not model.dropped_at:
                model.dropped_at = now
        case "up":
            bench.submit(UP)
        case "clean" | "unclean":
            bench.submit(AccountReconciled("PAPER", move == "clean", "a difference"))
            model.reconciles(now, is_clean=move == "clean")
        case "disarm":
            bench.submit(DisarmLive("PAPER"))
            model.ends()
        case "kill":
            bench.submit(Kill("PAPER"))
            model.is_killed = True
            model.ends()
        case "resume":
            passed = SecondFactorChecked(FactorVerdict.PASSED, "resume", "abc", next_step(live))
            bench.submit(passed, Resume("PAPER", "calm"))
            model.is_killed = False
        case "tighten":
            model.limits += 1
            text = str(9_000 - model.limits)
            bench.submit(TightenLimit("PAPER", "order_quantity_max", text))
        case "slept":
            bench.submit(MachineSlept(Nanos(10 * NANOS_PER_SECOND), True))
            model.ends()
        case "close" | "open":
            model.is_closed = move == "close"
            bench.submit(PhaseChanged("*", Phase.CLOSED if model.is_closed else Phase.OPEN))
            if model.is_closed:
                model.ends()


def next_step(live: LiveDesk) -> int:
    live.step += 1
    return live.step


@settings(max_examples=100, deadline=None)
@given(plans)
@example([("arm", 0), ("down", 0), ("wait", 300), ("clean", 0)])
@example([("arm", 0), ("down", 0), ("wait", 301), ("clean", 0)])
@example([("arm", 0), ("down", 0), ("wait", 299), ("down", 0), ("wait", 60), ("clean", 0)])
def test_the_desk_is_armed_exactly_when_the_requirement_says_so(
    plan: list[tuple[str, int]],
) -> None:
    live, model = LiveDesk(), Model()
    for place, (move, seconds) in enumerate(plan):
        act(live, model, move, seconds)
        expected = model.armed(int(live.now))
        assert live.is_armed is expected, f"after {plan[: place + 1]}"
    assert ("R42" in live.denials()) is not model.armed(int(live.now))
