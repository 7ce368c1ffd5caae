"""Every control as it stands: limit, what is used of it, where it comes from, and what is off."""

from collections.abc import Mapping

from engine.domain.arming import LIVE_MODE
from engine.domain.commands import ALL_SYMBOLS, Origin, SubmitOrder
from engine.domain.events import TradingState
from engine.domain.ledger.valuation import mark_of
from engine.domain.limits_view import LimitRow, LimitsView, RoomRow, StateRow, WaitingRow
from engine.domain.loosening import LOOSENING_DELAY
from engine.domain.quotes import Market
from engine.domain.risk.controls import LIMIT_SPECS, LimitKind, LimitSpec, Tighter
from engine.domain.risk.controls.spec import NO_KEY
from engine.domain.risk.findings import bit_of
from engine.domain.risk.frame import RULES, Assessment, evaluate, room_of
from engine.domain.risk.limits import KEY_PREFIX, LIMIT_VALUE_MAX, text_of, value_of
from engine.domain.risk.proposal import Proposal, propose
from engine.domain.risk.uses import MEASURES, Ground, Use, ground_of
from engine.domain.state import Account, State, Trading
from engine.values import Instruction, Nanos, OrderType, Side

NOT_BUILT = "not available yet"
SWITCHED_OFF = "switched off"
_CODES = {rule.name.id: rule.name.code for rule in RULES}
WHO = {
    Origin.TICKET: "by hand",
    Origin.LINE: "by hand",
    Origin.LADDER: "by hand",
    Origin.SCRIPT: "by a script",
    Origin.DESK: "by the desk",
}
"""Of an origin, for the eye."""


def limits_view(
    state: State,
    market: Market,
    account: str,
    symbol: str,
    now: Nanos,
    sources: Mapping[str, str],
) -> LimitsView:
    """Computed on demand; pure. `sources`: where the settings have each key from.

    Raises KeyError for an account nobody opened.
    """
    ground = ground_of(state, market, account, symbol, now)
    probes = _probes(ground)
    off_bits = 0
    if probes:
        off_bits = probes[0][1].off_bits & probes[-1][1].off_bits
    return LimitsView(
        account=account,
        symbol=symbol,
        at=now,
        states=_states(ground.account),
        rooms=tuple(_room(order, assessment, ground) for order, assessment in probes),
        rows=tuple(_row(spec, ground, sources, off_bits) for spec in LIMIT_SPECS),
    )


# ── one control ────────────────────────────────────────────────────────────────────────────────


def _row(spec: LimitSpec, ground: Ground, sources: Mapping[str, str], off_bits: int) -> LimitRow:
    measure = MEASURES.get(spec.key if spec.field else spec.id)
    off = _off(spec, ground.state, off_bits)
    use = measure(ground) if measure is not None and not off else None
    value = ground.state.limits.text(spec.key) if spec.field else ""
    use = use or Use("")
    return LimitRow(
        id=spec.id,
        code=spec.code,
        key="" if spec.key == NO_KEY else spec.key,
        name=spec.key.removeprefix(KEY_PREFIX) if spec.field else "",
        formula=spec.formula,
        mode=spec.mode,
        limit=limit_words(spec, value, ground.account.currency),
        value=value,
        source=_source(spec, ground.state, sources),
        is_control=spec.is_control,
        used=use.used,
        room=use.room,
        share=use.share,
        off=off,
        tighter=tighter_text(spec, value),
        waiting=_waiting(spec, ground.state, ground.account.currency),
    )


def limit_words(spec: LimitSpec, value: str, currency: str) -> str:
    """`10000` as "10,000 shares"; a switch as it is; empty for what has no value."""
    if not value or spec.kind in (LimitKind.SWITCH, LimitKind.NAMES, LimitKind.WINDOWS):
        return value
    whole, dot, part = value.partition(".")
    name = currency if spec.kind is LimitKind.MONEY else spec.unit
    unit = f" {name}" if name else ""
    return f"{int(whole):,}{dot}{part}{unit}"


def tighter_text(spec: LimitSpec, value: str) -> str:
    """Half of what it is, or twice where more is tighter; a switch the other way. '' at its end,
    and for lists, which a person writes."""
    if not value or spec.kind in (LimitKind.NAMES, LimitKind.WINDOWS):
        return ""
    now = value_of(spec, value)
    if spec.kind is LimitKind.SWITCH:
        tight = 1 if spec.tighter is Tighter.HIGHER else 0
        return text_of(spec, tight) if now != tight else ""
    tighter = now // 2 if spec.tighter is Tighter.LOWER else now * 2
    return text_of(spec, tighter) if now != tighter <= LIMIT_VALUE_MAX else ""


