"""Inside the processes that `bench start` measures: each answers with its CPU at the first frame.

The workstation is the program itself, told by TEXTUAL_DRIVER to write through `AnsweringDriver`.
"""

import os
import time

from tui.terminal import DeskDriver

ANSWERS = "TRADER_FIRST_FRAME"
"""The environment's name for the file descriptor on which the milliseconds are expected."""


class AnsweringDriver(DeskDriver):
    """Answers when the first frame of a laid-out desk has been handed to the terminal, and ends."""

    _has_answered = False

    def flush(self) -> None:
        super().flush()
        if not self._has_answered and getattr(self._app, "is_desk_painted", False):
            self._has_answered = True
            answer()
            self._app.exit(0)


def answer() -> None:
    """CPU of this process so far: user and system, threads and what ran before an exec included."""
    os.write(int(os.environ[ANSWERS]), f"{time.process_time() * 1000:.1f}".encode())


def screen() -> None:
    """The screen alone, over a desk with one prepared frame."""
    import gc

    gc.disable()  # as the launcher does for a session
    from commands.bench_frames import FrameDesk
    from tui.app import TraderApp

    TraderApp(FrameDesk(frames=1)).run_desk()


def minimal() -> None:
    """The least that a screen costs, without any desk."""
    from tui.minimal import Minimal

    Minimal(answer).run()
