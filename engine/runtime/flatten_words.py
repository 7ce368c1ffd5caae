"""What a running flatten or reverse says on stdout: fields for programs, words for people."""

from typing import Any

from engine.domain import events as ev
from engine.instruments import Instrument, quantity_words

Fields = dict[str, Any]
_OTHER_SIGN = str.maketrans("+-", "-+")


def flatten_fields(
    event: ev.FlattenStarted | ev.FlattenMoved | ev.FlattenFinished, known: Instrument
) -> Fields:
    """A reverse is told as one: what it opens again stands in every line of it."""
    kind = "reverse" if event.reopen else "flatten"
    fields: Fields = {"symbol": event.symbol}
    match event:
        case ev.FlattenStarted():
            step = "started"
        case ev.FlattenMoved():
            step, fields["text"] = event.step.name.lower(), event.text
        case ev.FlattenFinished():
            # Flat is where a flatten ends and where a reverse opens the other side.
            step = "flat" if event.reopen else "finished"
    if event.reopen:
        fields["position_after"] = known.quantity_field(event.reopen)
    return {"event": f"{kind}_{step}", **fields}


def flatten_words(fields: Fields) -> str:
    """The same for people."""
    kind, _, step = fields["event"].partition("_")
    words = f"{kind} {fields['symbol']}: {fields.get('text') or step}"
    after = quantity_words(fields.get("position_after", 0), signed=True)
    if kind == "reverse" and step == "started":
        before = after.translate(_OTHER_SIGN)
        return f"{words}, {before} → {after}"
    return f"{words}, opens {after}" if kind == "reverse" and step == "flat" else words
