"""Asks the venue for everything, compares it with the desk's books, and says what it found."""

from collections.abc import Iterator

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain import statements as st
from engine.domain.answers import find_order_of_any_date, repeated
from engine.domain.arming_return import follows
from engine.domain.differences import (
    cash_differences,
    execution_differences,
    order_differences,
    position_differences,
)
from engine.domain.doubt import resume_in_flight
from engine.domain.modes import is_simulated
from engine.domain.owing import nothing_owed
from engine.domain.patience import EVERYTHING, stated_by
from engine.domain.quotes import Market
from engine.domain.recon import GAVE_WAY, ORDERS_TIMER, POSITIONS_TIMER, Run
from engine.domain.recon_events import DifferenceKind, ReconCause
from engine.domain.state import State
from engine.domain.statements import Statement
from engine.values import Nanos

OF_HOLDINGS = (Statement.EXECUTIONS, Statement.POSITIONS, Statement.CASH)
OVERLAP = Nanos(60_000_000_000)
"""Executions are asked for from a minute before the last time: what is known is ignored."""


def begin(
    state: State,
    cause: ReconCause,
    now: Nanos,
    asks: tuple[Statement, ...] = EVERYTHING,
    account: str = "",
) -> list[ev.Event]:
    """A new comparison of what the venue states at all; one that is under way and matters less
    gives way to it."""
    run = state.recon.run
    stated = stated_by(state.venue)
    asks = tuple(each for each in asks if each in stated)
    if not asks:
        return []
    happened: list[ev.Event] = []
    if run is not None:
        if run.cause.holds_orders and not cause.holds_orders:
            return [_watchdog(state, now)]
        happened.append(_given_up(state, now, GAVE_WAY))
    account = account or state.account
    query = state.recon.query + 1
    happened.append(ev.ReconcileStarted(now, query, cause, asks, account))
    happened += [_ask(state, query, each, account, now) for each in asks]
    return [*happened, _watchdog(state, now)]


def _ask(
    state: State, query: int, statement: Statement, account: str, now: Nanos
) -> ev.StatementAsked:
    since = Nanos(0)
    if statement is Statement.EXECUTIONS:
        since = Nanos(max(0, state.recon.executions_since - OVERLAP))
    return ev.StatementAsked(now, query, statement, account, since)


def _watchdog(state: State, now: Nanos) -> ev.TimerSet:
    return ev.TimerSet(now, ORDERS_TIMER, Nanos(now + 2 * state.patience.ack))


def _given_up(state: State, now: Nanos, why: str) -> ev.ReconcileFinished:
    run = state.recon.run
    assert run is not None, "only what is under way can be given up"
    return ev.ReconcileFinished(
        now, run.query, run.cause, run.differences, run.breaks, False, f"not complete: {why}"
    )


def resume_session(
    state: State, report: rep.SessionResumed, market: Market, now: Nanos
) -> list[ev.Event]:
    """After a start: what was out is asked about, then all books are compared (F20)."""
    asked = resume_in_flight(state, report.may_cancel, now)
    if is_simulated(state.mode) and not (state.live or state.executions_seen):
        return asked  # a new home on paper: there is nothing to compare yet
    return asked + begin(state, ReconCause.START, now)


def reconcile_now(
    state: State, command: cmd.Reconcile, market: Market, now: Nanos
) -> list[ev.Event]:
    """A person wants to know."""
    return begin(state, ReconCause.PERSON, now, account=command.account)


def fire_recon_timer(state: State, name: str, now: Nanos) -> list[ev.Event]:
    """Open orders are looked at again, or positions; answers that stay away are asked for again."""
    run = state.recon.run
    if run is not None and name == POSITIONS_TIMER:
        return [ev.TimerSet(now, name, Nanos(now + state.patience.ack))]
    if run is not None and run.cause.holds_orders:
        asks = [_ask(state, run.query, Statement(each), run.account, now) for each in run.awaiting]
        return [*asks, _watchdog(state, now)]
    if run is not None:
        if now < run.asked_at + 2 * state.patience.ack:
            return [ev.TimerSet(now, name, Nanos(now + state.patience.ack))]
        gone = _given_up(state, now, "the venue did not answer")
        return [gone, *_next_looks(state, now)]
    if name == POSITIONS_TIMER:
        return begin(state, ReconCause.POSITIONS_TIMER, now, OF_HOLDINGS)
    if state.live:
        return begin(state, ReconCause.ORDERS_TIMER, now, (Statement.ORDERS,))
    return []


