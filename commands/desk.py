"""Puts a desk together: home, journal, market, venue, session and host, in the order of `start`."""

import secrets
from argparse import Namespace
from collections import deque

import msgspec

from connectors.feeds.flow import Flow
from connectors.feeds.lobster_flow import LobsterFlow
from connectors.feeds.lobster_presence import Presence
from connectors.feeds.open import open_market
from connectors.paper.orders import RestingOrder
from connectors.paper.venue import PaperVenue
from data.home import Home
from data.journal import Journal
from data.journal.identity import instance_from_seed
from data.settings import Settings, load_settings
from engine.domain.events import OrderDenied, OrderFilled
from engine.domain.orders import Order
from engine.domain.records import Record
from engine.domain.reports import (
    InstrumentsListed,
    Report,
    SessionOpened,
    VenueExpired,
)
from engine.domain.state import State
from engine.runtime.host import Host
from engine.runtime.recovery import orders_at_venue, replay
from engine.runtime.session import Session
from engine.runtime.why import OrderHistory

HEADLESS_SEED = 1
SEED_BITS = 31
TAIL_RECORDS_MAX = 2_000


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
    tail: deque[Record]
    """The newest fills and denials, for rows that only events can tell."""
    was_resumed: bool

    @property
    def presence(self) -> Presence | None:
        """How far the trader changed a recording; None where nothing was recorded."""
        return self.flow.presence if isinstance(self.flow, LobsterFlow) else None

    def close(self) -> None:
        """The journal is closed and the home is free for the next engine."""
        self.journal.close()


def open_desk(options: Namespace) -> DeskParts:
    """Settings → market → lock and verified journal → replay → open orders → ready."""
    home = Home.prepare(options.home)
    settings = load_settings(home.settings_path, options.config)
    seed = _seed(options, settings)
    flow = _market(options, settings, seed)
    journal = Journal.open(home, instance=instance_from_seed(seed) if options.headless else None)
    try:
        return _recovered(home, settings, journal, flow, seed)
    except BaseException:
        journal.close()
        raise


def _recovered(
    home: Home, settings: Settings, journal: Journal, flow: Flow, seed: int
) -> DeskParts:
    """The state is what the journal says; then the market opens and the desk asks what it owes."""
    history = OrderHistory()
    tail: deque[Record] = deque(maxlen=TAIL_RECORDS_MAX)

    def remember(record: Record) -> None:
        history.note(record)
        if isinstance(record.body, OrderFilled | OrderDenied):
            tail.append(record)

    state, _ = replay(
        journal.blocks(), instance=journal.instance, epoch=journal.epoch, each=remember
    )
    resumes = not state.ended_clean and state.market == flow.description
    venue = _venue(flow, state, resumes=resumes)
    session = Session(state=state, market=venue.market, journal=journal, venue=venue, now=venue.now)
    session.listen(history.note)
    host = Host(session, venue)
    opening: list[Report] = [InstrumentsListed(venue.instruments)]
    opening.append(_opened(state, settings, venue, flow, seed))
    if not resumes:
        opening += _left_behind(state, venue)
    host.submit(*opening)
    host.ask_about_orders_in_doubt()
    return DeskParts(home, journal, settings, flow, venue, session, host, history, tail, resumes)


def _seed(options: Namespace, settings: Settings) -> int:
    if options.seed is not None:
        return int(options.seed)
    if settings.market.seed:
        return settings.market.seed
    return HEADLESS_SEED if options.headless else secrets.randbits(SEED_BITS)


def _market(options: Namespace, settings: Settings, seed: int) -> Flow:
    market = options.market or settings.market.kind
    symbols = options.symbols or settings.market.symbols or None
    return open_market(str(market), symbols=symbols, seed=seed, start=settings.market.start)


def _resting(order: Order, state: State) -> RestingOrder:
    asked = order.order
    return RestingOrder(
        client_order_id=order.client_order_id,
        symbol=asked.symbol,
        instruction=asked.instruction,
        type=asked.type,
        price=order.price,
        stop=order.stop,
        trigger=asked.trigger,
        open_quantity=order.leaves,
        total_quantity=order.quantity,
        cumulative=order.cumulative,
        queue_ahead=state.checkpoint_queue.get(order.client_order_id, order.queue_ahead),
        time_in_force=asked.time_in_force,
        post_only=asked.post_only,
        triggered=order.is_triggered,
    )


def _venue(flow: Flow, state: State, *, resumes: bool) -> PaperVenue:
    """The paper exchange is rebuilt from the journal before the desk asks it anything."""
    known = {instrument.symbol for instrument in flow.instruments}
    is_same_market = state.market == flow.description
    working = [
        _resting(order, state)
        for order in orders_at_venue(state)
        if is_same_market and order.order.symbol in known
    ]
    return PaperVenue(
        flow,
        cursor=state.checkpoint if resumes else b"",
        working=working,
        next_execution=state.executions_seen + 1,
        next_order=state.order_next,
    )


def _left_behind(state: State, venue: PaperVenue) -> list[Report]:
    """Orders of another market, or of a day that is over, do not stand in this one."""
    is_same_market = state.market == venue.description
    known = {instrument.symbol for instrument in venue.instruments}
    return [
        VenueExpired(order.client_order_id, f"it stood in another market ({state.market})")
        for order in orders_at_venue(state)
        if not is_same_market or order.order.symbol not in known
    ]


def _opened(
    state: State, settings: Settings, venue: PaperVenue, flow: Flow, seed: int
) -> SessionOpened:
    number = int(state.run.removeprefix("R") or "0") + 1 if state.run else 1
    return SessionOpened(
        run=f"R{number}",
        mode="PAPER",
        market=venue.description,
        source=flow.source,
        trade_date=venue.trade_date,
        account=settings.paper.account,
        opening_cash=settings.paper.opening_cash,
        currency="USD",
        fee_table=settings.paper.fee_table,
        limits=settings.limits,
        seed=seed,
    )
