"""The ground of a desk at a FIX venue: its session, the line to it, and the orders that it has."""

import time
from argparse import Namespace
from random import Random
from typing import NamedTuple

import msgspec

from commands.fix_secrets import secrets_of
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
from connectors.fix.client.roll import Standing
from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.client.terms import NEVER_RESENT, description_of
from connectors.fix.client.venue import FixVenue
from connectors.fix.dictionary.xml_reading import load_all
from connectors.fix.link.redial import Door, Redial, read_doors
from connectors.fix.link.secrecy import is_this_machine
from connectors.fix.link.terms import Terms, Wishes, agree
from connectors.fix.settings import SessionSettings
from connectors.line_error import LineError
from data.home import Home
from data.settings import Settings
from data.settings.load import FixSettings
from engine.domain import modes
from engine.domain.orders import Order
from engine.domain.outbox import as_sent, change_as_sent
from engine.domain.patience import PRACTICE_VENUE, Patience
from engine.domain.quotes import Source
from engine.domain.state import State
from engine.errors import InputError
from engine.runtime.market_time import exchange_clock
from engine.runtime.recovery import Recovered
from engine.values import NANOS_PER_SECOND, Nanos

SCRIPT_WAIT_SECONDS, DESK_WAIT_SECONDS = 15.0, 5.0
"""How long an opening waits for the venue; a person rather sees the desk, its line still down."""


class FixMarket(NamedTuple):
    """What can be known before there is a home."""

    options: Namespace
    settings: Settings

    @property
    def description(self) -> str:
        fix = self.settings.fix
        return description_of(fix.version, fix.sender, fix.target)

    def ground(self, home: Home, recovered: Recovered) -> Ground:
        """Dials, logs on and learns what is traded.

        Raises LineError, a sentence to act on, where a script wants to trade; a person's desk opens
        all the same, shows what the journal says, and goes on when the venue is there.
        """
        fix, state = self.settings.fix, recovered.state
        terms = terms_of(fix, home)
        redial = Redial(Random(), terms.doors)
        memory = memory_of(fix, home)
        venue = FixVenue(
            terms.session(session_of(fix)),
            memory,
            terms.dialer(lambda: redial.door),
            desk=f"{state.instance}-{state.epoch}",
            standing=_standing(state, self.description),
            symbols=self.options.symbols or self.settings.market.symbols,
            trade_date_of=trade_date,
            redial=redial,
            wall=exchange_clock,
            takes_mass_cancel=fix.mass_cancel,
        )
        remarks = self._stand_up(venue, terms, state)
        return Ground(
            venue=venue,
            account=fix.account,
            mode=modes.PRACTICE,
            source=Source.LIVE,
            patience=Patience(
                ack=Nanos(self.settings.paper.ack_wait * NANOS_PER_SECOND),
                positions_every=Nanos(0),
            ),
            limits=limits_at(self.settings, PRACTICE_VENUE),
            index_symbol=self.settings.market.index,
            venue_word=PRACTICE_VENUE,
            venue_rate=fix.message_rate,
            was_known=venue.description in known_markets(state),
            close=venue.close,
            remarks=remarks,
        )

    def _stand_up(self, venue: FixVenue, terms: Terms, state: State) -> tuple[str, ...]:
        """What a person should hear of a venue that is not there."""
        scripted = is_scripted(self.options)
        try:
            venue.stand_up(SCRIPT_WAIT_SECONDS if scripted else DESK_WAIT_SECONDS)
        except LineError as error:
            words = trouble_words(str(error), terms)
            if scripted:
                venue.close(is_orderly=False)
                raise LineError(words) from error
            venue.goes_on_without(words, last_listed(state, self.description))
            return (f"{words}. {OPENS_WITHOUT}",)
        return ()


