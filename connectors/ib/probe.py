"""Is there a gateway, and what kind: a short call that places nothing and leaves again."""

import threading
import time

import msgspec

from connectors.ib.codes import CLIENT_ID_IN_USE, READ_ONLY
from connectors.ib.ear import Heard
from connectors.ib.library import Library, Scribe
from connectors.ib.turnstile import Lane, Leaving
from connectors.ib.wire import REFUSED, SILENT, Dial, Gone, Opened, Wire

READ_ONLY_SECONDS = 2.0
"""So long the list of open orders may take before its answer is not waited for any more."""
LOOK_SECONDS = 0.05


class Found(msgspec.Struct, frozen=True):
    """What answered, or did not."""

    accounts: tuple[str, ...] = ()
    version: int = 0
    is_read_only: bool = False
    is_id_in_use: bool = False
    trouble: str = ""
    """Why no session came of it, as the line says it; empty where one stood."""

    @property
    def is_nobody(self) -> bool:
        return self.trouble == REFUSED

    @property
    def is_silent(self) -> bool:
        return self.trouble == SILENT


def probe(library: Library, dial: Dial) -> Found:
    """Calls, reads accounts, asks for the open orders, and hangs up; bounded by `dial.seconds`."""
    came = threading.Event()
    wire = Wire(library, came.set)
    wire.connect(dial)
    until = time.monotonic() + dial.seconds + READ_ONLY_SECONDS
    opened: Opened | None = None
    asked_until = until
    try:
        while time.monotonic() < asked_until:
            for each in wire.happened():
                if isinstance(each, Opened):
                    opened = each
                    asked_until = time.monotonic() + READ_ONLY_SECONDS
                    _ask(wire, library, each.version)
                elif isinstance(each, Gone):
                    in_use = each.code == CLIENT_ID_IN_USE
                    return Found(trouble=each.reason, is_id_in_use=in_use)
                elif opened is not None and (answer := _answer(each)) is not None:
                    return Found(opened.accounts, opened.version, answer)
            came.wait(LOOK_SECONDS)
            came.clear()
    finally:
        wire.hang_up()
    if opened is None:
        return Found(trouble=SILENT)
    return Found(opened.accounts, opened.version)


def _ask(wire: Wire, library: Library, version: int) -> None:
    scribe = Scribe(library)
    scribe.version = version
    wire.send(Leaving(Lane.RECOVERY, scribe.write("reqAllOpenOrders")))


def _answer(heard: Heard) -> bool | None:
    """Whether its API is read-only, as soon as that is clear."""
    if heard.name == "openOrderEnd":
        return False
    if heard.name == "error" and heard.arguments[1] == READ_ONLY:
        return True
    return None
