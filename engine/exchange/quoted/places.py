"""Where an order stands at its price under one queue model: who is ahead, who behind."""

import msgspec

from engine.exchange.quoted.assumptions import QueueModel

UNKNOWN = -1
"""The place at a price that the feed does not show."""


class Place(msgspec.Struct, gc=False):
    """One order under one model; `ahead` and `behind` count other people's displayed shares."""

    model: QueueModel
    ahead: int
    behind: int
    leaves: int
    filled: int = 0
    first_at: int = 0
    """Market time of the first share; 0 before it."""
    done_at: int = 0
    """Market time of the last share; 0 before it."""
    unprinted: int = 0
    """Shares ahead that a quote took away and that a late print may still explain."""
    unprinted_until: int = 0

    @property
    def others(self) -> int:
        return max(self.ahead, 0) + self.behind

    def give(self, quantity: int, at: int) -> int:
        """Fills up to `quantity`; what the order took."""
        taken = min(quantity, self.leaves)
        if taken:
            self.leaves -= taken
            self.filled += taken
            self.first_at = self.first_at or at
            if not self.leaves:
                self.done_at = at
        return taken

    def shown(self, size: int, until: int) -> None:
        """The feed shows `size` at the price: more joins behind, less leaves by the model.

        What left from ahead may be a trade that is printed later: until then it is remembered, so
        that the print does not move the queue a second time.
        """
        if self.ahead == UNKNOWN:
            self.ahead, self.behind = size, 0
            return
        gone = self.ahead + self.behind - size
        if gone <= 0:
            self.behind -= gone
            return
        if self.model is QueueModel.PROPORTIONAL:
            from_ahead = gone * self.ahead // (self.ahead + self.behind)
        else:
            from_ahead = max(0, gone - self.behind)
        self.ahead -= from_ahead
        self.behind -= gone - from_ahead
        if from_ahead:
            self.unprinted += from_ahead
            self.unprinted_until = until

    def explained(self, quantity: int, at: int) -> int:
        """How much of a print at the price the last quotes have shown already."""
        if not self.unprinted:
            return 0
        if at > self.unprinted_until:
            self.unprinted = 0
            return 0
        known = min(quantity, self.unprinted)
        self.unprinted -= known
        return known

    def others_traded(self, quantity: int) -> None:
        """Other people's shares at the price traded, from the front."""
        from_ahead = min(quantity, max(self.ahead, 0))
        if self.ahead > 0:
            self.ahead -= from_ahead
        self.behind = max(0, self.behind - (quantity - from_ahead))


def place_of(model: QueueModel, displayed: int | None, leaves: int) -> Place:
    """A new order's place; `displayed` is None at a price that the feed does not show."""
    if model is QueueModel.FRONT:
        return Place(model, 0, displayed or 0, leaves)
    return Place(model, UNKNOWN if displayed is None else displayed, 0, leaves)
