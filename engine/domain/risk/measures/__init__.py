"""What is used of each limit, one small measure each, in one file a family as the controls are."""

from engine.domain.risk.measures.conduct import CONDUCT
from engine.domain.risk.measures.desk import DESK
from engine.domain.risk.measures.exposure import EXPOSURE
from engine.domain.risk.measures.flow import FLOW
from engine.domain.risk.measures.losses import LOSSES
from engine.domain.risk.measures.market import MARKET
from engine.domain.risk.measures.money import MONEY
from engine.domain.risk.measures.orders import ORDERS
from engine.domain.risk.uses import Measure

MEASURES: dict[str, Measure] = {
    **ORDERS,
    **EXPOSURE,
    **FLOW,
    **LOSSES,
    **MARKET,
    **MONEY,
    **CONDUCT,
    **DESK,
}
"""By the limit's key, or by the control's id where there is nothing to set. What one order alone is
asked has no entry: nothing is used up by it."""
