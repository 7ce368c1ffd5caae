"""What a screen is built from besides its desk, whether the engine is near or far."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from commands.onlookers import onlookers
from data.errors import SettingsError
from data.frames import FrameStore
from data.home import Home
from data.reference import SymbolReference
from data.settings import Settings, set_value
from engine.domain.views import SymbolMatch
from engine.instruments import Instrument
from engine.ports import Desk, QuestionResult
from tui.app import TraderApp
from tui.keyboard import KeyClashError
from tui.settings import ColorUse, ScreenSettings, ThemeName

HUNG_UP = 128 + signal.SIGHUP


def trader_app(desk: Desk, home: Home, settings: Settings, frames: FrameStore) -> TraderApp:
    """The screen over this desk. Raises SettingsError for keys that cannot be."""
    try:
        return TraderApp(
            desk,
            _StoreOnFirstQuestion(home),
            _ReferenceOfNow(desk),
            _screen_settings(settings),
            coach_done=_coach_done(home.settings_path),
            frames=frames,
            warning="; ".join(onlookers()),
        )
    except KeyClashError as clash:
        raise SettingsError(str(clash)) from clash


def shown(app: TraderApp) -> int:
    """The screen until it is left; its exit code, also where the terminal is no longer there."""
    code = app.run_desk()
    if code == HUNG_UP:
        # What is still to be written has no reader: an error at exit would hide the code.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.close(nowhere)
    return code


def _coach_done(path: Path) -> Callable[[], None]:
    def done() -> None:
        set_value(path, "screen.coach", "false")

    return done


class _ReferenceOfNow:
    """Search over what the market trades now: a venue that is late says it late."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[str, Instrument] = {}
        self._reference = SymbolReference(())

    def instrument(self, symbol: str) -> Instrument | None:
        return self._now().instrument(symbol)

    def search(self, text: str, limit: int) -> list[SymbolMatch]:
        return self._now().search(text, limit)

    def _now(self) -> SymbolReference:
        known = self._desk.instruments()
        if known != self._known:
            self._known, self._reference = known, SymbolReference(known.values())
        return self._reference


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
        disarm_minutes=screen.disarm_minutes,
        lock_minutes=screen.lock_minutes,
        lock_over_positions=screen.lock_over_positions,
        privacy=screen.privacy,
        keys=settings.keys,
    )
