"""A backup is a whole, verified copy; put back, it starts a new epoch."""

import json
import tarfile
from argparse import Namespace
from pathlib import Path

import pytest

from commands import backup as backup_command
from commands import restore as restore_command
from commands import verify
from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.settings import Sent
from data.backup import back_up, restore
from data.errors import BackupError, JournalDamagedError, JournalUnreadableError
from data.home import Home
from data.journal import Journal, JournalReader
from engine.errors import InputError
from tests.unit.data.desk_records import a_day, ending, write


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.prepare(tmp_path / "home")
    write(home, a_day())
    return home


def verified(home: Home, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    code = verify.run(Namespace(home=home.path, json=True))
    return code, json.loads(capsys.readouterr().out)


def test_a_restored_home_has_the_same_events_under_a_new_epoch(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.settings_path.write_text("[screen]\ntheme = 'light'\n")
    taken = back_up(home, tmp_path / "desk.tar")
    other = Home.prepare(tmp_path / "other")
    put_back = restore(other, tmp_path / "desk.tar")
    assert (put_back.records, put_back.digest) == (taken.records, taken.digest)
    with JournalReader(home) as before, JournalReader(other) as after:
        assert list(before.verified_blocks()) == list(after.verified_blocks())
        assert (before.instance, before.epoch) == (after.instance, 1)
        assert after.epoch == 2
    assert (
        verified(other, capsys)[1]["journal_digest"] == verified(home, capsys)[1]["journal_digest"]
    )
    assert other.settings_path.read_text() == home.settings_path.read_text()


def test_a_restored_home_goes_on_where_the_backup_ended(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "desk.tar")
    other = Home.prepare(tmp_path / "other")
    restore(other, tmp_path / "desk.tar")
    write(other, ending())
    with JournalReader(other) as journal:
        assert len(list(journal.verified_blocks())) > 1


def test_a_backup_is_taken_while_an_engine_writes(home: Home, tmp_path: Path) -> None:
    journal = Journal.open(home)
    first = journal.last_sequence + 1
    journal.append(first, first, b"in the log only", ())
    taken = back_up(home, tmp_path / "desk.tar")
    journal.append(first + 1, first + 1, b"later", ())
    journal.close()
    assert taken.records == first


def test_nothing_that_exists_is_ever_replaced(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "desk.tar"
    back_up(home, file)
    before = file.read_bytes()
    with pytest.raises(BackupError, match="is there already") as caught:
        back_up(home, file)
    assert caught.value.exit_code == 3
    with pytest.raises(BackupError, match="has a journal already"):
        restore(home, file)
    assert file.read_bytes() == before
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_backup_does_not_lie_in_the_home_that_it_is_a_copy_of(home: Home) -> None:
    with pytest.raises(InputError, match="lies in the trader home"):
        back_up(home, home.path / "desk.tar")
    assert not (home.path / "desk.tar").exists()


def with_sessions(home: Home) -> None:
    """A session that has said five messages."""
    memory = SessionMemory(SessionStore(home.fix_path), "DESK>VENUE", 0)
    memory.next_in, memory.next_out = 4, 6
    memory.keep(Sent(5, "D", b"an order" * 200))
    memory.counts_from(4)
    memory.commit()
    memory.close()


def sessions_of(home: Home) -> SessionMemory:
    return SessionMemory(SessionStore(home.fix_path), "DESK>VENUE", 0)


def test_sessions_come_back_with_their_numbers_and_wait_for_a_person(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_sessions(home)
    file, other = tmp_path / "desk.tar", tmp_path / "other"
    assert backup_command.run(Namespace(home=home.path, file=file, json=False)) == 0
    assert restore_command.run(Namespace(home=other, file=file, json=False)) == 0
    assert "its FIX sessions do not log on by themselves" in capsys.readouterr().out
    before, after = sessions_of(home), sessions_of(Home.existing(other))
    assert (after.next_in, after.next_out) == (4, 6) and after.sent(5) == before.sent(5)
    assert "restored from a backup" in after.held and not before.held
    assert Home.existing(other).fix_path.stat().st_mode & 0o077 == 0


def test_no_session_store_is_replaced_by_one_of_a_backup(home: Home, tmp_path: Path) -> None:
    with_sessions(home)
    back_up(home, tmp_path / "desk.tar")
    other = Home.prepare(tmp_path / "other")
    with_sessions(other)
    with pytest.raises(BackupError, match=r"fix\.db"):
        restore(other, tmp_path / "desk.tar")


def test_sessions_that_were_changed_in_the_backup_are_not_put_back(
    home: Home, tmp_path: Path
) -> None:
    with_sessions(home)
    file = tmp_path / "desk.tar"
    back_up(home, file)
    content = bytearray(file.read_bytes())
    place = content.index(b"an order")
    content[place] ^= 0x55
    file.write_bytes(content)
    other = Home.prepare(tmp_path / "other")
    with pytest.raises(BackupError, match="FIX sessions that were changed"):
        restore(other, file)
    assert not other.journal_path.exists() and not other.fix_path.exists()


def test_every_cut_and_any_flipped_byte_of_a_backup_is_noticed_or_harmless(
    home: Home, tmp_path: Path
) -> None:
    file = tmp_path / "desk.tar"
    back_up(home, file)
    whole = file.read_bytes()
    with JournalReader(home) as journal:
        expected = list(journal.verified_blocks())
    for place in range(0, len(whole), len(whole) // 40):
        cut, flipped = whole[:place], bytearray(whole)
        flipped[place] ^= 0x55
        for name, content in ((f"cut{place}", cut), (f"flip{place}", bytes(flipped))):
            file.write_bytes(content)
            other = Home.prepare(tmp_path / name)
            try:
                restore(other, file)
            except (BackupError, JournalDamagedError, JournalUnreadableError):
                assert not other.journal_path.exists()
                continue
            with JournalReader(other) as journal:
                assert list(journal.verified_blocks()) == expected


def test_a_tar_with_other_members_puts_nothing_anywhere(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "evil.tar"
    (tmp_path / "payload").write_text("x")
    with tarfile.open(file, "w") as archive:
        archive.add(tmp_path / "payload", arcname="../escaped")
        archive.add(tmp_path / "payload", arcname="/tmp/escaped")
    other = Home.prepare(tmp_path / "other")
    with pytest.raises(BackupError, match="is missing"):
        restore(other, file)
    assert not (tmp_path / "escaped").exists()
    assert sorted(path.name for path in other.path.iterdir()) == ["logs", "owner.lock"]


def test_the_commands_say_what_they_did(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "desk.tar", tmp_path / "other"
    assert backup_command.run(Namespace(home=home.path, file=file, json=True)) == 0
    taken = json.loads(capsys.readouterr().out)
    assert restore_command.run(Namespace(home=other, file=file, json=True)) == 0
    put_back = json.loads(capsys.readouterr().out)
    assert put_back == {**taken, "epoch": 2}


def test_verify_is_clean_corrupt_or_unreadable(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = verified(home, capsys)
    assert (code, found["ok"], found["events"]) == (0, True, len(a_day()))
    assert verified(Home(tmp_path / "nowhere"), capsys)[0] == 2
    content = bytearray(home.journal_path.read_bytes())
    place = content.index(b"met the queue")
    content[place] ^= 1
    home.journal_path.write_bytes(bytes(content))
    code, found = verified(home, capsys)
    assert (code, found["ok"]) == (1, False)
    assert isinstance(found["sequence"], int)
    home.key_path.unlink()
    assert verified(home, capsys)[0] == 2


def test_verify_finds_records_that_were_written_wrong(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = Journal.open(home)
    first = journal.last_sequence + 1
    journal.append(first, first + 2, b"\x92\x01\x90", ())
    journal.close()
    code, found = verified(home, capsys)
    assert (code, found["sequence"]) == (1, first)
