"""A desk on a recorded session: ghosts, market time in its hands, and nothing that could leave."""

import threading
from argparse import Namespace
from pathlib import Path

import pytest

from commands.desk import DeskParts, open_desk
from commands.flags import parse
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Source
from engine.language.parser import parse_line
from engine.ports import EngineStopped, LineAnswered, Notice, SendLine
from engine.runtime.host import FOREVER
from engine.runtime.live import LiveDesk
from engine.runtime.live_time import LiveTime
from engine.runtime.market_time import at_time_of_day, exchange_clock
from engine.runtime.replay import Conductor, Refused, ScriptTime
from engine.runtime.script import ScriptNumbers, ScriptRunner
from engine.runtime.view import ViewBuilder
from engine.values import NANOS_PER_SECOND

PATIENCE_SECONDS = 20.0
LINES = [
    "buy 300 AAPL ask",
    "at 09:30:05",
    "sell 100 AAPL ask",
    "at 09:30:20",
    "sell 50 AAPL mkt",
    "at 09:30:40",
]


def options(home: Path, *words: str) -> Namespace:
    return parse(["--headless", "--symbols", "AAPL,MSFT", "--home", str(home), *words])


def run_lines(parts: DeskParts, lines: list[str]) -> list[str]:
    from engine.language.parser import parse_script

    said: list[str] = []
    script = parse_script("\n".join(lines))
    assert not isinstance(script, list), script
    runner = ScriptRunner(
        parts.host,
        account="PAPER",
        numbers=ScriptNumbers(parts.session.state.order_next),
        say=said.append,
        preview=lambda line, context: None,
    )
    result = runner.run(script, goes_on=False, ends=False)
    return [*said, result.problem] if result.problem else said


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    parts = open_desk(options(home, "--record"))
    assert run_lines(parts, LINES) == []
    assert parts.close() == ()
    (path,) = (home / "recordings").iterdir()
    return path


@pytest.fixture
def replay(recording: Path, tmp_path: Path):
    parts = open_desk(options(tmp_path / "home", "--market", str(recording)))
    yield parts
    parts.close()


def real_fills(recording: Path) -> list[tuple[int, int, int]]:
    """(market time, price, quantity) as the journal of that session has them."""
    from data.home import Home
    from data.journal import JournalReader
    from engine.domain.events import OrderFilled
    from engine.domain.records import decode_records

    with JournalReader(Home.existing(recording.parents[1])) as reader:
        bodies = [
            record.body for block in reader.blocks() for record in decode_records(block.payload)
        ]
    return [(one.at, one.price, one.quantity) for one in bodies if isinstance(one, OrderFilled)]


def test_the_ghosts_are_the_journals_fills_at_their_nanosecond(recording, replay):
    run_lines(replay, ["at 09:30:40"])
    ghosts = replay.venue.ghosts.fills(100)[::-1]
    assert [(g.at, g.price, g.quantity) for g in ghosts] == real_fills(recording)
    assert len(ghosts) >= 3
    states = [(row.number, row.state) for row in replay.venue.ghosts.orders(9)[::-1]]
    assert states[0] == (1, "filled") and states[-1] == (3, "filled")


def test_ghost_trades_are_marked_on_the_tape_and_their_orders_in_the_depth(replay):
    run_lines(replay, ["at 09:30:02"])
    assert [p for p in replay.venue.tape("AAPL", 500) if p.ghost]
    assert not [p for p in replay.venue.tape("AAPL", 500) if p.is_memory or p.own]
    (sell,) = run_lines(replay, ["at 09:30:05", "replay step 1ms"])
    assert "stepped 0.001 s" in sell
    working = [row for row in replay.venue.ghosts.orders(9) if not row.is_done]
    _, asks = replay.venue.depth("AAPL", 50)
    assert [row.price for row in asks if row.ghost] == [row.price for row in working]


def test_a_ghost_whose_trade_did_not_happen_again_is_remembered_on_the_tape(replay):
    """Today's trader takes the book first, so the recorded order trades at other prices."""
    run_lines(replay, ["replay step", "buy 400 AAPL mkt", "at 09:30:19"])
    run_lines(replay, [*(["sell 300 AAPL mkt"]), "at 09:30:21"])
    tape = replay.venue.tape("AAPL", 500)
    ghosts = [p for p in tape if p.ghost]
    assert sum(p.quantity for p in ghosts) == sum(
        fill.quantity for fill in replay.venue.ghosts.fills(9)
    )


