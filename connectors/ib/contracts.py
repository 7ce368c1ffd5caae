"""What is traded: symbols become contracts of IB, each by its conId, or are named as ambiguous."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.ib.codes import NO_CONTRACT
from connectors.ib.hours import Span, spans
from connectors.ib.numbers import digits_of, is_number, scaled
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from engine.instruments import Instrument, TickBand
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity

STOCK, SMART, DOLLARS = "STK", "SMART", "USD"
ANSWERS_WITHIN = Nanos(10 * NANOS_PER_SECOND)
RULE_WITHIN = Nanos(3 * NANOS_PER_SECOND)
PRICE_DIGITS_MIN = 4
NAME_MAX = 60
MICS = {
    "NASDAQ": "XNAS",
    "ISLAND": "XNAS",
    "NYSE": "XNYS",
    "ARCA": "ARCX",
    "AMEX": "XASE",
    "BATS": "BATS",
    "IEX": "IEXG",
    "NSE": "XNSE",
    "BSE": "XBOM",
    "LSE": "XLON",
    "IBIS": "XETR",
    "PINK": "OTCM",
}
"""IB's names of exchanges as ISO 10383 codes: clocks, halts and short-sale rules go by those."""
ASSET_CLASSES = {
    "STK": "equity",
    "CRYPTO": "crypto",
    "CASH": "fx",
    "FUT": "future",
    "OPT": "option",
}


class Listed(msgspec.Struct):
    """One contract that can be traded here."""

    instrument: Instrument
    con_id: int
    contract: Any
    """IB's, with which it is asked for."""
    hours: tuple[Span, ...]
    sizes_are_whole: bool


class _Wanted(msgspec.Struct):
    """A symbol that is being looked up."""

    symbol: str
    question: int
    asked_at: Nanos
    found: list[Any] = []
    rule: int = 0
    """The market rule that is waited for; 0 for none."""
    rule_asked_at: Nanos = Nanos(0)


class Contracts:
    """Looked up when they are wanted, kept by symbol; `note` is told what a person should know."""

    def __init__(
        self,
        speaker: Speaker,
        contract: Callable[..., Any],
        note: Callable[[str], None],
        clock: Callable[[], Nanos],
        named: Mapping[str, int],
    ) -> None:
        """`contract` makes one of the library's. `named`: conIds of symbols, as a person said."""
        self._speaker, self._contract, self._note, self._clock = speaker, contract, note, clock
        self._named = named
        self._listed: dict[str, Listed] = {}
        self._by_con_id: dict[int, str] = {}
        self._wanted: dict[int, _Wanted] = {}
        self._rules: dict[int, tuple[TickBand, ...] | None] = {}
        self._rule_rows: dict[int, Sequence[Any]] = {}
        self.refused: dict[str, str] = {}
        """Symbol → why it cannot be traded here, as a sentence."""
        self._unanswered: list[str] = []
        """Of these, about which IB said nothing in time: the next line asks again."""
        self.remembered: tuple[Instrument, ...] = ()
        """What was traded here when the desk last knew, before anything was looked up."""
        self.fresh: list[Instrument] = []
        """Listed since somebody took them."""

    def __contains__(self, symbol: str) -> bool:
        return symbol in self._listed

    def get(self, symbol: str) -> Listed | None:
        return self._listed.get(symbol)

    def instrument(self, symbol: str) -> Instrument:
        """As it is listed; before it is looked up as it was once, else with the digits of a
        share."""
        listed = self._listed.get(symbol)
        if listed is not None:
            return listed.instrument
        known = (each for each in self.remembered if each.symbol == symbol)
        return next(known, Instrument(symbol))

    def every(self) -> tuple[Listed, ...]:
        return tuple(self._listed.values())

    def symbol_of(self, contract: Any) -> str:
        """Ours where it is listed here, else IB's."""
        return self._by_con_id.get(contract.conId) or str(contract.symbol)

    @property
    def is_settled(self) -> bool:
        """Nothing is being looked up."""
        return not self._wanted

    def want(self, symbols: Sequence[str]) -> None:
        """Each is looked up once, unless it is known or being looked up."""
        asked = {each.symbol for each in self._wanted.values()}
        for symbol in symbols:
            if symbol in self._listed or symbol in asked or symbol in self.refused:
                continue
            question = self._speaker.new_id(self._no)
            self._wanted[question] = _Wanted(symbol, question, self._clock())
            self._ask(symbol, question)

    def again(self) -> None:
        """A new line: what was asked over the old one is asked anew."""
        waiting = [each.symbol for each in self._wanted.values()]
        waiting += [symbol for symbol in self._unanswered if self.refused.pop(symbol, "")]
        self._unanswered.clear()
        self._wanted.clear()
        self.want(waiting)

    def _ask(self, symbol: str, question: int) -> None:
        if symbol in self._named:
            asked = self._contract(conId=self._named[symbol], exchange=SMART)
        else:
            asked = self._contract(symbol=symbol, secType=STOCK, exchange=SMART, currency=DOLLARS)
        self._speaker.ask(Lane.RECOVERY, "reqContractDetails", question, asked)

    # What is heard.

    def details(self, question: int, details: Any) -> None:
        wanted = self._wanted.get(question)
        if wanted is not None:
            wanted.found.append(details)

    def details_end(self, question: int) -> None:
        wanted = self._wanted.get(question)
        if wanted is None or wanted.rule:
            return
        self._speaker.forget(question)
        found = wanted.found
        if len(found) != 1:
            self._refuse(wanted, _objection(wanted.symbol, found))
            return
        rule = _rule_of(found[0])
        if not rule or rule in self._rule_rows:
            self._list(wanted)
            return
        wanted.rule, wanted.rule_asked_at = rule, self._clock()
        self._speaker.ask(Lane.RECOVERY, "reqMarketRule", rule)

    def market_rule(self, rule: int, increments: Sequence[Any]) -> None:
        self._rule_rows[rule] = increments
        for wanted in list(self._wanted.values()):
            if wanted.rule == rule:
                self._list(wanted)

    def late(self, now: Nanos) -> None:
        """Who does not answer lists nothing; without a market rule the smallest tick counts."""
        for wanted in list(self._wanted.values()):
            if wanted.rule and now - wanted.rule_asked_at >= RULE_WITHIN:
                self._note(
                    f"{wanted.symbol}: IB does not tell its price steps; its smallest is used, and"
                    " prices between larger steps are refused there"
                )
                self._list(wanted)
            elif not wanted.rule and now - wanted.asked_at >= ANSWERS_WITHIN:
                self._unanswered.append(wanted.symbol)
                self._refuse(wanted, f"IB does not say what {wanted.symbol} is")

    def _no(self, question: int, code: int, text: str) -> None:
        wanted = self._wanted.get(question)
        if wanted is None:
            return
        none = f"IB knows no US stock {wanted.symbol}"
        self._refuse(wanted, none if code == NO_CONTRACT else f"{wanted.symbol}: {text} ({code})")

    def _refuse(self, wanted: _Wanted, why: str) -> None:
        self._wanted.pop(wanted.question, None)
        self.refused[wanted.symbol] = why
        self._note(why)

    def _list(self, wanted: _Wanted) -> None:
        self._wanted.pop(wanted.question, None)
        details = wanted.found[0]
        instrument = instrument_of(wanted.symbol, details, self._rule_rows.get(wanted.rule, ()))
        contract = details.contract
        con_id = int(contract.conId)
        asked = self._contract(
            conId=con_id,
            symbol=contract.symbol,
            secType=contract.secType,
            exchange=SMART,
            primaryExchange=contract.primaryExchange,
            currency=contract.currency,
        )
        hours = spans(details.liquidHours, details.timeZoneId)
        is_whole = instrument.quantity_digits == 0
        self._listed[wanted.symbol] = Listed(instrument, con_id, asked, hours, is_whole)
        self._by_con_id[con_id] = wanted.symbol
        self.fresh.append(instrument)


