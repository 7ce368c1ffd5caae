"""What a run, its calendar, its links and its timers mean for the desk."""

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.acts import cancels_of
from engine.domain.arming import ARMING_TIMER, after_phase, all_disarmed, disarmed, suspended
from engine.domain.breakers import market_trades_again
from engine.domain.carrying import overnight
from engine.domain.commands import ALL_SYMBOLS, CancelScope, Origin
from engine.domain.contingent.exits import advance_exits
from engine.domain.cost_facts import FxRate
from engine.domain.desk_breakers import SLOW_TIMER, look_at_rate, too_much_unknown
from engine.domain.doubt import in_flight, question, watch
from engine.domain.flatten import advance_flatten
from engine.domain.lifecycle import Certainty, Request
from engine.domain.loosening import LOOSENING_TIMER, held_limits, loosened
from engine.domain.margin_calls import called_overnight
from engine.domain.message_facts import MESSAGES_TIMER
from engine.domain.messages import advance_messages, left_behind
from engine.domain.quotes import Market, Phase
from engine.domain.recon import ORDERS_TIMER, POSITIONS_TIMER
from engine.domain.recon_events import ReconCause
from engine.domain.reconcile import begin, fire_recon_timer
from engine.domain.risk.limits import Limits, digest
from engine.domain.state import ACK_TIMER, State, flatten_timer
from engine.values import Nanos, Price

FLATTEN_TIMER = "flatten:"
BRACKET_TIMER = "bracket:"


def open_session(
    state: State, report: rep.SessionOpened, market: Market, now: Nanos
) -> list[ev.Event]:
    """A new account gets its opening cash; a new trade date rolls the old one."""
    happened: list[ev.Event] = []
    asked = Limits.from_pairs(report.limits)
    limits, held = held_limits(state, asked, now, report.account)
    if report.account not in state.accounts:
        happened.append(ev.AccountOpened(now, report.account, report.currency, report.opening_cash))
    if state.trade_date not in (0, report.trade_date):
        marks = _marks(state, market)
        rolled = ev.DateRolled(now, report.trade_date, marks)
        if report.market == state.market and report.trade_date > state.trade_date:
            carried = overnight(state, report.trade_date, dict(marks), now)
            happened += [*called_overnight(state, marks, now), rolled, *carried]
        else:
            # Another market has a time of its own, and a recorded day may begin anew: nothing was
            # held from the one to the other.
            happened.append(rolled)
    happened.append(
        ev.SessionStarted(
            now,
            report.run,
            report.mode,
            report.market,
            report.source,
            report.trade_date,
            report.account,
            report.fee_table,
            report.limits if limits is asked else limits.pairs(),
            digest(limits),
            report.seed,
            report.fee_tables,
            state.epoch,
            report.interest_table,
            report.left_at,
            report.has_oca,
            report.patience,
            report.venue,
            report.venue_rate,
            report.index,
            report.is_read_only,
        )
    )
    happened += held
    happened += left_behind(state, market, now)
    happened += all_disarmed(state, "a new run began", now)
    return happened + _flattens_cut_off(state, now)


def _flattens_cut_off(state: State, now: Nanos) -> list[ev.Event]:
    """Nothing trades by itself after a start: a person is asked whether to go on."""
    happened: list[ev.Event] = []
    for key, run in state.flattening.items():
        if run.step is not ev.FlattenStep.ASKING:
            account, _, symbol = key.partition("/")
            kind = "reverse" if run.reopen else "flatten"
            text = f"the {kind} of {symbol} was cut off; {kind} again to go on"
            asking = ev.FlattenStep.ASKING
            happened.append(ev.FlattenMoved(now, account, symbol, asking, text, run.reopen))
            happened.append(ev.TimerCleared(now, flatten_timer(account, symbol)))
    return happened


def _marks(state: State, market: Market) -> tuple[tuple[str, Price], ...]:
    """Closing marks of everything held, so that the next day's P&L starts from them."""
    held = sorted(
        symbol
        for account in state.accounts.values()
        for symbol, position in account.positions.items()
        if position.quantity
    )
    quotes = [(symbol, market.quote(symbol)) for symbol in held]
    return tuple(
        (symbol, quote.previous_close or quote.last or quote.mid)
        for symbol, quote in quotes
        if quote is not None and (quote.previous_close or quote.last or quote.mid)
    )


