"""The parts that lines are made of: sizes, prices, stops and choices of orders."""

import msgspec

from engine.language.choices import Offset, OrderGroup, Reference, Size, SizeWord

DOT = "."
"""Stands for the symbol on the screen; the runtime puts the real one in before anything runs."""


class Term(msgspec.Struct, frozen=True, gc=False, tag_field="term"):
    """A part of a line: a size, a price, a choice of orders."""


class SharesTerm(Term, frozen=True, gc=False, tag="shares"):
    """So many shares: `100`, `1,000`, `5k`; a part of one is decimal text ("0.015")."""

    shares: Size


class CashTerm(Term, frozen=True, gc=False, tag="cash"):
    """As much as this money buys: `$10k`; `amount` is decimal text in the symbol's currency."""

    amount: str


class PercentTerm(Term, frozen=True, gc=False, tag="percent"):
    """Above 0 and up to 100 percent: of the position where it closes, else of buying power."""

    percent: str


class WordTerm(Term, frozen=True, gc=False, tag="word"):
    """`max`, `pos` or `half`."""

    word: SizeWord


QuantityTerm = SharesTerm | CashTerm | PercentTerm | WordTerm


class LimitPrice(Term, frozen=True, gc=False, tag="limit"):
    """A price in figures, above zero: decimal text, digits as typed ("190.10")."""

    price: str


class MarketPrice(Term, frozen=True, gc=False, tag="market"):
    """`mkt`: whatever the book gives."""


class ReferencePrice(Term, frozen=True, gc=False, tag="reference"):
    """A limit at a price of the market, perhaps some way off it: `bid`, `mid+5t`, `last-0.5%`."""

    reference: Reference
    offset: Offset | None = None


class TouchPrice(Term, frozen=True, gc=False, tag="touch"):
    """A bare offset: from the near touch, the bid for buy and cover, the ask for sell and short."""

    offset: Offset


PriceTerm = LimitPrice | MarketPrice | ReferencePrice | TouchPrice
RestingPrice = LimitPrice | ReferencePrice | TouchPrice
"""Every price but `mkt`."""
FixedPrice = LimitPrice | ReferencePrice
"""What a stop and its limit can be: figures, or a named price of the market."""


class StopClause(msgspec.Struct, frozen=True, gc=False):
    """`stp P [lmt P]`: without a limit the order enters the book as a market order."""

    at: FixedPrice
    limit: FixedPrice | None = None


class OrderNumber(Term, frozen=True, gc=False, tag="order"):
    """One order: `7`, its second leg `7.2`, or `1119-7`, number 7 of the latest 19 November.

    `day` is the text MMDD or None for today; `leg` counts from 1, or is None for the whole order.
    """

    number: int
    leg: int | None = None
    day: str | None = None


class NumberRange(Term, frozen=True, gc=False, tag="range"):
    """Today's orders `first` to `last`, both included."""

    first: int
    last: int


class SymbolOrders(Term, frozen=True, gc=False, tag="symbol"):
    """The working orders of one symbol, or one group of them."""

    symbol: str
    group: OrderGroup = OrderGroup.ALL


class EveryOrder(Term, frozen=True, gc=False, tag="every"):
    """`*`: all working orders of the account."""


Selector = OrderNumber | NumberRange | SymbolOrders | EveryOrder
