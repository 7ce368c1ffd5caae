"""The effective limits of the desk as typed values, and how their texts are read and tightened."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from engine.domain.reasons import Refusal
from engine.domain.risk.controls import LIMIT_SPECS, PROFILE_DEFAULT, LimitKind, LimitSpec, Tighter
from engine.domain.risk.lists import (
    EVERYTHING,
    Windows,
    are_wider,
    covers_more,
    names_text,
    read_names,
    read_windows,
    windows_text,
)
from engine.instruments import NumberTextError, format_scaled, parse_scaled
from engine.values import Money, Nanos, Quantity

KEY_PREFIX = "risk."
DIGEST_BYTES = 8
PROFILES_KEPT_MAX = 16
"""Sets of limits that are remembered as values."""
LIMIT_VALUE_MAX = 10**18
"""No limit is larger, in its own integer unit: absent or absurd is not unlimited."""

SPECS_BY_KEY: dict[str, LimitSpec] = {spec.key: spec for spec in LIMIT_SPECS if spec.field}

_DIGITS = {
    LimitKind.SHARES: 0,
    LimitKind.COUNT: 0,
    LimitKind.RATE: 0,
    LimitKind.PERCENT: 2,
    LimitKind.MONEY: 6,
    LimitKind.SECONDS: 9,
    LimitKind.DAYS: 0,
    LimitKind.RATIO: 2,
}
_SWITCHES = {"on": 1, "true": 1, "off": 0, "false": 0}


class LimitProblem(msgspec.Struct, frozen=True, gc=False):
    """Why one pair is no limit; the sentence names its key and what would fit."""

    key: str
    sentence: str


class LimitTextError(ValueError):
    """Pairs that are no limits reached a place where they had to be valid."""


class Limits(msgspec.Struct, frozen=True, gc=False):
    """What the built rules compare with; defaults are those of the `paper` profile.

    Percentages are basis points, money is in money units, times are nanoseconds, days are days.
    """

    order_quantity_max: Quantity = Quantity(10_000)
    order_notional_max: Money = Money(250_000_000_000)
    order_notional_share_max: int = 2_500
    price_collar: int = 300
    price_collar_middle: int = 500
    price_collar_low: int = 1_000
    price_collar_passive: int = 2_000
    quote_age_max: Nanos = Nanos(5_000_000_000)
    market_protection: bool = True
    market_spread_max: int = 200
    stop_sanity: bool = True
    position_max: int = 6_000
    order_rate_max: int = 5
    order_rate_minute_max: int = 60
    order_rate_ladder_max: int = 10
    order_rate_ladder_minute_max: int = 300
    order_rate_script: int = 50
    duplicate_window: Nanos = Nanos(10_000_000_000)
    open_orders_max: int = 100
    open_orders_symbol_max: int = 20
    market_state: bool = True
    short_sale: bool = True
    short_selling: bool = True
    buying_power: bool = True
    short_margin: int = 5_000
    locate: bool = True
    volume_share_max: int = 100
    displayed_size_max: int = 20
    volume_age_max: int = 10
    exposure_max: int = 20_000
    exposure_net_max: int = 15_000
    exposure_long_max: int = 20_000
    exposure_short_max: int = 20_000
    concentration_max: int = 4_000
    concentration_warn: int = 2_500
    concentration_sector_max: int = 5_000
    restricted_list: tuple[str, ...] = ()
    watch_list: tuple[str, ...] = ()
    hard_to_borrow: bool = True
    over_the_counter: bool = True
    price_min: Money = Money(1_000_000)
    expiry_sanity: bool = True
    earnings_age_max: int = 10
    time_lock: Windows = ()
    no_trade_first_minutes: int = 0
    no_trade_last_minutes: int = 0
    off_accepted: tuple[str, ...] = ()
    venues_allowed: tuple[str, ...] = ("paper",)
    accounts_allowed: tuple[str, ...] = EVERYTHING
    self_match: int = 2
    message_rate_max: int = 100
    repeated_execution_max: int = 10
    repeated_execution_window: Nanos = Nanos(60_000_000_000)
    cancel_ratio_max: int = 20
    daily_notional_max: int = 20
    daily_orders_max: int = 3_000
    wash_window: Nanos = Nanos(30_000_000_000)
    daily_loss_max: int = 300
    daily_loss_warn: int = 200
    drawdown_max: int = 500
    drawdown_days_max: int = 1_000
    loss_velocity_max: int = 200
    swing_max: int = 500
    price_band: bool = True
    price_band_reprice: bool = False
    market_wide: bool = True
    symbol_move_max: int = 1_000
    short_sale_restriction: bool = True
    reject_rate_warn: int = 5_000
    reject_rate_max: int = 9_000
    error_rate_max: int = 100
    order_volume_normal: int = 500
    unknown_orders_max: int = 3
    unknown_share_max: int = 500
    break_share_max: int = 500
    leverage_max: int = 400
    leverage_overnight_max: int = 200
    margin_regime: int = 0
    maintenance_margin: int = 1_000
    maintenance_warn: int = 2_000
    margin_call_grace: Nanos = Nanos(600_000_000_000)
    liquidation: bool = False

    @staticmethod
    def from_pairs(pairs: Iterable[tuple[str, str]]) -> "Limits":
        """Typed limits from (key, text); a missing key keeps its default.

        Raises LimitTextError naming every key that is wrong; `check_pairs` says so beforehand.
        """
        return _limits_of(tuple(pairs))

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(key, canonical text) of every limit, in the order of the controls."""
        return tuple((key, self.text(key)) for key in SPECS_BY_KEY)

    def text(self, key: str) -> str:
        """The canonical text of one limit: `10000`, `3`, `on`."""
        spec = SPECS_BY_KEY[key]
        return text_of(spec, getattr(self, spec.field))


