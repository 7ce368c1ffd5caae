"""The spot pairs whose rules are known here: tick, lot and the least that an order may be worth."""

from engine.instruments import CRYPTO, QUANTITY_DIGITS_MAX, Instrument, TickBand, parse_money
from engine.values import Price, Quantity

PRICE_DIGITS = 2
_MIC = "BINANCE"
"""No market identifier of ISO 10383: it has none."""


def _pair(symbol: str, name: str, *, lot: int) -> Instrument:
    """Sizes in 10⁻⁸ of a coin, as the exchange writes them; `lot` in these."""
    return Instrument(
        symbol,
        name=name,
        mic=_MIC,
        currency="USDT",
        asset_class=CRYPTO,
        price_digits=PRICE_DIGITS,
        lot_size=Quantity(lot),
        tick_bands=(TickBand(Price(0), Price(1)),),
        quantity_digits=QUANTITY_DIGITS_MAX,
        notional_min=parse_money("5"),
    )


# PRICE_FILTER, LOT_SIZE and NOTIONAL of the exchange's own list of pairs, from memory and not
# checked; every trade of the recorded five minutes of BTCUSDT of 2024-08-08 fits tick and lot.
PAIRS = {
    pair.symbol: pair
    for pair in (
        _pair("BTCUSDT", "Bitcoin in Tether dollars", lot=1_000),
        _pair("ETHUSDT", "Ether in Tether dollars", lot=10_000),
    )
}
