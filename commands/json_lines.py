"""The one spelling of a JSON line on stdout, for every command."""

import json
from typing import Any

from commands.inert import escaped


def json_line(fields: Any) -> str:
    """Compact, as UTF-8 text without its end; inert at a terminal too.

    Raises ValueError for a number that JSON has not.
    """
    return escaped(json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
