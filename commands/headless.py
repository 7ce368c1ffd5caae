"""A session without a screen: a script or a clock against the market, to an orderly end."""

import math
import signal
import time as wall
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

import msgspec

from commands.costs import BASE_CURRENCY
from commands.desk import DeskParts, line_notes, open_desk
from commands.exit_codes import ExitCode
from commands.faults import keep_details
from commands.output import Output, OutputLostError
from engine.domain.commands import Kill, Origin
from engine.domain.ledger.figures import account_figures
from engine.domain.luck import Luck
from engine.domain.records import Record
from engine.domain.reports import SessionEnded
from engine.errors import InputError, TraderError
from engine.instruments import Instrument, format_money
from engine.language import syntax as syn
from engine.runtime.collector import calm
from engine.runtime.failstop import fail_stop
from engine.runtime.host import FOREVER, AsFastAsItGoes, Host
from engine.runtime.luck import LuckTally
from engine.runtime.market_time import at_time_of_day, exchange_clock
from engine.runtime.narration import Narrator
from engine.runtime.pace import WallPace
from engine.runtime.preview_acts import preview_any
from engine.runtime.preview_words import preview_fields
from engine.runtime.recovery import is_event
from engine.runtime.resolve import Context
from engine.runtime.script import Outcome, ScriptNumbers, ScriptResult, ScriptRunner
from engine.values import NANOS_PER_SECOND, Money, Nanos, OrderId

KILL_FILE_EVERY_SECONDS = 0.5
PROGRESS_EVERY_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Each ends the session in order, unless whoever started it said that it is to be ignored."""

OUTCOMES = {
    Outcome.OK: ("ok", ExitCode.DONE),
    Outcome.FAILED: ("failed", ExitCode.CHECK_FAILED),
    Outcome.DENIED: ("denied", ExitCode.ORDER_DENIED),
}


def run_headless(options: Namespace, script: syn.Script | None) -> int:
    """The exit code of the command line's table; the last line on stdout is the result."""
    with _Interruption.heard() as interruption:
        interruption.is_urgent = True
        parts = open_desk(options)
        output = Output(as_json=options.json)
        interruption.is_urgent = False
        try:
            code = _HeadlessSession(options, script, parts, output, interruption).run()
            output.raise_if_lost()
            return code
        finally:
            for sentence in parts.close():
                output.say(sentence)


class _Interruption:
    """Remembers a signal until the session is between two steps, where it can end in order."""

    def __init__(self) -> None:
        self.has_come = False
        self.is_urgent = False
        """Nothing is open yet that could be left half done: end at once."""

    @classmethod
    @contextmanager
    def heard(cls) -> Iterator["_Interruption"]:
        interruption = cls()
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, interruption._note)
        try:
            yield interruption
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, number: int, frame: object) -> None:
        self.has_come = True
        if self.is_urgent:
            raise KeyboardInterrupt


