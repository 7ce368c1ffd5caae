"""The ground of a desk at Interactive Brokers: its line, whose money it is, its orders there."""

from argparse import Namespace
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commands.costs import BASE_CURRENCY
from commands.desk_refusals import refuse_to_leave_alone
from commands.ground import Ground
from commands.line_market import (
    OPENS_WITHOUT,
    is_scripted,
    known_markets,
    last_listed,
    limits_at,
    refuse_flags_of_a_simulation,
    trade_date,
)
from commands.live_gate import check_typed
from connectors.ib.back_off import BackOff
from connectors.ib.library import Library
from connectors.ib.quiet import Quiet
from connectors.ib.roll import Standing, ref_of
from connectors.ib.safety import LOOPBACK, is_paper
from connectors.ib.store import Store
from connectors.ib.terms import (
    DELAYED_IF_NO_LIVE,
    IB_MARKET,
    LIVE_ALONE,
    IbTerms,
    description_of,
)
from connectors.ib.venue import LINE, IbVenue
from connectors.ib.wire import REFUSED
from connectors.line_error import LineError
from data.home import Home
from data.settings import Settings
from data.settings.load import IbSettings
from engine.domain import modes
from engine.domain.contingent.groups import legs_of
from engine.domain.orders import Order
from engine.domain.outbox import as_sent, change_as_sent
from engine.domain.patience import IB_PATIENCE
from engine.domain.quotes import Source
from engine.domain.state import State
from engine.errors import InputError
from engine.runtime.market_time import exchange_clock
from engine.runtime.recovery import Recovered
from engine.values import MONEY_SCALE, Money, Quantity

WHAT_IS_THERE = "`trader doctor --venue ib` looks at what is there"
NEVER_THERE = (
    "This home has not traded there yet, so what is traded and in which account is not known: the"
    " first start needs the gateway"
)
MESSAGES_TAKEN = 50
"""A second, by IB's own word."""
CASH_KEYS = ("TotalCashBalance", "CashBalance")
SYMBOLS = ("SPY", "AAPL", "MSFT")
"""Looked up where nobody named any: a desk with nothing to trade helps nobody."""


class IbMarket(NamedTuple):
    """What can be known before there is a home."""

    options: Namespace
    settings: Settings
    terms: IbTerms

    @property
    def description(self) -> str:
        """Which account it is, the gateway says."""
        return IB_MARKET

    def ground(self, home: Home, recovered: Recovered) -> Ground:
        """Dials, recovers and looks up what is traded.

        Raises LineError, a sentence to act on, where a script wants to trade; a person's desk that
        was here before opens all the same, shows what the journal says, and goes on when the
        gateway is there.
        """
        state, settings = recovered.state, self.settings
        venue = IbVenue(
            Library.load(settings.ib.library),
            self.terms,
            Store(home.ib_path),
            BackOff(Random()),
            standing=standing_orders(state),
            symbols=self._symbols(state),
            trade_date_of=trade_date,
            wall=exchange_clock,
        )
        try:
            remarks = self._stand_up(venue, state)
            refuse_to_leave_alone(state, venue.description)
        except (LineError, InputError):
            venue.close(is_orderly=False)
            raise
        # Nothing can be sent over it: the desk opens as one that only looks.
        self.options.read_only |= venue.is_view_only
        return Ground(
            venue=venue,
            account=venue.account,
            mode=modes.LIVE if self.terms.is_live else modes.PRACTICE,
            source=Source.LIVE,
            patience=IB_PATIENCE,
            limits=limits_at(settings, LINE),
            index_symbol=settings.market.index,
            venue_word=LINE,
            venue_rate=MESSAGES_TAKEN,
            was_known=venue.description in known_markets(state),
            close=venue.close,
            opening_cash=_cash(venue),
            states_its_books=not venue.is_view_only,
            remarks=remarks,
        )

    def _stand_up(self, venue: IbVenue, state: State) -> tuple[str, ...]:
        """What a person should hear of a gateway that is not there. Raises LineError."""
        try:
            venue.stand_up()
        except LineError as error:
            words = f"{self._trouble(str(error))} ({WHAT_IS_THERE})"
            if venue.may_come_yet and venue.may_wait:
                words += f". {venue.may_wait}"
            account = self._last_account(state)
            if is_scripted(self.options) or not venue.may_come_yet:
                raise LineError(words) from error
            if not account:
                raise LineError(f"{words}. {NEVER_THERE}") from error
            known = last_listed(state, description_of(account))
            venue.goes_on_without(words, account, known)
            return (f"{words}. {OPENS_WITHOUT}",)
        return ()

    def _trouble(self, words: str) -> str:
        if words == REFUSED:
            return f"no TWS or IB Gateway listens on {self.terms.dial}: start it and log it in"
        return f"{self.terms.dial}: {words}"

    def _last_account(self, state: State) -> str:
        """The one that this home traded last, if it traded there and may do so now; else empty."""
        was_here = state.market == description_of(state.account)
        is_wanted = self.terms.account in ("", state.account)
        is_right = is_paper(state.account) is not self.terms.is_live
        return state.account if was_here and is_wanted and is_right else ""

    def _symbols(self, state: State) -> tuple[str, ...]:
        """What was asked for, and what this desk has something in: it has to be seen and closed."""
        asked = self.options.symbols or self.settings.market.symbols or SYMBOLS
        live = [state.orders[order_id].order.symbol for order_id in state.live]
        held = [
            symbol
            for account in state.accounts.values()
            for symbol, position in account.positions.items()
            if position.quantity
        ]
        theirs = live + held if state.market.startswith(IB_MARKET) else []
        return tuple(dict.fromkeys((*asked, *theirs)))


