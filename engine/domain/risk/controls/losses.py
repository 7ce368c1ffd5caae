"""What may be lost before the desk only reduces."""

from engine.domain.risk.controls.spec import LimitSpec, later

LOSSES: tuple[LimitSpec, ...] = (
    later("R21", "daily_loss", "risk.daily_loss_max", "loss of the day after fees"),
    later("R22", "drawdown", "risk.drawdown_max", "equity below its peak"),
    later("R23", "loss_velocity", "risk.loss_velocity_max", "loss within one minute"),
)
