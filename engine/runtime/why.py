"""An order's life in words, from its own events: why it did what it did, and what was missing."""

import msgspec

from engine.domain import events as ev
from engine.domain.identity import leg_of
from engine.domain.ledger.settlement import settles_on
from engine.domain.luck import is_of_bars
from engine.domain.margin_words import date_words
from engine.domain.message_facts import Message
from engine.domain.orders import NEVER_REACHED, Order, state_word
from engine.domain.reasons import REFUSAL_SENTENCES, Finding, Refusal, Verdict
from engine.domain.reports import VenueOrderWaited
from engine.domain.risk.off import SWITCHED_OFF, reasons_of
from engine.domain.state import State
from engine.domain.views import FillTime
from engine.instruments import Instrument, format_money, format_money_rounded
from engine.runtime.fee_words import order_fee_words, parts_of
from engine.runtime.market_time import exchange_clock, exchange_date
from engine.runtime.preview_words import said_in
from engine.runtime.truth_words import owed_words, truth_lines
from engine.runtime.venue_words import venue_said
from engine.runtime.waiting import waiting_in_words, what_was_missing
from engine.runtime.why_facts import Facts, facts_of, rules_of
from engine.values import NANOS_PER_SECOND, Money, Nanos, Price


class Explanation(msgspec.Struct, frozen=True):
    """`title` names the order; `lines` tell its life; `facts` are the same for a program."""

    title: str
    lines: tuple[str, ...]
    facts: tuple[Facts, ...]
    summary: Facts
    """What was asked for, what became of it, and what was missing."""


def explain(
    order: Order,
    happened: list[ev.Event],
    state: State,
    *,
    so_far: VenueOrderWaited | None = None,
    fill_time: FillTime | None = None,
    restarts: tuple[str, ...] = (),
) -> Explanation:
    """`so_far`: how a live order waits, which its events do not tell yet; `restarts`: in words."""
    known = state.instruments.get(order.order.symbol, Instrument(symbol=order.order.symbol))
    account = state.accounts.get(order.order.account)
    own = account.currency if account is not None else known.currency
    teller = _Teller(order, known, said_in(known.currency, own))
    lines: list[str] = []
    facts: list[Facts] = []
    quiet: list[str] = []
    for event in happened:
        said, rules = teller.lines(event), _quiet_rules(event)
        if said:
            clock = exchange_clock(event.at)
            lines += [f"{clock}  {said[0]}", *(f"{'':14}{line}" for line in said[1:])]
            facts.append(facts_of(event, known) | {"text": " ".join([*said, *rules])})
            quiet += rules
    waited = teller.waited or so_far
    if teller.waited is None and so_far is not None:
        lines += [f"{'':14}{words}" for words in waiting_in_words(so_far, known)]
    if fill_time is not None:
        lines.append(f"{'':14}{fill_time.text} to its last share, at the recent pace of trades")
    lines += [f"{'':14}{words}" for words in restarts]
    missing = what_was_missing(
        order, waited, known, ahead_on_arrival=teller.ahead_on_arrival, ended=teller.ended
    )
    if missing:
        lines.append(f"{'':14}{missing}")
    paid = order_fee_words(order, teller.said)
    if paid:
        lines.append(f"{'':14}{paid}")
        parts = {part.name: format_money(part.amount) for part in parts_of(order)}
        facts.append(
            {
                "event": "fees",
                "text": paid,
                "table": order.fee_table,
                "currency": known.currency,
                "parts": parts,
            }
        )
    # Last, for they fill a screen: what became of the order is what was asked.
    lines += [f"{'' if place else 'the check':14}{words}" for place, words in enumerate(quiet)]
    return Explanation(teller.title(), tuple(lines), tuple(facts), _summary(order, known, missing))


def _summary(order: Order, known: Instrument, missing: str) -> Facts:
    size = known.quantity_field
    return {
        "id": order.label,
        "state": state_word(order),
        "quantity": size(order.quantity),
        "filled": size(order.cumulative),
        "unfilled": size(order.quantity - order.cumulative),
        "fees": format_money(order.fees),
        "currency": known.currency,
        "missing": missing,
    }