class _HeadlessSession:
    """One run of a desk, and every way in which it can end."""

    def __init__(
        self,
        options: Namespace,
        script: syn.Script | None,
        parts: DeskParts,
        output: Output,
        interruption: _Interruption,
    ) -> None:
        self._options = options
        self._script = script
        self._parts = parts
        self._output = output
        self._interruption = interruption
        self._numbers = ScriptNumbers(parts.session.state.order_next)
        state = parts.session.state
        self._luck = LuckTally(parts.session.market, lambda symbol: state.instruments[symbol])
        self._gone_at_the_end: dict[OrderId, str] = {}
        """Why the end of the script cancels an order; the runner says it, the narrator tells it."""
        self._looked_at = self._progress_at = wall.monotonic()

    def run(self) -> int:
        for remark in self._parts.remarks:
            self._output.say(remark)
        if self._parts.recording is not None:
            self._output.say(self._parts.recording.remark)
        self._listen()
        runner = self._runner(self._until())
        calm()
        try:
            return self._run(runner)
        except (BrokenPipeError, OutputLostError):
            raise
        except Exception as fault:
            # The host loop's door without a screen: nothing more is decided, a person is told.
            return self._stopped(fault)

    def _run(self, runner: ScriptRunner) -> int:
        try:
            self._attend(at_once=True)
            goes_on = self._script is None or self._options.until is not None
            result = runner.run(self._script or syn.Script(()), goes_on=goes_on)
        except KeyboardInterrupt:
            self._leave_open()
            self._output.result({"result": "interrupted", **self._summary(runner.so_far())})
            self._output.say(f"interrupted: {self._what_stays()}")
            self._say_realism()
            return ExitCode.INTERRUPTED
        except (BrokenPipeError, OutputLostError):
            self._leave_open()
            raise
        return self._ended(result)

    # ── while it runs ──────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        narrator = Narrator(self._parts.session.state, self._numbers.name, self._gone_at_the_end)

        def narrate(record: Record) -> None:
            fields = narrator.tell(record.body) if is_event(record) else None  # type: ignore[arg-type]
            if fields is not None:
                self._output.event(fields)

        for record in self._parts.opening:
            narrate(record)
        self._parts.session.listen(narrate)
        for record in self._parts.tail.records:
            self._luck.note(record)
        self._parts.session.listen(self._luck.note)

    def _until(self) -> Nanos:
        """Raises InputError for a time at which the market already is; then nothing was run."""
        clock: time | None = self._options.until
        if clock is None:
            return FOREVER
        host = self._parts.host
        seconds = clock.hour * 3_600 + clock.minute * 60 + clock.second
        date = self._parts.session.state.trade_date
        until = at_time_of_day(date, seconds * NANOS_PER_SECOND)
        if until > host.now:
            return until
        host.submit(SessionEnded("it never began", clean=not self._parts.was_resumed))
        now = exchange_clock(host.now)
        raise InputError(f"--until {clock:%H:%M:%S} has passed: the market stands at {now}")

    def _runner(self, until: Nanos) -> ScriptRunner:
        options, host = self._options, self._parts.host
        speed = math.inf if options.speed is None else options.speed
        set_pace(host, speed)
        host.attend = self._attend
        return ScriptRunner(
            host,
            account=self._parts.account,
            numbers=self._numbers,
            say=self._output.say,
            preview=_previewer(self._parts, self._output),
            until=until,
            read_only=options.read_only,
            ended=self._gone_at_the_end,
            set_speed=lambda factor: set_pace(host, factor),
        )

    def _attend(self, *, at_once: bool = False) -> None:
        """Between two steps: who interrupts, the KILL file, a reader that went away, progress."""
        if self._interruption.has_come:
            raise KeyboardInterrupt
        self._output.raise_if_lost()
        now = wall.monotonic()
        if at_once or now - self._looked_at >= KILL_FILE_EVERY_SECONDS:
            self._looked_at = now
            self._heed_kill_file()
            for remark in (*self._parts.disk.attend(), *line_notes(self._parts)):
                self._output.say(remark)
        if now - self._progress_at >= PROGRESS_EVERY_SECONDS:
            self._progress_at = now
            clock = exchange_clock(self._parts.host.now, digits=0)
            working = len(self._parts.session.state.live)
            self._output.progress(f"{clock} market time, {working:,} working")

    def _heed_kill_file(self) -> None:
        parts = self._parts
        account = parts.session.state.accounts[parts.account]
        if parts.home.kill_is_asked() and not account.trading.latched:
            self._output.say(f"the file {parts.home.kill_path} is there: KILL")
            parts.host.submit(Kill(account.account, reason="KILL file", origin=Origin.DESK))

    # ── how it ends ────────────────────────────────────────────────────────────────────────────

    def _ended(self, result: ScriptResult) -> int:
        """A clean end, after which the market begins anew; orders that stay keep their places."""
        if self._options.read_only and self._parts.session.state.live:
            self._leave_open()
        else:
            self._parts.host.leave()
            reason = "the script ended" if self._script else "the market ended"
            self._parts.host.submit(SessionEnded(reason, clean=True))
        word, code = OUTCOMES[result.outcome]
        fields = {"result": word, **self._summary(result)}
        if result.problem:
            fields["error"] = result.problem
        self._output.result(fields)
        if result.problem:
            self._output.say(result.problem)
        self._say_realism()
        return code

    def _say_realism(self) -> None:
        told = self._parts.realism.line
        if told:
            self._output.say(told)

    def _leave_open(self) -> None:
        """No end of the session: the next start goes on from here."""
        self._parts.host.leave()

    def _what_stays(self) -> str:
        working = len(self._parts.session.state.live)
        if not working:
            return "no order was working; the next start goes on from here"
        noun = "order stays" if working == 1 else "orders stay"
        if self._parts.venue.live is not None:
            return f"{working:,} working {noun} at the venue and may fill without you"
        return f"{working:,} working {noun} in the home; the next start goes on from here"

    def _stopped(self, fault: Exception) -> int:
        stopped = fail_stop(self._parts.session, fault)
        text = stopped.text
        if not isinstance(fault, TraderError):
            text += "; " + keep_details(fault, self._options)
        self._output.result({"result": "fault", "error": stopped.text})
        self._output.say(text)
        return stopped.exit_code

    def _summary(self, result: ScriptResult) -> dict[str, Any]:
        parts = self._parts
        account = parts.session.state.accounts[parts.account]
        figures = account_figures(account, parts.session.state, parts.session.market)
        known = parts.session.state.instruments
        held = {
            symbol: known[symbol].quantity_field(position.quantity)
            for symbol, position in sorted(account.positions.items())
            if position.quantity
        }
        summary: dict[str, Any] = {
            "orders": result.orders,
            "fills": result.fills,
            "cash": format_money(account.cash),
            "positions": held,
            "realised": format_money(figures.realised_day),
            "fees": format_money(figures.fees_day),
        }
        if account.fees_pending:
            summary["fees_provisional"] = account.fees_pending
        if account.purses:
            cash = account.cash_by_currency()
            summary["cash_by_currency"] = {c: format_money(money) for c, money in cash.items()}
        if parts.presence is not None and parts.paper is not None:
            taken = {"shares_taken": parts.paper.shares_taken}
            summary["presence"] = {**msgspec.structs.asdict(parts.presence), **taken}
        luck = self._luck.luck()
        if luck is not None:
            summary["luck"] = _luck_fields(luck, figures.day)
        return summary


