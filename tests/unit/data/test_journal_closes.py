"""A journal that cannot be opened leaves nothing open behind."""

import gc
import sqlite3
import warnings
from pathlib import Path

import pytest

from data.errors import JournalError
from data.home import Home
from data.journal import Journal


def test_a_file_that_is_no_journal_leaves_no_connection_open(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    Journal.open(home, instance="TEST").close()
    home.journal_path.write_bytes(b"not a database" * 1000)
    gc.collect()
    before = _open_connections()
    with warnings.catch_warnings(), pytest.raises(JournalError):
        warnings.simplefilter("ignore")
        Journal.open(home)
    assert _open_connections() == before


def _open_connections() -> int:
    """Connections that the collector can see and that still answer."""
    return sum(_answers(each) for each in gc.get_objects() if isinstance(each, sqlite3.Connection))


def _answers(connection: sqlite3.Connection) -> bool:
    try:
        assert connection.total_changes >= 0  # raises on a closed connection
    except sqlite3.ProgrammingError:
        return False
    return True
