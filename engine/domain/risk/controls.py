"""All 45 controls as one table: what each compares, with which default, from which source."""

from enum import IntEnum

import msgspec

PROFILE_DEFAULT = "paper"
PROFILES = ("paper", "us_margin", "us_cash", "india", "load")
NOT_AVAILABLE = "not available yet"
NO_KEY = "—"


class LimitKind(IntEnum):
    """How the text of a limit is read."""

    SHARES = 1
    MONEY = 2
    PERCENT = 3
    """Text in percent with at most two decimals, kept in basis points."""
    SECONDS = 4
    """Text in seconds, kept in nanoseconds."""
    COUNT = 5
    RATE = 6
    """Orders a second or a minute, as the unit says."""
    SWITCH = 7
    NONE = 8
    """The control compares with the market or the venue, not with a number of ours."""


class Tighter(IntEnum):
    """Which direction makes a limit tighter."""

    LOWER = 1
    HIGHER = 2


class LimitSpec(msgspec.Struct, frozen=True):
    """One setting of one control; the row with `is_control` stands for the control itself."""

    id: str
    code: str
    key: str
    formula: str
    mode: str = NOT_AVAILABLE
    field: str = ""
    """Of `Limits`; empty where there is no setting, or not yet."""
    kind: LimitKind = LimitKind.NONE
    unit: str = ""
    default: str = ""
    profiles: tuple[tuple[str, str], ...] = ()
    """(profile, text) where a profile differs from the default."""
    tighter: Tighter = Tighter.LOWER
    source: str = ""
    is_control: bool = True

    @property
    def is_built(self) -> bool:
        return self.mode != NOT_AVAILABLE

    def default_of(self, profile: str) -> str:
        """Raises KeyError for a profile nobody defined."""
        if profile not in PROFILES:
            raise KeyError(profile)
        return dict(self.profiles).get(profile, self.default)


_HOUSE = "house default for a retail account"
_RTS6 = "MiFID II RTS 6 Art. 15; " + _HOUSE
_DUPLICATES = "SEC 15c3-5 (duplicative orders); " + _HOUSE
_REG_T = "Reg T 12 CFR 220.12(c): 50 % beyond the proceeds of a short sale"
_COLLAR = _HOUSE + ", tiered by price as the clearly-erroneous guidelines of the exchanges are"
_UNBOUND = "1000000000"


def _load(text: str) -> tuple[tuple[str, str], ...]:
    """Benchmarks and fault tests only: limits that never bind."""
    return (("load", text),)


def _later(id: str, code: str, key: str, formula: str) -> LimitSpec:
    return LimitSpec(id=id, code=code, key=key, formula=formula)


def _keyless(id: str, code: str, mode: str, formula: str, source: str) -> LimitSpec:
    """A control that compares with the venue or the order itself: there is nothing to set."""
    return LimitSpec(id=id, code=code, key=NO_KEY, formula=formula, mode=mode, source=source)


def _part(
    control: LimitSpec, field: str, formula: str, default: str, **changes: object
) -> LimitSpec:
    """A further setting of a control; what is not changed is as the control has it."""
    return msgspec.structs.replace(
        control,
        key=f"risk.{field}",
        field=field,
        formula=formula,
        default=default,
        is_control=False,
        **changes,
    )


def _switch(id: str, code: str, mode: str, formula: str, source: str) -> LimitSpec:
    """On is tighter."""
    return LimitSpec(
        id=id,
        code=code,
        key=f"risk.{code}",
        formula=formula,
        mode=mode,
        field=code,
        kind=LimitKind.SWITCH,
        unit="on/off",
        default="on",
        tighter=Tighter.HIGHER,
        source=source,
    )


