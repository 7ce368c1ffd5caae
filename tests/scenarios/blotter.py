"""Plays a scenario, a blotter to be read aloud, on a desk in memory: what happens, what is due."""

from collections.abc import Callable
from pathlib import Path

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.commands import (
    ALL_SYMBOLS,
    CancelMany,
    CancelScope,
    ExitsOnKill,
    Halt,
    Kill,
    Origin,
)
from engine.domain.contingent.protection import protected_quantity
from engine.domain.identity import group_of, leg_id, leg_of
from engine.domain.orders import state_word
from engine.domain.patience import Patience
from engine.domain.quotes import Phase
from engine.domain.reasons import Finding, Refusal, Verdict
from engine.domain.risk.limits import SPECS_BY_KEY
from engine.domain.state import State
from engine.domain.statements import OpenOrder, VenueOpenOrders
from engine.instruments import format_money, parse_money
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.runtime.preview import room_for
from engine.runtime.resolve import Context, UnresolvedError, resolve
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.harness import TRADE_DATE, DeskBench

ARROW = "=>"
WORDS_NOT_DUE = ("sent", "queued", "leaves", "held", "cancelling", "replacing", "closing", "ending")
"""May be named and need not be: requests that leave, and the steps between two proofs."""


class ScenarioError(AssertionError):
    """The desk did something else than the line says."""