class _Teller:
    def __init__(self, order: Order, instrument: Instrument, said: str) -> None:
        """`said`: the currency behind money that is not the account's own; else empty."""
        self._order = order
        self._instrument, self.said = instrument, said
        self._size = instrument.format_quantity
        self._sent_at = Nanos(0)
        self._asked_at = Nanos(0)
        """When the newest cancel or change was asked for."""
        self.ahead_on_arrival = -1
        self.waited: ev.OrderWaited | None = None
        """What the venue told last about how it waited."""
        self.ended: ev.OrderCancelled | ev.OrderExpired | None = None

    def _price(self, price: Price) -> str:
        return self._instrument.format_price(price) if price > 0 else "—"

    @property
    def _counted(self) -> str:
        return self._instrument.unit if self._instrument.quantity_digits else "shares"

    def title(self) -> str:
        order, asked = self._order, self._order.order
        limit = f" {self._price(order.price)}" if order.price else ""
        stop = f" stop {self._price(order.stop)}" if order.stop else ""
        return (
            f"Order {order.label}: {asked.instruction.word} {self._size(order.quantity)}"
            f" {asked.symbol} {asked.type.code}{limit}{stop} {asked.time_in_force.name}"
            f" — {state_word(order)},"
            f" {self._size(order.cumulative)}/{self._size(order.quantity)} filled"
        )

    def _message(self, event: ev.MessageQueued | ev.MessageSent) -> str:
        if isinstance(event, ev.MessageQueued):
            return _queued(event)
        if event.message is Message.NEW:
            self._sent_at = event.at
        return f"{_MESSAGE_WORDS[event.message]} left: its turn had come"

    def lines(self, event: ev.Event) -> list[str]:
        """One sentence, and indented ones under it; nothing for what says nothing here."""
        match event:
            case ev.OrderHeld():
                return [f"held until its entry fills: {self._size(event.order.quantity)} at most"]
            case ev.MessageQueued() | ev.MessageSent():
                return [self._message(event)]
            case ev.OrderReleased() if self._order.leg:
                self._sent_at = event.at
                size = self._size(event.order.quantity)
                head = f"{size} sent, as much as it protects; every rule of exits let it pass"
                return [head, self._book(event.quote), *_findings(event.findings)]
            case ev.OrderReleased():
                self._sent_at = event.at
                who = event.order.origin.name.lower()
                head = f"entered by {who}; every rule let it pass (limits {event.rules})"
                return [head, self._book(event.quote), *_findings(event.findings)]
            case ev.OrderDenied():
                head = f"entered by {event.order.origin.name.lower()} and denied: it never left"
                return [head, self._book(event.quote), *_findings(event.findings)]
            case ev.OrderWorking():
                legs = _legs(self._sent_at, event.venue_at, event.at)
                head = f"accepted by the venue {_after(event.at - self._sent_at)}{legs}"
                self.ahead_on_arrival = event.queue_ahead
                if event.queue_ahead >= 0:
                    ahead = self._size(event.queue_ahead)
                    head = f"{head}: {ahead} {self._counted} ahead of it at its price"
                return [head, *self._arrival(event)]
            case ev.OrderWaited():
                self.waited = event
                return waiting_in_words(event, self._instrument)
            case ev.OrderFilled():
                return self._fill(event)
            case ev.OrderRejected() if event.text == NEVER_REACHED:
                return [f"it {event.text}, says the venue: nothing of it stands anywhere"]
            case ev.OrderRejected():
                legs = _legs(self._sent_at, event.venue_at, event.at)
                return [f"rejected by the venue{legs}: {venue_said(event.text)}"]
            case ev.OrderTriggered():
                return [f"stop triggered at {self._price(event.price)}: it entered the book"]
            case ev.OrderCancelled():
                self.ended = event
                if event.requested:
                    legs = _legs(self._asked_at, event.venue_at, event.at)
                    owed = owed_words(event.owed, self._size)
                    return [
                        f"cancelled on request, {self._size(event.quantity)} unfilled{owed}{legs}"
                    ]
                tail = f": {event.text}" if event.text else ""
                owed = owed_words(event.owed, self._size)
                return [
                    f"cancelled by the venue, {self._size(event.quantity)} unfilled{owed}{tail}"
                ]
            case ev.OrderExpired():
                self.ended = event
                tail = f": {event.text}" if event.text else ""
                owed = owed_words(event.owed, self._size)
                return [f"expired, {self._size(event.quantity)} unfilled{owed}{tail}"]
            case _:
                return self._requests(event)

    def _requests(self, event: ev.Event) -> list[str]:
        match event:
            case ev.CancelRequested():
                self._asked_at = event.at
                return [f"cancel asked for by {event.origin.name.lower()}"]
            case ev.CancelDenied():
                return [f"cancel denied: {REFUSAL_SENTENCES[event.refusal]}"]
            case ev.CancelRejected():
                legs = _legs(self._asked_at, event.venue_at, event.at)
                return [f"cancel rejected by the venue{legs}: {venue_said(event.text)}"]
            case ev.ReplaceRequested():
                self._asked_at = event.at
                price = self._price(event.price or event.stop or self._order.stop)
                return [f"change to {self._size(event.quantity)} at {price} asked for"]
            case ev.ReplaceDenied():
                if event.findings:
                    return ["change denied", *_findings(event.findings)]
                return [f"change denied: {REFUSAL_SENTENCES[Refusal(event.refusal)]}"]
            case ev.ReplaceRejected():
                legs = _legs(self._asked_at, event.venue_at, event.at)
                return [f"change rejected by the venue{legs}: {venue_said(event.text)}"]
            case ev.OrderReplaced():
                size = self._size(event.queue_ahead)
                ahead = f", {size} ahead" if event.queue_ahead >= 0 else ""
                legs = _legs(self._asked_at, event.venue_at, event.at)
                price = self._price(event.price or event.stop or self._order.stop)
                return [f"changed to {self._size(event.quantity)} at {price}{ahead}{legs}"]
            case ev.OutcomeUnknown():
                return [f"the outcome of the {event.request.name.lower()} is unknown: {event.text}"]
            case ev.ExitReduced():
                size, leg = self._size(event.quantity), leg_of(event.by)
                return [f"{size} taken off: its sibling .{leg} filled as much"]
            case ev.ExitsSwapped():
                return [f"the market was at {self._price(event.price)}: its turn at the venue"]
            case ev.StatusRequested():
                return ["the venue was asked about it"]
            case ev.OrderCompared():
                return [*self._booked(event), *self._other_luck(event)]
            case _:
                return truth_lines(event, self._price, self._size)

    def _book(self, quote: ev.QuoteSeen) -> str:
        if not quote.bid and not quote.ask:
            return "there was no quote"
        return (
            f"the book then: {self._size(quote.bid_size)} bid at {self._price(quote.bid)}, "
            f"{self._size(quote.ask_size)} offered at {self._price(quote.ask)}, "
            f"last {self._price(quote.last)}"
        )

    def _arrival(self, event: ev.OrderWorking) -> list[str]:
        """The book as it stood on arrival, a side a line; nothing where the venue did not say."""
        sides = (("bids", event.bids), ("offers", event.asks))
        return [
            f"{word} on arrival: "
            + " · ".join(f"{self._size(size)} at {self._price(price)}" for price, size in levels)
            for word, levels in sides
            if levels
        ]

    def _booked(self, event: ev.OrderCompared) -> list[str]:
        what = "bar path" if is_of_bars(event.booked) else "queue assumption"
        return [f"{what} booked: {event.booked}"]

    def _other_luck(self, event: ev.OrderCompared) -> list[str]:
        """What the assumptions that were not booked would have given the order meanwhile."""
        booked = event.booked_outcome
        meanwhile = "" if is_of_bars(event.booked) else " while it rested"
        lines = []
        for other in event.outcomes:
            at = ""
            if (
                other.filled
                and event.paid(other) * booked.filled != event.paid(booked) * other.filled
            ):
                at = f" at {self._price(Price(round(event.paid(other) / other.filled)))}"
            if other.filled != booked.filled:
                since = f", the first at {exchange_clock(other.first_at)}" if other.first_at else ""
                lines.append(
                    f"if {other.assumption}: {self._size(other.filled)}{at}{meanwhile}{since}"
                )
            elif other.done_at != booked.done_at:
                when = exchange_clock(other.done_at)
                lines.append(f"if {other.assumption}: all of it{at} at {when}")
            elif at:
                lines.append(f"if {other.assumption}: as much{at}")
        return lines or ["every other assumption fills as much of it, at the same times"]

    def _fill(self, event: ev.OrderFilled) -> list[str]:
        waited = _after(event.at - self._sent_at)
        role = event.liquidity.name.lower()
        how = "in the auction" if role == "auction" else f"as {role}"
        flags = " after it was done" if event.resurrected else ""
        flags += f" (revision {event.revision})" if event.revision else ""
        head = (
            f"filled {self._size(event.quantity)} at {self._price(event.price)} {how}{flags}, "
            f"{waited}, fee {format_money_rounded(event.fee)}{self.said}"
        )
        heard = [*_heard_late(event.venue_at, event.at), *self._settles(event)]
        return [head, *([event.explanation] if event.explanation else []), *heard]

    def _settles(self, event: ev.OrderFilled) -> list[str]:
        """When cash and shares change hands; of coins, which settle at once, nothing."""
        date = settles_on(self._instrument, exchange_date(event.at))
        if not date:
            return []
        amount = format_money_rounded(Money(abs(event.cash_delta)))
        way = "received" if event.cash_delta > 0 else "paid"
        return [f"{amount}{self.said} is {way} when it settles, on {date_words(date)}"]


