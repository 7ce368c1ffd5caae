"""What a line of the order language says, as frozen facts; nothing here knows how it was spelled.

Numbers that need an instrument's scale stay exact decimal text ("190.10", digits as typed, no sign,
no leading zeros, no grouping); `engine.instruments.parse_scaled` makes integers of them later.
"""

import msgspec

from engine.language.choices import Adopted as Adopted
from engine.language.choices import Comparison as Comparison
from engine.language.choices import LinkAct as LinkAct
from engine.language.choices import Offset as Offset
from engine.language.choices import OffsetUnit as OffsetUnit
from engine.language.choices import OrderGroup as OrderGroup
from engine.language.choices import OrderState as OrderState
from engine.language.choices import Reference as Reference
from engine.language.choices import ReplayVerb as ReplayVerb
from engine.language.choices import ResolvedAs as ResolvedAs
from engine.language.choices import Size as Size
from engine.language.choices import SizeWord as SizeWord
from engine.language.drills import Drill
from engine.language.terms import DOT as DOT
from engine.language.terms import CashTerm as CashTerm
from engine.language.terms import EveryOrder as EveryOrder
from engine.language.terms import FixedPrice as FixedPrice
from engine.language.terms import LimitPrice as LimitPrice
from engine.language.terms import MarketPrice as MarketPrice
from engine.language.terms import NumberRange as NumberRange
from engine.language.terms import OrderNumber as OrderNumber
from engine.language.terms import PercentTerm as PercentTerm
from engine.language.terms import PriceTerm as PriceTerm
from engine.language.terms import QuantityTerm as QuantityTerm
from engine.language.terms import ReferencePrice as ReferencePrice
from engine.language.terms import RestingPrice as RestingPrice
from engine.language.terms import Selector as Selector
from engine.language.terms import SharesTerm as SharesTerm
from engine.language.terms import StopClause as StopClause
from engine.language.terms import SymbolOrders as SymbolOrders
from engine.language.terms import Term as Term
from engine.language.terms import TouchPrice as TouchPrice
from engine.language.terms import WordTerm as WordTerm
from engine.values import Instruction, Nanos, TimeInForce


class Node(msgspec.Struct, frozen=True, gc=False, tag_field="line"):
    """One line of the language."""


class OrderLine(Node, frozen=True, gc=False, tag="order"):
    """An order; exactly one of `price` and `stop` is there. `symbol` may be DOT or carry `MIC:`.

    `time_in_force` None means that the line does not say, which is DAY. `target` and `stop_loss`
    (`tp`, `sl`) are its exits; a bare offset counts from what the order itself costs.
    """

    instruction: Instruction
    quantity: QuantityTerm
    symbol: str
    price: PriceTerm | None = None
    stop: StopClause | None = None
    target: RestingPrice | None = None
    stop_loss: RestingPrice | None = None
    time_in_force: TimeInForce | None = None
    post_only: bool = False
    reduce_only: bool = False
    account: str | None = None
    venue: str | None = None
    tag: str | None = None
    note: str | None = None
    override: str | None = None
    preview: bool = False


class OcoLine(Node, frozen=True, gc=False, tag="oco"):
    """Two exits of a position that share `quantity`; a bare offset counts from its average cost."""

    quantity: QuantityTerm
    symbol: str
    target: RestingPrice
    stop_loss: RestingPrice
    time_in_force: TimeInForce | None = None
    tag: str | None = None
    note: str | None = None


class CancelLine(Node, frozen=True, gc=False, tag="cancel"):
    """Cancel the orders that `selector` chooses."""

    selector: Selector


class ReplaceLine(Node, frozen=True, gc=False, tag="replace"):
    """A new price, a new stop, a new total quantity (what is filled included), or several of them;
    never none. Of a plain stop `price` means its stop, the one price that it has."""

    order: OrderNumber
    price: RestingPrice | None = None
    quantity: Size | None = None
    override: str | None = None
    stop: RestingPrice | None = None


class CloseLine(Node, frozen=True, gc=False, tag="close"):
    """Close the position, `half` of it or a percentage; None is all of it."""

    symbol: str
    fraction: WordTerm | PercentTerm | None = None
    override: str | None = None


class FlattenLine(Node, frozen=True, gc=False, tag="flatten"):
    """The flatten protocol for one symbol, or for the account where `symbol` is None (`*`)."""

    symbol: str | None


class ReverseLine(Node, frozen=True, gc=False, tag="reverse"):
    """Close the position and open the same size on the other side."""

    symbol: str
    override: str | None = None


class PreviewedLine(Node, frozen=True, gc=False, tag="previewed"):
    """`replace 3 price 190.20 ?`: what the act would do, with nothing sent."""

    act: CancelLine | ReplaceLine | CloseLine | FlattenLine | ReverseLine | OcoLine


class HaltLine(Node, frozen=True, gc=False, tag="halt"):
    """Nothing new leaves."""

    reason: str | None = None


class ResumeLine(Node, frozen=True, gc=False, tag="resume"):
    """Ask to trade again; what else that takes is the desk's to say."""

    reason: str | None = None


class ArmLine(Node, frozen=True, gc=False, tag="arm"):
    """Let orders of a live account leave: takes a reason, and the second factor at the desk."""

    account: str
    reason: str


