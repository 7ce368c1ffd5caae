"""Order ids that a gateway has begun anew are brought up again, by a preview, which places nothing.

While it counts an id as unused, a change of the order that has it could become a second order
(`Ids.is_unused_there`), so none leaves: exits could not follow what they protect. Whether a preview
counts is the gateway's to say: it is asked for its next id, and its answer is what is believed.
"""

from enum import IntEnum

from connectors.ib.contracts import Contracts
from connectors.ib.roll import Roll
from connectors.ib.rounds import Kind, Rounds, Want
from connectors.ib.store import Ids
from connectors.ib.what_ifs import WhatIfs


class _Step(IntEnum):
    TO_ASK = 0
    ASKED = 1
    TO_KNOW = 2
    OVER = 3


class RolledBack:
    """Tried once in each connection."""

    def __init__(
        self, roll: Roll, ids: Ids, what_ifs: WhatIfs, contracts: Contracts, rounds: Rounds
    ) -> None:
        self._roll, self._ids, self._what_ifs = roll, ids, what_ifs
        self._contracts, self._rounds = contracts, rounds
        self._step = _Step.TO_ASK
        self._want: Want | None = None

    def begins(self) -> None:
        """A new connection."""
        self._step = _Step.TO_ASK

    def look(self) -> None:
        """Over a line that is whole, each time somebody looks."""
        if self._step is _Step.OVER or not self._is_needed():
            return
        if self._step is _Step.TO_ASK:
            listed = next(iter(self._contracts.every()), None)
            if listed is not None and self._what_ifs.use_up_id(listed.instrument.symbol):
                self._step = _Step.ASKED
        elif self._step is _Step.ASKED and not self._what_ifs.is_asking:
            self._want = self._rounds.want(Kind.IDS)
            self._step = _Step.TO_KNOW
        elif self._step is _Step.TO_KNOW and self._want is not None and self._want.is_over:
            self._step = _Step.OVER

    def _is_needed(self) -> bool:
        """An order stands here that could not be changed."""
        return any(self._ids.is_unused_there(order.order_id) for order in self._roll.open())
