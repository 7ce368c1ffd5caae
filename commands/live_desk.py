"""A live desk over the parts of a session: for an engine process, and for a screen's own thread."""

from argparse import Namespace
from collections.abc import Callable, Iterable
from pathlib import Path

from commands.desk import DeskParts, line_notes
from commands.faults import keep_details
from data.settings import Effective
from data.vault.factor import FactorDesk
from data.vault.vault import Vault
from engine.language import syntax as syn
from engine.ports import FocusSymbol
from engine.runtime.host import Host
from engine.runtime.live import LiveDesk
from engine.runtime.pace import HurryingPace
from engine.runtime.script import ScriptNumbers, ScriptRunner
from engine.runtime.view import ViewBuilder


def live_desk(
    options: Namespace,
    parts: DeskParts,
    *,
    script: syn.Script | None = None,
    news: Callable[[], tuple[str, ...]] = lambda: (),
) -> LiveDesk:
    """Not started yet. `news`: what else a person should hear, asked twice a second."""
    account = parts.account
    speed = parts.settings.market.speed if options.speed is None else options.speed
    views = ViewBuilder(parts.session, parts.venue, account, parts.realism)
    views.remember(parts.tail.records)
    if parts.recording is not None:
        views.more_links = parts.recording.links
    views.focus = FocusSymbol(next(iter(parts.session.market.quotes), ""))
    return LiveDesk(
        parts.host,
        views,
        parts.history,
        account=account,
        speed=speed,
        read_only=options.read_only,
        kill_requested=parts.home.kill_is_asked,
        work=_watched(parts, script) if script is not None else None,
        remarks=parts.remarks,
        welcome=(parts.recording.remark,) if parts.recording else (),
        factor=FactorDesk(parts.home, lambda ask: Vault(parts.home, ask)),
        news=lambda: (
            parts.disk.attend()
            + line_notes(parts)
            + (parts.recording.news() if parts.recording else ())
            + news()
        ),
        limit_sources=_limit_sources(parts.settings.effective),
        keep_fault=lambda fault: keep_details(fault, options),
    )


def _limit_sources(effective: Iterable[Effective]) -> dict[str, str]:
    """`profile paper`, or the file by its name: where it lies is nothing for a screen."""
    return {
        item.key: item.source if item.source.startswith("profile ") else Path(item.source).name
        for item in effective
    }


def _watched(parts: DeskParts, script: syn.Script) -> Callable[[Callable[[str], None]], None]:
    """A script on the screen: the same runner, paced by the wall; then the person goes on."""

    def work(say: Callable[[str], None]) -> None:
        runner = ScriptRunner(
            parts.host,
            account=parts.account,
            numbers=ScriptNumbers(parts.session.state.order_next),
            say=say,
            set_speed=desk_speed(parts.host),
            preview=lambda line, context: None,
        )
        result = runner.run(script, goes_on=False, ends=False)
        say(result.problem or f"script done: {result.orders} orders, {result.fills} fills")

    return work


def desk_speed(host: Host) -> Callable[[float], None]:
    """A script on the screen sets the speed that the person has."""

    def set_speed(factor: float) -> None:
        pace = host.pace
        assert isinstance(pace, HurryingPace), "a live desk paces its host"
        pace.wall.set_factor(factor, host.now)

    return set_speed
