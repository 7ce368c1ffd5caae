"""What a spot exchange for coins charges, taken in the currency that a pair is quoted in."""

from engine.domain.ledger.fee_shapes import UNCHECKED, Charge, FeeTable

BINANCE_SPOT = FeeTable(
    name="binance_spot",
    currency="USDT",
    charges=(
        Charge(
            name="trading fee",
            from_date=20170714,
            of_value=1_000_000,
            source=UNCHECKED + "Binance spot, regular user without BNB: 0.1 % maker, 0.1 % taker",
        ),
    ),
    source="Binance spot, regular user: 0.1 % of the value, maker and taker alike; booked in USDT "
    "(Binance takes it of what is received, so of the coins that a purchase brings)",
)
