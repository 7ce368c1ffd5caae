"""What the market can trip: a symbol that ran, the whole market, shorts under Rule 201."""

from engine.domain import breaker_facts as facts
from engine.domain import events as ev
from engine.domain.acts import cancels_of
from engine.domain.commands import ALL_SYMBOLS, CancelScope, Origin
from engine.domain.market_wide import NO_HALT, REST_OF_DAY, halt_seconds, level_reached, table_of
from engine.domain.quotes import Market
from engine.domain.risk.findings import percent
from engine.domain.state import State
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Price

BPS = 10_000
SYMBOL_MOVE, MARKET_WIDE, SHORT_SALE = "symbol_move", "market_wide", "short_sale"
FALL_PERCENT = 10
"""Rule 201(b)(1)(i): a decrease of 10 per cent or more from the previous close."""


def tripped(
    state: State,
    code: str,
    text: str,
    now: Nanos,
    *,
    actual: str,
    limit: str,
    symbol: str = ALL_SYMBOLS,
) -> list[ev.Event]:
    """HALTED with entries taken back, every account; exits stay and may still leave.

    Nothing where it is that low already: a breaker trips once.
    """
    happened: list[ev.Event] = []
    for name, account in state.accounts.items():
        trading = account.trading
        if symbol != ALL_SYMBOLS:
            trading = account.symbols.get(symbol, trading)
        if trading.state >= ev.TradingState.HALTED:
            continue
        happened.append(facts.BreakerTripped(now, name, symbol, code, text, actual, limit))
        change = (now, name, symbol, ev.TradingState.HALTED, False, text, Origin.DESK)
        happened.append(ev.TradingStateChanged(*change))
        happened += cancels_of(state, name, symbol, CancelScope.ENTRIES, Origin.DESK, now)
    return happened


def heed_run(state: State, report: facts.PriceRan, market: Market, now: Nanos) -> list[ev.Event]:
    """A move of more than the limit within five minutes halts the symbol, up or down."""
    limit = state.limits.symbol_move_max
    move, before = report.to_price - report.from_price, report.from_price
    if before <= 0 or abs(move) * BPS <= limit * before:
        return []
    share = -(-abs(move) * BPS // before)
    word = "rose" if move > 0 else "fell"
    known = state.instruments.get(report.symbol)
    prices = ""
    if known is not None:
        prices = f" from {known.format_price(before)} to {known.format_price(report.to_price)}"
    minutes = max(1, -(-(now - report.from_at) // (60 * NANOS_PER_SECOND)))
    text = f"{report.symbol} {word} {percent(share)}{prices} within {minutes} min"
    return tripped(
        state,
        SYMBOL_MOVE,
        text,
        now,
        actual=percent(share),
        limit=percent(limit),
        symbol=report.symbol,
    )


def heed_index(state: State, report: facts.IndexSeen, market: Market, now: Nanos) -> list[ev.Event]:
    """A level of the table, once a day: new orders wait for as long as the table says."""
    known = state.instruments.get(report.symbol)
    if known is None or not state.limits.market_wide:
        return []
    table = table_of(known.mic, state.trade_date)
    if table is None:
        return []
    level = level_reached(table, report.last, report.reference)
    breakers = state.breakers
    passed = breakers.levels if breakers.levels_on == state.trade_date else []
    if level == 0 or level in passed:
        return []
    seconds = halt_seconds(table, level, report.second_of_day)
    is_over = seconds == REST_OF_DAY
    until = Nanos(0 if is_over or seconds == NO_HALT else now + seconds * NANOS_PER_SECOND)
    share = percent(abs(report.last - report.reference) * BPS // report.reference)
    word = "down" if report.last < report.reference else "up"
    how = "for the rest of the day" if is_over else f"for {seconds // 60} min"
    if seconds == NO_HALT:
        how = "too late in the day to halt it"
    text = f"{report.symbol} is {word} {share}, level {level} of {table.name}: {how}"
    return [
        facts.MarketHalted(
            now,
            state.trade_date,
            table.name,
            level,
            report.symbol,
            report.last,
            report.reference,
            until,
            is_over,
            text,
        )
    ]


def market_trades_again(state: State, now: Nanos) -> list[ev.Event]:
    """The venue opened all its symbols: its word counts more than the table's time."""
    halt = state.breakers.market
    if halt is None or not halt.holds(state.trade_date, now) or now <= halt.at:
        return []
    return [facts.MarketResumed(now, "the venue trades again")]


def knows_rule_201(instrument: Instrument) -> bool:
    """Shares of the US market system are under it."""
    return instrument.asset_class == "equity" and instrument.currency == "USD"


def has_fallen(price: Price, previous_close: Price) -> bool:
    """Whether Rule 201 begins to hold at this price."""
    return price > 0 and price * 100 <= previous_close * (100 - FALL_PERCENT)


def heed_fall(state: State, report: facts.PriceFell, market: Market, now: Nanos) -> list[ev.Event]:
    """Rule 201 holds for the rest of the date and on the next; again if it falls again."""
    known = state.instruments.get(report.symbol)
    if known is None or not (state.limits.short_sale_restriction and knows_rule_201(known)):
        return []
    found = state.breakers.restricted.get(report.symbol)
    if found is not None and found.trade_date == state.trade_date:
        return []
    if not has_fallen(report.price, report.previous_close):
        return []
    at, close = known.format_price(report.price), known.format_price(report.previous_close)
    text = f"{report.symbol} at {at} is {FALL_PERCENT} % or more below {close}, its previous close"
    return [facts.ShortSaleRestricted(now, report.symbol, state.trade_date, False, text)]


def heed_flag(
    state: State, report: facts.ShortSaleFlagged, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue's word counts, either way; the same again changes nothing."""
    found = state.breakers.restriction(report.symbol, state.trade_date)
    if report.is_restricted is (found is not None):
        return []
    if not report.is_restricted:
        return [facts.ShortSaleFreed(now, report.symbol, report.text or "the venue says so")]
    text = report.text or "the venue says so"
    return [facts.ShortSaleRestricted(now, report.symbol, state.trade_date, True, text)]
