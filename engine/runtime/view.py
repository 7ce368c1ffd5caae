"""Builds the frozen read model of one frame from state, market and venue."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from engine.domain.attention import attention_of, count_attention
from engine.domain.contingent.groups import legs_of
from engine.domain.contingent.protection import has_exits, protected_quantity
from engine.domain.events import FeeConfirmed, OrderDenied, OrderFilled
from engine.domain.ledger import valuation
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.figures import account_figures, average_cost
from engine.domain.margin_told import margin_row, margin_standings
from engine.domain.orders import Order, pending_word, short_label, state_word
from engine.domain.quotes import Quote
from engine.domain.reasons import Finding
from engine.domain.records import Record
from engine.domain.reports import LinkState
from engine.domain.risk.exposure import open_quantities
from engine.domain.risk.margin import buying_power
from engine.domain.standing import KILL_CODE, desk_phase, standings
from engine.domain.standing_view import StandingRow
from engine.domain.state import Account, State
from engine.domain.views import (
    AccountView,
    Condition,
    CurrencyRow,
    DepthView,
    DeskView,
    FillRow,
    LinkView,
    OrderRow,
    PositionRow,
    QuoteRow,
    Severity,
)
from engine.hosted import HostedVenue, LineTold, OrderPlace
from engine.instruments import Instrument
from engine.ports import FocusSymbol
from engine.runtime.charting import chart_of
from engine.runtime.luck import LuckTally
from engine.runtime.realism_tally import RealismTally
from engine.runtime.session import Session
from engine.values import Nanos, OrderId, Price, Quantity

ORDERS_SHOWN_MAX = 500
FILLS_SHOWN_MAX = 500
TAPE_SHOWN_MAX = 60
DEPTH_LEVELS_MAX = 50
GHOSTS_SHOWN_MAX = 200
WHOLE = 1_000
"""A day that is over, in thousandths."""


NOWHERE = OrderPlace("", "")
HELD_HERE = OrderPlace("here", "is only here: the desk holds it back")


class ViewBuilder:
    """Keeps the rows that only events can tell (fills, findings) and assembles the rest afresh."""

    def __init__(
        self,
        session: Session,
        venue: HostedVenue,
        account: str,
        realism: RealismTally | None = None,
    ) -> None:
        """`realism` hears the session from its very beginning, before there are views."""
        self._session = session
        self._venue = venue
        self._account = account
        self._frame = 0
        self._fills: list[FillRow] = []
        self._findings: dict[int, tuple[Finding, ...]] = {}
        self.focus = FocusSymbol("")
        self.more_links: Callable[[], tuple[LinkView, ...]] = lambda: ()
        """Shown beside the venue's: what else of this session can fail, such as its recording."""
        self.more_standings: Callable[[str], tuple[StandingRow, ...]] = lambda account: ()
        """What only whoever watches the market knows."""
        self._luck = LuckTally(session.market, self._instrument)
        self.realism = realism or RealismTally(session.state)
        session.listen(self.note)

    def remember(self, records: Iterable[Record]) -> None:
        """The newest of the journal at start, so that the day's fills are there again.

        Orders that were done leave the state with their day, and their rows with them.
        """
        for record in records:
            if getattr(record.body, "order_id", 0) in self._session.state.orders:
                self.note(record)

    def note(self, record: Record) -> None:
        """Every record as it becomes durable."""
        event = record.body
        self._luck.note(record)
        if isinstance(event, OrderFilled):
            self._fills.append(self._fill_row(event))
            if len(self._fills) > 2 * FILLS_SHOWN_MAX:
                del self._fills[:FILLS_SHOWN_MAX]
        elif isinstance(event, FeeConfirmed):
            self._charged(event)
        elif isinstance(event, OrderDenied):
            self._findings[event.order_id] = event.findings
            if len(self._findings) > ORDERS_SHOWN_MAX:
                del self._findings[next(iter(self._findings))]

    def _instrument(self, symbol: str) -> Instrument:
        return self._session.state.instruments.get(symbol, Instrument(symbol))

    def _fill_row(self, event: OrderFilled) -> FillRow:
        order = self._session.state.orders[event.order_id]
        charge = order.charge_of(event.execution_id, event.revision)
        return FillRow(
            at=event.at,
            order_id=event.order_id,
            number=order.number,
            symbol=order.order.symbol,
            instruction=order.order.instruction,
            quantity=event.quantity,
            price=event.price,
            fee=event.fee if charge is None else charge.booked,
            liquidity=event.liquidity,
            realised=event.realised,
            position_after=event.position_after,
            explanation=event.explanation,
            label=short_label(order, self._session.state.trade_date),
            execution_id=event.execution_id,
            fee_is_provisional=charge is not None and not charge.is_confirmed,
        )

    def _charged(self, event: FeeConfirmed) -> None:
        """The fill shows what it cost, where it is among those that are shown."""
        for place in range(len(self._fills) - 1, -1, -1):
            row = self._fills[place]
            if row.execution_id == event.execution_id and row.order_id == event.order_id:
                charged = replace(row, fee=event.fee, fee_is_provisional=False)
                self._fills[place] = charged
                return

    def build(self, *, speed: str, updates_per_second: int) -> DeskView:
        """One frame. Costs no more than what is shown: every list is bounded."""
        state, session = self._session.state, self._session
        self._frame += 1
        account = state.accounts[self._account]
        trading = account.trading
        orders = self._orders(state)
        stands = standings(state, account, session.now) + self.more_standings(self._account)
        stands += margin_standings(account, state.trade_date)
        simulated = self._venue.simulated
        return DeskView(
            frame=self._frame,
            market_at=session.now,
            trade_date=state.trade_date,
            mode=state.mode,
            market=state.market,
            speed=speed,
            phase=desk_phase(state),
            trading_state=trading.state.name,
            trading_reason=trading.reason,
            account=self._account_view(state, account),
            quotes=tuple(self._quote_row(q, account) for q in session.market.quotes.values()),
            depth=self.depth_of(self.focus),
            chart=chart_of(session.market, self.focus),
            orders=orders,
            fills=tuple(reversed(self._fills[-FILLS_SHOWN_MAX:])),
            positions=tuple(self._positions(state, account)),
            conditions=_conditions(stands),
            standings=stands,
            links=(*_links(state, self._venue), *self.more_links()),
            updates_per_second=updates_per_second,
            conflated=0,
            denied=sum(1 for row in orders if row.state == "denied"),
            attention=count_attention(state),
            attentions=attention_of(state),
            events=state.events,
            ghosts=simulated.ghosts.orders(GHOSTS_SHOWN_MAX) if simulated else (),
            ghost_fills=simulated.ghosts.fills(GHOSTS_SHOWN_MAX) if simulated else (),
            progress=_progress(simulated.span if simulated else None, session.now),
            realism=self.realism.line,
        )

    # ── rows ───────────────────────────────────────────────────────────────────────────────────

    def _quote_row(self, quote: Quote, account: Account) -> QuoteRow:
        position = account.positions.get(quote.symbol)
        reference = quote.previous_close or quote.open
        has_change = bool(reference and quote.last)
        return QuoteRow(
            symbol=quote.symbol,
            last=quote.last,
            last_direction=quote.last_direction,
            last_size=quote.last_size,
            change=Price(quote.last - reference) if has_change else Price(0),
            change_reference=reference,
            bid=quote.bid,
            bid_size=quote.bid_size,
            ask=quote.ask,
            ask_size=quote.ask_size,
            open=quote.open,
            high=quote.high,
            low=quote.low,
            volume=quote.volume,
            position=position.quantity if position else Quantity(0),
            working=len(self._session.state.live_by_symbol.get(quote.symbol, ())),
            at=quote.at,
            phase=quote.phase,
            source=quote.source,
            phase_text=quote.phase_text,
            is_stale=quote.at <= self._session.market.doubted_at,
            band_low=quote.band_low,
            band_high=quote.band_high,
            pauses_at=quote.pauses_at,
            reopens_at=quote.reopens_at,
            source_text=quote.source_text,
            lending=quote.lending,
            lendable=quote.lendable,
            average_volume=quote.average_volume,
            average_volume_date=quote.average_volume_date,
        )

    def depth_of(self, focus: FocusSymbol) -> DepthView | None:
        """Depth and tape for a screen that looks there."""
        symbol = focus.symbol
        if symbol not in self._session.market.quotes:
            return None
        bids, asks = self._venue.depth(symbol, min(focus.levels, DEPTH_LEVELS_MAX))
        tape = self._venue.tape(symbol, TAPE_SHOWN_MAX)
        auction = self._venue.indication(symbol)
        return DepthView(symbol, bids, asks, tape, self._venue.note, auction)

    def _orders(self, state: State) -> tuple[OrderRow, ...]:
        """Newest first: every live order, and as many done ones as there is room for."""
        rows: list[OrderRow] = []
        room = ORDERS_SHOWN_MAX
        for order in _newest_first(state):
            if order.is_done:
                if room <= 0:
                    continue
                room -= 1
            rows.append(self._order_row(order))
        return tuple(rows)

    def rows_of(self, order_ids: Iterable[OrderId]) -> tuple[OrderRow, ...]:
        """A row for each order that is asked about, also where the list has no room for it."""
        state = self._session.state
        orders = (state.orders.get(i) or state.past_orders.get(i) for i in order_ids)
        return tuple(self._order_row(order) for order in orders if order is not None)

    def _order_row(self, order: Order) -> OrderRow:
        asked = order.order
        ahead, is_estimate = -1, False
        if not order.is_done:
            ahead = self._venue.queue_ahead(order.client_order_id)
            is_estimate = self._venue.queue_is_estimate(order.client_order_id)
        place = self._place(order)
        return OrderRow(
            order_id=order.order_id,
            label=short_label(order, self._session.state.trade_date),
            number=order.number,
            at=order.created_at,
            changed_at=order.changed_at,
            instruction=asked.instruction,
            quantity=order.quantity,
            symbol=asked.symbol,
            type=asked.type,
            time_in_force=asked.time_in_force,
            price=order.price,
            stop=order.stop,
            post_only=asked.post_only,
            reduce_only=asked.reduce_only,
            cumulative=order.cumulative,
            leaves=order.leaves,
            average=self._average(order),
            fees=order.fees,
            state=state_word(order),
            pending=pending_word(order),
            is_done=order.is_done,
            queue_ahead=ahead,
            queue_is_estimate=is_estimate,
            fill_time=None if order.is_done else self._venue.fill_time(order.client_order_id),
            origin=asked.origin.name.lower(),
            text=order.text,
            findings=self._findings.get(order.order_id, ()),
            place=place.word,
            place_text=place.text,
        )

    def _place(self, order: Order) -> OrderPlace:
        """Where it is just now; nowhere at a venue in this process, whose place says nothing."""
        live = self._venue.live
        if live is None or order.is_done:
            return NOWHERE
        if order.is_held:
            return HELD_HERE
        return live.place(order.client_order_id) or NOWHERE

    def _average(self, order: Order) -> Price:
        instrument = self._session.state.instruments.get(order.order.symbol)
        if instrument is None or not order.cumulative:
            return Price(0)
        return instrument.average_price(order.value, order.cumulative)

    def _positions(self, state: State, account: Account) -> list[PositionRow]:
        rows = []
        for symbol in sorted(account.positions):
            position = account.positions[symbol]
            quote = self._session.market.quote(symbol)
            mark = valuation.mark_of(quote)
            instrument = state.instruments[symbol]
            buys, sells = open_quantities(state, account.account, symbol)
            exits = sells if position.quantity > 0 else buys if position.quantity else 0
            rows.append(
                PositionRow(
                    symbol=symbol,
                    quantity=position.quantity,
                    average_cost=average_cost(position, instrument),
                    mark=mark or Price(0),
                    market_value=valuation.market_value(position, mark, instrument),
                    unrealised=valuation.unrealised(position, mark, instrument),
                    realised_day=position.day_realised,
                    fees_day=position.day_fees,
                    day=valuation.day_profit(position, mark, instrument),
                    traded_day=position.day_traded,
                    exits=Quantity(exits),
                    protected=protected_quantity(state, account.account, symbol),
                    has_exits=has_exits(state, account.account, symbol),
                )
            )
        return rows

    def _account_view(self, state: State, account: Account) -> AccountView:
        market, own = self._session.market, account.currency
        figures = account_figures(account, state, market)
        return AccountView(
            account=account.account,
            currency=account.currency,
            cash=account.cash,
            reserved=account.reserved,
            buying_power=buying_power(account, state, market),
            equity=figures.equity,
            realised_day=figures.realised_day,
            unrealised=figures.unrealised,
            fees_day=figures.fees_day,
            day=figures.day,
            luck=self._luck.luck(),
            carry_day=tuple(account.day_carry.items()),
            currencies=tuple(
                CurrencyRow(currency, purse.cash, in_base(purse.cash, state.rate_of(currency, own)))
                for currency, purse in account.purses.items()
            ),
            price_day=figures.price_day if account.purses else None,
            rate_day=figures.rate_day if account.purses else None,
            margin=margin_row(account, state, market),
            fees_pending=account.fees_pending,
        )


