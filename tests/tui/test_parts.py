"""The small machines behind the screen: editor, danger strip, notices, completion, input."""

from typing import get_args

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.domain.preview_view import Preview, RuleCount
from engine.domain.quotes import Phase
from engine.domain.reasons import Finding, Verdict
from engine.domain.reports import LinkState
from engine.domain.views import LinkView, Severity
from engine.instruments import Instrument
from engine.language.syntax import ActLine, OrderLine, ReplayLine
from engine.ports import Act, SendLine
from engine.values import Quantity
from tests.tui.fake_desk import FakeDesk
from tui.command import ASKED, AT_ONCE, REVIEWED, CommandLine
from tui.danger import STRIP_SECONDS, Danger, Strip, question
from tui.editor import TEXT_CHARACTERS_MAX, Editor
from tui.notices import NOTICES_KEPT_MAX, Notices, Said
from tui.paint import protection_text
from tui.panes.panel import findings, panel
from tui.parser import ForgivingParser
from tui.settings import ColorUse, ThemeName
from tui.themes import palette

MOVES = ("left", "right", "home", "end", "rub_out", "delete", "clear", "rub_out_word")


@given(st.lists(st.one_of(st.sampled_from(MOVES), st.text(max_size=60)), max_size=40))
def test_an_editor_keeps_its_caret_inside_its_bounded_text(keys):
    editor = Editor()
    for key in keys:
        if key in MOVES:
            getattr(editor, key)()
        else:
            editor.type(key)
        assert 0 <= editor.caret <= len(editor.text) <= TEXT_CHARACTERS_MAX


def test_typing_replaces_what_the_desk_suggested_and_moving_keeps_it():
    editor = Editor("100", is_fresh=True)
    editor.type("7")
    assert editor.text == "7"
    editor = Editor("100", is_fresh=True)
    editor.left()
    editor.type("5")
    assert editor.text == "1050"


def test_a_question_is_answered_once():
    done = []
    danger = Danger()
    danger.ask("sure?", lambda: done.append(1), now=0.0)
    danger.yes()
    danger.yes()
    assert done == [1] and danger.state is Strip.CLOSED


def test_the_strip_closes_by_itself():
    danger = Danger()
    danger.open(now=10.0)
    assert not danger.expire(10.0 + STRIP_SECONDS - 0.01)
    assert danger.expire(10.0 + STRIP_SECONDS)


def test_kill_names_how_many_entries_go_and_how_many_exits_stay():
    view = FakeDesk().latest()
    assert question(Act.KILL, view, "AAPL") == "KILL: halt, cancel 0 entries, keep 0 exits?"


def test_kill_counts_one_as_one():
    desk = FakeDesk()
    desk.send(SendLine("b 100 AAPL 1.00", "t"))
    assert question(Act.KILL, desk.latest(), "AAPL") == "KILL: halt, cancel 1 entry, keep 0 exits?"


def test_flattening_where_nothing_is_held_tells_no_amount():
    asked = question(Act.FLATTEN_SYMBOL, FakeDesk().latest(), "AAPL")
    assert asked == "Flatten AAPL: no position, and no order to cancel?"


def test_flattening_says_minus_as_the_panes_do():
    desk = FakeDesk()
    desk.send(SendLine("short 100 AAPL mkt", "t"))
    asked = question(Act.FLATTEN_SYMBOL, desk.latest(), "AAPL")
    assert asked.startswith("Flatten AAPL: −100 shares, ")
    assert asked.endswith(", and no order to cancel?")


@pytest.mark.parametrize(
    ("phase", "state", "why"),
    [
        (Phase.HALTED, LinkState.UP, "halted"),
        (Phase.CLOSED, LinkState.QUIET, "closed"),
        (Phase.OPEN, LinkState.DOWN, "line down"),
        (Phase.OPEN, LinkState.AWAY, "line down"),
    ],
)
def test_flattening_what_cannot_trade_now_says_that_it_waits(
    phase: Phase, state: LinkState, why: str
):
    desk = FakeDesk()
    desk.send(SendLine("b 100 AAPL mkt", "t"))
    view = desk.latest()
    link = LinkView("ib", Severity.ATTENTION, state.name.lower(), is_down=state.is_down)
    quotes = [replace(row, phase=phase) if row.symbol == "AAPL" else row for row in view.quotes]
    view = msgspec.structs.replace(view, quotes=tuple(quotes), links=(link,))
    asked = question(Act.FLATTEN_SYMBOL, view, "AAPL")
    assert asked.startswith(f"Flatten AAPL once it can ({why}): +100 shares, ")
    assert asked.endswith("; entries go now?") and len(asked) < 80
    assert "1 position (1 later)" in question(Act.FLATTEN_ACCOUNT, view, "")


def test_cancelling_everything_names_what_it_leaves_without_a_stop():
    desk = FakeDesk()
    desk.send(SendLine("b 100 AAPL mkt tp +1 sl -1", "t"))
    asked = question(Act.CANCEL_EVERYTHING, desk.latest(), "AAPL")
    assert asked == "Cancel 2 orders, exits too? Leaves +100 AAPL without a stop"


def test_a_badge_says_how_much_is_protected_where_exits_are_used():
    desk, aapl = FakeDesk(), Instrument("AAPL")
    desk.send(SendLine("b 100 AAPL mkt tp +1 sl -1", "t"))
    (row,) = desk.latest().positions
    assert protection_text(aapl, row) == "100/100 protected"
    less = msgspec.structs.replace(row, protected=Quantity(60))
    assert protection_text(aapl, less) == "60/100 protected"
    assert protection_text(aapl, msgspec.structs.replace(row, protected=0)) == "unprotected"
    assert not protection_text(aapl, msgspec.structs.replace(row, has_exits=False))


