"""Everything the screen knows and has under edit; no terminal, no widgets."""

from collections.abc import Callable

from engine.attachment import Standing
from engine.domain.views import DeskView, OrderRow, QuoteRow, Severity
from engine.errors import TraderError
from engine.instruments import Instrument
from engine.limits_told import TellLimits
from engine.lookup import SeeSymbols
from engine.ports import (
    CancelMarked,
    Desk,
    DeskRequest,
    ExplainOrder,
    FocusSymbol,
    PreviewLine,
    SendLine,
)
from engine.values import Instruction, OrderId
from tui.clock import seconds_text, zone_of
from tui.coach import FAMILIAR_SYMBOL, Coach
from tui.command import CommandLine
from tui.danger import Danger
from tui.guard import Guard
from tui.keyboard import Cadence, Keymap
from tui.layout import HOME_SLOT, SHOWN_FIRST, TURNS, PaneName, arrange
from tui.marks import Marks, tally_of
from tui.notices import Notices, Said
from tui.paint import clean
from tui.panes.page import Page
from tui.privacy import PRIVACY
from tui.screens.limits import LimitsPage
from tui.screens.marked import Marked
from tui.screens.second_factor import Asked
from tui.sending import Sending, Stage
from tui.settings import ColorUse, ScreenSettings, ThemeName
from tui.shell import Shell
from tui.themes import palette
from tui.ticket import TicketForm, near_touch, working_size

PREVIEW_SECONDS = 0.04
"""Least time between two questions for figures; the panel follows a key within 50 ms."""
PREVIEW_AGAIN_FRAMES = 5
"""An open draft's figures follow the market twice a second."""


