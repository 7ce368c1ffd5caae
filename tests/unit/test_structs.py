"""Structs whose fields are set directly are the same structs in every other way."""

import msgspec
import pytest

from engine.domain.orders import Order
from engine.domain.state import State
from engine.structs import set_directly


class _Slow(msgspec.Struct, gc=False):
    price: int = 0
    names: list[str] = []


@set_directly
class _Quick(msgspec.Struct, gc=False):
    price: int = 0
    names: list[str] = []


def test_a_struct_set_directly_encodes_compares_and_copies_like_any_other():
    slow, quick = _Slow(3, ["a"]), _Quick(3, ["a"])
    slow.price = quick.price = 7

    assert msgspec.msgpack.encode(quick) == msgspec.msgpack.encode(slow)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(quick), type=_Quick) == quick
    assert quick == _Quick(7, ["a"]) != _Quick(8, ["a"])
    assert msgspec.structs.replace(quick, price=9).price == 9


def test_a_struct_set_directly_still_knows_its_fields():
    with pytest.raises(AttributeError):
        _Quick().cost = 1  # type: ignore[attr-defined]


def test_what_is_frozen_cannot_be_set_directly():
    class Frozen(msgspec.Struct, frozen=True):
        price: int = 0

    with pytest.raises(AssertionError, match="Frozen is frozen"):
        set_directly(Frozen)


def test_state_and_orders_are_set_by_object_itself():
    assert State.__setattr__ is Order.__setattr__ is object.__setattr__
