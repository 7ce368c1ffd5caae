"""All 45 controls as one table: what each compares, with which default, from which source."""

from engine.domain.risk.controls.conduct import CONDUCT
from engine.domain.risk.controls.desk import DESK
from engine.domain.risk.controls.exposure import EXPOSURE
from engine.domain.risk.controls.flow import FLOW
from engine.domain.risk.controls.losses import LOSSES
from engine.domain.risk.controls.market import MARKET
from engine.domain.risk.controls.money import MONEY
from engine.domain.risk.controls.orders import ORDERS
from engine.domain.risk.controls.spec import (
    NO_KEY,
    NOT_AVAILABLE,
    PROFILE_DEFAULT,
    PROFILES,
    LimitKind,
    LimitSpec,
    Names,
    Tighter,
)

__all__ = [
    "CONTROLS",
    "LIMIT_SPECS",
    "NOT_AVAILABLE",
    "NO_KEY",
    "PROFILES",
    "PROFILE_DEFAULT",
    "LimitKind",
    "LimitSpec",
    "Names",
    "Tighter",
]

_FAMILIES = (ORDERS, EXPOSURE, FLOW, LOSSES, MARKET, MONEY, CONDUCT, DESK)

LIMIT_SPECS: tuple[LimitSpec, ...] = tuple(
    sorted((spec for family in _FAMILIES for spec in family), key=lambda spec: spec.id)
)
"""Every setting of every control, by the control's id; one control's settings keep their order."""
CONTROLS: tuple[LimitSpec, ...] = tuple(spec for spec in LIMIT_SPECS if spec.is_control)
"""One row a control, R01 to R45."""
