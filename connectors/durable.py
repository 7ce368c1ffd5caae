"""The small file that a connector keeps in a home: what has left, durable before it leaves."""

import sqlite3
from pathlib import Path


def open_durable(path: Path, schema: str) -> sqlite3.Connection:
    """Made if it is missing, for its owner alone; a commit is on the disk when it returns.

    One writer: the home's lock is the engine's. Raises OSError or sqlite3.Error.
    """
    path.touch(mode=0o600)
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("pragma journal_mode=wal")
    database.execute("pragma synchronous=full")
    database.executescript(schema)
    return database
