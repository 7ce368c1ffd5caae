"""`trader check-fills`: queue assumptions against the order-by-order truth of a recorded day."""

import json
import sys
from pathlib import Path

import msgspec

from commands.exit_codes import ExitCode
from connectors.feeds.lobster_file import open_recording
from connectors.paper.fills_check import check_fills, trials_of
from connectors.paper.fills_summary import FillsCheck, played_alone, summary_of


def run(
    recording: Path, orders: int, seed: int, levels: int, infer_aggressor: bool, json_output: bool
) -> int:
    """0 when the pessimistic and the front place bound the truth of every order, else 1.

    Raises RecordingError (exit 2) where a file cannot be read.
    """
    opened = open_recording(recording)
    trials = trials_of(opened, orders=orders, seed=seed)
    tells = not infer_aggressor
    compared = check_fills(opened, trials, levels=levels, tells_aggressor=tells, progress=_progress)
    alone = played_alone(
        opened, compared, levels=levels, tells_aggressor=tells, progress=_progress_alone
    )
    result = summary_of(compared, alone)
    if json_output:
        print(json.dumps(msgspec.to_builtins(result), separators=(",", ":")))
    else:
        print("\n".join(lines_of(result)))
    return ExitCode.DONE if result.is_bounded else ExitCode.CHECK_FAILED


def lines_of(result: FillsCheck) -> list[str]:
    """A table of the markets, then how the bounds held."""
    lines = [f"{result.orders:,} resting orders, {result.shares_asked:,} shares"]
    for market, shares in result.shares_filled.items():
        whole = result.orders_filled[market]
        seconds = result.seconds_to_fill[market]
        lines.append(f"{market:13}{shares:8,} shares, {whole:4,} whole, mean {seconds:8.3f} s")
    lines.append(
        f"orders beyond a bound: {result.too_much} filled too much, {result.too_little} too little,"
        f" {result.too_early} too early, {result.too_late} too late"
    )
    judged = sum(result.estimates.values())
    if judged:
        told = ", ".join(f"{count / judged:.0%} {word}" for word, count in result.estimates.items())
        lines.append(f"estimated waits against their 25–75 % band: {told} ({judged:,} judged)")
    if result.disturbed:
        noun = "order is" if result.disturbed == 1 else "orders are"
        lines.append(
            f"{result.disturbed} {noun} within the bounds only when played alone: an earlier order"
            " of the experiment had changed the recorded book"
        )
    return lines


def _progress(done: int, lanes: int) -> None:
    """Also where nobody watches: a log says then how far a run came that was cut off."""
    print(f"{done} of {lanes} passes over the day", file=sys.stderr, flush=True)


def _progress_alone(done: int, orders: int) -> None:
    print(f"{done} of {orders} orders beyond a bound played alone", file=sys.stderr, flush=True)
