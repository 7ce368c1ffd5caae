"""What the market and its regulators allow now."""

from engine.domain.risk.controls.spec import LimitSpec, Tighter, later, part, switch

_R26 = switch(
    "R26",
    "short_sale",
    "HARD",
    "sell above what is held, cover above what is short, or any crossing of zero by accident",
    "Reg SHO 200(g) marking",
)

MARKET: tuple[LimitSpec, ...] = (
    later("R24", "price_band", "risk.price_band", "price outside the limit-up limit-down band"),
    switch(
        "R25",
        "market_state",
        "HARD",
        "the symbol's session is not open, or its phase is not known",
        "the venue's phase table",
    ),
    _R26,
    part(
        _R26,
        "short_selling",
        "orders marked short may leave at all",
        "on",
        profiles=(("us_cash", "off"), ("india", "off")),
        tighter=Tighter.LOWER,
        source="a cash account holds no short positions (Reg T 12 CFR 220.8)",
    ),
    part(_R26, "locate", "a short of what is hard to borrow needs shares to locate", "on"),
    later("R27", "short_sale_restriction", "risk.short_sale_restriction", "short at or below bid"),
    later("R28", "restricted_list", "risk.restricted_list", "the symbol is on a list"),
)
