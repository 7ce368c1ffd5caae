"""How far the trader's presence changed a recording."""

import msgspec


class Presence(msgspec.Struct):
    """Counts of one replay; all zero while the trader has met nobody."""

    executions_displaced: int = 0
    """Recorded executions that did not, or not wholly, happen to their recorded order."""
    shares_displaced: int = 0
    shares_provided: int = 0
    """Shares that the trader's resting orders gave to recorded aggressors."""
    shares_unfilled: int = 0
    """Shares of recorded aggressors that found nobody any more within their limit."""

    @property
    def is_none(self) -> bool:
        return not (self.executions_displaced or self.shares_provided or self.shares_unfilled)
