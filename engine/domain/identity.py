"""Client order ids: a pure function of (instance, epoch, order, revision), never used twice."""

from functools import lru_cache

from engine.values import OrderId

CLIENT_ORDER_ID_MAX = 20
INSTANCE_MAX = 4
DESKS_KEPT_MAX = 8
"""Beginnings of ids that are remembered: a desk has one."""
_BASE = 36
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
"""Two digits at a time: every order needs its id."""


def client_order_id(*, instance: str, epoch: int, order_id: OrderId, revision: int) -> str:
    """`SEED-1-7-0`: at most 20 characters of `[A-Z0-9-]`, counters in base 36."""
    text = f"{_desk(instance, epoch)}-{_base36(order_id)}-{_base36(revision)}"
    assert len(text) <= CLIENT_ORDER_ID_MAX, "a client order id outgrew what venues accept"
    return text


@lru_cache(maxsize=DESKS_KEPT_MAX)
def _desk(instance: str, epoch: int) -> str:
    return f"{instance}-{_base36(epoch)}"


def _base36(number: int) -> str:
    digits = ""
    while number >= _BASE:
        number, pair = divmod(number, _BASE * _BASE)
        digits = _PAIRS[pair] + digits
        if number == 0:
            return digits.lstrip("0")
    return _DIGITS[number] + digits
