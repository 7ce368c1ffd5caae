"""Runs under a Python that has IB's own `ibapi`: goes through a session and prints what it heard.

    python ibapi_peer.py PORT

One JSON list a line: the callback's name and the fields that the test compares.
"""

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order
from ibapi.wrapper import EWrapper

PATIENCE = 10.0


class Peer(EWrapper, EClient):
    """Counts every callback by name and prints those that `shown` says something of."""

    def __init__(self) -> None:
        EClient.__init__(self, self)
        self.counts: dict[str, int] = {}
        self.changed = threading.Condition()

    def note(self, name: str, *fields: Any) -> None:
        print(json.dumps([name, *fields]), flush=True)
        with self.changed:
            self.counts[name] = self.counts.get(name, 0) + 1
            self.changed.notify_all()

    def until(self, name: str, count: int = 1) -> None:
        with self.changed:
            came = self.changed.wait_for(lambda: self.counts.get(name, 0) >= count, PATIENCE)
        assert came, f"{name} did not come {count} times: {self.counts}"

    def error(self, reqId: int, errorCode: int, errorString: str) -> None:  # noqa: N803
        self.note("error", reqId, errorCode)

    def nextValidId(self, orderId: int) -> None:  # noqa: N802, N803
        self.note("nextValidId", orderId)

    def managedAccounts(self, accountsList: str) -> None:  # noqa: N802, N803
        self.note("managedAccounts", accountsList)

    def contractDetails(self, reqId: int, contractDetails: Any) -> None:  # noqa: N802, N803
        held = contractDetails
        said = (held.contract.conId, held.contract.primaryExchange, held.minTick)
        self.note("contractDetails", *said, held.marketRuleIds, held.validExchanges, held.stockType)

    def openOrder(self, orderId: int, contract: Any, order: Any, state: Any) -> None:  # noqa: N802, N803
        said = (order.orderRef, order.permId, order.lmtPrice, order.auxPrice, order.tif)
        ghosts = (order.ocaType, order.displaySize, order.trailStopPrice)
        name = "whatIf" if order.whatIf else "openOrder"
        margins = (state.initMarginChange, state.commission)
        algo = [[one.tag, one.value] for one in order.algoParams or []]
        conditions = [type(one).__name__ for one in order.conditions]
        self.note(name, contract.conId, *said, *ghosts, state.status, margins, algo, conditions)

    def completedOrder(self, contract: Any, order: Any, state: Any) -> None:  # noqa: N802
        said = (order.orderRef, order.permId, order.filledQuantity, state.status)
        self.note("completedOrder", contract.conId, *said, state.completedStatus)

    def completedOrdersEnd(self) -> None:  # noqa: N802
        self.note("completedOrdersEnd")

    def openOrderEnd(self) -> None:  # noqa: N802
        self.note("openOrderEnd")

    def orderStatus(self, orderId: int, status: str, filled: float, *rest: Any) -> None:  # noqa: N802, N803
        self.note(f"orderStatus {status}", filled, rest[2], rest[6])

    def execDetails(self, reqId: int, contract: Any, execution: Any) -> None:  # noqa: N802, N803
        held = execution
        said = (held.execId, held.shares, held.price, held.side, held.orderRef, held.permId)
        self.note("execDetails", reqId, contract.conId, *said, held.cumQty, held.lastLiquidity)

    def execDetailsEnd(self, reqId: int) -> None:  # noqa: N802, N803
        self.note("execDetailsEnd")

    def commissionReport(self, commissionReport: Any) -> None:  # noqa: N802, N803
        held = commissionReport
        self.note("commissionReport", held.execId, held.commission, held.currency)

    def position(self, account: str, contract: Any, position: float, avgCost: float) -> None:  # noqa: N803
        self.note("position", account, contract.conId, position, avgCost)

    def positionEnd(self) -> None:  # noqa: N802
        self.note("positionEnd")

    def updatePortfolio(self, contract: Any, position: float, *rest: Any) -> None:  # noqa: N802
        self.note("updatePortfolio", contract.conId, contract.primaryExchange, position, rest[-1])

    def accountDownloadEnd(self, accountName: str) -> None:  # noqa: N802, N803
        self.note("accountDownloadEnd", accountName)

    def tickPrice(self, reqId: int, tickType: int, price: float, attrib: Any) -> None:  # noqa: N802, N803
        self.note("tickPrice", tickType, price)

    def tickByTickAllLast(self, reqId: int, tickType: int, time: int, *rest: Any) -> None:  # noqa: N802, N803
        self.note("tickByTickAllLast", rest[0], rest[1], rest[3])

    def updateMktDepth(self, reqId: int, *row: Any) -> None:  # noqa: N802, N803
        self.note("updateMktDepth", *row)

    def historicalData(self, reqId: int, bar: Any) -> None:  # noqa: N802, N803
        self.note("historicalData", bar.close, bar.volume, bar.barCount)

    def marketRule(self, marketRuleId: int, priceIncrements: Any) -> None:  # noqa: N802, N803
        bands = [[one.lowEdge, one.increment] for one in priceIncrements]
        self.note("marketRule", marketRuleId, bands)

    def pnl(self, reqId: int, *values: float) -> None:  # noqa: N803
        self.note("pnl", *values)


