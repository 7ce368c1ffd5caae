"""Two exits of a position at once, without an entry: one ends what the other has not."""

from msgspec import structs

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.commands import ExitTerm, SubmitOrder
from engine.domain.contingent.terms import KINDS, exit_order
from engine.domain.identity import leg_id
from engine.domain.quotes import Market
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.proposal import propose
from engine.domain.state import State, bracket_timer
from engine.domain.submission import quote_seen
from engine.values import Instruction, Nanos, OrderId, OrderType


def protect_position(
    state: State, command: cmd.ProtectPosition, market: Market, now: Nanos
) -> list[ev.Event]:
    """Both exits wait here and leave in the next step, or neither does and the reason is told."""
    if command.ticket in state.tickets:
        return [ev.DuplicateIgnored(now, f"ticket {command.ticket}")]
    group = OrderId(state.order_next)
    number = state.number_next.get(state.trade_date, 1)
    exits = exits_of_position(command)
    for order in exits:
        # Whoever asks is who is judged: while a flatten runs nobody else's order joins it (D03).
        asked = structs.replace(order, origin=command.origin)
        assessment = evaluate(propose(asked, state, market), state, market, now)
        if not assessment.is_allowed:
            return [_denied(state, group, number, command, order, assessment, market, now)]
    held: list[ev.Event] = [
        ev.OrderHeld(now, leg_id(group, leg), state.trade_date, number, order)
        for leg, order in enumerate(exits, start=1)
    ]
    return [*held, ev.TimerSet(now, bracket_timer(group), now)]


def exits_of_position(command: cmd.ProtectPosition) -> list[SubmitOrder]:
    """The two orders that the command means, as they will leave."""
    # An entry that was never sent: the exits are those of one on the other side.
    entry = SubmitOrder(
        command.ticket,
        command.account,
        command.symbol,
        _ENTRIES[command.instruction],
        command.quantity,
        OrderType.LIMIT,
        time_in_force=command.time_in_force,
        tag=command.tag,
        note=command.note,
    )
    terms = (ExitTerm(command.target), ExitTerm(command.stop))
    return [
        exit_order(entry, kind, leg, term)
        for leg, (kind, term) in enumerate(zip(KINDS, terms, strict=True), start=1)
    ]


_ENTRIES = {Instruction.SELL: Instruction.BUY, Instruction.COVER: Instruction.SHORT}


def _denied(
    state: State,
    group: OrderId,
    number: int,
    command: cmd.ProtectPosition,
    order: SubmitOrder,
    assessment: Assessment,
    market: Market,
    now: Nanos,
) -> ev.OrderDenied:
    """One row with the number that both would have had."""
    return ev.OrderDenied(
        now,
        group,
        state.trade_date,
        number,
        _of_ticket(order, command.ticket),
        quote_seen(market.quote(command.symbol)),
        assessment.findings,
        state.limits_digest,
        assessment.passed_bits,
        assessment.off_bits,
        assessment.off_because,
    )


def _of_ticket(order: SubmitOrder, ticket: str) -> SubmitOrder:
    return structs.replace(order, ticket=ticket)
