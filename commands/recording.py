"""Whether and how a session is recorded: the composition root's part of it."""

from argparse import Namespace
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from connectors.feeds.flow import Flow
from connectors.feeds.recorded.facts import fact_of, standing_facts
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import FORMAT_VERSION, Head
from connectors.feeds.recorded.recorder import Recorder
from connectors.feeds.recorded.shelf import MEBIBYTE, Shelf
from connectors.feeds.recorded.tap import SessionTap
from connectors.paper.venue import PaperVenue
from data.home import Home
from data.settings import Settings
from engine.domain.quotes import Source
from engine.domain.records import Record
from engine.domain.views import LinkView, Severity
from engine.exchange.quoted.assumptions import Assumptions
from engine.runtime.session import Session

SESSIONS_ALWAYS, SESSIONS_NEVER = "always", "never"
IDENTITY_BYTES = 3
NOT_AGAIN = (
    "this is a recording already: what is replayed is not recorded again, but for days of ticks"
    " or depth"
)


def wants_recording(options: Namespace, settings: Settings, flow: Flow) -> bool:
    """Flags before settings; by default what has a screen, of a replay only what `--record` asks
    for and only where it is told in quotes: recordings of our own are not copied."""
    if options.no_record:
        return False
    if flow.source is Source.REPLAY:
        return bool(options.record) and _is_of_quotes(flow)
    if options.record or settings.record.sessions == SESSIONS_ALWAYS:
        return True
    return settings.record.sessions != SESSIONS_NEVER and not options.headless


def _is_of_quotes(flow: Flow) -> bool:
    assumed = getattr(flow, "assumptions", None)
    return isinstance(assumed, Assumptions) and not isinstance(flow, RecordedFlow)


def shelf_of(home: Home, settings: Settings) -> Shelf:
    """The home's recordings with the room that the settings give them."""
    return Shelf(home.recordings_path, settings.record.mib_max * MEBIBYTE)


class Recording:
    """A session's recording from its first book to its end; `remark` says where it goes."""

    def __init__(self, shelf: Shelf, recorder: Recorder) -> None:
        self._shelf = shelf
        self._recorder = recorder

    @property
    def remark(self) -> str:
        return f"this session is recorded: {self._recorder.path.name}"

    def news(self) -> tuple[str, ...]:
        """What a person should hear since the last call: gaps, what was given up, the end of it."""
        given_up = tuple(self._shelf.news)
        self._shelf.news.clear()
        return given_up + self._recorder.news()

    def links(self) -> tuple[LinkView]:
        """For the top line."""
        recorder = self._recorder
        if recorder.problem:
            return (LinkView("rec", Severity.UNAVAILABLE, "stopped"),)
        if recorder.frames_lost:
            return (LinkView("rec", Severity.DEGRADED, f"{recorder.frames_lost:,} lost"),)
        return (LinkView("rec", Severity.OK, "recording"),)

    def close(self) -> tuple[str, ...]:
        """Everything is written; returns what is still to be said."""
        self._recorder.close()
        lost = self._recorder.frames_lost
        gaps = (f"the recording lacks {lost:,} frames",) if lost else ()
        return (*self.news(), *gaps)


def start_recording(
    home: Home, settings: Settings, flow: Flow, venue: PaperVenue, session: Session
) -> Recording | str:
    """A recording that runs, or why there is none; the session goes on either way."""
    shelf = shelf_of(home, settings)
    state = session.state
    try:
        shelf.folder.mkdir(mode=0o700, exist_ok=True)
        path = shelf.new_path(venue.trade_date, state.run)
        refusal = shelf.make_room(MEBIBYTE, path)
        if refusal:
            return f"this session is not recorded: {refusal}"
        head = Head(
            FORMAT_VERSION,
            _identity(state.instance, state.epoch, state.run, flow.description, venue.now),
            flow.description,
            flow.source,
            venue.trade_date,
            state.run,
            state.seed,
            venue.instruments,
            getattr(flow, "assumptions", None),
            venue.note,
        )
        recorder = Recorder(path, head, venue.now, make_room=_room_on(shelf, path))
    except OSError as error:
        return f"this session is not recorded: {error.strerror or error}"
    tap = SessionTap(recorder, venue.exchange, venue.market, lambda: venue.now)
    tap.begin(venue.trade_date)
    for fact in standing_facts(state, state.market):
        tap.did(fact)
    venue.tapped_by(tap)

    def note(record: Record) -> None:
        fact = fact_of(record, state)
        if fact is not None:
            tap.did(fact)

    session.listen(note)
    recorder.start()
    return Recording(shelf, recorder)


def _room_on(shelf: Shelf, path: Path) -> Callable[[int], str]:
    return lambda length: shelf.make_room(length, path)


def _identity(*parts: object) -> str:
    """Six hexadecimal digits that another recording does not have."""
    return blake2b(repr(parts).encode(), digest_size=IDENTITY_BYTES).hexdigest()
