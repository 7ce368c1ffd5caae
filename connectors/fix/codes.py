"""Our order words and FIX's codes for them, both ways."""

from engine.values import Instruction, Liquidity, OrderType, TimeInForce

SIDES: dict[bytes, Instruction] = {
    b"1": Instruction.BUY,
    b"2": Instruction.SELL,
    b"5": Instruction.SHORT,
}
"""Side (54). A cover leaves as a buy: FIX marks only the sale."""
SIDE_OF: dict[Instruction, bytes] = {
    Instruction.BUY: b"1",
    Instruction.SELL: b"2",
    Instruction.SHORT: b"5",
    Instruction.COVER: b"1",
}
TYPES: dict[bytes, OrderType] = {
    b"1": OrderType.MARKET,
    b"2": OrderType.LIMIT,
    b"3": OrderType.STOP,
    b"4": OrderType.STOP_LIMIT,
}
"""OrdType (40)."""
TYPE_OF = {word: code for code, word in TYPES.items()}
LIVES: dict[bytes, TimeInForce] = {
    b"0": TimeInForce.DAY,
    b"1": TimeInForce.GTC,
    b"2": TimeInForce.OPG,
    b"3": TimeInForce.IOC,
    b"4": TimeInForce.FOK,
    b"7": TimeInForce.CLS,
}
"""TimeInForce (59); 7 is of FIX 4.3 and later."""
LIFE_OF = {word: code for code, word in LIVES.items()}
POST_ONLY = b"6"
"""Of ExecInst (18): participate, do not initiate."""
LIQUIDITY_OF: dict[Liquidity, bytes] = {
    Liquidity.MAKER: b"1",
    Liquidity.TAKER: b"2",
    Liquidity.AUCTION: b"4",
}
"""LastLiquidityInd (851), from FIX 4.4 on; 4 (auction) is of FIX 5.0."""


class Status:
    """OrdStatus (39)."""

    NEW = b"0"
    PARTIAL = b"1"
    FILLED = b"2"
    DONE_FOR_DAY = b"3"
    CANCELLED = b"4"
    REPLACED = b"5"
    PENDING_CANCEL = b"6"
    REJECTED = b"8"
    PENDING_NEW = b"A"
    EXPIRED = b"C"
    PENDING_REPLACE = b"E"


class Exec:
    """ExecType (150)."""

    NEW = b"0"
    PARTIAL_42 = b"1"
    FILL_42 = b"2"
    DONE_FOR_DAY = b"3"
    CANCELLED = b"4"
    REPLACED = b"5"
    REJECTED = b"8"
    EXPIRED = b"C"
    RESTATED = b"D"
    TRADE = b"F"
    CORRECT = b"G"
    BUST = b"H"
    STATUS = b"I"
    TRIGGERED = b"L"
