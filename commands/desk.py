"""Puts a desk together: home, journal, market, venue, session and host, in the order of `start`."""

import threading
from argparse import Namespace
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from commands.costs import cost_reports
from commands.desk_refusals import refuse_to_leave_alone
from commands.disk_watch import DiskWatch
from commands.fix_market import FixMarket, fix_market
from commands.ground import Ground
from commands.ib_market import IbMarket, ib_market
from commands.paper_market import PaperMarket, paper_market
from commands.recording import NOT_AGAIN, Recording, start_recording, wants_recording
from connectors.feeds.flow import Flow
from connectors.feeds.lobster_presence import Presence
from connectors.paper.venue import PaperVenue
from data.errors import VaultDamagedError
from data.home import Home, default_home
from data.journal import Journal
from data.journal.identity import instance_from_seed
from data.reference.tables import load_reference
from data.settings import Settings, load_settings
from data.space import REDUCING_BELOW_BYTES, disk_space
from data.vault.attempts import read_tries
from engine.domain.events import LimitLooseningDropped, TradingState
from engine.domain.factor_facts import SecondFactorKnown
from engine.domain.quotes import Source
from engine.domain.records import Record
from engine.domain.reports import InstrumentsListed, Report
from engine.domain.state import State
from engine.hosted import HostedVenue
from engine.runtime.collector import undisturbed
from engine.runtime.history import OrderHistory
from engine.runtime.host import Host
from engine.runtime.pace import ClockPace
from engine.runtime.realism_tally import RealismTally
from engine.runtime.recovery import Recovered, Recovery
from engine.runtime.session import Session
from engine.runtime.snapshot import Tail


class DeskParts(msgspec.Struct):
    """Everything a session command needs, already recovered and open."""

    home: Home
    journal: Journal
    settings: Settings
    account: str
    """What is traded from here."""
    venue: HostedVenue
    ground: Ground
    session: Session
    host: Host
    history: OrderHistory
    tail: Tail
    """The newest fills and denials, for rows that only events can tell."""
    realism: RealismTally
    opening: list[Record]
    """What came true while it opened: answers about orders in doubt, fills on the way back in."""
    was_resumed: bool
    remarks: tuple[str, ...]
    """What a person should know of how everything was found; a sentence each."""
    disk: DiskWatch
    """Asked now and then by whoever runs the session."""
    recording: Recording | None = None

    @property
    def flow(self) -> Flow | None:
        return self.ground.flow

    @property
    def paper(self) -> PaperVenue | None:
        return self.ground.paper

    @property
    def presence(self) -> Presence | None:
        """How far the trader changed a recording; None where nothing was recorded."""
        if self.flow is None or self.flow.source is not Source.REPLAY:
            return None
        from connectors.feeds.lobster_flow import LobsterFlow

        return self.flow.presence if isinstance(self.flow, LobsterFlow) else None

    def close(self) -> tuple[str, ...]:
        """The recording ends, the journal is closed and the home is free for the next engine.

        Returns what is still to be said of the recording.
        """
        try:
            self.ground.close(is_orderly=not self.session.is_stopped)
            return self.recording.close() if self.recording is not None else ()
        finally:
            self.journal.close()
            self.disk.end()


def line_notes(parts: DeskParts) -> tuple[str, ...]:
    """What a person should hear of the line to a venue beyond one; nothing of a simulated one."""
    live = parts.venue.live
    return () if live is None else live.notes()


def open_desk(options: Namespace) -> DeskParts:
    """Settings → market → lock and verified journal → replay → open orders → ready."""
    # What cannot be read is refused before there is a home: nothing is half done then.
    settings = load_settings(default_home(options.home).settings_path, options.config)
    market = _market(options, settings)
    own_home = default_home(options.home).path
    costs = [*cost_reports(own_home), load_reference(own_home, settings.reference)]
    home = Home.prepare(options.home)
    instance, is_recorded, recovery = None, False, Recovery()
    if isinstance(market, PaperMarket) and options.headless:
        instance = instance_from_seed(market.seed)
    with undisturbed():
        journal = Journal.open(home, instance=instance, replay=recovery)
    try:
        if isinstance(market, PaperMarket):
            is_recorded = wants_recording(options, settings, market.flow)
            market = market._replace(is_recorded=is_recorded)
        opens = _Opens(home, settings, journal, market, costs)
        recovered = recovery.done(journal)
        parts = _standing_again(opens, recovered, options)
        parts.remarks += parts.disk.attend()
        if parts.session.state.disk_text:
            parts.remarks += (parts.session.state.disk_text,)
        if is_recorded:
            _record(parts)
        elif options.record:
            parts.remarks += (NOT_AGAIN,)
        return parts
    except BaseException:
        journal.close()
        raise


class _Opens(NamedTuple):
    """What a desk is opened from."""

    home: Home
    settings: Settings
    journal: Journal
    market: PaperMarket | FixMarket | IbMarket
    costs: Sequence[Report]
    """The home's tables, of borrow terms, dividends, rates and what else it has, as reports."""


def _market(options: Namespace, settings: Settings) -> PaperMarket | FixMarket | IbMarket:
    if options.venue == "fix":
        return fix_market(options, settings)
    if options.venue == "ib":
        return ib_market(options, settings)
    return paper_market(options, settings)