_R02 = LimitSpec(
    id="R02",
    code="order_notional",
    key="risk.order_notional_max",
    formula="quantity × worst price is above the limit; market orders count far touch × 1.05",
    mode="SOFT2 to 2×, then HARD",
    field="order_notional_max",
    kind=LimitKind.MONEY,
    unit="account currency",
    default="250000",
    profiles=(("india", "20000000"), *_load(_UNBOUND)),
    source=f"{_RTS6}; india: the same at about 80 INR per USD",
)
_R04 = LimitSpec(
    id="R04",
    code="price_collar",
    key="risk.price_collar",
    formula="limit through the reference by more than this, at $25 and above",
    mode="SOFT; above 3× HARD",
    field="price_collar",
    kind=LimitKind.PERCENT,
    unit="% of reference",
    default="3",
    source=_COLLAR,
)
_R05 = _switch(
    "R05",
    "market_protection",
    "HARD",
    "a market order needs bid and ask, and leaves as a limit at far touch ± the price collar",
    _HOUSE,
)
_R12 = LimitSpec(
    id="R12",
    code="order_rate",
    key="risk.order_rate_max",
    formula="orders tried within one second, denied ones too",
    mode="HARD; scripts are paced",
    field="order_rate_max",
    kind=LimitKind.RATE,
    unit="orders/s",
    default="5",
    profiles=_load(_UNBOUND),
    source=_RTS6,
)
_R17 = LimitSpec(
    id="R17",
    code="open_orders",
    key="risk.open_orders_max",
    formula="open orders of the account",
    mode="HARD",
    field="open_orders_max",
    kind=LimitKind.COUNT,
    unit="orders",
    default="100",
    profiles=_load(_UNBOUND),
    source=_HOUSE,
)
_R26 = _switch(
    "R26",
    "short_sale",
    "HARD",
    "sell above what is held, cover above what is short, or any crossing of zero by accident",
    "Reg SHO 200(g) marking",
)
_R29 = _switch(
    "R29",
    "buying_power",
    "HARD",
    "cash, less short collateral and reservations, is below the worst cost of the order",
    _REG_T,
)

