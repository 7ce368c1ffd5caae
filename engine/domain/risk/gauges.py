"""Every control as it stands: limit, what is used of it, where it comes from, and what is off."""

from collections.abc import Mapping

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.ledger.valuation import mark_of
from engine.domain.limits_view import LimitRow, LimitsView, RoomRow, WaitingRow
from engine.domain.loosening import LOOSENING_DELAY
from engine.domain.message_counts import venue_rate_words
from engine.domain.modes import is_live
from engine.domain.quotes import Market
from engine.domain.risk.controls import (
    LIMIT_SPECS,
    NO_KEY,
    NOT_AVAILABLE,
    LimitKind,
    LimitSpec,
    Tighter,
)
from engine.domain.risk.frame import RULES, Assessment, evaluate, room_of
from engine.domain.risk.limits import KEY_PREFIX, LIMIT_VALUE_MAX, text_of, value_of
from engine.domain.risk.measures import MEASURES
from engine.domain.risk.off import OFF_REASONS, SWITCHED_OFF, OffReason
from engine.domain.risk.proposal import Proposal, propose
from engine.domain.risk.uses import Ground, Use, ground_of
from engine.domain.state import State
from engine.values import Instruction, Nanos, OrderType, Price, Side

OWN_CURRENCY = "account currency"
RATE_KEY = "risk.message_rate_max"
LISTED = (LimitKind.NAMES, LimitKind.WINDOWS, LimitKind.CHOICE)
NOT_COUNTED = (LimitKind.SWITCH, *LISTED)
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
    because = 0
    for _, assessment in probes:
        because |= assessment.off_because
    has_quote = ground.quote is not None
    return LimitsView(
        account=account,
        symbol=symbol,
        at=now,
        rooms=tuple(_room(*probe, ground) for probe in probes) if has_quote else (),
        rows=tuple(_row(spec, ground, sources, because) for spec in LIMIT_SPECS),
    )


# ── one control ────────────────────────────────────────────────────────────────────────────────


def _row(spec: LimitSpec, ground: Ground, sources: Mapping[str, str], because: int) -> LimitRow:
    measure = MEASURES.get(spec.key if spec.field else spec.id)
    off = _off(spec, ground.state, because)
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
        is_private=use.is_private,
    )


def limit_words(spec: LimitSpec, value: str, currency: str) -> str:
    """`10000` as "10,000 shares"; a switch or a list as it is; empty for what has no value."""
    if not value or spec.kind in NOT_COUNTED:
        return value
    whole, dot, part = value.partition(".")
    is_own = spec.kind is LimitKind.MONEY and spec.unit == OWN_CURRENCY
    unit = currency if is_own else spec.unit
    return f"{int(whole):,}{dot}{part} {unit}".rstrip()


def tighter_text(spec: LimitSpec, value: str) -> str:
    """Half, or twice where more is tighter; a switch the other way, a choice the next one.

    '' where it is as tight as it can be, and of a list: what is to go from it, or on it, is typed.
    """
    has_way = spec.tighter in (Tighter.LOWER, Tighter.HIGHER)
    if not value or not has_way or spec.kind in (LimitKind.NAMES, LimitKind.WINDOWS):
        return ""
    now = value_of(spec, value)
    if spec.kind is LimitKind.CHOICE:
        further = now + (1 if spec.tighter is Tighter.HIGHER else -1)
        return text_of(spec, further) if 0 <= further < len(spec.choices) else ""
    if spec.kind is LimitKind.SWITCH:
        tight = spec.tighter is Tighter.HIGHER
        return text_of(spec, tight) if now != tight else ""
    tighter = now // 2 if spec.tighter is Tighter.LOWER else now * 2
    return text_of(spec, tighter) if now != tighter <= LIMIT_VALUE_MAX else ""


_WINDOWS = ("risk.duplicate_window", "risk.wash_window")
_SETTING_OF: dict[str, tuple[OffReason, ...]] = {
    "risk.volume_share_max": (OffReason.NO_AVERAGE_VOLUME,),
    "risk.volume_age_max": (OffReason.NO_AVERAGE_VOLUME,),
    "risk.displayed_size_max": (OffReason.NO_SIZES,),
    "risk.concentration_sector_max": (OffReason.NO_SECTORS,),
    "risk.restricted_list": (OffReason.NO_RESTRICTED,),
    "risk.watch_list": (OffReason.NO_RESTRICTED,),
    "risk.hard_to_borrow": (OffReason.NO_BORROW,),
    "risk.locate": (OffReason.NOTHING_TO_LOCATE_WITH,),
    "risk.price_band": (OffReason.NO_BANDS,),
    "risk.price_band_reprice": (OffReason.NO_BANDS,),
    "risk.market_wide": (OffReason.NO_INDEX,),
    "risk.expiry_sanity": (OffReason.NO_EARNINGS, OffReason.NO_DIVIDENDS),
    "risk.earnings_age_max": (OffReason.NO_EARNINGS,),
    "risk.time_lock": (OffReason.NO_WINDOWS,),
    "risk.no_trade_first_minutes": (OffReason.NO_WINDOWS,),
    "risk.no_trade_last_minutes": (OffReason.NO_WINDOWS,),
    "R33": (OffReason.NO_OPTIONS,),
    "R40": (OffReason.NO_ALGORITHMS,),
}
"""What keeps a setting, or a control without one, off: all of these at once."""


def _off(spec: LimitSpec, state: State, because: int) -> str:
    """Why it does not count now; empty while it does. `because`: what the rules themselves said."""
    if not spec.is_built:
        return NOT_AVAILABLE
    if spec.id == "R42" and not is_live(state.mode):
        return f"{state.mode.lower() or 'paper'}: nothing to arm"
    if spec.kind is LimitKind.SWITCH and spec.tighter is Tighter.HIGHER:
        if not getattr(state.limits, spec.field):
            return SWITCHED_OFF
    elif spec.key in _WINDOWS and not getattr(state.limits, spec.field):
        return "no time is set"
    reasons = _SETTING_OF.get(spec.key if spec.field else spec.id, ())
    if reasons and all(because & (1 << reason) for reason in reasons):
        return ", ".join(OFF_REASONS[reason].words for reason in reasons)
    return ""


def _source(spec: LimitSpec, state: State, sources: Mapping[str, str]) -> str:
    """A change of this session with who, when and why, else where the settings have it from."""
    if spec.key == RATE_KEY:
        return f"{_set_by(spec, state, sources)}; {venue_rate_words(state)}"
    return _set_by(spec, state, sources)


def _set_by(spec: LimitSpec, state: State, sources: Mapping[str, str]) -> str:
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


# ── room at the cursor ─────────────────────────────────────────────────────────────────────────


def _probes(ground: Ground) -> list[tuple[SubmitOrder, Assessment]]:
    """One lot of each side at the price that it would take, as the rules see it.

    One that closes meets few of them; the other side then opens, and meets all.
    """
    known, quote = ground.instrument, ground.quote
    if known is None:
        return []
    bid, ask = (quote.bid, quote.ask) if quote is not None else (Price(0), Price(0))
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
            price=(ask if side is Side.BUY else bid) or mark_of(quote),
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
