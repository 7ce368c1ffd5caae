"""Who has one of a few places: what was looked at longest ago gives way, what is in use never."""

from collections.abc import Callable, Iterator


class Slots:
    """Symbols with a place, the one that was looked at longest ago first."""

    def __init__(self, most: int, is_in_use: Callable[[str], bool]) -> None:
        self._bought, self.most = most, most
        self._is_in_use = is_in_use
        self._recent: dict[str, None] = {}

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._recent

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._recent))

    def __len__(self) -> int:
        return len(self._recent)

    @property
    def has_room(self) -> bool:
        return len(self._recent) < self.most

    def touch(self, symbol: str) -> None:
        """It has a place, and is the one looked at last."""
        self._recent.pop(symbol, None)
        self._recent[symbol] = None

    def leave(self, symbol: str) -> None:
        self._recent.pop(symbol, None)

    def clear(self) -> list[str]:
        """Nobody has one any more, and there are as many again as were bought; who had one."""
        had, self.most = list(self._recent), self._bought
        self._recent.clear()
        return had

    def are_fewer(self) -> None:
        """The venue gave no more than these."""
        self.most = max(1, min(self.most, len(self._recent)))

    def gives_way(self) -> str:
        """Who leaves for somebody else; empty where all of them are in use."""
        return next((each for each in self._recent if not self._is_in_use(each)), "")
