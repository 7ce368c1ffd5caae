"""`trader status`: how the engine of a home stands, from any shell; 0 it answers, 1 there is none,
7 it does not answer."""

from argparse import Namespace
from typing import Any

from commands.engine_door import find_engine
from commands.engine_shell import EngineShell, as_words, nobody_there, working
from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from data.engine_socket import owner_of
from data.home import Home
from engine.domain.residence import place_in_words, residence_of
from engine.domain.views import DeskView, OrderRow, Severity
from engine.instruments import format_money
from engine.runtime.market_time import iso_utc, time_of_day
from engine.runtime.terminals.attaching import EngineSilentError
from engine.runtime.terminals.messages import Role

STALE_MS = 3_000
"""Without a terminal the engine makes a view a second; one much older is a stall."""


def run(options: Namespace) -> int:
    """Changes nothing."""
    home = Home.existing(options.home)
    try:
        attached = find_engine(home, Role.SHELL)
    except EngineSilentError as silent:
        return _no_answer(options, home, str(silent))
    if attached is None:
        return _none(options, home)
    shell = EngineShell(attached)
    try:
        fields = fields_of(shell)
    finally:
        shell.close()
    if options.json:
        print(json_line(fields))
    else:
        print(inert("\n".join(_lines(shell, fields))))
    return ExitCode.ENGINE_FAULT if fields["result"] == "stalled" else ExitCode.DONE


def _none(options: Namespace, home: Home) -> int:
    owner = owner_of(home)
    if options.json:
        result = "in_process" if owner else "none"
        print(json_line({"result": result, **({"owner": owner} if owner else {})}))
    elif owner:
        print(f"a session without an engine of its own runs in {home.path}: {owner}")
    else:
        print(nobody_there(home))
    return ExitCode.CHECK_FAILED


def _no_answer(options: Namespace, home: Home, why: str) -> int:
    owner = owner_of(home)
    if options.json:
        print(json_line({"result": "stalled", "owner": owner, "text": why}))
    else:
        print(f"{why}; the home belongs to {owner or 'nobody'}")
    return ExitCode.ENGINE_FAULT


def fields_of(shell: EngineShell) -> dict[str, Any]:
    """What `--json` says."""
    view, welcome = shell.view, shell.welcome
    orders = working(view)
    is_stalled = welcome.view_age_ms > STALE_MS
    return {
        "result": "stalled" if is_stalled else "ok",
        "process": welcome.process,
        "version": welcome.version,
        "since": welcome.since,
        "cpu_seconds": f"{welcome.cpu_ms / 1_000:.1f}",
        "mode": view.mode,
        "market": view.market,
        "speed": view.speed,
        "clock": iso_utc(view.market_at),
        "phase": view.phase.word,
        "trading_state": view.trading_state,
        "trading_reason": view.trading_reason,
        "conditions": [
            {"code": condition.code, "text": condition.text} for condition in view.conditions
        ],
        "read_only": welcome.is_read_only,
        "working": [_order(shell, row) for row in orders],
        "unknown": view.attention,
        "positions": shell.held_fields(),
        "day": None if view.account.day is None else format_money(view.account.day),
        "links": {link.name: link.severity.name.lower() for link in view.links},
        "lines": {link.name: link.detail for link in view.links if link.detail},
        "terminals": welcome.terminals,
        "control": welcome.someone_has_control,
    }


def _order(shell: EngineShell, row: OrderRow) -> dict[str, Any]:
    return {
        "order": row.label,
        "symbol": row.symbol,
        "state": row.state,
        "text": shell.words_of(row),
        "lives": residence_of(row, shell.view.mode).name.lower(),
        "place": place_in_words(row, shell.view.mode),
    }


def _lines(shell: EngineShell, fields: dict[str, Any]) -> list[str]:
    view, welcome = shell.view, shell.welcome
    reason = f" ({view.trading_reason})" if view.trading_reason else ""
    stalled = f"  STALLED: last view {welcome.view_age_ms / 1_000:.0f} s ago"
    since = as_words(welcome.since)
    return [
        f"engine     process {welcome.process}, trader {welcome.version}, since {since},"
        f" {fields['cpu_seconds']} CPU seconds{stalled if fields['result'] == 'stalled' else ''}",
        f"market     {view.mode}  {view.market} {view.speed}  {time_of_day(fields['clock'])}"
        f" {view.phase.word}",
        f"trading    {view.trading_state}{reason}",
        *(f"now        {condition.text}" for condition in view.conditions),
        f"terminals  {_terminals(welcome.terminals, has_control=welcome.someone_has_control)}",
        f"links      {_links(view)}",
        *(f"line       {link.detail}" for link in view.links if link.detail),
        f"day        {fields['day'] or 'not known'}",
        f"orders     {len(fields['working'])} working, {view.attention} unknown",
        *(f"  {shell.words_of(row)}  ({_place(view, row)})" for row in working(view)),
        f"positions  {len(fields['positions'])}",
        *(f"  {symbol} {quantity}" for symbol, quantity in shell.held().items()),
    ]


def _place(view: DeskView, row: OrderRow) -> str:
    return place_in_words(row, view.mode)


def _terminals(count: int, *, has_control: bool) -> str:
    if not count:
        return "none attached"
    return f"{count} attached, {'one of them has control' if has_control else 'none has control'}"


def _links(view: DeskView) -> str:
    return "  ".join(
        f"{link.name} {'ok' if link.severity is Severity.OK else link.text or link.severity.name}"
        for link in view.links
    )
