"""A promise that was not kept: which one, and what was seen instead."""


class Broken(Exception):  # noqa: N818  # a finding about the desk, not an error of the simulator
    """Ends the run of a seed."""

    def __init__(self, invariant: str, seen: str) -> None:
        super().__init__(f"{invariant}: {seen}")
        self.invariant = invariant
        self.seen = seen


def hold(truth: bool, invariant: str, seen: str = "") -> None:
    """Raises Broken unless the promise is kept."""
    if not truth:
        raise Broken(invariant, seen)
