"""Lines that settle what no venue has proved: resolve, adopt, reconcile."""

from engine.language.figures import read_price, read_size
from engine.language.names import read_order
from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import (
    Adopted,
    AdoptLine,
    LimitPrice,
    PriceTerm,
    ReconcileLine,
    ResolvedAs,
    ResolveLine,
    Size,
)
from engine.language.words import ADOPTED, AT_PRICE, OUTCOMES


def read_resolve(reader: Reader) -> ResolveLine | SyntaxProblem:
    """`7 not-placed|cancelled "reason"`, `7 filled 60 @ 190.10 "reason"`."""
    order = reader.read("an order", read_order)
    if isinstance(order, SyntaxProblem):
        return order
    outcome: ResolvedAs | SyntaxProblem = reader.choose("an outcome", OUTCOMES)
    if isinstance(outcome, SyntaxProblem):
        return outcome
    trade: tuple[Size, str] | SyntaxProblem | tuple[None, None] = (None, None)
    if outcome is ResolvedAs.FILLED:
        trade = _read_trade(reader)
    if isinstance(trade, SyntaxProblem):
        return trade
    reason = reader.quoted("the reason", 'resolve 7 cancelled "the broker said so"')
    if isinstance(reason, SyntaxProblem):
        return reason
    return reader.done(ResolveLine(order, outcome, reason, *trade))


def _read_trade(reader: Reader) -> tuple[Size, str] | SyntaxProblem:
    """`60 @ 190.10`, the sign apart, in front of the price, or not there at all."""
    quantity: Size | SyntaxProblem = reader.read("a quantity", read_size)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    if reader.next_is(AT_PRICE):
        reader.skip()
    word = reader.peek()
    price: PriceTerm | SyntaxProblem = reader.read("a price", read_price)
    if isinstance(price, SyntaxProblem):
        return price
    if not isinstance(price, LimitPrice):
        return reader.refuse("a trade has a price in figures", hint="write 190.10", at=word)
    return quantity, price.price


def read_adopt(reader: Reader) -> AdoptLine | SyntaxProblem:
    """`order ID "reason"`, `position SYMBOL "reason"`."""
    what: Adopted | SyntaxProblem = reader.choose("a thing to adopt", ADOPTED)
    if isinstance(what, SyntaxProblem):
        return what
    name = reader.name("its name there")
    if isinstance(name, SyntaxProblem):
        return name
    reason = reader.quoted("the reason", 'adopt position AAPL "transferred in"')
    if isinstance(reason, SyntaxProblem):
        return reason
    return reader.done(AdoptLine(what, name, reason))


def read_reconcile(reader: Reader) -> ReconcileLine | SyntaxProblem:
    """Nothing follows."""
    return reader.done(ReconcileLine())
