"""The one canonical spelling of every line: `parse_line(print_line(line)) == line`."""

from typing import assert_never

from engine.language.names import is_day
from engine.language.syntax import (
    AdoptLine,
    ArmLine,
    AtLine,
    BlankLine,
    CancelLine,
    CashTerm,
    CloseLine,
    CommentLine,
    ConvertLine,
    DisarmLine,
    EveryOrder,
    ExpectCashLine,
    ExpectDeniedLine,
    ExpectFeesLine,
    ExpectLine,
    ExpectOrderLine,
    ExpectPositionLine,
    ExpectProtectedLine,
    FlattenLine,
    HaltLine,
    KillLine,
    LimitPrice,
    Line,
    LinkLine,
    MarketPrice,
    NumberRange,
    OcoLine,
    Offset,
    OrderGroup,
    OrderLine,
    OrderNumber,
    PercentTerm,
    PracticeLine,
    PreviewedLine,
    PriceTerm,
    QuantityTerm,
    ReconcileLine,
    ReferencePrice,
    ReplaceLine,
    ReplayLine,
    ReplayVerb,
    ResolveLine,
    ResumeLine,
    ReverseLine,
    Script,
    Selector,
    SetLine,
    SharesTerm,
    SymbolOrders,
    TouchPrice,
    WaitLine,
    WordTerm,
)
from engine.language.words import ALL_OF_IT, AT_PRICE, EVERYTHING, MARKET, NEXT, PREVIEW
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos


def print_line(line: Line) -> str:
    """Full words, upper-case symbols, clauses in the order of the tables, single spaces."""
    match line:
        case OrderLine():
            return _print_order(line)
        case ReplaceLine():
            return _print_replace(line)
        case PreviewedLine():
            return f"{print_line(line.act)} {PREVIEW}"
        case WaitLine() | AtLine():
            return _print_control(line)
        case ReplayLine():
            return _print_replay(line)
        case (
            ExpectOrderLine()
            | ExpectPositionLine()
            | ExpectProtectedLine()
            | ExpectCashLine()
            | ExpectFeesLine()
            | ExpectDeniedLine()
        ):
            return _print_expect(line)
        case CommentLine():
            return f"# {line.text}".rstrip()
        case BlankLine():
            return ""
        case _:
            return _print_act(line)


def print_script(script: Script) -> str:
    """The script with every line on its own number; ends with a line end."""
    return "".join(f"{print_line(line.line)}\n" for line in script.lines)


def print_quantity(term: QuantityTerm) -> str:
    """`100`, `$10000`, `25%`, `max`."""
    match term:
        case SharesTerm():
            return str(term.shares)
        case CashTerm():
            return f"${term.amount}"
        case PercentTerm():
            return f"{term.percent}%"
        case WordTerm():
            return term.word.value
        case _:
            assert_never(term)


def print_price(term: PriceTerm) -> str:
    """`190.12`, `mkt`, `bid`, `mid+5t`, `-0.5%`."""
    match term:
        case LimitPrice():
            return term.price
        case MarketPrice():
            return MARKET
        case ReferencePrice():
            offset = print_offset(term.offset) if term.offset is not None else ""
            return f"{term.reference.value}{offset}"
        case TouchPrice():
            return print_offset(term.offset)
        case _:
            assert_never(term)


def print_offset(offset: Offset) -> str:
    """`+0.05`, `-5t`, `-0.5%`."""
    return f"{'+' if offset.is_up else '-'}{offset.amount}{offset.unit.value}"


def print_order_number(order: OrderNumber) -> str:
    """`7`, `7.1`, `1119-7.1`."""
    day = f"{order.day}-" if order.day is not None else ""
    leg = f".{order.leg}" if order.leg is not None else ""
    return f"{day}{order.number}{leg}"


def print_selector(selector: Selector) -> str:
    """What stands after `cancel`."""
    match selector:
        case OrderNumber():
            return print_order_number(selector)
        case NumberRange():
            return _print_range(selector)
        case SymbolOrders():
            group = selector.group
            return _join(selector.symbol, "" if group is OrderGroup.ALL else group.value)
        case EveryOrder():
            return EVERYTHING
        case _:
            assert_never(selector)


def print_duration(nanos: Nanos) -> str:
    """In the largest of m, s and ms that needs no fraction, else in fractions of a second."""
    if nanos % (60 * NANOS_PER_SECOND) == 0:
        return f"{nanos // (60 * NANOS_PER_SECOND)}m"
    if nanos % NANOS_PER_SECOND == 0:
        return f"{nanos // NANOS_PER_SECOND}s"
    if nanos % NANOS_PER_MILLISECOND == 0:
        return f"{nanos // NANOS_PER_MILLISECOND}ms"
    return f"{_with_fraction(str(nanos // NANOS_PER_SECOND), nanos)}s"


def print_time(time_of_day: Nanos) -> str:
    """`09:31:00`, with as much of a second's fraction as there is."""
    seconds = time_of_day // NANOS_PER_SECOND
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return _with_fraction(clock, time_of_day)


def _print_order(line: OrderLine) -> str:
    time_in_force = line.time_in_force
    return _join(
        line.instruction.word,
        print_quantity(line.quantity),
        line.symbol,
        print_price(line.price) if line.price is not None else "",
        time_in_force.name.lower() if time_in_force is not None else "",
        "post" if line.post_only else "",
        "ro" if line.reduce_only else "",
        f"stp {print_price(line.stop.at)}" if line.stop is not None else "",
        f"lmt {print_price(line.stop.limit)}" if line.stop and line.stop.limit else "",
        f"tp {print_price(line.target)}" if line.target is not None else "",
        f"sl {print_price(line.stop_loss)}" if line.stop_loss is not None else "",
        f"acct {line.account}" if line.account is not None else "",
        f"via {line.venue}" if line.venue is not None else "",
        f"tag {line.tag}" if line.tag is not None else "",
        _quoted("note", line.note),
        _quoted("override", line.override),
        PREVIEW if line.preview else "",
    )


