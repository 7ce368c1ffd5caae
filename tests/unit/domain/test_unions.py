"""Every member of the closed unions has the place that handles it, and survives the journal."""

from typing import get_args

import msgspec
import pytest

from engine.domain import apply as applying
from engine.domain import decide as deciding
from engine.domain.breaker_changes import BREAKER_CHANGES
from engine.domain.clocks import CLOCK_CHANGES
from engine.domain.commands import Command, SubmitOrder
from engine.domain.cost_changes import COST_CHANGES
from engine.domain.desk_changes import DESK_CHANGES
from engine.domain.events import (
    DuplicateIgnored,
    Event,
    LotChange,
    OrderFilled,
    OrderReleased,
    OrderWorking,
    QuoteSeen,
)
from engine.domain.margin_changes import MARGIN_CHANGES
from engine.domain.order_changes import ORDER_CHANGES
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.recon_changes import RECON_CHANGES
from engine.domain.records import (
    LESS,
    RECORDS_VERSION,
    NewerRecordsError,
    Record,
    Step,
    decode_events,
    decode_records,
    encode_step,
)
from engine.domain.reports import Report, TimerFired
from engine.domain.requests import Request
from engine.values import (
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Sequence,
)

EVENTS, COMMANDS, REPORTS = get_args(Event), get_args(Command), get_args(Report)


def test_every_event_is_applied_and_nothing_else_is() -> None:
    changes = [*ORDER_CHANGES, *DESK_CHANGES, *COST_CHANGES, *RECON_CHANGES, *CLOCK_CHANGES]
    parts = [*changes, *BREAKER_CHANGES, *MARGIN_CHANGES, *applying._FOR_THE_TRAIL_ONLY]
    assert len(set(parts)) == len(parts)
    assert set(applying.CHANGES) == set(parts) == set(EVENTS)


def test_every_command_and_every_report_is_decided_and_nothing_else_is() -> None:
    assert set(deciding._DECISIONS) == {*COMMANDS, *REPORTS}


def test_no_two_records_share_a_tag() -> None:
    """The journal reads one union of all of them back by tag."""
    every = [*EVENTS, *COMMANDS, *REPORTS, *get_args(Request)]
    tags = [kind.__struct_config__.tag for kind in every]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("kind", [*EVENTS, *COMMANDS, *REPORTS], ids=lambda kind: kind.__name__)
def test_facts_are_frozen_and_carry_no_float(kind: type[msgspec.Struct]) -> None:
    assert kind.__struct_config__.frozen
    assert kind.__struct_config__.array_like
    assert "float" not in str(kind.__annotations__.values())


def happened(payload: bytes) -> list[Record]:
    """The events of a block, as a replay reads them."""
    steps = decode_events(payload)
    records = [record for step in steps for record in step.records()]
    events = [event for step in steps for event in step.events()]
    found = [record for record in records if record.cause != record.sequence]
    assert [record.body for record in found] == events
    return found


def test_a_step_comes_back_as_it_was_written() -> None:
    timer, other = TimerFired("flatten:PAPER/AAPL"), TimerFired("flatten:PAPER/MSFT")
    ignored = DuplicateIgnored(Nanos(5), "ticket 7")
    step = Step(41, Nanos(5), [0, 1, 0], [timer, ignored, other])
    assert decode_records(encode_step(step)) == (
        Record(41, 41, Nanos(5), timer),
        Record(42, 41, Nanos(5), ignored),
        Record(43, 43, Nanos(5), other),
    )
    assert step.last == 43
    assert step.events() == [ignored]
    assert happened(encode_step(step)) == [Record(42, 41, Nanos(5), ignored)]


@pytest.mark.parametrize("kind", LESS, ids=lambda kind: kind.__name__)
def test_what_a_replay_reads_of_an_event_has_all_its_fields_in_their_places(
    kind: type[msgspec.Struct],
) -> None:
    less = LESS[kind]
    count = len(less.__struct_fields__)
    left_out = len(kind.__struct_fields__) - count
    assert less.__struct_fields__ == kind.__struct_fields__[:count]
    assert less.__struct_config__.tag == kind.__struct_config__.tag
    assert len(less.__struct_defaults__) == len(kind.__struct_defaults__) - left_out