def mic_of(exchange: str) -> str:
    """The market identifier of an exchange as IB calls it; its own word where none is known."""
    return MICS.get(exchange, exchange)


def instrument_of(symbol: str, details: Any, increments: Sequence[Any]) -> Instrument:
    """`increments`: the price steps of its market rule (`lowEdge`, `increment`); empty: minTick."""
    contract = details.contract
    rows = [(row.lowEdge, row.increment) for row in increments]
    rows = [row for row in rows if is_number(row[1]) and row[1] > 0] or [(0.0, details.minTick)]
    digits = max(PRICE_DIGITS_MIN, *(digits_of(step) for _, step in rows))
    bands = tuple(
        TickBand(Price(scaled(edge, digits).value), Price(max(1, scaled(step, digits).value)))
        for edge, step in sorted(rows)
    )
    increment = getattr(details, "sizeIncrement", 1.0)
    has_parts = contract.secType == "CRYPTO" and is_number(increment) and 0 < increment < 1
    return Instrument(
        symbol,
        name=str(details.longName)[:NAME_MAX],
        mic=mic_of(str(contract.primaryExchange or contract.exchange)),
        currency=str(contract.currency),
        asset_class=ASSET_CLASSES.get(contract.secType, str(contract.secType).lower()),
        price_digits=digits,
        lot_size=Quantity(1),
        multiplier=int(float(contract.multiplier)) if contract.multiplier else 1,
        tick_bands=bands,
        quantity_digits=digits_of(increment) if has_parts else 0,
    )


def _rule_of(details: Any) -> int:
    """The market rule of orders routed by IB: the entry beside SMART, else the first; 0: none."""
    rules = [text for text in str(details.marketRuleIds).split(",") if text]
    exchanges = str(details.validExchanges).split(",")
    for exchange, rule in zip(exchanges, rules, strict=False):
        if exchange == SMART and rule.isdigit():
            return int(rule)
    return int(rules[0]) if rules and rules[0].isdigit() else 0


def _objection(symbol: str, found: Sequence[Any]) -> str:
    if not found:
        return f"IB knows no US stock {symbol}"
    named = ", ".join(
        f"{each.contract.primaryExchange or each.contract.exchange} {each.contract.currency}"
        f" (conId {each.contract.conId})"
        for each in found[:5]
    )
    return (
        f"{symbol} can be {len(found)} contracts at IB: {named}. Say which you mean:"
        f' ib.contracts = ["{symbol}={found[0].contract.conId}"]'
    )
