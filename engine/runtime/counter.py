"""Serves what comes through the desk's door: lines, previews, acts, explanations."""

from collections.abc import Callable, Mapping

from engine.attachment import KilledTold, StopEngine, TakeControl, TellKilled
from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.commands import CancelScope, Command, ExitsOnKill, Origin
from engine.domain.contingent.groups import held_exits, legs_of
from engine.domain.factor_facts import SecondFactorChecked
from engine.domain.identity import group_of
from engine.domain.preview_view import Preview
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal, Verdict
from engine.domain.risk.gauges import limits_view
from engine.domain.state import Trading
from engine.domain.views import Severity
from engine.errors import TraderError
from engine.language import syntax as syn
from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import SyntaxProblem
from engine.limits_told import LimitsTold, TellLimits
from engine.lookup import DropSymbol, FindSymbols, ListSymbol, SeeSymbols
from engine.ports import (
    Act,
    BooksTold,
    CancelById,
    CancelMarked,
    DeskAnswer,
    DeskRequest,
    DoAct,
    ExplainOrder,
    FocusSymbol,
    LineAnswered,
    Notice,
    OrderExplained,
    PreviewAnswered,
    PreviewLine,
    RealismTold,
    SendLine,
    SetSpeed,
    TellBooks,
    TellMessages,
    TellRealism,
)
from engine.runtime.arming_words import armed_words
from engine.runtime.books_words import books_lines
from engine.runtime.factor_door import FactorDoor
from engine.runtime.fee_words import conversion_words
from engine.runtime.history import OrderHistory
from engine.runtime.host import Host
from engine.runtime.line_words import messages_told
from engine.runtime.order_numbers import order_of_day
from engine.runtime.preview import room_for
from engine.runtime.preview_acts import preview_any
from engine.runtime.realism_words import heading, report_lines
from engine.runtime.replay import Refused
from engine.runtime.resolve import Context, UnresolvedError, resolve
from engine.runtime.symbol_door import SymbolDoor
from engine.runtime.venue_figures import figure_lines
from engine.runtime.view import ViewBuilder
from engine.runtime.why import explain
from engine.second_factor import FactorWanted, UnlockDesk
from engine.values import OrderId

READ_ONLY = "this desk is read-only: nothing can be sent, cancels included"
DANGER_STRIP = "danger strip"
ALL, EXITS_KEPT = cmd.ALL_SYMBOLS, ExitsOnKill.KEEP
STOPPED_MEANWHILE = "trading was stopped while the second factor was checked: nothing was done"
PREVIEW_SENDS = "a line that ends in '?' only previews; take the '?' away to send it"


