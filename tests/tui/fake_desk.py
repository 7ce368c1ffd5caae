"""A desk without an engine: moving quotes, depth, and orders that rest, wait and fill."""

import os
import random
import sys
from collections.abc import Callable

import msgspec

from engine.domain.bars import Bar
from engine.domain.luck import Luck
from engine.domain.margin_view import MarginRow
from engine.domain.preview_view import Preview, RuleCount
from engine.domain.quotes import Phase, Source
from engine.domain.reasons import Finding, Verdict
from engine.domain.views import (
    AccountView,
    ChartView,
    DepthRow,
    DepthView,
    DeskView,
    FillRow,
    LinkView,
    OrderRow,
    PositionRow,
    QuoteRow,
    Severity,
    TradePrint,
)
from engine.instruments import Instrument
from engine.language.parser import parse_line
from engine.language.syntax import LimitPrice, MarketPrice, OrderLine, SharesTerm
from engine.ports import (
    CancelById,
    DeskAnswer,
    DeskRequest,
    DoAct,
    ExplainOrder,
    FocusSymbol,
    InstrumentsTold,
    LineAnswered,
    OrderExplained,
    PreviewAnswered,
    PreviewLine,
    RealismTold,
    SendLine,
    TellRealism,
)
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from tests.tui.fake_bracket import EXITS, legs_of, protected

OPEN_AT = Nanos(1_782_826_200_000_000_000)
"""2026-06-30 09:30:00 in New York."""
FAMILIAR = ("AAPL", "MSFT", "GOOG", "IBM", "SPY", "AMZN", "NVDA", "TSLA", "META", "INTC")
QUANTITY_MAX = 1_000
FEE = Money(1_000_000)


