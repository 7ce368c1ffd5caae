"""A line said back in words before it is done, so that a trader reads what was understood."""

from typing import assert_never

from msgspec import structs

from engine.instruments import quantity_words
from engine.language.printer import (
    print_duration,
    print_line,
    print_order_number,
    print_price,
    print_time,
)
from engine.language.syntax import (
    DOT,
    AdoptLine,
    ArmLine,
    AtLine,
    CancelLine,
    CashTerm,
    CloseLine,
    ConvertLine,
    DisarmLine,
    EveryOrder,
    ExpectPositionLine,
    ExpectProtectedLine,
    FixedPrice,
    FlattenLine,
    HaltLine,
    KillLine,
    LimitPrice,
    Line,
    LinkAct,
    LinkLine,
    MarketPrice,
    NumberRange,
    OcoLine,
    Offset,
    OffsetUnit,
    OrderGroup,
    OrderLine,
    OrderNumber,
    PercentTerm,
    PracticeLine,
    PreviewedLine,
    PriceTerm,
    QuantityTerm,
    ReconcileLine,
    Reference,
    ReferencePrice,
    ReplaceLine,
    ReplayLine,
    ResolveLine,
    RestingPrice,
    ResumeLine,
    ReverseLine,
    Selector,
    SetLine,
    SharesTerm,
    SizeWord,
    SymbolOrders,
    TouchPrice,
    WaitLine,
    WordTerm,
)
from engine.values import Side, TimeInForce

_MONTHS = "January February March April May June July August September October November December"
_SIZES = {
    SizeWord.MAX: "as much as is allowed of",
    SizeWord.POSITION: "the position in",
    SizeWord.HALF: "half the position in",
}
_REFERENCES = {
    Reference.OPEN: "opening price",
    Reference.HIGH: "day's high",
    Reference.LOW: "day's low",
    Reference.LAST: "last price",
    Reference.PREVIOUS_CLOSE: "previous close",
}


def spell_out(line: Line, symbol: str) -> Line:
    """The line with the symbol on the screen where it says `.`; other lines come back unchanged."""
    match line:
        case (
            OrderLine()
            | OcoLine()
            | CloseLine()
            | FlattenLine()
            | ReverseLine()
            | ExpectPositionLine()
            | ExpectProtectedLine()
        ):
            return structs.replace(line, symbol=symbol) if line.symbol == DOT else line
        case PreviewedLine():
            return structs.replace(line, act=spell_out(line.act, symbol))
        case CancelLine(selector=SymbolOrders(symbol=named)) if named == DOT:
            return CancelLine(structs.replace(line.selector, symbol=symbol))
        case _:
            return line


def describe(line: Line, screen_symbol: str | None = None) -> str:
    """`BUY 100 GOOG LMT 576.98 DAY`; prices that move stay words: `LMT at the bid`.

    `screen_symbol` is said in place of `.`; without it the dot stays.
    """
    if screen_symbol is not None:
        line = spell_out(line, screen_symbol)
    match line:
        case OrderLine():
            return _describe_order(line)
        case OcoLine():
            return _describe_oco(line)
        case CancelLine():
            return f"CANCEL {_describe_selector(line.selector)}"
        case ReplaceLine():
            return _describe_replace(line)
        case CloseLine():
            return _with_override(f"CLOSE {_describe_part(line)} {line.symbol}", line.override)
        case FlattenLine():
            what = line.symbol if line.symbol is not None else "the whole account"
            return f"FLATTEN {what}: stop entries, cancel exits, close what is left"
        case ReverseLine():
            return _with_override(f"REVERSE the position in {line.symbol}", line.override)
        case HaltLine():
            return _with_reason("HALT: nothing new leaves", line.reason)
        case ResumeLine():
            return _with_reason("RESUME trading", line.reason)
        case PracticeLine():
            return f"{print_line(line).upper()} — a drill at the paper venue"
        case KillLine():
            return "KILL: halt, latched over restarts"
        case PreviewedLine():
            return f"{describe(line.act)} — preview, nothing is sent"
        case SetLine():
            when = "" if line.reason else ", if that tightens it"
            return f"SET {line.name} to {line.value}{when}"
        case ConvertLine():
            if line.amount is None:
                return f"CONVERT all {line.sold} against {line.bought}, a debit too"
            return f"CONVERT {line.amount} {line.sold} to {line.bought}"
        case ResolveLine():
            return _describe_resolve(line)
        case AdoptLine():
            return f'ADOPT the {line.what.value} {line.name} from the venue: "{line.reason}"'
        case LinkLine():
            return _describe_link(line)
        case ArmLine() | DisarmLine():
            return _describe_arming(line)
        case ReconcileLine():
            return "RECONCILE: ask the venue for everything and compare"
        case AtLine():
            return f"AT {print_time(line.time_of_day)} market time, go on"
        case ReplayLine():
            return f"MARKET TIME: {print_line(line).removeprefix('replay ')}"
        case WaitLine():
            within = f", at most {print_duration(line.within)}" if line.within is not None else ""
            return f"WAIT until order {_describe_number(line.order)} is {line.state.value}{within}"
        case _:
            return print_line(line)


