"""The simulated trader: every command of the desk, sensible ones more often than others."""

import msgspec

from engine.domain.commands import (
    ALL_SYMBOLS,
    CancelMany,
    CancelOrder,
    CancelScope,
    Command,
    ExitsOnKill,
    ExitTerm,
    Flatten,
    Halt,
    Kill,
    LoosenLimit,
    Origin,
    ProtectPosition,
    ReplaceOrder,
    Resume,
    Reverse,
    SubmitOrder,
    TightenLimit,
)
from engine.domain.events import TradingState
from engine.domain.factor_facts import FactorVerdict, SecondFactorChecked
from engine.domain.flatten import closing_order
from engine.domain.orders import Order
from engine.domain.records import Inbound
from engine.domain.state import DEFAULT_ACCOUNT, State
from engine.values import (
    Instruction,
    OrderId,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
    Trigger,
)
from simulation.chance import Chance, Weighted
from simulation.crowd import MID, TICK
from simulation.desk import ENROLMENT
from simulation.plan import Plan

KINDS = (OrderType.LIMIT,) * 6 + (OrderType.MARKET,) * 3 + (OrderType.STOP, OrderType.STOP_LIMIT)
LIVES = (TimeInForce.DAY,) * 4 + (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
ORIGINS = (Origin.SCRIPT,) * 6 + (Origin.TICKET, Origin.LINE)
QUANTITIES = (1, 50, 100, 100, 200)
CLOSING = (Instruction.SELL, Instruction.COVER)
REACH_TICKS = 6
BURST_MAX = 9
MEANT = "meant"


class Trader:
    """Looks at the desk's state as a person looks at the screen, and asks for something."""

    def __init__(self, plan: Plan, chance: Chance) -> None:
        self._plan, self._chance = plan, chance
        self._acts = Weighted(plan.acts)
        self._codes = Chance(plan.seed, "codes")
        self._tickets = self._date = self._step = 0
        self.sent: list[SubmitOrder] = []
        """Every ticket of this trade date that was handed over, whatever became of it."""

    def command(self, state: State) -> Command:
        """What is asked for next."""
        if state.trade_date != self._date:
            # The desk forgets tickets of done orders with their trade date, and so does he.
            self._date = state.trade_date
            self.sent.clear()
        account = state.accounts.get(DEFAULT_ACCOUNT)
        stopped = account is not None and account.trading.state is not TradingState.ACTIVE
        if stopped and self._chance.happens(250):
            return self.resume()
        act = self._acts.draw(self._chance)
        made = getattr(self, f"_{act}")(state)
        return made if made is not None else self._submit(state)

    def burst(self, state: State) -> list[SubmitOrder]:
        """More by hand at once than the desk lets through in a second."""
        return [
            msgspec.structs.replace(self._submit(state), origin=Origin.TICKET)
            for _ in range(self._chance.between(2, BURST_MAX))
        ]

    def with_codes(self, commands: list[Command]) -> list[Inbound]:
        """In front of what raises risk a code, where one is enrolled: mostly a fresh one, now and
        then one that somebody has seen before, or none."""
        if not self._plan.factor:
            return [*commands]
        asked: list[Inbound] = []
        for command in commands:
            if isinstance(command, Resume | LoosenLimit) and self._codes.happens(850):
                asked.append(self._code())
            asked.append(command)
        return asked

    def _code(self) -> SecondFactorChecked:
        """Whoever checks codes remembers them too; here that memory has failed."""
        if self._step and self._codes.happens(250):
            step = self._codes.between(1, self._step)
        else:
            step = self._step = self._step + 1
        return SecondFactorChecked(FactorVerdict.PASSED, "sim", ENROLMENT, step)

    def resume(self) -> Resume:
        return Resume(DEFAULT_ACCOUNT, "looked at it")

    def _symbol(self) -> str:
        return self._chance.pick(self._plan.symbols)

    def _any_or_all(self) -> str:
        return self._chance.pick((ALL_SYMBOLS, *self._plan.symbols))

    def _price(self) -> Price:
        return Price(MID + self._chance.between(-REACH_TICKS, REACH_TICKS) * TICK)

    def _quantity(self) -> Quantity:
        if self._chance.happens(800):
            return Quantity(self._chance.pick(QUANTITIES))
        return Quantity(self._chance.between(1, 300))

    def _submit(self, state: State) -> SubmitOrder:
        self._tickets += 1
        chance, symbol = self._chance, self._symbol()
        held = held_of(state, symbol)
        instruction = chance.pick(self._sensible(held))
        kind, lives = chance.pick(KINDS), chance.pick(LIVES)
        is_whole = held != 0 and instruction in CLOSING and chance.happens(500)
        rests = kind is OrderType.LIMIT and lives is TimeInForce.DAY
        order = SubmitOrder(
            f"t{self._tickets}",
            DEFAULT_ACCOUNT,
            symbol,
            instruction,
            Quantity(abs(held)) if is_whole else self._quantity(),
            kind,
            self._price() if kind.has_limit else Price(0),
            self._price() if kind.has_stop else Price(0),
            lives,
            chance.pick(tuple(Trigger)) if kind.has_stop else Trigger.LAST,
            post_only=rests and chance.happens(200),
            reduce_only=chance.happens(100),
            origin=chance.pick(ORIGINS),
            override=MEANT,
        )
        self.sent.append(order)
        return order

    def _bracket(self, state: State) -> SubmitOrder | None:
        """An entry with its exits: a target, a stop, mostly both."""
        order = self._submit(state)
        opens = order.instruction in (Instruction.BUY, Instruction.SHORT)
        if not opens or order.type.has_stop or order.reduce_only:
            return order
        side, chance = order.instruction.side, self._chance
        which = chance.below(4)
        target = ExitTerm(offset=side * chance.between(1, REACH_TICKS) * TICK)
        stop = ExitTerm(offset=-side * chance.between(1, REACH_TICKS) * TICK)
        return msgspec.structs.replace(
            order,
            target=target if which != 1 else None,
            stop_loss=stop if which != 2 else None,
        )

    def _protect(self, state: State) -> ProtectPosition | None:
        """Two exits for a position that has none."""
        symbol = self._symbol()
        held = held_of(state, symbol)
        if not held:
            return None
        self._tickets += 1
        side, chance = 1 if held > 0 else -1, self._chance
        return ProtectPosition(
            f"t{self._tickets}",
            DEFAULT_ACCOUNT,
            symbol,
            Instruction.SELL if held > 0 else Instruction.COVER,
            Quantity(chance.between(1, abs(held))),
            Price(MID + side * chance.between(1, REACH_TICKS) * TICK),
            Price(MID - side * chance.between(1, REACH_TICKS) * TICK),
        )

    def _sensible(self, held: int) -> tuple[Instruction, ...]:
        """Mostly what the position allows, sometimes what it does not."""
        if not self._plan.shorts:
            return (Instruction.BUY, Instruction.SELL) if held > 0 else (Instruction.BUY,)
        if self._chance.happens(150):
            return tuple(Instruction)
        if held > 0:
            return (Instruction.BUY, Instruction.SELL, Instruction.SELL)
        if held < 0:
            return (Instruction.SHORT, Instruction.COVER, Instruction.COVER)
        return (Instruction.BUY, Instruction.SHORT)

    def _ticket_again(self, state: State) -> SubmitOrder | None:
        return self._chance.pick(self.sent) if self.sent else None

    def _cancel(self, state: State) -> CancelOrder | None:
        order = self._an_order(state)
        return CancelOrder(order.order_id) if order is not None else None

    def _replace(self, state: State) -> ReplaceOrder | None:
        order = self._an_order(state)
        if order is None:
            return None
        what = self._chance.below(3)
        price = self._price() if what != 1 and order.order.type.has_limit else Price(0)
        total = Quantity(order.cumulative + self._quantity()) if what != 0 else Quantity(0)
        return ReplaceOrder(order.order_id, price, total, override=MEANT)

    def _an_order(self, state: State) -> Order | None:
        """Mostly one that works, sometimes one that is done."""
        alive = state.live and self._chance.happens(850)
        known = tuple(state.live if alive else state.orders)
        return state.orders[OrderId(self._chance.pick(known))] if known else None

    def _cancel_many(self, state: State) -> CancelMany:
        scope = self._chance.pick(tuple(CancelScope))
        return CancelMany(DEFAULT_ACCOUNT, self._any_or_all(), scope)

    def _flatten(self, state: State) -> Flatten:
        return Flatten(DEFAULT_ACCOUNT, self._any_or_all())

    def _reverse(self, state: State) -> Reverse | None:
        if not self._plan.shorts:
            return None
        return Reverse(DEFAULT_ACCOUNT, self._symbol(), override=MEANT)

    def _close(self, state: State) -> SubmitOrder | None:
        """Everything that is held, at once, beside whatever works."""
        symbol = self._symbol()
        held = held_of(state, symbol)
        if not held:
            return None
        self._tickets += 1
        ticket, meant = f"t{self._tickets}", self._chance.happens(500)
        close = closing_order(DEFAULT_ACCOUNT, symbol, held, ticket, "close")
        order = msgspec.structs.replace(
            close, origin=self._chance.pick(ORIGINS), reduce_only=meant, override=MEANT
        )
        self.sent.append(order)
        return order

    def _halt(self, state: State) -> Halt:
        return Halt(DEFAULT_ACCOUNT, "enough")

    def _resume(self, state: State) -> Resume:
        return self.resume()

    def _kill(self, state: State) -> Kill:
        return Kill(DEFAULT_ACCOUNT, self._chance.pick(tuple(ExitsOnKill)), "enough")

    def _tighten(self, state: State) -> TightenLimit | LoosenLimit:
        name, value = self._chance.pick(self._plan.tightens)
        if self._plan.factor and self._codes.happens(400):
            return LoosenLimit(DEFAULT_ACCOUNT, name, value + "0", "a larger day")
        return TightenLimit(DEFAULT_ACCOUNT, name, value)


def held_of(state: State, symbol: str) -> int:
    """The position in shares, below zero short."""
    account = state.accounts.get(DEFAULT_ACCOUNT)
    position = account.positions.get(symbol) if account is not None else None
    return position.quantity if position is not None else 0
