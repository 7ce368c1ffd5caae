"""Days of ticks and of depth are recorded as their feed told them, and replay to the same."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from connectors.feeds.binance.flow import PairFlow
from connectors.feeds.flow import Flow
from connectors.feeds.open import open_market
from connectors.feeds.recorded.blocks import read_frames
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import (
    FORMAT_VERSION,
    BookImage,
    Carried,
    Depth,
    Frame,
    Gap,
    Head,
    Levels,
    Printed,
    PrintedHidden,
    Quoted,
)
from connectors.feeds.recorded.recorder import Recorder
from connectors.feeds.recorded.tap import SessionTap
from connectors.paper.venue import PaperVenue
from engine.domain.reports import VenueFilled
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, Liquidity, Nanos, OrderType, Price, Quantity, TimeInForce
from tests.unit.recorded.conftest import Seen, look

Make = Callable[[], Flow]
NOON = 1_723_118_400 * 10**9
SECOND = 10**9


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A minute of a pair whose touch walks up and down, with a gap and a second snapshot."""
    path = tmp_path_factory.mktemp("pair") / "btcusdt.gz"
    lines = [{"u": 9, "s": "BTCUSDT", "b": "61000", "B": "1", "a": "61000.01", "A": "1"}]
    lines.append(snapshot(10))
    update_id = 10
    for turn in range(1, 240):
        bid, size = 61_000 + turn % 7, turn % 5 + 1
        update_id += 3 if turn == 150 else 1
        if turn % 3 == 0:
            changed = [[f"{bid - 1}", f"0.{size}"], [f"{bid - 2}", "0"]]
            lines.append(
                {"e": "depthUpdate", "s": "BTCUSDT", "U": update_id, "u": update_id + 1,
                 "b": changed, "a": [[f"{bid + 3}", f"{size}"]]}
            )  # fmt: skip
            update_id += 1
        elif turn % 3 == 1:
            lines.append(
                {"u": update_id, "s": "BTCUSDT", "b": f"{bid}", "B": f"{size}.5",
                 "a": f"{bid + 1}", "A": f"0.00{size}"}
            )  # fmt: skip
            lines.append(
                {"e": "depthUpdate", "s": "BTCUSDT", "U": update_id, "u": update_id,
                 "b": [[f"{bid}", f"{size}.5"]], "a": []}
            )  # fmt: skip
        else:
            update_id -= 1
            lines.append(
                {"e": "trade", "s": "BTCUSDT", "t": turn, "p": f"{bid}", "q": f"0.0{size}",
                 "m": turn % 2 == 0}
            )  # fmt: skip
        if turn == 180:
            lines.append(snapshot(update_id))
    with gzip.open(path, "wt") as file:
        for number, line in enumerate(lines):
            file.write(f"{NOON + number * SECOND // 4} {json.dumps(line)}\n")
    return lambda: PairFlow(path)


def snapshot(update_id: int) -> dict:  # type: ignore[type-arg]
    return {
        "lastUpdateId": update_id,
        "bids": [[f"{61_000 - n}", f"{n + 1}.25"] for n in range(40)],
        "asks": [[f"{61_001 + n}", f"{n + 1}.5"] for n in range(40)],
    }