class Blotter:
    """One scenario on one desk; `play` raises ScenarioError with file, line and both stories."""

    def __init__(self) -> None:
        self._bench = DeskBench()
        self._origin = Origin.SCRIPT
        self._lines = 0

    def play(self, path: Path) -> None:
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            text = raw.partition("#")[0].strip()
            if not text:
                continue
            asked, _, due = (part.strip() for part in text.partition(ARROW))
            self._lines += 1
            try:
                self._check(self._do(asked), [d.strip() for d in due.split(",") if d.strip()])
            except ScenarioError as problem:
                raise ScenarioError(f"{path.name}:{number}: {asked}\n  {problem}") from None

    # ── doing ──────────────────────────────────────────────────────────────────────────────────

    def _do(self, asked: str) -> list[str]:
        """The line's own words, then the order events that came of it."""
        words = asked.split()
        act = self._acts().get(words[0])
        if act is not None:
            return self._told(act(words[1:]))
        return self._order_language(asked)

    def _acts(self) -> dict[str, Callable[[list[str]], list[ev.Event]]]:
        return {
            "desk": self._desk,
            "other": self._other,
            "quotes": self._quotes,
            "pass": self._pass,
            "phase": self._phase,
            "restart": self._restart,
            "strip": self._strip,
            "venue": self._venue,
            "silent": self._silent,
        }

    def _desk(self, words: list[str]) -> list[ev.Event]:
        """`desk fees us_retail latency 5ms by ticket`: another desk than the usual one."""
        asked = dict(zip(words[::2], words[1::2], strict=True))
        self._origin = Origin[asked.get("by", "script").upper()]
        delay = int(asked.get("latency", "0ms").removesuffix("ms")) * NANOS_PER_MILLISECOND
        self._bench = DeskBench(
            fee_table=asked.get("fees", "zero"),
            cash=parse_money(asked.get("cash", "1000000")),
            profile=asked.get("profile", "paper"),
            latency=lambda request: Nanos(delay),
            has_oca=asked.get("groups", "on") == "on",
            limits={key: text for key, text in asked.items() if f"risk.{key}" in SPECS_BY_KEY},
        )
        return []

    def _price(self, symbol: str, text: str) -> Price:
        return self._bench.state.instruments[symbol].parse_price(text)

    def _other(self, words: list[str]) -> list[ev.Event]:
        if words[0] == "leaves":
            return self._bench.others_leave(words[1])
        side = Side.BUY if words[0] == "buy" else Side.SELL
        quantity, symbol = int(words[1].replace(",", "")), words[2]
        price = 0 if words[3] == "mkt" else self._price(symbol, words[3])
        force = TimeInForce.IOC if "ioc" in words[4:] else TimeInForce.GTC
        return self._bench.other(side, quantity, symbol, price, time_in_force=force)

    def _quotes(self, words: list[str]) -> list[ev.Event]:
        symbol, bid, ask = words[:3]
        size = int(words[3]) if len(words) > 3 else 1_000
        self._bench.others_leave(symbol)
        return self._bench.quotes(symbol, self._price(symbol, bid), self._price(symbol, ask), size)

    def _pass(self, words: list[str]) -> list[ev.Event]:
        before = len(self._bench.journal.events())
        unit = 1_000 if words[0].endswith("ms") else 1
        self._bench.pass_time(float(words[0].rstrip("ms")) / unit)
        return self._bench.journal.events()[before:]

    def _phase(self, words: list[str]) -> list[ev.Event]:
        return self._bench.enters(words[0], Phase[words[1].upper()])

    def _restart(self, words: list[str]) -> list[ev.Event]:
        before = len(self._bench.journal.events())
        self._bench.restart(int(words[0]) if words else TRADE_DATE)
        return self._bench.journal.events()[before:]

    def _strip(self, words: list[str]) -> list[ev.Event]:
        """The danger strip: `strip entries`, `strip everything`, `strip kill flatten`."""
        if words[0] == "kill":
            return self._bench.submit(Kill("PAPER", ExitsOnKill[words[1].upper()], "strip"))
        scope = {"entries": CancelScope.ENTRIES, "everything": CancelScope.ALL}[words[0]]
        return self._bench.submit(Halt("PAPER", "strip"), CancelMany("PAPER", ALL_SYMBOLS, scope))

    def _silent(self, words: list[str]) -> list[ev.Event]:
        """`silent AAPL 190.00 190.02`: a desk whose venue never answers by itself; see `venue`."""
        self._bench = DeskBench(latency=lambda request: NEVER, patience=Patience())
        symbol, bid, ask = words
        return self._bench.quotes(symbol, self._price(symbol, bid), self._price(symbol, ask))

    def _venue(self, words: list[str]) -> list[ev.Event]:
        """What a venue says that answers when the scenario says so: `venue fills 1 60 190.10`."""
        said, *rest = words
        if said == "orders":
            return self._bench.submit(self._open_orders(rest))
        name = f"TEST-1-{rest[0]}-0"
        return self._bench.submit(self._said(said, name, rest[1:]))

    def _said(self, said: str, name: str, rest: list[str]) -> rep.Report:
        number = name.split("-")[2]
        match said:
            case "accepts":
                return rep.VenueAccepted(name, f"V{number}")
            case "fills":
                price, size = self._price("AAPL", rest[1]), Quantity(int(rest[0]))
                execution = rest[2] if len(rest) > 2 else f"E{number}-{rest[0]}"
                return rep.VenueFilled(name, execution, price, size, Liquidity.MAKER)
            case "corrects":
                price, size = self._price("AAPL", rest[2]), Quantity(int(rest[1]))
                return rep.VenueTradeCorrected(name, rest[0], 1, price, size, Liquidity.MAKER)
            case "busts":
                return rep.VenueTradeBusted(name, rest[0])
            case "cancels":
                return rep.VenueCancelled(name, cumulative=Quantity(int(rest[0])))
            case "never_had":
                return rep.VenueOrderUnknown(name)
            case _:
                raise ScenarioError(f"a venue does not say {said}")

    def _open_orders(self, rows: list[str]) -> VenueOpenOrders:
        """`venue orders 1:0 PERM-9:20`: name and filled quantity of each, for 100 at 190.00."""
        told = []
        for text in rows:
            name, _, filled = text.partition(":")
            name = f"TEST-1-{name}-0" if name.isdigit() else name
            told.append(
                OpenOrder(
                    name,
                    "V",
                    "AAPL",
                    Instruction.BUY,
                    OrderType.LIMIT,
                    TimeInForce.DAY,
                    Quantity(100),
                    Quantity(int(filled)),
                    self._price("AAPL", "190.00"),
                )
            )
        return VenueOpenOrders(self._bench.state.recon.query, tuple(told))

    def _order_language(self, asked: str) -> list[str]:
        line = parse_line(asked)
        if isinstance(line, SyntaxProblem):
            raise ScenarioError(f"cannot be read: {line.message}")
        try:
            commands = resolve(line, self._context(), f"line-{self._lines}")
        except UnresolvedError:
            return ["unclear"]
        return self._told([e for command in commands for e in self._bench.submit(command)])

    def _context(self) -> Context:
        state, session = self._bench.state, self._bench.session
        return Context(
            state=state,
            market=session.market,
            account="PAPER",
            origin=self._origin,
            symbol="AAPL",
            number=lambda n: _id_of(n.number, n.leg, state),
            room=lambda order: room_for(order, state, session.market),
        )

    # ── telling ────────────────────────────────────────────────────────────────────────────────

    def _told(self, happened: list[ev.Event]) -> list[str]:
        return [words for event in happened if (words := self._words(event))]

    def _shown(self, order_id: int, price: Price) -> str:
        instrument = self._bench.state.instruments[self._bench.order(order_id).order.symbol]
        return instrument.format_price(price)

    def _words(self, event: ev.Event) -> str:
        match event:
            case ev.OrderFilled():
                price = self._shown(event.order_id, event.price)
                flags = " late" * event.resurrected + " over" * event.overfill
                return f"fill {_name(event.order_id)} {event.quantity} {price}{flags}"
            case ev.OrderDenied():
                return f"denied {_name(event.order_id)} {_codes(event.findings)}"
            case ev.ReplaceDenied() if event.findings:
                return f"replace_denied {_name(event.order_id)} {_codes(event.findings)}"
            case ev.ReplaceDenied() | ev.CancelDenied():
                word = "replace" if isinstance(event, ev.ReplaceDenied) else "cancel"
                reason = Refusal(event.refusal).name.lower()
                return f"{word}_denied {_name(event.order_id)} {reason}"
            case ev.CommandRefused():
                return f"refused {event.command} {event.refusal.name.lower()}"
            case ev.TradingStateChanged():
                where = "" if event.symbol == ALL_SYMBOLS else f"{event.symbol} "
                return f"state {where}{event.state.name}"
            case ev.LimitTightened():
                return f"tightened {event.key.removeprefix('risk.')}"
            case ev.FlattenFinished():
                return f"flat {event.symbol}"
            case ev.FlattenMoved():
                return f"{event.step.name.lower()} {event.symbol}"
            case ev.DateRolled():
                return f"date {event.trade_date}"
            case ev.DuplicateIgnored():
                return "ignored"
            case ev.OrderResolved():
                return f"resolved {event.order_id} {event.outcome.name.lower()}"
            case ev.FillReversed():
                return f"reversed {event.order_id} {event.quantity}"
            case ev.DifferenceFound():
                kind = event.difference.name.lower()
                return f"{'break' if event.is_break else 'difference'} {kind}"
            case ev.MessageQueued() if event.order_id:
                return f"queued {_name(event.order_id)}"
            case ev.MessageSent() if event.order_id:
                return f"leaves {_name(event.order_id)}"
            case ev.ExitReduced():
                return f"reduced {_name(event.order_id)} {event.quantity}"
            case _:
                word = _ORDER_WORDS.get(type(event))
                return f"{word} {_name(event.order_id)}" if word else ""  # type: ignore[union-attr]

    # ── checking ───────────────────────────────────────────────────────────────────────────────

    def _check(self, told: list[str], due: list[str]) -> None:
        figures = [d for d in due if d.split()[0] in self._figures()]
        events = [d for d in due if d not in figures]
        left = [*told]
        for expected in events:
            while left and left[0] != expected and left[0].split()[0] in WORDS_NOT_DUE:
                del left[0]
            if not left or left[0] != expected:
                raise ScenarioError(f"due: {', '.join(due)}\n  was: {', '.join(told)}")
            del left[0]
        unnamed = [words for words in left if words.split()[0] not in WORDS_NOT_DUE]
        if unnamed:
            raise ScenarioError(f"due: {', '.join(due)}\n  not named: {', '.join(unnamed)}")
        for expected in figures:
            self._check_figure(expected)

    def _check_figure(self, expected: str) -> None:
        word, *rest = expected.split()
        was = f"{word} {self._figures()[word](rest)}"
        if was != expected:
            raise ScenarioError(f"due: {expected}\n  was: {was}")

    def _figures(self) -> dict[str, Callable[[list[str]], str]]:
        return {
            "position": self._position,
            "protected": self._protected,
            "open": lambda rest: f"{rest[0]} {self._bench.order(_order_id(rest[0])).leaves}",
            "cash": lambda rest: format_money(self._bench.state.accounts["PAPER"].cash),
            "order": self._order,
            "queue": self._queue,
            "reserved": lambda rest: format_money(self._reserved()),
            "fees": lambda rest: f"{rest[0]} {format_money(self._bench.order(int(rest[0])).fees)}",
            "realised": self._realised,
            "trading": lambda rest: self._bench.state.accounts["PAPER"].trading.state.name,
            "working": lambda rest: str(len(self._bench.state.live)),
        }

    def _position(self, rest: list[str]) -> str:
        return f"{rest[0]} {self._bench.position(rest[0])}"

    def _protected(self, rest: list[str]) -> str:
        return f"{rest[0]} {protected_quantity(self._bench.state, 'PAPER', rest[0])}"

    def _order(self, rest: list[str]) -> str:
        order = self._bench.order(_order_id(rest[0]))
        return " ".join([rest[0], state_word(order), *[str(order.cumulative)] * (len(rest) > 2)])

    def _queue(self, rest: list[str]) -> str:
        order = self._bench.order(int(rest[0]))
        return f"{rest[0]} {self._bench.venue.queue_ahead(order.client_order_id)}"

    def _reserved(self) -> Money:
        orders = self._bench.state.orders.values()
        return Money(sum(order.reserved for order in orders))

    def _realised(self, rest: list[str]) -> str:
        position = self._bench.state.accounts["PAPER"].positions[rest[0]]
        return f"{rest[0]} {format_money(position.realised)}"


