"""Opens the plain connection of a FIX session; what travels on it stays on this machine."""

import socket

from connectors.fix.acceptor import LOOPBACK
from connectors.fix.client.wire import Open
from engine.errors import InputError

CONNECT_SECONDS = 5.0


def plain(host: str, port: int) -> Open:
    """Raises InputError for another place than this machine: plain text does not leave it."""
    if host not in LOOPBACK:
        raise InputError(
            f"FIX is plain text here and stays on this machine: not to {host} (fix.host)"
        )

    def connect() -> socket.socket:
        connection = socket.create_connection((host, port), timeout=CONNECT_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    return connect
