"""Opens the line to a venue: name, address, TCP and TLS, all of it within one bound of time."""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from connectors.fix.link.redial import Door
from connectors.fix.link.secrecy import Secrecy
from connectors.fix.link.tls import context_of, secured

CONNECT_SECONDS = 10.0
ADDRESSES_MAX = 8
Address = tuple[int, tuple[str, int]]
"""(family, (address, port))."""
Resolve = Callable[[Door], list[Address]]


class DialError(OSError):
    """No line to the venue; the sentence says why."""


class Dialer:
    """Call it for a connected socket, plain or TLS. Meant for a thread that may wait."""

    def __init__(
        self,
        door: Callable[[], Door],
        secrecy: Secrecy,
        *,
        seconds: float = CONNECT_SECONDS,
        source: str = "",
        passphrase: Callable[[], str] | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """`door` says where the next call goes; `source` is an own address to call from.

        Raises InputError where the TLS settings cannot be used.
        """
        self._door = door
        self._secrecy = secrecy
        self._seconds = seconds
        self._source = source
        self._resolve = resolve or resolved
        self._asking: threading.Thread | None = None
        self._context = context_of(secrecy.tls, passphrase) if secrecy.tls is not None else None

    def __call__(self) -> socket.socket:
        """Raises OSError with a sentence; what was opened is closed then."""
        door, until = self._door(), time.monotonic() + self._seconds
        line = self._connected(door, until)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._context is None:
            self._check_place(door, line)
            return line
        return self._secured(door, line, self._context, until)

    def _secured(
        self, door: Door, line: socket.socket, context: ssl.SSLContext, until: float
    ) -> ssl.SSLSocket:
        tls = self._secrecy.tls
        assert tls is not None, "the context is of it"
        line.settimeout(max(0.001, until - time.monotonic()))
        return secured(line, context, name=tls.name or door.host, pins=tls.pins)

    def _check_place(self, door: Door, line: socket.socket) -> None:
        """A name for this machine may lead to another one."""
        if self._secrecy.plain_text or ip_address(line.getpeername()[0]).is_loopback:
            return
        line.close()
        raise DialError(f"{door} is not this machine, and nothing goes there in clear")

    def _connected(self, door: Door, until: float) -> socket.socket:
        trouble = f"{door} has no address"
        for family, address in self._addresses(door, until)[:ADDRESSES_MAX]:
            left = until - time.monotonic()
            if left <= 0:
                raise DialError(f"{door} did not answer within {self._seconds:g} s")
            line = socket.socket(family, socket.SOCK_STREAM)
            try:
                line.settimeout(left)
                if self._source:
                    line.bind((self._source, 0))
                line.connect(address)
            except TimeoutError:
                line.close()
                trouble = f"{door} did not answer within {self._seconds:g} s"
            except OSError as error:
                line.close()
                from_where = f" from {self._source}" if self._source else ""
                trouble = f"{door} cannot be reached{from_where}: {error.strerror or error}"
            else:
                return line
        raise DialError(trouble)

    def _addresses(self, door: Door, until: float) -> list[Address]:
        """A resolver that hangs is left behind in its thread, and no second one is started."""
        with suppress(ValueError):
            version = ip_address(door.host).version
            family = socket.AF_INET if version == 4 else socket.AF_INET6
            return [(family, (door.host, door.port))]
        if self._asking is not None and self._asking.is_alive():
            raise DialError(f"the address of {door.host} is still being asked for")
        answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()
        self._asking = threading.Thread(
            target=_ask, args=(self._resolve, door, answers), name="fix resolver", daemon=True
        )
        self._asking.start()
        try:
            answer = answers.get(timeout=max(0.001, until - time.monotonic()))
        except queue.Empty:
            raise DialError(f"nobody said the address of {door.host} in time") from None
        if isinstance(answer, OSError):
            raise DialError(f"{door.host} has no address: {answer.strerror or answer}")
        return answer


def _ask(
    resolve: Resolve, door: Door, answers: "queue.SimpleQueue[list[Address] | OSError]"
) -> None:
    try:
        answers.put(resolve(door))
    except OSError as error:
        answers.put(error)
    except UnicodeError:
        answers.put(OSError("no name that could be asked for"))


def resolved(door: Door) -> list[Address]:
    """What the machine's resolver knows. Raises OSError."""
    found = socket.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM)
    return [
        (family, (str(address[0]), int(address[1])))
        for family, _, _, _, address in found
        if family in (socket.AF_INET, socket.AF_INET6)
    ]
