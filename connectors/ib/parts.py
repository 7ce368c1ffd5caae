"""The parts of a desk at IB, put together: each knows the others only by what it was given."""

from collections.abc import Callable
from typing import NamedTuple

from connectors.ib.account import AccountValues
from connectors.ib.books import Books
from connectors.ib.commissions import Commissions
from connectors.ib.contracts import Contracts
from connectors.ib.directory import Directory
from connectors.ib.feed import Feed
from connectors.ib.groups import Groups
from connectors.ib.health import Health
from connectors.ib.hearing import Hearer
from connectors.ib.history import History
from connectors.ib.library import Library, Scribe
from connectors.ib.outgoing import Outgoing
from connectors.ib.past import Past
from connectors.ib.roll import Roll, Standing
from connectors.ib.rolled_back import RolledBack
from connectors.ib.rounds import Rounds
from connectors.ib.speaker import Speaker
from connectors.ib.store import Ids, Store
from connectors.ib.terms import IbTerms
from connectors.ib.trades import Trades
from connectors.ib.volumes import Volumes
from connectors.ib.what_ifs import WhatIfs
from connectors.ib.wire import Wire
from connectors.ib.writing import Writer
from engine.domain.quotes import Market
from engine.values import Nanos


class Parts(NamedTuple):
    """Who understands what."""

    speaker: Speaker
    roll: Roll
    trades: Trades
    contracts: Contracts
    hearer: Hearer
    commissions: Commissions
    books: Books
    rounds: Rounds
    feed: Feed
    directory: Directory
    history: History
    volumes: Volumes
    past: Past
    values: AccountValues
    health: Health
    outgoing: Outgoing
    what_ifs: WhatIfs
    rolled_back: RolledBack
    ids: Ids

    def look(self, steady: Nanos) -> None:
        """Whoever waits for a turn, or for an answer that is late, has a look at the time."""
        self.directory.look(steady)
        self.past.look()
        self.history.look(steady)

    def lost(self, now: Nanos, why: str) -> None:
        """The line is gone: nobody waits for an answer over it any more."""
        self.feed.lost(now)
        self.directory.lost(why)
        self.history.lost()
        self.past.again()
        self.books.forget()
        self.what_ifs.forget()


class Asks(NamedTuple):
    """What the parts ask of the venue that they belong to."""

    note: Callable[[str], None]
    """Tells a person."""
    clock: Callable[[], Nanos]
    account: Callable[[], str]
    recheck: Callable[[], None]
    """IB is asked about all orders again, soon."""
    trade_date: Callable[[], int]
    """YYYYMMDD of now."""
    why_not: Callable[[], str]
    """Why nothing can be asked over the line now; empty where it can."""


def assemble(
    library: Library,
    terms: IbTerms,
    wire: Wire,
    store: Store,
    market: Market,
    standing: tuple[Standing, ...],
    asks: Asks,
) -> Parts:
    """`standing`: this desk's orders that may be open; `market`: written by the feed."""
    ids = Ids(store, terms.client_id)
    speaker = Speaker(Scribe(library), wire)
    roll, trades = Roll(standing), Trades()
    groups = Groups(trades)
    for order in standing:
        groups.joins(order)
    contracts = Contracts(
        speaker, library.contract, asks.note, asks.clock, terms.contracts, store, asks.trade_date
    )
    commissions = Commissions(roll, trades, asks.note)
    hearer = Hearer(
        roll, trades, contracts, groups, commissions, ids, terms.client_id, asks.recheck, asks.note
    )
    books = Books(roll, trades, hearer, contracts, groups, asks.recheck)
    rounds = Rounds(speaker, library.execution_filter, asks.account, books.began, books.ended)
    writer = Writer(library, speaker.scribe, contracts, market)
    what_ifs = WhatIfs(writer, ids, asks.account, wire.send, asks.clock)
    rolled_back = RolledBack(roll, ids, what_ifs, contracts, rounds)
    outgoing = Outgoing(
        roll, contracts, writer, groups, ids, asks.account, wire.send, wire.withdraw, asks.recheck
    )
    feed = Feed(
        speaker, contracts, market, asks.note, lines_max=terms.lines_max, data_type=terms.data_type
    )
    feed.lines.is_in_use = lambda symbol: (
        symbol in books.held or any(order.symbol == symbol for order in roll.open())
    )
    health, history = Health(asks.note), History(speaker, asks.why_not)
    return Parts(
        speaker,
        roll,
        trades,
        contracts,
        hearer,
        commissions,
        books,
        rounds,
        feed,
        Directory(speaker, contracts, asks.why_not),
        history,
        Volumes(history, contracts, market, store, asks.trade_date, asks.note),
        Past(history, contracts, market.bars),
        AccountValues(),
        health,
        outgoing,
        what_ifs,
        rolled_back,
        ids,
    )