def test_a_replay_reads_of_a_fill_what_it_applies_and_leaves_the_rest_as_bytes() -> None:
    lot = LotChange(1, Quantity(100), Money(5), Nanos(4))
    numbers = (Money(7), Money(8), Money(-9), Quantity(100), (lot,))
    seen = QuoteSeen(Price(1), Quantity(2))
    what = (OrderId(3), "P-1", Price(10), Quantity(100), Liquidity.TAKER)
    fill = OrderFilled(Nanos(5), *what, *numbers, seen, "took it", cumulative=Quantity(100))
    step = Step(41, Nanos(5), [0, 1], [TimerFired("any"), fill])

    (read,) = decode_events(encode_step(step))[0].events()

    for field in set(fill.__struct_fields__) - {"quote", "explanation"}:
        assert getattr(read, field) == getattr(fill, field)
    assert not read.quote.__struct_fields__ and isinstance(read.explanation, msgspec.Raw)
    assert decode_records(encode_step(step))[1].body == fill


def test_a_replay_reads_of_a_release_and_of_an_answer_what_it_applies() -> None:
    seen = QuoteSeen(Price(1), Quantity(2), Price(3), Quantity(4), Price(5), Nanos(6))
    order = SubmitOrder("T", "A", "S", Instruction.BUY, Quantity(1), OrderType.LIMIT, Price(9))
    released = OrderReleased(
        *(Nanos(5), OrderId(3), 20260105, 7, "ID", order, Money(8), Price(0), seen, (), "rules"),
        *(1 << 51, 2, "group", Quantity(10), 4),
    )
    working = OrderWorking(Nanos(5), OrderId(3), "V", 11, Nanos(12), ((Price(1), Quantity(2)),))
    step = Step(41, Nanos(5), [0, 1, 2], [TimerFired("any"), released, working])

    read, answered = decode_events(encode_step(step))[0].events()

    applied = set(released.__struct_fields__) - {"quote", "rules", "off_because"}
    for field in applied:
        assert getattr(read, field) == getattr(released, field)
    for field in ("bid", "ask", "last"):
        assert getattr(read.quote, field) == getattr(seen, field)
    for field in ("at", "order_id", "venue_order_id", "queue_ahead", "venue_at"):
        assert getattr(answered, field) == getattr(working, field)


def test_a_step_without_a_cause_for_every_fact_is_unreadable() -> None:
    with pytest.raises(msgspec.DecodeError, match="a cause for each"):
        decode_records(msgspec.msgpack.encode((2, (1, 5, [0], []))))
    with pytest.raises(msgspec.DecodeError, match="a cause for each"):
        decode_events(msgspec.msgpack.encode((2, (1, 5, [0], []))))


def test_records_of_the_first_version_read_as_they_did() -> None:
    records = [
        Record(Sequence(7), Sequence(7), Nanos(5), TimerFired("flatten:PAPER/AAPL")),
        Record(Sequence(8), Sequence(7), Nanos(5), DuplicateIgnored(Nanos(5), "ticket 7")),
    ]
    assert decode_records(msgspec.msgpack.encode((1, records))) == tuple(records)
    assert happened(msgspec.msgpack.encode((1, records))) == records[1:]


def test_records_of_a_later_version_are_refused_not_guessed_at() -> None:
    later = msgspec.msgpack.encode((RECORDS_VERSION + 1, ["whatever"]))
    with pytest.raises(NewerRecordsError, match=f"version {RECORDS_VERSION + 1}"):
        decode_records(later)
    with pytest.raises(NewerRecordsError, match=f"version {RECORDS_VERSION + 1}"):
        decode_events(later)


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name.lower())
def test_every_refusal_is_one_sentence_to_act_on(refusal: Refusal) -> None:
    sentence = REFUSAL_SENTENCES[refusal]
    assert sentence[0].isupper() or sentence[0] == "`"
    assert sentence.endswith((".", ")."))
