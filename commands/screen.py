"""The workstation: the live desk in a thread of its own, and the screen in front of it."""

from argparse import Namespace
from collections.abc import Callable

from commands.desk import DeskParts, open_desk
from data.errors import SettingsError
from data.frames import FrameStore
from data.home import Home
from data.reference import SymbolReference
from data.settings import set_value
from engine.language import syntax as syn
from engine.ports import QuestionResult
from engine.runtime.host import Host
from engine.runtime.live import LiveDesk
from engine.runtime.pace import HurryingPace
from engine.runtime.script import ScriptNumbers, ScriptRunner
from engine.runtime.view import ViewBuilder
from tui.app import TraderApp
from tui.keyboard import KeyClashError
from tui.settings import ColorUse, ScreenSettings, ThemeName


def run_screen(options: Namespace, script: syn.Script | None) -> int:
    """Opens the desk, shows it, and leaves working orders where they live.

    A recording that is to begin anew is opened again, as by another start.
    """
    while True:
        code, begins_anew = _run_once(options, script)
        if not begins_anew:
            return code
        script = None


def _run_once(options: Namespace, script: syn.Script | None) -> tuple[int, bool]:
    parts = open_desk(options)
    try:
        frames = FrameStore(parts.home.frames_path)
        desk = _live_desk(options, parts, script, frames)
        reference = SymbolReference(parts.venue.instruments)
        try:
            app = TraderApp(
                desk,
                _StoreOnFirstQuestion(parts.home),
                reference,
                _screen_settings(parts),
                coach_done=lambda: set_value(parts.home.settings_path, "screen.coach", "false"),
                frames=frames,
            )
        except KeyClashError as clash:
            raise SettingsError(str(clash)) from clash
        desk.start()
        try:
            return app.run_desk(), desk.begins_anew
        finally:
            desk.close()
            frames.close()
    finally:
        parts.close()


class _StoreOnFirstQuestion:
    """The store's library costs more to load than the whole screen; who never asks never pays."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def ask(self, sql: str, rows_max: int) -> QuestionResult:
        from data.store.questions import StoreQuestions

        return StoreQuestions(self._home).ask(sql, rows_max)


def _live_desk(
    options: Namespace, parts: DeskParts, script: syn.Script | None, frames: FrameStore
) -> LiveDesk:
    account = parts.settings.paper.account
    speed = parts.settings.market.speed if options.speed is None else options.speed
    views = ViewBuilder(parts.session, parts.venue, account, parts.realism)
    views.remember(parts.tail.records)
    if parts.recording is not None:
        views.more_links = parts.recording.links
    views.focus = next(iter(parts.session.market.quotes), "")
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
        news=lambda: (
            parts.disk.attend()
            + (parts.recording.news() if parts.recording else ())
            + frames.news()
        ),
    )


def _watched(parts: DeskParts, script: syn.Script) -> Callable[[Callable[[str], None]], None]:
    """A script on the screen: the same runner, paced by the wall; then the person goes on."""

    def work(say: Callable[[str], None]) -> None:
        runner = ScriptRunner(
            parts.host,
            account=parts.settings.paper.account,
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


def _screen_settings(parts: DeskParts) -> ScreenSettings:
    screen = parts.settings.screen
    return ScreenSettings(
        theme=ThemeName(screen.theme),
        color=ColorUse(screen.color),
        frames_per_second=screen.frames_per_second,
        flash=screen.flash,
        coach=screen.coach,
        keys=parts.settings.keys,
    )
