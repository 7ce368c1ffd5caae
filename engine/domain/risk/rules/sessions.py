"""Whether anything may leave at all: trading state, the symbol's session, and known symbols."""

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.events import FlattenStep, TradingState
from engine.domain.phases import objection_to_entry
from engine.domain.quotes import Market, Phase, Source
from engine.domain.reasons import Finding
from engine.domain.reports import LinkState
from engine.domain.risk.findings import OFF, RuleName, deny
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State, Trading, flatten_key
from engine.values import Nanos, TimeInForce

D01 = RuleName("D01", "trading_state")
D02 = RuleName("D02", "account")
D03 = RuleName("D03", "flatten_running")
R25 = RuleName("R25", "market_state", "risk.market_state")
R41 = RuleName("R41", "not_ready")
R39 = RuleName("R39", "reference_data")

_WAITS = "{} is to be flattened as soon as it can be closed: only exits leave until then"
_ACTIVE, _OPEN = TradingState.ACTIVE, Phase.OPEN
_FOR_AUCTION = (TimeInForce.OPG, TimeInForce.CLS)


def trading_state(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Everything below ACTIVE lets only exits through, and those never come here."""
    account = p.account
    assert account is not None
    if account.trading.state is not _ACTIVE:
        return _not_active("The desk", account.trading)
    if not account.symbols:
        return None
    of_symbol = account.symbols.get(p.order.symbol)
    if of_symbol is None or of_symbol.state is TradingState.ACTIVE:
        return None
    return _not_active(p.order.symbol, of_symbol)


def _not_active(what: str, trading: Trading) -> Finding:
    because = f" ({trading.reason})" if trading.reason else ""
    return deny(
        D01,
        f'{what} is {trading.state.name}{because}: only exits leave until `resume "reason"`',
        actual=trading.state.name,
        limit=TradingState.ACTIVE.name,
    )


def flatten_running(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """While a symbol is being flattened only the protocol's own orders leave, exits included.

    Two hands closing one position are how a position crosses zero (I-51). While the protocol waits
    for a market to close in, nothing of its own is out: exits by hand leave, and nothing opens.
    """
    if not state.flattening or p.order.origin is Origin.DESK:
        return None
    run = state.flattening.get(flatten_key(p.order.account, p.order.symbol))
    if run is None or run.step is FlattenStep.ASKING:
        return None
    if run.step is FlattenStep.WAITING:
        return None if p.is_exit or p.only_shrinks else deny(D03, _WAITS.format(p.order.symbol))
    return deny(D03, f"{p.order.symbol} is being flattened: wait until it is flat")


def market_state(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What may enter depends on the session's phase."""
    return out_of_session(p.order, state) if p.limits.market_state else OFF


def out_of_session(order: SubmitOrder, state: State) -> Finding | None:
    """Why the phase of its symbol keeps this order out; an unknown phase is no open one."""
    phase, lives = state.phases.get(order.symbol), order.time_in_force
    if phase is _OPEN and lives not in _FOR_AUCTION:
        return None
    if lives in _FOR_AUCTION and state.source is Source.REPLAY:
        return deny(R25, "A recorded day runs no auction of its own: `opg` and `cls` mean nothing")
    if phase is None or phase is Phase.CLOSED:
        word = phase.word if phase is not None else "not known"
        sentence = f"The session of {order.symbol} is {word}: orders leave while it is open"
        return deny(R25, sentence, actual=word, limit="open")
    objection = objection_to_entry(
        order.symbol,
        phase,
        type=order.type,
        time_in_force=lives,
        post_only=order.post_only,
        because=state.halts.get(order.symbol, ""),
    )
    if not objection:
        return None
    sentence = objection[0].upper() + objection[1:]
    return deny(R25, sentence, actual=phase.word, limit="open")


def not_ready(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Nothing new leaves over a link that is down, nor before both sides' books are compared; what
    opens also waits until everything is known that the link interrupted.

    An order in doubt holds no exit: what it may still close is not counted as room to close.
    """
    found = nothing_leaves(state)
    if found is not None or p.is_exit or p.only_shrinks:
        return found
    if state.link_texts and (quiet := _kept_quiet(state)):
        return quiet
    if not state.was_disconnected:
        return None
    unknown = len(state.in_doubt)
    if not unknown:
        return None
    return deny(
        R41,
        f"The link was down, and of {unknown} order(s) the outcome is not known yet: wait for it",
        actual=f"{unknown} unknown",
        limit="0 unknown",
    )


def nothing_leaves(state: State) -> Finding | None:
    """What holds every order, of whatever kind: a line that is down, or books being compared."""
    if state.was_disconnected and state.links_down:
        name = state.links_down[0]
        return deny(
            R41,
            f"The link to {name} is down: nothing new leaves until it is back; cancels wait",
            actual="down",
            limit="up",
        )
    return _not_compared(state)


def _kept_quiet(state: State) -> Finding | None:
    """A venue that restarts as planned may lose what reaches it just before: exits may try."""
    quiet = (name for name, link in state.links.items() if link is LinkState.QUIET)
    name = next(quiet, None)
    if name is None:
        return None
    text = state.link_texts[name] or f"the link to {name} keeps quiet"
    why = text.partition(": ")[2] or text
    sentence = f"{why[0].upper()}{why[1:]}: until that is over only exits leave"
    return deny(R41, sentence, actual="quiet", limit="up")


def is_settling(state: State) -> bool:
    """After a break, while the line is back: what holds orders passes by itself, and soon."""
    if state.links_down:
        return False
    return state.recon.holds_orders or (state.was_disconnected and bool(state.in_doubt))


def _not_compared(state: State) -> Finding | None:
    if state.recon.run is None or not state.recon.holds_orders:
        return None
    return deny(
        R41,
        "The books are being compared with the venue's: wait until that is done",
        actual="reconciling",
        limit="reconciled",
    )


def reference_data(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Without its instrument nothing can be said of an order."""
    if p.instrument is not None:
        return None
    return deny(R39, f"Nobody knows {p.order.symbol}: `/` searches the symbols of this market")


def known_account(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Without its account nothing can be said of an order."""
    if p.account is not None:
        return None
    return deny(D02, f"There is no account {p.order.account}")
