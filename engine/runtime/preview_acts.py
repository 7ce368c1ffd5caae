"""What an act would change if it were done now, with the refusals that it would meet."""

import msgspec

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.commands import Command
from engine.domain.contingent.protection import left_unprotected, without_order
from engine.domain.decide import decide
from engine.domain.events import CurrencyConverted
from engine.domain.preview_view import Preview
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.state import State
from engine.domain.tally import Counted, tally
from engine.hosted import HostedVenue
from engine.language import syntax as syn
from engine.language.echo import describe
from engine.runtime.arming_words import arming_words
from engine.runtime.fee_words import conversion_words
from engine.runtime.preview import preview_line, preview_order, spelled_out
from engine.runtime.preview_flat import preview_flatten, preview_reverse
from engine.runtime.preview_oco import preview_oco
from engine.runtime.preview_replace import preview_replace
from engine.runtime.resolve import Context, UnresolvedError, close_line, resolve
from engine.values import Nanos, OrderId

_ASKED_FOR = (Refusal.SECOND_FACTOR_WANTED,)
"""No reason not to send: it is asked for when the line is sent."""


def preview_any(
    line: syn.Line, text: str, context: Context, venue: HostedVenue, now: Nanos
) -> Preview:
    """The live panel of any line that could be sent."""
    if isinstance(line, syn.OrderLine):
        return preview_line(line, text, context, venue, now)
    return preview_act(line, text, context, venue, now)


def preview_act(
    line: syn.Line, text: str, context: Context, venue: HostedVenue, now: Nanos
) -> Preview:
    """The live panel for a line that is no order; the same refusals as when it is done."""
    line = line.act if isinstance(line, syn.PreviewedLine) else line
    echo = describe(line, context.symbol or None)
    try:
        commands = resolve(line, context, "preview")
    except UnresolvedError as problem:
        return Preview(text=text, is_valid=False, echo=echo, problem=str(problem))
    if isinstance(line, syn.CloseLine):
        return _preview_close(line, text, echo, context, venue, now)
    refused = _refusal(commands, context, now)
    if refused:
        return Preview(text=text, is_valid=False, echo=echo, problem=refused)
    match commands:
        case [cmd.ReplaceOrder() as command] if isinstance(line, syn.ReplaceLine):
            told = preview_replace(command, line, context, venue, now)
        case [cmd.ProtectPosition() as command] if isinstance(line, syn.OcoLine):
            told = preview_oco(command, line, context, now)
        case [cmd.Reverse() as command]:
            told = preview_reverse(command, context, venue, now)
        case [cmd.Convert()]:
            happened = _decided(commands, context, now)
            changes = tuple(conversion_words(e) for e in happened if type(e) is CurrencyConverted)
            told = Preview(text=text, is_valid=True, changes=changes)
        case [cmd.Flatten() as command]:
            told = preview_flatten(command, context, venue)
        case [cmd.ArmLive() as command]:
            changes = arming_words(command, context.state, now)
            changes += _factor_words(commands, context, now)
            told = Preview(text=text, is_valid=True, changes=changes)
        case _:
            cancelled = _cancelled(commands, context, now)
            changes = (f"cancels {tally(cancelled)}",) if cancelled else ()
            changes += tuple(f"leaves {each}" for each in _left_unprotected(commands, context))
            changes += _factor_words(commands, context, now)
            told = Preview(text=text, is_valid=True, changes=changes)
    return msgspec.structs.replace(told, text=text, echo=echo)


def _decided(commands: list[Command], context: Context, now: Nanos) -> list[ev.Event]:
    return [
        event
        for command in commands
        for event in decide(context.state, command, context.market, now)
    ]


def _refusal(commands: list[Command], context: Context, now: Nanos) -> str:
    """The sentence that would answer the line, if nothing of it would be done."""
    sentences = []
    for event in _decided(commands, context, now):
        match event:
            case ev.CommandRefused() if event.refusal in _ASKED_FOR:
                return ""
            case ev.CommandRefused() | ev.CancelDenied():
                sentences.append(REFUSAL_SENTENCES[event.refusal])
            case ev.ReplaceDenied(findings=()):
                sentences.append(REFUSAL_SENTENCES[Refusal(event.refusal)])
            case _:
                return ""
    return sentences[0] if sentences else ""


def _factor_words(commands: list[Command], context: Context, now: Nanos) -> tuple[str, ...]:
    for event in _decided(commands, context, now):
        if isinstance(event, ev.CommandRefused) and event.refusal in _ASKED_FOR:
            return ("asks for the second factor",)
    return ()


def _cancelled(commands: list[Command], context: Context, now: Nanos) -> list[Counted]:
    """Side and open quantity of each order that the commands would cancel."""
    ids = [
        event.order_id
        for event in _decided(commands, context, now)
        if isinstance(event, ev.CancelRequested | ev.OrderCancelled)
    ]
    return _open_of(ids, context.state)


def _left_unprotected(commands: list[Command], context: Context) -> tuple[str, ...]:
    """`+100 GOOG without a stop`, for what the cancels would take the stop of."""
    state, told = context.state, list[str]()
    for command in commands:
        match command:
            case cmd.CancelMany():
                told += left_unprotected(state, command.account, command.symbol, command.scope)
            case cmd.CancelOrder() if (order := state.orders.get(command.order_id)) is not None:
                told += without_order(state, order)
            case _:
                continue
    return tuple(dict.fromkeys(told))


def _open_of(ids: list[OrderId], state: State) -> list[Counted]:
    orders = [state.orders[i] for i in ids]
    return [(o.side, o.leaves, state.instruments[o.order.symbol]) for o in orders]


def _preview_close(
    line: syn.CloseLine,
    text: str,
    echo: str,
    context: Context,
    venue: HostedVenue,
    now: Nanos,
) -> Preview:
    """An order like any other, and sent as the order in figures that was reviewed."""
    order_line = close_line(line, context)
    (order,) = resolve(line, context, "preview")
    assert isinstance(order, cmd.SubmitOrder)
    figures = spelled_out(order_line, order, context)
    told = preview_order(order, text, echo, figures, context, venue, now)
    held = context.held(order.symbol)
    left = held + order.instruction.side * order.quantity
    size = context.state.instruments[order.symbol].format_quantity
    changes = (
        f"closes {size(order.quantity)} of {size(held, signed=True)} {order.symbol},"
        f" {size(left, signed=True)} left",
    )
    return msgspec.structs.replace(told, changes=changes, resized="")
