"""Requests about accounts: who is there, what they hold and are worth, and their P&L."""

from tests.connectors.ib.gateway.ledger import Book, Holding
from tests.connectors.ib.gateway.notices import Held
from tests.connectors.ib.gateway.order_writing import contract_fields, double
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

SUMMARIES_MAX = 2
TOO_MANY_SUMMARIES = (
    "Error processing request.-'bW' : cause - Maximum number of account summary requests exceeded"
)


def start_api(session: Session, fields: Fields) -> None:
    """The client id; one that is in use is told so and let go."""
    fields.integer()
    client_id = fields.integer()
    taken = any(other.client_id == client_id and other.is_ready for other in session.hub.sessions)
    session.client_id = client_id
    if taken:
        text = (
            "Unable to connect as the client id is already in use. Retry with a unique client id."
        )
        session.error(-1, 326, text)
        session.client_id = -1
        session.close()
        return
    session.say("nextValidId", 1, session.hub.broker.next_id(client_id))
    managed_accounts(session, fields)
    for farm in ("usfarm", "euhmds"):
        code = 2104 if farm == "usfarm" else 2106
        kind = "Market" if farm == "usfarm" else "HMDS"
        session.error(-1, code, f"{kind} data farm connection is OK:{farm}")


def managed_accounts(session: Session, fields: Fields) -> None:
    session.say("managedAccounts", 1, ",".join(session.house.accounts))


def current_time(session: Session, fields: Fields) -> None:
    session.say("currentTime", 1, int(session.house.clock()))


def bulletins(session: Session, fields: Fields) -> None:
    session.subscriptions["bulletins"] = True


def cancel_bulletins(session: Session, fields: Fields) -> None:
    session.subscriptions.pop("bulletins", None)


def log_level(session: Session, fields: Fields) -> None:
    """The log of the server, of which there is none here."""


def cancel_positions_multi(session: Session, fields: Fields) -> None:
    """Positions of several accounts are told once here: there is nothing to end."""


# ── positions ──────────────────────────────────────────────────────────────────────────────────


def positions(session: Session, fields: Fields) -> None:
    session.subscriptions["positions"] = True
    for book in session.hub.broker.books.values():
        for holding in list(book.holdings.values()):
            if holding.quantity:
                _say_position(session, book.account, holding)
    session.say("positionEnd", 1)


def cancel_positions(session: Session, fields: Fields) -> None:
    session.subscriptions.pop("positions", None)


def _say_position(session: Session, account: str, holding: Holding) -> None:
    contract = contract_fields(holding.listing, "")
    cost = double(holding.average_cost)
    session.say("position", 3, account, *contract, holding.quantity, cost)


