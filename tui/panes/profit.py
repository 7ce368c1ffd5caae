"""The account and the profit and loss of each symbol: P A U T V, fees and day."""

from functools import partial

from textual.strip import Strip

from engine.domain.views import DeskView, PositionRow
from tui.columns import Column, choose, heading
from tui.host import Host
from tui.layout import PaneName
from tui.paint import Line, clean, money_text, price_text, quantity_text, signed_style
from tui.panes.base import Cursor, FramedPane
from tui.privacy import PRIVACY

UNLENT = "paid"
"""The regime of which there is nothing to tell beside buying power."""
COLUMNS = (
    Column("symbol", 8, 0, right=False, gap=0),
    Column("position", 8, 1, title="pos"),
    Column("average", 10, 3, title="avg"),
    Column("mark", 10, 6),
    Column("value", 13, 8),
    Column("open", 12, 4),
    Column("realised", 12, 5, title="real"),
    Column("day", 12, 2),
    Column("fees", 9, 7),
    Column("volume", 8, 9, title="traded"),
)


class Profit(FramedPane):
    """Figures without a mark are missing, never zero."""

    NAME = PaneName.PROFIT

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.cursor = Cursor()

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return old.account != new.account or old.positions != new.positions

    def title(self, width: int) -> Line:
        style = self.ink.title_focus if self.is_focused else self.ink.title
        account = self.host.view.account
        return Line().add(
            f"P&L · {masked(account.account)} · {clean(account.currency, limit=5)}", style
        )

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        view = self.host.view
        key = (view.account, width, self.is_focused)
        strips = [
            self.slot(0, key, lambda: self._account(width, 0)),
            self.slot(1, key, lambda: self._account(width, 1)),
        ]
        if view.account.luck is not None:
            strips.append(self.slot(len(strips), key, lambda: self._luck(width)))
        if view.account.carry_day:
            strips.append(self.slot(len(strips), key, lambda: self._account(width, 2)))
        if view.account.currencies:
            strips.append(self.slot(len(strips), key, lambda: self._account(width, 3)))
        if view.account.margin.regime != UNLENT:
            strips.append(self.slot(len(strips), key, lambda: self._margin(width)))
        columns = choose(COLUMNS, width - 2)
        strips.append(
            self.slot(
                len(strips),
                (columns, self.is_focused),
                lambda: self.inside(heading(columns, self.ink.quiet, margin=1)),
            )
        )
        rows = max(height - len(strips), 0)
        keys: list[object] = [row.symbol for row in view.positions]
        place = self.cursor.settle(keys, rows)
        first = self.cursor.first
        if not view.positions:
            words = Line().add(" no positions today", self.ink.quiet)
            return [
                *strips,
                self.slot(len(strips), ("none", self.is_focused), lambda: self.inside(words)),
            ]
        above = len(strips)
        for offset, row in enumerate(view.positions[first : first + rows]):
            is_cursor = first + offset == place and self.is_focused
            row_key = (row, width, is_cursor, self.is_focused)
            strips.append(
                self.slot(
                    above + offset, row_key, partial(self._row, row, columns, is_cursor=is_cursor)
                )
            )
        return strips

    def _account(self, width: int, part: int) -> Strip:
        ink, account = self.ink, self.host.view.account
        line = Line().add(" ", ink.text)
        figures: tuple[tuple[str, int | None, bool], ...] = (
            ("cash", account.cash, False),
            ("reserved", account.reserved, False),
            ("buying power", account.buying_power, False),
            ("equity", account.equity, False),
        )
        if part == 1:
            figures = (
                ("day", account.day, True),
                ("real", account.realised_day, True),
                ("open", account.unrealised, True),
                ("fees ~" if account.fees_pending else "fees", -account.fees_day, True),
            )
        if part == 2:
            figures = tuple((kind.replace("_", " "), x, True) for kind, x in account.carry_day)
        if part == 3:
            held = tuple(
                (clean(row.currency, limit=5), row.cash, False) for row in account.currencies
            )
            figures = (*held, ("price", account.price_day, True), ("rate", account.rate_day, True))
        for word, value, signed in figures:
            money = None if value is None else type(account.cash)(value)
            text = money_text(money, signed=signed)
            if line.used + len(word) + len(text) + 3 > width:
                break
            line.add(f"{word} ", ink.quiet)
            line.add(text, signed_style(ink, value) if signed and word != "fees" else ink.text)
            line.add("  ", ink.text)
        return self.inside(line)

    def _margin(self, width: int) -> Strip:
        """The regime, and what it asks or has settled; what does not fit is left out."""
        ink, margin = self.ink, self.host.view.account.margin
        line = Line().add(" ", ink.text).add(f"{margin.regime.replace('_', ' ')}  ", ink.text)
        parts: list[tuple[str, str]] = []
        if margin.day_trades is not None:
            parts.append(("day trades", f"{margin.day_trades} in 5 days"))
        if margin.settled is not None:
            parts.append(("settled", money_text(margin.settled)))
            for row in margin.unsettled:
                date = f"{row.date // 100 % 100:02d}-{row.date % 100:02d}"
                parts.append((date, money_text(row.amount, signed=True)))
        if margin.maintenance is not None:
            parts.append(("maintenance", money_text(margin.maintenance)))
        if margin.excess_share is not None:
            parts.append(("above it", f"{margin.excess_share / 100:.2f} %"))
        for word, text in parts:
            if line.used + len(word) + len(text) + 3 > width:
                break
            line.add(f"{word} ", ink.quiet).add(f"{text}  ", ink.text)
        return self.inside(line)

    def _luck(self, width: int) -> Strip:
        """The day as other assumptions would have it, beside the booked one.

        Of bars there are more than fit: those that would have changed it come first.
        """
        ink, account = self.ink, self.host.view.account
        assert account.luck is not None, "drawn only where places in a queue are assumed"
        luck, line = account.luck, Line().add(" ", self.ink.text)
        tail = f"{luck.differ:,} of {luck.orders:,} orders differ"
        for name, more in sorted(luck.more, key=lambda other: not other[1]):
            day = None if account.day is None else type(account.cash)(account.day + more)
            text = money_text(day, signed=True)
            if line.used + len(name) + len(text) + 6 + len(tail) > width:
                break
            line.add(f"if {name} ", ink.quiet).add(text, signed_style(ink, day)).add("  ", ink.text)
        if line.used + len(tail) <= width:
            line.add(tail, ink.quiet)
        return self.inside(line)

    def _row(self, row: PositionRow, columns: tuple[Column, ...], *, is_cursor: bool) -> Strip:
        ink, instrument = self.ink, self.host.instrument(row.symbol)
        line = Line().add("▌" if is_cursor else " ", ink.frame_focus)
        for column in columns:
            style, name = ink.text, column.name
            match name:
                case "symbol":
                    shown, style = clean(row.symbol, limit=24), ink.strong
                case "position":
                    shown = quantity_text(instrument, row.quantity, signed=True)
                    style = ink.buy if row.quantity > 0 else ink.sell if row.quantity else ink.quiet
                case "average":
                    shown = price_text(instrument, row.average_cost)
                case "mark":
                    shown = price_text(instrument, row.mark)
                case "value":
                    shown = money_text(row.market_value)
                case "open":
                    shown = money_text(row.unrealised, signed=True)
                    style = signed_style(ink, row.unrealised)
                case "realised":
                    shown = money_text(row.realised_day, signed=True)
                    style = signed_style(ink, row.realised_day)
                case "day":
                    shown = money_text(row.day, signed=True)
                    style = signed_style(ink, row.day)
                case "fees":
                    shown, style = money_text(row.fees_day), ink.quiet
                case _:
                    shown, style = quantity_text(instrument, row.traded_day), ink.quiet
            line.add(" " * column.gap, ink.text).cell(
                shown, column.width, style, right=column.right
            )
        line.pad(self.cells - 2, ink.text)
        return self.inside(line.over(ink.cursor_background) if is_cursor else line)

    # ---- keys

    def _move(self, step: int) -> None:
        self.cursor.move([row.symbol for row in self.host.view.positions], step)
        if isinstance(self.cursor.key, str):
            self.host.look_at(self.cursor.key)
        self.redraw()

    def do_up(self) -> None:
        self._move(-1)

    def do_down(self) -> None:
        self._move(1)

    def do_page_up(self) -> None:
        self._move(4 - self.lines)

    def do_page_down(self) -> None:
        self._move(self.lines - 4)

    def do_first(self) -> None:
        self._move(-len(self.host.view.positions))

    def do_last(self) -> None:
        self._move(len(self.host.view.positions))

    def copied(self) -> str:
        account = self.host.view.account
        return "\t".join(("day", money_text(account.day, signed=True)))


def masked(account: str) -> str:
    """An account number shows its last four characters only; a paper account its name."""
    account = PRIVACY.hides(clean(account, limit=24))
    return account if len(account) <= 6 else f"…{account[-4:]}"
