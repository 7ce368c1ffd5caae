"""A whole desk at a gateway of the tests, in this process."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from commands import flags
from commands.desk import DeskParts, line_notes, open_desk
from engine.domain.reports import LinkState
from engine.domain.risk.reference import is_fresh
from engine.runtime.script import ScriptNumbers, ScriptRunner
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.ib.gateway.gateway import Gateway

Opens = Callable[..., DeskParts]


def options(home: Path, gateway: Gateway, *words: str, settings: str = "") -> Namespace:
    file = home.parent / "ib.toml"
    hours = "" if "restart" in settings else 'restart = ""\n'
    hours += "" if "login" in settings else 'login = ""\n'
    file.write_text(f"[ib]\nport = {gateway.port}\n{hours}{settings}")
    common = ["--home", str(home), "--config", str(file), "--venue", "ib", "--symbols", "AAPL"]
    return flags.parse([*common, *words])


def opening(folder: Path) -> Iterator[Opens]:
    """For a fixture: opens desks on one home, and closes them at the end."""
    made: list[DeskParts] = []

    def make(gateway: Gateway, *words: str, **more: Any) -> DeskParts:
        made.append(open_desk(options(folder / "home", gateway, *words, **more)))
        return made[-1]

    yield make
    for parts in made:
        parts.close()


def trade(parts: DeskParts, *lines: str) -> list[str]:
    """What was said; a problem is the last of it."""
    from engine.language.parser import parse_script

    said: list[str] = []
    script = parse_script("\n".join(lines))
    assert not isinstance(script, list), script
    runner = ScriptRunner(
        parts.host,
        account=parts.account,
        numbers=ScriptNumbers(parts.session.state.order_next),
        say=said.append,
        preview=lambda line, context: None,
    )
    result = runner.run(script, goes_on=False, ends=False)
    return [*said, result.problem] if result.problem else said


def until(parts: DeskParts, holds: Callable[[], object], seconds: int = 20) -> None:
    """Lets the desk run until it holds."""
    live = parts.venue.live
    assert live is not None
    latest = Nanos(live.clock() + seconds * NANOS_PER_SECOND)
    parts.host.run_until(latest, lambda: bool(holds()))
    assert holds(), line_notes(parts)


def is_up(parts: DeskParts) -> bool:
    state = parts.session.state
    return state.links.get("ib") is LinkState.UP and not state.recon.holds_orders


def is_heard_anew(parts: DeskParts) -> bool:
    """The quote, over a line that is back."""
    session = parts.session
    quote = session.market.quotes["AAPL"]
    return is_fresh(quote, session.market, session.state.limits, session.now)


def quoted(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.10", bid_size=500, ask="190.12", ask_size=500, last="190.12")
