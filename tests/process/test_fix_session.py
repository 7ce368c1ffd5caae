"""A desk at a FIX venue, both as processes: a day by script, kills of either side, its words."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TextIO
from zoneinfo import ZoneInfo

import pytest

from tests.process.fix_venue import (
    LINES_TOLD,
    VenueProcess,
    numbers_of_desk,
    orders_sent,
    staged_in_journal,
)
from tests.process.trader_process import ROOT, Trader, ended, read_until

EXAMPLE = ROOT / "examples" / "fix_day.txt"
"""Ends flat; what is asked of both sides needs a position, so a few lines less."""
LINES = [line for line in EXAMPLE.read_text().splitlines() if not line.startswith("#")]
DAY = tuple(LINES[: LINES.index("flatten AAPL")])


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[VenueProcess]:
    venue = VenueProcess(tmp_path)
    yield venue
    venue.leave()


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "desk")


@pytest.fixture
def complaints(tmp_path: Path) -> Iterator[TextIO]:
    """What desks complained of that were not heard to their end; stands with a failure's words."""
    path = tmp_path / "desk.txt"
    with path.open("w") as file:
        yield file
    print("the desks complained of", *path.read_text().splitlines()[-LINES_TOLD:], sep="\n")


COMPARED_MAX = 10


def agree(venue: VenueProcess, trader: Trader) -> None:
    """Both sides hold the same, and each order filled what its trades add up to; numbers meet."""
    done = trader.exec("# how it stands", flags=venue.flags)
    assert done.code == 0, done
    venue.stop()
    for _ in range(COMPARED_MAX):
        if not venue.reports_from(numbers_of_desk(trader.home)[0]):
            break
        # What stood at the venue went on trading when the desk had left: it has to hear of that.
        venue.start()
        done = trader.exec("cancel *", "# how it stands", flags=venue.flags)
        assert done.code == 0, done
        venue.stop()
    assert done.result["positions"] == venue.positions()
    booked = {
        row["client_order_id"]: int(row["filled"])
        for row in trader.query(
            "select o.client_order_id, sum(f.quantity) as filled from fills f"
            " join orders o using (order_id) group by 1"
        )
    }
    there = {order.client_id: order.cumulative for order in venue.orders() if order.cumulative}
    assert booked == there
    ours_in, ours_out = numbers_of_desk(trader.home)
    theirs_in, theirs_out = venue.numbers()
    assert ours_out == theirs_in and ours_in <= theirs_out
    assert trader.verify()["ok"]


def test_the_example_of_a_day_ends_the_same_on_both_sides_and_left_as_it_was_journaled(
    venue: VenueProcess, trader: Trader
) -> None:
    done = trader.run("--json", *venue.flags, "--script", EXAMPLE)
    assert (done.code, done.result["positions"]) == (0, {}), done
    agree(venue, trader)
    staged, sent = staged_in_journal(trader.home), orders_sent(trader.home)
    assert len(sent) >= 7
    for data in sent:
        assert data in staged, "what left is what the journal had, to the byte"


def in_seconds(count: float) -> str:
    """A time of day on the exchange's wall, so many seconds from now."""
    at = datetime.now(ZoneInfo("America/New_York")) + timedelta(seconds=count)
    return f"at {at:%H:%M:%S}"


KILLED_WITHIN_SECONDS = 10
"""So long the first three orders may take; the rest waits for what happens."""
OPENINGS = 6
"""As many times as long as its venue took to open, where a machine has much else to do."""


def test_the_day_goes_on_when_the_venue_is_killed_and_comes_back(
    venue: VenueProcess, trader: Trader
) -> None:
    until_back = ("cancel 3", "wait order 3 cancelled within 60s")
    rest = DAY[DAY.index("wait order 3 cancelled within 20s") + 1 :]
    patience = max(KILLED_WITHIN_SECONDS, OPENINGS * venue.opened_in_seconds)
    lines = (*DAY[:6], in_seconds(patience), *until_back, *rest)
    process = trader.start("--json", *venue.flags, "--exec", *lines)
    seen = [line for _ in range(3) for line in read_until(process, "order_accepted")]
    venue.kill()
    seen += read_until(process, "link")
    assert not any("cancel" in line for line in seen), "the machine is too slow for this test"
    venue.start()
    done = ended(process)
    assert done.code == 0, done
    links = [json.loads(seen[-1]), *done.events("link")]
    assert [event["state"] for event in links] == ["down", "up"]
    agree(venue, trader)


