"""How an engine was started, in words that a later command line can be held against."""

import math
from argparse import Namespace
from pathlib import Path

from data.settings import Settings

SIM = "sim"
PAPER = "paper"
NOT_GIVEN = ""


def arguments_of(options: Namespace) -> list[str]:
    """The command line of an engine for this session; paths no longer depend on a folder."""
    words: list[str] = []
    for flag, value in (("--home", options.home), ("--config", options.config)):
        if value is not None:
            words += [flag, str(Path(value).expanduser().absolute())]
    if options.venue != PAPER:
        words += ["--venue", options.venue]
    if options.seed is not None:
        words += ["--seed", str(options.seed)]
    if options.market is not None:
        words += ["--market", _market(options.market)]
    if options.symbols:
        words += ["--symbols", ",".join(options.symbols)]
    if options.latency is not None:
        words += ["--latency", options.latency]
    if options.speed is not None:
        words += ["--speed", _speed(options.speed)]
    for flag, is_given in (
        ("--read-only", options.read_only),
        ("--live", options.live),
        ("--record", options.record),
        ("--no-record", options.no_record),
    ):
        words += [flag] if is_given else []
    if options.live_typed:
        words += ["--live-typed", options.live_typed]
    return words


def how_started(
    options: Namespace, settings: Settings, *, seed: int, latency: str, is_recorded: bool
) -> dict[str, str]:
    """A flag a line, with what is in effect where it was not given."""
    speed = settings.market.speed if options.speed is None else options.speed
    return {
        "--venue": options.venue,
        "--market": _market(options.market or settings.market.kind),
        "--symbols": ",".join(options.symbols or settings.market.symbols),
        "--seed": str(seed),
        "--latency": latency,
        "--speed": _speed(speed),
        "--config": str(options.config.expanduser().absolute()) if options.config else NOT_GIVEN,
        "--read-only": "yes" if options.read_only else "no",
        "--live": "yes" if options.live else "no",
        "--record": "yes" if is_recorded else "no",
        "--no-record": "no" if is_recorded else "yes",
    }


def contradictions(options: Namespace, how: dict[str, str]) -> list[str]:
    """What this line asks for that the running engine is not, a phrase each."""
    asked = {
        "--venue": options.venue if options.venue != PAPER else None,
        "--market": _market(options.market) if options.market is not None else None,
        "--symbols": ",".join(options.symbols) if options.symbols else None,
        "--seed": str(options.seed) if options.seed is not None else None,
        "--latency": options.latency,
        "--speed": _speed(options.speed) if options.speed is not None else None,
        "--config": str(options.config.expanduser().absolute()) if options.config else None,
        "--read-only": "yes" if options.read_only else None,
        "--live": "yes" if options.live else None,
        "--record": "yes" if options.record else None,
        "--no-record": "yes" if options.no_record else None,
    }
    found = []
    for flag, value in asked.items():
        running = how.get(flag, NOT_GIVEN)
        if value is not None and value != running:
            is_switch = value == "yes"
            wanted = flag if is_switch else f"{flag} {value}"
            found.append(f"{wanted} (it runs with {_running(flag, running)})")
    return found


def _running(flag: str, value: str) -> str:
    if value in ("no", NOT_GIVEN):
        return f"no {flag}"
    return f"{flag} {value}"


def _market(market: object) -> str:
    return SIM if str(market) == SIM else str(Path(str(market)).expanduser().absolute())


def _speed(speed: float) -> str:
    return "max" if math.isinf(speed) else f"{speed:g}"
