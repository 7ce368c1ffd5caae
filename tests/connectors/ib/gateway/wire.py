"""Frames, fields and the numbers of messages of the text protocol, versions 157 to 178.

A frame is a length in four bytes, big end first, and that many bytes of fields, each closed by a
zero. The numbers and their names are those of IB's published API (the callbacks of EWrapper and
the requests of EClient), so that a fault can name a message as the libraries do.
"""

import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

VERSION_MIN = 157
VERSION_MAX = 178
UNSET = "1.7976931348623157E308"
"""A double that is not set, as Java prints it and the server sends it."""
UNSET_INTEGER = "2147483647"
FRAME_BYTES_MAX = 1 << 20

REQUESTS = {
    1: "reqMktData",
    2: "cancelMktData",
    3: "placeOrder",
    4: "cancelOrder",
    5: "reqOpenOrders",
    6: "reqAccountUpdates",
    7: "reqExecutions",
    8: "reqIds",
    9: "reqContractDetails",
    10: "reqMktDepth",
    11: "cancelMktDepth",
    12: "reqNewsBulletins",
    13: "cancelNewsBulletins",
    14: "setServerLogLevel",
    15: "reqAutoOpenOrders",
    16: "reqAllOpenOrders",
    17: "reqManagedAccts",
    20: "reqHistoricalData",
    25: "cancelHistoricalData",
    49: "reqCurrentTime",
    50: "reqRealTimeBars",
    51: "cancelRealTimeBars",
    58: "reqGlobalCancel",
    59: "reqMarketDataType",
    61: "reqPositions",
    62: "reqAccountSummary",
    63: "cancelAccountSummary",
    64: "cancelPositions",
    71: "startApi",
    74: "reqPositionsMulti",
    75: "cancelPositionsMulti",
    76: "reqAccountUpdatesMulti",
    77: "cancelAccountUpdatesMulti",
    78: "reqSecDefOptParams",
    81: "reqMatchingSymbols",
    82: "reqMktDepthExchanges",
    83: "reqSmartComponents",
    87: "reqHeadTimeStamp",
    90: "cancelHeadTimeStamp",
    91: "reqMarketRule",
    92: "reqPnL",
    93: "cancelPnL",
    94: "reqPnLSingle",
    95: "cancelPnLSingle",
    96: "reqHistoricalTicks",
    97: "reqTickByTickData",
    98: "cancelTickByTickData",
    99: "reqCompletedOrders",
}
ANSWERS = {
    "tickPrice": 1,
    "tickSize": 2,
    "orderStatus": 3,
    "error": 4,
    "openOrder": 5,
    "updateAccountValue": 6,
    "updatePortfolio": 7,
    "updateAccountTime": 8,
    "nextValidId": 9,
    "contractDetails": 10,
    "execDetails": 11,
    "updateMktDepth": 12,
    "updateMktDepthL2": 13,
    "updateNewsBulletin": 14,
    "managedAccounts": 15,
    "historicalData": 17,
    "tickGeneric": 45,
    "tickString": 46,
    "currentTime": 49,
    "realtimeBar": 50,
    "contractDetailsEnd": 52,
    "openOrderEnd": 53,
    "accountDownloadEnd": 54,
    "execDetailsEnd": 55,
    "tickSnapshotEnd": 57,
    "marketDataType": 58,
    "commissionReport": 59,
    "position": 61,
    "positionEnd": 62,
    "accountSummary": 63,
    "accountSummaryEnd": 64,
    "positionMulti": 71,
    "positionMultiEnd": 72,
    "accountUpdateMulti": 73,
    "accountUpdateMultiEnd": 74,
    "securityDefinitionOptionParameter": 75,
    "securityDefinitionOptionParameterEnd": 76,
    "symbolSamples": 79,
    "mktDepthExchanges": 80,
    "tickReqParams": 81,
    "smartComponents": 82,
    "headTimestamp": 88,
    "historicalDataUpdate": 90,
    "marketRule": 93,
    "pnl": 94,
    "pnlSingle": 95,
    "historicalTicks": 96,
    "historicalTicksBidAsk": 97,
    "historicalTicksLast": 98,
    "tickByTick": 99,
    "orderBound": 100,
    "completedOrder": 101,
    "completedOrdersEnd": 102,
    "historicalSchedule": 106,
}


def text_of(value: Any) -> str:
    """One field as the server writes it: numbers in their shortest plain form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return plain(value)
    return str(value)


def plain(number: Decimal) -> str:
    """190.10 as `190.1` and 100 as `100`: neither trailing zeros nor an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def frame(*fields: Any) -> bytes:
    """The fields as one frame, length first."""
    body = "".join(text_of(field) + "\0" for field in fields).encode()
    return struct.pack(">I", len(body)) + body


class Frames:
    """Cuts a stream of bytes into frames, however they arrive."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        self._data += data

    def skip(self, prefix: bytes) -> bool:
        """Take the prefix off; false while it is not all there. ValueError if it is another."""
        if len(self._data) < len(prefix):
            return False
        if not self._data.startswith(prefix):
            raise ValueError(f"expected {prefix!r}, not {bytes(self._data[:8])!r}")
        del self._data[: len(prefix)]
        return True

    def take(self) -> Iterator[bytes]:
        """Every whole frame that is there, without its length."""
        while len(self._data) >= 4:
            length = int.from_bytes(self._data[:4], "big")
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a frame of {length} bytes")
            if len(self._data) < 4 + length:
                return
            body = bytes(self._data[4 : 4 + length])
            del self._data[: 4 + length]
            yield body


class Fields:
    """Reads the fields of one message in order; an unset number is None."""

    def __init__(self, body: bytes) -> None:
        self._fields = body.decode().split("\0")[:-1]
        self._at = 0

    def text(self) -> str:
        if self._at >= len(self._fields):
            raise ValueError(f"the message ends after {self._at} fields: {self._fields}")
        self._at += 1
        return self._fields[self._at - 1]

    def texts(self, count: int) -> list[str]:
        return [self.text() for _ in range(count)]

    def integer(self) -> int:
        return int(self.text() or 0)

    def flag(self) -> bool:
        return self.text() in ("1", "true", "True")

    def number(self) -> Decimal | None:
        return number_of(self.text())

    def rest(self) -> list[str]:
        """What is left, for a check that a layout was read to its end."""
        return self._fields[self._at :]


def number_of(text: str) -> Decimal | None:
    """The number of a field; None where it is empty or says that it is not set."""
    if not text or "308" in text or text == UNSET_INTEGER:
        return None
    return Decimal(text)
