"""What can be traded, and the only place where text becomes a price, a size or money and back."""

from functools import lru_cache

import msgspec

from engine.values import MONEY_SCALE, Money, Price, Quantity

PRICE_DIGITS_MAX = 9
NUMBER_TEXT_MAX = 32
TICKS_KEPT_MAX = 256
"""Ticks whose decimals are remembered; a market has a handful."""
POWERS_OF_TEN: tuple[int, ...] = tuple(int(10**n) for n in range(PRICE_DIGITS_MAX + 1))
MONEY_IN_PRICE_UNIT: tuple[int, ...] = tuple(MONEY_SCALE // power for power in POWERS_OF_TEN)
"""By the digits of a price; 0 where a price unit is less than a money unit."""


class NumberTextError(ValueError):
    """Text that is no number of this scale; the message says what would be."""


class TickBand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """From this price on, prices are multiples of `tick`."""

    from_price: Price
    tick: Price


class Instrument(msgspec.Struct, frozen=True, gc=False):
    """One tradable thing; prices are integers of `10 ** -price_digits` of its currency."""

    symbol: str
    name: str = ""
    mic: str = "XNAS"
    currency: str = "USD"
    asset_class: str = "equity"
    price_digits: int = 4
    lot_size: Quantity = Quantity(1)
    multiplier: int = 1
    tick_bands: tuple[TickBand, ...] = (
        TickBand(Price(0), Price(1)),
        TickBand(Price(10_000), Price(100)),
    )

    @property
    def price_scale(self) -> int:
        """Price units in one unit of currency."""
        return POWERS_OF_TEN[self.price_digits]

    def tick_at(self, price: Price) -> Price:
        """The tick of the band that `price` lies in."""
        bands = self.tick_bands
        highest = bands[-1]
        if price >= highest.from_price:
            return highest.tick  # nearly every price of a share lies here
        tick = bands[0].tick
        for band in bands:
            if price < band.from_price:
                break
            tick = band.tick
        return tick

    def is_on_tick(self, price: Price) -> bool:
        return price % self.tick_at(price) == 0

    def round_to_tick(self, price: Price, *, up: bool) -> Price:
        """The nearest price on tick at or above (`up`) or at or below `price`."""
        tick = self.tick_at(price)
        floor = price // tick * tick
        return Price(floor + tick if up and floor != price else floor)

    def notional(self, price: Price, quantity: Quantity) -> Money:
        """Exact value of `quantity` at `price`; money is finer than price scales up to 6 digits."""
        units = price * quantity * self.multiplier
        exact = MONEY_IN_PRICE_UNIT[self.price_digits]
        if exact:
            return units * exact  # type: ignore[return-value]
        return units * MONEY_SCALE // POWERS_OF_TEN[self.price_digits]  # type: ignore[return-value]

    def parse_price(self, text: str) -> Price:
        """'577.04' → 5770400. Raises NumberTextError for anything that is not an exact price."""
        return Price(parse_scaled(text, self.price_digits))

    def format_price(self, price: Price) -> str:
        """At tick precision: 5770400 → '577.04'; more digits only where the price needs them."""
        return format_scaled(price, self.price_digits, digits_min=self._tick_digits(price))

    def _tick_digits(self, price: Price) -> int:
        return _digits_needed(self.tick_at(price), self.price_digits)


@lru_cache(maxsize=TICKS_KEPT_MAX)
def _digits_needed(tick: int, digits: int) -> int:
    """How many of `digits` decimals a multiple of `tick` can have other than zero."""
    while digits > 0 and tick % 10 == 0:
        tick, digits = tick // 10, digits - 1
    return digits


def parse_scaled(text: str, digits: int) -> int:
    """Exact decimal text to an integer of 10**-digits: ('1.5', 4) → 15000; no exponent."""
    sign = -1 if text.startswith("-") else 1
    whole, dot, part = text.lstrip("+-").partition(".")
    well_formed = (
        0 < len(text) <= NUMBER_TEXT_MAX
        and text.count("+") + text.count("-") <= 1
        and (whole + part).isascii()
        and (whole + part).isdigit()
        and not (dot and not part)
    )
    if not well_formed:
        raise NumberTextError(f"'{text}' is not a decimal number such as 190.12")
    if len(part.rstrip("0")) > digits:
        raise NumberTextError(f"'{text}' has more than {digits} decimal places")
    scaled = (whole or "0") + part[:digits].ljust(digits, "0")
    return sign * int(scaled)


def format_scaled(value: int, digits: int, *, digits_min: int = 0, grouped: bool = False) -> str:
    """Integer of 10**-digits to text; trailing zeros beyond `digits_min` go; never an exponent."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**digits)
    tail = f"{part:0{digits}d}" if digits else ""
    while len(tail) > digits_min and tail.endswith("0"):
        tail = tail[:-1]
    head = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{head}.{tail}" if tail else f"{sign}{head}"


def parse_money(text: str) -> Money:
    """'980000.50' → money units. Raises NumberTextError."""
    return Money(parse_scaled(text, 6))


def format_money(money: Money, *, grouped: bool = False) -> str:
    """Two decimals, more only where booked amounts need them: 1_500_000 → '1.50'."""
    return format_scaled(money, 6, digits_min=2, grouped=grouped)


def format_money_rounded(money: Money, *, signed: bool = False) -> str:
    """For the eye: cents, half away from zero, thousands grouped, optionally always signed."""
    cents = (abs(money) + 5_000) // 10_000
    text = format_scaled(cents, 2, digits_min=2, grouped=True)
    if money < 0 and cents:
        return f"−{text}"
    return f"+{text}" if signed and cents else text
