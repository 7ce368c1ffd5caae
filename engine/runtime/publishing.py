"""Views on their way out: encoded, ten a second at most, one for each symbol that is looked at."""

from collections.abc import Callable, Mapping

import msgspec

from engine.domain.quotes import Market
from engine.ports import FocusSymbol
from engine.runtime.charting import chart_of
from engine.runtime.view import ViewBuilder
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND

FRAME_NANOS = 100 * NANOS_PER_MILLISECOND
"""Views are published at most ten times a second; the screen repaints no faster."""
UNSEEN_FRAME_NANOS = NANOS_PER_SECOND
"""Between two views while no terminal is attached: for who asks how the desk stands."""

Shown = Callable[[Mapping[FocusSymbol, bytes]], None]


class Publisher:
    """`publish` in the engine's thread; the rest from any."""

    def __init__(self, views: ViewBuilder, market: Market) -> None:
        self._views = views
        self._market = market
        self._rate = _Rate()
        self._focuses: dict[int, FocusSymbol] = {}
        self._at = 0
        self.shown: Shown | None = None
        """Who is handed every view; None where the newest is fetched instead."""
        self.frame = b""
        """The newest view, encoded."""

    def look_at(self, terminal: int, focus: FocusSymbol | None) -> None:
        """What one of several terminals looks at; None when it is gone."""
        if focus is None:
            self._focuses.pop(terminal, None)
        else:
            self._focuses[terminal] = focus

    def is_due(self, wall: int) -> bool:
        """`wall`: steady nanoseconds; a view that is due is taken as published now."""
        is_unseen = self.shown is not None and not self._focuses
        if wall - self._at < (UNSEEN_FRAME_NANOS if is_unseen else FRAME_NANOS):
            return False
        self._at = wall
        return True

    def publish(self, speed: str, wall: int) -> None:
        """One frame of the read model."""
        updates = sum(quote.updates for quote in self._market.quotes.values())
        views, looked_at = self._views, list(dict.fromkeys(list(self._focuses.values())))
        if looked_at:
            views.focus = looked_at[0]
        rate = self._rate.per_second(updates, wall)
        view = views.build(speed=speed, updates_per_second=rate)
        self.frame = msgspec.msgpack.encode(view)
        if self.shown is None:
            return
        frames = {views.focus: self.frame}
        for focus in looked_at[1:]:
            depth, chart = views.depth_of(focus), chart_of(self._market, focus)
            other = msgspec.structs.replace(view, depth=depth, chart=chart)
            frames[focus] = msgspec.msgpack.encode(other)
        self.shown(frames)


class _Rate:
    """Updates a second over the last whole second."""

    def __init__(self) -> None:
        self._count, self._at, self._rate = 0, 0, 0

    def per_second(self, count: int, wall: int) -> int:
        elapsed = wall - self._at
        if elapsed >= NANOS_PER_SECOND:
            if self._at:
                self._rate = (count - self._count) * NANOS_PER_SECOND // elapsed
            self._count, self._at = count, wall
        return self._rate
