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


@lru_cache(maxsize=DESKS_KEPT_MAX)
def _desk(instance: str, epoch: int) -> str:
    return f"{instance}-{_base36(epoch)}"


def _base36(number: int) -> str:
    if number < _BASE_SQUARED:
        return _SHORT[number]
    rest, pair = divmod(number, _BASE_SQUARED)
    return _base36(rest) + _PAIRS[pair]
