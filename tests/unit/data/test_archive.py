"""A reset begins a new epoch and loses nothing, wherever it is cut off."""

import json
from argparse import Namespace
from itertools import islice
from pathlib import Path

import pytest
from msgspec import structs

from commands import query, verify
from commands import reset as reset_command
from data.backup import back_up
from data.errors import ArchiveError, HomeError, HomeInUseError, JournalDamagedError
from data.home import Home
from data.journal import Journal, JournalReader
from data.journal.archive import archives, reset, reset_steps, settle
from data.store.feeder import catch_up
from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.errors import InputError
from engine.values import Instruction
from tests.unit.data.desk_records import OPEN, a_day, ending, opening, released, submit, write

DATE = 20260105
STEPS = 8
FIRST_STEP_OF_THE_NEW_EPOCH = 5


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.prepare(tmp_path / "home")
    write(home, a_day())
    catch_up(home)
    home.settings_path.write_text("[screen]\ntheme = 'light'\n")
    home.settings_path.chmod(0o600)
    home.snapshots_path.mkdir(mode=0o700, exist_ok=True)
    return home


def records(home: Home) -> list[bytes]:
    with JournalReader(home) as journal:
        return [block.payload for block in journal.verified_blocks()]


def epoch(home: Home) -> tuple[str, int]:
    with JournalReader(home) as journal:
        return journal.instance, journal.epoch


def is_clean(home: Home, capsys: pytest.CaptureFixture[str]) -> bool:
    code = verify.run(Namespace(home=home.path, json=True))
    return code == 0 and json.loads(capsys.readouterr().out)["ok"]


def owned(home: Home) -> Home:
    again = Home.existing(home.path)
    again.own()
    return again


