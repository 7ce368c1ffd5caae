"""Questions that come with the product: one file each, whose first line says what a row means."""

from datetime import date
from pathlib import Path

from data.errors import QueryError

QUESTIONS = Path(__file__).parent.parent / "sql"
PART_OF_REALISM = "realism_"


def canned_names() -> dict[str, str]:
    """What a row means, by the name of each question that is a report of its own."""
    return {
        file.stem: file.read_text().partition("\n")[0].removeprefix("-- one row per ")
        for file in sorted(QUESTIONS.glob("*.sql"))
        if not file.stem.startswith(PART_OF_REALISM)
    }


def canned_question(name: str, first: date | None = None, last: date | None = None) -> str:
    """Its SQL for trade dates from `first` to `last`. Raises QueryError for a name without one."""
    if name not in canned_names():
        known = ", ".join(("realism", *canned_names()))
        raise QueryError(f"there is no report {name}; there are: {known}")
    sql = (QUESTIONS / f"{name}.sql").read_text()
    return sql.replace("$first", _literal(first)).replace("$last", _literal(last))


def _literal(day: date | None) -> str:
    return "null::date" if day is None else f"date '{day.isoformat()}'"