def position_moved(
    state: State, report: st.VenuePositionMoved, market: Market, now: Nanos
) -> list[ev.Event]:
    """Trades of ours explain it, or nothing does: a split, an exercise, another hand."""
    if state.recon.run is not None:
        # What is on its way may have been written before it moved.
        return _sooner(state, Nanos(now + state.patience.ack), now)
    return begin(state, ReconCause.POSITIONS_TIMER, now, OF_HOLDINGS)


def _sooner(state: State, due: Nanos, now: Nanos) -> list[ev.Event]:
    """Positions are compared then, unless they are before that."""
    if state.timers.get(POSITIONS_TIMER, due + 1) <= due:
        return []
    return [ev.TimerSet(now, POSITIONS_TIMER, due)]


def _is_unsure(state: State, run: Run, found: list[ev.Event]) -> bool:
    """A position differs, and has to be seen so once more before that is believed."""
    told = [event for event in found if isinstance(event, ev.DifferenceFound)]
    of_run = (each for each in (*state.recon.differences, *told) if each.query == run.query)
    return any(e.difference is DifferenceKind.POSITION and not e.is_break for e in of_run)


def _next_looks(state: State, now: Nanos, *, is_unsure: bool = False) -> list[ev.Event]:
    """While something is live, open orders and positions are compared again and again; what was
    seen to differ once is looked at again whether or not anything is live."""
    happened: list[ev.Event] = []
    patience, timers = state.patience, state.timers
    if state.live and patience.orders_every:
        happened.append(ev.TimerSet(now, ORDERS_TIMER, Nanos(now + patience.orders_every)))
    else:
        happened.append(ev.TimerCleared(now, ORDERS_TIMER))
    if state.live and patience.positions_every and POSITIONS_TIMER not in timers:
        happened.append(ev.TimerSet(now, POSITIONS_TIMER, Nanos(now + patience.positions_every)))
    if is_unsure:
        happened += _sooner(state, Nanos(now + patience.settle), now)
    return happened


def hear_open_orders(
    state: State, report: st.VenueOpenOrders, market: Market, now: Nanos
) -> list[ev.Event]:
    """What stands there, against what is live here."""
    found = order_differences(state, report, market, now) if _counts(state, report) else []
    rows = len(report.orders)
    return _heard(state, report, Statement.ORDERS, rows, found, market, now)


def hear_executions(
    state: State, report: st.VenueExecutions, market: Market, now: Nanos
) -> list[ev.Event]:
    """What nobody had told was booked in front of this; what is nobody's is a break."""
    found = execution_differences(state, report, now) + nothing_owed(state, report, now)
    rows = len(report.executions)
    return _heard(state, report, Statement.EXECUTIONS, rows, found, market, now)


def hear_positions(
    state: State, report: st.VenuePositions, market: Market, now: Nanos
) -> list[ev.Event]:
    """What is held there, against what is held here."""
    found = position_differences(state, report, now) if _counts(state, report) else []
    rows = len(report.positions)
    return _heard(state, report, Statement.POSITIONS, rows, found, market, now)


def hear_cash(state: State, report: st.VenueCash, market: Market, now: Nanos) -> list[ev.Event]:
    """Cash is told of and never blocks: fees and interest are booked by each side for itself."""
    found = cash_differences(state, report, now) if _counts(state, report) else []
    return _heard(state, report, Statement.CASH, len(report.cash), found, market, now)


def _counts(state: State, report: st.VenueStatement) -> bool:
    """An answer that ended early, or that nobody waits for, is no evidence."""
    run = state.recon.run
    return report.is_complete and run is not None and run.query == report.query