def _newest_first(state: State) -> Iterator[Order]:
    """Every order, the newest first, and the exits of a group under their entry."""
    if not state.brackets:
        yield from reversed(state.orders.values())
        return
    for order in reversed(state.orders.values()):
        legs = legs_of(state, order.group)
        if not order.leg:
            yield order
            yield from legs
        elif order is legs[-1] and order.group not in state.orders:
            yield from legs


def _progress(span: tuple[Nanos, Nanos] | None, now: Nanos) -> int:
    if span is None or span[1] <= span[0]:
        return -1
    return min(max((now - span[0]) * WHOLE // (span[1] - span[0]), 0), WHOLE)


def _conditions(rows: tuple[StandingRow, ...]) -> tuple[Condition, ...]:
    """What the header says of them, in a few words each; a latched kill comes last."""
    shown = [Condition(row.code, row.text, row.severity) for row in rows if row.text]
    return tuple(sorted(shown, key=lambda each: each.code == KILL_CODE))


def _links(state: State, venue: HostedVenue) -> list[LinkView]:
    told = venue.live.line() if venue.live is not None else LineTold("")
    up = Severity.ATTENTION if told.is_doubtful else Severity.OK
    severity = {LinkState.UP: up, LinkState.DOWN: Severity.UNAVAILABLE}
    return [
        LinkView(
            name,
            severity.get(link, Severity.ATTENTION),
            link.name.lower(),
            told.text if name == venue.name else "",
            link.is_down,
        )
        for name, link in state.links.items()
    ]