def _describe_arming(line: ArmLine | DisarmLine) -> str:
    if isinstance(line, ArmLine):
        return f'ARM {line.account}: its orders leave for real: "{line.reason}"'
    return _with_reason(f"DISARM {line.account}: nothing new of it leaves", line.reason)


_LINK_WORDS = {
    LinkAct.GO: "dial the venue again, with the numbers as they are",
    LinkAct.RESET: "BOTH NUMBERS BEGIN AT 1, what was missed is not sent again",
    LinkAct.IN: "expect message {value} next, what was before it is not asked for",
    LinkAct.OUT: "what leaves next is message {value}",
    LinkAct.DISPUTE: "tell the venue that nobody here knows trade {value}",
    LinkAct.SWEEP: "CANCEL EVERYTHING in the account there: stops, and what others sent or a hand"
    " entered, too",
}


def _describe_link(line: LinkLine) -> str:
    return f'LINK: {_LINK_WORDS[line.what].format(value=line.value)}: "{line.reason}"'


def _describe_resolve(line: ResolveLine) -> str:
    words = line.outcome.value.replace("-", " ")
    trade = "" if line.quantity is None else f" {line.quantity} at {line.price}"
    return f'RESOLVE order {_describe_number(line.order)} as {words}{trade}: "{line.reason}"'


def _describe_order(line: OrderLine) -> str:
    side = line.instruction.side
    in_force = line.time_in_force if line.time_in_force is not None else TimeInForce.DAY
    parts = [
        line.instruction.name,
        _describe_quantity(line.quantity),
        line.symbol,
        _describe_stop(line.stop.at, line.stop.limit) if line.stop is not None else "",
        _describe_price(line.price, side) if line.price is not None else "",
        in_force.name,
        _describe_exits(line.target, line.stop_loss, "the entry"),
        "post only" if line.post_only else "",
        "reduce only" if line.reduce_only else "",
        f"account {line.account}" if line.account is not None else "",
        f"via {line.venue}" if line.venue is not None else "",
        f"tag {line.tag}" if line.tag is not None else "",
        f'note "{line.note}"' if line.note is not None else "",
    ]
    said = _with_override(" ".join(part for part in parts if part), line.override)
    return f"{said} — preview, nothing is sent" if line.preview else said


def _describe_exits(target: RestingPrice | None, stop_loss: RestingPrice | None, of: str) -> str:
    """`target 192, stop 0.8% below the entry`."""
    named = (("target", target), ("stop", stop_loss))
    return ", ".join(f"{word} {_describe_exit(at, of)}" for word, at in named if at is not None)


def _describe_exit(at: RestingPrice, of: str) -> str:
    if isinstance(at, TouchPrice):
        return f"{_describe_offset(at.offset)} {of}"
    return _describe_fixed(at)


def _describe_oco(line: OcoLine) -> str:
    exits = _describe_exits(line.target, line.stop_loss, "what it cost")
    lives = line.time_in_force.name if line.time_in_force is not None else TimeInForce.DAY.name
    tag = f" tag {line.tag}" if line.tag is not None else ""
    note = f' note "{line.note}"' if line.note is not None else ""
    what = f"{_describe_quantity(line.quantity)} {line.symbol}"
    return f"PROTECT {what}: {exits}, one ends the other, {lives}{tag}{note}"