def text_of(spec: LimitSpec, value: Any) -> str:
    """The canonical text of a value as `Limits` has it."""
    match spec.kind:
        case LimitKind.SWITCH:
            return "on" if value else "off"
        case LimitKind.NAMES:
            return names_text(value)
        case LimitKind.WINDOWS:
            return windows_text(value)
        case LimitKind.CHOICE:
            return spec.choices[int(value)]
    return format_scaled(value, _DIGITS[spec.kind])


@lru_cache(maxsize=PROFILES_KEPT_MAX)
def _limits_of(pairs: tuple[tuple[str, str], ...]) -> Limits:
    """Read once: every session of a journal that is replayed begins with the same few."""
    problems = check_pairs(pairs)
    if problems:
        raise LimitTextError(" ".join(problem.sentence for problem in problems))
    values = {SPECS_BY_KEY[key].field: _read(SPECS_BY_KEY[key], text) for key, text in pairs}
    return msgspec.convert(values, Limits)


def default_pairs(profile: str = PROFILE_DEFAULT) -> tuple[tuple[str, str], ...]:
    """(key, text) of every limit of a profile. Raises KeyError for a profile nobody defined."""
    return tuple((key, spec.default_of(profile)) for key, spec in SPECS_BY_KEY.items())


def check_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[LimitProblem, ...]:
    """Everything wrong with the texts: unknown, doubled, not finite, below zero, no type."""
    problems: list[LimitProblem] = []
    seen: set[str] = set()
    for key, text in pairs:
        sentence = _problem(key, text)
        if key in seen:
            sentence = f"{key} is set twice."
        seen.add(key)
        if sentence:
            problems.append(LimitProblem(key, sentence))
    return tuple(problems)


def find_spec(name: str) -> LimitSpec | None:
    """The setting of that key, with or without `risk.`; None where there is none to set."""
    return SPECS_BY_KEY.get(name if name.startswith(KEY_PREFIX) else KEY_PREFIX + name)


