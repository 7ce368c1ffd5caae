"""An event that a session tells, as one sentence for people; its fields come from the narrator."""

from typing import Any

from engine.domain.commands import ALL_SYMBOLS
from engine.domain.margin_words import MARGIN_TEXT_SAYS_IT
from engine.domain.phases import TURNS
from engine.domain.quotes import Phase
from engine.instruments import (
    format_money,
    parse_money,
    quantity_words,
)
from engine.runtime.breaker_words import BREAKER_EVENTS, breaker_words
from engine.runtime.flatten_words import flatten_words
from engine.runtime.guard_words import GUARD_EVENTS, guard_words
from engine.runtime.market_time import time_of_day
from engine.runtime.preview_words import preview_words, said_in
from engine.runtime.truth_words import truth_sentence
from engine.runtime.venue_words import venue_said

Fields = dict[str, Any]


def sentence(fields: Fields, own: str) -> str:
    """The same for people: `09:30:00.017  #1 filled 60/100 GOOG at 577.04 …`.

    `own` is the account's currency: money in any other is told with its name.
    """
    at = time_of_day(fields["at"])
    name = fields.get("order") or fields.get("id")
    who = f"#{name} " if name else ""
    return f"{at}  {who}{_words(fields, own)}"


def _size(fields: Fields, name: str = "quantity") -> str:
    return quantity_words(fields[name])


def _words(fields: Fields, own: str) -> str:
    match fields["event"]:
        case "order_sent":
            return f"{_order_words(fields)} sent" + _rule_words(fields.get("warnings", []))
        case "order_held":
            return f"{_order_words(fields)} held until its entry fills"
        case "order_queued":
            whom = ", ".join(fields["behind"])
            turn = f"the end of {whom}" if whom else "its turn to leave"
            warned = _rule_words(fields.get("warnings", []))
            return f"{_order_words(fields)} waits for {turn}{warned}"
        case "order_left":
            return "leaves now"
        case "order_denied":
            return f"{_order_words(fields)} denied" + _rule_words(fields["rules"])
        case "order_accepted":
            return "working" + _ahead_words(fields)
        case "order_filled":
            return (
                f"{fields['side']} {_size(fields)} {fields['symbol']} at {fields['price']}, "
                f"{_size(fields, 'filled')}/{_size(fields, 'of')} filled, fee {fields['fee']}"
                f"{said_in(fields['currency'], own)}, "
                f"position {quantity_words(fields['position'], signed=True)} — {fields['why']}"
            )
        case "order_replaced":
            at = fields["price"] or f"stop {fields['stop']}"
            return f"changed to {_size(fields)} at {at}" + _ahead_words(fields)
        case "order_rejected" | "cancel_rejected" | "replace_rejected" as event:
            word = str(event).removeprefix("order_").replace("_", " ")
            return word + _reason_words(venue_said(fields["text"]))
        case "order_cancelled" | "order_expired" as event:
            word = event.removeprefix("order_")
            return f"{word}, {_size(fields)} unfilled" + _reason_words(fields["text"])
        case _:
            return _desk_words(fields, own)


def _desk_words(fields: Fields, own: str) -> str:
    """What is about the desk, or about a request and not about its order."""
    if fields["event"] in GUARD_EVENTS:
        return guard_words(fields)
    if fields["event"] in BREAKER_EVENTS:
        return breaker_words(fields)
    if fields["event"] in MARGIN_TEXT_SAYS_IT:
        return str(fields["text"])
    match fields["event"]:
        case "preview":
            return preview_words(fields, own)
        case "command_refused":
            subject = f" ({fields['subject']})" if fields["subject"] else ""
            return f"{fields['command']} refused{subject}: {fields['text']}"
        case "trading_state":
            who = "trading" if fields["symbol"] == ALL_SYMBOLS else fields["symbol"]
            return f"{who} is {fields['state']}" + _reason_words(fields["reason"])
        case "carry_booked":
            kind = fields["kind"].replace("_", " ")
            money = f"{format_money(parse_money(fields['amount']), grouped=True)}"
            return f"{kind} {money} {fields['currency']}: {fields['text']}"
        case "clock_step" | "woke":
            return str(fields["text"])
        case "disk_space":
            return fields["text"] or "the disk of the home has room enough again"
        case "link":
            return f"link to {fields['link']} {_link_words(fields['state'], fields['text'])}"
        case "link_operated":
            return f"link {fields['what']}" + _reason_words(fields["text"])
        case "symbol_halted" | "symbol_quotation" | "symbol_open" as event:
            turn = TURNS[Phase[event.removeprefix("symbol_").upper()]]
            return f"{fields['symbol']} {turn}" + _reason_words(fields["text"])
        case "limit_tightened":
            return f"{fields['key']} tightened from {fields['before']} to {fields['after']}"
        case str(event) if event.startswith(("flatten_", "reverse_")):
            return flatten_words(fields)
        case _ if words := truth_sentence(fields):
            return words
        case event:
            shown = {k: v for k, v in fields.items() if k not in ("at", "event", "order", "id")}
            said = ", ".join(_value_words(k, v) for k, v in shown.items() if v not in ("", None))
            word = str(event).removeprefix("order_").replace("_", " ")
            return f"{word}: {said}" if said else word


def _ahead_words(fields: Fields) -> str:
    ahead = fields["queue_ahead"]
    return f", {quantity_words(ahead)} ahead in the queue" if ahead is not None else ""


def _link_words(state: str, text: str) -> str:
    """Of a line that does not stand its text says how it is: `lost: …`, `away: …`."""
    return text if text and state != "up" else state + _reason_words(text)


def _reason_words(text: str) -> str:
    return f": {text}" if text else ""


def _value_words(key: str, value: object) -> str:
    if key == "rules" and isinstance(value, list):
        return "; ".join(rule["text"] for rule in value)
    return str(value) if key in ("text", "symbol", "state", "reason") else f"{key} {value}"


def _order_words(fields: Fields) -> str:
    limit = f" {fields['price']}" if fields["price"] else ""
    stop = f" stop {fields['stop']}" if fields["stop"] else ""
    return (
        f"{fields['side']} {_size(fields)} {fields['symbol']} "
        f"{fields['type']}{limit}{stop} {fields['time_in_force']}"
    )


def _rule_words(rules: list[Fields]) -> str:
    return "".join(f"\n    {rule['rule']} {rule['text']}" for rule in rules)
