"""The recorder: never in the way, nothing lost on a clean end, bounded, and honest about gaps."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from connectors.feeds.recorded.blocks import read_frames, survey
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import BookImage, End, Gap, Head, Printed
from connectors.feeds.recorded.recorder import PENDING_FRAMES_MAX, Recorder
from connectors.feeds.recorded.shelf import MEBIBYTE, Shelf, look_at
from connectors.feeds.recorded.tap import SessionTap
from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Source
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos

HEAD = Head(1, "c0ffee", "test", Source.SYNTHETIC, 20260105, "R1", 1, (Instrument("AAPL"),))


def printed(number: int) -> tuple[int, Printed]:
    return number, Printed("AAPL", number, 1, 1)


def test_everything_is_there_after_a_clean_end(tmp_path):
    recorder = Recorder(tmp_path / "x.trec", HEAD, Nanos(0))
    recorder.start()
    for number in range(30_000):
        recorder.put(printed(number))
    recorder.close()
    bodies = [body for _, body in read_frames(tmp_path / "x.trec")]
    assert bodies[1:-1] == [printed(number)[1] for number in range(30_000)]
    assert bodies[-1] == End(30_000, 0)
    assert not any(thread.name == "recorder" for thread in threading.enumerate())


def test_a_full_queue_takes_nothing_and_says_so_once(tmp_path):
    recorder = Recorder(tmp_path / "x.trec", HEAD, Nanos(0))
    for number in range(PENDING_FRAMES_MAX):
        assert not recorder.is_full
        recorder.put(printed(number))
    assert recorder.is_full and not recorder.has_room_again
    recorder.lost(2)
    recorder.lost(1)
    assert recorder.news() == ("the recording cannot keep up: it has a gap, and goes on after it",)
    recorder.close()
    assert survey(tmp_path / "x.trec", thoroughly=True).blocks[-1].lost == 3


class Narrow:
    """An intake that is full for a while."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self.is_full = False
        self.has_room_again = True

    def put(self, frame):
        self._recorder.put(frame)

    def lost(self, frames):
        self._recorder.lost(frames)


def test_after_a_gap_the_books_are_whole_again(tmp_path):
    venue = PaperVenue(SyntheticFlow(3, ("AAPL",)), is_recorded=True)
    recorder = Recorder(tmp_path / "x.trec", HEAD, venue.now)
    intake = Narrow(recorder)
    tap = SessionTap(intake, venue.exchange, venue.market, lambda: venue.now)
    tap.begin(venue.trade_date)
    venue.tapped_by(tap)

    def run(seconds: int) -> None:
        venue.collect()
        venue.advance(Nanos(venue.now + seconds * NANOS_PER_SECOND))

    run(5)
    intake.is_full, intake.has_room_again = True, False
    run(5)
    intake.is_full, intake.has_room_again = False, True
    run(5)
    recorder.close()
    bodies = [body for _, body in read_frames(tmp_path / "x.trec")]
    (gap,) = [body for body in bodies if isinstance(body, Gap)]
    assert gap.frames == recorder.frames_lost > 10
    assert sum(isinstance(body, BookImage) for body in bodies) == 2
    flow = RecordedFlow(tmp_path / "x.trec")
    assert f"{gap.frames:,} frames were lost" in flow.note
    again = PaperVenue(flow)
    again.collect()
    again.advance(flow.span[1])
    assert again.exchange.state_hash() == venue.exchange.state_hash()


def test_a_disk_that_refuses_ends_the_recording_and_nothing_else(tmp_path):
    recorder = Recorder(
        tmp_path / "x.trec", HEAD, Nanos(0), make_room=lambda length: "the disk is full"
    )
    recorder.start()
    recorder.put(printed(1))
    recorder.close()
    recorder.put(printed(2))
    (said,) = recorder.news()
    assert said == "this session is no longer recorded: the disk is full" == recorder.problem


def files_of(shelf: Shelf) -> list[str]:
    return [path.name for path in shelf.files()]


@pytest.fixture
def shelf(tmp_path):
    """Room for three of the five MiB that are there."""
    import os

    for age, name in enumerate(("a", "b", "c", "d", "running")):
        path = tmp_path / f"{name}.trec"
        path.write_bytes(bytes(MEBIBYTE))
        os.utime(path, ns=(age, age))
    return Shelf(tmp_path, 3 * MEBIBYTE)


def test_the_oldest_recordings_go_first_and_it_is_said(shelf, tmp_path):
    assert shelf.make_room(MEBIBYTE, tmp_path / "running.trec") == ""
    assert files_of(shelf) == ["d.trec", "running.trec"]
    assert [words.split()[2] for words in shelf.news] == ["a.trec", "b.trec", "c.trec"]
    assert all("was given up" in words for words in shelf.news)


def test_the_running_recording_is_never_given_up(shelf, tmp_path):
    refusal = shelf.make_room(3 * MEBIBYTE, tmp_path / "running.trec")
    assert "it has all 3 MiB of recordings" in refusal
    assert files_of(shelf) == ["running.trec"]


def test_a_taken_name_gets_another(tmp_path):
    shelf = Shelf(tmp_path, MEBIBYTE)
    shelf.new_path(20260105, "R1").write_bytes(b"")
    assert shelf.new_path(20260105, "R1").name == "20260105-R1-2.trec"


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from connectors.feeds.recorded.frames import Head, Printed
from connectors.feeds.recorded.recorder import Recorder
from engine.domain.quotes import Source

path = Path(sys.argv[1])
recorder = Recorder(path, Head(1, "c0ffee", "t", Source.SYNTHETIC, 20260105, "R1", 1, ()), 0)
before = path.stat().st_size
for number in range(1_000):
    recorder.put((number, Printed("AAPL", number, 1, 1)))
recorder.start()
while path.stat().st_size == before:
    threading.Event().wait(0.01)
recorder.put((2_000, Printed("AAPL", 1, 1, 1)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_everything_up_to_the_last_block_is_there(tmp_path):
    path = tmp_path / "x.trec"
    root = Path(__file__).resolve().parents[3]
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=root, check=False)
    assert ended.returncode == -signal.SIGKILL
    frames = list(read_frames(path))
    assert [at for at, body in frames if isinstance(body, Printed)] == list(range(1_000))
    assert survey(path, thoroughly=True).damage == ""
    assert look_at(path).problem == "running, or cut off"