def test_the_old_epoch_is_whole_in_its_archive_and_the_home_begins_anew(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    before, (instance, old) = records(home), epoch(home)
    mine = owned(home)
    archive = reset(mine, DATE)
    mine.disown()
    past = Home.existing(archive.path)
    assert archive.path.name == "1-20260105"
    assert records(past) == before
    assert epoch(past) == (instance, old)
    assert (records(home), epoch(home)) == ([], (instance, old + 1))
    assert is_clean(home, capsys)
    assert is_clean(past, capsys)
    assert past.settings_path.read_text() == home.settings_path.read_text()
    write(home, a_day())
    assert len(records(home)) == len(before)
    assert records(past) == before


@pytest.mark.parametrize("steps", range(1, STEPS + 1))
def test_a_reset_that_is_cut_off_leaves_the_old_home_or_the_new_one(
    home: Home, steps: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = records(home)
    mine = owned(home)
    done = list(islice(reset_steps(mine, DATE), steps))  # and then the process dies
    mine.disown()
    assert len(done) == steps
    Journal.open(Home.existing(home.path)).close()  # the next start
    if steps < FIRST_STEP_OF_THE_NEW_EPOCH:
        assert (records(home), epoch(home)[1], archives(home)) == (before, 1, [])
    else:
        (archive,) = archives(home)
        assert (records(home), epoch(home)[1]) == ([], 2)
        assert records(Home.existing(archive.path)) == before
        assert is_clean(Home.existing(archive.path), capsys)
    assert not list(home.archive_path.glob(".*"))
    assert not (home.path / "journal.next").exists()
    assert is_clean(home, capsys)
    write(home, ending() if steps < FIRST_STEP_OF_THE_NEW_EPOCH else a_day())
    mine = owned(home)
    assert reset(mine, DATE).epoch == (1 if steps < FIRST_STEP_OF_THE_NEW_EPOCH else 2)
    mine.disown()


def test_the_screens_of_an_epoch_go_with_it(home: Home) -> None:
    home.frames_path.write_bytes(b"what was seen")
    mine = owned(home)
    archive = reset(mine, DATE)
    mine.disown()
    assert not home.frames_path.exists()
    assert Home.existing(archive.path).frames_path.read_bytes() == b"what was seen"


def test_the_steps_of_a_reset_are_those_that_are_cut_off_above(home: Home) -> None:
    mine = owned(home)
    assert len(list(reset_steps(mine, DATE))) == STEPS
    mine.disown()


@pytest.mark.parametrize("again", range(1, 4))
def test_settling_that_is_cut_off_settles_the_next_time(
    home: Home, again: int, capsys: pytest.CaptureFixture[str]
) -> None:
    before = records(home)
    mine = owned(home)
    list(islice(reset_steps(mine, DATE), FIRST_STEP_OF_THE_NEW_EPOCH + again - 1))
    settle(mine)
    settle(mine)
    mine.disown()
    (archive,) = archives(home)
    assert records(Home.existing(archive.path)) == before
    assert is_clean(home, capsys)


def test_an_epoch_is_never_used_twice(home: Home) -> None:
    for expected in (1, 2, 3):
        mine = owned(home)
        assert reset(mine, DATE).epoch == expected
        mine.disown()
        write(home, a_day())
    assert [archive.epoch for archive in archives(home)] == [1, 2, 3]
    assert epoch(home)[1] == 4


def test_what_is_damaged_is_not_put_away(home: Home) -> None:
    journal = bytearray(home.journal_path.read_bytes())
    place = journal.rindex(b"the queue")
    journal[place] ^= 1
    home.journal_path.write_bytes(journal)
    mine = owned(home)
    with pytest.raises(JournalDamagedError):
        reset(mine, DATE)
    mine.disown()
    assert archives(home) == []


def test_a_reader_of_the_journal_makes_a_reset_wait(home: Home) -> None:
    mine = owned(home)
    with JournalReader(home) as journal:
        assert journal.last_sequence()
        with pytest.raises(ArchiveError, match="reading the journal"):
            reset(mine, DATE)
    mine.disown()
    assert archives(home) == []
    assert len(records(home))


def test_a_home_in_use_is_not_reset(home: Home) -> None:
    journal = Journal.open(home)
    with pytest.raises(HomeInUseError):
        reset_command.run(asked(Home.existing(home.path), yes=True))
    journal.close()


def test_nobody_trades_in_an_archive_but_everybody_may_ask_it(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reset_command.run(asked(home, yes=True))
    (archive,) = archives(home)
    past = Home.existing(archive.path)
    with pytest.raises(HomeError, match="archive of an earlier epoch"):
        Journal.open(past)
    capsys.readouterr()
    sql = "select count(*) as fills from fills"
    query.run(Namespace(home=past.path, sql=sql, parquet=None, json=True, csv=False))
    assert json.loads(capsys.readouterr().out) == {"fills": 5}
    assert back_up(past, tmp_path / "past.tar").records


def asked(home: Home, **given: bool) -> Namespace:
    return Namespace(**{"home": home.path, "yes": False, "list": False, "json": True, **given})


def test_a_reset_asks_for_a_word_and_a_script_says_yes(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match="--yes"):
        reset_command.run(asked(home))
    assert archives(home) == []
    reset_command.run(asked(home, yes=True))
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "result": "ok",
        "archive": "1-20260105",
        "epoch": 2,
        "orders_left_behind": 0,
        "positions_left_behind": 1,
    }
    with pytest.raises(ArchiveError, match="nothing has happened"):
        reset_command.run(asked(home, yes=True))
    reset_command.run(asked(home, list=True))
    listed = json.loads(capsys.readouterr().out)["archives"]
    assert listed == [{"archive": "1-20260105", "epoch": 1, "trade_date": DATE}]


def test_working_live_orders_and_a_kill_are_not_left_behind(home: Home, tmp_path: Path) -> None:
    started, *rest = opening()
    live = Home.prepare(tmp_path / "live")
    order = released(1, submit("AAPL", Instruction.BUY, 100, 1_900_000), OPEN)
    write(live, [structs.replace(started, mode="LIVE"), *rest, order])
    with pytest.raises(ArchiveError, match=r"working at a venue \(LIVE\): 1;"):
        reset_command.run(asked(live, yes=True))
    killed = ev.TradingStateChanged(
        OPEN + 80, "PAPER", "*", ev.TradingState.KILLED, True, "enough", Origin.LINE
    )
    write(home, [killed])
    with pytest.raises(ArchiveError, match="PAPER is KILLED, which only a person lifts"):
        reset_command.run(asked(home, yes=True))
    assert archives(live) == archives(home) == []
