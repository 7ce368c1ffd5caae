"""Puts a desk together: home, journal, market, venue, session and host, in the order of `start`."""

from argparse import Namespace

import msgspec

from commands.costs import BASE_CURRENCY, cost_reports
from commands.disk_watch import DiskWatch
from commands.paper_market import PaperMarket, paper_market, standing
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
from engine.domain.patience import Patience
from engine.domain.quotes import Source
from engine.domain.records import Record
from engine.domain.reports import (
    InstrumentsListed,
    LinkChanged,
    LinkState,
    Report,
    SessionOpened,
)
from engine.domain.state import State
from engine.runtime.collector import undisturbed
from engine.runtime.history import OrderHistory
from engine.runtime.host import Host
from engine.runtime.realism_tally import RealismTally
from engine.runtime.recovery import Recovered, Recovery
from engine.runtime.session import Session
from engine.runtime.snapshot import Tail
from engine.values import NANOS_PER_SECOND, Nanos

PAPER_MODE, REPLAY_MODE = "PAPER", "REPLAY"
"""Both are paper: no object of this process could send a live order."""


AT_ONCE = Nanos(0)
"""Questions to the paper venue travel behind the orders they ask about, on one ordered line:
its word that it never had one is believed at once."""


class DeskParts(msgspec.Struct):
    """Everything a session command needs, already recovered and open."""

    home: Home
    journal: Journal
    settings: Settings
    flow: Flow
    venue: PaperVenue
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
    def presence(self) -> Presence | None:
        """How far the trader changed a recording; None where nothing was recorded."""
        if self.flow.source is not Source.REPLAY:
            return None
        from connectors.feeds.lobster_flow import LobsterFlow

        return self.flow.presence if isinstance(self.flow, LobsterFlow) else None

    def close(self) -> tuple[str, ...]:
        """The recording ends, the journal is closed and the home is free for the next engine.

        Returns what is still to be said of the recording.
        """
        try:
            return self.recording.close() if self.recording is not None else ()
        finally:
            self.journal.close()
            self.disk.end()


def open_desk(options: Namespace) -> DeskParts:
    """Settings → market → lock and verified journal → replay → open orders → ready."""
    # What cannot be read is refused before there is a home: nothing is half done then.
    settings = load_settings(default_home(options.home).settings_path, options.config)
    market = paper_market(options, settings)
    own_home = default_home(options.home).path
    costs = [*cost_reports(own_home), load_reference(own_home, settings.reference)]
    home = Home.prepare(options.home)
    instance, recovery = instance_from_seed(market.seed) if options.headless else None, Recovery()
    with undisturbed():
        journal = Journal.open(home, instance=instance, replay=recovery)
    try:
        is_recorded = wants_recording(options, settings, market.flow)
        market = market._replace(is_recorded=is_recorded, costs=costs)
        recovered = recovery.done(journal)
        may_cancel = not options.read_only
        parts = _standing_again(home, settings, journal, recovered, market, may_cancel=may_cancel)
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


def _record(parts: DeskParts) -> None:
    recording = start_recording(parts.home, parts.settings, parts.flow, parts.venue, parts.session)
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


def _standing_again(
    home: Home,
    settings: Settings,
    journal: Journal,
    recovered: Recovered,
    market: PaperMarket,
    *,
    may_cancel: bool,
) -> DeskParts:
    """The state is what the journal says; then the market opens and the desk asks what it owes."""
    found = [*journal.remarks, *_after_recovery(home, journal, recovered)]
    state, flow = recovered.state, market.flow
    stood_at = state.checkpoints.get(flow.description)
    cut_off = not state.ended_clean and state.market == flow.description
    venue, left_behind = standing(market, state, stood_at, recovered.left_at)
    session = Session(state=state, market=venue.market, journal=journal, venue=venue, now=venue.now)
    session.listen_to_steps(recovered.history.note_step)
    realism = RealismTally(session.state)
    session.listen_to_steps(realism.note_step)
    opening_records = _Opening()
    session.listen(opening_records.note)
    host = Host(session, venue)
    expired = left_behind if may_cancel else []
    opening: list[Report] = [InstrumentsListed(venue.instruments), *market.costs]
    opening.append(_opened(state, settings, venue, market, recovered.left_at))
    opening.append(LinkChanged(venue.name, LinkState.UP, venue.description))
    found += _second_factor(home, state, opening)
    # A kill at the next moment finds the market here, not at its beginning.
    host.submit(*opening, *expired, venue.checkpoint())
    host.ask_about_orders_in_doubt(may_cancel=may_cancel)
    host.wait_for_the_books()
    host.wake_up()
    found += [
        f"{record.body.key} stays: {record.body.text}"
        for record in opening_records.records
        if isinstance(record.body, LimitLooseningDropped)
    ]
    remarks = _remarks(found, flow, state, resumes=cut_off, left_behind=len(expired))
    opening_records.is_over = True
    return DeskParts(
        home=home,
        journal=journal,
        settings=settings,
        flow=flow,
        venue=venue,
        session=session,
        host=host,
        history=recovered.history,
        tail=recovered.tail,
        realism=realism,
        opening=opening_records.records,
        was_resumed=stood_at is not None,
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
    found: list[str], flow: Flow, state: State, *, resumes: bool, left_behind: int
) -> tuple[str, ...]:
    remarks = [*found, *([flow.note] if flow.note else [])]
    if resumes:
        remarks.append(
            "the last session was cut off or stopped within its day;"
            " the market goes on where it stood"
        )
    if left_behind:
        remarks.append(f"{left_behind:,} of its orders could not stand here any more and expired")
    asleep = sorted({state.orders[i].market for i in state.live} - {flow.description})
    remarks += [f"orders of {market} sleep until that market runs again" for market in asleep]
    lowered = [a for a in state.accounts.values() if a.trading.state is not TradingState.ACTIVE]
    remarks += [
        f"{a.account} is {a.trading.state.name} since an earlier session"
        f' ({a.trading.reason or "no reason given"}): `resume "why"` lets it trade again'
        for a in lowered
    ]
    return tuple(remarks)


def _opened(
    state: State, settings: Settings, venue: PaperVenue, market: PaperMarket, left_at: Nanos
) -> SessionOpened:
    number = int(state.run.removeprefix("R") or "0") + 1 if state.run else 1
    return SessionOpened(
        run=f"R{number}",
        mode=REPLAY_MODE if market.flow.source is Source.REPLAY else PAPER_MODE,
        market=venue.description,
        source=market.flow.source,
        trade_date=venue.trade_date,
        account=settings.paper.account,
        opening_cash=settings.paper.opening_cash,
        currency=BASE_CURRENCY,
        fee_table=settings.paper.fee_table,
        limits=settings.limits,
        seed=market.seed,
        fee_tables=(
            ("INR", settings.paper.fee_table_inr),
            ("USDT", settings.paper.fee_table_usdt),
        ),
        interest_table=settings.paper.interest,
        left_at=left_at,
        has_oca=venue.has_oca,
        venue=venue.name,
        venue_rate=settings.paper.message_rate,
        patience=Patience(ack=Nanos(settings.paper.ack_wait * NANOS_PER_SECOND), settle=AT_ONCE),
        index=settings.market.index,
    )
