"""What the account may hold: position, exposure, leverage, concentration."""

from engine.domain.risk.controls.spec import RTS6, LimitKind, LimitSpec, later, load

EXPOSURE: tuple[LimitSpec, ...] = (
    LimitSpec(
        id="R08",
        code="position",
        key="risk.position_max",
        formula="position with all open orders of the side, at the worst price, is above the limit",
        mode="HARD",
        field="position_max",
        kind=LimitKind.PERCENT,
        unit="% of NLV",
        default="60",
        profiles=load("1000000"),
        source=RTS6,
    ),
    later("R09", "exposure", "risk.exposure_max", "gross, net, long or short market value"),
    later("R10", "leverage", "risk.leverage_max", "gross market value ÷ NLV"),
    later("R11", "concentration", "risk.concentration_max", "one symbol's share of NLV"),
)
