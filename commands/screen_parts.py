"""What a screen is built from besides its desk, whether the engine is near or far."""

from collections.abc import Callable
from pathlib import Path

from data.errors import SettingsError
from data.frames import FrameStore
from data.home import Home
from data.reference import SymbolReference
from data.settings import Settings, set_value
from engine.ports import Desk, QuestionResult
from tui.app import TraderApp
from tui.keyboard import KeyClashError
from tui.settings import ColorUse, ScreenSettings, ThemeName


def trader_app(desk: Desk, home: Home, settings: Settings, frames: FrameStore) -> TraderApp:
    """The screen over this desk. Raises SettingsError for keys that cannot be."""
    try:
        return TraderApp(
            desk,
            _StoreOnFirstQuestion(home),
            SymbolReference(tuple(desk.instruments().values())),
            _screen_settings(settings),
            coach_done=_coach_done(home.settings_path),
            frames=frames,
        )
    except KeyClashError as clash:
        raise SettingsError(str(clash)) from clash


def _coach_done(path: Path) -> Callable[[], None]:
    def done() -> None:
        set_value(path, "screen.coach", "false")

    return done


class _StoreOnFirstQuestion:
    """The store's library costs more to load than the whole screen; who never asks never pays."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def ask(self, sql: str, rows_max: int) -> QuestionResult:
        from data.store.questions import StoreQuestions

        return StoreQuestions(self._home).ask(sql, rows_max)


def _screen_settings(settings: Settings) -> ScreenSettings:
    screen = settings.screen
    return ScreenSettings(
        theme=ThemeName(screen.theme),
        color=ColorUse(screen.color),
        frames_per_second=screen.frames_per_second,
        flash=screen.flash,
        coach=screen.coach,
        keys=settings.keys,
    )