def _quiet_rules(event: ev.Event) -> list[str]:
    """Which rules passed or are off where an order was judged; those that spoke stand with it."""
    if not isinstance(event, ev.OrderReleased | ev.OrderDenied):
        return []
    passed, off = rules_of(event.passed), rules_of(event.off)
    said, because = list[str](), reasons_of(event.off_because)
    if passed:
        said.append(f"{len(passed)} rules passed: {', '.join(name.split()[0] for name in passed)}")
    if off:
        told = [f"{name} ({because.pop(name.split()[0], SWITCHED_OFF)})" for name in off]
        said.append(f"{len(off)} off: {', '.join(told)}")
    if because:
        parts = [f"{rule} ({words})" for rule, words in because.items()]
        said.append(f"off in part: {', '.join(parts)}")
    return said


def _findings(findings: tuple[Finding, ...]) -> list[str]:
    words = {
        Verdict.DENY: "denies",
        Verdict.ASK: "asks",
        Verdict.ASK_SECOND_FACTOR: "asks",
        Verdict.WARN: "warns",
    }
    return [
        f"{f.rule} {f.code} {words[f.verdict]}: {f.sentence}"
        for f in findings
        if f.verdict in words
    ]


def _legs(asked_at: Nanos, venue_at: Nanos, heard_at: Nanos) -> str:
    """How long both ways took, where the venue said when it acted, closer than to the second."""
    if not venue_at % NANOS_PER_SECOND:
        return ""
    out, back = max(0, venue_at - asked_at), heard_at - venue_at
    return f" ({_span(out)} to the venue, {_span(back)} back)"