def know_instruments(
    state: State, report: rep.InstrumentsListed, market: Market, now: Nanos
) -> list[ev.Event]:
    """Only what is new, changed or missing becomes an event."""
    fresh = tuple(i for i in report.instruments if state.instruments.get(i.symbol) != i)
    listed = {i.symbol for i in report.instruments}
    unlisted = tuple(sorted(symbol for symbol in state.instruments if symbol not in listed))
    if not fresh and unlisted == state.unlisted:
        return []
    return [ev.InstrumentsKnown(now, fresh, unlisted)]


def know_borrow(
    state: State, report: rep.BorrowListed, market: Market, now: Nanos
) -> list[ev.Event]:
    """The same table again changes nothing."""
    same = tuple(state.borrow.values()) == report.rows
    return [] if same else [ev.BorrowKnown(now, report.rows)]


def know_dividends(
    state: State, report: rep.DividendsListed, market: Market, now: Nanos
) -> list[ev.Event]:
    """The same table again changes nothing."""
    return [] if state.dividends == report.rows else [ev.DividendsKnown(now, report.rows)]


def know_fx_rates(
    state: State, report: rep.FxRatesSet, market: Market, now: Nanos
) -> list[ev.Event]:
    """The same rates again change nothing."""
    known = sorted((row for rows in state.fx_rates.values() for row in rows), key=_fx_order)
    if state.fx_base == report.base and known == sorted(report.rows, key=_fx_order):
        return []
    return [ev.FxRatesKnown(now, report.base, report.rows)]


def _fx_order(row: FxRate) -> tuple[str, int]:
    return row.currency, row.from_date


