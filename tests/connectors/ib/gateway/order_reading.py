"""Reads placeOrder, whose layout depends on the server's version and on what the order is.

Facts from the encoders of ib_insync 0.9.86 and ib_async 2.1.0.
"""

from dataclasses import dataclass

from tests.connectors.ib.gateway.listings import Wanted, read_wanted
from tests.connectors.ib.gateway.orders import Terms
from tests.connectors.ib.gateway.wire import Fields, number_of


def _names(words: str) -> list[str]:
    return words.split()


FIRST = _names(
    "secIdType secId action totalQuantity orderType lmtPrice auxPrice tif ocaGroup account "
    "openClose origin orderRef transmit parentId blockOrder sweepToFill displaySize triggerMethod "
    "outsideRth hidden"
)
SECOND = _names(
    "sharesAllocation discretionaryAmt goodAfterTime goodTillDate faGroup faMethod faPercentage"
)
THIRD = _names(
    "modelCode shortSaleSlot designatedLocation exemptCode ocaType rule80A settlingFirm "
    "allOrNone minQty percentOffset eTradeOnly firmQuoteOnly nbboPriceCap auctionStrategy "
    "startingPrice stockRefPrice delta stockRangeLower stockRangeUpper "
    "overridePercentageConstraints volatility volatilityType deltaNeutralOrderType "
    "deltaNeutralAuxPrice"
)
DELTA_NEUTRAL = _names(
    "deltaNeutralConId deltaNeutralSettlingFirm deltaNeutralClearingAccount "
    "deltaNeutralClearingIntent deltaNeutralOpenClose deltaNeutralShortSale "
    "deltaNeutralShortSaleSlot deltaNeutralDesignatedLocation"
)
FOURTH = _names(
    "continuousUpdate referencePriceType trailStopPrice trailingPercent scaleInitLevelSize "
    "scaleSubsLevelSize scalePriceIncrement"
)
SCALE = _names(
    "scalePriceAdjustValue scalePriceAdjustInterval scaleProfitOffset scaleAutoReset "
    "scaleInitPosition scaleInitFillQty scaleRandomPercent"
)
FIFTH = _names("scaleTable activeStartTime activeStopTime hedgeType")
SIXTH = _names("optOutSmartRouting clearingAccount clearingIntent notHeld")
SEVENTH = _names("algoId whatIf orderMiscOptions solicited randomizeSize randomizePrice")
PEGGED_TO_BENCHMARK = _names(
    "referenceContractId isPeggedChangeAmountDecrease peggedChangeAmount referenceChangeAmount "
    "referenceExchangeId"
)
LAST = _names(
    "adjustedOrderType triggerPrice lmtPriceOffset adjustedStopPrice adjustedStopLimitPrice "
    "adjustedTrailingAmount adjustableTrailingUnit extOperator softDollarTierName "
    "softDollarTierValue cashQty mifid2DecisionMaker mifid2DecisionAlgo mifid2ExecutionTrader "
    "mifid2ExecutionAlgo dontUseAutoPriceForHedge isOmsContainer discretionaryUpToLimitPrice "
    "usePriceMgmtAlgo"
)
SINCE = (
    (158, "duration"),
    (160, "postToAts"),
    (162, "autoCancelParent"),
    (166, "advancedErrorOverride"),
    (169, "manualOrderTime"),
)
CONDITION_FIELDS = {1: 6, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5}
"""How many fields follow each type of condition, the first of them its and/or."""


@dataclass(frozen=True)
class Placed:
    """A placeOrder as it came."""

    order_id: int
    wanted: Wanted
    terms: Terms


def read_place_order(fields: Fields, version: int) -> Placed:
    """ValueError where the layout is not the version's: too few fields, or some left over."""
    order_id = fields.integer()
    wanted = read_wanted(fields)
    got: dict[str, str] = {}

    def take(names: list[str]) -> None:
        got.update(zip(names, fields.texts(len(names)), strict=True))

    take(FIRST)
    legs = _read_legs(fields) if wanted.sec_type == "BAG" else ()
    take(SECOND)
    if version < 177:
        take(["faProfile"])
    take(THIRD)
    if got["deltaNeutralOrderType"]:
        take(DELTA_NEUTRAL)
    take(FOURTH)
    if (number_of(got["scalePriceIncrement"]) or 0) > 0:
        take(SCALE)
    take(FIFTH)
    if got["hedgeType"]:
        take(["hedgeParam"])
    take(SIXTH)
    if fields.flag():
        take(["underConId", "underDelta", "underPrice"])
    take(["algoStrategy"])
    algo_params: tuple[tuple[str, str], ...] = ()
    if got["algoStrategy"]:
        algo_params = tuple((fields.text(), fields.text()) for _ in range(fields.integer()))
    take(SEVENTH)
    if got["orderType"] in ("PEG BENCH", "PEGBENCH"):
        take(PEGGED_TO_BENCHMARK)
    conditions = _read_conditions(fields, got)
    take(LAST)
    take([name for since, name in SINCE if version >= since])
    _read_pegs(fields, got, wanted, version)
    if left := fields.rest():
        raise ValueError(f"placeOrder of version {version} has {len(left)} fields too many: {left}")
    return Placed(order_id, wanted, Terms(got, algo_params, conditions, legs))


def _read_legs(fields: Fields) -> tuple[tuple[str, ...], ...]:
    legs = tuple(tuple(fields.texts(8)) for _ in range(fields.integer()))
    fields.texts(fields.integer())
    fields.texts(2 * fields.integer())
    return legs


def _read_conditions(fields: Fields, got: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    conditions = []
    for _ in range(fields.integer()):
        kind = fields.text()
        conditions.append((kind, *fields.texts(CONDITION_FIELDS[int(kind)])))
    if conditions:
        got["conditionsIgnoreRth"], got["conditionsCancelOrder"] = fields.texts(2)
    return tuple(conditions)


def _read_pegs(fields: Fields, got: dict[str, str], wanted: Wanted, version: int) -> None:
    if version < 170:
        return
    names: list[str] = []
    if wanted.exchange == "IBKRATS":
        names.append("minTradeQty")
    if got["orderType"] in ("PEG BEST", "PEGBEST"):
        names += ["minCompeteSize", "competeAgainstBestOffset"]
    got.update(zip(names, fields.texts(len(names)), strict=True))
    pegged = got["orderType"] in ("PEG MID", "PEGMID")
    if pegged or got.get("competeAgainstBestOffset") == "Infinite":
        got["midOffsetAtWhole"], got["midOffsetAtHalf"] = fields.texts(2)
