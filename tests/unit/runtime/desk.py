"""Short words for the runtime tests: a context, a sent line, a script, on a desk in memory."""

from collections.abc import Callable
from typing import Any

from engine.domain.commands import Command, Origin
from engine.domain.events import Event
from engine.domain.identity import leg_id
from engine.domain.state import State
from engine.language import syntax as syn
from engine.language.parser import parse_line, parse_script
from engine.runtime.preview import room_for
from engine.runtime.resolve import Context, resolve
from engine.runtime.script import ScriptNumbers, ScriptResult, ScriptRunner
from engine.values import OrderId
from tests.harness import DeskBench


def context_of(bench: DeskBench, symbol: str = "", origin: Origin = Origin.SCRIPT) -> Context:
    state, market = bench.state, bench.session.market
    return Context(
        state=state,
        market=market,
        account="PAPER",
        origin=origin,
        symbol=symbol,
        number=lambda n: _id_of(n, state),
        room=lambda order: room_for(order, state, market),
    )


def _id_of(number: syn.OrderNumber, state: State) -> OrderId | None:
    order_id = leg_id(number.number, number.leg) if number.leg else OrderId(number.number)
    return order_id if order_id in state.orders or order_id in state.brackets else None


def read(text: str) -> syn.Line:
    line = parse_line(text)
    assert not hasattr(line, "message"), f"{text}: {line}"
    return line  # type: ignore[return-value]


def meant(bench: DeskBench, text: str, symbol: str = "") -> Any:
    """The one command that the line means here and now."""
    (command,) = commands(bench, text, symbol)
    return command


def commands(bench: DeskBench, text: str, symbol: str = "") -> list[Command]:
    ticket = f"t{bench.state.events}"
    return resolve(read(text), context_of(bench, symbol), ticket)


def say(bench: DeskBench, text: str) -> list[Event]:
    return [event for command in commands(bench, text) for event in bench.submit(command)]


def play(
    bench: DeskBench,
    *lines: str,
    goes_on: bool = False,
    said: Callable[[str], None] = lambda text: None,
    **named: Any,
) -> ScriptResult:
    """Runs the lines as a script on the desk as it stands."""
    script = parse_script("\n".join(lines))
    assert isinstance(script, syn.Script), script
    runner = ScriptRunner(
        bench.host,
        account="PAPER",
        numbers=ScriptNumbers(bench.state.order_next),
        say=said,
        preview=lambda line, context: None,
        **named,
    )
    return runner.run(script, goes_on=goes_on)
