"""What a desk opens on, whichever venue it trades at, and what the opening says of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from commands.costs import BASE_CURRENCY
from connectors.feeds.flow import Flow
from connectors.paper.venue import PaperVenue
from data.settings import Settings
from engine.domain.patience import Patience
from engine.domain.quotes import Source
from engine.domain.reports import LinkChanged, LinkState, Report, SessionOpened, VenueExpired
from engine.domain.state import State
from engine.hosted import HostedVenue
from engine.runtime.host import Pace
from engine.values import Money, Nanos


def _nothing(*, is_orderly: bool) -> None:
    """There is nothing to let go."""


class Ground(NamedTuple):
    """A venue with this home's orders standing there, and how the session is told of it."""

    venue: HostedVenue
    account: str
    mode: str
    source: Source
    patience: Patience
    limits: tuple[tuple[str, str], ...]
    seed: int = 0
    index_symbol: str = ""
    venue_word: str = "paper"
    """As R44 knows it."""
    venue_rate: int = 0
    """Messages a second that it takes (R13); 0 where it names none."""
    costs: Sequence[Report] = ()
    left_behind: Sequence[VenueExpired] = ()
    was_known: bool = False
    """This home has traded there before."""
    paper: PaperVenue | None = None
    flow: Flow | None = None
    pace: Pace | None = None
    close: Callable[..., None] = _nothing
    opening_cash: Money | None = None
    """Of an account that is new to this home, as its venue says; None: by the settings."""
    states_its_books: bool = True
    """False where it cannot be asked about orders: an opening does not wait for that."""
    remarks: tuple[str, ...] = ()
    """What a person should know of how the venue was found; a sentence each."""

    def opened(
        self, state: State, settings: Settings, left_at: Nanos, *, is_read_only: bool = False
    ) -> SessionOpened:
        number = int(state.run.removeprefix("R") or "0") + 1 if state.run else 1
        paper, venue = settings.paper, self.venue
        return SessionOpened(
            run=f"R{number}",
            mode=self.mode,
            market=venue.description,
            source=self.source,
            trade_date=venue.trade_date,
            account=self.account,
            opening_cash=paper.opening_cash if self.opening_cash is None else self.opening_cash,
            currency=BASE_CURRENCY,
            fee_table=paper.fee_table,
            limits=self.limits,
            seed=self.seed,
            fee_tables=(("INR", paper.fee_table_inr), ("USDT", paper.fee_table_usdt)),
            interest_table=paper.interest,
            left_at=left_at,
            has_oca=venue.has_oca,
            venue=self.venue_word,
            venue_rate=self.venue_rate,
            patience=self.patience,
            index=self.index_symbol,
            is_read_only=is_read_only,
        )

    def first_words(self) -> list[Report]:
        """What is true of the line from the start; a line that speaks for itself says so."""
        if self.paper is None:
            return []
        venue = self.venue
        return [LinkChanged(venue.name, LinkState.UP, venue.description)]

    def first_place(self) -> list[Report]:
        """A kill at the next moment finds a simulated market here, not at its beginning."""
        return [] if self.paper is None else [self.paper.checkpoint()]