def trouble_words(trouble: str, terms: Terms) -> str:
    """Why a venue is not there, with where and what to do."""
    place = " or ".join(map(str, terms.doors))
    if "refused" in trouble and "Connection" in trouble:
        return (
            f"no FIX venue listens on {place}: start one with `trader venue` in another shell,"
            " or name the one that you mean (fix.host, fix.port)"
        )
    if "too low" in trouble:
        return (
            f"{place}: {trouble}. The two sides do not agree how far they are, so messages may"
            " be lost; nothing is reset by itself. Ask the venue what it sent, then say which"
            ' number counts (`link out 45 "why"`, `link in 12 "why"`), or begin anew (`link'
            ' reset "why"`), on the screen or with --exec'
        )
    tls = terms.secrecy.tls
    if "without a word" in trouble and tls is None:
        trouble += "; or it speaks TLS there (fix.tls_ca_file)"
    elif "without a word" in trouble and tls is not None and not tls.cert_file:
        trouble += "; or it wants a client certificate (fix.tls_cert_file, fix.tls_key_file)"
    return f"{place}: {trouble}"


def fix_market(options: Namespace, settings: Settings) -> FixMarket:
    """Raises InputError for flags that mean nothing here."""
    refuse_flags_of_a_simulation(options, "a FIX venue")
    check_practice(settings.fix)
    agree(wishes_of(settings.fix), lambda name: None)
    return FixMarket(options, settings)


def session_of(fix: FixSettings) -> SessionSettings:
    """The desk's side of it; what was agreed on besides is in its terms."""
    return SessionSettings(
        version=fix.version,
        sender=fix.sender,
        target=fix.target,
        is_initiator=True,
        is_tolerant=True,
        heartbeat_seconds=fix.heartbeat,
        resets_on_logon=fix.reset_on_logon,
        resets_on_logout=fix.reset_on_logout,
        resets_on_disconnect=fix.reset_on_disconnect,
        latency_max=Nanos(fix.latency_max * NANOS_PER_SECOND),
        stamp_digits=fix.stamp_digits,
        resend_chunk=fix.resend_chunk,
        never_resent=NEVER_RESENT,
        dictionaries=load_all(fix.dictionaries),
    )


def memory_of(fix: FixSettings, home: Home) -> SessionMemory:
    """What this home knows of the session. Raises MachineError."""
    name = f"{fix.sender}>{fix.target}/{fix.version}"
    return SessionMemory(SessionStore(home.fix_path), name, int(time.time()))


def check_practice(fix: FixSettings) -> None:
    """Nothing at a FIX venue is armed as live trading is, so no money may be in it.

    Raises InputError.
    """
    for door in read_doors(wishes_of(fix).hosts):
        if not is_this_machine(door.host) and door.host not in fix.practice_hosts:
            raise InputError(
                f"{door} is another machine, and a session at a FIX venue is practice: its orders"
                " are not armed as live ones are. Where no money is in them, as at a broker's test"
                f' venue, name it: fix.practice_hosts = ["{door.host}"]'
            )


def wishes_of(fix: FixSettings) -> Wishes:
    """Each setting of the line has the name of a wish, but where the venue is."""
    named = msgspec.structs.asdict(fix)
    hosts = (str(Door(fix.host, fix.port)), *fix.fallbacks)
    known = {name: named[name] for name in Wishes.__struct_fields__ if name in named}
    return Wishes(hosts=hosts, **known)


def terms_of(fix: FixSettings, home: Home) -> Terms:
    """Raises InputError for settings that cannot be, VaultError for a vault that is shut."""
    wishes = wishes_of(fix)
    names = [getattr(wishes, name) for name in wishes.__struct_fields__ if name.endswith("_secret")]
    return agree(wishes, secrets_of(home, names))


def _standing(state: State, market: str) -> tuple[Standing, ...]:
    """Every order that may be open there, also one that never had an answer."""
    live = (state.orders[order_id] for order_id in state.live)
    return tuple(_as_it_stands(order) for order in live if order.market == market)


def _as_it_stands(order: Order) -> Standing:
    sent = as_sent(order)
    return Standing(
        name=order.client_order_id,
        symbol=sent.symbol,
        instruction=sent.instruction,
        type=sent.type,
        time_in_force=sent.time_in_force,
        quantity=sent.quantity,
        price=sent.price,
        stop=sent.stop,
        account=sent.account,
        post_only=sent.post_only,
        order_id=order.venue_order_id,
        cumulative=order.cumulative,
        change=change_as_sent(order),
    )
