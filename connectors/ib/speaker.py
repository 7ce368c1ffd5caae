"""Questions to the gateway: written as text, numbered, and known again when they are refused."""

from collections.abc import Callable

from connectors.ib.library import Scribe
from connectors.ib.store import ORDER_ID_MAX
from connectors.ib.turnstile import Lane, Leaving
from connectors.ib.wire import Wire

OWNERS_MAX = 10_000
Refused = Callable[[int, int, str], None]
"""(id of the question, IB's code, its words)."""


class Speaker:
    """Ids of questions lie above all order ids and are never used twice, however often the line
    breaks."""

    def __init__(self, scribe: Scribe, wire: Wire) -> None:
        self.scribe, self._wire = scribe, wire
        self._id = ORDER_ID_MAX
        self._owners: dict[int, Refused] = {}

    def ask(self, lane: Lane, request: str, *arguments: object) -> None:
        """Leaves when it may; over a line that is gone it does not, and who still wants to know
        asks again."""
        self._wire.send(Leaving(lane, self.scribe.write(request, *arguments)))

    def new_id(self, owner: Refused) -> int:
        """`owner` is called when the question with this id is refused."""
        self._id += 1
        self._owners[self._id] = owner
        if len(self._owners) > OWNERS_MAX:
            del self._owners[next(iter(self._owners))]
        return self._id

    def owner(self, question: int) -> Refused | None:
        return self._owners.get(question)

    def forget(self, question: int) -> None:
        self._owners.pop(question, None)