def enter_phase(
    state: State, report: rep.PhaseChanged, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue's word on a symbol's session; at the end of a halt, with what it was for."""
    text = report.text
    if report.phase is Phase.OPEN:
        text = state.halts.get(report.symbol, "")
    entered = ev.PhaseEntered(now, report.symbol, report.phase, text)
    happened: list[ev.Event] = [entered, *after_phase(state, report.symbol, report.phase, now)]
    if report.phase is Phase.OPEN and report.symbol == ALL_SYMBOLS:
        happened += market_trades_again(state, now)
    return happened


def roll_date(
    state: State, report: rep.TradeDateRolled, market: Market, now: Nanos
) -> list[ev.Event]:
    """A new trade date; the same one again changes nothing."""
    if report.trade_date == state.trade_date:
        return []
    rolled = ev.DateRolled(now, report.trade_date, report.marks)
    called = []
    if report.trade_date > state.trade_date:
        called = called_overnight(state, report.marks, now)
    # Carry is counted on what was held at the close, and is the first entry of the new day.
    return [*called, rolled, *overnight(state, report.trade_date, dict(report.marks), now)]


def move_link(state: State, report: rep.LinkChanged, market: Market, now: Nanos) -> list[ev.Event]:
    """A link that goes down leaves every request in flight without a knowable outcome; one that
    keeps quiet for a while leaves everything as it is."""
    happened: list[ev.Event] = [ev.LinkMoved(now, report.link, report.state, report.text)]
    if not report.state.is_down:
        was_down = report.link in state.links_down
        return happened + (_reconcile(state, now) if was_down else [])
    happened += suspended(state, report.text, now)
    why = report.text.partition(":")[0]
    for order_id in state.live:
        order = state.orders[order_id]
        happened += [
            ev.OutcomeUnknown(now, order.order_id, request, f"link down: {why}")
            for request, pending in in_flight(order)
            if not pending.is_queued
        ]
    return happened


def _reconcile(state: State, now: Nanos) -> list[ev.Event]:
    """The link is back: whatever has no answer is asked about, never sent again (F20).

    A cancel may be repeated, and is.
    """
    happened: list[ev.Event] = []
    for order_id in state.live:
        order = state.orders[order_id]
        if order.market != state.market:
            continue
        for request, pending in in_flight(order):
            if pending.is_queued:
                continue
            if request is Request.NEW or pending.certainty is Certainty.UNKNOWN:
                happened.append(question(order, request, now))
    happened += begin(state, ReconCause.RECONNECT, now)
    if state.in_doubt or any(True for i in state.live for _ in in_flight(state.orders[i])):
        happened.append(ev.TimerSet(now, ACK_TIMER, Nanos(now + state.patience.ack)))
    return happened


def fire_timer(state: State, report: rep.TimerFired, market: Market, now: Nanos) -> list[ev.Event]:
    """Timers are data: the host only says that one is due."""
    if report.name not in state.timers:
        return []
    cleared: list[ev.Event] = [ev.TimerCleared(now, report.name)]
    if report.name == ACK_TIMER:
        looked = watch(state, now)
        return cleared + looked + too_much_unknown(state, looked, market, now)
    if report.name == MESSAGES_TIMER:
        return cleared + advance_messages(state, market, now)
    if report.name == SLOW_TIMER:
        return cleared + look_at_rate(state, now)
    if report.name in (ORDERS_TIMER, POSITIONS_TIMER):
        return cleared + fire_recon_timer(state, report.name, now)
    if report.name.startswith(FLATTEN_TIMER):
        account, _, symbol = report.name.removeprefix(FLATTEN_TIMER).partition("/")
        return cleared + advance_flatten(state, account, symbol, market, now)
    if report.name.startswith(BRACKET_TIMER):
        group = int(report.name.removeprefix(BRACKET_TIMER))
        return cleared + advance_exits(state, group, market, now)
    if report.name.startswith(ARMING_TIMER):
        account = report.name.removeprefix(ARMING_TIMER)
        return cleared + disarmed(state, account, "its session is over", now)[:1]
    if report.name.startswith(LOOSENING_TIMER):
        return cleared + loosened(state, report.name.removeprefix(LOOSENING_TIMER), now)
    return cleared


def checkpoint(
    state: State, report: rep.VenueCheckpoint, market: Market, now: Nanos
) -> list[ev.Event]:
    """Where the paper venue stands, kept for a restart."""
    return [ev.VenueCheckpointed(now, report.cursor, report.queue_ahead, report.waiting)]


def note_marks(state: State, report: rep.VenueMarked, market: Market, now: Nanos) -> list[ev.Event]:
    """What the tape did around fills, for the realism report alone."""
    return [ev.FillsMarked(now, report.marks)]


def note_tape(state: State, report: rep.VenueTape, market: Market, now: Nanos) -> list[ev.Event]:
    """How much printed while the run went on, for the realism report alone."""
    return [ev.TapeMeasured(now, report.tape, report.displaced)]


def close_session(
    state: State, report: rep.SessionEnded, market: Market, now: Nanos
) -> list[ev.Event]:
    """The run ends once; a second word about it changes nothing."""
    return [ev.SessionClosed(now, report.reason, report.clean)] if state.is_open else []


def engine_fault(
    state: State, report: rep.EngineFaulted, market: Market, now: Nanos
) -> list[ev.Event]:
    """Our own code failed (F42): nothing new leaves, entries are taken back, a person looks."""
    happened: list[ev.Event] = [ev.Faulted(now, report.text)]
    for account in state.accounts.values():
        if account.trading.state < ev.TradingState.HALTED:
            happened.append(
                ev.TradingStateChanged(
                    now,
                    account.account,
                    ALL_SYMBOLS,
                    ev.TradingState.HALTED,
                    False,
                    f"engine fault: {report.text}",
                    Origin.DESK,
                )
            )
        happened += cancels_of(
            state, account.account, ALL_SYMBOLS, CancelScope.ENTRIES, Origin.DESK, now
        )
    return happened


def heed_disk_space(
    state: State, report: rep.DiskSpaceSeen, market: Market, now: Nanos
) -> list[ev.Event]:
    """The ladder of F04: every rung is told of, the lower two close the door to anything new.

    Room that came back opens nothing again: that is a person's word.
    """
    happened: list[ev.Event] = []
    if report.level is not state.disk:
        happened.append(ev.DiskSpaceChanged(now, report.level, report.text))
    lowered = STATE_OF_LEVEL.get(report.level)
    for account in state.accounts.values():
        if lowered is not None and account.trading.state < lowered:
            change = (now, account.account, ALL_SYMBOLS, lowered, False, report.text, Origin.DESK)
            happened.append(ev.TradingStateChanged(*change))
    return happened


STATE_OF_LEVEL = {
    rep.SpaceLevel.REDUCING: ev.TradingState.REDUCING,
    rep.SpaceLevel.HALT: ev.TradingState.HALTED,
}
"""The highest trading state that so little room allows."""
