"""What is held: sides marked as they are, and orders that may only reduce."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import OFF, RuleName, deny
from engine.domain.risk.margin import terms_under
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.instruments import CRYPTO
from engine.values import Instruction, Nanos

R26 = RuleName("R26", "short_sale", "risk.short_sale")
R26_SHORTING = RuleName("R26", "short_sale", "risk.short_selling")
R26_REGIME = RuleName("R26", "short_sale", "risk.margin_regime")
R36 = RuleName("R36", "reduce_only")
_BUY, _SHORT, _COVER = Instruction.BUY, Instruction.SHORT, Instruction.COVER


def short_sale(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Every side is marked as what it is, so no order crosses zero by accident.

    What provably reduces is an exit and never comes here, so nothing below can keep a position
    from being closed.
    """
    instruction, held = p.order.instruction, p.held
    if instruction is _SHORT:
        if not p.limits.short_selling:
            return deny(R26_SHORTING, "Short selling is off for this account", room_quantity=0)
        if not terms_under(p.limits, p.trade_date).may_short:
            sentence = "A cash account holds no short positions: its regime lends no shares"
            return deny(R26_REGIME, sentence, room_quantity=0)
        if _is_spot(p):
            sentence = (
                f"{p.order.symbol} is traded on the spot: what you do not hold cannot be sold"
            )
            return deny(R26, sentence, room_quantity=0)
        return _short_while_long(p) if held > 0 and p.limits.short_sale else None
    if not p.limits.short_sale:
        return OFF
    if instruction is _BUY:
        return _beyond(p, "short", "cover") if held < 0 else None
    if instruction is _COVER:
        return _beyond(p, "short", "cover")
    return _beyond(p, "hold", "sell")


def short_sale_room(p: Proposal, state: State) -> int:
    """Only what opens alone has no bound here; what reduces ends at zero."""
    instruction, held = p.order.instruction, p.held
    if instruction is Instruction.SHORT:
        if held > 0 or not p.limits.short_selling or _is_spot(p):
            return 0
        return UNBOUND if terms_under(p.limits, p.trade_date).may_short else 0
    if instruction is Instruction.BUY and held >= 0:
        return UNBOUND
    return p.exit_room + p.filled


UNBOUND = 10**18
"""More than any other rule allows."""


def _is_spot(p: Proposal) -> bool:
    """A spot exchange for coins lends none."""
    return p.instrument is not None and p.instrument.asset_class == CRYPTO


def _short_while_long(p: Proposal) -> Finding:
    symbol, held = p.order.symbol, p.size(p.held)
    return deny(
        R26,
        f"You hold {held} {symbol} and a short sale would cross zero: sell first, or `reverse`",
        actual=p.size(p.quantity),
        limit="0",
        room="no room",
        room_quantity=0,
    )


def _beyond(p: Proposal, have: str, reduce: str) -> Finding | None:
    """`have`: hold or short; `reduce`: the word that closes it."""
    is_on_that_side = p.held * p.side < 0
    mine = abs(p.held) if is_on_that_side else 0
    if p.worst_leaves <= p.exit_room and mine:
        return None
    room = p.exit_room + p.filled if p.exit_room else 0
    return deny(
        R26,
        _beyond_sentence(p, mine, have, reduce),
        actual=p.size(p.quantity),
        limit=p.size(mine),
        room=p.room_words(p.exit_room),
        room_quantity=room,
    )


def _beyond_sentence(p: Proposal, mine: int, have: str, reduce: str) -> str:
    symbol, asked = p.order.symbol, p.worst_leaves
    if not mine:
        return _nothing_to_reduce(p, have)
    you = f"you hold {_typed(p, mine)}" if have == "hold" else f"you are short {_typed(p, mine)}"
    working = mine - p.exit_room
    if working > 0:
        left = _typed(p, p.exit_room)
        you += f" with {_typed(p, working)} working to {reduce}, so {left} are left"
    return (
        f"{p.order.instruction.name.capitalize()} {p.size(asked)} {symbol} would cross zero, "
        f"{you}: {_what_reduces(p, reduce)}, or `reverse`"
    )


def _nothing_to_reduce(p: Proposal, have: str) -> str:
    """The order that opens is another one than the refused, so it may be suggested."""
    symbol, asked = p.order.symbol, _typed(p, p.worst_leaves)
    if have == "short":
        return f"You are not short {symbol}: `buy {asked}` opens a position"
    if _is_spot(p):
        return f"You hold no {symbol}, and on the spot nothing else can be sold"
    if not p.limits.short_selling:
        return f"You hold no {symbol}, and short selling is off for this account"
    return f"You hold no {symbol}: `short {asked}` sells short"


def _what_reduces(p: Proposal, reduce: str) -> str:
    """Never the refused order: what crosses zero by any other word is refused again."""
    if not p.exit_room:
        return "cancel what is working first"
    if p.replaces is not None:
        return f"change it to {_typed(p, p.exit_room + p.filled)} at most"
    return f"`{reduce} {_typed(p, p.exit_room)}`"


def _typed(p: Proposal, quantity: int) -> str:
    """As it would be typed into a line."""
    return str(quantity) if p.instrument is None else p.instrument.plain_quantity(quantity)


def reduce_only(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """An order that may only reduce is an exit, or it does not leave."""
    if not p.order.reduce_only or p.is_exit or p.only_shrinks:
        return None
    return deny(
        R36,
        f"A reduce-only order of {p.size(p.worst_leaves)} does not reduce: position "
        f"{_signed(p, p.held)}, {p.room_words(p.exit_room)} to close after the exits"
        " that are working",
        actual=p.size(p.worst_leaves),
        limit=p.size(p.exit_room),
        room=p.room_words(p.exit_room),
        room_quantity=p.exit_room + p.filled if p.exit_room else 0,
    )


def _signed(p: Proposal, held: int) -> str:
    known = p.instrument
    return f"{held:+,}" if known is None else known.format_quantity(held, signed=True)
