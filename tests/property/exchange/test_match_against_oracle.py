"""`trader match` gives the trades of a player of the same file that knows nothing of the engine."""

from random import Random

import pytest

from engine.exchange.matchfile import OPS, parse, result_of, run_operations

from .match_oracle import play

HEADER = "op,order_id,side,price,quantity,stop"
WEIGHTS = (30, 6, 5, 4, 5, 6, 6, 16, 8, 10)


def random_file(seed: int, rows: int) -> str:
    """Every op, within a few ticks, on ids that rise; changes name recent orders."""
    chance, order_id, lines = Random(seed), 0, [HEADER]
    for _ in range(rows):
        op = chance.choices(OPS, WEIGHTS)[0]
        price, quantity, stop = chance.randint(90, 110), chance.randint(1, 20), ""
        if op in ("cancel", "reduce", "replace"):
            named = chance.randint(max(1, order_id - 30), order_id + 1)
            quantity = chance.randint(0, 20)
            price = price if op == "replace" else ""
            stop = chance.choice(("", chance.randint(90, 110))) if op == "replace" else ""
            lines.append(f"{op},{named},,{price},{quantity},{stop}")
            continue
        order_id += 1
        stop = chance.randint(90, 110) if op.startswith("stop") else ""
        price = "" if op in ("market", "stop") else price
        lines.append(f"{op},{order_id},{chance.choice('BS')},{price},{quantity},{stop}")
    return "\n".join(lines) + "\n"


def compare(text: str) -> int:
    trades, missed, resting = play(text)
    parsed = parse(text)
    result = result_of(parsed, *run_operations(parsed))
    assert result.trades_text.splitlines()[1:] == trades
    assert (result.trades, result.missed, result.resting) == (len(trades), missed, resting)
    return result.trades


@pytest.mark.parametrize("seed", range(40))
def test_a_file_of_every_op_gives_exactly_the_trades_of_the_oracle(seed):
    assert compare(random_file(seed, rows=300)) > 50


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 110))
def test_long_files_give_exactly_the_trades_of_the_oracle(seed):
    assert compare(random_file(seed, rows=20_000)) > 5_000