def _print_oco(line: OcoLine) -> str:
    in_force = line.time_in_force
    return _join(
        f"oco {print_quantity(line.quantity)} {line.symbol}",
        f"tp {print_price(line.target)} sl {print_price(line.stop_loss)}",
        in_force.name.lower() if in_force is not None else "",
        f"tag {line.tag}" if line.tag is not None else "",
        _quoted("note", line.note),
    )


def _print_replace(line: ReplaceLine) -> str:
    return _join(
        f"replace {print_order_number(line.order)}",
        f"price {print_price(line.price)}" if line.price is not None else "",
        f"stop {print_price(line.stop)}" if line.stop is not None else "",
        f"qty {line.quantity}" if line.quantity is not None else "",
        _quoted("override", line.override),
    )


def _print_act(
    line: OcoLine
    | CancelLine
    | CloseLine
    | FlattenLine
    | ReverseLine
    | HaltLine
    | ResumeLine
    | KillLine
    | SetLine
    | ConvertLine
    | PracticeLine
    | ResolveLine
    | AdoptLine
    | ReconcileLine
    | LinkLine
    | ArmLine
    | DisarmLine,
) -> str:
    match line:
        case OcoLine():
            return _print_oco(line)
        case CancelLine():
            return f"cancel {print_selector(line.selector)}"
        case CloseLine():
            part = print_quantity(line.fraction) if line.fraction is not None else ""
            return _join(f"close {line.symbol}", part, _quoted("override", line.override))
        case FlattenLine():
            return f"flatten {line.symbol if line.symbol is not None else EVERYTHING}"
        case ReverseLine():
            return _join(f"reverse {line.symbol}", _quoted("override", line.override))
        case HaltLine():
            return _quoted("halt", line.reason) or "halt"
        case ResumeLine():
            return _quoted("resume", line.reason) or "resume"
        case KillLine():
            return "kill"
        case PracticeLine():
            return _print_practice(line)
        case SetLine():
            word = f"set {line.name} {line.value}"
            return _quoted(word, line.reason) or word
        case ConvertLine():
            return f"convert {line.amount or ALL_OF_IT} {line.sold} {line.bought}"
        case ResolveLine():
            return _print_resolve(line)
        case AdoptLine():
            return f'adopt {line.what.value} {line.name} "{line.reason}"'
        case ReconcileLine():
            return "reconcile"
        case LinkLine():
            return _quoted(_join(f"link {line.what.value}", line.value), line.reason)
        case ArmLine() | DisarmLine():
            word = f"{'arm' if isinstance(line, ArmLine) else 'disarm'} {line.account}"
            return _quoted(word, line.reason) or word
        case _:
            assert_never(line)


def _print_control(line: WaitLine | AtLine) -> str:
    if isinstance(line, AtLine):
        return f"at {print_time(line.time_of_day)}"
    within = f"within {print_duration(line.within)}" if line.within is not None else ""
    return _join(f"wait order {print_order_number(line.order)} {line.state.value}", within)


def _print_replay(line: ReplayLine) -> str:
    argument = line.speed
    if line.verb is ReplayVerb.JUMP:
        argument = print_time(line.nanos)
    elif line.verb is ReplayVerb.STEP and line.nanos:
        argument = print_duration(line.nanos)
    return _join(f"replay {line.verb.value}", argument)


def _print_expect(
    line: ExpectLine,
) -> str:
    match line:
        case ExpectOrderLine():
            quantity = "" if line.quantity is None else str(line.quantity)
            order = print_order_number(line.order)
            return _join(f"expect order {order} {line.state.value}", quantity)
        case ExpectPositionLine():
            return f"expect position {line.symbol} {line.quantity}"
        case ExpectProtectedLine():
            return f"expect protected {line.symbol} {line.quantity}"
        case ExpectCashLine():
            return _join(f"expect cash {line.comparison.value} {line.amount}", line.currency or "")
        case ExpectFeesLine():
            return f"expect fees {line.comparison.value} {line.amount}"
        case ExpectDeniedLine():
            return f"expect denied {print_order_number(line.order)} {line.code}"
        case _:
            assert_never(line)


def _print_range(numbers: NumberRange) -> str:
    """With commas where four plain digits would read as a day: orders 1,119 to 1,125."""
    if is_day(str(numbers.first)):
        return f"{numbers.first:,}-{numbers.last:,}"
    return f"{numbers.first}-{numbers.last}"


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _quoted(word: str, text: str | None) -> str:
    return f'{word} "{text}"' if text is not None else ""


def _with_fraction(whole: str, nanos: int) -> str:
    fraction = nanos % NANOS_PER_SECOND
    return f"{whole}.{fraction:09d}".rstrip("0") if fraction else whole


def _print_resolve(line: ResolveLine) -> str:
    trade = "" if line.quantity is None else f"{line.quantity} {AT_PRICE} {line.price}"
    order = print_order_number(line.order)
    return _join(f"resolve {order} {line.outcome.value}", trade, f'"{line.reason}"')


def _print_practice(line: PracticeLine) -> str:
    if line.span is None:
        return f"practice {line.drill} {NEXT}"
    return _join(f"practice {line.drill}", line.symbol or "", print_duration(line.span))
