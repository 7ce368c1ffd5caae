"""Client order ids: a pure function of (instance, epoch, order, revision), never used twice."""

from functools import lru_cache

from engine.values import OrderId

CLIENT_ORDER_ID_MAX = 20
INSTANCE_MAX = 4
DESKS_KEPT_MAX = 8
"""Beginnings of ids that are remembered: a desk has one."""
_BASE_SQUARED = 36 * 36
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_SHORT = tuple(pair.lstrip("0") or "0" for pair in _PAIRS)
"""Two digits at a time, with and without a leading zero: every order needs its id."""


def client_order_id(*, instance: str, epoch: int, order_id: OrderId, revision: int) -> str:
    """`SEED-1-7-0`: at most 20 characters of `[A-Z0-9-]`, counters in base 36."""
    text = f"{_desk(instance, epoch)}-{_base36(order_id)}-{_base36(revision)}"
    assert len(text) <= CLIENT_ORDER_ID_MAX, "a client order id outgrew what venues accept"
    return text


LEG_STRIDE = 1 << 32
"""A leg's id is its group's id and so many times its leg number: orders are counted without them,
and whoever has the id of a leg knows what it belongs to."""
LEGS_MAX = 500
"""Legs of one group, those that took another's place included: their ids have 8 digits then."""


def leg_id(group: int, leg: int) -> OrderId:
    """The id of a group's leg; legs count from 1. A group has the id of its entry."""
    assert 1 <= leg <= LEGS_MAX and group < LEG_STRIDE
    return OrderId(group + leg * LEG_STRIDE)


def group_of(order_id: int) -> OrderId:
    """The group that an order belongs to: its own id where it is no leg."""
    return OrderId(order_id % LEG_STRIDE)


def by_group(order_id: int) -> tuple[int, int]:
    """Sorts legs behind their entry."""
    return group_of(order_id), leg_of(order_id)


def leg_of(order_id: int) -> int:
    """Which leg of its group; 0 for an order that is none."""
    return order_id // LEG_STRIDE


@lru_cache(maxsize=DESKS_KEPT_MAX)
def _desk(instance: str, epoch: int) -> str:
    return f"{instance}-{_base36(epoch)}"


def _base36(number: int) -> str:
    if number < _BASE_SQUARED:
        return _SHORT[number]
    rest, pair = divmod(number, _BASE_SQUARED)
    return (_SHORT[rest] if rest < _BASE_SQUARED else _base36(rest)) + _PAIRS[pair]
