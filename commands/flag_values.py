"""Values of flags, read from their text or refused in one sentence."""

import argparse
import math
from datetime import date, time

SEED_DIGITS_MAX = 18
"""What fits into 64 bits, as the journal keeps it."""
SPEED_MAX = 1_000_000


def read_seed(text: str) -> int:
    if not text.isdecimal() or len(text) > SEED_DIGITS_MAX:
        raise argparse.ArgumentTypeError(
            f"`{text}` is not a whole number from 0 on with at most {SEED_DIGITS_MAX} digits"
        )
    return int(text)


def read_symbols(text: str) -> list[str]:
    symbols = text.split(",")
    if not all(symbols):
        raise argparse.ArgumentTypeError(f"`{text}` is not a list like AAPL,MSFT")
    return symbols


def read_speed(text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed <= SPEED_MAX:
        raise argparse.ArgumentTypeError(
            f"`{text}` is neither a number above 0 and up to {SPEED_MAX:,} nor max"
        )
    return speed


def read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is not a date like 2026-01-05") from None


def read_market_time(text: str) -> time:
    shape = [len(part) for part in text.split(":")]
    try:
        if shape not in ([2, 2], [2, 2, 2]):
            raise ValueError(text)
        return time.fromisoformat(text)
    except ValueError:
        message = f"`{text}` is not a time of day like 10:15 or 10:15:30"
        raise argparse.ArgumentTypeError(message) from None