def ib_market(options: Namespace, settings: Settings) -> IbMarket:
    """Raises InputError for flags and settings that mean nothing here, or are not safe."""
    refuse_flags_of_a_simulation(options, "Interactive Brokers")
    ib = settings.ib
    if ib.host not in (*LOOPBACK, *ib.other_hosts):
        raise InputError(
            f"{ib.host} is another machine, and what is said to a gateway is not encrypted: use an"
            f' ssh tunnel and 127.0.0.1, or name it: ib.other_hosts = ["{ib.host}"]'
        )
    if options.live:
        check_typed(ib.account, options.live_typed)
    Quiet(ib.restart, ib.login)
    return IbMarket(options, settings, _terms(ib, is_live=options.live))


def _terms(ib: IbSettings, *, is_live: bool) -> IbTerms:
    try:
        zone = ZoneInfo(ib.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f'ib.timezone: "{ib.timezone}" is no time zone') from error
    return IbTerms(
        ib.host,
        ib.port,
        ib.client_id,
        account=ib.account,
        is_live=is_live,
        data_type=DELAYED_IF_NO_LIVE if ib.delayed else LIVE_ALONE,
        lines_max=ib.market_data_lines,
        contracts=_contracts(ib.contracts),
        restart=ib.restart,
        login=ib.login,
        bare_zone=zone,
        asks_what_if=ib.what_if,
    )


def _contracts(texts: tuple[str, ...]) -> dict[str, int]:
    named: dict[str, int] = {}
    for text in texts:
        symbol, mark, con_id = text.partition("=")
        if not (mark and symbol and con_id.isascii() and con_id.isdigit()):
            raise InputError(f'ib.contracts: "{text}" must be a symbol and a conId: "VOD=12345678"')
        named[symbol] = int(con_id)
    return named


def _cash(venue: IbVenue) -> Money:
    """What an account that is new to this home begins with: its dollars at IB, and nothing where IB
    names none; cash in other currencies is not this desk's."""
    told = (venue.parts.values.number(key, BASE_CURRENCY) for key in CASH_KEYS)
    cash = next((amount for amount in told if amount is not None), 0.0)
    return Money(round(cash * MONEY_SCALE))


def standing_orders(state: State) -> tuple[Standing, ...]:
    """Every order that may be open there, also one that never had an answer."""
    live = (state.orders[order_id] for order_id in state.live)
    return tuple(
        _as_it_stands(order, state) for order in live if order.market.startswith(IB_MARKET)
    )


def _as_it_stands(order: Order, state: State) -> Standing:
    sent = as_sent(order)
    return Standing(
        ref=ref_of(order.client_order_id),
        name=order.client_order_id,
        symbol=sent.symbol,
        instruction=sent.instruction,
        type=sent.type,
        time_in_force=sent.time_in_force,
        quantity=sent.quantity,
        price=sent.price,
        stop=sent.stop,
        trigger=sent.trigger,
        account=sent.account,
        oca_group=sent.oca_group,
        filled_before=_filled_before(order, state),
        filled=order.cumulative,
        is_acknowledged=bool(order.venue_order_id),
        is_cancelling=order.pending_cancel is not None,
        change=change_as_sent(order),
    )


def _filled_before(order: Order, state: State) -> Quantity:
    """What exits of its group at the venue have filled that are over."""
    if not order.oca_group:
        return Quantity(0)
    over = (leg for leg in legs_of(state, order.group) if leg.is_done)
    return Quantity(sum(leg.cumulative for leg in over if leg.oca_group == order.oca_group))
