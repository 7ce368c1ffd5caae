"""Draws rows of cells from formatted text; the only door for foreign text to the screen."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from engine.domain.views import PositionRow
from engine.instruments import (
    POWERS_OF_TEN,
    Instrument,
    format_money_rounded,
    format_scaled,
)
from engine.values import Instruction, Money, Price, Quantity
from tui.privacy import PRIVACY
from tui.themes import Palette

FOREIGN_TEXT_CHARACTERS_MAX = 512
MISSING = "—"
_FORMAT_CACHE_ENTRIES_MAX = 16_384
_REMOVED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp"))
"""Controls; formats (bidirectional marks, zero width, tags); surrogates; private; marks that join
or enclose what stands before them, also those of combining class 0; line ends."""
_INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters by their category, and nothing at all to see."""


def clean(text: str, *, limit: int = FOREIGN_TEXT_CHARACTERS_MAX) -> str:
    """Foreign text made safe: one line of printable characters, `limit` at most.

    Combining marks go as well: piled up they paint over the rows above and below.
    """
    cut = text[: limit + 1]
    if not (cut.isascii() and cut.isprintable()):
        cut = "".join(_safe(character) for character in cut)
    return cut if len(text) <= limit else f"{cut[: limit - 1]}…"


def _safe(character: str) -> str:
    if character in "\t\n\r":
        return " "
    category = unicodedata.category(character)
    if category in _REMOVED_CATEGORIES or character in _INVISIBLE_LETTERS:
        return ""
    if unicodedata.combining(character):
        return ""
    return " " if category == "Zs" else character


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Exactly `width` cells; what does not fit ends in an ellipsis, numbers never lose a digit
    in silence."""
    if width <= 0:
        return ""
    length = len(text) if text.isascii() else cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…"
    padding = " " * (width - length)
    return padding + text if right else text + padding


class Line:
    """One row under construction, left to right; neighbours that may be one segment become one."""

    __slots__ = ("styles", "texts", "used")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.styles: list[Style] = []
        self.used = 0

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for rows that look the same."""
        return (*self.texts, *self.styles)

    def add(self, text: str, style: Style) -> "Line":
        """Text whose cells are counted here."""
        return self._put(text, style, len(text) if text.isascii() else cell_len(text))

    def cell(self, text: str, width: int, style: Style, *, right: bool = False) -> "Line":
        """Text fitted to a column of `width` cells."""
        if len(text) <= width and text.isascii():
            return self._put(text.rjust(width) if right else text.ljust(width), style, width)
        return self._put(fit(text, width, right=right), style, width)

    def _put(self, text: str, style: Style, cells: int) -> "Line":
        if cells <= 0:
            return self
        styles = self.styles
        self.used += cells
        if styles:
            last = styles[-1]
            if last is style or (text.isspace() and _is_alike_blank(last, style)):
                self.texts[-1] += text
                return self
            if self.texts[-1].isspace() and _is_alike_blank(last, style):
                self.texts[-1] += text
                styles[-1] = style
                return self
        self.texts.append(text)
        styles.append(style)
        return self

    def extend(self, other: "Line") -> "Line":
        """Another row's cells behind this one's."""
        self.texts += other.texts
        self.styles += other.styles
        self.used += other.used
        return self

    def pad(self, width: int, style: Style) -> "Line":
        """Fills up to `width`; what stands beyond it is cut off."""
        if self.used < width:
            return self._put(" " * (width - self.used), style, width - self.used)
        if self.used > width:
            self._cut(width)
        return self

    def over(self, background: Style) -> "Line":
        """The same row on another background."""
        self.styles = [_combined(style, background) for style in self.styles]
        return self

    def strip(self) -> Strip:
        return Strip(map(Segment, self.texts, self.styles), self.used)

    def _cut(self, width: int) -> None:
        left = width
        for place, text in enumerate(self.texts):
            cells = len(text) if text.isascii() else cell_len(text)
            if cells >= left:
                is_end = cells == left and place == len(self.texts) - 1
                self.texts[place] = text if is_end else set_cell_size(text, left - 1) + "…"
                del self.texts[place + 1 :], self.styles[place + 1 :]
                break
            left -= cells
        self.used = width


@lru_cache(maxsize=4096)
def _is_alike_blank(one: Style, other: Style) -> bool:
    """Whether blank cells look the same in both: a terminal is told less that way."""
    if one.underline or other.underline or one.reverse or other.reverse:
        return False
    return one.bgcolor == other.bgcolor


