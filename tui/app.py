"""The screen's program: reads keys, shows the newest view, routes; decides nothing."""

import asyncio
import gc
import os
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from rich.text import Text
from textual import events
from textual.app import App
from textual.driver import Driver
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from engine.domain.views import Severity
from engine.ports import Desk, DeskAnswer, Frames, Questions, Reference
from tui import answers
from tui.actions import BY_ID
from tui.command import REVIEW
from tui.dispatch import Dispatcher, Press
from tui.faults import place_of
from tui.frames import keep_painted
from tui.layout import PaneName
from tui.paint import clean
from tui.painter import Painter, Painting
from tui.panes.base import FramedPane, LinePane
from tui.panes.bottom import CommandPane, Footer, MessageLine
from tui.panes.chart import Chart
from tui.panes.depth import Depth
from tui.panes.lock import LockPane
from tui.panes.orders import Orders
from tui.panes.page import PagePane
from tui.panes.profit import Profit
from tui.panes.status import Status
from tui.panes.tape import Tape
from tui.panes.ticket import Ticket
from tui.panes.too_small import TooSmall
from tui.panes.watchlist import Watchlist
from tui.regions import regions_of
from tui.room import Room
from tui.screens.desk import DeskScreen
from tui.sending import Stage
from tui.settings import ColorUse, ScreenSettings, ThemeName
from tui.signals import watch_signals
from tui.themes import ground

SCREEN_FAULT = 7
"""A fault of ours: the exit code table of the command line."""
COLLECT_ABOVE = 50_000
"""Objects made before the collector looks: a pause of the loop is a key that waits."""


class DeskSaid(Message):
    """What the desk said from its own thread."""

    def __init__(self, answer: DeskAnswer) -> None:
        super().__init__()
        self.answer = answer


