"""What is traded: symbols become contracts of IB, each by its conId, or are named as ambiguous."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from connectors.ib.codes import NO_CONTRACT
from connectors.ib.hours import Span, spans
from connectors.ib.listing import (
    DOLLARS,
    SMART,
    STOCK,
    instrument_of,
    objection,
    plain_name,
    rule_of,
)
from connectors.ib.speaker import Speaker
from connectors.ib.store import Kept, Store
from connectors.ib.turnstile import Lane
from engine.errors import MachineError
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos

ANSWERS_WITHIN = Nanos(10 * NANOS_PER_SECOND)
RULE_WITHIN = Nanos(3 * NANOS_PER_SECOND)
LISTED_MAX = 1_000
NO_SMART = "IB routes no orders of it by itself (SMART), which is what this desk asks of it"
Told = Callable[[str], None]
"""Why it is not traded here, as a sentence; empty where it is."""


class Listed(msgspec.Struct):
    """One contract that can be traded here; the same object for as long as it is."""

    instrument: Instrument
    con_id: int
    contract: Any
    """IB's, with which it is asked for."""
    hours: tuple[Span, ...]
    """As IB said on `date`: they reach a week ahead."""
    sizes_are_whole: bool
    date: int


class _Wanted(msgspec.Struct):
    """A symbol that is being looked up."""

    symbol: str
    question: int
    asked_at: Nanos
    con_id: int = 0
    """By which it is asked for; 0: by its name."""
    lost: int = 0
    """The conId by which it was known, and which IB knows no more."""
    is_chosen: bool = False
    told: Told | None = None
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
        store: Store,
        trade_date: Callable[[], int],
    ) -> None:
        """`contract` makes one of the library's. `named`: conIds of symbols, as a person said.
        `trade_date`: YYYYMMDD of now."""
        self._speaker, self._contract, self._note, self._clock = speaker, contract, note, clock
        self._named, self._store, self._trade_date = named, store, trade_date
        self._kept = store.contracts()
        self._listed: dict[str, Listed] = {}
        self._by_con_id = {each.con_id: symbol for symbol, each in self._kept.items()}
        self._wanted: dict[int, _Wanted] = {}
        self._rule_rows: dict[int, Sequence[Any]] = {}
        self._dropped: set[str] = set()
        """Taken off in this run, so that a line that comes back lists them no more."""
        self.refused: dict[str, str] = {}
        """Symbol → why it cannot be traded here, as a sentence."""
        self._said: dict[str, str] = {}
        """What a person has heard of a refusal: the same is not said again every night."""
        self.is_changed = False
        """Until somebody takes it back: what is listed is not what it was."""
        self.remembered: tuple[Instrument, ...] = ()
        """What was traded here when the desk last knew, before anything was looked up."""

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

    @property
    def chosen(self) -> tuple[str, ...]:
        """Symbols that a person added, in this run or in one before."""
        return tuple(symbol for symbol, each in self._kept.items() if each.is_chosen)

    def symbol_of(self, contract: Any) -> str:
        """Ours, where it was ever listed here; else a name that nothing else has."""
        con_id = int(contract.conId)
        known = self._by_con_id.get(con_id)
        if known is not None:
            return known
        plain = plain_name(contract)
        other = self._kept.get(plain)
        listed = self._listed.get(plain)
        is_taken = (other is not None and other.con_id != con_id) or (
            listed is not None and listed.con_id != con_id
        )
        return f"{plain}.{con_id}" if is_taken and con_id else plain

    @property
    def is_settled(self) -> bool:
        """Nothing is being looked up."""
        return not self._wanted

    # What is wanted.

    def want(self, symbols: Sequence[str]) -> None:
        """Each is looked up once, unless it is known, being looked up, or was dropped."""
        known = self._listed.keys() | self.refused.keys() | self._dropped
        for symbol in symbols:
            if symbol not in known:
                self._look_up(symbol)

    def choose(self, symbol: str, con_id: int, told: Told) -> None:
        """A person wants this contract under this name, from now on and after a restart."""
        if len(self._listed) + len(self._wanted) >= LISTED_MAX:
            told(f"{LISTED_MAX:,} symbols are listed: drop one before another is added")
            return
        listed = self._listed.get(symbol)
        if listed is not None and listed.con_id == con_id:
            self._keep(listed, is_chosen=True)
            told("")
            return
        self._look_up(symbol, con_id, is_chosen=True, told=told)

    def drop(self, symbol: str) -> None:
        """Not traded here from now on, and not looked up at the next start."""
        listed = self._listed.pop(symbol, None)
        kept = self._kept.pop(symbol, None)
        if listed is None and kept is None:
            return
        self.is_changed = True
        self._dropped.add(symbol)
        for question, wanted in list(self._wanted.items()):
            if wanted.symbol == symbol and wanted.told is None:
                self._speaker.forget(question)
                del self._wanted[question]
        try:
            self._store.drop(symbol)
        except MachineError as error:
            self._note(str(error))

    def again(self) -> None:
        """A new line: what was asked over the old one is asked anew, and what was refused too."""
        waiting = list(self._wanted.values())
        self._wanted.clear()
        self.refused.clear()
        for each in waiting:
            self._look_up(each.symbol, each.con_id, is_chosen=each.is_chosen, told=each.told)

    def refresh(self) -> None:
        """What IB last said of a contract on an earlier day is asked again: its hours reach a week
        ahead, and contracts change overnight."""
        today = self._trade_date()
        for symbol, listed in self._listed.items():
            if listed.date != today:
                listed.date = today
                self._look_up(symbol, listed.con_id)

    def doubt(self, symbol: str) -> None:
        """IB has said that it does not know a contract which is listed here (200)."""
        listed = self._listed.get(symbol)
        if listed is not None:
            self._look_up(symbol, listed.con_id)

    def _look_up(
        self, symbol: str, con_id: int = 0, *, is_chosen: bool = False, told: Told | None = None
    ) -> None:
        """By its conId where one is given, named in the settings or kept; else by its name."""
        if any(each.symbol == symbol and told is None for each in self._wanted.values()):
            return
        kept = self._kept.get(symbol)
        known = con_id or self._named.get(symbol, 0) or (kept.con_id if kept is not None else 0)
        question = self._speaker.new_id(self._no)
        wanted = _Wanted(
            symbol, question, self._clock(), known, is_chosen=is_chosen, told=told, found=[]
        )
        self._wanted[question] = wanted
        if known:
            self._ask(question, conId=known)
        else:
            self._ask(question, symbol=symbol, secType=STOCK, currency=DOLLARS)

    def _ask(self, question: int, **fields: object) -> None:
        asked = self._contract(exchange=SMART, **fields)
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
        kept = self._kept.get(wanted.symbol)
        if wanted.lost and kept is not None and len(wanted.found) > 1:
            there = [d for d in wanted.found if d.contract.primaryExchange == kept.exchange]
            wanted.found = there if len(there) == 1 else wanted.found
        if len(wanted.found) != 1:
            self._refuse(wanted, objection(wanted.symbol, wanted.found))
            return
        rule = rule_of(wanted.found[0])
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
                self._refuse(wanted, f"IB does not say what {wanted.symbol} is")

    def _no(self, question: int, code: int, text: str) -> None:
        wanted = self._wanted.get(question)
        if wanted is None:
            return
        if code != NO_CONTRACT:
            self._refuse(wanted, f"{wanted.symbol}: {text} ({code})")
        elif not self._asked_by_name(wanted):
            why = f"IB knows no US stock {wanted.symbol}"
            if wanted.told is not None or wanted.symbol in self._named:
                why = f"{wanted.symbol} (conId {wanted.con_id}): {NO_SMART}, or knows no such conId"
            self._refuse(wanted, why)

    def _asked_by_name(self, wanted: _Wanted) -> bool:
        """A conId that was known is gone: whether the contract is looked for by its name."""
        kept = self._kept.get(wanted.symbol)
        is_known = kept is not None and kept.con_id == wanted.con_id and not wanted.lost
        if not is_known or kept is None or wanted.symbol in self._named:
            return False
        wanted.lost, wanted.con_id, wanted.asked_at = wanted.con_id, 0, self._clock()
        self._ask(wanted.question, symbol=kept.name, secType=kept.kind, currency=kept.currency)
        return True

    def _refuse(self, wanted: _Wanted, why: str) -> None:
        self._wanted.pop(wanted.question, None)
        if wanted.symbol in self._listed and not wanted.lost:
            self._note(f"{why}: it goes by what IB said of it before")
        elif wanted.told is None:
            self._unlist(wanted.symbol, why)
        if wanted.told is not None:
            wanted.told(why)

    def _unlist(self, symbol: str, why: str) -> None:
        if self._listed.pop(symbol, None) is not None:
            self.is_changed = True
            why += ": it is traded here no more"
        self.refused[symbol] = why
        if self._said.get(symbol) != why:
            self._said[symbol] = why
            self._note(why)

    def _list(self, wanted: _Wanted) -> None:
        self._wanted.pop(wanted.question, None)
        details = wanted.found[0]
        contract = details.contract
        listed = Listed(
            instrument=instrument_of(
                wanted.symbol, details, self._rule_rows.get(wanted.rule or rule_of(details), ())
            ),
            con_id=int(contract.conId),
            contract=self._contract(
                conId=int(contract.conId),
                symbol=contract.symbol,
                secType=contract.secType,
                exchange=SMART,
                primaryExchange=contract.primaryExchange,
                currency=contract.currency,
            ),
            hours=spans(details.liquidHours, details.timeZoneId),
            sizes_are_whole=True,
            date=self._trade_date(),
        )
        listed.sizes_are_whole = listed.instrument.quantity_digits == 0
        if wanted.lost and wanted.lost != listed.con_id:
            self._note(
                f"{wanted.symbol} is another contract at IB since today (conId {wanted.lost} →"
                f" {listed.con_id}): see what became of what you hold of it"
            )
        self._take(listed)
        self._keep(listed, is_chosen=wanted.is_chosen)
        if wanted.told is not None:
            wanted.told("")

    def _take(self, listed: Listed) -> None:
        """Who holds the object of before sees what has changed of it."""
        symbol = listed.instrument.symbol
        self.refused.pop(symbol, None)
        self._dropped.discard(symbol)
        self._said.pop(symbol, None)
        self._by_con_id[listed.con_id] = symbol
        before = self._listed.setdefault(symbol, listed)
        if before is listed:
            self.is_changed = True
            return
        is_same = before.instrument == listed.instrument and before.con_id == listed.con_id
        self.is_changed |= not is_same
        for field in Listed.__struct_fields__:
            setattr(before, field, getattr(listed, field))

    def _keep(self, listed: Listed, *, is_chosen: bool) -> None:
        contract, symbol = listed.contract, listed.instrument.symbol
        before = self._kept.get(symbol)
        kept = Kept(
            symbol,
            listed.con_id,
            str(contract.symbol),
            str(contract.secType),
            str(contract.primaryExchange),
            str(contract.currency),
            listed.date,
            is_chosen=is_chosen or (before is not None and before.is_chosen),
        )
        if kept == before:
            return
        self._kept[symbol] = kept
        try:
            self._store.keep(kept)
        except MachineError as error:
            self._note(str(error))