def test_a_replay_says_so_and_holds_nothing_but_a_paper_venue(replay):
    assert replay.session.state.mode == "REPLAY"
    assert replay.session.state.source is Source.REPLAY
    assert type(replay.session.venue) is PaperVenue is type(replay.host.venue)
    assert replay.recording is None


def test_a_day_of_depth_is_recorded_with_ghosts_at_their_nanosecond(market_data, tmp_path):
    pair = str(market_data / "depth" / "binance_spot_btcusdt_20240808.gz")
    words = ["--headless", "--home", str(tmp_path / "day"), "--market", pair]
    parts = open_desk(parse([*words, "--record", "--until", "23:54:40"]))
    lines = ["buy 0.05 BTCUSDT mkt", "buy 0.02 BTCUSDT bid", "sell 0.03 BTCUSDT ask"]
    assert run_lines(parts, [*lines, "at 23:54:40"]) == []
    assert parts.close() == ()
    (recording,) = (tmp_path / "day" / "recordings").iterdir()
    fills = real_fills(recording)
    assert len(fills) >= 3
    words = ["--headless", "--home", str(tmp_path / "evening"), "--market", str(recording)]
    replay = open_desk(parse(words))
    assert "BTCUSDT 2024-08-08 (Binance depth) (recorded, " in replay.venue.description
    run_lines(replay, ["at 23:54:39"])
    ghosts = replay.venue.ghosts.fills(100)[::-1]
    assert [(g.at, g.price, g.quantity) for g in ghosts] == fills
    assert replay.venue.ghosts.words("BTCUSDT")[0] == (
        "in the recorded session: #1 BUY 0.05 BTCUSDT MKT, 0.05 of 0.05 filled, filled"
    )
    bids, asks = replay.venue.depth("BTCUSDT", 20)
    assert len(bids) == len(asks) == 20
    replay.close()


def test_a_replay_is_not_recorded_again(recording, tmp_path):
    parts = open_desk(options(tmp_path / "home", "--market", str(recording), "--record"))
    parts.close()
    assert any("not recorded again" in remark for remark in parts.remarks)
    assert not (tmp_path / "home" / "recordings").exists()


def test_recording_changes_no_byte_of_the_journal_and_no_state(tmp_path):
    digests = []
    for flag in ("--record", "--no-record"):
        parts = open_desk(options(tmp_path / flag, flag))
        run_lines(parts, LINES)
        digests.append((parts.session.state.events, parts.venue.exchange.state_hash()))
        payloads = [block.payload for block in parts.journal.blocks()]
        digests.append(payloads)
        parts.close()
    assert digests[:2] == digests[2:]


# --- market time


def test_steps_and_jumps_lead_where_they_say(replay):
    host = replay.host
    begins = host.now
    said = run_lines(replay, ["replay step", "replay step trade", "replay step 2s"])
    assert [words.split(": ")[1].split(";")[0] for words in said] == [
        "stepped one event",
        "stepped one trade",
        "stepped 2 s",
    ]
    assert host.now > begins + 2 * NANOS_PER_SECOND
    run_lines(replay, ["replay jump 09:30:30"])
    assert exchange_clock(host.now) == "09:30:30.000"


def test_a_jump_to_the_next_fill_stops_at_ghosts_and_at_paper_fills(recording, replay):
    fills = real_fills(recording)
    run_lines(replay, ["replay step", "replay jump fill"])
    # A script's `at T` trades just before T, a nanosecond before its own clock.
    now = replay.host.now + 1
    assert now in [at for at, _, _ in fills]
    later = [at for at, _, _ in fills if at > now]
    run_lines(replay, ["buy 10 AAPL ask"])
    before = replay.host.now
    assert replay.session.state.orders and replay.host.now == before
    (said,) = run_lines(replay, ["replay jump fill"])
    assert "jumped to the next fill" in said
    assert replay.host.now <= later[0]


def test_orders_fill_on_the_way_of_a_jump_and_it_is_said(replay):
    run_lines(replay, ["replay step", "buy 10 AAPL bid"])
    (said,) = run_lines(replay, ["replay jump 09:30:39"])
    assert "; on the way: 1 fill" in said
    assert "ghost fill" in said


def test_there_is_no_way_back(replay):
    run_lines(replay, ["replay jump 09:30:30"])
    (said,) = run_lines(replay, ["replay jump 09:30:10"])
    assert "market time never runs backwards: `replay restart` begins the day anew" in said
    assert exchange_clock(replay.host.now) == "09:30:30.000"


