"""`trader recordings`: what was recorded in this home, and how to play it."""

import sys
from argparse import Namespace
from typing import Any

from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from commands.recording import shelf_of
from connectors.feeds.recorded.shelf import MEBIBYTE, Kept
from data.home import Home
from data.settings import load_settings
from engine.runtime.market_time import exchange_clock, iso_utc
from engine.values import NANOS_PER_SECOND


def run(options: Namespace) -> int:
    """One line a recording, the oldest first; exit 0 also where there is none."""
    home = Home.existing(options.home)
    settings = load_settings(home.settings_path, options.config)
    kept = shelf_of(home, settings).kept()
    total = sum(one.size for one in kept)
    if options.json:
        for one in kept:
            sys.stdout.write(json_line(_fields(one)) + "\n")
        result = {"result": "ok", "recordings": len(kept), "bytes": total}
        sys.stdout.write(json_line(result) + "\n")
        return ExitCode.DONE
    if not kept:
        sys.stdout.write("nothing is recorded in this home\n")
        return ExitCode.DONE
    for one in kept:
        sys.stdout.write(inert(_line(one)) + "\n")
    limit = settings.record.mib_max
    sys.stdout.write(
        f"{len(kept):,} in {kept[0].path.parent}, {total / MEBIBYTE:,.1f} of {limit:,} MiB;"
        " play one with --market PATH\n"
    )
    return ExitCode.DONE


def _line(one: Kept) -> str:
    if not one.trade_date:
        return f"{one.path.name:<22}  {one.problem}"
    day = f"{one.trade_date // 10_000}-{one.trade_date // 100 % 100:02d}-{one.trade_date % 100:02d}"
    begin, end = (exchange_clock(at, digits=0) for at in (one.first_at, one.last_at))
    words = [
        f"{one.path.name:<22}",
        day,
        f"{begin}–{end}",
        f"{one.market:<12}",
        f"{_length(one):>8}",
        f"{one.size / MEBIBYTE:>8,.1f} MiB",
        f"{one.own_fills:>4,} fills",
    ]
    if one.lost:
        words.append(f"{one.lost:,} frames lost")
    if one.problem:
        words.append(one.problem)
    return "  ".join(words)


def _length(one: Kept) -> str:
    seconds = (one.last_at - one.first_at) // NANOS_PER_SECOND
    return f"{seconds // 3_600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _fields(one: Kept) -> dict[str, Any]:
    return {
        "recording": one.path.name,
        "market": one.market,
        "trade_date": one.trade_date,
        "from": iso_utc(one.first_at) if one.trade_date else None,
        "to": iso_utc(one.last_at) if one.trade_date else None,
        "bytes": one.size,
        "frames": one.frames,
        "lost": one.lost,
        "own_fills": one.own_fills,
        "problem": one.problem,
    }