class Counter:
    """One request at a time, in the engine's thread; answers go out through `answer`."""

    def __init__(
        self,
        *,
        host: Host,
        views: ViewBuilder,
        history: OrderHistory,
        account: str,
        answer: Callable[[DeskAnswer], None],
        set_speed: Callable[[float], None],
        replay: Callable[[syn.ReplayLine], str],
        door: FactorDoor,
        symbols: SymbolDoor,
        read_only: bool = False,
        limit_sources: Mapping[str, str] | None = None,
    ) -> None:
        """`limit_sources`: where the settings have each limit from, by its key."""
        self._host = host
        self._views = views
        self._history = history
        self._account = account
        self._answer = answer
        self._set_speed = set_speed
        self._replay = replay
        self._door, self._symbols = door, symbols
        self._read_only = read_only
        self._limit_sources = limit_sources or {}
        self._open_when_killed: tuple[OrderId, ...] = ()
        self._kept_by_kill: tuple[OrderId, ...] = ()

    def serve(self, request: DeskRequest) -> None:
        match request:
            case SendLine():
                self._answer_to(request)
            case PreviewLine():
                preview = self._preview(request)
                self._answer(PreviewAnswered(request.request, preview))
            case CancelById():
                self._submit(cmd.CancelOrder(request.order_id, Origin.TICKET))
            case CancelMarked():
                self._submit(*(cmd.CancelOrder(i, Origin.TICKET) for i in request.order_ids))
            case DoAct():
                self._act(request)
            case FocusSymbol():
                self._views.focus = request
            case ExplainOrder():
                self._explain(request.order_id)
            case TellRealism():
                self._tell_realism()
            case TellBooks():
                state = self._host.session.state
                lines = (*books_lines(state), *figure_lines(self._host))
                at = state.recon.finished_at
                self._answer(BooksTold("our books and the venue's", lines, at))
            case TellMessages():
                self._answer(messages_told(self._host))
            case TellLimits():
                self._tell_limits(request.symbol)
            case SetSpeed():
                self._set_speed(request.factor)
            case UnlockDesk():
                self._door.unlock(request)
            case FindSymbols() | ListSymbol() | DropSymbol() | SeeSymbols():
                self._symbols.serve(request)
            case TellKilled():
                rows = self._views.rows_of(self._open_when_killed)
                self._answer(KilledTold(request.ticket, rows, self._kept_by_kill))
            case TakeControl() | StopEngine():
                pass  # between terminals, and the live desk's: neither reaches the counter

    def _tell_realism(self) -> None:
        self._host.measure()
        lines: list[str] = []
        for group in self._views.realism.groups():
            lines += [heading(group), *report_lines(group), ""]
        if not lines:
            lines = ["nothing has traded since this session began"]
        self._answer(RealismTold("paper against tape, this session", tuple(lines)))

    def _tell_limits(self, symbol: str) -> None:
        session, account = self._host.session, self._account
        state, market, now = session.state, session.market, session.now
        view = limits_view(state, market, account, symbol, now, self._limit_sources)
        self._answer(LimitsTold(view))

    def _submit(self, *commands: Command) -> list[ev.Event]:
        if self._read_only:
            self._answer(Notice(Severity.ATTENTION, "read_only", READ_ONLY))
            return []
        return self._host.submit(*commands)

    # ── lines ──────────────────────────────────────────────────────────────────────────────────

    def _context(self, origin: Origin, symbol: str) -> Context:
        session = self._host.session
        return Context(
            state=session.state,
            market=session.market,
            account=self._account,
            origin=origin,
            symbol=symbol,
            number=lambda number: order_of_day(session.state, number),
            room=lambda order: room_for(order, session.state, session.market),
        )

    def _answer_to(self, request: SendLine) -> None:
        """At once, or when the second factor that came with the line has been looked at."""
        if request.proof is None:
            self._answer(self._send(request))
            return

        stood = self._stands()

        def passed(report: SecondFactorChecked) -> None:
            if self._stands() == stood:
                self._answer(self._send(request, report))
                return
            # Whoever stopped trading meanwhile is not overruled by a proof given before.
            self._host.submit(report)
            self._answer(LineAnswered(request.ticket, False, STOPPED_MEANWHILE))

        self._door.check(request.proof, request.ticket, request.text, passed)

    def _stands(self) -> tuple[Trading, dict[str, Trading]]:
        account = self._host.session.state.accounts[self._account]
        return account.trading, dict(account.symbols)

    def _send(
        self, request: SendLine, passed: SecondFactorChecked | None = None
    ) -> LineAnswered | FactorWanted:
        parsed = parse_line(request.text)
        if isinstance(parsed, SyntaxProblem):
            return _misread(request.ticket, parsed)
        if isinstance(parsed, syn.ReplayLine):
            return self._conduct(request.ticket, parsed)
        if self._read_only:
            return LineAnswered(request.ticket, False, READ_ONLY)
        is_preview = isinstance(parsed, syn.OrderLine) and parsed.preview
        if is_preview or isinstance(parsed, syn.PreviewedLine):
            return LineAnswered(request.ticket, False, PREVIEW_SENDS)
        origin = Origin.TICKET if request.from_ticket else Origin.LINE
        try:
            context = self._context(origin, request.symbol)
            if isinstance(parsed, syn.PracticeLine):
                self._host.practise(parsed, context)
                return LineAnswered(request.ticket, True, f"{print_line(parsed)}: done")
            commands = resolve(parsed, context, request.ticket)
        except UnresolvedError as problem:
            return LineAnswered(request.ticket, False, str(problem))
        if passed is not None:
            # One step, so that nothing else can come between the pass and what it is for.
            return self._outcome(request.ticket, self._host.submit(passed, *commands))
        wanted = self._door.wanted(commands, request.ticket, request.text)
        if wanted is not None:
            return wanted
        happened = [event for command in commands for event in self._host.submit(command)]
        return self._outcome(request.ticket, happened)

    def _conduct(self, ticket: str, line: syn.ReplayLine) -> LineAnswered:
        try:
            return LineAnswered(ticket, True, self._replay(line))
        except Refused as refusal:
            return LineAnswered(ticket, False, str(refusal))

    def _outcome(self, ticket: str, happened: list[ev.Event]) -> LineAnswered:
        """The first thing that says how the line ended; durable, because a step returned it."""
        for event in happened:
            match event:
                case ev.OrderReleased() | ev.OrderHeld():
                    words = "sent" if isinstance(event, ev.OrderReleased) else "holds two exits"
                    order_id = group_of(event.order_id)
                    return LineAnswered(ticket, True, f"order {event.number} {words}", order_id)
                case ev.OrderDenied():
                    return LineAnswered(ticket, False, _denial(event), event.order_id)
                case ev.ReplaceDenied(findings=(first, *_)):
                    return LineAnswered(ticket, False, first.sentence, event.order_id)
                case ev.CancelDenied() | ev.ReplaceDenied():
                    sentence = REFUSAL_SENTENCES[Refusal(event.refusal)]
                    return LineAnswered(ticket, False, sentence, event.order_id)
                case ev.CommandRefused():
                    return LineAnswered(ticket, False, REFUSAL_SENTENCES[event.refusal])
                case ev.OrderResolved():
                    text = "written down; the venue's own word will replace it"
                    return LineAnswered(ticket, True, text, event.order_id)
                case ev.ReconcileFinished():
                    return LineAnswered(ticket, True, f"compared: {event.text}; :books tells all")
                case ev.SecondFactorFailed():
                    return LineAnswered(ticket, False, event.text)
                case ev.DuplicateIgnored():
                    sentence = REFUSAL_SENTENCES[Refusal.DUPLICATE_TICKET]
                    return LineAnswered(ticket, False, sentence)
                case _:
                    continue
        return LineAnswered(ticket, True, _done(happened))

    def _preview(self, request: PreviewLine) -> Preview:
        parsed = parse_line(request.text)
        if isinstance(parsed, SyntaxProblem):
            return Preview(
                text=request.text,
                is_valid=False,
                problem=parsed.message + (f" — {parsed.hint}" if parsed.hint else ""),
                column=parsed.column,
                expected=parsed.expected,
            )
        context = self._context(Origin.TICKET, request.symbol)
        return preview_any(parsed, request.text, context, self._host.venue, self._host.now)

    # ── acts and explanations ──────────────────────────────────────────────────────────────────

    def _act(self, request: DoAct) -> None:
        happened = self._acted(request)
        if request.ticket:
            state = self._host.session.state.accounts[self._account].trading.state.name
            text = READ_ONLY if self._read_only else f"{state}: {_done(happened)}"
            self._answer(LineAnswered(request.ticket, not self._read_only, text))

    def _acted(self, request: DoAct) -> list[ev.Event]:
        account, origin = self._account, Origin.TICKET
        reason = request.reason or DANGER_STRIP
        match request.act:
            case Act.HALT:
                return self._submit(cmd.Halt(account, reason, origin))
            case Act.CANCEL_ENTRIES:
                halted = self._submit(cmd.Halt(account, "cancel entries", origin))
                scope = CancelScope.ENTRIES
                return halted + self._submit(cmd.CancelMany(account, ALL, scope, origin))
            case Act.CANCEL_EVERYTHING:
                halted = self._submit(cmd.Halt(account, "cancel everything", origin))
                scope = CancelScope.ALL
                return halted + self._submit(cmd.CancelMany(account, ALL, scope, origin))
            case Act.FLATTEN_SYMBOL:
                return self._submit(cmd.Flatten(account, request.symbol, origin))
            case Act.FLATTEN_ACCOUNT:
                return self._submit(cmd.Flatten(account, ALL, origin))
            case Act.KILL:
                return self._kill(cmd.Kill(account, request.exits or EXITS_KEPT, reason, origin))

    def _kill(self, kill: cmd.Kill) -> list[ev.Event]:
        """Keeps which orders were open, for who asks what became of each of them."""
        state = self._host.session.state
        waiting = [leg.order_id for leg in held_exits(state, self._account, ALL)]
        stood = (*map(OrderId, state.live), *waiting)
        going = {i for i in state.live if state.orders[i].is_cancelling}
        happened = self._submit(kill)
        going |= {e.order_id for e in happened if isinstance(e, ev.CancelRequested)}
        self._open_when_killed = stood
        self._kept_by_kill = tuple(i for i in stood if i not in going)
        return happened

    def _explain(self, order_id: OrderId) -> None:
        order = self._host.session.state.orders.get(order_id)
        if order is None and (legs := legs_of(self._host.session.state, order_id)):
            order, order_id = legs[0], legs[0].order_id
        if order is None:
            gone = "this order is of an earlier day; `trader why` reads it from the journal"
            self._answer(OrderExplained(order_id, f"order {order_id}", (gone,)))
            return
        try:
            happened = self._history.of(order_id)
        except TraderError as error:
            # What cannot be read back is no reason to stop a desk that trades.
            self._answer(OrderExplained(order_id, f"order {order_id}", (str(error),)))
            return
        venue = self._host.venue
        so_far = venue.waited(order.client_order_id)
        wait = None if order.is_done else venue.fill_time(order.client_order_id)
        state = self._host.session.state
        told = explain(order, happened, state, so_far=so_far, fill_time=wait)
        ghosts = venue.simulated.ghosts.words(order.order.symbol) if venue.simulated else ()
        place = venue.live.place(order.client_order_id) if venue.live else None
        now = () if place is None else (f"now it {place.text}",)
        lines = told.lines + tuple(f"{'':14}{words}" for words in (*now, *ghosts))
        self._answer(OrderExplained(order_id, told.title, lines))