def test_a_jump_beyond_the_end_plays_to_the_end_and_says_so(replay):
    (said,) = run_lines(replay, ["replay jump 10:00"])
    assert "the market ended on the way" in said
    assert run_lines(replay, ["replay step"])[0].endswith("nothing is left to play")


def test_a_paused_script_does_not_wait_for_ever(replay):
    (said,) = run_lines(replay, ["replay pause", "at 09:30:30"])
    assert "the market is paused: `replay play` lets it go on" in said
    assert run_lines(replay, ["replay pause", "replay play", "at 09:30:30"]) == []


def test_playing_goes_on_at_the_speed_that_a_step_has_interrupted(replay):
    time = LiveTime(replay.host, 1.0, threading.Event(), lambda said: None)
    for text in ("replay speed 0.5", "replay speed 4", "replay step trade"):
        time.carry_out(parse_line(text))
    assert time.factor == 0
    assert time.carry_out(parse_line("replay play")) == "playing ×4"


def test_a_live_market_is_in_nobodys_hands(replay):
    replay.session.state.mode = "LIVE"
    conductor = Conductor(replay.host)
    for text in ("replay step", "replay jump 10:00", "replay jump fill"):
        with pytest.raises(Refused, match="a live market cannot be paused, stepped or jumped"):
            conductor.aim(parse_line(text))
    script = ScriptTime(replay.host, lambda when, done: False, lambda factor: None)
    for text in ("replay pause", "replay speed 2"):
        with pytest.raises(Refused, match="a live market"):
            script.carry_out(parse_line(text))


# --- the live desk


class Listener:
    def __init__(self) -> None:
        self.heard: list[object] = []
        self._arrived = threading.Condition()

    def __call__(self, answer: object) -> None:
        with self._arrived:
            self.heard.append(answer)
            self._arrived.notify_all()

    def wait_for(self, kind: type, words: str = "") -> object:
        def found() -> object | None:
            texts = (a for a in self.heard if isinstance(a, kind))
            return next((a for a in texts if words in getattr(a, "text", "")), None)

        with self._arrived:
            assert self._arrived.wait_for(found, PATIENCE_SECONDS), (words, self.heard)
            return found()


@pytest.fixture
def desk(replay):
    views = ViewBuilder(replay.session, replay.venue, "PAPER")
    live = LiveDesk(replay.host, views, replay.history, account="PAPER", speed=1.0)
    live.listener = Listener()
    live.listen(live.listener)
    live.start()
    yield live
    live.close()


def test_the_screen_steps_jumps_and_stands_still_afterwards(desk, replay):
    desk.send(SendLine("replay pause", "a"))
    desk.send(SendLine("replay step trade", "b"))
    desk.listener.wait_for(Notice, "stepped one trade")
    assert desk.speed == 0
    desk.send(SendLine("replay jump 09:30:30", "c"))
    desk.listener.wait_for(Notice, "09:30:30.000: jumped to 09:30:30")
    desk.send(SendLine("replay speed 20", "d"))
    desk.listener.wait_for(LineAnswered, "playing ×20")


def test_a_jump_goes_on_at_the_speed_that_was(desk, replay):
    desk.send(SendLine("replay jump 09:30:30", "c"))
    desk.listener.wait_for(Notice, "jumped to 09:30:30")
    assert desk.speed == 1.0
    until = at_time_of_day(20260105, (9 * 3_600 + 30 * 60 + 30) * NANOS_PER_SECOND)
    desk.close()
    assert replay.host.now < until + PATIENCE_SECONDS * NANOS_PER_SECOND


def test_a_restart_ends_the_pass_so_that_the_next_begins_anew(desk, replay):
    desk.send(SendLine("replay restart", "a"))
    desk.listener.wait_for(EngineStopped)
    desk.close()
    assert desk.begins_anew
    state = replay.session.state
    assert replay.flow.description not in state.checkpoints and state.ended_clean


def test_the_view_tells_progress_and_ghosts(desk, replay):
    desk.send(SendLine("replay pause", "a"))
    desk.send(SendLine("replay jump 09:30:20", "b"))
    desk.listener.wait_for(Notice, "jumped to 09:30:20")
    desk.close()
    views = ViewBuilder(replay.session, replay.venue, "PAPER")
    view = views.build(speed="paused", updates_per_second=0)
    assert 400 <= view.progress <= 600
    assert view.ghost_fills and view.ghosts
    assert view.market_at < FOREVER
