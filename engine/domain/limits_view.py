"""What each control allows, and what is used of it: rows for the screen."""

from engine.domain.views import Row
from engine.values import Instruction, Nanos

NOT_MEASURED = -1
"""The share of a limit that no figure stands behind: it is asked of each order alone."""
THOUSANDTHS = 1_000


class WaitingRow(Row, frozen=True):
    """A looser value on its way: it counts at `due`, unless it is taken back."""

    after: str
    reason: str
    due: Nanos
    who: str


class LimitRow(Row, frozen=True):
    """One setting of one control; texts are for the eye, `value` is what `set` would write."""

    id: str
    code: str
    key: str
    name: str
    """What `set` calls it; empty where there is nothing to set."""
    formula: str
    mode: str
    limit: str
    """"10,000 shares"; empty where the control compares with the market or the venue."""
    value: str
    source: str
    """Where the value comes from: a profile, a file, or a change of this session with its why."""
    is_control: bool
    used: str = ""
    room: str = ""
    share: int = NOT_MEASURED
    """Used of the limit, in thousandths."""
    off: str = ""
    """Why it does not count; empty while it does."""
    tighter: str = ""
    """What one action tightens it to, as `set` would write it; empty where it cannot be tighter."""
    waiting: WaitingRow | None = None
    is_private: bool = False
    """What is used and the room are amounts of the account, or its name."""


class RoomRow(Row, frozen=True):
    """How much more of one side would pass without a question, and which rule stops it first."""

    instruction: Instruction
    quantity: int
    rule: str
    words: str
    """ "43 more, R08 position stops you first"."""


class LimitsView(Row, frozen=True):
    """Every control as it stands for one symbol of one account."""

    account: str
    symbol: str
    at: Nanos
    rooms: tuple[RoomRow, ...]
    rows: tuple[LimitRow, ...]
