"""Where each answer of the desk belongs: to a draft, a page, the notices, or the end."""

from engine.attachment import SinceYouLeft, StandingChanged
from engine.domain.views import Severity
from engine.limits_told import LimitsTold
from engine.lookup import SymbolListed, SymbolsFound
from engine.ports import (
    BooksTold,
    DeskAnswer,
    EngineStopped,
    InstrumentsTold,
    LineAnswered,
    MessagesTold,
    Notice,
    OrderExplained,
    PreviewAnswered,
    RealismTold,
)
from engine.second_factor import FactorWanted
from tui.layout import PaneName
from tui.missed import say_missed
from tui.paint import clean
from tui.room import Room
from tui.screens.limits import LimitsPage
from tui.screens.messages import MessagesPage
from tui.screens.realism import RealismPage
from tui.screens.symbols import SymbolPage
from tui.screens.why import Why


def take(room: Room, answer: DeskAnswer) -> None:
    """The screen's thread calls this for everything that the desk says and must not be missed."""
    match answer:
        case PreviewAnswered():
            if answer.request == room.request and room.awaited is not None:
                room.awaited.take_preview(answer.preview)
        case LineAnswered():
            _line_answered(room, answer)
        case OrderExplained():
            room.open_page(Why(answer.title, answer.lines))
        case RealismTold() | BooksTold():
            room.open_page(RealismPage(answer.title, answer.lines))
        case MessagesTold():
            room.open_page(MessagesPage(answer.title, answer.lines, answer.line))
        case InstrumentsTold():
            room.know(answer.instruments)
        case SymbolsFound():
            if isinstance(room.page, SymbolPage):
                room.page.found(answer)
        case SymbolListed():
            _symbol_listed(room, answer)
        case LimitsTold():
            if isinstance(room.page, LimitsPage):
                room.page.take(answer.view)
        case Notice():
            room.say(answer.text, Severity(answer.severity))
        case EngineStopped():
            words = f"trader: {answer.text}" if answer.text else ""
            room.shell.leave(answer.exit_code, f"{words}\n{room.last_words}".strip())
        case FactorWanted():
            room.guard.asked(answer)
        case StandingChanged():
            if room.standing.alarm and not answer.standing.alarm:
                room.notices.dismiss()
            room.standing = answer.standing
        case SinceYouLeft():
            say_missed(answer, room.view.account.equity, room.say)


def _symbol_listed(room: Room, answer: SymbolListed) -> None:
    """Whoever added it looks at it."""
    symbol = clean(answer.symbol)
    if answer.trouble:
        room.say(f"{symbol} is not added: {answer.trouble}", Severity.ATTENTION)
        return
    room.look_at(answer.symbol)
    room.say(f"{symbol} is on the watchlist, and will be after a restart")


def _line_answered(room: Room, answer: LineAnswered) -> None:
    room.guard.answered(answer)
    room.say(answer.text, Severity.OK if answer.ok else Severity.ATTENTION)
    is_line = room.command.sending.take_answer(answer)
    is_ticket = room.ticket.take_answer(answer)
    if not answer.ok or not (is_line or is_ticket):
        return
    if is_line:
        room.command.finish()
        if room.command.editor.text:
            room.line_changed()
            return
        room.line_taken()
    room.has_draft = False
    if answer.order_id:
        room.own_order = answer.order_id
        room.focus_on(PaneName.ORDERS)
