"""Opens the market that a person named: the synthetic one, or a recording by its form."""

from collections.abc import Sequence
from pathlib import Path

from connectors.feeds.flow import Flow
from engine.errors import InputError

SYNTHETIC = "sim"
KNOWN_FORMS = (
    "a session recorded by trader, a LOBSTER zip,"
    " a LOBSTER message file with its orderbook file beside it,"
    " LEAN ticks or minute bars (a _trade.zip or _quote.zip, or a folder of one day),"
    " the raw websocket lines of a Binance spot pair (times in nanoseconds and JSON, plain or .gz),"
    " or daily bars (a zip with one csv, or a csv with timestamp, open, high, low, close, volume)"
)
DEFAULT_START = "09:30"
"""What the setting says when nobody has changed it: a recording then starts at its open."""


class MarketError(InputError):
    """What was named is no market that can be opened."""


def open_market(
    kind_or_path: str,
    *,
    symbols: Sequence[str] | None = None,
    seed: int = 1,
    start: str | None = None,
) -> Flow:
    """`sim` is the synthetic market; anything else is the path of a recording.

    `symbols`: of the synthetic market, which of its symbols; of a recording, it must hold them.
    `start` (HH:MM) and `seed` are the synthetic market's. Raises InputError (exit 2).
    """
    if kind_or_path == SYNTHETIC:
        return _synthetic(symbols, seed, start)
    flow = _recording(Path(kind_or_path).expanduser(), start)
    listed = {instrument.symbol for instrument in flow.instruments}
    for symbol in symbols or ():
        if symbol not in listed:
            raise MarketError(f"{kind_or_path} holds {', '.join(sorted(listed))}, not {symbol}")
    return flow


def _synthetic(symbols: Sequence[str] | None, seed: int, start: str | None) -> Flow:
    # Imported on first use: a replay needs none of it.
    from connectors.feeds.synthetic.flow import SyntheticFlow

    chosen = tuple(symbols) if symbols else None
    if start is None:
        return SyntheticFlow(seed, chosen)
    return SyntheticFlow(seed, chosen, start)


def _recording(path: Path, start: str | None) -> Flow:
    from connectors.feeds.lean_names import is_archive_name
    from connectors.feeds.recorded.blocks import is_recorded

    if not path.exists():
        raise MarketError(f"there is no market '{path}': say sim, or the path of a recording")
    if path.is_dir() or is_archive_name(path.name):
        return _lean(path, start)
    if not path.is_file():
        raise MarketError(f"{path} is no file: a recording is {KNOWN_FORMS}")
    if is_recorded(path):
        from connectors.feeds.recorded.flow import RecordedFlow

        return RecordedFlow(path)
    from connectors.feeds.binance.flow import PairFlow, is_pair_recording
    from connectors.feeds.daily_flow import daily_market

    if is_pair_recording(path):
        return PairFlow(path)

    return daily_market(path) or _lobster(path)


def _lean(path: Path, start: str | None) -> Flow:
    from connectors.feeds.bar_flow import bar_day
    from connectors.feeds.lean_names import day_beside, days_in
    from connectors.feeds.tick_flow import tick_day

    days = days_in(path) if path.is_dir() else [day_beside(path)]
    entered = None if start == DEFAULT_START else start
    return tick_day(days, start=entered) if days[0].is_ticks else bar_day(days, start=entered)


def _lobster(path: Path) -> Flow:
    from zipfile import is_zipfile

    from connectors.feeds.lobster_file import open_recording
    from connectors.feeds.lobster_flow import LobsterFlow
    from connectors.feeds.lobster_names import is_book_name, is_message_name

    looks_known = is_message_name(path.name) or is_book_name(path.name)
    if not looks_known and path.suffix.lower() != ".zip" and not is_zipfile(path):
        raise MarketError(f"{path.name} is no recording of a known form: give {KNOWN_FORMS}")
    return LobsterFlow(open_recording(path))
