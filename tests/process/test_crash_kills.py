"""kill -9 at any moment: what was printed is durable, and the next start has all of it."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from data.home import Home
from data.journal import JournalReader
from engine.domain.events import OrderDenied, OrderFilled, OrderReleased
from engine.domain.records import Record
from engine.domain.state import State
from engine.runtime.market_time import exchange_clock
from engine.runtime.narration import Fields, Narrator
from engine.runtime.recovery import is_event, orders_at_venue, replay_into
from engine.values import NANOS_PER_SECOND, Nanos
from tests.process.trader_process import GOOG, Trader, ended, read_until

KILLS = 5
SYMBOLS = ("AAPL", "MSFT", "F")
SPEED = 50
LINES_BEFORE_KILL_MAX = 25
OPENS = Nanos(1_767_623_400 * NANOS_PER_SECOND)
"""09:30 in New York on the synthetic market's first day."""


class Kept:
    """What a home's journal holds, told as the program tells it."""

    def __init__(self, home: Path) -> None:
        self.records: list[Record] = []
        self.told: list[Fields] = []
        with JournalReader(Home.existing(home)) as journal:
            self.state = State(instance=journal.instance, epoch=journal.epoch)
            narrator = Narrator(self.state, lambda order: order.number)

            def keep(record: Record) -> None:
                self.records.append(record)
                fields = narrator.tell(record.body) if is_event(record) else None  # type: ignore[arg-type]
                if fields is not None:
                    self.told.append(fields)

            replay_into(self.state, journal.verified_blocks(), keep)

    @property
    def ends_at(self) -> Nanos:
        return max(record.at for record in self.records)

    def bodies(self, kind: type) -> list[object]:
        return [record.body for record in self.records if type(record.body) is kind]

    def working(self) -> set[str]:
        return {order.label for order in orders_at_venue(self.state)}


def script_from(at: Nanos, chance: random.Random) -> str:
    """A busy minute from a market time on: orders that rest, that trade, that go again."""
    lines = []
    for second in range(1, 40):
        lines.append(f"at {exchange_clock(Nanos(at + second * NANOS_PER_SECOND), digits=3)}")
        symbol, quantity = chance.choice(SYMBOLS), chance.randrange(1, 200)
        side, touch = chance.choice((("buy", "bid"), ("short", "ask")))
        away = chance.choice(("", "-3t" if touch == "bid" else "+3t"))
        price = chance.choice((f"{touch}{away}", f"{touch}{away}", "mkt"))
        good = chance.choice(("", " gtc"))
        lines.append(f"{side} {quantity} {symbol} {price}{good if price != 'mkt' else ''}")
        if chance.random() < 0.15:
            lines.append(f"cancel {symbol}")
    return "\n".join(lines) + "\n"


def killed(trader: Trader, script: Path, lines: int) -> list[str]:
    """Everything that a session printed before it was killed, whole lines only."""
    flags = ("--symbols", ",".join(SYMBOLS), "--speed", SPEED)
    process = trader.start("--json", "--script", script, *flags)
    printed = read_until(process, "order_sent")
    assert process.stdout is not None
    for line in process.stdout:
        printed.append(line)
        if len(printed) >= lines:
            break
    process.kill()
    rest = ended(process).output
    return [line for line in [*printed, *rest.splitlines(keepends=True)] if line.endswith("\n")]


def _comparable(told: Fields) -> str:
    """Without the number that counts a session's own orders: a journal knows the day's alone."""
    return json.dumps({key: value for key, value in told.items() if key != "order"})


