"""What may be lost before the desk only reduces."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    RTS6,
    LimitKind,
    LimitSpec,
    load,
    part,
)

_SHARE = "% of equity"
_R21 = LimitSpec(
    id="R21",
    code="daily_loss",
    key="risk.daily_loss_max",
    formula="realised + unrealised + carry of the day − fees < −L, of the account or of one symbol,"
    " at mids that held for 2 s with a spread below 3 × its median",
    mode="REDUCING",
    field="daily_loss_max",
    kind=LimitKind.PERCENT,
    unit="% of equity when the day began",
    default="3",
    profiles=load("1000000000"),
    source=HOUSE,
)
_R22 = LimitSpec(
    id="R22",
    code="drawdown",
    key="risk.drawdown_max",
    formula="1 − equity / its highest of the day > L, money paid in set aside",
    mode="REDUCING",
    field="drawdown_max",
    kind=LimitKind.PERCENT,
    unit="% of the day's highest equity",
    default="5",
    profiles=load("1000000000"),
    source=HOUSE,
)
_R23 = LimitSpec(
    id="R23",
    code="loss_velocity",
    key="risk.loss_velocity_max",
    formula="highest equity of the last 60 s − equity now > L",
    mode="REDUCING",
    field="loss_velocity_max",
    kind=LimitKind.PERCENT,
    unit=_SHARE,
    default="2",
    profiles=load("1000000000"),
    source=HOUSE,
)

LOSSES: tuple[LimitSpec, ...] = (
    _R21,
    part(_R21, "daily_loss_warn", "the same, told and nothing more", "2", mode="WARN"),
    _R22,
    part(
        _R22,
        "drawdown_days_max",
        "the same below the highest of the newest 20 trade dates",
        "10",
        unit="% of their highest equity",
    ),
    _R23,
    part(
        _R23,
        "swing_max",
        "highest − lowest equity of the last 60 s > L, either way: HALTED, entries cancelled",
        "5",
        mode="HALTED",
        source=RTS6,
    ),
)
