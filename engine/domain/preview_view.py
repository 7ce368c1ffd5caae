"""What would happen if a line were sent now, as the ticket shows it."""

from engine.domain.reasons import Finding
from engine.domain.views import Row
from engine.values import Instruction, Money, Price, Quantity


class RuleCount(Row, frozen=True):
    passed: int
    off: int
    off_because: tuple[str, ...] = ()
    """`R37 no earnings file`, of every rule that is off."""


class FeeRow(Row, frozen=True):
    """One line of a fee; `note` says which bound it met, such as "minimum"."""

    name: str
    amount: Money
    note: str = ""


class Preview(Row, frozen=True):
    """What would happen if this line were sent now; computed by the same rules and fee function."""

    text: str
    """The line as it was asked."""
    is_valid: bool
    echo: str = ""
    """In words: BUY 100 GOOG LMT 576.98 DAY."""
    problem: str = ""
    column: int = 0
    expected: tuple[str, ...] = ()
    outcome: str = ""
    """"rests, 300 ahead" or "fills 100 at 577.10"."""
    average: Price = Price(0)
    slippage_bps: str = ""
    notional: Money = Money(0)
    fee: Money = Money(0)
    cash_before: Money = Money(0)
    cash_after: Money = Money(0)
    buying_power_before: Money | None = None
    buying_power_after: Money | None = None
    position_before: Quantity = Quantity(0)
    position_after: Quantity = Quantity(0)
    room: int = -1
    room_rule: str = ""
    session_note: str = ""
    findings: tuple[Finding, ...] = ()
    rules: RuleCount = RuleCount(0, 0)
    symbol: str = ""
    instruction: Instruction | None = None
    resized: str = ""
    """The same line at the largest quantity that every rule allows; empty when it is fine as is."""
    resolved: str = ""
    """The same line with every size and price in figures: what a reviewed ticket sends, so that a
    person sends what was read. Empty: send the line as it was asked."""
    fee_parts: tuple[FeeRow, ...] = ()
    """What the fee is made of."""
    exits: tuple[str, ...] = ()
    """What the exits of an order are and what they risk and bring, one phrase each."""
    settled_before: Money | None = None
    """Settled cash of a cash account that nothing has taken; None under other regimes."""
    settled_after: Money | None = None
    venue_says: str = ""
    """What the venue itself says that it would need and cost, and how old that is."""
    changes: tuple[str, ...] = ()
    """What an act changes, one phrase each: "price 190.12 → 190.20", "loses its place: …"."""
