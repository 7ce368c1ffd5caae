"""The desk under somebody's hands: a fake desk, real keys, no wall clock."""

import msgspec
import pytest

from data.frames import as_plain_text
from engine.domain.views import Severity
from engine.ports import (
    Act,
    CancelById,
    EngineStopped,
    ExplainOrder,
    FocusSymbol,
    LineAnswered,
    Notice,
    PreviewAnswered,
    PreviewLine,
    SetSpeed,
    TellRealism,
)
from engine.values import OrderType, Price
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tui.layout import PaneName
from tui.panes.orders import Tab
from tui.settings import ScreenSettings

BUY = "b 100 AAPL bid"


async def order(here, text: str = BUY) -> None:
    await here.press("colon")
    await here.type(text)
    await here.press("enter", "ctrl+t")


async def test_the_first_screen_shows_mode_market_and_symbols():
    async with sitting() as here:
        assert "PAPER" in here.row(0) and "synthetic" in here.row(0)
        assert "AAPL" in here.text and "watchlist" in here.text


async def test_a_line_is_echoed_in_words_with_cost_and_queue_while_it_is_typed():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        assert "BUY 100 AAPL LMT 120.02 DAY" in here.text
        assert "rests, 300 ahead" in here.text
        assert "12,002.00" in here.text
        assert not here.desk.sent()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_stop_has_a_column_of_its_own_as_soon_as_one_is_listed(size):
    async with sitting(size) as here:
        await order(here, "b 100 MSFT 1.00")
        await order(here, "b 100 AAPL mkt")
        await here.frames(3)
        assert " stop " not in here.text
        lower = here.desk._orders[1]
        here.desk._orders[1] = msgspec.structs.replace(
            lower, type=OrderType.STOP_LIMIT, stop=Price(25_000)
        )
        await here.frames(3)
        rows = here.text.splitlines()
        heading = next(row for row in rows if "price      stop" in row)
        end = heading.index("stop") + len("stop")
        stopped = next(row for row in rows if " 100 MSFT " in row and "0/100" in row)
        assert stopped[:end].endswith(" 1.00      2.50")
        done = next(row for row in rows if " 100 AAPL " in row and "100/100" in row)
        assert done[:end].endswith(" —          "), "laid out anew although nothing of it changed"
        assert heading.index("state") == done.index("filled") == stopped.index("working")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_order_of_an_earlier_day_shows_the_number_that_cancels_it(size):
    async with sitting(size) as here:
        await order(here, "b 100 MSFT 1.00 gtc")
        (kept,) = here.desk._orders
        here.desk._orders[0] = msgspec.structs.replace(kept, label="20260629-112")
        await here.frames(3)
        (row,) = [row for row in here.text.splitlines() if " 100 MSFT " in row and "0/100" in row]
        assert "0629-112 " in row


async def test_a_leg_whose_entry_is_not_listed_above_it_is_named_in_full():
    async with sitting((120, 40)) as here:
        await order(here, "b 100 AAPL mkt tp +1 sl -1")
        await order(here, "b 100 AAPL mkt tp +1 sl -1")
        await here.frames(3)
        legs = [row.split()[1] for row in here.text.splitlines() if " SELL " in row]
        assert legs == ["└.1", "└.2", "└.1", "└.2"]
        await here.press("6")
        while here.app.panes[PaneName.ORDERS].tab is not Tab.WORKING:
            await here.press("left")
        rows = [row.replace("▌", " ") for row in here.text.splitlines() if " SELL " in row]
        assert [row.split()[1] for row in rows] == ["4.1", "4.2", "1.1", "1.2"]


async def test_enter_reviews_and_ctrl_t_sends_exactly_one_order():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press("enter")
        assert "PAPER" in here.row(21) and "^T sends" in here.row(21)
        assert not here.desk.sent()
        await here.press("ctrl+t")
        assert [request.text for request in here.desk.sent()] == [BUY]
        assert "working" in here.text