def _luck_fields(luck: Luck, day: Money | None) -> dict[str, Any]:
    """The day's profit by assumption, the booked one first; None without a mark."""
    by_assumption: dict[str, str | None] = {luck.booked: None if day is None else format_money(day)}
    for name, more in luck.more:
        by_assumption[name] = None if day is None else format_money(Money(day + more))
    return {
        "booked": luck.booked,
        "orders": luck.orders,
        "differ": luck.differ,
        "day": by_assumption,
    }


def set_pace(host: Host, speed: float) -> None:
    """The market follows the wall at this factor; infinity: as fast as it goes. The time of a
    venue beyond a line is everybody's."""
    if host.venue.live is None:
        host.pace = AsFastAsItGoes() if math.isinf(speed) else WallPace.alone(speed)


def _previewer(
    parts: DeskParts, output: Output
) -> Callable[[syn.OrderLine | syn.PreviewedLine, Context], None]:
    """`?` lines: what would happen, as a result of its own."""

    def preview(line: syn.OrderLine | syn.PreviewedLine, context: Context) -> None:
        now = parts.session.now
        told = preview_any(line, "", context, parts.venue, now)
        unknown = Instrument(told.symbol, currency=BASE_CURRENCY)
        known = parts.session.state.instruments.get(told.symbol, unknown)
        output.event(preview_fields(told, known, now))

    return preview
