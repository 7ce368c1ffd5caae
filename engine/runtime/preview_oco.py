"""What two exits of a position would bring and risk, with the refusals that they would meet."""

import msgspec

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.contingent.position import protect_position
from engine.domain.ledger.figures import average_cost
from engine.domain.preview_view import Preview
from engine.language import syntax as syn
from engine.language.printer import print_line
from engine.runtime.preview import first_sentence
from engine.runtime.preview_exits import exits_in_words
from engine.runtime.resolve import Context, size_term
from engine.values import Instruction, Nanos, OrderType


def preview_oco(
    command: cmd.ProtectPosition, line: syn.OcoLine, context: Context, now: Nanos
) -> Preview:
    """Judged by the decision itself: both exits leave, or neither does."""
    state = context.state
    known = state.instruments[command.symbol]
    findings = tuple(
        found
        for event in protect_position(state, command, context.market, now)
        if isinstance(event, ev.OrderDenied)
        for found in event.findings
    )
    cost = average_cost(state.accounts[command.account].positions[command.symbol], known)
    bought = command.instruction is Instruction.SELL
    # As if what is held were bought now at what it cost: money counts from there.
    entry = cmd.SubmitOrder(
        command.ticket,
        command.account,
        command.symbol,
        Instruction.BUY if bought else Instruction.SHORT,
        command.quantity,
        OrderType.LIMIT,
        cost,
        target=cmd.ExitTerm(command.target),
        stop_loss=cmd.ExitTerm(command.stop),
    )
    figures = msgspec.structs.replace(
        line,
        symbol=command.symbol,
        quantity=size_term(command.quantity, known),
        target=syn.LimitPrice(known.format_price(command.target)),
        stop_loss=syn.LimitPrice(known.format_price(command.stop)),
    )
    return Preview(
        text="",
        is_valid=not findings,
        problem=first_sentence(findings),
        findings=findings,
        changes=exits_in_words(entry, cost, known),
        resolved=print_line(figures),
    )
