"""The socket in the file system: ours alone, and who is at its other end."""

import os
import socket
import struct
from contextlib import suppress
from pathlib import Path

from engine.errors import MachineError

SOCKET_MODE = 0o600
BACKLOG = 16
_LINUX_PEER = struct.Struct("iII")
"""pid, uid, gid: `man 7 unix`, SO_PEERCRED."""
_BSD_PEER = struct.Struct("IIh16I")
"""version, uid, number of groups, groups: `struct xucred` of macOS and the BSDs."""
_SOL_LOCAL, _LOCAL_PEERCRED = 0, 1


class ForeignPeerError(MachineError):
    """Somebody else's process is at the other end."""


def listen_at(path: Path) -> socket.socket:
    """A listening socket that only this user can reach; whatever had the name before is gone."""
    with suppress(FileNotFoundError):
        path.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # The umask closes the moment between bind and chmod.
        before = os.umask(0o177)
        try:
            listening.bind(os.fspath(path))
        finally:
            os.umask(before)
        path.chmod(SOCKET_MODE)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening


def connect_to(path: Path, seconds: float) -> socket.socket:
    """A connection to the engine there, made sure that it is this user's.

    Raises OSError when nobody listens, ForeignPeerError when somebody else does.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(os.fspath(path))
        check_peer(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def check_peer(connection: socket.socket) -> None:
    """Raises ForeignPeerError unless the process at the other end runs as this user."""
    user = peer_user(connection)
    if user != os.geteuid():
        raise ForeignPeerError(f"the other end of the socket belongs to another user (id {user})")


def peer_user(connection: socket.socket) -> int:
    """The user id that the other end had when it connected or listened; the kernel says so."""
    if hasattr(socket, "SO_PEERCRED"):
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_PEER.size)
        return int(_LINUX_PEER.unpack(told)[1])
    told = connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _BSD_PEER.size)
    return int(_BSD_PEER.unpack(told.ljust(_BSD_PEER.size, b"\0"))[1])