@pytest.mark.parametrize(
    "seed", [1, 2, 3, *(pytest.param(n, marks=pytest.mark.long) for n in range(4, 30))]
)
def test_whatever_was_printed_is_in_the_journal_and_goes_on_at_the_next_start(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    trader, script = Trader(tmp_path / "home"), tmp_path / "day.txt"
    at, told_before, sent = OPENS, 0, Counter[str]()
    for _ in range(KILLS):
        script.write_text(script_from(at, chance))
        printed = [
            json.loads(line)
            for line in killed(trader, script, chance.randrange(2, LINES_BEFORE_KILL_MAX))
        ]
        kept = Kept(trader.home)
        # Acknowledged is printed: every printed event is durable, and in the order of the journal.
        durable = [_comparable(fields) for fields in kept.told[told_before:]]
        acknowledged = [_comparable(fields) for fields in printed if "event" in fields]
        assert acknowledged == durable[: len(acknowledged)]
        sent.update(line["id"] for line in printed if line.get("event") == "order_sent")
        told_before, at = len(kept.told), kept.ends_at
    _no_id_twice(kept, sent)
    trader.verify()

    stood = kept.working()
    last = trader.exec("cancel *", flags=("--symbols", ",".join(SYMBOLS)))
    moved = {
        line["id"]
        for line in last.lines
        if line.get("event") in ("order_cancelled", "order_filled")
    }
    assert stood <= moved | {
        line["id"] for line in Kept(trader.home).told if line.get("event") == "order_filled"
    }
    after = Kept(trader.home)
    assert not after.state.live
    assert all(not account.reserved for account in after.state.accounts.values())
    trader.verify()


def _no_id_twice(kept: Kept, printed: Counter[str]) -> None:
    released = kept.bodies(OrderReleased)
    ids = [event.client_order_id for event in released]  # type: ignore[attr-defined]
    assert len(ids) == len(set(ids)) > 0
    numbers = [event.number for event in [*released, *kept.bodies(OrderDenied)]]  # type: ignore[attr-defined]
    assert len(numbers) == len(set(numbers))
    fills = kept.bodies(OrderFilled)
    executions = [fill.execution_id for fill in fills]  # type: ignore[attr-defined]
    assert len(executions) == len(set(executions))
    assert max(printed.values()) == 1


def test_an_order_that_was_killed_on_its_way_is_asked_about_and_never_sent_again(
    tmp_path: Path,
) -> None:
    """Between the intent's commit and the venue's answer: a kill there leaves an order in doubt."""
    trader = Trader(tmp_path / "home")
    process = trader.start(
        "--json", "--exec", "buy 100 AAPL bid-5 gtc", "at 15:00:00", "--speed", 1
    )
    read_until(process, "order_sent")
    process.kill()
    ended(process)
    kept = Kept(trader.home)
    again = trader.exec("cancel *")
    assert again.events("order_sent") == []
    assert len(Kept(trader.home).bodies(OrderReleased)) == len(kept.bodies(OrderReleased)) == 1
    assert not Kept(trader.home).state.live
    assert "cut off" in again.complaints


def test_a_recording_goes_on_where_the_market_stood(tmp_path: Path, market_data: Path) -> None:
    trader, market = Trader(tmp_path / "home"), market_data / "lobster" / GOOG
    lines = ("at 09:30:05", "buy 100 GOOG bid+1t", "wait order 1 filled", "buy 10 GOOG bid-30 gtc",
             "at 09:45:00", "buy 10 GOOG bid-31 gtc", "at 10:29:00")  # fmt: skip
    process = trader.start("--json", "--market", market, "--speed", 3000, "--exec", *lines)
    for _ in range(3):
        read_until(process, "order_accepted")
    process.kill()
    ended(process)
    stood = Kept(trader.home)
    again = trader.exec("buy 1 GOOG mkt", "cancel *", flags=("--market", market))
    assert again.events("order_sent")[0]["at"] >= "2012-06-21T13:45:00"
    assert len(stood.working()) == 2
    assert {line["id"] for line in again.events("order_cancelled")} == stood.working()
    # The end was a clean one: the next pass begins with the recording.
    third = trader.exec("buy 1 GOOG mkt", flags=("--market", market))
    assert third.events("order_sent")[0]["at"].startswith("2012-06-21T13:30:00")
    trader.verify()
