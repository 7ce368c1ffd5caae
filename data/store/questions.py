"""`engine.ports.Questions` for the screen: a bounded answer, as text."""

from itertools import islice
from typing import Any

from data.home import Home
from data.store.ask import ask
from engine.ports import QuestionResult

ROWS_SHOWN_MAX = 10_000


class StoreQuestions:
    """Asks the store of one home; raises QueryError, StoreError or JournalError as `ask` does."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def ask(self, sql: str, rows_max: int) -> QuestionResult:
        """At most `rows_max` rows (and never more than 10,000); `truncated` says there are more."""
        limit = min(max(rows_max, 0), ROWS_SHOWN_MAX)
        with ask(self._home, sql) as answer:
            rows = [tuple(_text(value) for value in row) for row in islice(answer.rows, limit + 1)]
        return QuestionResult(answer.columns, tuple(rows[:limit]), truncated=len(rows) > limit)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
