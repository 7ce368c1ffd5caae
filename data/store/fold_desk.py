"""Events of sessions, accounts and the desk's own state to rows."""

from data.store.book import Book, SessionRow
from data.store.schema import ALERTS, CASH_MOVEMENTS, INSTRUMENTS, SESSIONS
from engine.domain import events as ev
from engine.domain.clocks import sleep_in_words, step_in_words
from engine.domain.records import Record
from engine.domain.reports import LinkState, SpaceLevel


def session_started(book: Book, record: Record, event: ev.SessionStarted) -> None:
    session = SessionRow(
        first_sequence=record.sequence,
        run=event.run,
        mode=event.mode,
        market=event.market,
        source=event.source.name.lower(),
        trade_date=event.trade_date,
        account=event.account,
        strategy="",
        fee_table=event.fee_table,
        limits_digest=event.limits_digest,
        seed=event.seed,
        started_at=event.at,
        ended_at=None,
        clean=None,
        reason="",
        epoch=event.epoch or None,
    )
    book.session = session
    book.touch(SESSIONS, session.first_sequence, session)


def session_closed(book: Book, record: Record, event: ev.SessionClosed) -> None:
    session = book.session
    if session is None:
        return
    session.ended_at, session.clean, session.reason = event.at, event.clean, event.reason
    book.touch(SESSIONS, session.first_sequence, session)


def account_opened(book: Book, record: Record, event: ev.AccountOpened) -> None:
    row = (record.sequence, event.at, None, event.account, "", "", "opening", event.currency)
    book.add(CASH_MOVEMENTS, (*row, event.cash, ""))


def instruments_known(book: Book, record: Record, event: ev.InstrumentsKnown) -> None:
    for listed in event.instruments:
        book.instruments[listed.symbol] = listed
        row = (
            listed.symbol,
            listed.name,
            listed.mic,
            listed.currency,
            listed.asset_class,
            listed.price_digits,
            book.size(listed.symbol, listed.lot_size),
            listed.multiplier,
            listed.quantity_digits,
            listed.notional_min,
        )
        book.touch(INSTRUMENTS, listed.symbol, row)


def trading_state(book: Book, record: Record, event: ev.TradingStateChanged) -> None:
    severity = "ok" if event.state is ev.TradingState.ACTIVE else "attention"
    code = f"trading_{event.state.name.lower()}"
    alert(book, record, severity, code, event.reason, account=event.account, symbol=event.symbol)


def killed(book: Book, record: Record, event: ev.Killed) -> None:
    alert(book, record, "attention", "killed", event.reason, account=event.account)


def link_moved(book: Book, record: Record, event: ev.LinkMoved) -> None:
    severity = {LinkState.UP: "ok", LinkState.DOWN: "degraded"}.get(event.state, "attention")
    code = f"link_{event.state.name.lower()}"
    alert(book, record, severity, code, f"{event.link} {event.text}".strip())


def orphaned(book: Book, record: Record, event: ev.ReportOrphaned) -> None:
    alert(book, record, "degraded", "orphaned", f"{event.client_order_id} {event.text}".strip())


def flatten_moved(book: Book, record: Record, event: ev.FlattenMoved) -> None:
    if event.step in (ev.FlattenStep.ASKING, ev.FlattenStep.WAITING):
        account, symbol = event.account, event.symbol
        alert(book, record, "attention", "flatten", event.text, account=account, symbol=symbol)


def limit_tightened(book: Book, record: Record, event: ev.LimitTightened) -> None:
    text = f"{event.key}: {event.before} → {event.after}"
    alert(book, record, "ok", "limit_tightened", text, account=event.account)


def limit_loosening(book: Book, record: Record, event: ev.LimitLooseningAsked) -> None:
    text = f"{event.key}: {event.before} → {event.after}: {event.reason}"
    alert(book, record, "attention", "limit_loosening", text, account=event.account)


def limit_loosened(book: Book, record: Record, event: ev.LimitLoosened) -> None:
    text = f"{event.key}: {event.before} → {event.after}: {event.reason}"
    alert(book, record, "attention", "limit_loosened", text, account=event.account)


def factor_changed(book: Book, record: Record, event: ev.SecondFactorChanged) -> None:
    text = f"{event.before or 'none'} → {event.after or 'none'}"
    alert(book, record, "attention", "factor_changed", text)


def factor_passed(book: Book, record: Record, event: ev.SecondFactorPassed) -> None:
    way = "recovery code" if event.by_recovery else "code"
    alert(book, record, "ok", "factor_passed", f"{event.purpose} ({way})")


def factor_failed(book: Book, record: Record, event: ev.SecondFactorFailed) -> None:
    alert(book, record, "attention", "factor_failed", f"{event.purpose}: {event.text}")


def live_armed(book: Book, record: Record, event: ev.LiveArmed) -> None:
    word = "live_rearmed" if event.returned else "live_armed"
    alert(book, record, "attention", word, event.reason, account=event.account)


def arming_ended(book: Book, record: Record, event: ev.ArmingSuspended | ev.LiveDisarmed) -> None:
    word = "live_disarmed" if isinstance(event, ev.LiveDisarmed) else "arming_suspended"
    alert(book, record, "attention", word, event.reason, account=event.account)


def strategy_disabled(book: Book, record: Record, event: ev.StrategyDisabled) -> None:
    text = f"{event.strategy}: {event.reason}"
    alert(book, record, "attention", "strategy_disabled", text, account=event.account)


def strategy_enabled(book: Book, record: Record, event: ev.StrategyEnabled) -> None:
    text = f"{event.strategy}: {event.reason}"
    alert(book, record, "ok", "strategy_enabled", text, account=event.account)


def disk_space(book: Book, record: Record, event: ev.DiskSpaceChanged) -> None:
    severity = "ok" if event.level is SpaceLevel.AMPLE else "attention"
    alert(book, record, severity, f"disk_{event.level.name.lower()}", event.text)


def clock_moved(book: Book, record: Record, event: ev.ClockMoved) -> None:
    alert(book, record, "attention", "clock_step", step_in_words(event.by))


def machine_woke(book: Book, record: Record, event: ev.MachineWoke) -> None:
    alert(book, record, "degraded", "woke", sleep_in_words(event.span, event.is_suspend))


def faulted(book: Book, record: Record, event: ev.Faulted) -> None:
    alert(book, record, "unavailable", "fault", event.text)


def alert(
    book: Book,
    record: Record,
    severity: str,
    code: str,
    text: str,
    *,
    account: str = "",
    symbol: str = "",
) -> None:
    """One row of the alerts; of the session's account where the event names none."""
    if not account and book.session is not None:
        account = book.session.account
    row = (record.sequence, record.at, None, account, "", symbol, severity, code, text)
    book.add(ALERTS, row)