def _record(parts: DeskParts) -> None:
    flow, paper = parts.flow, parts.paper
    assert flow is not None and paper is not None, "only what is simulated is recorded"
    recording = start_recording(parts.home, parts.settings, flow, paper, parts.session)
    if isinstance(recording, str):
        parts.remarks += (recording,)
        return
    parts.recording = recording


class _Opening:
    """Keeps what came true until the desk was open; nobody could listen before."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.is_over = False

    def note(self, record: Record) -> None:
        if not self.is_over:
            self.records.append(record)


def _standing_again(opens: _Opens, recovered: Recovered, options: Namespace) -> DeskParts:
    """The state is what the journal says; then the market opens and the desk asks what it owes."""
    home, settings, journal = opens.home, opens.settings, opens.journal
    found = [*journal.remarks, *_after_recovery(home, journal, recovered)]
    state = recovered.state
    if not isinstance(opens.market, IbMarket):
        refuse_to_leave_alone(state, opens.market.description)
    ground = opens.market.ground(home, recovered)
    # Only now: a gateway whose API is read-only makes a desk one that only looks.
    may_cancel = not options.read_only
    venue = ground.venue
    found += ground.remarks
    cut_off = not state.ended_clean and state.market == venue.description
    session = Session(state=state, market=venue.market, journal=journal, venue=venue, now=venue.now)
    session.listen_to_steps(recovered.history.note_step)
    realism = RealismTally(session.state)
    session.listen_to_steps(realism.note_step)
    opening_records = _Opening()
    session.listen(opening_records.note)
    host = Host(session, venue, ground.pace)
    if venue.live is not None:
        host.pace = ClockPace(venue.live, threading.Event())
    expired = ground.left_behind if may_cancel else []
    opening: list[Report] = [InstrumentsListed(venue.instruments), *opens.costs]
    left_at = recovered.left_at
    opening.append(ground.opened(state, settings, left_at, is_read_only=not may_cancel))
    opening += ground.first_words()
    found += _second_factor(home, state, opening)
    host.submit(*opening, *expired, *ground.first_place())
    host.ask_about_orders_in_doubt(may_cancel=may_cancel)
    if ground.states_its_books:
        host.wait_for_the_books()
    host.wake_up()
    found += [
        f"{record.body.key} stays: {record.body.text}"
        for record in opening_records.records
        if isinstance(record.body, LimitLooseningDropped)
    ]
    resumes = cut_off and ground.paper is not None
    remarks = _remarks(found, venue, state, resumes=resumes, left_behind=len(expired))
    opening_records.is_over = True
    return DeskParts(
        home=home,
        journal=journal,
        settings=settings,
        account=ground.account,
        venue=venue,
        ground=ground,
        session=session,
        host=host,
        history=recovered.history,
        tail=recovered.tail,
        realism=realism,
        opening=opening_records.records,
        was_resumed=ground.was_known,
        remarks=remarks,
        disk=DiskWatch(home, host),
    )


def _second_factor(home: Home, state: State, opening: list[Report]) -> list[str]:
    """The desk hears what is enrolled where that is news; what cannot be read stays as it was."""
    try:
        tries = read_tries(home.factor_path)
    except VaultDamagedError as damage:
        return [str(damage)]
    enrolment = tries.enrolment if tries is not None else ""
    if enrolment != state.factor.enrolment:
        # Before the run begins, which asks what it guards; a new home has no run to ask about.
        opening.insert(0 if state.run else len(opening), SecondFactorKnown(enrolment))
    return []


def _after_recovery(home: Home, journal: Journal, recovered: Recovered) -> list[str]:
    """Once a start had much to replay, the next need not; what was in the way, in words.

    Here the state is exactly what the journal gives, and no market waits for it yet.
    """
    remarks = [recovered.remark] if recovered.remark else []
    if not (recovered.is_worth_a_snapshot or journal.has_bad_snapshots or remarks):
        return remarks
    snapshot = recovered.snapshot()
    try:
        if disk_space(home).free_bytes < REDUCING_BELOW_BYTES + len(snapshot.body):
            raise OSError("too little room is left on the disk")
        journal.keep_snapshot(snapshot)
    except OSError as error:
        why = error.strerror or str(error)
        remarks.append(
            f"no snapshot could be kept ({why}); the next start replays what this one did"
        )
    return remarks


def _remarks(
    found: list[str], venue: HostedVenue, state: State, *, resumes: bool, left_behind: int
) -> tuple[str, ...]:
    remarks = [*found, *([venue.note] if venue.note else [])]
    if resumes:
        remarks.append(
            "the last session was cut off or stopped within its day;"
            " the market goes on where it stood"
        )
    if left_behind:
        remarks.append(f"{left_behind:,} of its orders could not stand here any more and expired")
    asleep = sorted({state.orders[i].market for i in state.live} - {venue.description})
    remarks += [f"orders of {market} sleep until that market runs again" for market in asleep]
    lowered = [a for a in state.accounts.values() if a.trading.state is not TradingState.ACTIVE]
    remarks += [
        f"{a.account} is {a.trading.state.name} since an earlier session"
        f' ({a.trading.reason or "no reason given"}): `resume "why"` lets it trade again'
        for a in lowered
    ]
    return tuple(remarks)
