"""A disk that fills while the desk runs closes it rung by rung; room alone opens nothing again."""

import errno
from pathlib import Path

import pytest

from commands.disk_watch import DiskWatch
from data.home import Home
from data.space import BALLAST_BYTES, MEBIBYTE, DiskSpace, fill_ballast, space_level
from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.events import TradingState
from engine.domain.lifecycle import Status
from engine.domain.reports import SpaceLevel
from engine.runtime.view import ViewBuilder
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


class Disk:
    """A desk whose disk has as much room as a test says."""

    def __init__(self, folder: Path) -> None:
        self.home = Home.prepare(folder / "home")
        self.bench = DeskBench()
        self.bench.quotes("AAPL", 1_900_000, 1_900_200)
        self.watch = DiskWatch(self.home, self.bench.host, self.look)
        self.free: int | None = 2_000
        self.told: list[str] = []

    def look(self, home: Home) -> DiskSpace:
        if self.free is None:
            raise OSError(errno.ENOENT, "No such file or directory")
        return DiskSpace(self.free * MEBIBYTE, space_level(self.free * MEBIBYTE))

    def has(self, mebibytes: int | None) -> list[ev.Event]:
        before = len(self.bench.journal.events())
        self.free = mebibytes
        self.told += self.watch.attend()
        return self.bench.journal.events()[before:]

    @property
    def trading(self) -> TradingState:
        return self.bench.state.accounts["PAPER"].trading.state

    def conditions(self) -> list[str]:
        views = ViewBuilder(self.bench.session, self.bench.venue, "PAPER")
        found = views.build(speed="×1", updates_per_second=0).conditions
        return [condition.text for condition in found if condition.code == "disk"]


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_the_rungs_are_journaled_shown_and_lower_the_desk(disk: Disk) -> None:
    assert disk.has(2_000) == []
    (warned,) = disk.has(1_000)
    assert isinstance(warned, ev.DiskSpaceChanged)
    assert (warned.level, disk.trading) == (SpaceLevel.WARN, TradingState.ACTIVE)
    assert disk.conditions() == [warned.text]
    assert warned.text.startswith("1,000 MiB left on the disk of the home: make room soon")
    assert [type(event) for event in disk.has(200)] == [ev.DiskSpaceChanged, ev.TradingStateChanged]
    assert disk.trading is TradingState.REDUCING
    disk.has(60)
    assert disk.trading is TradingState.HALTED
    assert disk.bench.replayed_hash() == state_hash(disk.bench.state)
    assert disk.conditions()[0].startswith("60 MiB left")


def test_the_same_rung_is_told_once(disk: Disk) -> None:
    assert disk.has(200)
    assert disk.has(199) == []


def test_nothing_new_leaves_but_exits_and_cancels_do(disk: Disk) -> None:
    say(disk.bench, "buy 100 AAPL 190.02")
    say(disk.bench, "buy 10 AAPL 189")
    disk.has(10)
    say(disk.bench, "buy 20 AAPL 190.02")
    assert disk.bench.order(3).status is Status.DENIED
    say(disk.bench, "cancel 2")
    assert disk.bench.order(2).status is Status.CANCELLED
    say(disk.bench, "sell 100 AAPL mkt")
    assert disk.bench.position("AAPL") == 0


def test_a_resume_does_not_last_while_the_room_is_not_there(disk: Disk) -> None:
    disk.has(60)
    say(disk.bench, 'resume "I know"')
    assert disk.trading is TradingState.ACTIVE
    (lowered,) = disk.has(60)
    assert isinstance(lowered, ev.TradingStateChanged)
    assert disk.trading is TradingState.HALTED


def test_room_that_came_back_clears_the_condition_and_a_person_resumes(disk: Disk) -> None:
    disk.has(60)
    disk.has(2_000)
    assert (disk.conditions(), disk.trading) == ([], TradingState.HALTED)
    say(disk.bench, 'resume "made room"')
    assert disk.has(2_000) == []
    assert disk.trading is TradingState.ACTIVE


def test_at_the_edge_of_a_rung_the_desk_does_not_chatter(disk: Disk) -> None:
    disk.has(1_023)
    for mebibytes in (1_025, 1_023, 1_100):
        assert disk.has(mebibytes) == []
    (cleared,) = disk.has(1_200)
    assert isinstance(cleared, ev.DiskSpaceChanged)
    assert cleared.level is SpaceLevel.AMPLE


def test_the_ballast_is_kept_from_the_first_rung_on_and_given_back_at_the_last(disk: Disk) -> None:
    ballast = disk.home.ballast_path
    disk.has(2_000)
    assert not ballast.exists()
    disk.has(1_000)
    assert ballast.stat().st_size == BALLAST_BYTES
    disk.has(30)
    assert ballast.exists()
    disk.has(15)
    assert not ballast.exists()


def test_a_session_that_could_not_write_gives_the_ballast_back(disk: Disk) -> None:
    fill_ballast(disk.home)
    disk.watch.end()
    assert disk.home.ballast_path.exists()
    disk.bench.session.is_stopped = True
    disk.watch.end()
    assert not disk.home.ballast_path.exists()


def test_a_disk_that_cannot_be_looked_at_is_said_once(disk: Disk) -> None:
    for _ in range(3):
        disk.has(None)
    assert disk.told == [
        "the room on the disk of the home cannot be told (No such file or directory)"
    ]
    assert disk.trading is TradingState.ACTIVE
