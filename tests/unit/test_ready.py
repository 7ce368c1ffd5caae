"""`trader ready`: what it makes of a desk's view, a trouble at a time; the exit code follows."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commands import ready
from commands.doctor import Check, tell
from data.home import Home
from engine.domain.attention import AttentionRow
from engine.domain.limits_view import LimitRow, LimitsView
from engine.domain.quotes import Source
from engine.domain.standing_rows import condition
from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.domain.views import DeskView, LinkView
from engine.instruments import Instrument
from engine.ports import BooksTold, SendLine
from engine.values import Nanos, OrderId, Price, Quantity
from tests.tui.fake_desk import FakeDesk

AT = Nanos(1_782_800_000_000_000_000)
COMPARED = BooksTold("books", ("compared",), AT)


class Welcome(msgspec.Struct):
    process: int = 7
    view_age_ms: int = 10
    is_read_only: bool = False
    someone_has_control: bool = True


class StandIn:
    """What `ready` asks of an engine, without one."""

    def __init__(self, **changes: object) -> None:
        desk = FakeDesk()
        desk.send(SendLine("b 100 AAPL mkt", "filled"))
        desk.send(SendLine("b 100 AAPL 1.00", "rests"))
        self.view: DeskView = msgspec.structs.replace(desk.latest(), **changes)
        self.welcome = Welcome()
        self.told: BooksTold | None = COMPARED
        self.rows: tuple[LimitRow, ...] | None = ()

    def books(self, seconds: float) -> BooksTold | None:
        return self.told

    def limits(self, symbol: str, seconds: float) -> LimitsView | None:
        return None if self.rows is None else LimitsView("PAPER", symbol, AT, (), self.rows)

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(symbol)


def looked(look: object, shell: StandIn) -> list[Check]:
    found: Iterator[Check] = look(shell)  # type: ignore[operator]
    return list(found)


def words(checks: list[Check]) -> list[str]:
    return [check.word for check in checks]


def quiet(**changes: object) -> StandIn:
    """A desk without positions, orders or anything wrong."""
    return StandIn(**{"positions": (), "orders": (), **changes})


def test_a_desk_with_nothing_wrong_is_ready() -> None:
    checks = [check for look in ready._LOOKS for check in looked(look, quiet())]
    assert set(words(checks)) == {"ok"}
    assert tell(checks, bad_words=ready.BAD_WORDS, as_json=False) == 0


def test_an_old_view_is_a_stall_and_a_desk_without_control_is_said() -> None:
    shell = quiet()
    shell.welcome = Welcome(view_age_ms=9_000)
    (stalled,) = looked(ready._engine, shell)
    assert stalled.word == "unavailable" and "9 s old" in stalled.text
    shell.welcome = Welcome(someone_has_control=False)
    assert words(looked(ready._engine, shell)) == ["ok", "attention"]
    shell.welcome = Welcome(is_read_only=True)
    assert words(looked(ready._engine, shell)) == ["ok", "degraded"]


def test_a_lowered_state_and_a_condition_are_told_with_what_ends_them() -> None:
    halted = StandingRow(
        StandingKind.STATE, "account", "account PAPER", "*", "HALTED", True, why="enough",
        ends_by='resume "why"',
    )  # fmt: skip
    clock = condition("clock", "wall clock", "the clock is 3 s off", severity=Severity.DEGRADED)
    off = StandingRow(StandingKind.BREAKER, "market_wide", "market-wide", "*", "off", False)
    tripped = StandingRow(
        StandingKind.BREAKER, "venue", "venue", "fix", "tripped", True, why="link to fix is down",
        ends_by="a clean comparison", severity=Severity.UNAVAILABLE,
    )  # fmt: skip
    rows = (halted, clock, off, tripped)
    state, condition_told, venue, breakers = looked(ready._trading, quiet(standings=rows))
    assert venue.text == "venue: link to fix is down; ends by a clean comparison"
    assert venue.word == "unavailable"
    assert (state.word, state.text) == ("degraded", 'HALTED (enough); ends by resume "why"')
    assert (condition_told.word, condition_told.text) == ("degraded", "the clock is 3 s off")
    assert (breakers.word, "market-wide" in breakers.text) == ("attention", True)


def test_a_link_in_trouble_says_what_the_venues_side_said() -> None:
    down = condition("link", "link to fix", "link to fix refused", scope="fix", ends_by="return")
    links = (LinkView("fix", Severity.UNAVAILABLE, "down"), LinkView("rec", Severity.OK, ""))
    first, second = looked(ready._links, quiet(links=links, standings=(down,)))
    assert (first.word, first.text) == ("unavailable", "link to fix refused; ends by return")
    assert (second.word, second.text) == ("ok", "rec: up")
    farm = LinkView("ib", Severity.ATTENTION, "up", "up, broken: usfarm")
    (told,) = looked(ready._links, quiet(links=(farm,)))
    assert (told.word, told.text) == ("attention", "ib: up, broken: usfarm")
    (none,) = looked(ready._links, quiet(links=(), mode="LIVE"))
    assert none.word == "unavailable"


@pytest.mark.parametrize(
    ("state", "word"),
    [("up", "attention"), ("quiet", "degraded"), ("away", "degraded")],
)
def test_a_desk_is_not_ready_over_a_link_that_lets_nothing_open_planned_or_not(
    state: str, word: str
) -> None:
    links = (LinkView("ib", Severity.ATTENTION, state),)
    (found,) = looked(ready._links, quiet(links=links, standings=()))
    assert found.word == word


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"source": Source.DELAYED}, "degraded"),
        ({"source": Source.FROZEN}, "degraded"),
        ({"is_stale": True}, "degraded"),
        ({"bid": Price(0)}, "attention"),
    ],
)
def test_a_quote_that_cannot_be_traded_on_is_named(changes: dict[str, object], word: str) -> None:
    shell = quiet()
    first, *others = shell.view.quotes
    spoilt = msgspec.structs.replace(first, **changes)
    (check,) = looked(ready._quotes, quiet(quotes=(spoilt, *others)))
    assert check.word == word and first.symbol in check.text
    assert not any(other.symbol in check.text for other in others)


def test_no_quote_at_all_in_an_open_market_keeps_from_the_open() -> None:
    blank = tuple(msgspec.structs.replace(q, ask=Price(0)) for q in quiet().view.quotes)
    (check,) = looked(ready._quotes, quiet(quotes=blank))
    assert check.word == "degraded"


def test_books_never_compared_or_being_compared_or_with_a_break() -> None:
    shell = quiet(mode="PRACTICE")
    shell.told = BooksTold("books", ())
    assert words(looked(ready._books, shell)) == ["degraded"]
    shell.told = None
    assert words(looked(ready._books, shell)) == ["unavailable"]
    busy = quiet(standings=(condition("reconciling", "comparing books", "comparing"),))
    assert words(looked(ready._books, busy)) == ["degraded"]
    row = AttentionRow(
        "break", "position/AAPL", AT, OrderId(0), "", "AAPL", "100 here, 0 there", "100 too many",
        "adopt AAPL",
    )  # fmt: skip
    (check,) = looked(ready._books, quiet(attentions=(row,)))
    assert check.word == "degraded" and "settle it with `adopt AAPL …`" in check.text


def test_orders_say_where_they_live_and_which_were_not_answered() -> None:
    shell = StandIn(positions=(), mode="PRACTICE")
    order = next(row for row in shell.view.orders if not row.is_done)
    answered = msgspec.structs.replace(order, pending="", state="working")
    (check,) = looked(ready._orders, StandIn(orders=(answered,), mode="PRACTICE"))
    assert (check.word, check.text) == ("ok", "1 at the venue")
    waiting = msgspec.structs.replace(order, pending="new")
    assert words(looked(ready._orders, StandIn(orders=(waiting,), mode="PRACTICE"))) == [
        "ok",
        "degraded",
    ]
    held = msgspec.structs.replace(answered, state="held")
    place, told = looked(ready._orders, StandIn(orders=(held,), mode="PRACTICE"))
    assert "the desk holds it back" in place.text and f"#{order.label}" in told.text


@pytest.mark.parametrize(
    ("protected", "has_exits", "word"),
    [(100, True, "ok"), (60, True, "degraded"), (0, True, "degraded"), (0, False, "attention"),
     (140, True, "degraded")],
)  # fmt: skip
def test_protected_is_held_against_the_position(protected: int, has_exits: bool, word: str) -> None:
    (row,) = StandIn().view.positions[:1]
    for quantity in (100, -100):
        position = msgspec.structs.replace(
            row, quantity=Quantity(quantity), protected=Quantity(protected), has_exits=has_exits
        )
        (check,) = looked(ready._positions, quiet(positions=(position,)))
        assert check.word == word


def limit(**changes: object) -> LimitRow:
    row = LimitRow("R08", "position", "risk.position_max", "position_max", "", "HARD", "500", "500",
                   "profile", True)  # fmt: skip
    return msgspec.structs.replace(row, **changes)


def test_limits_that_are_used_up_or_off_are_counted() -> None:
    shell = quiet()
    used = limit(share=1_000, used="500", limit="500")
    shell.rows = (used, limit(id="R28", off="no source"))
    reached, counted = looked(ready._limits, shell)
    assert (reached.word, reached.text) == ("attention", "R08 position is used up: 500 of 500")
    assert counted.text == "1 of 2 controls count; off: R28"
    shell.rows = None
    assert words(looked(ready._limits, shell)) == ["unavailable"]


def test_a_kill_file_is_told_for_the_next_start_begins_killed(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    options = Namespace(home=home.path)
    assert list(ready._kill_file(options)) == []
    home.kill_path.touch()
    (check,) = ready._kill_file(options)
    assert check.word == "degraded" and "until it is removed" in check.text
