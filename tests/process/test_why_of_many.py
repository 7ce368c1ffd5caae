"""`why` of a thousand random orders of a replay, held against the journal by other eyes."""

import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.process.journal_by_hand import Written, written_in
from tests.process.trader_process import GOOG, Trader

ORDERS = 1_000
OPENING = 34_205
OPEN_AT_ONCE = 12
SILENT = {"status_requested"}
"""Facts about orders of which nothing is said."""
PRICE, MONEY = Decimal(10_000), Decimal(1_000_000)
MAKER, TAKER = 1, 2


def a_random_day() -> str:
    """Joins, improvements, orders far away, takers, post-only, too large; cancels and changes."""
    chance, lines, standing, second = random.Random(7), [], [], OPENING
    for number in range(1, ORDERS + 1):
        second += chance.choice((0, 1, 1, 2))
        lines.append(f"at {_clock(second)}")
        while standing and (chance.random() < 0.6 or len(standing) > OPEN_AT_ONCE):
            other = standing.pop(chance.randrange(len(standing)))
            change = f"replace {other} qty {chance.randrange(1, 9) * 10}"
            lines.append(chance.choice((f"cancel {other}", f"cancel {other}", change)))
        lines.append(_an_order(chance))
        standing.append(number)
    return "\n".join([*lines, f"at {_clock(second + 60)}"])


def _an_order(chance: random.Random) -> str:
    side = chance.choice(("buy", "sell"))
    touch, away, through = ("bid", "-", "+") if side == "buy" else ("ask", "+", "-")
    price = chance.choice(
        (
            touch,
            f"{touch}{through}1t",
            f"{touch}{away}{chance.randrange(1, 30)}t",
            "mkt",
            f"{touch}{through}{chance.randrange(5, 60)}t ioc",
            f"{chance.choice(('bid', 'ask'))} post",
        )
    )
    return f"{side} {chance.choice((10, 40, 40, 100, 100, 100, 200, 7_000))} GOOG {price}"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@pytest.fixture(scope="module")
def told_and_written(
    tmp_path_factory: pytest.TempPathFactory, market_data: Path
) -> tuple[dict[int, dict[str, Any]], dict[int, list[Written]]]:
    """(what `why` says of each order, what the journal holds of it)."""
    folder = tmp_path_factory.mktemp("why")
    settings = folder / "either_way.toml"
    # It is the telling that is looked at: a thousand random orders are no strategy gone wild.
    settings.write_text("[risk]\nshort_sale = false\nrepeated_execution_max = 100000\n")
    trader = Trader(folder / "home")
    words = ["--market", market_data / "lobster" / GOOG, "--config", settings]
    trader.run(*words, "--script", "-", "--speed", "max", text=a_random_day())
    lines = trader.run("why", "all", "--json").lines
    assert lines[-1] == {"result": "ok", "orders": ORDERS}
    told = {int(line["id"].partition("-")[2]): line for line in lines[:-1]}
    written: dict[int, list[Written]] = {}
    for fact in written_in(folder / "home" / "journal.db"):
        if not fact.is_inbound and fact.kind in KINDS:
            written.setdefault(fact.fields[1], []).append(fact)
    return told, written


KINDS = {
    "released", "denied", "working", "rejected", "triggered", "waited", "filled", "cancelled",
    "expired", "cancel_requested", "cancel_denied", "cancel_rejected", "replace_requested",
    "replace_denied", "replace_rejected", "replaced", "unknown", "status_requested",
    "message_queued", "message_sent",
}  # fmt: skip


