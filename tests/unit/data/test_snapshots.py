"""A snapshot saves a start the replay; one that cannot be relied on costs nothing but the time."""

from argparse import Namespace
from pathlib import Path

import pytest
from msgspec import structs

from commands import doctor, verify
from data.backup import back_up, restore
from data.errors import BackupError, JournalDamagedError
from data.home import Home
from data.journal.database import About
from data.journal.snapshots import SNAPSHOTS_KEPT, Snapshots, snapshot_files
from engine.domain.apply import state_hash
from engine.runtime.recovery import Recovered, Recovery, recover, replay
from tests.unit.data.desk_on_disk import DeskOnDisk, open_journal


@pytest.fixture
def desk(tmp_path: Path) -> DeskOnDisk:
    """Traded in two sittings, with a snapshot after each."""
    desk = DeskOnDisk(Home.prepare(tmp_path / "home"))
    for _ in range(2):
        desk.trade(lines=7)
        desk.keep_snapshot()
    desk.trade(lines=4)
    return desk


def recovered(home: Home) -> tuple[Recovered, tuple[str, ...]]:
    """Heard while the journal is opened, which is to be the same as read from it afterwards."""
    heard = Recovery()
    journal = open_journal(home, heard)
    try:
        found = heard.done(journal)
        afterwards = recover(journal, instance=journal.instance, epoch=journal.epoch)
        assert everything_in(found) == everything_in(afterwards)
        return found, journal.remarks
    finally:
        journal.close()


def everything_in(found: Recovered) -> tuple[object, ...]:
    sizes = found.sequence, found.replayed, found.left_at, found.remark
    kept = state_hash(found.state), found.history.places, found.tail.records
    lives = [found.history.of(order_id) for order_id in found.state.orders]
    return *sizes, *kept, lives


def whole_replay(home: Home) -> str:
    journal = open_journal(home)
    try:
        return replay(journal.blocks(), instance=journal.instance, epoch=journal.epoch)[1]
    finally:
        journal.close()


def test_a_start_replays_only_what_came_after_the_snapshot(desk: DeskOnDisk) -> None:
    found, remarks = recovered(desk.home)
    covered = int(snapshot_files(desk.home.snapshots_path)[-1].stem)
    assert found.replayed == found.sequence - covered > 0
    assert state_hash(found.state) == whole_replay(desk.home)
    assert remarks == ()


def test_the_life_of_an_order_from_before_the_snapshot_is_read_from_the_journal(
    desk: DeskOnDisk,
) -> None:
    journal = open_journal(desk.home)
    by_snapshot = recover(journal, instance="TEST", epoch=1)
    for file in snapshot_files(desk.home.snapshots_path):
        file.unlink()
    by_replay = recover(journal, instance="TEST", epoch=1)
    lives = [by_snapshot.history.of(order_id) for order_id in by_replay.state.orders]
    assert lives == [by_replay.history.of(order_id) for order_id in by_replay.state.orders]
    assert all(lives)
    assert max(map(len, lives)) > 2
    assert by_snapshot.tail.records == by_replay.tail.records
    journal.close()


def test_the_two_newest_are_kept_and_nothing_else(desk: DeskOnDisk) -> None:
    (desk.home.snapshots_path / ".0000000000000001.snapshot.new").write_bytes(b"cut off")
    desk.keep_snapshot()
    kept = sorted(path.name for path in desk.home.snapshots_path.iterdir())
    assert kept == [path.name for path in snapshot_files(desk.home.snapshots_path)]
    assert len(kept) == SNAPSHOTS_KEPT


def test_a_damaged_snapshot_is_ignored_with_a_word_and_the_older_one_used(desk: DeskOnDisk) -> None:
    older, newest = snapshot_files(desk.home.snapshots_path)
    content = bytearray(newest.read_bytes())
    content[-40] ^= 1
    newest.write_bytes(content)
    found, remarks = recovered(desk.home)
    assert found.replayed == found.sequence - int(older.stem)
    assert remarks == (
        f"the snapshot {newest.name} is damaged or belongs to another journal and was ignored",
    )
    assert state_hash(found.state) == whole_replay(desk.home)