@pytest.fixture(scope="module")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Half a minute around the open of one share, told in quotes and trades of several kinds."""
    folder = tmp_path_factory.mktemp("ticks")
    opens = 34_200_000
    quotes, trades = [], []
    for turn in range(400):
        at, bid = opens - 2_000 + turn * 75, 1_900_000 + turn % 9 * 100
        ask = 0 if turn % 4 == 1 else bid + 100
        sizes = (turn % 6 + 1) * 100, 0 if not ask else (turn % 5 + 1) * 100
        quotes.append(f"{at},{bid},{sizes[0]},{ask},{sizes[1]},Q,1,0")
        venue, condition = ("D", "0") if turn % 7 == 0 else ("Q", "1" if turn % 5 else "40")
        trades.append(f"{at + 10},{bid + turn % 3 * 50},{turn % 4 + 1}00,{venue},{condition},0")
    for kind, rows in (("quote", quotes), ("trade", trades)):
        with ZipFile(folder / f"xyz_20131007_{kind}.zip", "w") as archive:
            archive.writestr(f"20131007_xyz_{kind.title()}_Tick.csv", "\n".join(rows) + "\n")
    return lambda: open_market(str(folder / "xyz_20131007_trade.zip"), start="09:29")


MARKETS = ["pair", "ticks"]


def play(venue: PaperVenue, trades: bool = False, got: list[VenueFilled] | None = None) -> Seen:
    """To the end, step by step; a trader joins and takes where `trades`, and fills go to `got`."""
    seen: Seen = {}
    turn, since = 0, venue.now
    while (at := venue.next_at()) is not None:
        venue.advance(at)
        reports = venue.collect()
        turn += 1
        if trades and turn % 9 == 0:
            send(venue, turn)
            reports += venue.collect()
        if got is not None:
            got += [report for report in reports if isinstance(report, VenueFilled)]
        seen[venue.now] = look(venue, since)
    return seen


def send(venue: PaperVenue, turn: int) -> None:
    (quote,) = venue.market.quotes.values()
    known = venue.instruments[0]
    side = Instruction.BUY if turn % 2 else Instruction.SELL
    price = quote.bid if turn % 2 else quote.bid - 3 * known.tick_at(Price(quote.bid))
    request = NewOrderRequest(
        f"T-{turn}", "PAPER", quote.symbol, side, Quantity(known.lot_size * (5 + turn)),
        OrderType.LIMIT, TimeInForce.DAY, Price(price),
    )  # fmt: skip
    venue.release([request], venue.stage([request]))


def recorded(path: Path, flow: Flow, *, trades: bool, skip: int = 0) -> tuple[PaperVenue, Seen]:
    venue = PaperVenue(flow, is_recorded=True)
    venue.collect()
    for _ in range(skip):
        venue.advance(Nanos(venue.next_at() or 0))
        venue.collect()
    head = Head(
        FORMAT_VERSION, "c0ffee", flow.description, flow.source, venue.trade_date, "R1", 1,
        venue.instruments, flow.assumptions, flow.note,  # type: ignore[attr-defined]
    )  # fmt: skip
    recorder = Recorder(path, head, venue.now)
    tap = SessionTap(recorder, venue.exchange, venue.market, lambda: venue.now)
    tap.begin(venue.trade_date)
    venue.tapped_by(tap)
    recorder.start()
    seen = play(venue, trades)
    recorder.close()
    assert (recorder.problem, recorder.frames_lost) == ("", 0)
    return venue, seen


def replayed(path: Path) -> tuple[PaperVenue, Seen]:
    venue = PaperVenue(RecordedFlow(path))
    venue.collect()
    return venue, play(venue)


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("skip", [0, 120])
def test_every_quote_trade_level_and_phase_comes_again(
    request: pytest.FixtureRequest, tmp_path: Path, market: str, skip: int
) -> None:
    make = request.getfixturevalue(market)
    _, then = recorded(tmp_path / "s.trec", make(), trades=False, skip=skip)
    venue, now = replayed(tmp_path / "s.trec")
    assert len(then) > 150
    # The feed may close later than its last row; a recording closes a nanosecond after its own.
    last = max(then)
    assert [at for at in now if at <= last] == list(then)
    assert all(now[at] == then[at] for at in then)
    assert venue.exchange.assumptions.levels == (1 if market == "ticks" else 1_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize("market", MARKETS)
def test_the_trader_of_then_changes_nothing_of_the_market(
    request: pytest.FixtureRequest, tmp_path: Path, market: str
) -> None:
    make = request.getfixturevalue(market)
    with_trader, then = recorded(tmp_path / "s.trec", make(), trades=True)
    assert with_trader.shares_provided and with_trader.shares_taken
    _, without = recorded(tmp_path / "t.trec", make(), trades=False)
    _, now = replayed(tmp_path / "s.trec")
    assert all(now[at] == without[at] for at in without)
    assert then != without
    kinds = {type(body) for _, body in read_frames(tmp_path / "s.trec")}
    assert Carried not in kinds
    assert {Head, BookImage, Depth, Printed} <= kinds
    assert (PrintedHidden in kinds) is (market == "ticks")
    assert (Levels in kinds) is (market == "pair")
    assert (Quoted in kinds) is True


@pytest.mark.parametrize("market", MARKETS)
def test_orders_of_today_fill_in_the_replay_as_in_the_day_itself(
    request: pytest.FixtureRequest, tmp_path: Path, market: str
) -> None:
    make = request.getfixturevalue(market)
    recorded(tmp_path / "s.trec", make(), trades=False)
    fills: list[list[VenueFilled]] = [[], []]
    for flow, got in zip((make(), RecordedFlow(tmp_path / "s.trec")), fills, strict=True):
        play(PaperVenue(flow), trades=True, got=got)
    assert {fill.liquidity for fill in fills[0]} == {Liquidity.MAKER, Liquidity.TAKER}
    assert fills[0] == fills[1]


def test_a_gap_of_the_feed_stays_known(tmp_path: Path, pair: Make) -> None:
    recorded(tmp_path / "s.trec", pair(), trades=False)
    assert "its depth has a gap once" in RecordedFlow(tmp_path / "s.trec").note


@pytest.mark.parametrize("market", MARKETS)
def test_a_reopened_replay_goes_on_where_it_stood(
    request: pytest.FixtureRequest, tmp_path: Path, market: str
) -> None:
    recorded(tmp_path / "s.trec", request.getfixturevalue(market)(), trades=False)
    flow = RecordedFlow(tmp_path / "s.trec")
    venue = PaperVenue(flow)
    for _ in range(90):
        venue.advance(Nanos(venue.next_at() or 0))
        venue.collect()
    again = PaperVenue(RecordedFlow(tmp_path / "s.trec"), cursor=flow.cursor())
    assert again.now == venue.now
    assert look(again, venue.now) == look(venue, venue.now)
    later, later_again = play(venue), play(again)
    assert all(later_again[at][1] == later[at][1] for at in later)


class Narrow:
    """An intake that is full for a while, and then has room again."""

    def __init__(self, full: range) -> None:
        self.frames: list[Frame] = []
        self._full, self._count = full, 0

    @property
    def is_full(self) -> bool:
        self._count += 1
        return self._count in self._full

    @property
    def has_room_again(self) -> bool:
        self._count += 1
        return self._count not in self._full

    def put(self, frame: Frame) -> None:
        self.frames.append(frame)

    def lost(self, frames: int) -> None:
        return


@pytest.mark.parametrize("first", range(150, 175, 4))
def test_after_a_loss_the_levels_are_whole_again(
    tmp_path: Path, pair: Make, packed: Callable[[list[Frame]], bytes], first: int
) -> None:
    venue = PaperVenue(pair(), is_recorded=True)
    venue.collect()
    intake = Narrow(range(first, first + 30))
    tap = SessionTap(intake, venue.exchange, venue.market, lambda: venue.now)
    start = venue.now
    head = Head(
        FORMAT_VERSION, "c0ffee", "pair", venue.market.quotes["BTCUSDT"].source, venue.trade_date,
        "R1", 1, venue.instruments, venue.exchange.assumptions,  # type: ignore[attr-defined]
    )  # fmt: skip
    tap.begin(venue.trade_date)
    venue.tapped_by(tap)
    then = play(venue)
    assert any(isinstance(body, Gap) for _, body in intake.frames)
    path = tmp_path / "gap.trec"
    path.write_bytes(b"TRADEREC1\n" + packed([(start, head), *intake.frames]))
    _, now = replayed(path)
    ends = max(at for at in then if at in now)
    assert now[ends][2] == then[ends][2]
