"""How a line to a venue is, as its venue's side tells it."""

from enum import IntEnum

from engine.domain.facts import Fact


class LinkState(IntEnum):
    """How a line to a venue is."""

    UP = 1
    DOWN = 2
    QUIET = 3
    """It stands, and its venue is about to restart as planned: nothing that opens leaves."""
    AWAY = 4
    """Down, as was planned."""

    @property
    def is_down(self) -> bool:
        """Nothing gets to the venue."""
        return self in (LinkState.DOWN, LinkState.AWAY)


class LinkChanged(Fact, frozen=True, tag="link"):
    """A line turned; `text` says why, or what stands beside one that is up."""

    link: str
    state: LinkState
    text: str = ""
