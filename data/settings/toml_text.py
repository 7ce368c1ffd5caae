"""One settings file as text: read strictly, every key with the line it stands on."""

import os
import re
import stat
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import SettingsError

SETTINGS_BYTES_MAX = 1 << 20
LAST_GOOD_NAME = "config.good.toml"

_TABLE = re.compile(r"^\s*\[{1,2}\s*([^\]#]+?)\s*\]{1,2}")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_\"'-]+)*)\s*=")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class SettingsLayer(NamedTuple):
    """What one source says: values by `table.key`, and where each stands."""

    source: str
    values: dict[str, Any]
    lines: dict[str, int]

    def place(self, key: str) -> str:
        """`config.toml line 7`, as exact as is known."""
        line = self.lines.get(key) or self.lines.get(key.partition(".")[0])
        return f"{self.source} line {line}" if line else self.source


ADMINISTRATOR = 0
"""Settings for everybody on a machine may be its administrator's."""


def read_layer(path: Path, *, source: str | None = None, is_shipped: bool = False) -> SettingsLayer:
    """Reads a settings file. Raises SettingsError naming file and line, or why it is not read.

    A shipped file is as trustworthy as the program beside it, whatever a checkout's umask was.
    """
    source = source or str(path)
    try:
        status = path.stat()
        if not is_shipped and stat.S_ISREG(status.st_mode) and status.st_mode & 0o022:
            raise SettingsError(f"{source}: others can change this file; run: chmod go-w '{path}'")
        if not is_shipped and status.st_uid not in (ADMINISTRATOR, os.geteuid()):
            raise SettingsError(f"{source} belongs to another user (id {status.st_uid})")
        with path.open("rb") as file:
            content = file.read(SETTINGS_BYTES_MAX + 1)
    except OSError as error:
        raise SettingsError(f"{source} cannot be read: {os.strerror(error.errno or 0)}") from error
    if len(content) > SETTINGS_BYTES_MAX:
        raise SettingsError(f"{source} is larger than {SETTINGS_BYTES_MAX >> 20} MiB: no settings")
    if not content and stat.S_ISREG(status.st_mode):
        raise SettingsError(f"{source} is empty, as a file is that was cut off; remove it")
    try:
        return parse_layer(content.decode(), source)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SettingsError(f"{source} line {line}: not UTF-8 text") from error


def parse_layer(text: str, source: str) -> SettingsLayer:
    """Settings text to values by dotted key. Raises SettingsError."""
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError, ArithmeticError) as error:
        raise SettingsError(_not_toml(str(error), text, source)) from error
    lines = _lines(text)
    values: dict[str, Any] = {}
    for table, content in tables.items():
        if not isinstance(content, dict):
            values[table] = content
            continue
        if not content:
            values.setdefault(f"{table}.", None)
        for key, value in content.items():
            values[f"{table}.{key}"] = value
    return SettingsLayer(source, values, lines)


def _not_toml(problem: str, text: str, source: str) -> str:
    found = _AT_LINE.search(problem)
    line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
    return f"{source} line {line}: {_AT_LINE.sub('', problem)}"


def _lines(text: str) -> dict[str, int]:
    """Line of every table and key, good enough to look it up; the values came from tomllib."""
    table = ""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _plain(header[1])
            lines.setdefault(table, number)
        elif assignment := _KEY.match(line):
            key = _plain(assignment[1])
            lines.setdefault(f"{table}.{key}" if table else key, number)
    return lines


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
