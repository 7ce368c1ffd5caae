"""The blotter's list of ghosts: what the trader really did in the session that is replayed."""

from rich.style import Style

from engine.domain.views import DeskView, GhostFillRow, GhostRow
from engine.values import Liquidity
from tui.clock import microseconds_text
from tui.columns import Column
from tui.host import Host
from tui.paint import clean, price_text, quantity_text, side_style

Ghost = GhostRow | GhostFillRow

GHOST_COLUMNS = (
    Column("time", 15, 0, gap=0),
    Column("number", 5, 1, title="#"),
    Column("what", 6, 2, right=False, title=""),
    Column("side", 5, 3, right=False),
    Column("quantity", 7, 4, title="qty"),
    Column("symbol", 7, 5, right=False),
    Column("price", 9, 6),
    Column("state", 18, 7, right=False),
    Column("text", 40, 8, right=False, title=""),
)


def ghosts_of(view: DeskView) -> list[Ghost]:
    """Orders and executions together, newest first."""
    rows: list[Ghost] = [*view.ghosts, *view.ghost_fills]
    return sorted(rows, key=lambda row: (row.at, isinstance(row, GhostFillRow)), reverse=True)


def ghost_key(row: Ghost) -> object:
    """What a cursor holds on to."""
    if isinstance(row, GhostRow):
        return ("ghost", row.at, row.name)
    return ("ghost fill", row.at, row.name, row.quantity)


def ghost_cell(host: Host, row: Ghost, name: str) -> tuple[str, Style]:
    """(text, style) under a column, by the column's name."""
    ink = host.ink
    is_fill = isinstance(row, GhostFillRow)
    match name:
        case "time":
            return microseconds_text(row.at, host.zone), ink.quiet
        case "number":
            return row.name, ink.quiet
        case "what":
            return ("fill" if is_fill else "order"), ink.quiet
        case "side":
            return row.instruction.name, side_style(ink, row.instruction)
        case "quantity":
            return quantity_text(host.instrument(row.symbol), row.quantity), ink.text
        case "symbol":
            return clean(row.symbol, limit=24), ink.text
        case "price":
            return _price(host, row), ink.text
        case "state":
            return _state(host, row), ink.quiet
        case _:
            return clean(row.explanation if isinstance(row, GhostFillRow) else row.text), ink.quiet


def _price(host: Host, row: Ghost) -> str:
    price = row.price
    if isinstance(row, GhostRow) and not row.type.has_limit:
        if not row.stop:
            return "MKT"
        price = row.stop
    return price_text(host.instrument(row.symbol), price)


def _state(host: Host, row: Ghost) -> str:
    if isinstance(row, GhostFillRow):
        return "maker" if row.liquidity is Liquidity.MAKER else "taker"
    known = host.instrument(row.symbol)
    done = f"{quantity_text(known, row.filled)}/{quantity_text(known, row.quantity)}"
    return f"{row.state} {done}" if row.filled else row.state