class Room:
    """The state behind the panes; it implements their `Host`."""

    def __init__(
        self,
        desk: Desk,
        shell: Shell,
        settings: ScreenSettings,
        *,
        color: ColorUse,
        clock: Callable[[], float],
        mint: Callable[[], str],
    ) -> None:
        self.desk = desk
        self.shell = shell
        self.settings = settings
        self.clock = clock
        self.view: DeskView = desk.latest()
        self.standing = Standing()
        self.last_words = ""
        """For the terminal, behind what the engine says at its end."""
        self.instruments = desk.instruments()
        self.color = color
        self.theme = settings.theme
        PRIVACY.is_on = settings.privacy
        self.is_shared = False
        """Others can see this terminal, or type at it."""
        self.ink = palette(self.theme, color)
        self.keymap = Keymap(settings.keys)
        self.cadence = Cadence()
        self.symbol = self._first_symbol()
        self.zone = zone_of(self.instrument(self.symbol).mic)
        self.frame_count = self.bar_seconds = 0
        self.focus = PaneName.WATCHLIST
        self.zoomed: PaneName | None = None
        self.slots = dict(SHOWN_FIRST)
        self.page: Page | None = None
        self.form = TicketForm()
        self.has_draft = False
        self.ticket = Sending(mint, from_ticket=True)
        self.command = CommandLine(mint)
        self.danger = Danger()
        self.marks = Marks()
        self.notices = Notices()
        self.coach = Coach(
            is_on=settings.coach and not self.instrument(self.symbol).quantity_digits,
            symbol=FAMILIAR_SYMBOL if FAMILIAR_SYMBOL in self.instruments else self.symbol,
        )
        self.guard = Guard(self)
        self.own_order: OrderId | None = None
        """The order just sent from here: the blotter's cursor goes to it."""
        self._before_ticket = PaneName.WATCHLIST
        self.request = 0
        self._asked_at = -1.0
        self._wanted: Sending | None = None
        self.awaited: Sending | None = None
        self._sent_from: Sending | None = None
        self._is_changing_limit = False
        self._seen: tuple[str, ...] = ()

    def _first_symbol(self) -> str:
        symbols = [row.symbol for row in self.view.quotes] or list(self.instruments)
        return symbols[0] if symbols else ""

    # ---- Host: what panes read

    def instrument(self, symbol: str) -> Instrument:
        """A symbol nobody knows is shown at the commonest scale."""
        known = self.instruments.get(symbol)
        if known is None:
            self.instruments = self.desk.instruments()
            known = self.instruments.setdefault(symbol, Instrument(symbol))
        return known

    def know(self, instruments: dict[str, Instrument]) -> None:
        """The venue said what is traded; who looked at nothing looks at the first of it."""
        self.instruments = instruments
        self.symbol = self.symbol or next(iter(instruments), "")
        self.look_again()

    def has_keys(self, pane: PaneName) -> bool:
        return pane is self.focus and not self.command.is_open and self.page is None

    def key(self, action_id: str) -> str:
        return self.keymap.shown(action_id)

    def quote(self, symbol: str) -> QuoteRow | None:
        return next((row for row in self.view.quotes if row.symbol == symbol), None)

    # ---- Host: what panes ask for

    def ask(self, request: DeskRequest) -> bool:
        self.guard.note(request)
        try:
            self.desk.send(request)
        except TraderError as refused:
            self.say(f"nothing was sent: {refused}", Severity.UNAVAILABLE)
            return False
        return True

    def say(self, text: str, severity: Severity = Severity.OK) -> None:
        self._note(text, severity, is_advice=False)

    def advise(self, text: str) -> None:
        """Says what stands in the way of the text under edit; a change of it takes this back."""
        self._note(text, Severity.ATTENTION, is_advice=True)

    def _note(self, text: str, severity: Severity, *, is_advice: bool) -> None:
        market = seconds_text(self.view.market_at, self.zone)
        self.notices.add(Said(self.clock(), market, severity, clean(text), is_advice))

    def look_at(self, symbol: str) -> None:
        if symbol == self.symbol or symbol not in self.instruments:
            return
        self.symbol = symbol
        self.zone = zone_of(self.instrument(symbol).mic)
        self.look_again()

    def see(self, symbols: tuple[str, ...]) -> None:
        """These rows are on the screen; where all of them are, nobody has to be told."""
        if symbols != self._seen and len(symbols) < len(self.view.quotes):
            self._seen = symbols
            self.ask(SeeSymbols(symbols))

    def look_again(self) -> None:
        """Asks for depth, tape and bars of the symbol on the screen."""
        if self.symbol:
            self.ask(FocusSymbol(self.symbol, bar_seconds=self.bar_seconds))

    def copy(self, text: str) -> None:
        if text:
            self.shell.to_clipboard(clean(text))
            self.say("copied")

    def explain(self, order_id: int) -> None:
        self.ask(ExplainOrder(OrderId(order_id)))

    def open_marked(self) -> None:
        """What can be done with the marked orders."""
        self.open_page(
            Marked(
                self.marks,
                lambda: self.view,
                send_key=self.key("desk.send"),
                cancel=self._cancel_marked,
                leave=self.close_page,
                say=self.say,
                instrument=self.instrument,
            )
        )

    def open_limits(self) -> None:
        """Every limit as it stands for the symbol on the screen, asked for again while it is up."""
        self.open_page(LimitsPage(self, self._send_at_once, self._change_limit))
        self.ask(TellLimits(self.symbol))

    def _change_limit(self, text: str) -> None:
        """Its line; once it has been answered the limits are shown again."""
        self.close_page()
        self.open_line(text)
        self._is_changing_limit = True

    def line_taken(self) -> None:
        """The line is on its way or was carried out: back to where it was begun."""
        self.close_line()
        if self._is_changing_limit:
            self.open_limits()

    def _send_at_once(self, text: str) -> None:
        """A line that only reduces risk; its answer is said."""
        if self.ask(SendLine(text=text, ticket=self.command.mint(), symbol=self.symbol)):
            self.ask(TellLimits(self.symbol))

    def _cancel_marked(self, orders: tuple[OrderRow, ...]) -> None:
        if self.ask(CancelMarked(tuple(row.order_id for row in orders))):
            self.say(f"cancel of {tally_of([*orders], self.instrument)} asked for")
            self.marks.clear()

    # ---- drafts

    def open_ticket(
        self, instruction: Instruction, symbol: str, *, quantity: str = "", price: str = ""
    ) -> None:
        """A new ticket with the near touch and the working size, or those given."""
        self.look_at(symbol)
        held = next((row.quantity for row in self.view.positions if row.symbol == symbol), 0)
        if not quantity:
            closes = held and held * instruction.side < 0
            known = self.instrument(symbol)
            quantity = known.plain_quantity(abs(held) if closes else working_size(known))
        price = price or near_touch(self.quote(symbol), self.instrument(symbol), instruction)
        self.form.seed(instruction, symbol, quantity=quantity, price=price)
        self.has_draft = True
        if self.focus is not PaneName.TICKET:
            self._before_ticket = self.focus
        self.ticket.open("", "")
        self.focus_on(PaneName.TICKET)
        self.form_changed()

    def form_changed(self) -> None:
        """The ticket's fields as they stand now become its intent."""
        if self.ticket.edit(self.form.line, self.form.symbol or self.symbol):
            self.notices.dismiss_advice()
            self.draft_changed(self.ticket)

    def open_line(self, text: str = "") -> None:
        self._is_changing_limit = False
        self.command.open(text)
        self.line_changed()

    def line_changed(self) -> None:
        if not self.command.changed(self.symbol):
            return
        self.notices.dismiss_advice()
        if self.command.wants_preview:
            self.draft_changed(self.command.sending)

    def close_line(self) -> None:
        self.command.close()

    def drop_ticket(self) -> None:
        """Leaves the ticket; a half-typed one stays as a draft."""
        if self.ticket.is_spent:
            self.has_draft = False
        self.focus_on(self._before_ticket)

    def draft_changed(self, sending: Sending) -> None:
        self._wanted = sending
        wait = self._asked_at + PREVIEW_SECONDS - self.clock()
        if wait <= 0:
            self.pump()
        else:
            self.shell.later(wait, self.pump)

    def pump(self) -> None:
        """Asks for the newest figures wanted; what was wanted before is forgotten."""
        sending, self._wanted = self._wanted, None
        if sending is None or sending.is_spent or not sending.text.strip():
            return
        self._asked_at = self.clock()
        self.request += 1
        self.awaited = sending
        self.ask(PreviewLine(text=sending.asks_about, request=self.request, symbol=sending.symbol))

    @property
    def open_draft(self) -> Sending | None:
        """The intent whose figures are on the screen and may still change."""
        if self.command.is_open:
            return self.command.sending if self.command.wants_preview else None
        return self.ticket if self.has_draft else None

    @property
    def reviewed(self) -> Sending | None:
        """What Ctrl+T would send: the line while it is open, else the ticket with the keys."""
        if self.command.is_open:
            return self.command.sending
        return self.ticket if self.focus is PaneName.TICKET else None

    def transmit(self) -> None:
        """Sends the reviewed intent, once."""
        sending = self.reviewed
        if sending is None:
            self.say("nothing is reviewed here: b, s or : begin an order", Severity.ATTENTION)
            return
        if self.guard.stops_sending():
            return
        if sending.stage is Stage.REVIEWED:
            # What the person looks at, before the sending changes it.
            self.shell.keep_frame(sending.ticket)
        outcome = sending.transmit()
        if isinstance(outcome, str):
            self.advise(outcome)
            return
        self.notices.dismiss()
        if not self.ask(outcome):
            sending.open(sending.text, sending.symbol)

    # ---- what the desk says

    def take_view(self, view: DeskView) -> None:
        was_shown = self.quote(self.symbol) is not None
        self.view = view
        if not self.symbol:
            self.symbol = self._first_symbol()
        elif was_shown and view.quotes and self.quote(self.symbol) is None:
            self.look_at(view.quotes[0].symbol)  # it has left the watchlist

    # ---- where the keys go

    def focus_on(self, pane: PaneName) -> None:
        self.focus = pane
        self.slots[HOME_SLOT[pane]] = pane
        if self.zoomed is not None:
            self.zoomed = pane
        self.shell.relayout()

    def turn(self, step: int) -> None:
        """The next visible pane."""
        shown = arrange(*self.shell.screen_size(), slots=self.slots, zoomed=None)
        order = [pane for pane in TURNS if pane in shown]
        place = order.index(self.focus) if self.focus in order else 0
        self.focus_on(order[(place + step) % len(order)])

    def zoom(self) -> None:
        self.zoomed = None if self.zoomed is not None else self.focus
        self.shell.relayout()

    def open_page(self, page: Page) -> None:
        if isinstance(self.page, Asked):
            self.page.left()
        self.page = page
        self.shell.relayout()

    def close_page(self) -> None:
        page, self.page = self.page, None
        self.shell.relayout()
        if isinstance(page, Asked):
            page.left()

    def take_back_review(self) -> None:
        """What was reviewed is looked at again before it is sent."""
        for sending in (self.command.sending, self.ticket):
            if sending.stage in (Stage.REVIEWED, Stage.SENT) and sending.answer is None:
                sending.open(sending.text, sending.symbol)
                self.draft_changed(sending)

    def set_theme(self, theme: ThemeName) -> None:
        self.theme = theme
        self.ink = palette(theme, self.color)
        self.shell.recolour()

    def set_privacy(self, *, is_on: bool) -> None:
        """Money and account numbers as dots; figures in sentences of the desk stay."""
        PRIVACY.is_on = is_on
        self.shell.recolour()

    # ---- once a frame

    def tick(self) -> None:
        """Time passes: drafts follow the market, the strip closes, the coach looks."""
        self.frame_count += 1
        self.danger.expire(self.clock())
        self.guard.tick(self.clock())
        # A question that nobody asked would cover what is said about an engine that is gone.
        if self.standing.alarm or self.frame_count % PREVIEW_AGAIN_FRAMES:
            return
        if isinstance(self.page, LimitsPage):
            self.ask(TellLimits(self.symbol))
        draft = self.open_draft
        if draft is not None and draft.stage in (Stage.EDITING, Stage.REVIEWED):
            self.draft_changed(draft)
