"""Whether a screen can be shown on this terminal at all, asked before an engine is started."""

import codecs
import os
import sys

from engine.errors import InputError

CANNOT_MOVE = ("", "dumb")
WITHOUT = "`--headless`, `--exec LINE` and `trader status` work without a screen"


def check_terminal(term: str | None = None, encoding: str | None = None) -> None:
    """Raises InputError, with what to do, where the screen could only be rubbish (F36).

    Of this process's terminal, where nothing else is given.
    """
    name = os.environ.get("TERM", "") if term is None else term
    if name in CANNOT_MOVE:
        raise InputError(
            f"TERM is '{name}': the screen needs a terminal that moves its cursor; {WITHOUT}"
        )
    encoding = encoding or sys.stdout.encoding or "ascii"
    if codecs.lookup(encoding).name != "utf-8":
        raise InputError(
            f"the locale writes {encoding}, which has no lines and arrows: set LANG to a UTF-8"
            f" locale such as C.UTF-8; {WITHOUT}"
        )
