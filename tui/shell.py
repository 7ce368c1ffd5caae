"""What the room needs of the terminal program around it."""

from collections.abc import Callable
from typing import Protocol


class Shell(Protocol):
    """Carries out what only the program itself can do."""

    def relayout(self) -> None: ...

    def recolour(self) -> None: ...

    def later(self, seconds: float, call: Callable[[], None]) -> None: ...

    def to_clipboard(self, text: str) -> None: ...

    def leave(self, code: int, words: str = "") -> None: ...

    def screen_size(self) -> tuple[int, int]: ...

    def keep_frame(self, ticket: str) -> None:
        """What is painted now belongs to this ticket."""
