"""What a session says on stdout: one JSON object or one sentence an event."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.domain import events as ev
from engine.domain.clocks import sleep_in_words, step_in_words
from engine.domain.margin_facts import MARGIN_EVENTS
from engine.domain.margin_words import margin_fields
from engine.domain.message_facts import Message
from engine.domain.orders import Order
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal, Verdict
from engine.domain.reports import LinkState
from engine.domain.state import State
from engine.instruments import (
    Instrument,
    format_money,
    format_scaled,
)
from engine.runtime.breaker_words import Told, breaker_fields
from engine.runtime.flatten_words import flatten_fields
from engine.runtime.guard_words import GuardEvent, guard_fields
from engine.runtime.market_time import iso_utc
from engine.runtime.preview_words import finding_fields
from engine.runtime.truth_words import truth_fields
from engine.values import OrderId, Price

Fields = dict[str, Any]


class Narrator:
    """Turns events into JSON objects; knows how this session numbers its orders."""

    def __init__(
        self,
        state: State,
        name: Callable[[Order], int | str | None],
        ended: Mapping[OrderId, str] = MappingProxyType({}),
    ) -> None:
        """`name`: `7`, a leg `"7.1"`, nothing for an order of an earlier session.

        `ended`: why the desk itself asks for a cancel, by order; nobody else asked for it."""
        self._state = state
        self._name = name
        self._ended = ended
        self._queued: dict[OrderId, tuple[OrderId, ...]] = {}
        """New orders that wait here and are told of next, with whose end they wait for."""
        self._quiet: set[str] = set()
        """Lines that were told as quiet, so that their return is told too."""

    def tell(self, event: ev.Event) -> Fields | None:
        """The object for stdout; None for what only the audit trail needs."""
        fields = self._fields(event)
        if fields is None:
            return None
        return {"at": iso_utc(event.at), **fields}

    def _order(self, order_id: int) -> tuple[Order, Fields]:
        order = self._state.orders[order_id]
        # Orders of earlier sessions have no number in this one; their id is theirs for good.
        return order, {"order": self._name(order), "id": order.label}

    def _known(self, order: Order) -> Instrument:
        return self._state.instruments.get(order.order.symbol, _UNKNOWN)

    def _price(self, order: Order, price: Price) -> str | None:
        return self._known(order).format_price(price) if price > 0 else None

    def _ahead(self, order: Order, ahead: int) -> int | str | None:
        return self._known(order).quantity_field(ahead) if ahead >= 0 else None

    def _terms(self, order: Order) -> Fields:
        asked = order.order
        return {
            "symbol": asked.symbol,
            "side": asked.instruction.word,
            "quantity": self._known(order).quantity_field(asked.quantity),
            "type": asked.type.code,
            "time_in_force": asked.time_in_force.name,
            "price": self._price(order, asked.price),
            "stop": self._price(order, asked.stop),
        }

    def _fields(self, event: ev.Event) -> Fields | None:
        """One row an event kind; what is missing here is not told."""
        match event:
            case ev.OrderReleased():
                return self._released(event)
            case ev.OrderHeld():
                order, base = self._order(event.order_id)
                return {"event": "order_held", **base, **self._terms(order)}
            case ev.OrderDenied():
                order, base = self._order(event.order_id)
                failed = [finding_fields(f) for f in event.findings if f.verdict >= Verdict.ASK]
                return {"event": "order_denied", **base, **self._terms(order), "rules": failed}
            case ev.OrderWorking():
                order, base = self._order(event.order_id)
                ahead = self._ahead(order, event.queue_ahead)
                return {"event": "order_accepted", **base, "queue_ahead": ahead}
            case ev.OrderFilled():
                return self._fill(event)
            case ev.OrderRejected():
                return {
                    "event": "order_rejected",
                    **self._order(event.order_id)[1],
                    "text": event.text,
                }
            case ev.OrderTriggered():
                order, base = self._order(event.order_id)
                return {
                    "event": "order_triggered",
                    **base,
                    "price": self._price(order, event.price),
                }
            case ev.OrderCancelled() | ev.OrderExpired():
                word = "cancelled" if isinstance(event, ev.OrderCancelled) else "expired"
                order, base = self._order(event.order_id)
                # What its sibling's fills took off an exit was never the exit's to fill.
                gone = event.quantity + order.taken
                return {
                    "event": f"order_{word}",
                    **base,
                    "quantity": self._known(order).quantity_field(gone),
                    "text": self._why_it_went(event),
                    **({"owed": event.owed} if event.owed else {}),
                }
            case ev.OrderReplaced():
                order, base = self._order(event.order_id)
                price = self._price(order, event.price)
                stop = {"stop": self._price(order, order.stop)} if order.stop else {}
                return {
                    "event": "order_replaced",
                    **base,
                    "price": price,
                    **stop,
                    "quantity": self._known(order).quantity_field(event.quantity),
                    "queue_ahead": self._ahead(order, event.queue_ahead),
                }
            case _:
                return self._other(event)

    def _released(self, event: ev.OrderReleased) -> Fields:
        order, base = self._order(event.order_id)
        fields: Fields = {**base, **self._terms(order)}
        if warned := [finding_fields(found) for found in event.findings]:
            fields["warnings"] = warned
        behind = self._queued.pop(event.order_id, None)
        if behind is None:
            return {"event": "order_sent", **fields}
        # By ids: one of them can be of an earlier session, which has no number in this one.
        fields["behind"] = [self._order(other)[1]["id"] for other in behind]
        return {"event": "order_queued", **fields}

    def _why_it_went(self, event: ev.OrderCancelled | ev.OrderExpired) -> str:
        if isinstance(event, ev.OrderCancelled) and event.requested:
            return self._ended.get(event.order_id, event.text)
        return event.text

    def _fill(self, event: ev.OrderFilled) -> Fields:
        order, base = self._order(event.order_id)
        known = self._known(order)
        size = known.quantity_field
        return {
            "event": "order_filled",
            **base,
            "symbol": order.order.symbol,
            "side": order.order.instruction.word,
            "quantity": size(event.quantity),
            "price": self._price(order, event.price),
            "filled": size(event.cumulative),
            "of": size(order.quantity),
            "fee": format_money(event.fee),
            "currency": known.currency,
            "liquidity": event.liquidity.name.lower(),
            "realised": format_money(event.realised),
            "position": size(event.position_after),
            "why": event.explanation,
        }

    def _other(self, event: ev.Event) -> Fields | None:
        match event:
            case ev.CancelDenied() | ev.ReplaceDenied():
                known = event.order_id in self._state.orders
                base = self._order(event.order_id)[1] if known else {}
                word = "cancel" if isinstance(event, ev.CancelDenied) else "replace"
                fields: Fields = {"event": f"{word}_denied", **base}
                if isinstance(event, ev.ReplaceDenied) and event.findings:
                    return {**fields, "rules": [finding_fields(f) for f in event.findings]}
                return {**fields, "text": REFUSAL_SENTENCES[Refusal(event.refusal)]}
            case ev.CancelRejected() | ev.ReplaceRejected():
                word = "cancel" if isinstance(event, ev.CancelRejected) else "replace"
                base = self._order(event.order_id)[1]
                return {"event": f"{word}_rejected", **base, "text": event.text}
            case ev.OutcomeUnknown():
                base = self._order(event.order_id)[1]
                return {
                    "event": "order_unknown",
                    **base,
                    "request": event.request.name.lower(),
                    "text": event.text,
                }
            case ev.CommandRefused():
                text = REFUSAL_SENTENCES[event.refusal]
                return {
                    "event": "command_refused",
                    "command": event.command,
                    "subject": event.text,
                    "text": text,
                }
            case ev.TradingStateChanged():
                return {
                    "event": "trading_state",
                    "symbol": event.symbol,
                    "state": event.state.name,
                    "reason": event.reason,
                }
            case ev.LimitTightened():
                return {
                    "event": "limit_tightened",
                    "key": event.key,
                    "before": event.before,
                    "after": event.after,
                }
            case ev.FlattenStarted() | ev.FlattenMoved() | ev.FlattenFinished():
                return flatten_fields(event, self._state.instruments.get(event.symbol, _UNKNOWN))
            case ev.DateRolled():
                return {"event": "trade_date", "date": event.trade_date}
            case ev.DiskSpaceChanged():
                level = event.level.name.lower()
                return {"event": "disk_space", "level": level, "text": event.text}
            case ev.ClockMoved():
                return {"event": "clock_step", "nanos": event.by, "text": step_in_words(event.by)}
            case ev.MachineWoke():
                text = sleep_in_words(event.span, event.is_suspend)
                return {"event": "woke", "nanos": event.span, "text": text}
            case ev.Faulted():
                return {"event": "engine_fault", "text": event.text}
            case _:
                return self._exits(event)

    def _exits(self, event: ev.Event) -> Fields | None:
        """What one exit means for another; what is looser, and who gave the second factor."""
        if isinstance(event, GuardEvent):
            return guard_fields(event)
        if isinstance(event, Told):
            return breaker_fields(event)
        if isinstance(event, MARGIN_EVENTS):
            return margin_fields(event)
        match event:
            case ev.MessageQueued():
                # Told with its terms, by the event that follows it.
                if event.message is Message.NEW:
                    self._queued[event.order_id] = event.behind
                return None
            case ev.MessageSent() if event.message is Message.NEW:
                return {"event": "order_left", **self._order(event.order_id)[1]}
            case ev.ExitReduced():
                order, base = self._order(event.order_id)
                by = self._order(event.by)[1]["order"]
                size = self._known(order).quantity_field(event.quantity)
                return {"event": "exit_reduced", **base, "quantity": size, "by": by}
            case ev.ExitsSwapped():
                order, base = self._order(event.order_id)
                return {"event": "exit_turn", **base, "price": self._price(order, event.price)}
            case _:
                return self._money(event)

    def _money(self, event: ev.Event) -> Fields | None:
        """Cash that no fill moved."""
        match event:
            case ev.CarryBooked():
                return {
                    "event": "carry_booked",
                    "kind": event.carry.word,
                    "symbol": event.symbol,
                    "currency": event.currency,
                    "amount": format_money(event.amount),
                    "days": event.days,
                    "text": event.text,
                }
            case ev.CurrencyConverted():
                return {
                    "event": "converted",
                    "sold": f"{format_money(event.sold_amount)} {event.sold}",
                    "bought": f"{format_money(event.bought_amount)} {event.bought}",
                    "rate": format_scaled(event.rate, 9),
                    "fee": format_money(event.fee),
                }
            case _:
                return self._market(event)

    def _market(self, event: ev.Event) -> Fields | None:
        """What the venue's link and its symbols' sessions did."""
        match event:
            case ev.LinkMoved() if self._is_news(event):
                word = event.state.name.lower()
                return {"event": "link", "link": event.link, "state": word, "text": event.text}
            case ev.LinkOperated():
                what = f"{event.what} {event.value}".strip()
                return {"event": "link_operated", "what": what, "text": event.reason}
            case ev.PhaseEntered() if event.text:
                return {
                    "event": f"symbol_{event.phase.name.lower()}",
                    "symbol": event.symbol,
                    "text": event.text,
                }
            case _:
                return self._truth(event)

    def _is_news(self, event: ev.LinkMoved) -> bool:
        """Not that a line stands which nobody was told to be otherwise."""
        was_quiet = event.link in self._quiet
        self._quiet.discard(event.link)
        if event.state is LinkState.QUIET:
            self._quiet.add(event.link)
        return was_quiet or self._state.was_disconnected or event.state is LinkState.QUIET

    def _truth(self, event: ev.Event) -> Fields | None:
        order_id = getattr(event, "order_id", None)
        if order_id not in self._state.orders:
            asked = event.order if isinstance(event, ev.OrderAdopted) else event
            known = self._state.instruments.get(getattr(asked, "symbol", ""), _UNKNOWN)
            return truth_fields(
                event, lambda order_id: {}, lambda price: None, known.quantity_field
            )
        order, base = self._order(order_id)
        size = self._known(order).quantity_field
        return truth_fields(event, lambda _: base, lambda price: self._price(order, price), size)


_UNKNOWN = Instrument(symbol="?")