def contract() -> Contract:
    wanted = Contract()
    wanted.symbol, wanted.secType = "AAPL", "STK"
    wanted.exchange, wanted.currency = "SMART", "USD"
    return wanted


def order(ref: str, **terms: Any) -> Order:
    wanted = Order()
    wanted.action, wanted.totalQuantity, wanted.tif, wanted.orderRef = "BUY", 100, "DAY", ref
    # What this old client sends by itself and the server has refused for years.
    wanted.eTradeOnly = wanted.firmQuoteOnly = ""
    for name, value in terms.items():
        setattr(wanted, name, value)
    return wanted


def steps(peer: Peer) -> list[tuple[Callable[[], Any], str, int]]:
    """What is asked, and the callback that answers it how many times."""
    limit = order("rests", orderType="LMT", lmtPrice=190.0)
    market = order("fills", orderType="MKT")
    preview = order("if", orderType="LMT", lmtPrice=190.0, whatIf=True)
    return [
        (lambda: peer.reqContractDetails(1, contract()), "contractDetails", 1),
        (lambda: peer.reqMarketRule(26), "marketRule", 1),
        (lambda: peer.placeOrder(11, contract(), limit), "orderStatus Submitted", 1),
        (lambda: peer.placeOrder(12, contract(), market), "execDetails", 1),
        (lambda: peer.placeOrder(13, contract(), preview), "whatIf", 1),
        (lambda: peer.reqAllOpenOrders(), "openOrderEnd", 1),
        (lambda: peer.reqExecutions(2, ExecutionFilter()), "execDetailsEnd", 1),
        (lambda: peer.cancelOrder(11), "orderStatus Cancelled", 1),
        (lambda: peer.reqCompletedOrders(False), "completedOrdersEnd", 1),
        (lambda: peer.reqPositions(), "positionEnd", 1),
        (lambda: peer.reqAccountUpdates(True, "DU1234567"), "accountDownloadEnd", 1),
        (lambda: peer.reqPnL(3, "DU1234567", ""), "pnl", 1),
        (lambda: peer.reqMktData(4, contract(), "", False, False, []), "tickPrice", 2),
        (lambda: peer.reqMktDepth(5, contract(), 5, False, []), "updateMktDepth", 2),
        (
            lambda: peer.reqHistoricalData(
                6, contract(), "", "1 D", "1 min", "TRADES", 1, 1, False, []
            ),
            "historicalData",
            1,
        ),
    ]


def main() -> None:
    peer = Peer()
    peer.connect("127.0.0.1", int(sys.argv[1]), 1)
    listener = threading.Thread(target=peer.run, daemon=True)
    listener.start()
    peer.until("nextValidId")
    for ask, answer, count in steps(peer):
        ask()
        peer.until(answer, count)
    peer.disconnect()
    listener.join(PATIENCE)


main()