def test_a_lesser_notice_does_not_cover_a_worse_one_that_is_fresh():
    notices = Notices()
    notices.add(Said(0.0, "", Severity.UNAVAILABLE, "engine gone"))
    notices.add(Said(1.0, "", Severity.OK, "copied"))
    assert notices.current(2.0).text == "engine gone"
    assert notices.current(1_000.0) is None


def test_advice_on_the_text_under_edit_goes_with_the_text_and_nothing_else_does():
    notices = Notices()
    notices.add(Said(0.0, "", Severity.ATTENTION, "no line begins with bogus", is_advice=True))
    notices.dismiss_advice()
    assert notices.current(1.0) is None
    notices.add(Said(1.0, "", Severity.ATTENTION, "order 1 was rejected"))
    notices.dismiss_advice()
    assert notices.current(2.0) is not None


def test_notices_are_bounded():
    notices = Notices()
    for number in range(NOTICES_KEPT_MAX + 10):
        notices.add(Said(float(number), "", Severity.OK, str(number)))
    assert len(notices.said) == NOTICES_KEPT_MAX


def line(text: str) -> CommandLine:
    command = CommandLine(lambda: "t")
    command.open(text)
    command.changed("AAPL")
    return command


def test_completion_offers_what_the_language_allows_there():
    assert "MSFT" in line("b 100 M").fits(("AAPL", "MSFT"), ())
    assert "mkt" in line("b 100 AAPL m").fits((), ())
    assert "7" in line("cancel ").fits((), ("7",))
    assert "watchlist" in line("wat").fits((), ())


def test_tab_goes_round_the_fitting_words():
    command = line("b 100 AAPL m")
    seen = []
    for _ in range(3):
        command.complete((), (), "AAPL")
        seen.append(command.editor.text.split()[-1])
    assert seen[0] != seen[1] and seen[2] == seen[0] and set(seen) == {"mkt", "mid"}


def test_every_act_of_the_language_can_be_done_at_the_screen():
    assert {*get_args(ActLine), OrderLine} == {*REVIEWED, *AT_ONCE, *ASKED} - {ReplayLine}


def test_the_same_line_is_kept_once_and_the_half_typed_one_comes_back():
    command = line("b 100 AAPL bid")
    command.finish()
    command.editor.put("b 100 AAPL bid")
    command.finish()
    command.editor.put("half")
    command.older()
    assert command.editor.text == "b 100 AAPL bid"
    command.older()
    command.newer()
    assert command.editor.text == "half"


PIECES = st.sampled_from(
    ["\x1b", "[", "O", "<", ";", ":", "u", "~", "M", "m", "R", "t", "1", "999999999999", "5", "a"]
)


@example(["\x1b", "]"])
@given(st.lists(st.one_of(PIECES, st.characters()), max_size=60))
def test_whatever_a_terminal_sends_is_read_or_dropped(pieces):
    dropped, clock = [], [0.0]
    parser = ForgivingParser(on_dropped=lambda: dropped.append(1), clock=lambda: clock[0])
    for _event in parser.feed("".join(pieces)):
        pass
    clock[0] += 60  # a string that nobody ends is over when it is silent
    list(parser.tick())
    list(parser.feed("\x1b[201~"))
    for _ in range(40):  # longer than any sequence that may still be open
        last = [event for event in parser.feed("q") if getattr(event, "key", "") == "q"]
    assert last


def test_a_sequence_that_the_parser_raises_on_is_counted():
    dropped = []
    parser = ForgivingParser(on_dropped=lambda: dropped.append(1))
    list(parser.feed("\x1b[999999999999;1u"))
    assert dropped == [1]
    assert [event.key for event in parser.feed("q")] == ["q"]


def test_a_text_that_was_cut_has_its_caret_at_its_end():
    editor = Editor()
    editor.put("x" * (TEXT_CHARACTERS_MAX + 50))
    editor.rub_out()
    assert len(editor.text) == TEXT_CHARACTERS_MAX - 1


def test_a_rule_that_compares_words_is_told_in_its_sentence():
    told = "The link to paper is down: nothing new leaves until it is back"
    words = Finding("R41", "not_ready", Verdict.DENY, told, "down", "up")
    figures = Finding("R41", "not_ready", Verdict.DENY, told, "5,000", "1,000")
    ink = palette(ThemeName.DARK, ColorUse.FULL)
    for finding, shown in ((words, told), (figures, "5,000 against 1,000")):
        preview = Preview(text="b 1 AAPL bid", is_valid=False, findings=(finding,))
        lines = [line.strip().text.strip() for line in findings(preview, ink, 120)]
        assert lines[1] == shown


def test_the_ticket_says_why_a_rule_is_off():
    ink = palette(ThemeName.DARK, ColorUse.FULL)
    rules = RuleCount(38, 2, ("R37 no earnings file", "R11 no sector file (in part)"))
    preview = Preview(text="b 1 AAPL bid", is_valid=True, symbol="AAPL", rules=rules)
    lines = [
        line.strip().text.strip()
        for line in panel(preview, Instrument("AAPL"), ink, 120, own="USD")
    ]
    assert "✓ 38 · 2 off" in lines
    assert "off: R37 no earnings file; R11 no sector file (in part)" in lines