class KeptFrames:
    """An `engine.ports.Frames` that draws at once."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, int, str]] = {}

    def keep(self, ticket, columns, rows, draw):
        self.kept[ticket] = (columns, rows, draw())


async def test_the_screen_of_a_sent_order_is_kept_as_the_person_saw_it():
    frames = KeptFrames()
    async with sitting(frames=frames) as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press("ctrl+t")
        assert frames.kept == {}
        await here.press("enter")
        seen = here.text
        await here.press("ctrl+t")
        (ticket,) = frames.kept
        assert ticket == here.desk.sent()[0].ticket
        columns, rows, drawn = frames.kept[ticket]
        assert (columns, rows) == (80, 24)
        assert as_plain_text(drawn) + "\n" == seen


async def test_ctrl_t_without_a_review_sends_nothing_and_says_so():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press("ctrl+t")
        assert not here.desk.sent()
        assert "Enter reviews" in here.text


async def test_held_enter_and_held_ctrl_t_send_one_order_at_most():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press(*["enter"] * 30, gap=0.03)
        assert not here.desk.sent()
        await here.press(*["ctrl+t"] * 30, gap=0.2)
        assert len(here.desk.sent()) == 1


async def test_ctrl_t_in_a_burst_of_keys_is_a_paste_and_sends_nothing():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press("enter", "enter", "enter", "ctrl+t", gap=0.001)
        assert not here.desk.sent()
        assert "paste" in here.text
        await here.press("ctrl+t")
        assert len(here.desk.sent()) == 1


async def test_a_key_that_sends_is_refused_when_the_screen_is_behind():
    async with sitting() as here:
        await here.press("colon")
        await here.type(BUY)
        await here.press("enter")
        here.clock.now += 0.31
        await here.pilot.press("ctrl+t")
        assert not here.desk.sent()
        assert "behind" in here.text
        await here.press("ctrl+t")
        assert len(here.desk.sent()) == 1


async def test_a_ticket_opens_seeded_and_goes_the_same_way_out():
    async with sitting() as here:
        await here.press("b")
        assert "BUY" in here.text and "120.02" in here.row(3)
        await here.press("enter")
        assert not here.desk.sent()
        await here.press("ctrl+t")
        sent = here.desk.sent()
        assert [request.text for request in sent] == ["buy 100 AAPL 120.02"]
        assert sent[0].from_ticket


async def test_arrows_move_the_price_by_a_tick_and_page_keys_by_ten():
    async with sitting() as here:
        await here.press("b", "tab", "tab", "up", "up", "pagedown")
        assert here.app.room.form.line == "buy 100 AAPL 119.94"


async def test_plus_moves_a_price_and_minus_begins_an_offset_in_an_empty_field():
    async with sitting() as here:
        await here.press("b", "tab", "tab", "plus")
        assert here.app.room.form.line.endswith("120.03")
        await here.press("ctrl+u", "minus", "5", "t")
        assert here.app.room.form.line.endswith("-5t")


async def test_a_spent_ticket_stays_spent_until_a_new_one_is_opened():
    async with sitting() as here:
        await here.press("b", "enter", "ctrl+t", "3", "enter", "ctrl+t", "enter", "ctrl+t")
        assert len(here.desk.sent()) == 1


async def test_a_denied_line_says_why_with_numbers_and_one_key_resizes_it():
    async with sitting() as here:
        await here.press("colon")
        await here.type("b 5000 AAPL mkt")
        assert "R01 order_quantity" in here.text and "1,000" in here.text
        await here.press("enter", "ctrl+t")
        assert not here.desk.sent()
        await here.press("ctrl+r")
        assert here.app.room.command.editor.text == "b 1000 AAPL mkt"
        await here.press("enter", "ctrl+t")
        assert len(here.desk.sent()) == 1


async def test_a_rejection_stays_in_the_ticket_with_its_reason_and_a_retry():
    class Refusing(FakeDesk):
        def _take(self, request):
            self.tell(LineAnswered(request.ticket, False, "order 1 denied: Too late today."))

    async with sitting(desk=Refusing()) as here:
        await here.press("b", "enter", "ctrl+t")
        assert "Too late today" in here.text
        await here.press("enter", "ctrl+t")
        tickets = [request.ticket for request in here.desk.sent()]
        assert len(tickets) == len(set(tickets)) == 2


async def test_the_queue_counts_down_and_the_fill_is_there():
    async with sitting() as here:
        await order(here)
        await here.frames(10)
        assert " 200" in here.text
        await here.frames(25)
        assert "100/100" in here.text and "filled" in here.text


async def test_e_explains_the_order_under_the_cursor():
    async with sitting() as here:
        await order(here)
        await here.press("e")
        assert isinstance(here.desk.requests[-1], ExplainOrder)
        assert "38 rules passed" in here.text
        await here.press("escape")
        assert "38 rules passed" not in here.text


async def test_report_holds_paper_against_tape_with_its_columns_in_place():
    async with sitting() as here:
        await here.press("colon")
        await here.type("report")
        await here.press("enter")
        assert isinstance(here.desk.requests[-1], TellRealism)
        assert "not believable because you were 12.00 % of GOOG" in here.text
        assert "  maker 1 s   −0.26  █│" in here.text
        await here.press("escape")
        assert "not believable" not in here.text


async def test_c_cancels_the_order_under_the_cursor_which_sticks_to_it():
    async with sitting() as here:
        await order(here)
        await here.press("1")
        await order(here, "b 200 MSFT bid")
        await here.press("down", "c")
        cancels = [row for row in here.desk.requests if isinstance(row, CancelById)]
        assert [row.order_id for row in cancels] == [1]


async def test_cancel_and_halt_lines_act_on_enter():
    async with sitting() as here:
        await order(here)
        for text in ("c 1", "halt"):
            await here.press("colon")
            await here.type(text)
            await here.press("enter")
        assert [request.text for request in here.desk.sent()][1:] == ["c 1", "halt"]


async def test_flatten_asks_once_and_only_y_answers():
    async with sitting() as here:
        await here.press("colon")
        await here.type("flatten *")
        await here.press("enter")
        assert not here.desk.sent()
        await here.press("enter", "ctrl+t", "x")
        assert not here.desk.sent()
        await here.press("y")
        assert [request.text for request in here.desk.sent()] == ["flatten *"]


async def test_an_action_of_the_screen_has_a_word_on_the_line():
    async with sitting((120, 40)) as here:
        await here.press("colon")
        await here.type("tape")
        await here.press("enter")
        assert here.app.room.focus is PaneName.TAPE


async def test_the_danger_strip_halts_at_once_and_kill_asks():
    async with sitting() as here:
        await here.press("ctrl+x")
        assert "DANGER" in here.text
        await here.press("h")
        assert [act.act for act in here.desk.acts()] == [Act.HALT]
        await here.press("ctrl+x", "k")
        assert len(here.desk.acts()) == 1 and "KILL" in here.text
        await here.press("y")
        assert [act.act for act in here.desk.acts()] == [Act.HALT, Act.KILL]


async def test_what_became_of_an_act_is_not_covered_by_its_asking():
    async with sitting() as here:
        await here.press("ctrl+x", "a", "y")
        assert "asked for" in here.text
        here.desk.tell(Notice(Severity.OK, "cancelled", "09:31:01.134  #1 cancelled"))
        await here.frames()
        assert "#1 cancelled" in here.text and "asked for" not in here.text


async def test_the_strip_works_with_ctrl_still_held_and_from_every_field_and_page():
    async with sitting() as here:
        await here.press("colon", "b", "ctrl+x", "ctrl+c")
        await here.press("question_mark", "ctrl+x", "c")
        await here.press("escape", "b", "ctrl+x", "c")
        assert [act.act for act in here.desk.acts()] == [Act.CANCEL_ENTRIES] * 3


async def test_the_strip_eats_every_other_key_and_closes_after_two_seconds():
    async with sitting() as here:
        await here.press("ctrl+x", "b", "colon", "z")
        assert not here.app.room.command.is_open and not here.app.room.has_draft
        here.clock.now += 2.0
        await here.press("h")
        assert not here.desk.acts()


async def test_a_pasted_danger_chord_does_nothing():
    async with sitting() as here:
        await here.press("a", "b", "ctrl+x", "h", gap=0.001)
        assert not here.desk.acts()


async def test_ctrl_c_never_quits_and_ctrl_q_asks():
    async with sitting() as here:
        await order(here)
        await here.press("ctrl+c")
        assert here.app.is_running and "nothing was stopped" in here.text
        await here.press("ctrl+q")
        assert "Quit? 1 working and" in here.text
        assert "the next start goes on with them" in here.text
        await here.press("escape")
        assert here.app.is_running


async def test_quitting_is_answered_with_y_alone():
    async with sitting() as here:
        await here.press("ctrl+q", "y")
        assert here.app._exit


async def test_escape_leads_from_any_field_to_the_desk_in_two_presses():
    async with sitting() as here:
        for keys in (("colon", "b"), ("b",), ("b", "enter"), ("slash", "a"), ("question_mark",)):
            await here.press(*keys)
            await here.press("escape", "escape")
            assert not here.app.room.command.is_open
            assert here.app.room.page is None
            assert here.app.room.focus is not PaneName.TICKET
        assert not here.desk.sent() and not here.desk.acts()


async def test_a_half_typed_line_and_a_half_filled_ticket_are_kept():
    async with sitting() as here:
        await here.press("colon")
        await here.type("b 1")
        await here.press("escape", "colon")
        assert here.app.room.command.editor.text == "b 1"
        await here.press("end", "0", "escape", "colon", "s")
        assert here.app.room.command.editor.text == "s", "typing replaces what came back"
        await here.press("up")
        assert here.app.room.command.editor.text == "b 10", "and nothing is lost"
        await here.press("escape", "b", "7", "escape", "3")
        assert here.app.room.form.line.startswith("buy 7 ")


async def test_a_paste_of_lines_is_staged_and_sends_nothing():
    from textual import events

    async with sitting() as here:
        await here.press("colon")
        here.app.post_message(events.Paste(f"{BUY}\nb 100 MSFT bid\n\x14\r\n"))
        await here.pilot.pause()
        assert here.app.room.command.editor.text == BUY
        assert list(here.app.room.command.staged) == ["b 100 MSFT bid"]
        assert not here.desk.sent()
        await here.frames(1)
        await here.press("enter", "ctrl+t")
        assert here.app.room.command.editor.text == "b 100 MSFT bid"
        assert len(here.desk.sent()) == 1


async def test_history_and_completion_help_with_the_line():
    async with sitting() as here:
        await order(here)
        await here.press("colon", "up")
        assert here.app.room.command.editor.text == BUY
        await here.press("ctrl+u")
        await here.type("b 100 MS")
        await here.press("tab")
        assert here.app.room.command.editor.text == "b 100 MSFT "


async def test_a_word_that_does_not_fit_gets_a_sentence_and_a_mark():
    async with sitting() as here:
        await here.press("colon")
        await here.type("b l00 AAPL bid")
        assert "▾" in here.row(21) and "l00" in here.row(21)


async def test_the_symbol_under_the_cursor_is_the_symbol_on_the_screen():
    async with sitting((120, 40)) as here:
        await here.press("down", "down")
        assert here.desk.requests[-1] == FocusSymbol("GOOG")
        assert "2 GOOG" in here.text and "tape · GOOG" in here.text


async def test_a_symbol_is_found_by_typing():
    async with sitting() as here:
        await here.press("slash", "n", "v", "d", "enter")
        assert here.app.room.symbol == "NVDA"


async def test_a_ticket_at_a_level_of_the_ladder_has_its_price():
    async with sitting((120, 40)) as here:
        await here.press("2", "down", "down", "enter")
        assert here.app.room.form.line == "buy 100 AAPL 120.01"


async def test_the_ladder_swallows_what_it_does_not_know():
    async with sitting((120, 40)) as here:
        await here.press("2", "j", "k", "f", "5")
        assert here.app.room.focus is PaneName.DEPTH
        assert "safe" in here.text and not here.desk.sent()


async def test_coarser_levels_hold_the_same_shares():
    async with sitting((120, 40)) as here:
        depth = here.app.panes[PaneName.DEPTH]
        before = sum(row.quantity for row in here.desk.latest().depth.bids)
        instrument = here.desk.instruments()["AAPL"]
        await here.press("2", "right_square_bracket", "right_square_bracket")
        grouped = depth._grouped(here.desk.latest().depth.bids, instrument, is_bid=True)
        assert sum(row.quantity for row in grouped) == before
        assert all(row.price % 500 == 0 for row in grouped)


async def test_digits_lead_to_panes_and_share_a_slot_on_a_small_terminal():
    async with sitting() as here:
        await here.press("2")
        assert "2 AAPL" in here.text and "watchlist" not in here.text
        await here.press("escape")
        assert "watchlist" in here.text
        await here.press("tab", "tab", "z")
        assert "watchlist" not in here.text
        await here.press("z")
        assert "watchlist" in here.text


async def test_lists_of_the_blotter_turn():
    async with sitting() as here:
        await order(here, "b 100 AAPL mkt")
        pane = here.app.panes[PaneName.ORDERS]
        seen = []
        without_ghosts = set(Tab) - {Tab.GHOST}
        for _ in without_ghosts:
            seen.append(pane.tab)
            await here.press("right")
        assert set(seen) == without_ghosts
        await here.press("right")
        assert pane.tab is Tab.FILLS and "300 shares ahead" not in here.row(0)


async def test_the_cursor_goes_to_the_order_just_sent():
    async with sitting() as here:
        for text in (BUY, "b 200 MSFT bid", "b 300 GOOG bid"):
            await order(here, text)
            await here.frames(1)
        row = here.app.panes[PaneName.ORDERS].selected()
        assert row.symbol == "GOOG"


async def test_a_click_gives_the_keys_and_moves_the_cursor_and_never_trades():
    async with sitting((120, 40)) as here:
        await here.pilot.click("#watchlist", offset=(5, 4))
        assert here.app.room.symbol == "GOOG"
        await here.pilot.click("#orders", offset=(5, 1))
        assert here.app.room.focus is PaneName.ORDERS
        assert not here.desk.sent() and not here.desk.acts()


async def test_b_in_the_blotter_is_about_the_symbol_of_the_row():
    async with sitting() as here:
        await order(here, "b 100 MSFT bid")
        await here.press("b")
        assert here.app.room.form.symbol == "MSFT"


async def test_closing_a_position_seeds_its_size_and_the_other_side():
    async with sitting() as here:
        await order(here, "b 300 AAPL mkt")
        await here.press("x")
        assert here.app.room.form.line.startswith("sell 300 AAPL")


async def test_a_notice_interrupts_in_words_and_markup_stays_text():
    async with sitting() as here:
        attack = "[@click=app.quit]venue[/] \x1b[31msays\x1b[0m [/nope]"
        here.desk.tell(Notice(Severity.UNAVAILABLE, "x", attack))
        await here.pilot.pause()
        assert "unavailable: [@click=app.quit]venue[/]" in here.row(21)
        assert "\x1b" not in here.text


async def test_a_stopped_engine_ends_the_screen_with_its_code():
    async with sitting() as here:
        here.desk.tell(EngineStopped("the journal is full", 7))
        await here.pilot.pause()
        assert here.app._exit_code == 7


async def test_a_full_inbox_is_said_and_the_order_can_be_sent_again():
    from engine.errors import TraderError
    from engine.ports import SendLine

    class Full(FakeDesk):
        def send(self, request):
            if isinstance(request, SendLine):
                raise TraderError("the inbox is full")
            super().send(request)

    async with sitting(desk=Full()) as here:
        await order(here)
        assert "the inbox is full" in here.text
        assert here.app.room.command.sending.stage == "editing"


async def test_figures_of_an_older_question_never_replace_newer_ones():
    async with sitting() as here:
        here.desk.answers_previews = False
        await here.press("colon")
        await here.type("b 100 AAPL mkt")
        await here.press("ctrl+u")
        await here.type(BUY)
        asked = [row for row in here.desk.requests if isinstance(row, PreviewLine)]
        assert [row.text for row in asked] == ["b 100 AAPL mkt", BUY]
        here.desk.tell(PreviewAnswered(asked[0].request, here.desk.preview(asked[-1].text, "")))
        await here.pilot.pause()
        assert here.app.room.command.sending.preview is None


async def test_the_screen_says_what_it_needs_when_it_is_too_small_and_survives_resizing():
    async with sitting() as here:
        for size in ((79, 24), (200, 60), (20, 5), (120, 40), (1, 1), (80, 23), (80, 24)):
            await here.pilot.resize_terminal(*size)
            await here.frames(1)
        assert "watchlist" in here.text
        await here.pilot.resize_terminal(60, 20)
        await here.pilot.pause()
        assert "needs 80×24" in here.text.replace("\n", " ")


async def test_themes_change_colours_and_no_text():
    async with sitting() as here:
        before = here.text
        for name in ("light", "terminal", "dark"):
            await here.press("colon")
            await here.type(f"theme {name}")
            await here.press("enter")
            assert here.app.room.theme == name
        assert here.text == before


async def test_the_market_is_made_faster_and_slower():
    async with sitting() as here:
        await here.press("right_parenthesis", "left_parenthesis")
        speeds = [row.factor for row in here.desk.requests if isinstance(row, SetSpeed)]
        assert speeds == [2.0, 0.5]


async def test_what_is_not_there_yet_says_so():
    async with sitting() as here:
        await here.press("g")
        assert "not available yet: workspaces" in here.text


async def test_the_palette_finds_an_action_and_does_it():
    async with sitting() as here:
        await here.press("ctrl+p")
        await here.type("profit")
        await here.press("enter")
        assert here.app.room.focus is PaneName.PROFIT


async def test_a_live_desk_says_so_on_the_banner_the_ticket_and_the_review():
    async with sitting(desk=FakeDesk(mode="live")) as here:
        await here.press("b", "enter")
        assert here.text.count("LIVE") >= 3 and "PAPER " not in here.text


async def test_own_keys_are_used_and_shown():
    settings = ScreenSettings(coach=False, frames_per_second=1, keys={"symbol.buy": "v"})
    async with sitting(settings=settings) as here:
        assert "v buy" in here.row(23)
        await here.press("v")
        assert here.app.room.has_draft


LONG = "#2.2 cancelled, 100 unfilled: as asked — +100 AAPL without a stop"


@pytest.mark.parametrize(
    ("size", "shown"), [((80, 24), LONG), ((200, 60), f"09:31:01.134  {LONG}")]
)
async def test_a_notice_that_does_not_fit_leaves_out_when_before_what(size, shown: str):
    async with sitting(size) as here:
        here.desk.tell(Notice(Severity.ATTENTION, "cancelled", f"09:31:01.134  {LONG}"))
        await here.frames()
        assert here.row(-3).rstrip() == f" attention: {shown}"


@pytest.mark.parametrize("severity", [Severity.OK, Severity.ATTENTION])
async def test_a_sentence_that_is_cut_names_the_key_that_shows_it_whole(severity):
    whole = "#1 buy 100 AAPL at 190.47, 100/100 filled — aggressive sell 100, hidden, met you first"
    async with sitting() as here:
        here.desk.tell(Notice(severity, "filled", f"09:31:01.134  {whole}"))
        await here.frames()
        assert "#1 buy 100 AAPL" in here.row(21) and here.row(21).endswith("… . more")
        assert "first" not in here.text
        await here.press("full_stop")
        assert "first" in here.text and " . more" not in here.row(21)
        await here.press("escape", "b")
        assert " . more" not in here.row(21), "in a field it would be typed"


async def test_how_much_is_protected_is_told_on_the_smallest_screen():
    async with sitting() as here:
        await order(here, "b 100 AAPL mkt tp +1 sl -1")
        await here.press("6")
        while here.app.panes[PaneName.ORDERS].tab is not Tab.POSITIONS:
            await here.press("right")
        assert "protected" in here.row(14) and "day" in here.row(14)
        assert here.row(15).rstrip("│ ").endswith("100/100")


async def test_what_the_engine_says_while_the_desk_is_left_is_not_painted() -> None:
    """It ended the program with an error, after the person had left."""
    async with sitting() as here:
        pass
    assert not here.app.screen_stack
    here.app._redraw()
