"""What a paper desk trades in: a market, and a venue in which this home's orders stand again."""

import secrets
from argparse import Namespace
from typing import NamedTuple

from commands.assume import assume
from commands.ground import Ground
from connectors.feeds.flow import Flow
from connectors.feeds.open import open_market
from connectors.paper.drills import Drills
from connectors.paper.latency import AUTOMATIC, NONE, Latency
from connectors.paper.link import Link
from connectors.paper.orders import RestingOrder
from connectors.paper.tally import InAccount
from connectors.paper.venue import PaperVenue
from data.home import Home
from data.settings import Settings
from engine.domain import modes
from engine.domain.orders import Order
from engine.domain.outbox import as_sent
from engine.domain.patience import Patience
from engine.domain.quotes import Source
from engine.domain.reports import VenueExpired
from engine.domain.state import Checkpoint, State
from engine.runtime.market_time import hang_clock_of
from engine.runtime.recovery import Recovered, orders_at_venue
from engine.values import NANOS_PER_SECOND, Nanos

HEADLESS_SEED = 1
SEED_BITS = 31
BEGINS_ANEW = "its recorded day begins anew"
AT_ONCE = Nanos(0)
"""Questions to the paper venue travel behind the orders they ask about, on one ordered line:
its word that it never had one is believed at once."""
SCREEN_LATENCY = "retail"
"""What a person at the screen practises with, unless another is asked for."""


class PaperMarket(NamedTuple):
    """What a paper venue is built from: a market's flow, every chance's seed, the line to it."""

    flow: Flow
    seed: int
    link: Link | None
    drills: Drills
    settings: Settings
    is_recorded: bool = False

    @property
    def description(self) -> str:
        return self.flow.description

    def ground(self, home: Home, recovered: Recovered) -> Ground:
        """The market where this home last saw it, with the home's orders in their places."""
        state, flow, settings = recovered.state, self.flow, self.settings
        stood_at = state.checkpoints.get(flow.description)
        venue, left_behind = standing(self, state, stood_at, recovered.left_at)
        return Ground(
            venue=venue,
            account=settings.paper.account,
            mode=modes.REPLAY if flow.source is Source.REPLAY else modes.PAPER,
            source=flow.source,
            patience=Patience(
                ack=Nanos(settings.paper.ack_wait * NANOS_PER_SECOND), settle=AT_ONCE
            ),
            limits=settings.limits,
            seed=self.seed,
            index_symbol=settings.market.index,
            venue_word=venue.name,
            venue_rate=settings.paper.message_rate,
            left_behind=left_behind,
            was_known=stood_at is not None,
            paper=venue,
            flow=flow,
        )


def standing(
    market: PaperMarket, state: State, stood_at: Checkpoint | None, left_at: Nanos
) -> tuple[PaperVenue, list[VenueExpired]]:
    """The market with this home's orders in their places, and those that cannot stand any more."""
    flow = market.flow
    here = [order for order in orders_at_venue(state) if order.market == flow.description]
    working = [_resting(order, stood_at) for order in here] if stood_at is not None else []
    venue = PaperVenue(
        flow,
        cursor=stood_at.cursor if stood_at is not None else b"",
        stood_at=stood_at.at if stood_at is not None else 0,
        heard_at=_heard_at(state, stood_at, left_at) if stood_at is not None else 0,
        working=working,
        next_execution=state.executions_seen + 1,
        next_order=state.order_next,
        link=market.link,
        drills=market.drills,
        is_recorded=market.is_recorded,
    )
    venue.tally.begin(*_holdings(state, venue.trade_date))
    if stood_at is None:
        return venue, [VenueExpired(order.client_order_id, BEGINS_ANEW) for order in here]
    return venue, venue.left_behind


def _holdings(state: State, trade_date: int) -> tuple[dict[InAccount, int], dict[InAccount, int]]:
    """What the rebuilt venue begins its own count with: positions, and cash that trades moved."""
    held: dict[InAccount, int] = {}
    traded: dict[InAccount, int] = {}
    for name, account in state.accounts.items():
        for symbol, position in account.positions.items():
            held[name, symbol] = position.quantity
            currency = state.instruments[symbol].currency
            if state.trade_date == trade_date:
                traded[name, currency] = traded.get((name, currency), 0) + position.day_cash
    return held, traded


def _heard_at(state: State, stood_at: Checkpoint, left_at: Nanos) -> Nanos:
    """The last market time that the journal knows of a market, in whichever run that was."""
    was_last = state.checkpoints.get(state.market) is stood_at
    return max(stood_at.at, stood_at.heard_at, left_at if was_last else Nanos(0))


def _seed(options: Namespace, settings: Settings) -> int:
    if options.seed is not None:
        return int(options.seed)
    if settings.market.seed:
        return settings.market.seed
    return HEADLESS_SEED if options.headless else secrets.randbits(SEED_BITS)


def paper_market(options: Namespace, settings: Settings) -> PaperMarket:
    seed = _seed(options, settings)
    market = options.market or settings.market.kind
    symbols = options.symbols or settings.market.symbols or None
    flow = open_market(str(market), symbols=symbols, seed=seed, start=settings.market.start)
    assume(flow, settings)
    hang_clock_of(instrument.mic for instrument in flow.instruments)
    paper = settings.paper
    drills = Drills(seed, rejects=paper.practice_rejects, breaks=paper.practice_disconnects)
    return PaperMarket(flow, seed, _link(options, settings, seed), drills, settings)


def _link(options: Namespace, settings: Settings, seed: int) -> Link | None:
    name = latency_name(options, settings)
    return None if name == NONE else Link(Latency(name, seed))


def latency_name(options: Namespace, settings: Settings) -> str:
    """How far away the venue is: as asked, else a home line at the screen, nothing in a script."""
    name = str(options.latency or settings.paper.latency)
    if name == AUTOMATIC:
        return NONE if options.headless else SCREEN_LATENCY
    return name


def _resting(order: Order, stood_at: Checkpoint) -> RestingOrder:
    sent = as_sent(order)
    return RestingOrder(
        client_order_id=order.client_order_id,
        symbol=sent.symbol,
        instruction=sent.instruction,
        type=sent.type,
        price=sent.price,
        stop=sent.stop,
        trigger=sent.trigger,
        open_quantity=order.leaves,
        total_quantity=sent.quantity,
        cumulative=order.cumulative,
        queue_ahead=stood_at.queue_ahead.get(order.client_order_id, order.queue_ahead),
        time_in_force=sent.time_in_force,
        post_only=sent.post_only,
        triggered=order.is_triggered,
        trade_date=order.trade_date,
        waits=order.client_order_id in stood_at.waiting,
        oca_group=order.oca_group,
        taken=order.taken,
        account=sent.account,
    )
