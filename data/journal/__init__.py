"""The append-only journal of one home: what happened, durable before anybody hears of it."""

from data.journal.journal import Journal
from data.journal.reader import JournalReader

__all__ = ["Journal", "JournalReader"]
