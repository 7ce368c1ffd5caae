"""Changing one setting in a person's own file: comments stay, nothing wrong is ever written."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from data.errors import SettingsError
from data.home import write_durably
from data.settings.load import check_text
from data.settings.schema import NotASetting, read_value
from data.settings.toml_text import LAST_GOOD_NAME, read_layer


def set_value(path: Path, key: str, text: str) -> Any:
    """Puts `key = text` into the settings file at `path` and returns the value as written.

    The text is taken as TOML where it fits (`250000`, `true`, `["AAPL"]`), else as a word. The new
    file is checked as a whole before it takes the old one's place. Raises SettingsError.
    """
    import tomlkit

    value = _value(key, text)
    before = ""
    if path.exists():
        read_layer(path)
        before = path.read_text(encoding="utf-8")
    document = tomlkit.parse(before)
    table, _, name = key.partition(".")
    if table not in document:
        document.add(table, tomlkit.table())
    document[table][name] = value
    after = tomlkit.dumps(document)
    check_text(after, str(path))
    write_durably(path, after.encode())
    keep_as_good(path)
    return value


def keep_as_good(path: Path) -> None:
    """Remembers a file that was just read without complaint, to be offered when one is broken."""
    if path.exists():
        write_durably(path.with_name(LAST_GOOD_NAME), path.read_bytes())


def _value(key: str, text: str) -> Any:
    problem: NotASetting | None = None
    for value in _candidates(text):
        try:
            read_value(key, value)
        except NotASetting as error:
            problem = problem or error
            continue
        return float(value) if isinstance(value, Decimal) else value
    raise SettingsError(f"{key}: {problem}")


def _candidates(text: str) -> list[Any]:
    try:
        return [tomllib.loads(f"value = {text}\n", parse_float=Decimal)["value"], text]
    except (tomllib.TOMLDecodeError, ValueError, ArithmeticError, RecursionError):
        return [text]
