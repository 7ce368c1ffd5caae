"""Every action of the one table can be reached: by its key in help, by name, by a `:` word."""

import pytest

from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.language.words import FIRST_WORDS
from engine.ports import Act
from tests.tui.desk_screen import sitting
from tui.actions import ACTIONS, BY_ID, BY_KEY_ALONE
from tui.keyboard import Keymap
from tui.screens.help import Help
from tui.screens.palette import ActionPalette
from tui.themes import palette

NAMED = [action for action in ACTIONS if not action.later and action.id not in BY_KEY_ALONE]


def _texts(page) -> list[str]:
    from tui.settings import ColorUse, ThemeName

    ink = palette(ThemeName.DARK, ColorUse.FULL)
    return [line.strip().text for line in page.rows(ink, 160)]


def test_help_shows_every_action_with_its_keys():
    shown = "\n".join(_texts(Help(Keymap())))
    for action in ACTIONS:
        assert (action.later or action.help) in shown, action.id


def test_the_palette_offers_every_action_that_can_be_named():
    chosen: list[str] = []
    page = ActionPalette(Keymap(), lambda action: chosen.append(action.id))
    for row in range(len(_texts(page))):
        page.choose(row)
    assert chosen == [action.id for action in NAMED]
    assert {f"danger.{name}" for name in ("halt", "kill", "flatten_symbol")} <= set(chosen)


def test_every_action_that_can_be_named_has_a_word_of_its_own():
    words = [action.word for action in NAMED]
    assert all(words), [action.id for action in NAMED if not action.word]
    assert len(set(words)) == len(words)


def test_what_has_no_name_is_a_second_key_or_meant_for_a_key_alone():
    for action_id in BY_KEY_ALONE:
        action = BY_ID[action_id]
        assert action.keys, action_id
        if action.same_as:
            assert not BY_ID[action.same_as].same_as, action_id


def test_a_word_that_the_language_knows_is_a_line_of_the_language():
    for action in NAMED:
        if action.word in FIRST_WORDS:
            forms = (
                action.word,
                f"{action.word} 1",
                f"{action.word} AAPL",
                f"{action.word} 1 qty 5",
            )
            assert any(not isinstance(parse_line(form), SyntaxProblem) for form in forms)


@pytest.mark.parametrize("action", NAMED, ids=lambda action: action.id)
async def test_choosing_an_action_by_name_never_fails_and_never_sends_an_order(action):
    async with sitting((120, 40)) as here:
        if action.id == "desk.theme":
            return
        here.app.dispatcher._from_palette(action)
        await here.press("escape")
        assert not [one for one in here.desk.sent() if not one.text.startswith("replay ")]


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("cancel_everything", Act.CANCEL_EVERYTHING),
        ("flatten_symbol", Act.FLATTEN_SYMBOL),
        ("flatten_account", Act.FLATTEN_ACCOUNT),
        ("kill", Act.KILL),
    ],
)
async def test_palette_word_and_strip_ask_the_same_question(name: str, act: Act):
    action = BY_ID[f"danger.{name}"]
    async with sitting((120, 40)) as here:
        asked = []
        await here.press("ctrl+x", action.keys[0])
        asked.append(here.app.room.danger.question)
        await here.press("escape", "ctrl+p")
        await here.type(action.word)
        await here.press("enter")
        asked.append(here.app.room.danger.question)
        await here.press("enter")
        assert not here.desk.acts()
        await here.press("y")
        await here.press("colon")
        await here.type(action.word)
        await here.press("enter")
        asked.append(here.app.room.danger.question)
        assert asked == [asked[0]] * 3 and asked[0]
        assert [done.act for done in here.desk.acts()] == [act]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("cancel *", "cancel_everything"),
        ("flatten .", "flatten_symbol"),
        ("flatten *", "flatten_account"),
        ("kill", "kill"),
    ],
)
async def test_the_line_of_the_language_asks_what_the_strip_asks(line: str, name: str):
    async with sitting((120, 40)) as here:
        await here.press("ctrl+x", BY_ID[f"danger.{name}"].keys[0])
        asked = here.app.room.danger.question
        await here.press("escape", "colon")
        await here.type(line)
        await here.press("enter")
        assert here.app.room.danger.question == asked
        assert not [one for one in here.desk.sent() if not one.text.startswith("replay ")]


async def test_cancelling_by_name_from_another_pane_shows_the_row_first():
    async with sitting((120, 40)) as here:
        await here.press("colon")
        await here.type("b 100 AAPL bid")
        await here.press("enter", "ctrl+t", "1", "ctrl+p")
        await here.type("cancels this order")
        await here.press("enter")
        assert "look at the row under the cursor first" in here.text
        assert not any(row.is_done for row in here.desk.latest().orders)


async def test_a_page_that_is_opened_again_shows_its_rows_again():
    async with sitting() as here:
        await here.press("question_mark")
        first = here.text
        assert "╭ keys ─" in first and "everywhere" in first
        await here.press("escape")
        assert "╭ keys ─" not in here.text
        await here.press("question_mark")
        assert here.text.splitlines()[1:-2] == first.splitlines()[1:-2]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("b 100 AAPL bid", "Enter review"),
        ("oco pos AAPL tp 192 sl 189", "Enter review"),
        ("cancel 3", "Enter does it"),
        ("practice reject next", "Enter does it"),
        ("help", "Enter does it"),
        ("flatten AAPL", "Enter asks once"),
        ("cancel *", "Enter asks once"),
    ],
)
async def test_the_footer_says_what_enter_does_with_the_line(line: str, words: str):
    async with sitting() as here:
        await here.press("colon")
        here.app.room.command.editor.put(line)
        here.app.room.line_changed()
        await here.frames()
        assert words in here.row(-1)


async def test_the_danger_strip_cuts_no_word():
    async with sitting() as here:
        await here.press("ctrl+x")
        assert "k KILL" in here.row(-1)
        assert "…" not in here.row(-1)


async def test_enter_on_a_line_that_cannot_be_read_says_what_fits_there():
    async with sitting() as here:
        await here.press("colon")
        here.app.room.command.editor.put('resolve 7 rejected "so"')
        here.app.room.line_changed()
        await here.press("enter")
        assert "'rejected' is no outcome — here fits" in here.text
        assert "not-placed" in here.text
