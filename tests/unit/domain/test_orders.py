"""What one order says of itself: open quantity, worst case, buying power held, and its word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.commands import SubmitOrder
from engine.domain.identity import CLIENT_ORDER_ID_MAX, INSTANCE_MAX, client_order_id
from engine.domain.lifecycle import DONE, Certainty, Status
from engine.domain.orders import Order, Pending, pending_word, reserve_of, state_word
from engine.values import Instruction, Money, Nanos, OrderId, OrderType, Price, Quantity, Side


def an_order(status: Status = Status.WORKING, **figures: object) -> Order:
    asked = SubmitOrder(
        "t", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, Price(1_900_000)
    )
    known: dict[str, object] = {
        "order_id": OrderId(7),
        "trade_date": 20260105,
        "number": 3,
        "order": asked,
        "side": Side.BUY,
        "status": status,
        "quantity": Quantity(100),
        "price": asked.price,
        "stop": asked.stop,
        "protection": Price(0),
        "created_at": Nanos(0),
        "changed_at": Nanos(0),
        "reserved_total": Money(1_000),
    }
    return Order(**{**known, **figures})  # type: ignore[arg-type]


def changing_to(quantity: int, certainty: Certainty = Certainty.KNOWN) -> Pending:
    return Pending(Nanos(0), certainty, "NEW", Price(1), Quantity(quantity))


@pytest.mark.parametrize(
    ("cumulative", "cancelled", "leaves"), [(0, 0, 100), (40, 0, 60), (40, 60, 0), (130, 0, 0)]
)
def test_what_is_open_is_never_below_zero(cumulative: int, cancelled: int, leaves: int) -> None:
    assert an_order(cumulative=cumulative, cancelled=cancelled).leaves == leaves


@pytest.mark.parametrize("status", sorted(DONE), ids=lambda status: status.name.lower())
def test_nothing_is_open_or_held_once_the_order_is_done(status: Status) -> None:
    order = an_order(status, pending_replace=changing_to(500))
    assert (order.leaves, order.worst_leaves, reserve_of(order)) == (0, 0, 0)


@pytest.mark.parametrize(("asked", "worst"), [(40, 90), (100, 90), (250, 240)])
def test_the_worse_of_old_and_new_counts_while_a_change_is_out(asked: int, worst: int) -> None:
    order = an_order(cumulative=10, pending_replace=changing_to(asked))
    assert order.leaves == 90
    assert order.worst_leaves == worst


@given(
    total=st.integers(0, 10**15),
    quantity=st.integers(1, 10**7),
    filled=st.integers(0, 10**7),
    change=st.none() | st.integers(1, 10**7),
)
def test_what_is_held_never_falls_short_of_the_open_share(
    total: int, quantity: int, filled: int, change: int | None
) -> None:
    pending = None if change is None else changing_to(change)
    order = an_order(
        quantity=quantity, cumulative=filled, reserved_total=total, pending_replace=pending
    )
    held = reserve_of(order)
    assert 0 <= held <= total
    assert held * order.worst_quantity >= total * order.worst_leaves
    assert (held == 0) == (total == 0 or order.worst_leaves == 0)


def test_uncertainty_outranks_what_was_last_proved() -> None:
    order = an_order(pending_cancel=Pending(Nanos(0), Certainty.UNKNOWN))
    assert state_word(order) == "unknown"
    assert not order.is_cancelling  # such a cancel may be repeated
    order.pending_cancel = Pending(Nanos(0))
    assert (state_word(order), pending_word(order)) == ("working", "cancelling")
    order.pending_cancel = None
    order.pending_replace = changing_to(5)
    assert pending_word(order) == "replacing"
    assert order.label == "20260105-3"


@given(
    epoch=st.integers(1, 36**3 - 1),
    order_id=st.integers(1, 36**6 - 1),
    revision=st.integers(0, 36**4 - 1),
)
def test_client_order_ids_fit_every_venue(epoch: int, order_id: int, revision: int) -> None:
    name = client_order_id(
        instance="S" * INSTANCE_MAX, epoch=epoch, order_id=OrderId(order_id), revision=revision
    )
    assert len(name) <= CLIENT_ORDER_ID_MAX
    assert set(name) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
    assert [int(part, 36) for part in name.split("-")[1:]] == [epoch, order_id, revision]


def test_a_client_order_id_that_outgrew_its_venue_is_a_bug_not_a_short_one() -> None:
    with pytest.raises(AssertionError):
        client_order_id(instance="SEED", epoch=36**5, order_id=OrderId(36**5), revision=36**4)


def test_counters_in_different_places_never_make_the_same_id() -> None:
    names = {
        client_order_id(instance="A", epoch=e, order_id=OrderId(o), revision=r)
        for e in range(1, 40)
        for o in range(1, 40)
        for r in range(5)
    }
    assert len(names) == 39 * 39 * 5