def test_without_any_good_snapshot_the_whole_journal_is_replayed(desk: DeskOnDisk) -> None:
    for file in snapshot_files(desk.home.snapshots_path):
        file.write_bytes(b"")
    found, remarks = recovered(desk.home)
    assert found.replayed == found.sequence
    assert len(remarks) == 2


def test_a_sealed_snapshot_that_does_not_come_back_costs_a_whole_replay(desk: DeskOnDisk) -> None:
    """What it covers was not read while the journal was opened: it is read after all."""
    journal = open_journal(desk.home)
    taken = recover(journal, instance="TEST", epoch=1).snapshot()
    journal.keep_snapshot(structs.replace(taken, state_hash="00" * 16))
    journal.close()
    desk.trade(lines=3)
    found, _ = recovered(desk.home)
    assert found.replayed == found.sequence > taken.sequence
    assert found.remark == (
        f"the snapshot at sequence {taken.sequence:,} was ignored and the whole journal replayed:"
        " it does not come back as the state that it was taken of"
    )
    assert state_hash(found.state) == whole_replay(desk.home)


def test_damage_that_a_replay_comes_upon_while_it_hears_ends_the_start(desk: DeskOnDisk) -> None:
    desk.change("update blocks set payload = x'00' where number = (select max(number) from blocks)")
    with pytest.raises(JournalDamagedError, match="does not fit the chain"):
        open_journal(desk.home, Recovery())


