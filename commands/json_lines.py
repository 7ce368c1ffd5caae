"""The one spelling of a JSON line on stdout, for every command."""

import json
from typing import Any


def json_line(fields: Any) -> str:
    """Compact, as UTF-8 text without its end. Raises ValueError for a number that JSON has not."""
    return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
