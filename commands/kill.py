"""`trader kill`: the kill switch of a home from any shell, by the socket or by the KILL file."""

import time
from argparse import Namespace
from typing import Any

from commands.engine_door import find_engine
from commands.engine_shell import EngineShell, working
from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from data.engine_socket import owner_of
from data.home import FILE_MODE, Home
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
}
KILLED_STATE = "KILLED"


def run(options: Namespace) -> int:
    """0: killed, and every order is known; 1: something is not known yet."""
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
    before = {row.order_id for row in working(shell.view)}
    began = time.monotonic()
    shell.ask(DoAct(Act.KILL, exits=EXITS[options.exits], reason=REASON, ticket=TICKET))
    answer = shell.answer(TICKET, ANSWER_SECONDS_MAX)
    milliseconds = (time.monotonic() - began) * 1_000
    if answer is None:
        return _by_file(options, home, f"no answer within {ANSWER_SECONDS_MAX:g} s")
    if not answer.ok:
        raise MachineError(answer.text)
    _wait_for_evidence(options, shell, before)
    orders = [row for row in shell.view.orders if row.order_id in before]
    orders.sort(key=lambda row: by_group(row.order_id))
    found = [(row, _known(row)) for row in orders]
    is_known = all(known not in ("sent", "unknown") for _, known in found)
    if options.json:
        print(json_line(_fields(shell, answer, milliseconds, found, is_known=is_known)))
    else:
        print(inert("\n".join(_lines(shell, milliseconds, found))))
    return ExitCode.DONE if is_known else ExitCode.CHECK_FAILED


def _wait_for_evidence(options: Namespace, shell: EngineShell, before: set[Any]) -> None:
    """Until the venue has answered for every order, or long enough."""
    is_flatten = options.exits == "flatten"
    until = time.monotonic() + (FLATTEN_SECONDS_MAX if is_flatten else EVIDENCE_SECONDS_MAX)
    shell.next_view(ANSWER_SECONDS_MAX)
    while time.monotonic() < until:
        rows = [row for row in shell.view.orders if row.order_id in before]
        is_open = any(_known(row) in ("sent", "unknown") for row in rows)
        is_closing = is_flatten and any(row.quantity for row in shell.view.positions)
        if not is_open and not is_closing:
            return
        if not shell.next_view(until - time.monotonic()):
            return


def _known(row: OrderRow) -> str:
    """What is known of an order that worked when the switch was thrown."""
    if row.is_done:
        return "filled" if row.state == "filled" else "cancelled"
    if row.state == "unknown" or "unknown" in row.pending:
        return "unknown"
    return "sent" if row.pending else "kept"


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