LIMIT_SPECS: tuple[LimitSpec, ...] = (
    LimitSpec(
        id="R01",
        code="order_quantity",
        key="risk.order_quantity_max",
        formula="the order's total quantity is above the limit",
        mode="HARD",
        field="order_quantity_max",
        kind=LimitKind.SHARES,
        unit="shares",
        default="10000",
        profiles=_load(_UNBOUND),
        source=_RTS6,
    ),
    _R02,
    _part(
        _R02,
        "order_notional_share_max",
        "quantity × worst price is above this share of net liquidation value",
        "25",
        kind=LimitKind.PERCENT,
        unit="% of NLV",
        profiles=_load("1000000"),
        source=_RTS6,
    ),
    _keyless(
        "R03",
        "tick_or_lot",
        "HARD",
        "quantity is no multiple of the lot, or a price is off tick",
        "the venue's instrument list",
    ),
    _R04,
    _part(_R04, "price_collar_middle", "the same from $3 up to $25", "5"),
    _part(_R04, "price_collar_low", "the same below $3", "10"),
    _part(
        _R04,
        "price_collar_passive",
        "limit away from the reference, on the passive side, by more than this",
        "20",
        profiles=_load("1000"),
        source=_HOUSE,
    ),
    _part(
        _R04,
        "quote_age_max",
        "the feed behind a live reference price has been silent for longer than this",
        "5",
        mode="HARD",
        kind=LimitKind.SECONDS,
        unit="s",
        source=_HOUSE,
    ),
    _R05,
    _part(
        _R05,
        "market_spread_max",
        "the spread is above this share of the mid",
        "2",
        kind=LimitKind.PERCENT,
        unit="% of mid",
        profiles=_load("200"),
        tighter=Tighter.LOWER,
    ),
    _switch(
        "R06",
        "stop_sanity",
        "SOFT",
        "the stop would trigger at once, or is behind its limit",
        _HOUSE,
    ),
    _later(
        "R07", "volume_share", "risk.volume_share_max", "quantity ÷ average or displayed volume"
    ),
    LimitSpec(
        id="R08",
        code="position",
        key="risk.position_max",
        formula="position with all open orders of the side, at the worst price, is above the limit",
        mode="HARD",
        field="position_max",
        kind=LimitKind.PERCENT,
        unit="% of NLV",
        default="60",
        profiles=_load("1000000"),
        source=_RTS6,
    ),
    _later("R09", "exposure", "risk.exposure_max", "gross, net, long or short market value"),
    _later("R10", "leverage", "risk.leverage_max", "gross market value ÷ NLV"),
    _later("R11", "concentration", "risk.concentration_max", "one symbol's share of NLV"),
    _R12,
    _part(_R12, "order_rate_minute_max", "orders tried within one minute", "60", unit="orders/min"),
    _part(
        _R12,
        "order_rate_ladder_max",
        "the same for the armed ladder",
        "10",
        mode="HARD",
        source=f"{_RTS6}; india: SEBI 2025-02-04, more than 10 a second must register",
    ),
    _part(
        _R12,
        "order_rate_ladder_minute_max",
        "the same for the armed ladder, within one minute",
        "300",
        mode="HARD",
        unit="orders/min",
    ),
    _part(
        _R12,
        "order_rate_script",
        "scripts send at most this many orders a second; they wait and are never denied",
        "50",
        mode="paced",
        profiles=(("india", "10"), *_load(_UNBOUND)),
        source=f"{_HOUSE}; india: SEBI 2025-02-04",
    ),
    _later("R13", "message_rate", "risk.message_rate_max", "messages a second, cancels included"),
    _later("R14", "repeated_execution", "risk.repeated_execution_max", "same automated fills"),
    LimitSpec(
        id="R15",
        code="duplicate_order",
        key="risk.duplicate_window",
        formula="the same order from another ticket within this time",
        mode="SOFT",
        field="duplicate_window",
        kind=LimitKind.SECONDS,
        unit="s",
        default="10",
        profiles=_load("0"),
        tighter=Tighter.HIGHER,
        source=_DUPLICATES,
    ),
    _keyless("R16", "ticket_replay", "drop", "the ticket was sent before", _DUPLICATES),
    _R17,
    _part(_R17, "open_orders_symbol_max", "open orders of the symbol", "20"),
    _later("R18", "cancel_ratio", "risk.cancel_ratio_max", "cancels and changes ÷ fills"),
    _later("R19", "daily_notional", "risk.daily_notional_max", "traded and open value of the day"),
    _later("R20", "daily_orders", "risk.daily_orders_max", "orders of the day"),
    _later("R21", "daily_loss", "risk.daily_loss_max", "loss of the day after fees"),
    _later("R22", "drawdown", "risk.drawdown_max", "equity below its peak"),
    _later("R23", "loss_velocity", "risk.loss_velocity_max", "loss within one minute"),
    _later("R24", "price_band", "risk.price_band", "price outside the limit-up limit-down band"),
    _switch(
        "R25",
        "market_state",
        "HARD",
        "the symbol's session is not open, or its phase is not known",
        "the venue's phase table",
    ),
    _R26,
    _part(
        _R26,
        "short_selling",
        "orders marked short may leave at all",
        "on",
        profiles=(("us_cash", "off"), ("india", "off")),
        tighter=Tighter.LOWER,
        source="a cash account holds no short positions (Reg T 12 CFR 220.8)",
    ),
    _part(_R26, "locate", "a short of what is hard to borrow needs shares to locate", "on"),
    _later("R27", "short_sale_restriction", "risk.short_sale_restriction", "short at or below bid"),
    _later("R28", "restricted_list", "risk.restricted_list", "the symbol is on a list"),
    _R29,
    _part(
        _R29,
        "short_margin",
        "a short sale needs this share of its value beyond its proceeds",
        "50",
        kind=LimitKind.PERCENT,
        unit="% of value",
    ),
    _later("R30", "intraday_margin", "risk.margin_regime", "equity − Σ intraday requirement"),
    _later("R31", "pattern_day_trader", "risk.margin_regime", "day trades within five days"),
    _later("R32", "maintenance_margin", "risk.maintenance_margin", "excess liquidity ÷ NLV"),
    _later("R33", "option_risk", "risk.option_risk", "naked shorts, assignment, greeks"),
    _later("R34", "self_match", "risk.self_match", "own resting order would be crossed"),
    _later("R35", "wash_intent", "risk.wash_window", "opposite order, same price and quantity"),
    _keyless(
        "R36",
        "reduce_only",
        "HARD",
        "a reduce-only order would open or enlarge a position",
        "the order itself",
    ),
    _later("R37", "expiry_sanity", "risk.expiry_sanity", "the order's date has passed"),
    _keyless("R38", "stale_rate", "HARD", "no exchange rate for its currency", "the rate table"),
    _keyless(
        "R39", "reference_data", "HARD", "nobody knows the symbol", "the venue's instrument list"
    ),
    _later("R40", "algo_parent", "risk.algo_parent", "Σ children above the parent"),
    _keyless("R41", "not_ready", "HARD", "link down, or what it broke not known yet", "the link"),
    _keyless("R42", "not_armed", "HARD", "live and not armed by a person", "security S06"),
    _later("R43", "time_lock", "risk.time_lock", "within a no-trade window"),
    _later("R44", "venue_not_allowed", "risk.venues_allowed", "venue or account not on the list"),
    LimitSpec(
        id="R45",
        code="limit_change",
        key="risk.limit_change",
        formula="tightening acts at once, loosening takes reason, second factor and 60 s",
        mode="HARD",
        source=_HOUSE,
    ),
)

CONTROLS: tuple[LimitSpec, ...] = tuple(spec for spec in LIMIT_SPECS if spec.is_control)
"""One row a control, R01 to R45."""