def _describe_quantity(term: QuantityTerm) -> str:
    match term:
        case SharesTerm():
            return quantity_words(term.shares)
        case CashTerm():
            whole, dot, part = term.amount.partition(".")
            return f"${int(whole):,}{dot}{part} of"
        case PercentTerm():
            return f"{term.percent}% of"
        case WordTerm():
            return _SIZES[term.word]
        case _:
            assert_never(term)


def _describe_price(term: PriceTerm, side: Side | None) -> str:
    match term:
        case MarketPrice():
            return "MKT"
        case LimitPrice():
            return f"LMT {term.price}"
        case ReferencePrice():
            return f"LMT {_describe_fixed(term)}"
        case TouchPrice():
            touch = {Side.BUY: "the bid", Side.SELL: "the ask", None: "the near touch"}[side]
            return f"LMT {_describe_offset(term.offset)} {touch}"
        case _:
            assert_never(term)


def _describe_stop(at: FixedPrice, limit: FixedPrice | None) -> str:
    stop = f"STP {_describe_fixed(at)}"
    return f"{stop} LMT {_describe_fixed(limit)}" if limit is not None else stop


def _describe_fixed(term: FixedPrice) -> str:
    if isinstance(term, LimitPrice):
        return print_price(term)
    reference = f"the {_REFERENCES.get(term.reference, term.reference.value)}"
    if term.offset is None:
        return f"at {reference}"
    return f"{_describe_offset(term.offset)} {reference}"


def _describe_offset(offset: Offset) -> str:
    where = "above" if offset.is_up else "below"
    match offset.unit:
        case OffsetUnit.TICKS:
            noun = "tick" if offset.amount == "1" else "ticks"
            return f"{offset.amount} {noun} {where}"
        case OffsetUnit.PERCENT:
            return f"{offset.amount}% {where}"
        case OffsetUnit.MONEY:
            return f"{offset.amount} {where}"
        case _:
            assert_never(offset.unit)


def _describe_replace(line: ReplaceLine) -> str:
    price: RestingPrice | None = line.price
    # Of a stop order it is the stop that moves: only the order itself tells which it is.
    words = _describe_price(price, None).removeprefix("LMT ") if price is not None else ""
    stop = _describe_price(line.stop, None).removeprefix("LMT ") if line.stop is not None else ""
    changes = [
        f"price {words}" if words else "",
        f"stop {stop}" if stop else "",
        f"total {quantity_words(line.quantity)}" if line.quantity is not None else "",
    ]
    said = ", ".join(change for change in changes if change)
    return _with_override(f"REPLACE {_describe_number(line.order)}: {said}", line.override)


def _describe_selector(selector: Selector) -> str:
    match selector:
        case OrderNumber():
            return f"order {_describe_number(selector)}"
        case NumberRange():
            return f"orders {selector.first:,} to {selector.last:,}"
        case SymbolOrders():
            group = "working orders" if selector.group is OrderGroup.ALL else selector.group.value
            return f"all {group} in the symbol {selector.symbol}"
        case EveryOrder():
            return "every working order of the account"
        case _:
            assert_never(selector)


def _describe_number(order: OrderNumber) -> str:
    if order.day is None:
        return print_order_number(order)
    month, day = _MONTHS.split()[int(order.day[:2]) - 1], int(order.day[2:])
    return f"{print_order_number(structs.replace(order, day=None))} of {day} {month}"


def _describe_part(line: CloseLine) -> str:
    if line.fraction is None:
        return "the position in"
    return _describe_quantity(line.fraction) + (
        " the position in" if isinstance(line.fraction, PercentTerm) else ""
    )


def _with_override(said: str, reason: str | None) -> str:
    return f'{said}, override "{reason}"' if reason is not None else said


def _with_reason(said: str, reason: str | None) -> str:
    return f'{said}, because "{reason}"' if reason is not None else said
