"""The practice venue put together: sessions, desks, market and books, and how time moves them."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from connectors.feeds.flow import Flow
from connectors.fix.acceptor import Acceptor, now
from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.line import Output
from connectors.fix.practice.desk import Desk
from connectors.fix.practice.door import objection_to
from connectors.fix.practice.floor import Floor, SharedVenue, owner_of
from connectors.fix.practice.guarded import Guarded
from connectors.fix.practice.leaving import Leaving
from connectors.fix.practice.ledger import NOWHERE, Ledger, LedgerMemory, Stand
from connectors.fix.practice.mischief import Mischief
from connectors.fix.practice.orders import FixOrder
from connectors.fix.practice.rules import OPEN_HOUSE, HouseRules
from connectors.fix.session import Session
from connectors.fix.settings import VERSIONS, SessionSettings
from connectors.paper.orders import RestingOrder
from engine.domain.quotes import Phase
from engine.exchange.exchange import NOT_QUEUED
from engine.values import NANOS_PER_SECOND, Nanos

VENUE = "VENUE"
CLIENTS = ("DESK", "DESK2", "DESK3")
"""Who may connect unless others are named, each in any version."""
STAND_SECONDS = 1.0
"""How often it is written down where the market stands."""
DEPTH_SECONDS = 0.1
NIGHT, DAWN = Nanos(600 * NANOS_PER_SECOND), Nanos(3 * NANOS_PER_SECOND)
"""Market time without anything to come that is a night, and before the open at which it goes on."""
NIGHT_SECONDS = 15.0


class PracticeVenue:
    """Everything behind the door but the door."""

    def __init__(
        self,
        flow: Flow,
        ledger_path: Path,
        *,
        clients: Sequence[str] = CLIENTS,
        speed: float = 1.0,
        note: Callable[[str], None],
        rules: HouseRules = OPEN_HOUSE,
        dictionaries: Mapping[str, Dictionary] | None = None,
    ) -> None:
        """Opens the books at `ledger_path` and stands every open order in the market again."""
        self.ledger = Ledger(ledger_path)
        self.rules = rules
        self.mischief = Mischief(
            gap=self._gap, bust=self._bust, disconnect=self._disconnect, reset=self._reset
        )
        self._speed, self._market = speed, flow.description
        self._dictionaries, self._note = dictionaries or {}, note
        names = {f"{client}:{version}": version for client in clients for version in VERSIONS}
        standing = {name: self.ledger.orders(name) for name in names}
        self.floor = self._open_floor(flow, standing)
        self.desks = {name: Desk(name, version, self.floor) for name, version in names.items()}
        self.sessions = {name: self._session(name, desk) for name, desk in self.desks.items()}
        for name, desk in self.desks.items():
            for order, _ in standing[name]:
                desk.orders[order.client_id] = order
            self.floor.joined(name, desk.heard)
        for expired in self.floor.venue.left_behind:
            self.desks[expired.client_order_id.partition("/")[0]].heard(expired)
        cancel_after = rules.cancel_after
        self._leaving = Leaving(cancel_after) if cancel_after is not None else None
        self._real = time.monotonic()
        self._depths_at = self._stood_at = self._night_since = 0.0
        self._flow, self._stood = flow, (b"", Nanos(0))
        self.acceptor = Acceptor(
            self.sessions.values(),
            note,
            desks=[(self.sessions[name], desk.fetch) for name, desk in self.desks.items()],
            commit=self.commit,
            tick=self.tick,
            throw=self._throw,
        )
        self.commit()

    def _open_floor(
        self, flow: Flow, standing: Mapping[str, Sequence[tuple[FixOrder, int]]]
    ) -> Floor:
        """The market where it stood, with the open orders of every client back in it."""
        owners = owner_of(list(standing))
        stand = self.ledger.stand(flow.description) or NOWHERE
        working = [
            _resting(order, ahead, owners(f"{name}/"))
            for name, orders in standing.items()
            for order, ahead in orders
            if order.is_open
        ]
        paper = SharedVenue(
            flow,
            owners,
            cursor=stand.cursor,
            stood_at=stand.at,
            working=working,
            next_execution=stand.next_fill,
            next_order=sum(map(len, standing.values())) + 1,
            has_oca=False,
        )
        return Floor(
            paper,
            next_order=stand.next_order,
            next_exec=stand.next_exec,
            next_fill=stand.next_fill,
            objection=self.mischief.objection,
            clock=lambda: Nanos(time.time_ns()),
        )

    def tick(self) -> None:
        """Real time passed: the market follows at its speed, and who subscribed hears of it."""
        real = time.monotonic()
        elapsed, self._real = real - self._real, real
        follows = Nanos(self.floor.market_now + int(elapsed * self._speed * NANOS_PER_SECOND))
        self.floor.advance(max(follows, self._dawn(real)))
        if real - self._depths_at >= DEPTH_SECONDS:
            self._depths_at = real
            for desk in self.desks.values():
                desk.outbox += desk.depths.changes()
        self._look_who_left()
        for session, outputs in self.mischief.due(now()):
            self.acceptor.say_late(session, outputs)

    def _look_who_left(self) -> None:
        if self._leaving is None:
            return
        at = now().monotonic
        for name, session in self.sessions.items():
            gone = self._leaving.look(name, session, self.desks[name], self.floor, at)
            if gone:
                client = session.settings.target
                self.acceptor.note(f"{client} is gone: open orders cancelled, {gone}")

    def _dawn(self, real: float) -> Nanos:
        """Where a market that is closed for the night goes on, once that has been seen for a while:
        nobody practises through seventeen hours of it. 0 while it is not night."""
        venue = self.floor.venue
        is_closed = all(q.phase is Phase.CLOSED for q in venue.market.quotes.values())
        opens_at = venue.next_at()
        if opens_at is None or not is_closed or opens_at - venue.now < NIGHT:
            self._night_since = 0.0
            return Nanos(0)
        self._night_since = self._night_since or real
        return Nanos(opens_at - DAWN if real - self._night_since >= NIGHT_SECONDS else 0)

    def commit(self) -> None:
        """What changed is in the books before any of it is said."""
        touched: list[tuple[FixOrder, int]] = []
        for desk in self.desks.values():
            touched += [(order, self._ahead(order)) for order in desk.touched.values()]
            desk.touched.clear()
        real = time.monotonic()
        is_due = real - self._stood_at >= STAND_SECONDS
        if is_due:
            # Where a market stands takes longer to tell than what an order changes.
            self._stood_at = real
            self._stood = self._flow.cursor(), self.floor.market_now
        self.ledger.commit(touched, self._market, self._stand() if touched or is_due else None)

    def close(self) -> None:
        self.commit()
        self.ledger.close()

    def _stand(self) -> Stand:
        return Stand(
            *self._stood,
            self.floor.next_order,
            self.floor.next_exec,
            self.floor.next_fill,
        )

    def _ahead(self, order: FixOrder) -> int:
        if not order.is_open:
            return NOT_QUEUED
        return self.floor.venue.queue_ahead(f"{order.client}/{order.client_id}")

    def _session(self, name: str, desk: Desk) -> Session:
        client, _, version = name.partition(":")
        expected = self.rules.credentials.get(client)
        settings = SessionSettings(
            version=version,
            sender=VENUE,
            target=client,
            is_initiator=False,
            schedule=self.rules.schedule,
            dictionaries=self._dictionaries,
            rate_max=self.rules.rate_max,
            logon_objection=partial(objection_to, expected=expected) if expected else None,
        )
        return Session(settings, self.ledger.memory(name), Guarded(desk, self._note))

    def _throw(self, session: Session, outputs: list[Output]) -> list[Output]:
        return self.mischief.throw(session, outputs, now())

    def _gap(self, count: int) -> None:
        for session in self.sessions.values():
            if session.is_active:
                memory = session.memory
                assert isinstance(memory, LedgerMemory), "the venue's own"
                memory.next_out += count

    def _bust(self, execution_id: str) -> str:
        for desk in self.desks.values():
            taken = desk.bust(execution_id)
            if taken:
                return f"trade {taken} of {desk.client.partition(':')[0]} is taken back"
        return "there is no such trade to take back"

    def _reset(self, client: str) -> None:
        for session in self.sessions.values():
            if client in ("", session.settings.target):
                self.acceptor.say_late(session, session.reset_numbers(now()))

    def _disconnect(self, client: str) -> None:
        for session in self.sessions.values():
            target = session.settings.target
            if session.is_active and client in ("", target):
                self.acceptor.cut(target)


def _resting(order: FixOrder, ahead: int, owner: int) -> RestingOrder:
    request = order.request
    return RestingOrder(
        client_order_id=f"{order.client}/{order.client_id}",
        symbol=request.symbol,
        instruction=request.instruction,
        type=request.type,
        price=order.price,
        stop=order.stop,
        trigger=request.trigger,
        open_quantity=order.leaves,
        total_quantity=order.quantity,
        cumulative=order.cumulative,
        queue_ahead=ahead,
        time_in_force=request.time_in_force,
        post_only=request.post_only,
        triggered=order.triggered,
        trade_date=order.trade_date,
        owner=owner,
    )
