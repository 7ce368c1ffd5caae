"""What can be traded, and the only place where text becomes a price, a size or money and back."""

from functools import lru_cache

import msgspec

from engine.values import FIGURE_MAX, MONEY_SCALE, Money, Price, Quantity

PRICE_DIGITS_MAX = 9
PRICE_WHOLE_DIGITS_MAX = 9
"""Digits before the point: with those behind it eighteen, in which `FIGURE_MAX` is written."""
PRICE_END = 10**PRICE_WHOLE_DIGITS_MAX
"""Every price is below so many units of its currency."""
MONEY_DIGITS = 6
MONEY_END = (FIGURE_MAX + 1) // MONEY_SCALE
"""Every amount is below so many units of its currency."""
NUMBER_TEXT_MAX = 32
SIZES_KEPT_MAX = 4_096
"""Texts of sizes that are remembered: every fill is told with one."""
TICKS_KEPT_MAX = 256
"""Ticks whose decimals are remembered; a market has a handful."""
QUANTITY_DIGITS_MAX = 8
"""Decimals of a size; crypto exchanges write eight."""
POWERS_OF_TEN: tuple[int, ...] = tuple(
    int(10**n) for n in range(PRICE_DIGITS_MAX + QUANTITY_DIGITS_MAX + 1)
)
MONEY_IN_VALUE_UNIT: tuple[int, ...] = tuple(MONEY_SCALE // power for power in POWERS_OF_TEN)
"""By the digits of price and size together; 0 where one unit of each is less than a money unit."""


EQUITY = "equity"
"""The asset class of shares: what money is lent on."""
CRYPTO = "crypto"
"""The asset class of a pair on a spot exchange for coins."""


class NumberTextError(ValueError):
    """Text that is no number of this scale; the message says what would be."""


class TickBand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """From this price on, prices are multiples of `tick`."""

    from_price: Price
    tick: Price


class Instrument(msgspec.Struct, frozen=True, gc=False):
    """One tradable thing; prices are integers of `10 ** -price_digits` of its currency.

    Sizes are integers of `10 ** -quantity_digits`: whole shares have no digits, coins have some.
    """

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
    quantity_digits: int = 0
    notional_min: Money = Money(0)
    """The least that an order may be worth at its venue; 0: it may be worth anything."""

    @property
    def price_scale(self) -> int:
        """Price units in one unit of currency."""
        return POWERS_OF_TEN[self.price_digits]

    @property
    def quantity_scale(self) -> int:
        """Size units in one share, or one coin."""
        return POWERS_OF_TEN[self.quantity_digits]

    @property
    def unit(self) -> str:
        """What is counted: a share, or what a pair is named after."""
        return "share" if self.asset_class != CRYPTO else self.symbol.removesuffix(self.currency)

    @property
    def price_max(self) -> Price:
        """The highest price, on tick or not."""
        # Never `FIGURE_MAX`, which a door makes of anything larger.
        return Price(min(PRICE_END * self.price_scale, FIGURE_MAX) - 1)

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
        highest = self.tick_bands[-1]
        tick = highest.tick if price >= highest.from_price else self.tick_at(price)
        return price % tick == 0

    def round_to_tick(self, price: Price, *, up: bool) -> Price:
        """The nearest price on tick at or above (`up`) or at or below `price`."""
        tick = self.tick_at(price)
        floor = price // tick * tick
        return Price(floor + tick if up and floor != price else floor)

    def notional(self, price: Price, quantity: Quantity) -> Money:
        """Value of `quantity` at `price`, to the money unit: halves away from zero.

        Exact where price and size have at most six decimals together, as shares have.
        """
        if exact := MONEY_IN_VALUE_UNIT[self.price_digits + self.quantity_digits]:
            return price * quantity * self.multiplier * exact  # type: ignore[return-value]
        return _in_money(price * quantity * self.multiplier, self.price_scale * self.quantity_scale)

    def bought_by(self, money: int, price: int) -> int:
        """The largest size whose exact value at `price`, which is above zero, is within `money`."""
        scale = self.price_scale * self.quantity_scale
        return max(0, money * scale // (price * self.multiplier * MONEY_SCALE))

    def average_price(self, value: int, quantity: int) -> Price:
        """What one of `quantity` cost, in the price scale; 0 for none.

        Rounded down where values are exact, else to the nearest: a value that was rounded is not
        to make a price of the one below it. `value` and `quantity` have the same sign.
        """
        if not quantity:
            return Price(0)
        units = value * self.price_scale * self.quantity_scale
        whole = quantity * MONEY_SCALE * self.multiplier
        return Price((2 * units + whole) // (2 * whole) if self.quantity_digits else units // whole)

    def parse_quantity(self, text: str) -> Quantity:
        """'0.015' → 1500000 where sizes have eight digits. Raises NumberTextError."""
        return Quantity(parse_scaled(text, self.quantity_digits))

    def format_quantity(self, quantity: int, *, signed: bool = False) -> str:
        """For the eye: '1,000', '0.015'; `signed` as '+1,000' and '+0'."""
        if not self.quantity_digits:
            return f"{quantity:+,}" if signed else _grouped(quantity)
        text = format_scaled(quantity, self.quantity_digits, grouped=True)
        return f"+{text}" if signed and quantity >= 0 else text

    def plain_quantity(self, quantity: int) -> str:
        """For the order language: '1000', '0.015'."""
        return format_scaled(quantity, self.quantity_digits)

    def quantity_field(self, quantity: int) -> int | str:
        """For JSON: a number of whole shares, or decimal text where sizes have decimals."""
        if not self.quantity_digits:
            return quantity
        return format_scaled(quantity, self.quantity_digits)

    def parse_price(self, text: str) -> Price:
        """'577.04' → 5770400. Raises NumberTextError for anything that is not an exact price."""
        price = parse_scaled(text, self.price_digits)
        if price > self.price_max:
            raise NumberTextError(f"'{text}' is too much: a price is below {PRICE_END:,}")
        return Price(price)

    def format_price(self, price: Price) -> str:
        """At tick precision: 5770400 → '577.04'; more digits only where the price needs them."""
        return format_scaled(price, self.price_digits, digits_min=self._tick_digits(price))

    def _tick_digits(self, price: Price) -> int:
        return _digits_needed(self.tick_at(price), self.price_digits)


@lru_cache(maxsize=SIZES_KEPT_MAX)
def _grouped(quantity: int) -> str:
    return f"{quantity:,}"


def _in_money(units: int, scale: int) -> Money:
    """`units` of 1/`scale` of a currency, halves away from zero."""
    half = scale // 2
    exact = units * MONEY_SCALE
    return Money((exact + half) // scale if exact >= 0 else -((half - exact) // scale))


def quantity_words(told: int | str, *, signed: bool = False) -> str:
    """A size as JSON has it (see `quantity_field`), for the eye: 1000 → '1,000'."""
    if isinstance(told, int):
        return f"{told:+,}" if signed else f"{told:,}"
    whole, dot, part = told.removeprefix("-").partition(".")
    sign = "-" if told.startswith("-") else "+" if signed else ""
    return f"{sign}{int(whole):,}{dot}{part}"


@lru_cache(maxsize=TICKS_KEPT_MAX)
def _digits_needed(tick: int, digits: int) -> int:
    """How many of `digits` decimals a multiple of `tick` can have other than zero."""
    while digits > 0 and tick % 10 == 0:
        tick, digits = tick // 10, digits - 1
    return digits


def parse_scaled(text: str, digits: int) -> int:
    """Exact decimal text to an integer of 10**-digits: ('1.5', 4) → 15000; no exponent.

    Raises NumberTextError, also for what is beyond `FIGURE_MAX`.
    """
    scaled = parse_exact(text, digits)
    if abs(scaled) > FIGURE_MAX:
        end = (FIGURE_MAX + 1) // 10**digits
        raise NumberTextError(f"'{text}' is too much: it has to be below {end:,}")
    return scaled


def parse_exact(text: str, digits: int) -> int:
    """The same without a bound, for what is looked at and never kept."""
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
    return Money(parse_scaled(text, MONEY_DIGITS))


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
