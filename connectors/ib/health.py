"""How IB's own parts are: its farms by name, its connection, whoever has the market data."""

from collections.abc import Callable

from connectors.ib.codes import FARM_BROKEN, FARM_CONNECTING, FARM_IDLE, FARM_OK

FARMS_MAX = 100
BROKEN, OK, IDLE, CONNECTING = "broken", "ok", "idle", "connecting"


class Health:
    """A person hears of what broke and of what is back, once each."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._farms: dict[str, str] = {}

    def forget(self) -> None:
        """A new session tells of all its farms again."""
        self._farms.clear()

    def farm(self, code: int, text: str) -> tuple[str, str]:
        """(what it was, what it is now); its name stands behind the last colon of the text."""
        name = text.rpartition(":")[2].strip() or "a farm"
        now = BROKEN
        if code in FARM_OK:
            now = OK
        elif code in FARM_IDLE:
            now = IDLE
        elif code in FARM_CONNECTING:
            now = CONNECTING
        was = self._farms.get(name, "")
        if len(self._farms) < FARMS_MAX or name in self._farms:
            self._farms[name] = now
        if code in FARM_BROKEN and was != BROKEN:
            self._note(f"IB's farm {name} is broken: what it serves is old until it is back")
        elif was == BROKEN and now == OK:
            self._note(f"IB's farm {name} is back")
        return was, now

    @property
    def broken(self) -> tuple[str, ...]:
        return tuple(name for name, state in self._farms.items() if state == BROKEN)

    @property
    def farms(self) -> dict[str, str]:
        return dict(self._farms)