def _off(spec: LimitSpec, state: State, off_bits: int) -> str:
    """Why it does not count now; empty while it does."""
    if not spec.is_built:
        return NOT_BUILT
    if spec.id == "R42" and state.mode.upper() != LIVE_MODE:
        return f"{state.mode.lower() or 'paper'}: nothing to arm"
    if spec.kind is LimitKind.SWITCH and spec.tighter is Tighter.HIGHER:
        if not getattr(state.limits, spec.field):
            return SWITCHED_OFF
    elif spec.key == "risk.duplicate_window" and not state.limits.duplicate_window:
        return "no time is set"
    if spec.key == "risk.locate" and not state.borrow:
        return "no borrow file"
    if spec.is_control and off_bits & bit_of(spec.id):
        return "no source for its input"
    return ""


def _source(spec: LimitSpec, state: State, sources: Mapping[str, str]) -> str:
    """A change of this session with who, when and why, else where the settings have it from."""
    changed = state.limit_changes.get(spec.key)
    if changed is None:
        return sources.get(spec.key, spec.source) if spec.field else spec.source
    word = "loosened" if changed.is_looser else "tightened"
    why = f": {changed.reason}" if changed.reason else ""
    return f"{word} from {changed.before} {WHO[changed.origin]}{why}"


def _waiting(spec: LimitSpec, state: State, currency: str) -> WaitingRow | None:
    asked = state.loosening.get(spec.key)
    if asked is None:
        return None
    due = Nanos(asked.asked_at + LOOSENING_DELAY)
    return WaitingRow(
        limit_words(spec, asked.after, currency), asked.reason, due, WHO[asked.origin]
    )


# ── what stops the desk ────────────────────────────────────────────────────────────────────────


def _states(account: Account) -> tuple[StateRow, ...]:
    """The account's first; a symbol's only where it is lower than ACTIVE."""
    rows = [_state(ALL_SYMBOLS, account.trading)]
    rows += [_state(symbol, trading) for symbol, trading in sorted(account.symbols.items())]
    return tuple(rows)


def _state(scope: str, trading: Trading) -> StateRow:
    is_active = trading.state is TradingState.ACTIVE and not trading.changed_at
    who = "" if is_active else WHO[trading.origin]
    at, name = trading.changed_at, trading.state.name
    return StateRow(scope, name, trading.latched, trading.reason, at, who)


# ── room at the cursor ─────────────────────────────────────────────────────────────────────────


def _probes(ground: Ground) -> list[tuple[SubmitOrder, Assessment]]:
    """One lot of each side at the price that it would take, as the rules see it."""
    known, quote = ground.instrument, ground.quote
    if known is None or quote is None:
        return []
    held = ground.account.positions.get(ground.symbol)
    quantity = held.quantity if held is not None else 0
    found = []
    for side in (Side.BUY, Side.SELL):
        order = SubmitOrder(
            ticket="",
            account=ground.account.account,
            symbol=ground.symbol,
            instruction=_instruction(side, quantity),
            quantity=known.lot_size,
            type=OrderType.LIMIT,
            price=(quote.ask if side is Side.BUY else quote.bid) or mark_of(quote),
        )
        proposal = propose(order, ground.state, ground.market)
        found.append((order, evaluate(proposal, ground.state, ground.market, ground.now)))
    return found


def _instruction(side: Side, held: int) -> Instruction:
    if side is Side.BUY:
        return Instruction.COVER if held < 0 else Instruction.BUY
    return Instruction.SELL if held > 0 else Instruction.SHORT


def _room(order: SubmitOrder, assessment: Assessment, ground: Ground) -> RoomRow:
    proposal = propose(order, ground.state, ground.market)
    quantity, rule = room_of(proposal, ground.state, assessment.findings)
    words = room_words(proposal, max(0, quantity), rule)
    return RoomRow(order.instruction, max(0, quantity), rule, words)


def room_words(proposal: Proposal, quantity: int, rule: str) -> str:
    """ "43 more, R08 position stops you first"."""
    name = f"{rule} {_CODES.get(rule, '')}".strip()
    if not quantity:
        return f"none: {name} stops you"
    return f"{proposal.size(quantity)} more, {name} stops you first"