def scramble(rng: Random, lines: int) -> list[str]:
    """Orders that rest, cross and change, in no order that makes sense."""
    written = ["cancel *"]
    for number in range(1, lines + 1):
        side, symbol = rng.choice(["buy", "sell", "short"]), rng.choice(["AAPL", "MSFT", "F"])
        price = rng.choice(["mkt", "bid", "ask", "bid-3t", "ask+3t"])
        written.append(f'{side} {rng.randint(1, 20)} {symbol} {price} gtc override "drill"')
        if rng.random() < 0.6:
            written.append(f"cancel {rng.randint(max(1, number - 3), number)}")
    return written


def trade_through_kills(
    venue: VenueProcess, trader: Trader, complaints: TextIO, seed: int, kills: int
) -> int:
    """Either side dies at any moment, again and again; how many orders the venue has of it."""
    rng = Random(seed)
    for number in range(kills):
        print(f"-- desk {number}", file=complaints, flush=True)
        words = (*venue.flags, "--json", "--exec", *scramble(rng, 300))
        with trader.start(*words, stderr=complaints) as process:
            try:
                read_until(process, "order_sent")
                reader = threading.Thread(target=process.communicate, daemon=True)
                reader.start()
                time.sleep(rng.random() * 1.5)
                if rng.random() < 0.4:
                    venue.kill()
                    venue.start()
                    time.sleep(rng.random())
            finally:
                process.kill()
            reader.join(10)
    agree(venue, trader)
    return len(venue.orders())


def test_kills_of_either_side_lose_no_fill_and_double_none(
    venue: VenueProcess, trader: Trader, complaints: TextIO
) -> None:
    assert trade_through_kills(venue, trader, complaints, seed=1, kills=3) > 20


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(2, 14))
def test_more_kills_of_either_side(
    venue: VenueProcess, trader: Trader, complaints: TextIO, seed: int
) -> None:
    """Some twenty processes, one after the other: minutes where little of the machine is left."""
    assert trade_through_kills(venue, trader, complaints, seed, kills=8) > 40


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("port = 1\n", "no FIX venue listens on 127.0.0.1:1: start one with `trader venue`"),
        ('sender = "NOBODY"\n', "it does not know NOBODY as a client of VENUE in FIX.4.4"),
    ],
)
def test_a_venue_that_cannot_be_reached_is_one_sentence(
    venue: VenueProcess, trader: Trader, tmp_path: Path, settings: str, sentence: str
) -> None:
    mine = (tmp_path / "fix.toml").read_text()
    own = tmp_path / "own.toml"
    own.write_text(f"[fix]\n{settings}" if "port" in settings else mine + settings)
    done = trader.run("--venue", "fix", "--config", own, "--exec", "buy 1 AAPL mkt")
    assert done.code == 6 and sentence in done.complaints


def test_numbers_that_are_too_low_stop_the_desk_until_a_person_begins_anew(
    venue: VenueProcess, trader: Trader
) -> None:
    assert trader.exec("# first", flags=venue.flags).code == 0
    (trader.home / "fix.db").unlink()
    done = trader.exec("buy 1 AAPL mkt", flags=venue.flags)
    assert done.code == 6 and "MsgSeqNum too low, expecting" in done.complaints
    assert "nothing is reset by itself" in done.complaints
    done = trader.exec('link reset "asked the venue: nothing was missed"', flags=venue.flags)
    assert done.code == 0 and "link reset" in done.output + done.complaints, done
    lines = ("buy 1 AAPL mkt", "wait order 1 filled within 20s")
    done = trader.exec(*lines, flags=venue.flags)
    assert done.code == 0, done
    agree(venue, trader)


def test_a_home_with_orders_at_the_venue_opens_nowhere_else(
    venue: VenueProcess, trader: Trader, tmp_path: Path
) -> None:
    """On paper its cancels, and the end of a script, would be words in the journal alone."""
    lines = ("buy 10 AAPL bid-40t gtc", "wait order 1 working within 20s")
    assert trader.exec(*lines, flags=venue.flags).code == 0
    other = tmp_path / "other.toml"
    other.write_text((tmp_path / "fix.toml").read_text() + 'version = "FIX.4.2"\n')
    for flags in ((), ("--venue", "fix", "--config", other)):
        refused = trader.exec("cancel *", flags=flags)
        assert refused.code == 2
        assert "1 order works at FIX.4.4 DESK at VENUE: open the desk there" in refused.complaints
    done = trader.exec("cancel *", "# and that is all", flags=venue.flags)
    assert done.code == 0, done
    assert trader.exec("# paper again").code == 0
