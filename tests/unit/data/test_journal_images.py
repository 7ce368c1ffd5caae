"""No byte of a journal can change without being harmless, noticed, or behind its head (I-37)."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.errors import HomeError, JournalError
from data.home import Home
from data.journal import Journal

EVERY_NTH_FLIP = 97
"""The first tier samples; `--long` changes every byte."""
RECORDS = 24


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as kill -9 leaves it: half of the journal still in the write-ahead log."""
    home = Home.prepare(tmp_path_factory.mktemp("image") / "home")
    journal = Journal.open(home, instance="TEST", wall_clock=lambda: 7)
    for sequence in range(1, RECORDS + 1):
        journal.append(sequence, sequence, f"record {sequence}".encode() * 3, (b"out",))
        if sequence == RECORDS // 2:
            journal._connection.execute("pragma wal_checkpoint(truncate)")
    killed = home.path.parent / "killed"
    shutil.copytree(home.path, killed)
    journal.close()
    return killed


def payloads(home: Home) -> list[bytes]:
    journal = Journal.open(home)
    try:
        return [block.payload for block in journal.blocks()]
    finally:
        journal.close()


def changed_images(content: bytes, step: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(1)
    for place in range(chance.randrange(step) if step > 1 else 0, len(content), step):
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        yield f"flip {place}", bytes(flipped)
    for place in range(0, len(content), step * 4):
        yield f"cut {place}", content[:place]
    for sector in range(0, len(content), 512 * max(1, step // 16)):
        zeroed = bytearray(content)
        zeroed[sector : sector + 512] = bytes(len(zeroed[sector : sector + 512]))
        yield f"zero {sector}", bytes(zeroed)


def check(image: Path, work: Path, name: str, step: int) -> None:
    expected = [f"record {sequence}".encode() * 3 for sequence in range(1, RECORDS + 1)]
    content = (image / name).read_bytes()
    noticed = 0
    for what, changed in changed_images(content, step):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(image, work)
        (work / name).write_bytes(changed)
        try:
            found = payloads(Home.prepare(work))
        except (JournalError, HomeError):
            noticed += 1
            continue
        assert found == expected, f"{name}: {what} changed what the journal says"
    assert noticed, f"nothing was noticed in {name}: does this test still test anything?"


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal", "head", "chain.key"])
def test_a_changed_byte_never_changes_what_the_journal_says(
    image: Path, tmp_path: Path, name: str
) -> None:
    size = (image / name).stat().st_size
    check(
        image, tmp_path / "work", name, 1 if size < 100 else EVERY_NTH_FLIP * max(1, size // 8192)
    )


@pytest.mark.long
@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
@pytest.mark.timeout(3_600)
def test_every_changed_byte_never_changes_what_the_journal_says(
    image: Path, tmp_path: Path, name: str
) -> None:
    check(image, tmp_path / "work", name, 1)


def test_the_image_itself_is_whole_and_half_in_the_log(image: Path, tmp_path: Path) -> None:
    shutil.copytree(image, tmp_path / "work")
    assert len(payloads(Home.prepare(tmp_path / "work"))) == RECORDS
    shutil.rmtree(tmp_path / "work")
    shutil.copytree(image, tmp_path / "work")
    (tmp_path / "work" / "journal.db-wal").unlink()
    with pytest.raises(JournalError, match=f"ends at sequence {RECORDS // 2}, .* {RECORDS} was"):
        payloads(Home.prepare(tmp_path / "work"))


def test_without_a_head_a_lost_log_would_go_unnoticed(image: Path, tmp_path: Path) -> None:
    """Why the head exists: SQLite itself finds such a journal in perfect order."""
    shutil.copytree(image, tmp_path / "work")
    (tmp_path / "work" / "journal.db-wal").unlink()
    connection = sqlite3.connect(tmp_path / "work" / "journal.db")
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()
