"""`trader kill`: the kill switch of a home from any shell, by the socket or by the KILL file."""

import time
from argparse import Namespace
from collections.abc import Container
from itertools import count
from typing import Any

from commands.engine_door import find_engine
from commands.engine_shell import EngineShell
from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from data.engine_socket import owner_of
from data.home import FILE_MODE, Home
from engine.attachment import KilledTold
from engine.domain.commands import ExitsOnKill
from engine.domain.identity import by_group
from engine.domain.views import OrderRow
from engine.errors import MachineError, TraderError
from engine.ports import Act, DoAct, LineAnswered
from engine.runtime.terminals.messages import Role

TICKET, REASON = "kill", "trader kill"
ANSWER_SECONDS_MAX = 1.0
EVIDENCE_SECONDS_MAX = 3.0
FLATTEN_SECONDS_MAX = 10.0
EXITS = {
    "keep": ExitsOnKill.KEEP,
    "cancel": ExitsOnKill.CANCEL,
    "flatten": ExitsOnKill.FLATTEN,
}
WORDS = {
    "cancelled": "cancelled, acknowledged",
    "filled": "filled before the cancel",
    "sent": "cancel sent, not acknowledged yet",
    "unknown": "unknown: the venue has not said",
    "kept": "kept: it only reduces",
    "refused": "still working: the venue refused to cancel it",
}
OPEN = ("sent", "unknown", "refused")
"""What could still trade and was meant to end."""
KILLED_STATE = "KILLED"
SILENT = (
    "KILLED, and the cancels are sent, but the engine does not say what became of them:"
    " `trader status`"
)


def run(options: Namespace) -> int:
    """0: killed, and every order has ended or was to stay; 1: something has not ended yet."""
    home = Home.existing(options.home)
    try:
        attached = find_engine(home, Role.SHELL)
    except TraderError as silent:
        return _by_file(options, home, str(silent))
    if attached is None:
        return _by_file(options, home, "")
    shell = EngineShell(attached)
    try:
        return _by_socket(options, home, shell)
    finally:
        shell.close()


# ---- through the engine ------------------------------------------------------------------------


def _by_socket(options: Namespace, home: Home, shell: EngineShell) -> int:
    began = time.monotonic()
    shell.ask(DoAct(Act.KILL, exits=EXITS[options.exits], reason=REASON, ticket=TICKET))
    answer = shell.answer(TICKET, ANSWER_SECONDS_MAX)
    milliseconds = (time.monotonic() - began) * 1_000
    if answer is None:
        return _by_file(options, home, f"no answer within {ANSWER_SECONDS_MAX:g} s")
    if not answer.ok:
        raise MachineError(answer.text)
    told = _evidence(options, shell)
    orders = sorted(told.orders, key=lambda row: by_group(row.order_id))
    found = [(row, _known(row, told.kept)) for row in orders]
    is_known = not any(known in OPEN for _, known in found)
    if options.json:
        print(json_line(_fields(shell, answer, milliseconds, found, is_known=is_known)))
    else:
        print(inert("\n".join(_lines(shell, milliseconds, found))))
    return ExitCode.DONE if is_known else ExitCode.CHECK_FAILED


def _evidence(options: Namespace, shell: EngineShell) -> KilledTold:
    """Every order that was open, once the venue has answered for each, or long enough."""
    is_flatten = options.exits == "flatten"
    until = time.monotonic() + (FLATTEN_SECONDS_MAX if is_flatten else EVIDENCE_SECONDS_MAX)
    shell.next_view(ANSWER_SECONDS_MAX)
    for asked in count():
        told = shell.killed(f"{TICKET}-{asked}", ANSWER_SECONDS_MAX)
        if told is None:
            raise MachineError(SILENT)
        is_open = any(_known(row, told.kept) in ("sent", "unknown") for row in told.orders)
        is_closing = is_flatten and any(row.quantity for row in shell.view.positions)
        if not is_open and not is_closing:
            return told
        if not shell.next_view(until - time.monotonic()):
            return told
    raise AssertionError("counting does not end")


def _known(row: OrderRow, kept: Container[int]) -> str:
    """What is known of an order that worked when the switch was thrown."""
    if row.is_done:
        return "filled" if row.state == "filled" else "cancelled"
    if row.state == "unknown" or "unknown" in row.pending:
        return "unknown"
    if row.pending:
        return "sent"
    return "kept" if row.order_id in kept else "refused"


def _fields(
    shell: EngineShell,
    answer: LineAnswered,
    milliseconds: float,
    found: list[tuple[OrderRow, str]],
    *,
    is_known: bool,
) -> dict[str, Any]:
    return {
        "result": "killed" if is_known else "unknown",
        "by": "engine",
        "trading_state": shell.view.trading_state,
        "milliseconds": round(milliseconds, 1),
        "text": answer.text,
        "orders": [
            {"order": row.label, "symbol": row.symbol, "known": known, "state": row.state}
            for row, known in found
        ],
        "positions": shell.held_fields(),
    }


def _lines(shell: EngineShell, milliseconds: float, found: list[tuple[OrderRow, str]]) -> list[str]:
    held = [f"{symbol} {quantity}" for symbol, quantity in shell.held().items()]
    lines = [f"{shell.view.trading_state} after {milliseconds:.0f} ms"]
    lines += [f"  {shell.words_of(row)} — {WORDS[known]}" for row, known in found]
    lines += ["  no order was working"] if not found else []
    lines.append(f"positions: {', '.join(held) or 'none'}")
    return [*lines, '`resume "why"` lets it trade again']


# ---- by the file -------------------------------------------------------------------------------


def _by_file(options: Namespace, home: Home, why: str) -> int:
    """The switch that works when all else is dead; nothing is proved by it."""
    try:
        home.kill_path.touch(mode=FILE_MODE)
    except OSError as error:
        raise MachineError(
            f"{home.kill_path} cannot be written: {error.strerror or error}"
        ) from error
    owner = owner_of(home)
    if owner:
        what = f"{owner} halts within half a second of looking at it"
    else:
        what = "no engine runs here; the next start begins killed"
    if options.exits != "keep":
        what += "; the file keeps exits: --all and --flatten need an engine that answers"
    text = f"the file KILL lies in {home.path}: {what}"
    if options.json:
        print(json_line({"result": "asked", "by": "file", "owner": owner, "why": why,
                         "text": what, "orders": []}))  # fmt: skip
    else:
        print("\n".join([*([why] if why else []), text, "what becomes of orders is not known yet:"
                         " `trader status`, then remove the file"]))  # fmt: skip
    return ExitCode.CHECK_FAILED
