"""What the exits of an order risk and bring, in money and in R, before it is sent."""

from engine.domain.commands import ExitTerm, SubmitOrder
from engine.domain.contingent.terms import STOP, TARGET, price_of
from engine.instruments import Instrument, format_money_rounded
from engine.language import syntax as syn
from engine.runtime.resolve_exits import entry_price
from engine.values import Money, OrderType, Price


def exit_in_figures(
    said: syn.RestingPrice | None, term: ExitTerm | None, instrument: Instrument
) -> syn.RestingPrice | None:
    """A price as a price; a distance that only the fills can tell stays as it was said."""
    if term is None or not term.price:
        return said
    return syn.LimitPrice(instrument.format_price(term.price))


def exits_in_words(order: SubmitOrder, average: Price, instrument: Instrument) -> tuple[str, ...]:
    """`target 192.00 +188.00 · 1.7 R`, `stop 189.00 −112.00 · 1 R`: before fees.

    R is what is lost at the stop. Against the limit of the order, or, for one that takes the
    market, what it would take now: then the figures are about right, and say so.
    """
    entry = entry_price(order)
    about = "" if entry else "≈ "
    entry = entry or average or order.stop
    if not order.has_exits or not entry:
        return ()
    loss = _result(order, order.stop_loss, STOP, entry, instrument)
    told: list[str] = []
    for word, term, kind in (("target", order.target, TARGET), ("stop", order.stop_loss, STOP)):
        if term is None:
            continue
        at = price_of(term, entry, kind, order.instruction.side.opposite, instrument)
        if not at:
            told.append(f"{word} below the least price")
            continue
        result = _result(order, term, kind, entry, instrument)
        assert result is not None
        money = format_money_rounded(result, signed=True)
        risk = "" if not loss else f" · {_tenths(result, loss)} R"
        told.append(f"{word} {about}{instrument.format_price(at)} {money}{risk}")
    return tuple(told)


def _result(
    order: SubmitOrder, term: ExitTerm | None, kind: OrderType, entry: Price, instrument: Instrument
) -> Money | None:
    """What leaving there brings for the whole order; None without such an exit, or such a price."""
    if term is None:
        return None
    side = order.instruction.side
    at = price_of(term, entry, kind, side.opposite, instrument)
    if not at:
        return None
    gained = instrument.notional(Price(abs(at - entry)), order.quantity)
    return Money(gained if (at - entry) * side >= 0 else -gained)


def _tenths(result: Money, loss: Money) -> str:
    """A multiple of what is risked: `1.7`, and `1` for the risk itself."""
    tenths = (abs(result) * 20 // abs(loss) + 1) // 2
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
