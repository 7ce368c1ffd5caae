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
        """Whether the book is still what the recording alone makes of it."""
        return not (self.executions_displaced or self.shares_provided or self.shares_unfilled)

    def sentence(self, *, shares_taken: int) -> str:
        """For the session report; what the trader took is counted at the venue."""
        if not (self.shares_provided or shares_taken or self.executions_displaced):
            return "You met nobody: the recording ran as it was."
        return (
            f"You provided {self.shares_provided:,} shares and took {shares_taken:,};"
            f" {self.executions_displaced:,} recorded executions ({self.shares_displaced:,} shares)"
            f" went elsewhere and {self.shares_unfilled:,} recorded shares found nobody."
        )
