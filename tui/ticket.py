"""The fields of a ticket and the line of the order language that they make."""

from enum import StrEnum

from engine.domain.views import QuoteRow
from engine.instruments import Instrument, NumberTextError
from engine.values import Instruction, Price
from tui.editor import Editor

SIZE_STEP = 100


class Field(StrEnum):
    SIDE = "side"
    QUANTITY = "qty"
    SYMBOL = "symbol"
    PRICE = "price"
    MORE = "more"
    """Clauses: gtc, post, stp …"""


FIELDS = tuple(Field)
_SIDES = tuple(instruction.word for instruction in Instruction)


def working_size(instrument: Instrument) -> int:
    """What a new ticket suggests and a step changes: 100 shares, or 1,000 lots of a coin."""
    return 1_000 * instrument.lot_size if instrument.quantity_digits else SIZE_STEP


def near_touch(row: QuoteRow | None, instrument: Instrument, instruction: Instruction) -> str:
    """The price at which a new ticket would wait in front; empty where there is none."""
    price = Price(0) if row is None else row.bid if instruction.side > 0 else row.ask
    return instrument.format_price(price) if price else ""


class TicketForm:
    """A draft: what stands in each field, and which of them has the caret."""

    def __init__(self) -> None:
        self.fields = {field: Editor() for field in Field}
        self.focus = Field.QUANTITY
        self.fields[Field.SIDE].put("buy")

    def seed(self, instruction: Instruction, symbol: str, *, quantity: str, price: str) -> None:
        """Every field as the desk suggests it; typing replaces a suggestion."""
        seeds = {
            Field.SIDE: instruction.word,
            Field.QUANTITY: quantity,
            Field.SYMBOL: symbol,
            Field.PRICE: price,
            Field.MORE: "",
        }
        for field, text in seeds.items():
            self.fields[field].put(text, is_fresh=True)
        self.focus = Field.QUANTITY

    @property
    def editor(self) -> Editor:
        return self.fields[self.focus]

    @property
    def symbol(self) -> str:
        return self.fields[Field.SYMBOL].text.strip().upper()

    @property
    def line(self) -> str:
        """The draft as a line of the order language."""
        return " ".join(text for field in FIELDS if (text := self.fields[field].text.strip()))

    def set_size(self, line: str) -> None:
        """Takes the size of another line of the same order: what a resize suggests."""
        words = line.split()
        if len(words) > 1:
            self.fields[Field.QUANTITY].put(words[1])

    def turn(self, step: int) -> None:
        self.focus = FIELDS[(FIELDS.index(self.focus) + step) % len(FIELDS)]
        self.editor.end()
        self.editor.is_fresh = True

    def type(self, text: str) -> None:
        """Typed text; the side is chosen by its first letter, short and cover by theirs."""
        if self.focus is not Field.SIDE:
            self.editor.type(text)
            return
        words = {"b": "buy", "s": "sell", "h": "short", "c": "cover"}
        if text.lower() in words:
            self.editor.put(words[text.lower()], is_fresh=True)

    def step(self, steps: int, instrument: Instrument | None) -> None:
        """Moves the field under the caret: ticks of the price, lots of the size, the side."""
        if self.focus is Field.SIDE:
            place = _SIDES.index(self.editor.text) if self.editor.text in _SIDES else 0
            self.editor.put(_SIDES[(place - steps) % len(_SIDES)], is_fresh=True)
        elif self.focus is Field.QUANTITY:
            self._step_size(steps, instrument or Instrument(""))
        elif self.focus is Field.PRICE and instrument is not None:
            self._step_price(steps, instrument)

    def _step_size(self, steps: int, instrument: Instrument) -> None:
        try:
            size = instrument.parse_quantity(self.editor.text.replace(",", ""))
        except NumberTextError:
            return
        moved = max(size + steps * working_size(instrument), instrument.lot_size)
        self.editor.put(instrument.plain_quantity(moved))

    def _step_price(self, steps: int, instrument: Instrument) -> None:
        try:
            price = instrument.parse_price(self.editor.text.strip().lstrip("@"))
        except NumberTextError:
            return
        moved = Price(price + steps * instrument.tick_at(price))
        if moved > 0:
            self.editor.put(instrument.format_price(moved))

    @property
    def steps_with_signs(self) -> bool:
        """Whether `+` and `-` move the field: only where they could not begin an offset."""
        text = self.editor.text.strip()
        if self.focus is Field.PRICE:
            return text.replace(".", "", 1).isdecimal()
        return self.focus is Field.SIDE or (
            self.focus is Field.QUANTITY and text.replace(".", "", 1).isdecimal()
        )