class DisarmLine(Node, frozen=True, gc=False, tag="disarm"):
    """Nothing new of this live account leaves any more."""

    account: str
    reason: str | None = None


class KillLine(Node, frozen=True, gc=False, tag="kill"):
    """The kill switch."""


class SetLine(Node, frozen=True, gc=False, tag="set"):
    """Change a limit: `name` is its key, `value` the word as typed; looser wants a reason."""

    name: str
    value: str
    reason: str | None = None


class PracticeLine(Node, frozen=True, gc=False, tag="practice"):
    """A drill at the paper venue: how many nanoseconds; a halt's symbol; a reject has neither."""

    drill: Drill
    symbol: str | None = None
    span: Nanos | None = None


class ConvertLine(Node, frozen=True, gc=False, tag="convert"):
    """Sell `amount` of one currency for another; None squares the one that is not the account's."""

    amount: str | None
    sold: str
    bought: str


class ResolveLine(Node, frozen=True, gc=False, tag="resolve"):
    """What became of an order in doubt; `quantity` and `price` with FILLED alone."""

    order: OrderNumber
    outcome: ResolvedAs
    reason: str
    quantity: Size | None = None
    price: str | None = None
    """Decimal text, as in `LimitPrice`."""


class AdoptLine(Node, frozen=True, gc=False, tag="adopt"):
    """Take over an order found at the venue (its id there), or a position (its symbol)."""

    what: Adopted
    name: str
    reason: str


class LinkLine(Node, frozen=True, gc=False, tag="link"):
    """Of the line to the venue; `value` is a number, or a trade's id at the venue, or empty."""

    what: LinkAct
    value: str
    reason: str


class ReconcileLine(Node, frozen=True, gc=False, tag="reconcile"):
    """Ask the venue for everything now and compare."""


class AtLine(Node, frozen=True, gc=False, tag="at"):
    """Go on at this time of day: nanoseconds since midnight, in the market's own time zone."""

    time_of_day: Nanos


class WaitLine(Node, frozen=True, gc=False, tag="wait"):
    """Go on when the order has this state; `within` is nanoseconds, or None."""

    order: OrderNumber
    state: OrderState
    within: Nanos | None = None


class ReplayLine(Node, frozen=True, gc=False, tag="replay"):
    """Control of market time. `nanos`: of `step` a span, 0 for one event; of `jump` a time of day.

    `speed` is decimal text or `max`, of `speed` only.
    """

    verb: ReplayVerb
    nanos: Nanos = Nanos(0)
    speed: str = ""


class ExpectOrderLine(Node, frozen=True, gc=False, tag="expect_order"):
    """The order has this state and, if written, this filled quantity."""

    order: OrderNumber
    state: OrderState
    quantity: Size | None = None


class ExpectPositionLine(Node, frozen=True, gc=False, tag="expect_position"):
    """The position is exactly this: long above zero, short below, flat at zero."""

    symbol: str
    quantity: Size


class ExpectProtectedLine(Node, frozen=True, gc=False, tag="expect_protected"):
    """So much of the position has a stop that works at the venue."""

    symbol: str
    quantity: Size


class ExpectCashLine(Node, frozen=True, gc=False, tag="expect_cash"):
    """Cash compares so with `amount`, signed decimal text ("980000", "-12.50")."""

    comparison: Comparison
    amount: str
    currency: str | None = None
    """None: the account's own."""


class ExpectFeesLine(Node, frozen=True, gc=False, tag="expect_fees"):
    """The trade date's fees in the account's currency, all conversions and orders together."""

    comparison: Comparison
    amount: str


class ExpectDeniedLine(Node, frozen=True, gc=False, tag="expect_denied"):
    """The order was denied by this rule: its code ("price_collar") or its id ("R04")."""

    order: OrderNumber
    code: str


class CommentLine(Node, frozen=True, gc=False, tag="comment"):
    """Words for people; printable characters only."""

    text: str


class BlankLine(Node, frozen=True, gc=False, tag="blank"):
    """Nothing."""


ExpectLine = (
    ExpectOrderLine
    | ExpectPositionLine
    | ExpectProtectedLine
    | ExpectCashLine
    | ExpectFeesLine
    | ExpectDeniedLine
)
ActLine = (
    OcoLine
    | CancelLine
    | ReplaceLine
    | CloseLine
    | FlattenLine
    | ReverseLine
    | HaltLine
    | ResumeLine
    | ArmLine
    | DisarmLine
    | KillLine
    | SetLine
    | ConvertLine
    | PracticeLine
    | ResolveLine
    | AdoptLine
    | ReconcileLine
    | LinkLine
)
Line = (
    OrderLine
    | ActLine
    | PreviewedLine
    | AtLine
    | WaitLine
    | ReplayLine
    | ExpectLine
    | CommentLine
    | BlankLine
)


class ScriptLine(msgspec.Struct, frozen=True, gc=False):
    """A line where it stands in its script; `number` counts every line of the file from 1."""

    number: int
    line: Line


class Script(msgspec.Struct, frozen=True, gc=False):
    """Every line of a script that could be read whole, in order."""

    lines: tuple[ScriptLine, ...]
