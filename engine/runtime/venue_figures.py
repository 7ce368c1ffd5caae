"""What a venue says that the account is worth, beside what the desk counts: apart, and how old."""

from engine.domain.ledger.figures import account_figures
from engine.hosted import VenueFigure
from engine.instruments import format_money_rounded
from engine.runtime.host import Host
from engine.values import NANOS_PER_SECOND, Money, Nanos

TITLE = "the account as the venue counts it:"


def figure_lines(host: Host) -> list[str]:
    """A line a figure; none at a venue that tells no figures."""
    live, session = host.venue.live, host.session
    told = live.figures() if live is not None else ()
    account = session.state.accounts.get(session.state.account)
    if not told or account is None:
        return []
    figures = account_figures(account, session.state, session.market)
    ours: dict[str, Money | None] = {
        "equity": figures.equity,
        "cash": account.cash,
        "realised": figures.realised_day,
        "unrealised": figures.unrealised,
        "day": figures.day,
        "fees": figures.fees_day,
    }
    return ["", TITLE, *(_line(each, ours, account.currency, host.now) for each in told)]


def _line(figure: VenueFigure, ours: dict[str, Money | None], currency: str, now: Nanos) -> str:
    there = format_money_rounded(figure.amount)
    age = max(0, now - figure.at) // NANOS_PER_SECOND
    told = f"told {age:,} s ago" + (f"; {figure.text}" if figure.text else "")
    here = ours.get(figure.key)
    if figure.key not in ours or figure.currency != currency:
        return f"  {figure.words}: {there} {figure.currency}, {told}"
    if here is None:
        return f"  {figure.words}: {there} {currency} there, not known here, {told}"
    apart = format_money_rounded(Money(figure.amount - here), signed=True)
    ours_words = format_money_rounded(here)
    return f"  {figure.words}: {ours_words} here, {there} {currency} there, {apart} apart, {told}"
