"""Writes a session's frames to its file, in a thread of its own; the engine never waits for it."""

import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from connectors.feeds.recorded.blocks import MAGIC, pack_block
from connectors.feeds.recorded.frames import End, Frame, Head
from engine.values import Nanos

PENDING_FRAMES_MAX = 131_072
"""Frames that wait to be written; what comes while so many wait is lost, and counted."""
ROOM_AGAIN_FRAMES = PENDING_FRAMES_MAX // 2
"""After a loss recording goes on when no more than this wait."""
HURRY_FRAMES = PENDING_FRAMES_MAX // 8
"""So many waiting frames wake the writer before its time."""
BLOCK_FRAMES_MAX = 8_192
BLOCK_SECONDS = 1.0
"""Wall time after which what is there becomes a block: what a kill can lose."""
CLOSE_SECONDS_MAX = 10.0
FILE_MODE = 0o600

MakeRoom = Callable[[int], str]
"""Asked before each block with its length; '' when it may be written, else why it may not."""


class Recorder:
    """A `tap.Intake` over one new file. `news` is for people: what went wrong, a sentence each."""

    def __init__(
        self, path: Path, head: Head, at: Nanos, *, make_room: MakeRoom = lambda length: ""
    ) -> None:
        """Makes the file with its first block; raises OSError when that cannot be."""
        self.path = path
        self._make_room = make_room
        self._pending: deque[Frame] = deque()
        self._last_at = at
        self._frames = 0
        self._lost = 0
        self._news: deque[str] = deque(maxlen=20)
        self._has_told_loss = False
        self.problem = ""
        """Why nothing is written any more; the session goes on without."""
        self._wake = threading.Event()
        self._is_closing = False
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._file: BinaryIO = os.fdopen(os.open(path, flags, FILE_MODE), "wb", buffering=0)
        self._file.write(MAGIC + pack_block([(at, head)], 0))
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    # --- the intake: called in the engine's thread

    @property
    def is_full(self) -> bool:
        return len(self._pending) >= PENDING_FRAMES_MAX

    @property
    def has_room_again(self) -> bool:
        return len(self._pending) <= ROOM_AGAIN_FRAMES

    def put(self, frame: Frame) -> None:
        if self.problem:
            return
        self._pending.append(frame)
        if len(self._pending) == HURRY_FRAMES:
            self._wake.set()

    def lost(self, frames: int) -> None:
        self._lost += frames
        if not self._has_told_loss:
            self._has_told_loss = True
            self._news.append("the recording cannot keep up: it has a gap, and goes on after it")

    # --- for people

    @property
    def frames_lost(self) -> int:
        return self._lost

    def news(self) -> tuple[str, ...]:
        """What there is to say since the last call."""
        return tuple(self._news.popleft() for _ in range(len(self._news)))

    def close(self) -> None:
        """Everything that waits is written, and the file ends in order."""
        self._is_closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS_MAX)
        else:
            self._write_out()
        if self._thread.is_alive():
            self._news.append(f"the recording {self.path.name} was not finished in time")
            return
        self._file.close()

    # --- the writer's thread

    def _run(self) -> None:
        while not self._is_closing:
            self._wake.wait(BLOCK_SECONDS)
            self._wake.clear()
            self._write_pending()
        self._write_out()

    def _write_out(self) -> None:
        self._write_pending()
        if not self.problem:
            self._write([(self._last_at, End(self._frames, self._lost))])

    def _write_pending(self) -> None:
        pending = self._pending
        while pending and not self.problem:
            frames = [pending.popleft() for _ in range(min(len(pending), BLOCK_FRAMES_MAX))]
            self._write(frames)
            self._frames += len(frames)
            self._last_at = frames[-1][0]

    def _write(self, frames: list[Frame]) -> None:
        block = pack_block(frames, self._lost)
        try:
            refusal = self._make_room(len(block))
            if not refusal:
                written = self._file.write(block)
                if written != len(block):
                    refusal = "the disk took only a part of it"
        except OSError as error:
            refusal = str(error.strerror or error)
        if refusal:
            self.problem = f"this session is no longer recorded: {refusal}"
            self._news.append(self.problem)
            self._pending.clear()