def tighten(limits: Limits, name: str, text: str) -> Limits | Refusal:
    """The limits with one of them tighter, at once; looser, equal or unreadable is refused."""
    spec = find_spec(name)
    if spec is None:
        return Refusal.UNKNOWN_LIMIT
    if _problem(spec.key, text):
        return Refusal.BAD_LIMIT
    before, after = getattr(limits, spec.field), _read(spec, text)
    if not _is_tighter(spec, before, after):
        return Refusal.NOT_TIGHTER
    return msgspec.structs.replace(limits, **{spec.field: after})


def _is_tighter(spec: LimitSpec, before: Any, after: Any) -> bool:
    """A list that loses a name and gains another is no tighter, whichever way it counts."""
    if spec.tighter is Tighter.LOWER:
        before, after = after, before
    if spec.tighter is Tighter.NEITHER:
        return False
    match spec.kind:
        case LimitKind.NAMES:
            return are_wider(after, before)
        case LimitKind.WINDOWS:
            return covers_more(after, before)
    return bool(after > before)


def loosen(limits: Limits, name: str, text: str) -> Limits | Refusal:
    """The limits with one of them looser; tighter, equal or unreadable is refused."""
    if isinstance(tighten(limits, name, text), Limits):
        return Refusal.NOT_LOOSER
    spec = find_spec(name)
    if spec is None:
        return Refusal.UNKNOWN_LIMIT
    if _problem(spec.key, text):
        return Refusal.BAD_LIMIT
    after = _read(spec, text)
    if getattr(limits, spec.field) == after:
        return Refusal.NOT_LOOSER
    return msgspec.structs.replace(limits, **{spec.field: after})


def value_of(spec: LimitSpec, text: str) -> Any:
    """A value as `Limits` has it: a number in its own integer unit, or a list.

    Raises NumberTextError.
    """
    return _read(spec, text)


def reads_as(spec: LimitSpec, text: str) -> str:
    """The canonical text of a value of that limit; '' for what is none."""
    if _problem(spec.key, text):
        return ""
    return text_of(spec, _read(spec, text))


def digest(limits: Limits) -> str:
    """A short stable name for exactly these values, independent of how they were written."""
    text = "\n".join(f"{key}={value}" for key, value in limits.pairs())
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).hexdigest()


def _problem(key: str, text: str) -> str:
    """One sentence, or '' when the text is a value of that limit."""
    spec = SPECS_BY_KEY.get(key)
    if spec is None:
        return f"{key} is no limit; `config limits` lists them."
    try:
        value = _read(spec, text)
    except NumberTextError as error:
        # The unit of a choice is its choices, which have just been named.
        unit = "" if spec.kind is LimitKind.CHOICE else f" ({spec.unit})"
        return f"{key}: {error}{unit}."
    if isinstance(value, tuple):
        return ""
    if value < 0:
        return f"{key}: {text} is below zero; a limit is 0 or more ({spec.unit})."
    if value > LIMIT_VALUE_MAX:
        return f"{key}: {text} is too large to be a limit ({spec.unit})."
    return ""


def _read(spec: LimitSpec, text: str) -> int | bool | tuple[str, ...] | Windows:
    """The typed value. Raises NumberTextError."""
    if spec.names is not None:
        return read_names(text, spec.names)
    if spec.kind is LimitKind.WINDOWS:
        return read_windows(text)
    if spec.kind is LimitKind.SWITCH:
        if text.lower() not in _SWITCHES:
            raise NumberTextError(f"'{text}' is neither on nor off")
        return bool(_SWITCHES[text.lower()])
    if spec.kind is LimitKind.CHOICE:
        if text.lower() not in spec.choices:
            raise NumberTextError(f"'{text}' is none of {', '.join(spec.choices)}")
        return spec.choices.index(text.lower())
    bare = text.removesuffix("%").rstrip() if spec.kind is LimitKind.PERCENT else text
    return parse_scaled(bare, _DIGITS[spec.kind])
