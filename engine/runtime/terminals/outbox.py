"""What waits for one terminal: answers in order, none dropped, and of views only the newest."""

import socket
from collections import deque

ANSWERS_MAX = 4_096
ANSWER_BYTES_MAX = 4 * 1024 * 1024
"""A terminal that lets more than this pile up is let go: it attaches again and sees everything."""


class Outbox:
    """Never blocks; the caller asks the socket when there is room."""

    def __init__(self) -> None:
        self._answers: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._view = b""
        self._begun = memoryview(b"")
        """The rest of a message that the other end has the beginning of."""
        self.views_replaced = 0

    def put(self, message: bytes) -> bool:
        """False when this terminal cannot keep up; then nothing was taken."""
        is_full = self._waiting_bytes + len(message) > ANSWER_BYTES_MAX
        if is_full or len(self._answers) >= ANSWERS_MAX:
            return False
        self._answers.append(message)
        self._waiting_bytes += len(message)
        return True

    def show(self, view: bytes) -> None:
        """The newest view; one that has not begun to leave is forgotten."""
        self.views_replaced += bool(self._view)
        self._view = view

    def end_with(self, message: bytes) -> None:
        """Nothing else leaves any more but what has begun, and this."""
        self._answers = deque((message,))
        self._waiting_bytes = len(message)
        self._view = b""

    @property
    def is_empty(self) -> bool:
        return not (self._begun or self._answers or self._view)

    def send_some(self, connection: socket.socket) -> None:
        """As much as the other end takes now. Raises OSError when there is none any more."""
        while not self.is_empty:
            if not self._begun:
                self._begun = memoryview(self._next())
            try:
                sent = connection.send(self._begun)
            except BlockingIOError:
                return
            self._begun = self._begun[sent:]

    def _next(self) -> bytes:
        if self._answers:
            message = self._answers.popleft()
            self._waiting_bytes -= len(message)
            return message
        message, self._view = self._view, b""
        return message
