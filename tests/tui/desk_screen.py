"""Helpers for tests of the screen: a clock that only tests move, keys, and the screen as text."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import events
from textual.keys import _get_unicode_name_from_key
from textual.pilot import Pilot

from tests.tui.fake_desk import FakeDesk
from tui.app import TraderApp
from tui.settings import ColorUse, ScreenSettings

BETWEEN_KEYS = 0.25
"""Seconds on the test's clock: a person who takes their time."""


LOOP_TURNS = 8
"""Enough for an answer of the fake desk to arrive, without waiting on any clock."""


def _character(key: str) -> str | None:
    """What a terminal would say the key types."""
    known = {"space": " ", "enter": "\r", "tab": "\t", "plus": "+", "minus": "-", "slash": "/"}
    if len(key) == 1 or key in known:
        return known.get(key, key)
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(key))
    except KeyError:
        return None


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Sitting:
    """One person at one screen."""

    def __init__(self, app: TraderApp, desk: FakeDesk, clock: TestClock, pilot: Pilot[int]) -> None:
        self.app = app
        self.desk = desk
        self.clock = clock
        self.pilot = pilot

    async def press(self, *keys: str, gap: float = BETWEEN_KEYS) -> None:
        for key in keys:
            self.clock.now += gap
            self.app.show_frame()
            await self.turns(2 * LOOP_TURNS)
            self.app.press(events.Key(key, _character(key)))
            await self.turns(LOOP_TURNS)
        await self.pilot.pause()

    async def turns(self, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    async def type(self, text: str) -> None:
        names = {" ": "space", ":": "colon", ".": "full_stop", "?": "question_mark", "-": "minus"}
        await self.press(*(names.get(character, character) for character in text))

    async def frames(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.now += 0.1
            self.desk.step()
            self.app.show_frame()
            await self.pilot.pause()
        await self.pilot.pause()

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips) + "\n"

    def row(self, y: int) -> str:
        return self.text.splitlines()[y]


@asynccontextmanager
async def sitting(
    size: tuple[int, int] = (80, 24),
    *,
    desk: FakeDesk | None = None,
    settings: ScreenSettings | None = None,
    **options,
) -> AsyncIterator[Sitting]:
    desk = desk or FakeDesk()
    clock = TestClock()
    settings = settings or ScreenSettings(coach=False, frames_per_second=1, color=ColorUse.FULL)
    app = TraderApp(desk, None, None, settings, clock=clock, **options)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Sitting(app, desk, clock, pilot)
