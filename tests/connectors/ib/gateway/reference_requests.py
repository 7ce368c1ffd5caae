"""Requests about contracts: details, symbols, price bands, and where they trade."""

from typing import Any

from tests.connectors.ib.gateway.checks import NO_CONTRACT
from tests.connectors.ib.gateway.listings import Listing, read_wanted
from tests.connectors.ib.gateway.session import Session
from tests.connectors.ib.gateway.wire import Fields

SAMPLES_MAX = 16
BBO_EXCHANGE = "9c0001"
COMPONENTS = ((0, "NASDAQ", "Q"), (1, "NYSE", "N"), (2, "ARCA", "P"))


def contract_details(session: Session, fields: Fields) -> None:
    """One answer for each contract that fits; 200 where none does."""
    fields.integer()
    request_id = fields.integer()
    wanted = read_wanted(fields)
    fields.flag()
    fields.texts(2)
    if session.version >= 176:
        fields.text()
    found = session.hub.broker.reference.matches(wanted)
    if not found:
        session.error(request_id, NO_CONTRACT.code, NO_CONTRACT.text)
        return
    for listing in found:
        exchange = wanted.exchange or listing.exchange
        details = _details(listing, exchange, session.version)
        version = [8] if session.version < 164 else []
        session.say("contractDetails", *version, request_id, *details)
    session.say("contractDetailsEnd", 1, request_id)


def _details(listing: Listing, exchange: str, version: int) -> list[Any]:
    sizes = [listing.min_size, listing.size_increment, listing.suggested_size]
    return [
        *(listing.symbol, listing.sec_type, listing.expiry, listing.strike, listing.right),
        *(exchange, listing.currency, listing.named(), listing.trading_class or listing.symbol),
        *(listing.trading_class or listing.symbol, listing.con_id, listing.min_tick),
        *(["1"] if version < 164 else []),
        *(listing.multiplier, listing.order_types, ",".join(listing.exchanges), "1"),
        *(listing.under_con_id, listing.long_name, listing.primary, listing.expiry[:6]),
        *("Technology", "Computers", "Computers", listing.time_zone),
        *(listing.trading_hours, listing.liquid_hours, "", "0"),
        len(listing.ids),
        *[text for pair in listing.ids for text in pair],
        *("1", "", "", ",".join(str(rule) for rule in listing.rules)),
        *(listing.expiry, listing.stock_type),
        *([listing.suggested_size] if version == 163 else []),
        *(sizes if version >= 164 else []),
    ]


def matching_symbols(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    pattern = fields.text().upper()
    found = [
        listing
        for listing in session.hub.broker.reference.listings
        if listing.symbol.startswith(pattern) or pattern in listing.long_name.upper()
    ][:SAMPLES_MAX]
    said: list[Any] = []
    for listing in found:
        said += [listing.con_id, listing.symbol, listing.sec_type, listing.primary]
        said += [listing.currency, 1, "OPT"]
        said += [listing.long_name, ""] if session.version >= 176 else []
    session.say("symbolSamples", request_id, len(found), *said)


def market_rule(session: Session, fields: Fields) -> None:
    rule_id = fields.integer()
    bands = session.hub.broker.reference.rules.get(rule_id)
    if bands is None:
        session.error(-1, 321, f"Error validating request.-'bW' : cause - No market rule {rule_id}")
        return
    session.say("marketRule", rule_id, len(bands), *[text for band in bands for text in band])


def depth_exchanges(session: Session, fields: Fields) -> None:
    rows = [("NASDAQ", "STK", "", "Deep2", ""), ("ARCA", "STK", "", "Deep", "")]
    said = [text for *row, _ in rows for text in (*row, 1)]
    session.say("mktDepthExchanges", len(rows), *said)


def smart_components(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    said = [part for row in COMPONENTS for part in row]
    session.say("smartComponents", request_id, len(COMPONENTS), *said)


def option_parameters(session: Session, fields: Fields) -> None:
    request_id = fields.integer()
    symbol, _, _, con_id = fields.texts(4)
    options = [
        listing
        for listing in session.hub.broker.reference.listings
        if listing.sec_type == "OPT" and listing.symbol == symbol
    ]
    if options:
        expiries = sorted({one.expiry for one in options})
        strikes = sorted({one.strike for one in options}, key=float)
        session.say(
            *("securityDefinitionOptionParameter", request_id, "SMART", con_id, symbol),
            *(options[0].multiplier, len(expiries), *expiries, len(strikes), *strikes),
        )
    session.say("securityDefinitionOptionParameterEnd", request_id)


HANDLERS = {
    "reqContractDetails": contract_details,
    "reqMatchingSymbols": matching_symbols,
    "reqMarketRule": market_rule,
    "reqMktDepthExchanges": depth_exchanges,
    "reqSmartComponents": smart_components,
    "reqSecDefOptParams": option_parameters,
}