@lru_cache(maxsize=512)
def _combined(style: Style, background: Style) -> Style:
    return style + background


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words where there are any."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        candidate = f"{current} {word}" if current else word
        if cell_len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        while cell_len(word) > width:
            head = set_cell_size(word, width).rstrip()
            lines.append(head)
            word = word[len(head) :]
        current = word
    return [*lines, current] if current or not lines else lines


COMPACT_CELLS = 5

# ---- figures: formatted by engine.instruments, never here ---------------------------------------


@lru_cache(maxsize=_FORMAT_CACHE_ENTRIES_MAX)
def price_text(instrument: Instrument, price: Price) -> str:
    """At tick precision; 0 means that there is none."""
    return instrument.format_price(price) if price else MISSING


@lru_cache(maxsize=_FORMAT_CACHE_ENTRIES_MAX)
def distance_text(
    instrument: Instrument, distance: int, *, near: Price, signed: bool = False
) -> str:
    """A difference of prices, with as many decimals as prices `near` it have."""
    decimals = len(instrument.format_price(near).partition(".")[2])
    text = format_scaled(abs(distance), instrument.price_digits, digits_min=decimals)
    if distance < 0:
        return f"−{text}"
    return f"+{text}" if signed and distance else text


def money_text(money: Money | None, *, signed: bool = False) -> str:
    """In privacy mode dots, wherever money is shown."""
    return MISSING if money is None else PRIVACY.hides(format_money_rounded(money, signed=signed))


def quantity_text(instrument: Instrument, quantity: int, *, signed: bool = False) -> str:
    """Exact, thousands grouped; a signed zero shows as nothing to see."""
    text = instrument.format_quantity(abs(quantity))
    if signed and quantity > 0:
        return f"+{text}"
    return f"−{text}" if quantity < 0 else text


def compact_quantity(instrument: Instrument, quantity: int, *, cells: int = COMPACT_CELLS) -> str:
    """At most `cells` characters, rounded down: 12,345 → 12.3K; 3.78826 → 3.788.

    What is too small to be shown is told to be there: <.001.
    """
    scale = instrument.quantity_scale
    if scale == 1 or quantity >= scale * 10 ** (cells - 1):
        return compact_count(quantity // scale)
    room = cells - 1 - len(str(quantity // scale))
    step = POWERS_OF_TEN[max(instrument.quantity_digits - room, 0)]
    shown = quantity // step * step
    if quantity and not shown:
        return f"<.{'1':0>{cells - 2}}"
    return format_scaled(shown, instrument.quantity_digits)


def compact_count(quantity: int) -> str:
    """At most five characters: 12,345 → 12.3K, rounded down."""
    for floor, divisor, suffix in ((1_000_000, 1_000_000, "M"), (10_000, 1_000, "K")):
        if quantity >= floor:
            whole, tenth = divmod(quantity * 10 // divisor, 10)
            return f"{whole}.{tenth}{suffix}" if whole < 100 else f"{whole}{suffix}"
    return str(quantity)


def percent_text(change: int, reference: int) -> str:
    """Signed, two decimals, half away from zero; without a reference there is none."""
    if not reference:
        return MISSING
    hundredths = (abs(change) * 20_000 + reference) // (2 * reference)
    sign = "" if not hundredths else "+" if change > 0 else "−"
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}%"


def arrow(direction: int) -> str:
    return "▲" if direction > 0 else "▼" if direction < 0 else "·"


def order_number(label: str, number: int, trade_date: int) -> str:
    """How a line names an order: `7` today, `1119-7` of an earlier day; its legs keep their dot."""
    day, dash, rest = label.partition("-")
    if not dash or not day.isdecimal() or len(day) != 8:
        return clean(label, limit=16) or str(number)
    rest = clean(rest, limit=12)
    return rest if int(day) == trade_date else f"{day[4:]}-{rest}"


def protection_text(instrument: Instrument, row: PositionRow) -> str:
    """`100/100 protected`, `unprotected`; empty where nobody uses exits."""
    if not row.has_exits or not row.quantity:
        return ""
    if not row.protected:
        return "unprotected"
    size = instrument.format_quantity
    return f"{size(row.protected)}/{size(Quantity(abs(row.quantity)))} protected"


def signed_style(ink: Palette, value: int | None) -> Style:
    if not value:
        return ink.text
    return ink.profit if value > 0 else ink.loss


def move_style(ink: Palette, direction: int) -> Style:
    if not direction:
        return ink.quiet
    return ink.up if direction > 0 else ink.down


def side_style(ink: Palette, instruction: Instruction) -> Style:
    if instruction is Instruction.SHORT:
        return ink.short
    return ink.buy if instruction.side > 0 else ink.sell


def joined(parts: Sequence[str], *, by: str = " · ") -> str:
    return by.join(part for part in parts if part)
