"""The blotter's list of what needs a person: what is known, the worst case, and what settles it."""

from rich.style import Style

from engine.domain.attention import AttentionRow
from tui.clock import age_text
from tui.columns import Column
from tui.host import Host
from tui.paint import clean

ATTENTION_COLUMNS = (
    Column("label", 6, 0, right=False, gap=0, title="#"),
    Column("kind", 7, 1, right=False, title=""),
    Column("symbol", 7, 2, right=False),
    Column("age", 4, 5),
    Column("worst", 16, 3, right=False, title="at worst"),
    Column("known", 28, 4, right=False, title="what is known"),
)


def attention_cell(host: Host, row: AttentionRow, name: str) -> tuple[str, Style]:
    """(text, style) under a column, by the column's name."""
    ink = host.ink
    match name:
        case "label":
            return clean(row.label or "—", limit=20), ink.strong
        case "kind":
            return row.kind, ink.caution
        case "symbol":
            return clean(row.symbol, limit=24), ink.text
        case "age":
            return age_text(max(0, host.view.market_at - row.at)), ink.quiet
        case "worst":
            return clean(row.worst, limit=60), ink.caution
        case _:
            return clean(row.known, limit=200), ink.text
