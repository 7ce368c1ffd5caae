"""The messages that crossed the line to a gateway, told so that a person can read them."""

from collections.abc import Callable, Iterable

from connectors.ib.ear import Crossed
from connectors.ib.safety import PAPER_PREFIXES, masked
from engine.values import Nanos

TOLD_MAX = 200
FIELDS_MAX = 160
REQUESTS = {
    "1": "reqMktData",
    "2": "cancelMktData",
    "3": "placeOrder",
    "4": "cancelOrder",
    "5": "reqOpenOrders",
    "6": "reqAccountUpdates",
    "7": "reqExecutions",
    "8": "reqIds",
    "9": "reqContractDetails",
    "10": "reqMktDepth",
    "11": "cancelMktDepth",
    "15": "reqAutoOpenOrders",
    "16": "reqAllOpenOrders",
    "49": "reqCurrentTime",
    "58": "reqGlobalCancel",
    "59": "reqMarketDataType",
    "61": "reqPositions",
    "71": "startApi",
    "91": "reqMarketRule",
    "99": "reqCompletedOrders",
}
ANSWERS = {
    "3": "orderStatus",
    "4": "error",
    "5": "openOrder",
    "6": "updateAccountValue",
    "7": "updatePortfolio",
    "8": "updateAccountTime",
    "9": "nextValidId",
    "10": "contractDetails",
    "11": "execDetails",
    "15": "managedAccounts",
    "52": "contractDetailsEnd",
    "53": "openOrderEnd",
    "54": "accountDownloadEnd",
    "55": "execDetailsEnd",
    "58": "marketDataType",
    "59": "commissionReport",
    "61": "position",
    "62": "positionEnd",
    "93": "marketRule",
    "101": "completedOrder",
    "102": "completedOrdersEnd",
}


def lines(
    crossed: Iterable[Crossed], label: Callable[[str], str], wall: Callable[[Nanos], str]
) -> tuple[str, ...]:
    """The newest last: a line a message, its fields on a line that is set in. `label`: what the
    desk calls the order of a name; accounts are masked."""
    told: list[str] = []
    for each in list(crossed)[-TOLD_MAX:]:
        names = REQUESTS if each.is_ours else ANSWERS
        number = each.fields[0] if each.fields else ""
        known = next((found for text in each.fields if "-" in text and (found := label(text))), "")
        way = "→" if each.is_ours else "←"
        order = f" — order {known}" if known else ""
        told.append(f"{wall(Nanos(each.at))} {way} {number} {names.get(number, 'message')}{order}")
        shown = " | ".join(_shown(text) for text in each.fields[1:] if text)
        if shown:
            told.append(f"    {shown[:FIELDS_MAX]}")
    return tuple(told)


def _shown(text: str) -> str:
    kind = text[:2] if text.startswith(PAPER_PREFIXES) else text[:1]
    digits = text[len(kind) :]
    is_account = kind in (*PAPER_PREFIXES, "U", "F", "I") and digits.isdigit() and len(digits) > 4
    return masked(text) if is_account else text