class FakeDesk:
    """engine.ports.Desk; `step` makes the next frame, so that a test decides when time passes."""

    def __init__(self, symbols: int = 20, *, seed: int = 1, mode: str = "paper") -> None:
        self._random = random.Random(seed)
        names = [*FAMILIAR, *(f"S{number:02d}" for number in range(symbols))][:symbols]
        self._instruments = {
            name: Instrument(name, name=f"{name.title()} Incorporated") for name in names
        }
        self._mode = mode
        self.luck: Luck | None = None
        self.margin = MarginRow("paid")
        self._focus, self._bar_seconds = names[0], 0
        self.bars = 30
        """How many the chart has, where somebody looks at one."""
        self.chart_note = ""
        self._frame = 0
        self._quotes = [self._first_quote(name, place) for place, name in enumerate(names)]
        self._tape: list[TradePrint] = []
        self._orders: list[OrderRow] = []
        self._fills: list[FillRow] = []
        self._positions: dict[str, PositionRow] = {}
        self._listeners: list[Callable[[DeskAnswer], None]] = []
        self.requests: list[DeskRequest] = []
        self.state = "ACTIVE"
        self.answers_previews = True
        self.conditions: tuple = ()
        self._log = os.environ.get("FAKE_DESK_LOG", "")
        self._view = self._build()

    # ---- the door

    def send(self, request: DeskRequest) -> None:
        self.requests.append(request)
        self._note(request)
        match request:
            case PreviewLine() if self.answers_previews:
                preview = self.preview(request.text, request.symbol)
                self.tell(PreviewAnswered(request.request, preview))
            case SendLine():
                self._take(request)
            case CancelById():
                self._end(request.order_id, "cancelled")
            case FocusSymbol():
                self._focus, self._bar_seconds = request.symbol, request.bar_seconds
                self._view = self._build()
            case TellRealism():
                told = (
                    "not believable because you were 12.00 % of GOOG",
                    "  maker 1 s   −0.26  █│",
                )
                self.tell(RealismTold("paper against tape, this session", told))
            case ExplainOrder():
                lines = ("09:30:00.000  accepted: 38 rules passed", "09:30:04.120  filled: maker")
                self.tell(OrderExplained(request.order_id, f"order {request.order_id}", lines))
            case _:
                pass

    def _note(self, request: DeskRequest) -> None:
        if self._log and not isinstance(request, (PreviewLine, FocusSymbol)):
            with open(self._log, "ab") as log:  # noqa: PTH123
                log.write(msgspec.json.encode(request) + b"\n")

    def latest(self) -> DeskView:
        return self._view

    def instruments(self) -> dict[str, Instrument]:
        return dict(self._instruments)

    def listen(self, listener: Callable[[DeskAnswer], None]) -> None:
        self._listeners.append(listener)

    def close(self) -> None:
        return

    def tell(self, answer: DeskAnswer) -> None:
        for listener in self._listeners:
            listener(answer)

    def lists(self, instrument: Instrument) -> None:
        """It trades from now on."""
        self._instruments[instrument.symbol] = instrument
        self._quotes.append(self._first_quote(instrument.symbol, len(self._quotes)))
        self.tell(InstrumentsTold(self.instruments()))

    def sent(self) -> list[SendLine]:
        return [request for request in self.requests if isinstance(request, SendLine)]

    def acts(self) -> list[DoAct]:
        return [request for request in self.requests if isinstance(request, DoAct)]

    # ---- the market

    def step(self) -> None:
        """100 ms of market: every symbol moves, resting orders come nearer and fill."""
        self._frame += 1
        self._quotes = [self._moved(quote) for quote in self._quotes]
        focus = next(quote for quote in self._quotes if quote.symbol == self._focus)
        side = Side.BUY if focus.last_direction >= 0 else Side.SELL
        print_ = TradePrint(self._now, focus.last, focus.last_size, side)
        self._tape = [*self._tape[-40:], print_]
        self._let_wait()
        self._view = self._build()

    @property
    def _now(self) -> Nanos:
        return Nanos(OPEN_AT + self._frame * 100_000_000)

    def _first_quote(self, symbol: str, place: int) -> QuoteRow:
        last = Price((120 + 47 * place % 600) * 10_000 + 400)
        return QuoteRow(
            symbol=symbol,
            last=last,
            last_direction=1,
            last_size=Quantity(100),
            change=Price(2_400),
            change_reference=Price(last - 2_400),
            bid=Price(last - 200),
            bid_size=Quantity(300),
            ask=Price(last + 200),
            ask_size=Quantity(500),
            open=last,
            high=last,
            low=last,
            volume=Quantity(10_000),
            position=Quantity(0),
            working=0,
            at=OPEN_AT,
            phase=Phase.OPEN,
            source=Source.SYNTHETIC,
        )

    def _moved(self, quote: QuoteRow) -> QuoteRow:
        step = self._random.choice((-300, -200, -100, 100, 200, 300))
        last = Price(quote.last + step)
        return msgspec.structs.replace(
            quote,
            last=last,
            last_direction=1 if step > 0 else -1,
            last_size=Quantity(self._random.choice((1, 40, 100, 200, 300))),
            change=Price(last - quote.change_reference),
            bid=Price(last - 200),
            ask=Price(last + 200),
            high=max(quote.high, last),
            low=min(quote.low, last),
            volume=Quantity(quote.volume + 100),
            at=self._now,
        )

    # ---- orders

    def preview(self, text: str, symbol: str) -> Preview:
        line = parse_line(text)
        if not isinstance(line, OrderLine):
            return Preview(text=text, is_valid=not hasattr(line, "column"), echo=text.upper())
        name = symbol if line.symbol == "." else line.symbol
        quote = next((row for row in self._quotes if row.symbol == name), None)
        if quote is None:
            return Preview(text=text, is_valid=False, problem=f"Nobody knows {name}.")
        price, is_market = self._price_of(line, quote)
        size = self._size_of(line)
        one = self._instruments[name]
        words = "MKT" if is_market else f"LMT {one.format_price(price)}"
        notional = one.notional(price, Quantity(size))
        denied = size > QUANTITY_MAX
        findings = (
            Finding(
                "R01",
                "order_quantity",
                Verdict.DENY,
                f"Quantity {size:,} is above your limit of {QUANTITY_MAX:,} (R01 order_quantity).",
                f"{size:,}",
                f"{QUANTITY_MAX:,}",
                f"{QUANTITY_MAX:,}",
                QUANTITY_MAX,
            ),
        )
        words_in_order = text.split()
        held = self._positions.get(name)
        before = held.quantity if held else Quantity(0)
        cash = Money(1_000_000_000_000)
        return Preview(
            text=text,
            is_valid=not denied,
            echo=f"{line.instruction.name} {size:,} {name} {words} DAY",
            problem=findings[0].sentence if denied else "",
            outcome=f"fills {size:,} at {one.format_price(price)}"
            if is_market
            else "rests, 300 ahead",
            average=price if is_market else Price(0),
            slippage_bps="+1.2" if is_market else "",
            notional=notional,
            fee=FEE,
            cash_before=cash,
            cash_after=Money(cash - line.instruction.side * notional - FEE),
            buying_power_before=cash,
            buying_power_after=Money(cash - notional),
            position_before=before,
            position_after=Quantity(before + line.instruction.side * size),
            room=QUANTITY_MAX,
            room_rule="R01",
            findings=findings if denied else (),
            rules=RuleCount(38, 6),
            symbol=name,
            instruction=line.instruction,
            resized=" ".join((words_in_order[0], str(QUANTITY_MAX), *words_in_order[2:]))
            if denied
            else "",
            resolved=text,
            exits=EXITS if line.target is not None else (),
        )

    def _size_of(self, line: OrderLine) -> int:
        if not isinstance(line.quantity, SharesTerm):
            return 100
        known = self._instruments.get(line.symbol, Instrument(line.symbol))
        return known.parse_quantity(str(line.quantity.shares))

    def _price_of(self, line: OrderLine, quote: QuoteRow) -> tuple[Price, bool]:
        if isinstance(line.price, MarketPrice):
            return quote.ask if line.instruction.side > 0 else quote.bid, True
        if isinstance(line.price, LimitPrice):
            return self._instruments[quote.symbol].parse_price(line.price.price), False
        return quote.bid if line.instruction.side > 0 else quote.ask, False

    def _take(self, request: SendLine) -> None:
        line = parse_line(request.text)
        if not isinstance(line, OrderLine):
            self.tell(LineAnswered(request.ticket, True, "done"))
            return
        name = request.symbol if line.symbol == "." else line.symbol
        quote = next(row for row in self._quotes if row.symbol == name)
        price, is_market = self._price_of(line, quote)
        size = self._size_of(line)
        number = len(self._orders) + 1
        row = OrderRow(
            order_id=OrderId(number),
            label=str(number),
            number=number,
            at=self._now,
            changed_at=self._now,
            instruction=line.instruction,
            quantity=Quantity(size),
            symbol=name,
            type=OrderType.MARKET if is_market else OrderType.LIMIT,
            time_in_force=line.time_in_force or TimeInForce.DAY,
            price=Price(0) if is_market else price,
            stop=Price(0),
            post_only=line.post_only,
            reduce_only=line.reduce_only,
            cumulative=Quantity(0),
            leaves=Quantity(size),
            average=Price(0),
            fees=Money(0),
            state="working",
            pending="",
            is_done=False,
            queue_ahead=-1 if is_market else 300,
            queue_is_estimate=False,
            origin="me",
            text="",
        )
        self._orders.insert(0, row)
        if is_market:
            self._fill(row, price)
        if is_market and line.target is not None:
            self._orders[1:1] = legs_of(row, price)
            self._positions[name] = protected(self._positions[name])
        self._view = self._build()
        self.tell(LineAnswered(request.ticket, True, f"order {number} sent", row.order_id))

    def _let_wait(self) -> None:
        for row in list(self._orders):
            if row.is_done or row.queue_ahead < 0:
                continue
            ahead = row.queue_ahead - 10
            if ahead < 0:
                self._fill(row, row.price)
            else:
                self._put(msgspec.structs.replace(row, queue_ahead=ahead))

    def _fill(self, row: OrderRow, price: Price) -> None:
        side = row.instruction.side
        held = self._positions.get(row.symbol)
        after = Quantity((held.quantity if held else 0) + side * row.quantity)
        self._put(
            msgspec.structs.replace(
                row,
                cumulative=row.quantity,
                leaves=Quantity(0),
                average=price,
                state="filled",
                is_done=True,
                queue_ahead=-1,
            )
        )
        self._fills.insert(
            0,
            FillRow(
                at=self._now,
                order_id=row.order_id,
                number=row.number,
                symbol=row.symbol,
                instruction=row.instruction,
                quantity=row.quantity,
                price=price,
                fee=FEE,
                liquidity=Liquidity.MAKER,
                realised=Money(0),
                position_after=after,
                explanation="300 shares ahead of it traded first",
            ),
        )
        self._positions[row.symbol] = PositionRow(
            symbol=row.symbol,
            quantity=after,
            average_cost=price,
            mark=price,
            market_value=self._instruments[row.symbol].notional(price, after),
            unrealised=Money(0),
            realised_day=Money(0),
            fees_day=FEE,
            day=Money(-FEE),
            traded_day=row.quantity,
            exits=Quantity(0),
        )

    def _end(self, order_id: OrderId, state: str) -> None:
        row = next((row for row in self._orders if row.order_id == order_id), None)
        if row is not None and not row.is_done:
            self._put(msgspec.structs.replace(row, state=state, is_done=True, queue_ahead=-1))
            self._view = self._build()

    def _put(self, row: OrderRow) -> None:
        place = next(i for i, old in enumerate(self._orders) if old.order_id == row.order_id)
        self._orders[place] = row

    # ---- the view

    def _chart(self) -> ChartView | None:
        """The same candles for the same symbol and length, the newest of them of now."""
        if not self._bar_seconds:
            return None
        chance = random.Random(f"{self._focus} {self._bar_seconds}")
        width, price, bars = self._bar_seconds * NANOS_PER_SECOND, 1_899_900, []
        for number in range(self.bars):
            begin = (OPEN_AT // width + number) * width
            closes = price + chance.randrange(-12, 13) * 100
            high = max(price, closes) + chance.randrange(6) * 100
            low = min(price, closes) - chance.randrange(6) * 100
            figures = (begin, price, high, low, closes, chance.randrange(1, 50) * 100)
            bars.append(Bar(*figures))  # type: ignore[arg-type]
            price = closes
        return ChartView(self._focus, self._bar_seconds, tuple(bars), OPEN_AT, self.chart_note)

    def _build(self) -> DeskView:
        working: dict[str, int] = {}
        for row in self._orders:
            if not row.is_done:
                working[row.symbol] = working.get(row.symbol, 0) + 1
        quotes = tuple(
            msgspec.structs.replace(
                quote,
                working=working.get(quote.symbol, 0),
                position=self._positions[quote.symbol].quantity
                if quote.symbol in self._positions
                else Quantity(0),
            )
            for quote in self._quotes
        )
        fees = Money(len(self._fills) * FEE)
        return DeskView(
            frame=self._frame,
            market_at=self._now,
            trade_date=20260630,
            mode=self._mode,
            market="synthetic",
            speed="×1",
            phase=Phase.OPEN,
            trading_state=self.state,
            trading_reason="",
            account=AccountView(
                account="PAPER",
                currency="USD",
                cash=Money(942_310_500_000),
                reserved=Money(0),
                buying_power=Money(942_310_500_000),
                equity=Money(1_002_179_800_000),
                realised_day=Money(912_000_000),
                unrealised=Money(1_286_000_000),
                fees_day=fees,
                day=Money(2_179_800_000),
                luck=self.luck,
                margin=self.margin,
            ),
            quotes=quotes,
            depth=self._depth(),
            chart=self._chart(),
            orders=tuple(self._orders),
            fills=tuple(self._fills),
            positions=tuple(self._positions.values()),
            conditions=self.conditions,
            links=(
                LinkView("market", Severity.OK, ""),
                LinkView("paper", Severity.OK, ""),
                LinkView("journal", Severity.OK, ""),
            ),
            updates_per_second=1_240,
            conflated=0,
            denied=0,
            attention=0,
            events=self._frame,
        )

    def _depth(self) -> DepthView:
        quote = next(row for row in self._quotes if row.symbol == self._focus)
        own = {
            (row.price, row.instruction.side): row
            for row in self._orders
            if not row.is_done and row.symbol == self._focus
        }

        def rows(side: Side, best: Price) -> tuple[DepthRow, ...]:
            found = []
            for level in range(20):
                price = Price(best - side * level * 100)
                mine = own.get((price, side))
                found.append(
                    DepthRow(
                        price,
                        Quantity(100 + (price // 100 * 7 + level * 130) % 1_900),
                        3,
                        mine.leaves if mine else Quantity(0),
                        mine.queue_ahead if mine else -1,
                    )
                )
            return tuple(found)

        return DepthView(
            self._focus, rows(Side.BUY, quote.bid), rows(Side.SELL, quote.ask), tuple(self._tape)
        )


def order_of(instruction: Instruction) -> str:
    return instruction.word


def main() -> int:
    """The screen over a fake desk in this terminal: `python -m tests.tui.fake_desk [symbols]`."""
    from tui.app import TraderApp
    from tui.settings import ScreenSettings

    desk = FakeDesk(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
    settings = ScreenSettings(coach="--no-coach" not in sys.argv)

    class Moving(TraderApp):
        def on_mount(self) -> None:
            self.set_interval(0.1, desk.step)

    return Moving(desk, None, None, settings).run_desk()


if __name__ == "__main__":
    sys.exit(main())