def _misread(ticket: str, problem: SyntaxProblem) -> LineAnswered:
    text = problem.message + (f" — {problem.hint}" if problem.hint else "")
    return LineAnswered(
        ticket, False, text, column=problem.column, expected=tuple(problem.expected)
    )


def _denial(event: ev.OrderDenied) -> str:
    failed = [f for f in event.findings if f.verdict >= Verdict.ASK]
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"order {event.number} denied: {failed[0].sentence}{more}"


def _done(happened: list[ev.Event]) -> str:
    for event in happened:
        if isinstance(event, ev.CurrencyConverted):
            return f"converted {conversion_words(event)}"
        if isinstance(event, ev.ReconcileStarted):
            return "the venue is asked for its books; :books tells what comes of it"
        if isinstance(event, ev.LimitLooseningAsked):
            return f"{event.key} goes from {event.before} to {event.after} in a minute"
        if isinstance(event, ev.LimitTightened):
            return f"{event.key} is {event.after} from now on, it was {event.before}"
        if isinstance(event, ev.LimitLooseningDropped):
            return f"{event.key} stays: {event.text}"
    cancels = sum(1 for event in happened if isinstance(event, ev.CancelRequested))
    if cancels:
        return f"{cancels} cancel{'s' if cancels > 1 else ''} sent"
    return armed_words(happened) or "done"