def facts(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [fact for fact in told["facts"] if fact["event"] == kind]


def of_kind(written: list[Written], kind: str) -> list[list[Any]]:
    return [fact.fields for fact in written if fact.kind == kind]


def dollars(price: int) -> str:
    return f"{price / PRICE:,.2f}".replace(",", "")


def test_the_day_has_every_kind_of_ending(told_and_written) -> None:
    told, _ = told_and_written
    states = [line["state"] for line in told.values()]
    assert len(states) == ORDERS
    assert all(states.count(word) > 20 for word in ("filled", "cancelled", "denied", "rejected"))
    makers = [
        f for line in told.values() for f in facts(line, "filled") if f["liquidity"] == "maker"
    ]
    assert len(makers) > 50


def test_why_leaves_nothing_out_and_adds_nothing(told_and_written) -> None:
    told, written = told_and_written
    assert set(told) == set(written)
    for number, line in told.items():
        happened = [fact.kind for fact in written[number] if fact.kind not in SILENT]
        assert [fact["event"] for fact in line["facts"] if fact["event"] != "fees"] == happened


def test_fills_are_those_of_the_journal_to_the_cent(told_and_written) -> None:
    told, written = told_and_written
    for number, line in told.items():
        said = [
            (f["execution"], f["price"], f["quantity"], f["liquidity"], Decimal(f["fee"]))
            for f in facts(line, "filled")
        ]
        words = {MAKER: "maker", TAKER: "taker"}
        fills = of_kind(written[number], "filled")
        assert said == [
            (f[2], dollars(f[3]), f[4], words[f[5]], (f[6] / MONEY).normalize()) for f in fills
        ]
        assert line["filled"] == sum(f[4] for f in fills)
        assert Decimal(line["fees"]) == sum(f[6] for f in fills) / MONEY
        changes = of_kind(written[number], "replaced")
        asked = of_kind(written[number], "released") or of_kind(written[number], "denied")
        order = next(
            field for field in asked[0] if isinstance(field, list) and field[0] == "submit"
        )
        assert line["quantity"] == (changes[-1][4] if changes else order[5])
        assert line["unfilled"] == line["quantity"] - line["filled"]


def test_every_rule_that_spoke_is_named_with_its_numbers(told_and_written) -> None:
    told, written = told_and_written
    for number, line in told.items():
        for denied in of_kind(written[number], "denied"):
            (said,) = facts(line, "denied")
            named = [(f["rule"], f["actual"], f["limit"]) for f in said["findings"]]
            assert named == [(f[0], f[4], f[5]) for f in denied[6]] != []
            assert len(said["passed"]) == bin(denied[8]).count("1")


def test_places_and_volume_are_those_of_the_journal(told_and_written) -> None:
    told, written = told_and_written
    waits = 0
    for number, line in told.items():
        said = facts(line, "waited")
        kept = of_kind(written[number], "waited")
        assert [[(p["queue_ahead"], p["traded"]) for p in each["places"]] for each in said] == [
            [(ahead, traded) for _, ahead, traded in fields[2]] for fields in kept
        ]
        assert [each["traded_at_price"] for each in said] == [fields[3] for fields in kept]
        waits += len(kept)
    assert waits > 100


def test_an_order_that_joins_stands_behind_what_was_displayed(told_and_written) -> None:
    told, written = told_and_written
    joined = 0
    for number, line in told.items():
        for working in of_kind(written[number], "working"):
            asked = of_kind(written[number], "released")[0][5]
            own_side = working[5] if asked[4] == 1 else working[6]
            is_in_view = own_side and min(own_side)[0] <= asked[7] <= max(own_side)[0]
            if working[3] < 0 or not is_in_view or facts(line, "filled"):
                continue
            assert working[3] == dict(map(tuple, own_side)).get(asked[7], 0)
            joined += 1
    assert joined > 100


def test_a_taker_took_what_the_book_on_arrival_had(told_and_written) -> None:
    told, written = told_and_written
    took = 0
    for number in told:
        fills = of_kind(written[number], "filled")
        for working in of_kind(written[number], "working"):
            asked = of_kind(written[number], "released")[0][5]
            opposite = dict(map(tuple, working[6] if asked[4] == 1 else working[5]))
            for fill in fills:
                if fill[5] == TAKER and fill[3] in opposite:
                    assert fill[4] <= opposite[fill[3]]
                    took += 1
    assert took > 40


def test_a_makers_reason_adds_up(told_and_written) -> None:
    told, _ = told_and_written
    for line in told.values():
        for fill in facts(line, "filled"):
            reason = fill["reason"]
            if fill["liquidity"] == "taker":
                assert reason.startswith(f"took {fill['quantity']:,} at {fill['price']} from the")
                continue
            got = re.search(r"you got ([\d,]+)$", reason)
            came = re.match(r"aggressive (?:buy|sell) ([\d,]+) at ([\d.]+) ", reason)
            ahead = re.search(r": ([\d,]+) ahead of you", reason)
            assert got and came and came[2] == fill["price"]
            size, mine = (int(text.replace(",", "")) for text in (came[1], got[1]))
            before = int(ahead[1].replace(",", "")) if ahead else 0
            assert mine == fill["quantity"] <= size - before


def test_what_was_missing_is_said_of_every_order_that_lacks_something(told_and_written) -> None:
    told, _ = told_and_written
    for line in told.values():
        if line["state"] in ("filled", "denied", "rejected"):
            assert line["missing"] == ""
            continue
        assert line["missing"].startswith(f"{line['unfilled']:,} not filled: ")
        more = re.search(r"so ([\d,]+) more at its price", line["missing"])
        if more:
            last = facts(line, "waited")[-1]["places"][-1]["queue_ahead"]
            assert int(more[1].replace(",", "")) == last + line["unfilled"]


def test_every_line_of_json_reads_back(told_and_written) -> None:
    told, _ = told_and_written
    assert all(json.loads(json.dumps(line)) == line for line in told.values())