class TraderApp(App[int], inherit_bindings=False):
    """`run_desk` shows the screen until the person leaves, and returns the exit code."""

    CSS_PATH = Path(__file__).with_name("trader.tcss")
    TITLE = "trader"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    INLINE_PADDING = 0

    def __init__(
        self,
        desk: Desk,
        questions: Questions | None = None,
        reference: Reference | None = None,
        settings: ScreenSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        coach_done: Callable[[], None] | None = None,
        frames: Frames | None = None,
        warning: str = "",
    ) -> None:
        """`clock`: steady seconds; `coach_done` is called once when the coach is dismissed.

        `warning` is said first of all. Raises KeyClashError for `[keys]` that cannot be.
        """
        self.room_settings = settings or ScreenSettings()
        self._theme_now, self._color_now = self.room_settings.theme, ColorUse.AUTO
        super().__init__(ansi_color=True)
        self._color_now = self._colors()
        numbers, session = count(1), os.urandom(6).hex()
        self.room = Room(
            desk,
            self,
            self.room_settings,
            color=self._color_now,
            clock=clock,
            mint=lambda: f"{session}-{next(numbers)}",
        )
        self.questions = questions
        self.desk = desk
        self._frames = frames
        self._warning = warning
        self._clock = clock
        self._coach_done = coach_done if not self.room.coach.is_over else None
        self._painted_at = clock()
        self._painter = Painter(self.console)
        self._layout_is_due = True
        self._dropped = 0
        self._exit_code = 0
        self._last_words = ""
        self._make_panes(reference)

    def _make_panes(self, reference: Reference | None) -> None:
        room = self.room
        self.watchlist = Watchlist(room, flash=self.room_settings.flash)
        self.panes: dict[PaneName, FramedPane] = {
            PaneName.WATCHLIST: self.watchlist,
            PaneName.DEPTH: Depth(room),
            PaneName.TICKET: Ticket(room, room.command, room.form, room.ticket),
            PaneName.CHART: Chart(room),
            PaneName.TAPE: Tape(room),
            PaneName.ORDERS: Orders(room),
            PaneName.PROFIT: Profit(room),
        }
        self.page_pane = PagePane(room)
        self.message_line = MessageLine(room, room.danger, room.command, room.notices, room.coach)
        self.footer = Footer(room)
        self.footer.keymap = room.keymap
        self._lines: list[LinePane] = [
            Status(room),
            *self.panes.values(),
            self.message_line,
            CommandPane(room, room.command, room.coach),
            self.footer,
            self.page_pane,
            LockPane(room, room.notices),
            TooSmall(room),
        ]
        self.dispatcher = Dispatcher(room, self.panes, self.page_pane, reference)

    def _colors(self) -> ColorUse:
        """As many colours as the settings, NO_COLOR and the terminal allow."""
        wanted = self.room_settings.color
        if wanted is ColorUse.NONE or self.no_color:
            return ColorUse.NONE
        if wanted is ColorUse.AUTO and self.console.color_system in (None, "standard"):
            return ColorUse.SIXTEEN
        return wanted

    # ---- starting and ending

    def run_desk(self) -> int:
        """Shows the screen until it is left; the code of the exit code table."""
        self.run()
        return self._exit_code or (self.return_code or 0)

    def get_default_screen(self) -> Screen[None]:
        panes: list[Widget] = [*self._lines]
        return DeskScreen(panes, self._regions)

    def get_driver_class(self) -> type[Driver]:
        if os.name != "posix" or "TEXTUAL_DRIVER" in os.environ:
            return super().get_driver_class()
        from tui.terminal import DeskDriver

        return DeskDriver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"ground": ground(self._theme_now, self._color_now)}

    def on_mount(self) -> None:
        if os.name == "posix" and not self.is_headless:
            watch_signals(self.leave, self._interrupt)
        # Whoever had the terminal in between has written over the desk.
        self.app_resume_signal.subscribe(self, lambda _: self.recolour())
        if self._warning:
            self.room.is_shared = True
            self.room.say(self._warning, Severity.DEGRADED)
        self.desk.listen(self._hear)
        self.room.look_again()
        self.set_interval(self.room_settings.frame_seconds, self.show_frame)
        self._redraw()
        gc.freeze()
        gc.set_threshold(COLLECT_ABOVE, 20, 50)
        gc.enable()  # held back while the desk was opened

    def _interrupt(self) -> None:
        """SIGINT, which says what Ctrl+C says."""
        self.dispatcher.perform(BY_ID["desk.interrupt"])
        self._after_key()

    def leave(self, code: int, words: str = "") -> None:
        """Ends the screen; working orders stay where they live."""
        self._exit_code = code
        said = "\n".join(clean(line) for line in words.splitlines())
        self.exit(code, code, Text(said) if said else None)

    def _fatal_error(self) -> None:
        """Says where it broke and nothing of what stood in variables: those may be secrets."""
        error = self._exception
        self._exit_code = SCREEN_FAULT
        where = place_of(error) if error is not None else ""
        words = f"trader: the screen failed ({type(error).__name__}{where}); orders live on"
        self._exit_renderables.append(Text(words))
        self._close_messages_no_wait()

    # ---- what the desk says

    def _hear(self, answer: DeskAnswer) -> None:
        """Called in the engine's thread."""
        try:
            self.post_message(DeskSaid(answer))
        except RuntimeError:
            return  # the loop has ended: nobody is there to be told

    def on_desk_said(self, message: DeskSaid) -> None:
        answers.take(self.room, message.answer)
        orders = self.panes[PaneName.ORDERS]
        if self.room.own_order is not None and isinstance(orders, Orders):
            orders.select(self.room.own_order)
            self.room.own_order = None
        self._open_page_pane()
        self._redraw()

    @property
    def is_desk_painted(self) -> bool:
        """Whether the panes have been laid out: what is displayed from now on is a desk."""
        return bool(self.footer.lines)

    def show_frame(self) -> None:
        """One frame: the newest view to the panes that it concerns."""
        room = self.room
        old, new = room.view, self.desk.latest()
        room.take_view(new)
        room.tick()
        room.see(self.watchlist.seen)
        self._coach_sees()
        self.message_line.now = self._clock()
        self._tell_footer()
        changed = [pane for pane in self._lines if old is not new and pane.is_due(old, new)]
        self._redraw_one([self.message_line, self.footer, *changed])

    def _redraw_one(self, panes: list[LinePane]) -> None:
        """One pane a turn of the loop, so that a key never waits for more than one of them.

        The terminal sees all of them at once, when the last one is drawn.
        """
        if panes:
            panes.pop().redraw()
            asyncio.get_running_loop().call_soon(self._redraw_one, panes)
            return
        self._paint()

    def _paint(self) -> None:
        """Shows what has been drawn; a terminal that is behind gets the newest picture later."""
        # A desk that is being left has no screen any more, and its engine speaks until the end.
        if getattr(self._driver, "is_behind", False) or not self.screen_stack:
            return
        if self._layout_is_due or self.room.page is not None:
            for pane in self._lines:
                pane.leave_to_textual()
        else:
            rows = [row for pane in self._lines for row in pane.paint(self._painter)]
            if any(rows):
                self._display(self.screen, Painting(rows))  # type: ignore[arg-type]
        self._painted_at = self._clock()

    def _coach_sees(self) -> None:
        room = self.room
        draft = room.reviewed
        preview = draft.preview if draft is not None else None
        room.coach.see(
            room.view,
            line_is_open=room.command.is_open,
            is_reviewed=draft is not None and draft.stage is Stage.REVIEWED,
            is_denied=preview is not None and bool(preview.findings) and bool(preview.resized),
        )
        if room.coach.is_over and self._coach_done is not None:
            done, self._coach_done = self._coach_done, None
            done()

    # ---- keys

    def stamp_key(self, event: events.Key) -> None:
        """In the input thread, when a key is read: what had been painted by then."""
        event.painted_at = self._painted_at  # type: ignore[attr-defined]

    def input_dropped(self) -> None:
        self._dropped += 1

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            event.stop()
            self.press(event)
        elif isinstance(event, events.Paste):
            event.stop()
            self.dispatcher.paste(event.text)
            self._after_key()
        else:
            await super().on_event(event)

    def press(self, event: events.Key) -> None:
        """One key, dealt with to its end before the next is looked at."""
        painted_at = getattr(event, "painted_at", self._painted_at)
        at = event.time if self._clock is time.monotonic else self._clock()
        self.dispatcher.press(Press(event.key, event.character, at, painted_at))
        self._after_key()

    def on_click(self, event: events.Click) -> None:
        """What a pane did with a click shows at once, as with a key."""
        self._after_key()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._after_key()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._after_key()

    def _after_key(self) -> None:
        self._coach_sees()
        self._open_page_pane()
        self._redraw()

    def _open_page_pane(self) -> None:
        page = self.room.page
        if page is not self.page_pane.page:
            if page is None:
                self.page_pane.page = None
            else:
                self.page_pane.open(page)

    def _redraw(self) -> None:
        """After a key any pane may look different; what did not change is not painted."""
        self.message_line.now = self._clock()
        self._tell_footer()
        ticket = self.panes[PaneName.TICKET]
        if isinstance(ticket, Ticket):
            ticket.has_draft = self.room.has_draft
        for pane in self._lines:
            pane.redraw()
        self._paint()

    def _tell_footer(self) -> None:
        draft = self.room.reviewed
        self.footer.chain = self.dispatcher.chain
        self.footer.is_reviewed = draft is not None and draft.stage is Stage.REVIEWED
        self.footer.page_chooses = self.room.page is None or self.room.page.chooses
        line = self.room.command
        self.footer.enter_words = line.enter_words if line.is_open else REVIEW

    # ---- the room's shell

    def keep_frame(self, ticket: str) -> None:
        if self._frames is not None:
            keep_painted(self, self._frames, ticket)

    def screen_size(self) -> tuple[int, int]:
        return self.size.width, self.size.height

    def relayout(self) -> None:
        """Asked of a child: only that makes Textual forget where everything stood."""
        if self.is_running:
            self._layout_is_due = True
            self.footer.refresh(repaint=False, layout=True)

    def recolour(self) -> None:
        self._theme_now = self.room.theme
        self.refresh_css(animate=False)
        for pane in self._lines:
            pane.forget()
        self.relayout()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        self.set_timer(seconds, call)

    def to_clipboard(self, text: str) -> None:
        self.copy_to_clipboard(text)

    def _regions(self, size: Size) -> dict[str, Region]:
        """Where every widget stands now; the panes are told as well."""
        self._layout_is_due = False
        regions = regions_of(self.room, self.page_pane, size)
        for pane in self._lines:
            pane.place(regions.get(pane.id or ""))
        return regions

    def run_quietly(self, **options: Any) -> int:
        """For measuring: as `run_desk`, with Textual's own options such as a size."""
        self.run(**options)
        return self._exit_code or (self.return_code or 0)


__all__ = ["ScreenSettings", "ThemeName", "TraderApp"]
