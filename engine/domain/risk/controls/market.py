"""What the market and its regulators allow now."""

from engine.domain.risk.controls.spec import (
    HOUSE,
    LimitKind,
    LimitSpec,
    Tighter,
    later,
    load,
    part,
    switch,
)

_R24 = switch(
    "R24",
    "price_band",
    "HARD",
    "a limit beyond the band in which the symbol may trade, as its venue tells it",
    "LULD plan, Amendment 18",
)
_R25 = switch(
    "R25",
    "market_state",
    "HARD",
    "the symbol's session is not open, or its phase is not known",
    "the venue's phase table",
)
_R27 = switch(
    "R27",
    "short_sale_restriction",
    "HARD",
    "short at or below the bid, once 10 % below the previous close, that day and the next",
    "Reg SHO Rule 201",
)

_R26 = switch(
    "R26",
    "short_sale",
    "HARD",
    "sell above what is held, cover above what is short, or any crossing of zero by accident",
    "Reg SHO 200(g) marking",
)

MARKET: tuple[LimitSpec, ...] = (
    _R24,
    part(
        _R24,
        "price_band_reprice",
        "what is beyond the band leaves at its edge instead of being denied",
        "off",
        mode="WARN",
        tighter=Tighter.LOWER,
    ),
    _R25,
    part(
        _R25,
        "market_wide",
        "the index has fallen 7, 13 or 20 % (NSE: 10, 15 or 20 % either way): no new orders",
        "on",
        source="the exchanges' tables in domain/market_wide",
    ),
    part(
        _R25,
        "symbol_move_max",
        "a move of more than this within 5 minutes halts the symbol",
        "10",
        mode="HALTED",
        kind=LimitKind.PERCENT,
        unit="% within 5 min",
        tighter=Tighter.LOWER,
        profiles=load("1000000000"),
        source=HOUSE,
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
    _R27,
    later("R28", "restricted_list", "risk.restricted_list", "the symbol is on a list"),
)
