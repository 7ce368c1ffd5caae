"""A trading session: from a script without a screen, or at the workstation."""

import json
import math
import signal
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import msgspec

from commands.desk import DeskParts, open_desk
from commands.exit_codes import ExitCode
from connectors.feeds.lobster_presence import Presence
from engine.domain.commands import Origin
from engine.domain.ledger.figures import account_figures
from engine.domain.records import Record
from engine.domain.reports import SessionEnded
from engine.errors import InputError
from engine.instruments import format_money
from engine.language import syntax as syn
from engine.language.parser import parse_script
from engine.runtime.host import FOREVER, AsFastAsItGoes
from engine.runtime.live import WallPace
from engine.runtime.market_time import at_time_of_day, iso_utc
from engine.runtime.narration import Narrator, sentence
from engine.runtime.preview import preview_line, room_for
from engine.runtime.recovery import is_event
from engine.runtime.resolve import Context
from engine.runtime.script import Outcome, ScriptNumbers, ScriptResult, ScriptRunner
from engine.values import NANOS_PER_SECOND, Nanos

SCRIPT_BYTES_MAX = 8 * 1024 * 1024


def run(options: Namespace) -> int:
    """Exit codes of the command line's table; a script is read whole before anything is opened."""
    script = _script(options)
    if options.headless:
        return _headless(options, script)
    from commands.screen import run_screen

    return run_screen(options, script)


def _script(options: Namespace) -> syn.Script | None:
    """The lines of `--script` or `--exec`. Raises InputError naming line and column."""
    if options.script is None and not options.exec_lines:
        return None
    text, name = "\n".join(options.exec_lines), "--exec"
    if options.script is not None:
        name = str(options.script)
        text = sys.stdin.read() if name == "-" else _read(Path(name))
    parsed = parse_script(text)
    if isinstance(parsed, list):
        first = "\n".join(problem.render() for problem in parsed)
        raise InputError(f"{name}: nothing was sent\n{first}")
    return parsed


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > SCRIPT_BYTES_MAX:
            raise InputError(f"{path}: a script has at most {SCRIPT_BYTES_MAX:,} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1:,} is not UTF-8 text") from error


# ── without a screen ───────────────────────────────────────────────────────────────────────────


class Output:
    """Results on stdout, one JSON object or one sentence a line; everything else on stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def event(self, fields: dict[str, Any]) -> None:
        self._write(json.dumps(fields, ensure_ascii=False) if self.as_json else sentence(fields))

    def result(self, fields: dict[str, Any]) -> None:
        if self.as_json:
            self._write(json.dumps(fields, ensure_ascii=False))
            return
        held = ", ".join(f"{s} {q:+,}" for s, q in fields["positions"].items()) or "flat"
        self._write(
            f"{fields['result']}: {fields['orders']} orders, {fields['fills']} fills, "
            f"cash {fields['cash']}, {held}, realised {fields['realised']}, fees {fields['fees']}"
        )
        if "presence" in fields:
            self._write(_presence_words(fields["presence"]))

    @staticmethod
    def _write(line: str) -> None:
        sys.stdout.write(line + "\n")

    @staticmethod
    def say(text: str) -> None:
        sys.stderr.write(f"trader: {text}\n")


def _presence_words(fields: dict[str, int]) -> str:
    taken = fields["shares_taken"]
    counts = {key: value for key, value in fields.items() if key != "shares_taken"}
    return Presence(**counts).sentence(shares_taken=taken)


def _headless(options: Namespace, script: syn.Script | None) -> int:
    parts = open_desk(options)
    output = Output(as_json=options.json)
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        if parts.was_resumed:
            output.say("the last session was cut off; the market goes on where it stood")
        return _run_headless(options, script, parts, output)
    except KeyboardInterrupt:
        parts.host.checkpoint_now()
        output.say("interrupted: working orders stay in the home and stand there at the next start")
        return ExitCode.INTERRUPTED
    finally:
        sys.stdout.flush()
        parts.close()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _run_headless(
    options: Namespace, script: syn.Script | None, parts: DeskParts, output: Output
) -> int:
    host, state = parts.host, parts.session.state
    numbers = ScriptNumbers(state.order_next)
    narrator = Narrator(state, numbers.of)

    def narrate(record: Record) -> None:
        fields = narrator.tell(record.body) if is_event(record) else None  # type: ignore[arg-type]
        if fields is not None:
            output.event(fields)

    parts.session.listen(narrate)
    speed = math.inf if options.speed is None else options.speed
    host.pace = AsFastAsItGoes() if math.isinf(speed) else WallPace.alone(speed)
    until = _until(options.until, state.trade_date)
    runner = ScriptRunner(
        host,
        account=parts.settings.paper.account,
        numbers=numbers,
        say=output.say,
        preview=_previewer(parts, output),
        until=until,
    )
    goes_on = script is None or options.until is not None
    result = runner.run(script or syn.Script(()), goes_on=goes_on)
    host.submit(SessionEnded("the script ended" if script else "the market ended", clean=True))
    output.result(_summary(parts, result))
    if result.problem:
        output.say(result.problem)
    return {
        Outcome.OK: ExitCode.DONE,
        Outcome.FAILED: ExitCode.CHECK_FAILED,
        Outcome.DENIED: ExitCode.ORDER_DENIED,
    }[result.outcome]


def _until(clock: time | None, trade_date: int) -> Nanos:
    if clock is None:
        return FOREVER
    seconds = clock.hour * 3_600 + clock.minute * 60 + clock.second
    return at_time_of_day(trade_date, seconds * NANOS_PER_SECOND)


def _previewer(parts: DeskParts, output: Output) -> Callable[[syn.OrderLine], None]:
    """`?` lines: what would happen, as a result of its own."""

    def preview(line: syn.OrderLine) -> None:
        session = parts.session
        context = Context(
            state=session.state,
            market=session.market,
            account=parts.settings.paper.account,
            origin=Origin.SCRIPT,
            symbol="",
            number=lambda number: None,
            room=lambda order: room_for(order, session.state, session.market),
        )
        told = preview_line(line, "", context, parts.venue, session.now)
        output.event(
            {
                "at": iso_utc(session.now),
                "event": "preview",
                "line": told.echo,
                "allowed": told.is_valid,
                "outcome": told.outcome,
                "notional": format_money(told.notional),
                "fee": format_money(told.fee),
                "cash_after": format_money(told.cash_after),
                "room": told.room if told.room >= 0 else None,
                "text": told.problem,
            }
        )

    return preview


def _summary(parts: DeskParts, result: ScriptResult) -> dict[str, Any]:
    account = parts.session.state.accounts[parts.settings.paper.account]
    figures = account_figures(
        account.cash, account.positions, parts.session.state.instruments, parts.session.market
    )
    summary: dict[str, Any] = {
        "result": {Outcome.OK: "ok", Outcome.FAILED: "failed", Outcome.DENIED: "denied"}[
            result.outcome
        ],
        "orders": result.orders,
        "fills": result.fills,
        "cash": format_money(account.cash),
        "positions": {
            symbol: position.quantity
            for symbol, position in sorted(account.positions.items())
            if position.quantity
        },
        "realised": format_money(figures.realised_day),
        "fees": format_money(figures.fees_day),
    }
    if parts.presence is not None:
        taken = {"shares_taken": parts.venue.shares_taken}
        summary["presence"] = {**msgspec.structs.asdict(parts.presence), **taken}
    return {**summary, "error": result.problem} if result.problem else summary
