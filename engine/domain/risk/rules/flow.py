"""How often: order rate, the same order twice, the same ticket twice, and too many open ones."""

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.message_counts import entry_rate
from engine.domain.message_counts import message_rate as message_rate_of
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, counted, deny, finding
from engine.domain.risk.kinds import Kind
from engine.domain.risk.proposal import Proposal
from engine.domain.state import Fingerprint, State
from engine.values import NANOS_PER_SECOND, Nanos

R12 = RuleName("R12", "order_rate", "risk.order_rate_max")
R12_MINUTE = RuleName("R12", "order_rate", "risk.order_rate_minute_max")
R12_LADDER = RuleName("R12", "order_rate", "risk.order_rate_ladder_max")
R12_LADDER_MINUTE = RuleName("R12", "order_rate", "risk.order_rate_ladder_minute_max")
R13 = RuleName("R13", "message_rate", "risk.message_rate_max")
R15 = RuleName("R15", "duplicate_order", "risk.duplicate_window")
R16 = RuleName("R16", "ticket_replay")
R17 = RuleName("R17", "open_orders", "risk.open_orders_max")
R17_SYMBOL = RuleName("R17", "open_orders", "risk.open_orders_symbol_max")

_UNTHROTTLED, _LADDER = (Origin.SCRIPT, Origin.DESK), Origin.LADDER
_NO_HAND = (Origin.LADDER, Origin.DESK)
SECOND = NANOS_PER_SECOND
MINUTE = 60 * NANOS_PER_SECOND


def order_rate(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Attempts count, denied ones too; exits never come here: that is their reserve.

    Scripts are paced before they come here; the desk's own protocols are bounded by themselves.
    """
    origin = p.order.origin
    if p.replaces is not None or origin in _UNTHROTTLED:
        return None
    limits, attempts = p.limits, state.order_attempts
    if origin is _LADDER:
        attempts = state.ladder_attempts
        fast, slow = limits.order_rate_ladder_max, limits.order_rate_ladder_minute_max
        names = (R12_LADDER, R12_LADDER_MINUTE)
    else:
        fast, slow = limits.order_rate_max, limits.order_rate_minute_max
        names = (R12, R12_MINUTE)
    if is_rate_reached(attempts, fast, now - SECOND):
        return _too_fast(names[0], fast, "second")
    if is_rate_reached(attempts, slow, now - MINUTE):
        return _too_fast(names[1], slow, "minute")
    return None


def is_unthrottled(state: State, kind: Kind) -> bool:
    """No hand sends it, and no ladder."""
    return kind.origin in _UNTHROTTLED


def is_rate_reached(attempts: list[Nanos], limit: int, since: int) -> bool:
    """Whether `limit` attempts, which are in order, already lie after `since`."""
    if limit == 0:
        return True
    return len(attempts) >= limit and attempts[-limit] > since


def _too_fast(rule: RuleName, limit: int, what: str) -> Finding:
    return deny(
        rule,
        f"{counted(limit)} orders within one {what} is your limit: wait a moment",
        actual=counted(limit + 1),
        limit=counted(limit),
    )


def message_rate(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What the rate has no room for waits here and is never lost, so this tells and does not deny:
    only where nothing that opens may ever leave would it wait in vain."""
    share = entry_rate(state)
    if share < 1:
        return deny(
            R13,
            "At this message rate nothing that opens can leave: the rest of it is kept for cancels",
            actual="1",
            limit=counted(share),
        )
    if not state.messages.waiting:
        return None
    ahead = len(state.messages.waiting)
    limit = message_rate_of(state)
    return finding(
        R13,
        Verdict.WARN,
        f"{counted(ahead)} message(s) wait for their turn at {counted(limit)} a second: this one"
        " waits behind them",
        actual=counted(ahead),
        limit=f"{counted(limit)}/s",
    )


def fingerprint(order: SubmitOrder) -> Fingerprint:
    """What makes two orders the same to the duplicate rule."""
    return (
        order.account,
        order.symbol,
        order.instruction,
        order.quantity,
        order.price,
        order.stop,
        order.type,
        order.time_in_force,
    )


def may_repeat(state: State, kind: Kind) -> bool:
    """Nobody is asked whether it is meant twice."""
    return not state.limits.duplicate_window or kind.origin in _NO_HAND


def duplicate_order(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The same account, symbol, side, quantity, prices, type and life, from another ticket."""
    window, recent = p.limits.duplicate_window, state.recent_orders
    if not window or not recent or p.replaces is not None or p.order.origin in _NO_HAND:
        return None
    before = recent.get(fingerprint(p.order))
    if before is None or now - before >= window:
        return None
    seconds = f"{(now - before) // 1_000_000 / 1000:.1f} s"
    most = f"{window // SECOND} s"
    return finding(
        R15,
        Verdict.ASK,
        f"The same order left {seconds} ago, within your window of {most}: "
        '`override "reason"` if you mean it twice',
        actual=seconds,
        limit=most,
    )


def ticket_replay(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A ticket is one intent: its second transmission has had its effect."""
    if p.replaces is not None or p.order.ticket not in state.tickets:
        return None
    return deny(R16, "This ticket was already sent: open a new one")


def open_orders(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Orders of the symbol and of the account that may still fill."""
    if p.replaces is not None:
        return None
    of_symbol = len(state.live_by_symbol.get(p.order.symbol, ()))
    total = len(state.live)
    limits = p.limits
    if len(state.accounts) > 1 and (
        of_symbol >= limits.open_orders_symbol_max or total >= limits.open_orders_max
    ):
        of_symbol, total = _of_account(p, state)
    if of_symbol >= limits.open_orders_symbol_max:
        what, count, most, rule = (
            p.order.symbol,
            of_symbol,
            limits.open_orders_symbol_max,
            R17_SYMBOL,
        )
    elif total >= limits.open_orders_max:
        what, count, most, rule = "the account", total, limits.open_orders_max, R17
    else:
        return None
    return deny(
        rule,
        f"{counted(count)} orders of {what} are open and your limit is {counted(most)}: "
        "cancel one first",
        actual=counted(count + 1),
        limit=counted(most),
        room="no room",
    )


def _of_account(p: Proposal, state: State) -> tuple[int, int]:
    """(of the symbol, in total): the open orders of this account alone."""
    mine = [
        order.order.symbol
        for order in (state.orders[order_id] for order_id in state.live)
        if order.order.account == p.order.account
    ]
    return mine.count(p.order.symbol), len(mine)
