"""Whether the store says exactly what the journal says: the same fold, beside it, in memory."""

import duckdb

from data.home import Home
from data.journal import JournalReader
from data.store.ask import reading
from data.store.feeder import feed_blocks, take_until
from data.store.load import Loader, table_digests
from data.store.lock import store_lock
from data.store.schema import SCHEMA_VERSION

NO_STORE = "there is no store yet"


def differences(home: Home, journal: JournalReader) -> tuple[str, ...]:
    """One sentence for each table that differs from a fold of the journal up to the store's mark.

    Raises StoreError when the store cannot be read.
    """
    if not home.store_path.exists():
        return ()
    with store_lock(home), reading(home) as connection:
        found = Loader(connection).high_water()
        if found is None or (found.instance, found.epoch) != (journal.instance, journal.epoch):
            return ("the store holds another journal or epoch: run trader rebuild",)
        if found.schema_version != SCHEMA_VERSION:
            return ()  # made by an older program: whoever asks the store next makes it anew
        if found.sequence > journal.last_sequence():
            return (
                f"the store holds records up to {found.sequence}, beyond the journal's end at"
                f" {journal.last_sequence()}",
            )
        if found.sequence and journal.link_at(found.block) != found.link:
            return (
                f"the store tells of other records than the journal up to {found.sequence}: run"
                " trader rebuild",
            )
        stored = table_digests(connection)
    with duckdb.connect() as fresh:
        loader = Loader(fresh)
        loader.create(journal.instance, journal.epoch)
        feed_blocks(loader, take_until(journal.blocks(), found.sequence))
        expected = table_digests(fresh)
    return tuple(
        f"the table {name} has {stored[name][0]:,} rows that differ from the"
        f" {expected[name][0]:,} of the journal: run trader rebuild"
        for name in expected
        if stored[name] != expected[name]
    )