def _heard(
    state: State,
    report: st.VenueStatement,
    statement: Statement,
    rows: int,
    found: list[ev.Event],
    market: Market,
    now: Nanos,
) -> list[ev.Event]:
    recon = state.recon
    run = recon.run
    if run is None or not recon.awaits(report.query, statement):
        return repeated(f"query {report.query}", statement.name.lower(), now)
    heard = ev.StatementHeard(
        now, run.query, statement, report.is_complete, rows, report.text, report.at
    )
    if not report.is_complete and run.cause.holds_orders:
        return [heard]  # it is asked for again until it comes whole
    asked = {event.statement for event in found if isinstance(event, ev.StatementAsked)}
    left = (set(run.awaiting) - {statement}) | asked
    happened: list[ev.Event] = [heard, *found]
    if left:
        return happened
    differences = [event for event in found if isinstance(event, ev.DifferenceFound)]
    failed = run.failed or ("" if report.is_complete else report.text or "an answer ended early")
    count = run.differences + len(differences)
    breaks = run.breaks + sum(event.is_break for event in differences)
    is_unsure = _is_unsure(state, run, found)
    finished = ev.ReconcileFinished(
        now,
        run.query,
        run.cause,
        count,
        breaks,
        not failed,
        f"not complete: {failed}" if failed else _in_words(state, count, breaks, is_unsure),
    )
    armed = follows(state, finished, found, market, now) if state.arming else []
    return [*happened, finished, *_next_looks(state, now, is_unsure=is_unsure), *armed]


def _in_words(state: State, differences: int, breaks: int, is_unsure: bool) -> str:
    missing = [each.name.lower() for each in EVERYTHING if each not in stated_by(state.venue)]
    if not differences and missing:
        *others, last = missing
        unsaid = f"{', '.join(others)} and {last}" if others else last
        return f"the venue's open orders agree with ours; {unsaid} it does not state"
    if not differences:
        return "the venue's books agree with ours"
    noun = "difference" if differences == 1 else "differences"
    unexplained = ", looked at again soon" if is_unsure else ", all explained"
    unexplained = f", {breaks} unexplained" if breaks else unexplained
    return f"{differences} {noun}{unexplained}"


Told = rep.VenueFilled | rep.VenueTradeCorrected | rep.VenueFeeCharged


def unfolded(state: State, report: st.VenueExecutions) -> tuple[Told | st.VenueExecutions, ...]:
    """The missed trades of a list, each as if the venue had told it, and then the list itself.

    So every one is decided on what the one before it has changed. What they cost comes behind
    them, and of trades that are booked already, where it is not known yet.
    """
    missed = [each for each in report.executions if _is_news(state, each)]
    told: list[Told] = []
    for each in missed:
        where = "found in the venue's list of executions"
        if each.revision:
            corrected = rep.VenueTradeCorrected(
                each.client_order_id,
                each.execution_id,
                each.revision,
                each.price,
                each.quantity,
                each.liquidity,
                where,
                at=each.at,
            )
            told.append(corrected)
        else:
            fill = rep.VenueFilled(
                each.client_order_id,
                each.execution_id,
                each.price,
                each.quantity,
                each.liquidity,
                where,
                each.at,
            )
            told.append(fill)
    names = tuple(each.execution_id for each in missed)
    told += _charged(state, report, frozenset(names))
    noted = st.VenueExecutions(
        report.query,
        report.since,
        report.executions,
        report.is_complete,
        report.text,
        report.at,
        names,
    )
    return (*told, noted)


def _charged(
    state: State, report: st.VenueExecutions, missed: frozenset[str]
) -> Iterator[rep.VenueFeeCharged]:
    """`missed`: execution ids of what is told in front of this."""
    if not state.patience.tells_fees:
        return
    for each in report.executions:
        if each.fee is not None and (each.execution_id in missed or _is_unpriced(state, each)):
            yield rep.VenueFeeCharged(
                each.client_order_id, each.execution_id, each.revision, each.fee, each.at
            )


def _is_unpriced(state: State, execution: st.Execution) -> bool:
    """It is booked, by the fee table."""
    order = find_order_of_any_date(state, execution.client_order_id)
    charge = order.charge_of(execution.execution_id, execution.revision) if order else None
    return charge is not None and not charge.is_confirmed


def _is_news(state: State, execution: st.Execution) -> bool:
    if execution.client_order_id not in state.by_client_id:
        return False
    if execution.execution_id not in state.executions:
        return True
    return state.amended.get(execution.execution_id, 0) < execution.revision
