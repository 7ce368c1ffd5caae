"""Runs a script against a host: line by line, in market time, with the same outcome every time."""

from collections.abc import Callable

from engine.domain import events as ev
from engine.domain.commands import CancelOrder, Command, Origin, SubmitOrder
from engine.domain.contingent.protection import protected_quantity
from engine.domain.identity import group_of, leg_of
from engine.domain.ledger.figures import account_figures
from engine.domain.orders import Order, state_word
from engine.domain.quotes import Phase
from engine.domain.records import Record
from engine.domain.risk.proposal import propose
from engine.domain.risk.rules.breakers import SLOWED_BY
from engine.domain.risk.rules.sessions import is_settling
from engine.domain.state import State
from engine.instruments import format_money, parse_money
from engine.language import syntax as syn
from engine.language.printer import print_line, print_order_number
from engine.runtime.denials import Denial, codes_of, named
from engine.runtime.host import FOREVER, Host
from engine.runtime.market_time import at_time_of_day, exchange_clock
from engine.runtime.order_numbers import order_of_day
from engine.runtime.preview import room_for
from engine.runtime.replay import Refused, ScriptTime
from engine.runtime.resolve import Context, UnresolvedError, instrument_of, resolve, size_in_units
from engine.runtime.script_numbers import ScriptNumbers as ScriptNumbers
from engine.runtime.script_result import Failure as Failure
from engine.runtime.script_result import Outcome as Outcome
from engine.runtime.script_result import ScriptResult as ScriptResult
from engine.values import NANOS_PER_SECOND, Money, Nanos, OrderId, TimeInForce

SCRIPT_RATE_COUNTED_MAX = 1_000
"""A rate above this many orders a second (R12) is none: nothing is waited for."""
READ_ONLY = "this session is read-only: nothing can be sent, cancels included"
DRAIN_AT_MOST, SETTLES_WITHIN = 5 * NANOS_PER_SECOND, 30 * NANOS_PER_SECOND
"""Market time that reports in flight get at the end of a script."""


