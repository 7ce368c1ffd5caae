"""Looks at the room under the home while a session runs, and tells the desk what it allows."""

from collections.abc import Callable

from data.home import Home
from data.space import (
    BALLAST_BYTES,
    DiskSpace,
    disk_space,
    fill_ballast,
    give_back_ballast,
    space_level,
)
from engine.domain.reports import DiskSpaceSeen, SpaceLevel
from engine.domain.sessions import STATE_OF_LEVEL
from engine.runtime.host import Host


class DiskWatch:
    """F04 in a running session: a few microseconds every time that somebody thinks of it.

    From the first rung on 16 MiB are kept back; they are given back when less than that is left,
    or when the session stopped because the journal could not be written.
    """

    def __init__(
        self, home: Home, host: Host, look: Callable[[Home], DiskSpace] = disk_space
    ) -> None:
        self._home, self._host, self._look = home, host, look
        self._is_blind = False

    def attend(self) -> tuple[str, ...]:
        """In the engine's thread, between two steps; what only a person can be told, once."""
        try:
            space = self._look(self._home)
            self._keep_ballast(space)
        except OSError as error:
            was_blind, self._is_blind = self._is_blind, True
            lost = f"the room on the disk of the home cannot be told ({error.strerror})"
            return () if was_blind else (lost,)
        self._is_blind = False
        self._tell(space)
        return ()

    def _tell(self, space: DiskSpace) -> None:
        """Where the rung is another, or somebody resumed what this rung does not allow."""
        state = self._host.session.state
        if space.level < state.disk:
            # Up again only with a ninth to spare: at the edge of a rung the desk would chatter.
            space = space._replace(level=space_level(space.free_bytes * 8 // 9))
            if space.level > state.disk:
                return
        allowed = STATE_OF_LEVEL.get(space.level)
        is_too_high = allowed is not None and any(
            account.trading.state < allowed for account in state.accounts.values()
        )
        if space.level is not state.disk or is_too_high:
            self._host.submit(DiskSpaceSeen(space.level, space.sentence))

    def _keep_ballast(self, space: DiskSpace) -> None:
        if space.free_bytes < BALLAST_BYTES:
            give_back_ballast(self._home)
        elif space.level in (SpaceLevel.WARN, SpaceLevel.REDUCING):
            fill_ballast(self._home)
        elif space.level is SpaceLevel.AMPLE:
            give_back_ballast(self._home)

    def end(self) -> None:
        """A journal that could not be written has room again for the cancels of the next start."""
        if self._host.session.is_stopped:
            give_back_ballast(self._home)