def _heard_late(venue_at: Nanos, heard_at: Nanos) -> list[str]:
    """A clock of whole seconds, as Interactive Brokers has, tells no delay below one."""
    whole = venue_at % NANOS_PER_SECOND == 0
    if not venue_at or venue_at == heard_at or (whole and heard_at - venue_at < NANOS_PER_SECOND):
        return []
    late = heard_at - venue_at
    if whole:
        when, seconds = exchange_clock(venue_at, digits=0), late // NANOS_PER_SECOND
        return [f"it happened at {when}; the report took about {seconds} s"]
    return [f"it happened at {exchange_clock(venue_at)}; the report took {_span(late)}"]


def _after(nanos: int) -> str:
    return f"{_span(nanos)} after it was sent" if nanos > 0 else "at once"


def _span(nanos: int) -> str:
    """'0.350 ms', '12.4 s': how long, for the eye."""
    if nanos < NANOS_PER_SECOND:
        return f"{nanos / 1_000_000:.3f} ms"
    return f"{nanos / NANOS_PER_SECOND:.1f} s"


def _queued(event: ev.MessageQueued) -> str:
    what = _MESSAGE_WORDS[event.message]
    if event.behind:
        return f"{what} waits here until the venue says that what is in its way is gone (R34)"
    return f"{what} waits here for its turn: the message rate has no room now (R13)"


_MESSAGE_WORDS = {
    Message.NEW: "the order",
    Message.CANCEL: "its cancel",
    Message.REPLACE: "its change",
    Message.STATUS: "a question about it",
    Message.STATEMENT: "a question",
}