def _name(order_id: int) -> str:
    """`7`, a leg `7.1`."""
    leg = leg_of(order_id)
    return f"{group_of(order_id)}.{leg}" if leg else str(order_id)


def _order_id(name: str) -> int:
    number, _, leg = name.partition(".")
    return leg_id(int(number), int(leg)) if leg else int(number)


def _id_of(number: int, leg: int | None, state: State) -> OrderId | None:
    order_id = leg_id(number, leg) if leg else OrderId(number)
    return order_id if order_id in state.orders or order_id in state.brackets else None


def _codes(findings: tuple[Finding, ...]) -> str:
    """Every rule that stands in the way, in the order in which it is reported."""
    return " ".join(f.code for f in findings if f.verdict >= Verdict.ASK)


_ORDER_WORDS: dict[type, str] = {
    ev.OrderReleased: "sent",
    ev.OrderHeld: "held",
    ev.ExitsSwapped: "turn",
    ev.CancelRequested: "cancelling",
    ev.ReplaceRequested: "replacing",
    ev.OrderWorking: "accepted",
    ev.OrderRejected: "rejected",
    ev.OrderTriggered: "triggered",
    ev.OrderCancelled: "cancelled",
    ev.OrderExpired: "expired",
    ev.CancelRejected: "cancel_rejected",
    ev.ReplaceRejected: "replace_rejected",
    ev.OrderReplaced: "replaced",
    ev.OutcomeUnknown: "unknown",
    ev.EvidenceHeard: "no_proof",
    ev.OrderRestated: "restated",
    ev.OrderAdopted: "adopted",
}
NEVER = Nanos(10**15)
