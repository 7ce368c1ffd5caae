"""`trader doctor --venue ib`: which gateways are there, what is wrong with each, and what to do."""

from collections.abc import Iterator, Mapping

from connectors.ib.library import Library
from connectors.ib.probe import Found, probe
from connectors.ib.safety import LOOPBACK, USUAL_PORTS, is_paper, masked
from connectors.ib.wire import Dial
from data.settings.load import IbSettings
from engine.errors import MachineError

PROBE_SECONDS = 3.0
OK, ATTENTION, UNAVAILABLE = "ok", "attention", "unavailable"
Words = tuple[str, str]
"""(ok, attention or unavailable; the sentence)."""
NOBODY = (
    "no TWS or IB Gateway listens on {}: start one, log it in, and switch its API on (TWS: File >"
    " Global Configuration > API > Settings > Enable ActiveX and Socket Clients)"
)


def gateway_words(
    ib: IbSettings,
    usual: Mapping[int, str] = USUAL_PORTS,
    seconds: float = PROBE_SECONDS,
    *,
    is_running: bool = False,
) -> Iterator[Words]:
    """A sentence for each port where something is, and one for the port of the settings. `usual`:
    the ports that are tried besides, and what usually listens there. `is_running`: an engine of
    this home runs, and may have the client id."""
    if ib.host not in (*LOOPBACK, *ib.other_hosts):
        yield (
            UNAVAILABLE,
            f"ib.host is {ib.host}, another machine that ib.other_hosts does not name: an ssh"
            " tunnel and 127.0.0.1 keep the connection private",
        )
        return
    try:
        library = Library.load(ib.library)
    except MachineError as error:
        yield UNAVAILABLE, str(error)
        return
    places = list(dict.fromkeys((ib.port, *usual)))
    found = {port: probe(library, Dial(ib.host, port, ib.client_id, seconds)) for port in places}
    there = [port for port in places if not found[port].is_nobody]
    for port in there:
        yield _words(ib, port, usual.get(port, ""), found[port], is_running=is_running)
    if not there:
        yield UNAVAILABLE, NOBODY.format(", ".join(f"{ib.host}:{port}" for port in places))
    elif ib.port not in there:
        named = " or ".join(str(port) for port in there)
        yield (
            UNAVAILABLE,
            f"nothing listens on {ib.host}:{ib.port}, where ib.port points: set ib.port = {named}",
        )


def _words(ib: IbSettings, port: int, usual: str, found: Found, *, is_running: bool) -> Words:
    place = f"{ib.host}:{port}" + (f" ({usual})" if usual else "")
    # What another port has is good to know; what the settings point to has to be right.
    bad = UNAVAILABLE if port == ib.port else ATTENTION
    if found.is_id_in_use and is_running and port == ib.port:
        return OK, f"{place}: this home's engine is there: `trader status` tells of its line"
    if found.is_id_in_use:
        return bad, (
            f"{place}: client id {ib.client_id} is in use. A desk of another home, or another"
            " program, has it: end that one, or choose another ib.client_id"
        )
    if found.is_silent:
        return bad, (
            f"{place}: it takes the call and says nothing. Restart it; if a window there asks"
            " whether to accept the connection, or for a login, answer it"
        )
    if found.trouble:
        return bad, (
            f"{place}: no session came of it ({found.trouble}). If it is a TWS or a gateway, its"
            " API is off, or this machine is not among its Trusted IPs"
        )
    return _of_session(ib, port, usual, place, found)


def _of_session(ib: IbSettings, port: int, usual: str, place: str, found: Found) -> Words:
    shown = ", ".join(masked(each) for each in found.accounts)
    kind = "paper" if all(map(is_paper, found.accounts)) else "LIVE"
    said = f"{place}: {kind} {shown}, protocol {found.version}"
    if kind == "LIVE" and "paper" in usual:
        return ATTENTION, (
            f"{said}. This is the usual port for paper, and there is real money behind it: without"
            " --live nothing is sent there"
        )
    if found.is_read_only:
        return ATTENTION, (
            f"{said}. Its API is read-only: the desk can watch and send nothing. Take the tick off"
            " Read-Only API in its API settings to trade"
        )
    bad = UNAVAILABLE if port == ib.port else ATTENTION
    if ib.account and ib.account not in found.accounts:
        return bad, (
            f"{said}. It does not have ib.account ({masked(ib.account)}): log it in to that one, or"
            " name another"
        )
    if not ib.account and len(found.accounts) > 1:
        return bad, f"{said}. Name the one to be traded with ib.account"
    if not ib.account and kind == "LIVE":
        return ATTENTION, f"{said}. To trade it, name it with ib.account and start with --live"
    how = "`trader --venue ib`" if kind == "paper" else "`trader --venue ib --live`"
    return OK, f"{said}; {how} trades there" + (
        "" if port == ib.port else f" with ib.port = {port}"
    )