def test_a_snapshot_beyond_the_end_halts_and_names_both_sequences(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    """A journal put back from an older copy, without anybody noticing but the snapshot."""
    short = DeskOnDisk(Home.prepare(tmp_path / "short"))
    short.home.key_path.write_bytes(desk.home.key_path.read_bytes())
    short.trade(lines=1)
    short.home.snapshots_path.mkdir()
    newest = snapshot_files(desk.home.snapshots_path)[-1]
    (short.home.snapshots_path / newest.name).write_bytes(newest.read_bytes())
    ends = short.last_sequence()
    with pytest.raises(
        JournalDamagedError, match=f"ends at sequence {ends}, .* {int(newest.stem)} was"
    ):
        open_journal(short.home)


def test_a_snapshot_of_another_past_of_the_same_desk_is_ignored(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    other = DeskOnDisk(Home.prepare(tmp_path / "other"), quantity=50)
    other.home.key_path.write_bytes(desk.home.key_path.read_bytes())
    other.trade(lines=40)
    newest = snapshot_files(desk.home.snapshots_path)[-1]
    other.home.snapshots_path.mkdir()
    (other.home.snapshots_path / newest.name).write_bytes(newest.read_bytes())
    found, remarks = recovered(other.home)
    assert remarks == (
        f"the snapshot {newest.name} does not fit the journal's chain and was ignored",
    )
    assert found.replayed == found.sequence


def test_a_snapshot_without_its_journal_is_no_fresh_start(desk: DeskOnDisk) -> None:
    for name in ("journal.db", "journal.db-wal", "journal.db-shm", "head"):
        (desk.home.path / name).unlink(missing_ok=True)
    with pytest.raises(JournalDamagedError, match="is gone, but there are snapshots"):
        open_journal(desk.home)


def test_behind_the_snapshot_every_block_is_still_held_against_the_chain(desk: DeskOnDisk) -> None:
    desk.change("update blocks set payload = x'00' where number = (select max(number) from blocks)")
    with pytest.raises(JournalDamagedError, match="does not fit the chain"):
        open_journal(desk.home)


def test_a_head_that_a_power_loss_left_behind_the_snapshot_is_still_held_against_the_chain(
    desk: DeskOnDisk,
) -> None:
    desk.put_head_back_to(block=2)
    journal = open_journal(desk.home)
    assert journal.last_sequence == desk.last_sequence()
    journal.close()
    desk.put_head_back_to(block=2, chain=bytes(32))
    with pytest.raises(JournalDamagedError, match="its head differ at sequence"):
        open_journal(desk.home)


def verified(desk: DeskOnDisk, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = verify.run(Namespace(home=desk.home.path, json=False))
    written = capsys.readouterr()
    return code, written.out + written.err


def test_verify_holds_every_snapshot_against_the_replay(
    desk: DeskOnDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(desk, capsys)[0] == 0
    older, _ = snapshot_files(desk.home.snapshots_path)
    older.write_bytes(older.read_bytes()[:-1])
    code, said = verified(desk, capsys)
    assert (code, said) == (
        1,
        f"trader: the snapshot {older.name} is damaged or belongs to another journal;"
        " a start ignores it\n",
    )


def test_verify_notices_a_snapshot_that_was_sealed_of_a_wrong_state(
    desk: DeskOnDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a bug of ours in the fold would leave: seal and chain fit, the state does not."""
    journal = open_journal(desk.home)
    wrong = recover(journal, instance="TEST", epoch=1)
    wrong.state.accounts["PAPER"].cash += 1
    journal.keep_snapshot(wrong.snapshot())
    journal.close()
    code, said = verified(desk, capsys)
    assert code == 1
    assert "is of another state than the replay gives" in said


def test_doctor_says_what_a_start_has_to_replay(
    desk: DeskOnDisk, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Namespace(
        home=desk.home.path, json=False, keys=False, parts=False, config=None, venue=None
    )
    doctor.run(options)
    covered, last = int(snapshot_files(desk.home.snapshots_path)[-1].stem), desk.last_sequence()
    assert f"ok          snapshots  a start replays {last - covered} of {last} records" in (
        capsys.readouterr().out
    )
    for file in snapshot_files(desk.home.snapshots_path):
        file.write_bytes(b"")
    doctor.run(options)
    assert f"attention   snapshots  none yet: a start replays all {last} records; the snapshot" in (
        capsys.readouterr().out
    )


def test_a_snapshot_of_an_older_version_is_ignored_and_then_replaced(desk: DeskOnDisk) -> None:
    """Sealed by this desk, but folded by other code: what that made of the events is not known."""
    newest = snapshot_files(desk.home.snapshots_path)[-1]
    content = bytearray(newest.read_bytes()[:-32])
    content[72] ^= 1
    about = About(1, "TEST", 1)
    key = desk.home.chain_key()
    assert key is not None
    seal = Snapshots(desk.home.snapshots_path, key, about)._seal(content)
    newest.write_bytes(content + seal)
    _, remarks = recovered(desk.home)
    assert remarks == (
        f"the snapshot {newest.name} was taken by another version of this program and was ignored",
    )
    desk.keep_snapshot()
    assert recovered(desk.home)[1] == ()


def test_a_home_with_snapshots_takes_no_restore_and_a_restored_home_none_of_the_old_epoch(
    desk: DeskOnDisk, tmp_path: Path
) -> None:
    back_up(desk.home, tmp_path / "desk.tar")
    other = Home.prepare(tmp_path / "other")
    other.snapshots_path.mkdir()
    newest = snapshot_files(desk.home.snapshots_path)[-1]
    (other.snapshots_path / newest.name).write_bytes(newest.read_bytes())
    with pytest.raises(BackupError, match=f"has a journal already .{newest.name}"):
        restore(other, tmp_path / "desk.tar")
    (other.snapshots_path / newest.name).unlink()
    restore(other, tmp_path / "desk.tar")
    (other.snapshots_path / newest.name).write_bytes(newest.read_bytes())
    found, remarks = recovered(other)
    assert len(remarks) == 1
    assert found.replayed == found.sequence
    assert found.state.epoch == 2