def positions_multi(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    account, model = fields.texts(2)
    for book in _books(session, account):
        for holding in list(book.holdings.values()):
            contract = contract_fields(holding.listing, "")
            cost = double(holding.average_cost)
            session.say(
                *("positionMulti", 1, request_id, book.account),
                *contract,
                *(holding.quantity, cost, model),
            )
    session.say("positionMultiEnd", 1, request_id)


def position_changed(session: Session, held: Held) -> None:
    """Tell whoever subscribed; a position of zero is said once, as TWS does."""
    book = session.hub.broker.books[held.account]
    holding = book.holding(held.listing)
    if session.subscriptions.get("positions"):
        _say_position(session, held.account, holding)
    if session.subscriptions.get("account") == held.account:
        _say_portfolio(session, book, holding)
    for request_id, (account, con_id) in session.subscriptions.get("pnl_single", {}).items():
        if account == held.account and con_id == held.listing.con_id:
            _say_pnl_single(session, request_id, book, con_id)


def _books(session: Session, account: str) -> list[Book]:
    books = session.hub.broker.books
    return [book for name, book in books.items() if account in ("", "All", name)]


# ── what an account is worth ───────────────────────────────────────────────────────────────────


def account_updates(session: Session, fields: Fields) -> None:
    """One account at a time: the newest subscription takes the place of the one before."""
    fields.integer()
    subscribes = fields.flag()
    account = fields.text() or session.house.accounts[0]
    if not subscribes:
        session.subscriptions.pop("account", None)
        return
    book = session.hub.broker.books.get(account)
    if book is None:
        text = f"Error validating request.-'bW' : cause - Invalid account code '{account}'."
        session.error(-1, 321, text)
        return
    session.subscriptions["account"] = account
    for (tag, currency), value in book.values.items():
        session.say("updateAccountValue", 2, tag, value, currency, account)
    for holding in list(book.holdings.values()):
        if holding.quantity:
            _say_portfolio(session, book, holding)
    session.say("updateAccountTime", 1, "16:00")
    session.say("accountDownloadEnd", 1, account)


def _say_portfolio(session: Session, book: Book, holding: Holding) -> None:
    listing = holding.listing
    *contract, _, currency, local, trading_class = contract_fields(listing, "")
    average = double(holding.average_cost)
    session.say(
        *("updatePortfolio", 8, *contract, listing.primary, currency, local, trading_class),
        *(holding.quantity, average, double(holding.cost), average, "0.0"),
        *(double(holding.realized), book.account),
    )


def account_updates_multi(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    account, model, ledger_only = fields.texts(3)
    for book in _books(session, account):
        for (tag, currency), value in book.values.items():
            if ledger_only != "1" or tag in ("Currency", "CashBalance", "ExchangeRate"):
                said = (book.account, model, tag, value, currency)
                session.say("accountUpdateMulti", 1, request_id, *said)
    session.subscriptions.setdefault("multi", {})[request_id] = (account, model)
    session.say("accountUpdateMultiEnd", 1, request_id)


def cancel_account_updates_multi(session: Session, fields: Fields) -> None:
    fields.integer()
    session.subscriptions.get("multi", {}).pop(fields.integer(), None)


def account_summary(session: Session, fields: Fields) -> None:
    fields.integer()
    request_id = fields.integer()
    fields.text()
    tags = set(fields.text().split(","))
    active = session.subscriptions.setdefault("summaries", set())
    if len(active) >= SUMMARIES_MAX:
        session.error(request_id, 322, TOO_MANY_SUMMARIES)
        return
    active.add(request_id)
    for book in session.hub.broker.books.values():
        for (tag, currency), value in book.values.items():
            if tag in tags or any(wish.startswith("$LEDGER") for wish in tags):
                said = (book.account, tag, value, currency)
                session.say("accountSummary", 1, request_id, *said)
    session.say("accountSummaryEnd", 1, request_id)


def cancel_account_summary(session: Session, fields: Fields) -> None:
    fields.integer()
    session.subscriptions.get("summaries", set()).discard(fields.integer())


def value_changed(session: Session, book: Book, tag: str, currency: str) -> None:
    """Tell the subscriber of the account, and those of it beside others."""
    value = book.values[tag, currency]
    if session.subscriptions.get("account") == book.account:
        session.say("updateAccountValue", 2, tag, value, currency, book.account)
    for request_id, (account, model) in session.subscriptions.get("multi", {}).items():
        if account in ("", "All", book.account):
            said = (book.account, model, tag, value, currency)
            session.say("accountUpdateMulti", 1, request_id, *said)


# ── profit and loss ────────────────────────────────────────────────────────────────────────────


def pnl(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    account = fields.text()
    book = session.hub.broker.books.get(account)
    if book is None:
        session.error(request_id, 321, "Error validating request.-'bW' : cause - Invalid account")
        return
    session.subscriptions.setdefault("pnl", {})[request_id] = account
    session.say("pnl", request_id, book.daily, book.unrealized, book.realized)


def cancel_pnl(session: Session, fields: Fields) -> None:
    session.subscriptions.get("pnl", {}).pop(fields.integer(), None)


def pnl_changed(session: Session, book: Book) -> None:
    for request_id, account in session.subscriptions.get("pnl", {}).items():
        if account == book.account:
            session.say("pnl", request_id, book.daily, book.unrealized, book.realized)
    for request_id, (account, con_id) in session.subscriptions.get("pnl_single", {}).items():
        if account == book.account:
            _say_pnl_single(session, request_id, book, con_id)


def pnl_single(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    account, _, con_id = fields.texts(3)
    book = session.hub.broker.books.get(account)
    if book is None:
        session.error(request_id, 321, "Error validating request.-'bW' : cause - Invalid account")
        return
    singles = session.subscriptions.setdefault("pnl_single", {})
    singles[request_id] = (account, int(con_id))
    _say_pnl_single(session, request_id, book, int(con_id))


def _say_pnl_single(session: Session, request_id: int, book: Book, con_id: int) -> None:
    holding = book.holdings.get(con_id)
    if holding is None:
        session.say("pnlSingle", request_id, "0", "0.0", "0.0", "0.0", "0.0")
        return
    realized = double(holding.realized)
    value = double(holding.cost)
    session.say(
        "pnlSingle", request_id, holding.quantity, book.daily, book.unrealized, realized, value
    )


def cancel_pnl_single(session: Session, fields: Fields) -> None:
    session.subscriptions.get("pnl_single", {}).pop(fields.integer(), None)


HANDLERS = {
    "startApi": start_api,
    "reqManagedAccts": managed_accounts,
    "reqCurrentTime": current_time,
    "reqNewsBulletins": bulletins,
    "cancelNewsBulletins": cancel_bulletins,
    "setServerLogLevel": log_level,
    "cancelPositionsMulti": cancel_positions_multi,
    "reqPositions": positions,
    "cancelPositions": cancel_positions,
    "reqPositionsMulti": positions_multi,
    "reqAccountUpdates": account_updates,
    "reqAccountUpdatesMulti": account_updates_multi,
    "cancelAccountUpdatesMulti": cancel_account_updates_multi,
    "reqAccountSummary": account_summary,
    "cancelAccountSummary": cancel_account_summary,
    "reqPnL": pnl,
    "cancelPnL": cancel_pnl,
    "reqPnLSingle": pnl_single,
    "cancelPnLSingle": cancel_pnl_single,
}
