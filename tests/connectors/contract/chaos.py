"""A line between a desk and a venue that splits what it carries, and breaks in the middle of it."""

import socket
import threading
from contextlib import suppress
from random import Random

PIECE_BYTES_MAX = 9


class Chaos:
    """Listens at `port` and carries everything to `far`, in pieces of 1 to 9 bytes."""

    def __init__(self, far: int, seed: int, *, breaks_after: int = 0) -> None:
        """`breaks_after`: most bytes that one connection carries; 0: it never breaks."""
        self._far, self._rng, self._breaks_after = far, Random(seed), breaks_after
        self.breaks = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._is_over = False
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._is_over = True
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for each in self._open:
            _end(each)
        for thread in self._threads:
            thread.join(5)

    def calm(self) -> None:
        """From the next connection on nothing breaks any more."""
        self._breaks_after = 0

    def _accept(self) -> None:
        while not self._is_over:
            try:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._far))
            except OSError:
                continue
            self._open += [near, far]
            for each in (near, far):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            most = self._breaks_after
            room = [self._rng.randint(most // 8, most) if most else 1 << 40]
            for here, there in ((near, far), (far, near)):
                pump = threading.Thread(target=self._carry, args=(here, there, room), daemon=True)
                self._threads.append(pump)
                pump.start()

    def _carry(self, here: socket.socket, there: socket.socket, room: list[int]) -> None:
        rng = Random(self._rng.random())
        with suppress(OSError):
            while data := here.recv(1 << 16):
                while data and room[0] > 0:
                    size = rng.randint(1, PIECE_BYTES_MAX)
                    there.sendall(data[:size])
                    data, room[0] = data[size:], room[0] - size
                if room[0] <= 0:
                    self.breaks += 1
                    break
        _end(here)
        _end(there)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
