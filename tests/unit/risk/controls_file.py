"""Reads `controls.txt`: facts, a line of the order language, and what a control says of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from engine.domain.acts import tighten_limit
from engine.domain.breaker_facts import PriceRan
from engine.domain.breakers import heed_run
from engine.domain.commands import LoosenLimit, Origin, ReplaceOrder, SubmitOrder, TightenLimit
from engine.domain.cost_facts import BorrowTerms
from engine.domain.desk_breakers import too_much_unknown
from engine.domain.events import TradingState, TradingStateChanged
from engine.domain.loosening import loosen_limit
from engine.domain.loss_facts import LossLevel, LossMeasure, LossSeen
from engine.domain.losses import heed_loss
from engine.domain.quotes import Phase, Source
from engine.domain.reports import LinkState
from engine.domain.risk.findings import bit_of
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.limits import KEY_PREFIX, Limits, default_pairs
from engine.domain.risk.proposal import propose, propose_replace
from engine.domain.risk.regimes import Regime
from engine.domain.risk.rules.conduct import price_print
from engine.domain.risk.rules.flow import fingerprint
from engine.domain.state import Factor
from engine.instruments import parse_money
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.language.syntax import OrderNumber
from engine.runtime.resolve import Context, UnresolvedError, resolve
from engine.values import Nanos, OrderId, Quantity
from tests.unit.risk.conftest import SECOND, Desk

A_RATE = 180_000_000
FILE = Path(__file__).with_name("controls.txt")
HEADING = re.compile(r"(R\d\d) (\w+) — (.+?)  +\[(.+)\]$")
CASE = re.compile(r" {4}(\w+) +(?:(.+?) +=> +(.+)|– +(.+))$")
KINDS = (
    *("below", "at", "above", "fits", "fails"),
    *("missing", "stale", "absurd", "exit", "replace", "load", "off"),
)


class Case(NamedTuple):
    """One line of a block."""

    rule: str
    number: int
    """Of the line in the file."""
    kind: str
    given: tuple[str, ...]
    line: str
    said: str
    why_not: str
    """Where the case cannot be: why."""


class Block(NamedTuple):
    id: str
    code: str
    formula: str
    mode: str
    cases: tuple[Case, ...]


def blocks(text: str) -> Iterator[Block]:
    """Raises ValueError with the line that cannot be read."""
    found: list[Block] = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip() or row.startswith("#"):
            continue
        if heading := HEADING.match(row):
            found.append(Block(*heading.groups(), ()))
            continue
        case = CASE.match(row)
        if case is None or not found or case[1] not in KINDS:
            raise ValueError(f"{FILE.name}:{number}: {row}")
        parts = tuple(part.strip() for part in (case[2] or "").split(";"))
        of = found[-1]
        read = Case(of.id, number, case[1], parts[:-1], parts[-1], case[3] or "", case[4] or "")
        found[-1] = of._replace(cases=(*of.cases, read))
    yield from found


# ── what stands beforehand ───────────────────────────────────────────────────────────────────────


class Stand(Desk):
    """A desk that is told in words; its limits never bind until a line says so."""

    def __init__(self) -> None:
        super().__init__()
        self.state.limits = Limits.from_pairs(default_pairs("load"))
        self.origin = Origin.TICKET

    def read(self, words: str) -> None:
        """Raises KeyError for a fact that has no word here."""
        verb, _, rest = words.partition(" ")
        FACTS[verb](self, *rest.split())

    def bind(self, name: str, value: str) -> None:
        key = name if name.startswith(KEY_PREFIX) else KEY_PREFIX + name
        pairs = [(k, value if k == key else v) for k, v in self.state.limits.pairs()]
        assert any(k == key for k, _ in pairs), f"there is no limit {name}"
        self.state.limits = Limits.from_pairs(pairs)

    @property
    def context(self) -> Context:
        def numbered(number: OrderNumber) -> OrderId | None:
            return OrderId(number.number) if number.number in self.state.orders else None

        return Context(
            state=self.state,
            market=self.market,
            account=self.account.account,
            origin=self.origin,
            symbol="GOOG",
            number=numbered,
            room=lambda order: 0,
        )

    def command(self, line: str) -> Any:
        parsed = parse_line(line)
        assert not isinstance(parsed, SyntaxProblem), f"{line}: {parsed}"
        (command,) = resolve(parsed, self.context, "new")
        return command

    def stands(self, *words: str, unknown: bool = False) -> None:
        """An order that works already: a line of the order language."""
        command = self.command(" ".join(words))
        fields = {name: getattr(command, name) for name in ("symbol", "instruction", "type")}
        known = self.state.instruments[command.symbol]
        price = known.format_price(command.price) if command.price else ""
        self.works(command.quantity, price=price, unknown=unknown, **fields)


def _quote(desk: Stand, touch: str, *words: str) -> None:
    """`quote 99.90/100.10 last 100 size 5/5 live`; `–` for a side that is not there."""
    bid, _, ask = touch.replace("–", "").partition("/")
    told: dict[str, Any] = {"bid": bid, "ask": ask}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "last":
            told["last"] = rest.pop(0).replace("–", "")
        elif word == "size":
            sizes = rest.pop(0).split("/")
            told["bid_size"], told["ask_size"] = (Quantity(int(size)) for size in sizes)
        elif word == "bar":
            told["is_bar"] = True
        else:
            told["source"] = Source[word.upper()]
    desk.quote(**told)


def _sent(desk: Stand, seconds: str, *line: str) -> None:
    at = desk.now - int(float(seconds) * SECOND)
    desk.state.recent_orders[fingerprint(desk.command(" ".join(line)))] = Nanos(at)


def _lists(desk: Stand, symbol: str, *fields: str) -> None:
    told = dict(field.split("=") for field in fields)
    read = {k: int(v) if v.isdigit() else v for k, v in told.items()}
    desk.lists(symbol, **read)


def _borrow(desk: Stand, symbol: str, kind: str, available: str) -> None:
    shares, is_easy = Quantity(int(available)), kind == "easy"
    desk.state.borrow[symbol] = BorrowTerms(symbol, A_RATE, shares, is_easy)


def _today(desk: Stand, *fields: str) -> None:
    desk.today(**{name: int(value) for name, value in (field.split("=") for field in fields)})


def _opposite(desk: Stand, seconds: str, *line: str) -> None:
    """An order that left, as the wash rule remembers it."""
    asked = desk.command(" ".join(line))
    key = price_print(asked.symbol, asked.instruction.side, asked.quantity, asked.price)
    desk.state.recent_prices[key] = Nanos(desk.now - int(float(seconds) * SECOND))


def _clock(desk: Stand, time: str, date: str = "20120621") -> None:
    hours, minutes = time.split(":")
    desk.clock(int(hours), int(minutes), int(date))


def _volume(desk: Stand, symbol: str, shares: str, as_of: str = "20120620") -> None:
    desk.knows(volumes={symbol: (int(shares), int(as_of))})


def _earnings(desk: Stand, symbol: str, date: str, as_of: str = "20120620") -> None:
    desk.knows(earnings={symbol: (int(date), int(as_of))})


def _sectors(desk: Stand, *rows: str) -> None:
    desk.knows(sectors=dict(row.split("=") for row in rows))


def _reverse(desk: Stand, symbol: str, quantity: str) -> None:
    desk.flattens(symbol, reopen=int(quantity))


def _state(desk: Stand, name: str, symbol: str = "*") -> None:
    desk.trading(TradingState[name], symbol)


def _closing(desk: Stand, until: str) -> None:
    """Only closing orders up to this date: an intraday call was not met."""
    desk.regime(Regime.INTRADAY)
    desk.account.margin.closing_only_until = int(until)


def _enrolled(desk: Stand, *code: str) -> None:
    """With a second factor; `code`: it has just passed, for what comes next."""
    desk.state.factor = Factor("abc", 1, desk.state.events if code else -1)


FACTS: dict[str, Callable[..., None]] = {
    "limit": Stand.bind,
    "hold": lambda desk, quantity, symbol="GOOG": desk.hold(int(quantity), symbol),
    "cash": Desk.cash,
    "regime": lambda desk, word: desk.regime(Regime[word.upper()]),
    "unsettled": lambda desk, amount: desk.unsettled(amount),
    "daytrades": lambda desk, count, date="20260701": desk.traded_today(int(count), int(date)),
    "closing": _closing,
    "quote": _quote,
    "unquoted": lambda desk, symbol="GOOG": desk.no_quote(symbol),
    "silent": lambda desk, seconds: desk.silence(float(seconds)),
    "works": Stand.stands,
    "doubted": lambda desk, *words: desk.stands(*words, unknown=True),
    "tried": lambda desk, count, seconds: desk.attempts(int(count), float(seconds)),
    "pressed": lambda desk, count, seconds: desk.presses(int(count), float(seconds)),
    "repeated": lambda desk, count, seconds: desk.repeats(int(count), float(seconds)),
    "disabled": Desk.disabled,
    "waits": Desk.waits,
    "today": _today,
    "opposite": _opposite,
    "band": lambda desk, low, high: desk.band(low, high),
    "paused": lambda desk, low, high: desk.band(low, high, pauses=True),
    "shortban": lambda desk, date="20120621": desk.restricts(int(date)),
    "indexed": lambda desk, seconds: desk.market_halts(int(seconds)),
    "queued": lambda desk: desk.waits(),
    "from": lambda desk, who: setattr(desk, "origin", Origin[who.upper()]),
    "sent": _sent,
    "ticket": lambda desk, name: desk.state.tickets.update({name: 1}),
    "lists": _lists,
    "phase": lambda desk, word: desk.phase(None if word == "–" else Phase[word]),
    "link": lambda desk, word: desk.link(LinkState[word]),
    "rate": lambda desk, currency, billionths: desk.rate(currency, int(billionths)),
    "borrow": _borrow,
    "live": lambda desk, word, until="1": desk.live(armed=word == "armed", until=int(until)),
    "state": _state,
    "volume": _volume,
    "sectors": _sectors,
    "restricted": lambda desk, symbol: desk.knows(restricted={symbol: False}),
    "watched": lambda desk, symbol: desk.knows(restricted={symbol: True}),
    "earnings": _earnings,
    "exdate": lambda desk, symbol, date: desk.goes_ex(symbol, int(date)),
    "clock": _clock,
    "reverse": _reverse,
    "named": Desk.named,
    "enrolled": _enrolled,
}
"""What a line can say beforehand, by its first word."""


# ── what the rule says ───────────────────────────────────────────────────────────────────────────


def answer(case: Case) -> str:
    """What the control of the case says, in the words of the file."""
    desk = Stand()
    for words in case.given:
        desk.read(words)
    if case.kind == "load":
        desk.state.limits = Limits.from_pairs(default_pairs("load"))
    verb, *words = case.line.split()
    if verb in SEEN:
        return SEEN[verb](desk, *words)
    try:
        command = desk.command(case.line)
    except UnresolvedError as problem:
        return f"unreadable: {problem}"
    if isinstance(command, TightenLimit | LoosenLimit):
        return _of_change(desk, command)
    return said_by(case.rule, judged(desk, command), case.said)


def judged(desk: Stand, command: SubmitOrder | ReplaceOrder) -> Assessment:
    state, market = desk.state, desk.market
    if isinstance(command, ReplaceOrder):
        order = state.orders[command.order_id]
        proposal = propose_replace(
            order, command.price, command.quantity, command.override, state, market, command.stop
        )
    else:
        proposal = propose(command, state, market)
    return evaluate(proposal, state, market, desk.now)


def said_by(rule: str, assessment: Assessment, like: str = "") -> str:
    """`pass`, `off`, or the verdict; with the room where the file (`like`) tells one."""
    found = next((one for one in assessment.findings if one.rule == rule), None)
    if found is None:
        bit = bit_of(rule)
        # An exit is not asked at all, which is more than passing.
        return "off" if assessment.off_bits & bit else "pass"
    word = {"DENY": "deny", "ASK": "ask", "ASK_SECOND_FACTOR": "factor", "WARN": "warn"}
    said = word[found.verdict.name]
    return f"{said}, room {found.room_quantity:,}" if ", room" in like else said


def _of_change(desk: Stand, command: TightenLimit | LoosenLimit) -> str:
    act = tighten_limit if isinstance(command, TightenLimit) else loosen_limit
    (event,) = act(desk.state, command, desk.market, desk.now)  # type: ignore[arg-type]
    kind = type(event).__name__
    if kind == "LimitTightened":
        return "at once"
    if kind == "LimitLooseningAsked":
        return f"in {(event.due - event.at) // SECOND} s"  # type: ignore[union-attr]
    return f"refused: {event.refusal.name}"  # type: ignore[union-attr]


MEASURES = {
    "day": LossMeasure.DAY,
    "warn": LossMeasure.DAY,
    "drawdown_day": LossMeasure.DRAWDOWN_DAY,
    "drawdown": LossMeasure.DRAWDOWN,
    "velocity": LossMeasure.VELOCITY,
    "swing": LossMeasure.SWING,
}


def _of_loss(desk: Stand, measure: str, loss: str, of: str, base: str) -> str:
    """`loss day 30000.01 of 1000000`: `pass`, `told`, or the state that it leads to."""
    assert of == "of"
    level = LossLevel.WARN if measure == "warn" else LossLevel.LIMIT
    lost, whole = parse_money(loss), parse_money(base)
    seen = LossSeen("PAPER", "*", MEASURES[measure], level, lost, whole, desk.now, ())
    happened = heed_loss(desk.state, seen, desk.market, desk.now)
    return _led_to(happened)


def _led_to(happened: list[Any]) -> str:
    lowered = [each for each in happened if isinstance(each, TradingStateChanged)]
    if lowered:
        return lowered[0].state.name
    return "told" if happened else "pass"


def _of_run(desk: Stand, before: str, to: str, now: str) -> str:
    """`ran 100.00 to 110.00`: within the five minutes."""
    assert to == "to"
    price = desk.state.instruments["GOOG"].parse_price
    ran = PriceRan("GOOG", price(before), Nanos(desk.now - 60 * SECOND), price(now))
    return _led_to(heed_run(desk.state, ran, desk.market, desk.now))


def _of_unknown(desk: Stand) -> str:
    """`unknown`: the venue had its time."""
    return _led_to(too_much_unknown(desk.state, [], desk.market, desk.now))


SEEN: dict[str, Callable[..., str]] = {
    "loss": _of_loss,
    "ran": _of_run,
    "unknown": _of_unknown,
}
"""What the desk sees instead of an order, by its first word; answered by what comes of it."""