class ScriptRunner:
    """One script on one host. `say` gets diagnostics that are no results."""

    def __init__(
        self,
        host: Host,
        *,
        account: str,
        numbers: ScriptNumbers,
        say: Callable[[str], None],
        preview: Callable[[syn.OrderLine | syn.PreviewedLine, Context], None],
        until: Nanos = FOREVER,
        read_only: bool = False,
        ended: dict[OrderId, str] | None = None,
        set_speed: Callable[[float], None] = lambda factor: None,
    ) -> None:
        """`until` is the market time at which the session ends, whatever lines are left.

        `read_only`: a line that would send something ends the script, and its end sends nothing.
        `ended` gets the orders that the end of the script cancels, each with why, for who tells it.
        `set_speed` lets the market follow the wall at a factor, infinity for as fast as it goes.
        """
        self._host = host
        self._account = account
        self._numbers = numbers
        self._say = say
        self._preview = preview
        self._until = until
        self._read_only = read_only
        self._ended = {} if ended is None else ended
        self._sent: list[Nanos] = []
        self._denials: list[Denial] = []
        self._fills = 0
        self._orders = 0
        self._was_open = False
        self._time = ScriptTime(host, self._run_to, set_speed)
        host.session.listen(self._note)

    # ── what the session says ──────────────────────────────────────────────────────────────────

    def _note(self, record: Record) -> None:
        event = record.body
        if isinstance(event, ev.OrderDenied):
            self._orders += not leg_of(event.order_id)
            self._deny(event)
        elif isinstance(event, ev.ReplaceDenied) and event.findings:
            # Without findings there was nothing to change: refused, but by no rule.
            self._deny(event)
        elif isinstance(event, ev.OrderReleased):
            # An exit belongs to its entry's number, or to that of the two without one.
            self._orders += not leg_of(event.order_id)
        elif isinstance(event, ev.OrderHeld) and leg_of(event.order_id) == 1:
            self._orders += group_of(event.order_id) not in self._state.orders
        elif isinstance(event, ev.OrderFilled):
            self._fills += 1

    def _deny(self, event: ev.OrderDenied | ev.ReplaceDenied) -> None:
        name = self._numbers.text(self._state.orders[event.order_id])
        self._denials.append(Denial(event.order_id, codes_of(event.findings), name))

    @property
    def _state(self) -> State:
        return self._host.session.state

    # ── running ────────────────────────────────────────────────────────────────────────────────

    def run(self, script: syn.Script, *, goes_on: bool, ends: bool = True) -> ScriptResult:
        """Every line in its turn, then the end of the session.

        `goes_on`: after the last line the market runs to `until`, or to its own end.
        `ends`: DAY orders are cancelled then; a person who watched may want to go on instead.
        """
        problem = ""
        try:
            for line in script.lines:
                self._run_line(line)
            if goes_on:
                self._time.check_goes_on()
                self._run_to(self._until)
        except (Failure, Refused) as failure:
            problem = str(failure)
        if ends and not self._read_only:
            self._end("the script ended" if script.lines else "the session ended")
        unexpected = named(denial for denial in self._denials if not denial.is_expected)
        outcome = Outcome.OK
        if problem:
            outcome = Outcome.FAILED
        elif unexpected:
            outcome = Outcome.DENIED
            problem = f"denied, and no later `expect denied` names it: order {unexpected}"
        return ScriptResult(outcome, problem, self._orders, self._fills)

    def so_far(self) -> ScriptResult:
        """What came of it up to an interruption."""
        return ScriptResult(Outcome.OK, "", self._orders, self._fills)

    def _run_line(self, line: syn.ScriptLine) -> None:
        try:
            self._dispatch(line)
        except (UnresolvedError, Refused) as problem:
            raise Failure(f"line {line.number}: {problem}") from problem
        except Failure as failure:
            raise Failure(f"line {line.number}: {failure}") from failure

    def _dispatch(self, script_line: syn.ScriptLine) -> None:
        match script_line.line:
            case syn.CommentLine() | syn.BlankLine():
                return
            case syn.AtLine(time_of_day=time_of_day):
                self._at(time_of_day)
            case syn.WaitLine() as line:
                self._wait(line)
            case syn.ExpectOrderLine() as line:
                self._expect_order(line)
            case syn.ExpectPositionLine() as line:
                self._expect_position(line)
            case syn.ExpectProtectedLine() as line:
                self._expect_protected(line)
            case syn.ExpectCashLine() as line:
                self._expect_cash(line)
            case syn.ExpectFeesLine() as line:
                self._expect_fees(line)
            case syn.ExpectDeniedLine() as line:
                self._expect_denied(line)
            case syn.ReplayLine() as line:
                self._conduct(line)
            case syn.OrderLine(preview=True) | syn.PreviewedLine() as line:
                self._preview(line, self._context())
            case line:
                self._send(line, script_line.number)

    def _context(self) -> Context:
        session = self._host.session
        return Context(
            state=session.state,
            market=session.market,
            account=self._account,
            origin=Origin.SCRIPT,
            symbol="",
            number=self._order_id,
            room=lambda order: room_for(order, session.state, session.market),
        )

    def _order_id(self, number: syn.OrderNumber) -> OrderId | None:
        """Of the script's own, or with its day of any that the desk has."""
        if number.day is not None:
            return order_of_day(self._state, number)
        order_id = self._numbers.order_id(number.number, number.leg)
        is_known = order_id in self._state.orders or order_id in self._state.brackets
        return order_id if is_known else None

    def _send(self, line: syn.Line, number: int) -> None:
        if self._read_only:
            raise Failure(READ_ONLY)
        if isinstance(line, syn.PracticeLine):
            self._host.practise(line, self._context())
            return
        run = self._state.run
        ticket = f"script-{run}-{number}-{self._state.order_next}"
        commands = resolve(line, self._context(), ticket)
        for command in commands:
            self._pace(command)
            self._host.submit(command)

    def _pace(self, command: Command) -> None:
        """Lets market time pass until one more order fits into the last second: scripts are paced
        by the order-rate rule (R12), never denied; and until a line that is back has settled."""
        if isinstance(command, SubmitOrder) and self._host.venue.live is not None:
            until = Nanos(self._host.now + SETTLES_WITHIN)
            self._run_to(until, lambda: not is_settling(self._state))
        rate = self._state.limits.order_rate_script
        if not isinstance(command, SubmitOrder) or rate > SCRIPT_RATE_COUNTED_MAX:
            return
        if rate == 0:
            raise Failure("risk.order_rate_script is 0: scripts may send no orders")
        if self._state.breakers.slow and not self._is_exit(command):
            self._run_to(Nanos(self._state.breakers.activity.last_order_at + SLOWED_BY))
        recent = [at for at in self._sent if at > self._host.now - NANOS_PER_SECOND]
        if len(recent) >= rate:
            self._run_to(Nanos(recent[-rate] + NANOS_PER_SECOND))
        self._sent = [*recent, self._host.now][-rate:]

    def _is_exit(self, command: SubmitOrder) -> bool:
        return propose(command, self._state, self._host.session.market).is_exit

    # ── time ───────────────────────────────────────────────────────────────────────────────────

    def is_over(self) -> bool:
        """The market was open and every symbol is closed: a headless session ends there."""
        phases = self._state.phases.values()
        self._was_open = self._was_open or Phase.OPEN in phases
        return self._was_open and all(phase is Phase.CLOSED for phase in phases)

    def _run_to(self, when: Nanos, done: Callable[[], bool] = lambda: False) -> bool:
        self._host.run_until(Nanos(min(when, self._until)), lambda: done() or self.is_over())
        return done()

    def _conduct(self, line: syn.ReplayLine) -> None:
        said = self._time.carry_out(line)
        if said:
            self._say(said)

    def _at(self, time_of_day: Nanos) -> None:
        """After every event before that time, and before any at or after it."""
        self._time.check_goes_on()
        when = at_time_of_day(self._state.trade_date, time_of_day)
        if when < self._host.now:
            clock = exchange_clock(self._host.now)
            self._say(f"at {exchange_clock(when)}: it is already {clock}; going on at once")
            return
        if when > self._until:
            self._run_to(self._until)
            raise Failure(f"the session ends at {exchange_clock(self._until)} (--until)")
        self._run_to(Nanos(when - 1))
        if self.is_over() or self._host.now < when - 1:
            raise Failure(f"the market ended at {exchange_clock(self._host.now)}")
        self._host.session.now = when

    def _wait(self, line: syn.WaitLine) -> None:
        self._time.check_goes_on()
        order = self._known(line.order)
        due = Nanos(self._host.now + line.within) if line.within is not None else FOREVER
        wanted = line.state.value

        def reached() -> bool:
            return state_word(order) == wanted

        self._run_to(due, lambda: reached() or order.is_done)
        if not reached():
            waited = f" within {line.within / NANOS_PER_SECOND:g}s" if line.within else ""
            raise Failure(
                f"order {print_order_number(line.order)} did not become {wanted}{waited}: "
                f"it is {self._said(order)} at {exchange_clock(self._host.now)}"
            )

    # ── expectations ───────────────────────────────────────────────────────────────────────────

    def _known(self, number: syn.OrderNumber) -> Order:
        order_id = self._order_id(number)
        order = None if order_id is None else self._state.orders.get(order_id)
        if order is None:
            raise Failure(f"there is no order {print_order_number(number)}")
        return order

    def _said(self, order: Order) -> str:
        size = instrument_of(order.order.symbol, self._context()).format_quantity
        filled = f" {size(order.cumulative)} of {size(order.quantity)}" if order.cumulative else ""
        text = f" ({order.text})" if order.text else ""
        return f"{state_word(order)}{filled}{text}"

    def _expect_order(self, line: syn.ExpectOrderLine) -> None:
        order = self._known(line.order)
        is_as_said = state_word(order) == line.state.value
        if line.quantity is not None:
            is_as_said &= order.cumulative == self._units(line.quantity, order.order.symbol)
        if line.state is syn.OrderState.DENIED and is_as_said:
            self._expect_all(self._denials_of(order))
        if not is_as_said:
            raise Failure(f"expected {_short(line)}: order is {self._said(order)}")

    def _expect_position(self, line: syn.ExpectPositionLine) -> None:
        held = self._context().held(line.symbol)
        if held != self._units(line.quantity, line.symbol):
            told = instrument_of(line.symbol, self._context()).format_quantity(held)
            raise Failure(f"expected {_short(line)}: position is {told}")

    def _units(self, size: syn.Size, symbol: str) -> int:
        return size_in_units(size, instrument_of(symbol, self._context()), symbol)

    def _expect_protected(self, line: syn.ExpectProtectedLine) -> None:
        protected = protected_quantity(self._state, self._account, line.symbol)
        if protected != self._units(line.quantity, line.symbol):
            size = instrument_of(line.symbol, self._context()).format_quantity
            held = size(abs(self._context().held(line.symbol)))
            raise Failure(f"expected {_short(line)}: {size(protected)}/{held} are protected")

    def _expect_cash(self, line: syn.ExpectCashLine) -> None:
        account = self._state.accounts[self._account]
        cash = account.cash_in(line.currency or account.currency)
        if not _holds(line.comparison, cash, parse_money(line.amount)):
            said = f" {line.currency}" if line.currency else ""
            raise Failure(f"expected {_short(line)}: cash is {format_money(cash)}{said}")

    def _expect_fees(self, line: syn.ExpectFeesLine) -> None:
        account = self._state.accounts[self._account]
        fees = account_figures(account, self._state, self._host.session.market).fees_day
        if not _holds(line.comparison, fees, parse_money(line.amount)):
            raise Failure(f"expected {_short(line)}: fees are {format_money(fees)}")

    def _expect_denied(self, line: syn.ExpectDeniedLine) -> None:
        order = self._known(line.order)
        denials = self._denials_of(order)
        if not denials:
            raise Failure(f"expected {_short(line)}: order is {self._said(order)}")
        named = [denial for denial in denials if line.code in denial.codes]
        if not named:
            codes = dict.fromkeys(code for denial in denials for code in denial.codes[::2])
            by = ", ".join(codes) or "nothing"
            raise Failure(f"expected {_short(line)}: it was denied by {by}")
        self._expect_all(named)

    def _denials_of(self, order: Order) -> list[Denial]:
        return [denial for denial in self._denials if denial.order_id == order.order_id]

    @staticmethod
    def _expect_all(denials: list[Denial]) -> None:
        for denial in denials:
            denial.is_expected = True

    # ── the end ────────────────────────────────────────────────────────────────────────────────

    def _end(self, why: str) -> None:
        """Reports in flight are drained, DAY orders are cancelled, GTC orders stay in the home."""
        self._run_to(
            Nanos(min(self._host.now + DRAIN_AT_MOST, FOREVER)), lambda: not self._in_flight()
        )
        cancels = cancels_of_day_orders(self._host)
        if cancels:
            for cancel in cancels:
                self._ended[cancel.order_id] = f"{why}, and DAY orders end with it"
            self._host.submit(*cancels)
            self._run_to(
                Nanos(min(self._host.now + DRAIN_AT_MOST, FOREVER)), lambda: not self._in_flight()
            )

    def _in_flight(self) -> bool:
        orders = [self._state.orders[i] for i in self._state.live]
        return any(
            o.pending_new is not None
            or o.pending_cancel is not None
            or o.pending_replace is not None
            for o in orders
        ) or bool(self._state.flattening)


def _holds(comparison: syn.Comparison, there: Money, wanted: Money) -> bool:
    return {
        syn.Comparison.AT_LEAST: there >= wanted,
        syn.Comparison.AT_MOST: there <= wanted,
        syn.Comparison.ABOVE: there > wanted,
        syn.Comparison.BELOW: there < wanted,
        syn.Comparison.EQUAL: there == wanted,
    }[comparison]


def _short(line: syn.Line) -> str:
    return print_line(line).removeprefix("expect ")


def cancels_of_day_orders(host: Host) -> list[CancelOrder]:
    """A cancel for every live DAY order of the session's state."""
    state = host.session.state
    orders = [state.orders[order_id] for order_id in state.live]
    return [
        CancelOrder(order.order_id, Origin.DESK)
        for order in orders
        if order.order.time_in_force is not TimeInForce.GTC and order.pending_cancel is None
    ]
