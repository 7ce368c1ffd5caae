"""The ladder of the symbol on the screen: prices, sizes, own orders and the queue ahead of them."""

from textual import events
from textual.strip import Strip

from engine.domain.views import AuctionView, DepthRow, DeskView, PositionRow, QuoteRow
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Instruction, Nanos, Price, Quantity
from tui.host import Host
from tui.layout import PaneName
from tui.paint import (
    Line,
    arrow,
    clean,
    compact_quantity,
    distance_text,
    money_text,
    move_style,
    price_text,
    protection_text,
    quantity_text,
    signed_style,
)
from tui.panes.base import FramedPane
from tui.panes.watchlist import data_text, quote_of

GROUPINGS = (1, 2, 5, 10, 25, 50, 100)
"""Ticks in one level."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
SAFE = "safe — A arms (not available yet); Esc leaves the ladder"


class Depth(FramedPane):
    """Asks above, bids below, the spread between them always in the middle."""

    NAME = PaneName.DEPTH

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._grouping = 0
        self._cursor: tuple[bool, Price] | None = None
        """(is a bid, price); None is the spread."""
        self._levels: list[tuple[bool, DepthRow]] = []

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        is_same = old.depth == new.depth and old.positions == new.positions
        return not is_same or self._limits(old) != self._limits(new)

    def _limits(self, view: DeskView) -> tuple[str, str]:
        """What the title and the line below say of price bands, halts and data that is late."""
        quote = quote_of(view.quotes, self.host.symbol)
        if quote is None:
            return "", ""
        return self._band_words(quote), halt_text(quote, view.market_at) or data_text(quote)

    def _band_words(self, quote: QuoteRow) -> str:
        if not quote.band_high:
            return ""
        known = self.host.instrument(quote.symbol)
        low, high = price_text(known, quote.band_low), price_text(known, quote.band_high)
        return f"band {low}–{high}"

    def title(self, width: int) -> Line:
        ink = self.ink
        style = ink.title_focus if self.is_focused else ink.title
        title = Line().add(clean(self.host.symbol, limit=16) or "depth", style)
        ticks = GROUPINGS[self._grouping]
        if ticks > 1:
            title.add(f" · {ticks} ticks", ink.caution)
        depth = self.host.view.depth
        band, _ = self._limits(self.host.view)
        if band and title.used + len(band) + 3 <= width:
            title.add(f" · {band}", ink.quiet)
        if depth is not None and depth.note:
            title.add(f" · {clean(depth.note, limit=60)}", ink.quiet)
        return title

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        depth, ink = self.host.view.depth, self.ink
        instrument = self.host.instrument(self.host.symbol)
        columns = _Columns(width, self._price_cells(), has_parts=instrument.quantity_digits > 0)
        heading = self.slot(
            0,
            (width, columns.price, self.is_focused),
            lambda: self.inside(columns.heading(self)),
        )
        if depth is None or depth.symbol != self.host.symbol:
            words = Line().add(" waiting for depth", ink.quiet)
            return [heading, self.slot(1, ("none", self.is_focused), lambda: self.inside(words))]
        asks = self._grouped(depth.asks, instrument, is_bid=False)
        bids = self._grouped(depth.bids, instrument, is_bid=True)
        notice = self._notice_words()
        rows = height - 3 - bool(notice)
        above = rows // 2
        shown_asks, shown_bids = asks[:above][::-1], bids[: rows - above]
        self._levels = [(False, row) for row in shown_asks] + [(True, row) for row in shown_bids]
        largest = max((row.quantity for _, row in self._levels), default=1)
        blank = self.blank(width + 2)
        strips = [heading, *([blank] * (above - len(shown_asks)))]
        for row in shown_asks:
            strips.append(self._level(len(strips), row, columns, largest, is_bid=False))
        strips.append(self._spread(len(strips), width))
        for row in shown_bids:
            strips.append(self._level(len(strips), row, columns, largest, is_bid=True))
        below = [self._position(height, width)]
        if notice:
            below.insert(0, self._notice(height + 1, notice, width))
        strips += [blank] * (height - len(below) - len(strips))
        return [*strips[: height - len(below)], *below]

    def _notice_words(self) -> str:
        """The auction to come, why the symbol is halted, or what data there is of it; empty in
        plain continuous trading."""
        depth = self.host.view.depth
        auction = depth.auction if depth is not None else None
        if auction is not None:
            return auction_text(self.host.instrument(self.host.symbol), auction)
        return self._limits(self.host.view)[1]

    def _notice(self, place: int, words: str, width: int) -> Strip:
        key = (words, width, self.is_focused)
        line = Line().add(f" {clean(words, limit=max(width - 2, 1))}", self.ink.caution)
        return self.slot(place, key, lambda: self.inside(line))

    def _price_cells(self) -> int:
        """As wide as the dearest price shown, and a gap."""
        depth = self.host.view.depth
        best = depth.asks[-1].price if depth is not None and depth.asks else Price(0)
        return max(len(price_text(self.host.instrument(self.host.symbol), best)) + 1, 8)

    def _grouped(
        self, rows: tuple[DepthRow, ...], instrument: Instrument, *, is_bid: bool
    ) -> list[DepthRow]:
        """Levels of several ticks: a bid is counted at the price below, an ask at the one above."""
        ticks = GROUPINGS[self._grouping]
        if ticks == 1:
            return list(rows)
        grouped: dict[Price, DepthRow] = {}
        for row in rows:
            step = instrument.tick_at(row.price) * ticks
            floor = row.price // step * step
            price = Price(floor if is_bid or floor == row.price else floor + step)
            known = grouped.get(price)
            grouped[price] = row_at(price, row) if known is None else _together(known, row)
        return list(grouped.values())

    def _level(
        self, place: int, row: DepthRow, columns: "_Columns", largest: int, *, is_bid: bool
    ) -> Strip:
        is_cursor = self.is_focused and self._cursor == (is_bid, row.price)
        bar = row.quantity * 8 * columns.bar // max(largest, 1)
        key = (row, bar, is_bid, is_cursor, self.is_focused, columns.width, columns.price)
        return self.slot(
            place, key, lambda: self._build(row, columns, bar, is_bid=is_bid, is_cursor=is_cursor)
        )

    def _build(
        self, row: DepthRow, columns: "_Columns", bar: int, *, is_bid: bool, is_cursor: bool
    ) -> Strip:
        ink, instrument = self.ink, self.host.instrument(self.host.symbol)
        margin = "▌" if is_cursor else "g" if row.ghost and row.own else " "
        line = Line().add(margin, ink.frame_focus if is_cursor else ink.ghost)
        if row.ghost and not row.own:
            ghost = compact_quantity(instrument, row.ghost, cells=columns.digits - 1)
            line.cell(f"g{ghost}", columns.own, ink.ghost, right=True)
        else:
            own = compact_quantity(instrument, row.own, cells=columns.digits) if row.own else ""
            line.cell(own, columns.own, ink.own, right=True)
        is_in_line = row.own and row.queue_ahead >= 0
        ahead = compact_quantity(instrument, row.queue_ahead, cells=columns.ahead - 1)
        line.cell(ahead if is_in_line else "", columns.ahead, ink.own, right=True)
        size = compact_quantity(instrument, row.quantity, cells=columns.digits)
        cells = _EIGHTHS[8] * (bar // 8) + (_EIGHTHS[bar % 8] if bar % 8 else "")
        if is_bid:
            line.cell(cells, columns.bar, ink.bar_bid)
            line.cell(size, columns.size, ink.text, right=True)
            line.cell(price_text(instrument, row.price), columns.price, ink.buy, right=True)
        else:
            line.cell("", columns.bar + columns.size, ink.text)
            line.cell(price_text(instrument, row.price), columns.price, ink.sell, right=True)
            line.cell(size, columns.size, ink.text, right=True)
            line.cell(cells, columns.bar, ink.bar_ask)
        line.pad(self.cells - 2, ink.text)
        return self.inside(line.over(ink.cursor_background) if is_cursor else line)

    def _spread(self, place: int, width: int) -> Strip:
        view, ink = self.host.view, self.ink
        quote = quote_of(view.quotes, self.host.symbol)
        key: object = (width, self.is_focused, self._cursor)
        if quote is not None:
            key = (key, quote.bid, quote.ask, quote.last, quote.last_direction)

        def build() -> Strip:
            is_cursor = self.is_focused and self._cursor is None
            line = Line().add("▌" if is_cursor else " ", ink.frame_focus)
            if quote is None:
                return self.inside(line)
            instrument = self.host.instrument(quote.symbol)
            gap = distance_text(instrument, quote.ask - quote.bid, near=quote.ask or Price(1))
            words = f"{gap if quote.bid and quote.ask else '—'} · last "
            last = price_text(instrument, quote.last)
            dots = max((width - len(words) - len(last) - 6) // 2, 0)
            line.add("·" * dots + " ", ink.quiet).add(words, ink.quiet).add(last, ink.strong)
            style = move_style(ink, quote.last_direction)
            line.add(f" {arrow(quote.last_direction)}", style)
            line.add(" " + "·" * max(width - line.used - 2, 0), ink.quiet)
            return self.inside(line)

        return self.slot(place, key, build)

    def _position(self, place: int, width: int) -> Strip:
        ink = self.ink
        row = next(
            (row for row in self.host.view.positions if row.symbol == self.host.symbol), None
        )
        key = (row, width, self.is_focused, self.host.symbol)

        def build() -> Strip:
            if row is None or not row.quantity:
                return self.inside(Line().add(" flat", ink.quiet))
            instrument = self.host.instrument(row.symbol)
            average = price_text(instrument, row.average_cost)
            held = f" {quantity_text(instrument, row.quantity, signed=True)} @ {average}"
            line = Line().add(held, ink.buy if row.quantity > 0 else ink.sell)
            figure = money_text(row.unrealised, signed=True)
            badge = self._badge(row, width - line.used - len(figure) - 3)
            if badge:
                is_whole = row.protected >= abs(row.quantity)
                line.add(f"  {badge}", ink.ok if is_whole else ink.caution)
            label = "open " if width - line.used >= len(figure) + 7 else ""
            line.pad(width - len(figure) - len(label) - 1, ink.text).add(label, ink.quiet)
            return self.inside(line.add(figure, signed_style(ink, row.unrealised)))

        return self.slot(place, key, build)

    def _badge(self, row: PositionRow, room: int) -> str:
        """In full, or without its word where the pane is narrow."""
        badge = protection_text(self.host.instrument(row.symbol), row)
        return badge if len(badge) + 2 <= room else badge.removesuffix(" protected")

    # ---- keys

    def _move(self, step: int) -> None:
        """Over asks, the spread and bids, from the top of the pane to its bottom."""
        places: list[tuple[bool, Price] | None] = [
            (is_bid, row.price) for is_bid, row in self._levels
        ]
        spread = sum(1 for is_bid, _ in self._levels if not is_bid)
        places.insert(spread, None)
        now = places.index(self._cursor) if self._cursor in places else spread
        self._cursor = places[min(max(now + step, 0), len(places) - 1)]
        self.redraw()

    def do_up(self) -> None:
        self._move(-1)

    def do_down(self) -> None:
        self._move(1)

    def do_page_up(self) -> None:
        self._move(-10)

    def do_page_down(self) -> None:
        self._move(10)

    def do_recentre(self) -> None:
        self._cursor = None
        self.redraw()

    def do_coarser(self) -> None:
        self._grouping = min(self._grouping + 1, len(GROUPINGS) - 1)
        self._cursor = None
        self.redraw()

    def do_finer(self) -> None:
        self._grouping = max(self._grouping - 1, 0)
        self._cursor = None
        self.redraw()

    def do_ticket(self) -> None:
        is_bid = self._cursor is None or self._cursor[0]
        self._open(Instruction.BUY if is_bid else Instruction.SELL)

    def do_buy(self) -> None:
        self._open(Instruction.BUY)

    def do_sell(self) -> None:
        self._open(Instruction.SELL)

    def _open(self, instruction: Instruction) -> None:
        price = ""
        if self._cursor is not None:
            price = self.host.instrument(self.host.symbol).format_price(self._cursor[1])
        self.host.open_ticket(instruction, self.host.symbol, price=price)

    def copied(self) -> str:
        known = self.host.instrument(self.host.symbol)
        sizes = (known.plain_quantity(row.quantity) for _, row in self._levels)
        return "\t".join((self.host.symbol, *sizes))

    def on_click(self, event: events.Click) -> None:
        """Moves the cursor; a click never trades."""
        lines = self.lines - 5 - bool(self._notice_words())
        above = lines // 2
        asks = sum(1 for is_bid, _ in self._levels if not is_bid)
        place = event.y - 2 - (above - asks)
        if 0 <= place < asks:
            self._cursor = (False, self._levels[place][1].price)
        elif asks < place <= len(self._levels):
            self._cursor = (True, self._levels[place - 1][1].price)
        else:
            self._cursor = None
        self.redraw()


class _Columns:
    """Widths of the ladder's columns for a pane of this width."""

    def __init__(self, width: int, price: int, *, has_parts: bool) -> None:
        """`has_parts`: sizes have decimals, which get room before the bars do."""
        self.width = width
        spare = max(width - 24 - price, 0)
        self.price = price
        self.own = self.size = 5
        if has_parts:
            # Two sizes, one own size: three columns grow together, by three cells at most.
            more = min(spare // 3, 3)
            self.own, self.size, spare = 5 + more, 5 + more, spare - 3 * more
        self.digits = self.size - 1 if self.size > 5 else 5
        """Cells of a size, with a gap before the price where there is room for one."""
        self.bar = 1 + min(spare // 3, 5)
        self.ahead = 6 + min(spare - (self.bar - 1) * 2, 3)

    def heading(self, pane: Depth) -> Line:
        quiet = pane.ink.quiet
        line = (
            Line()
            .cell("own", self.own + 1, quiet, right=True)
            .cell("ahead", self.ahead, quiet, right=True)
        )
        line.cell("bid", self.bar + self.size, quiet, right=True)
        line.cell("price", self.price, quiet, right=True)
        return line.cell("ask", self.size, quiet, right=True)


def halt_text(quote: QuoteRow, now: Nanos) -> str:
    """Why nothing trades, or that it soon will not, with the time that is left; else empty."""
    if quote.pauses_at > now:
        return f"limit state: pauses in {_left(quote.pauses_at - now)}"
    if not quote.phase_text:
        return ""
    left = quote.reopens_at - now
    return f"halted: {quote.phase_text}" + (f" · reopens in {_left(left)}" if left > 0 else "")


def _left(nanos: int) -> str:
    """'4:12', rounded up to the second."""
    seconds = -(-nanos // NANOS_PER_SECOND)
    return f"{seconds // 60}:{seconds % 60:02d}"


def auction_text(instrument: Instrument, auction: AuctionView) -> str:
    """'closing 190.12 × 41.3k, 2.3k buy': where it would trade, how much, and what is left over."""
    if not auction.paired:
        return f"{auction.name} auction: nothing pairs yet"
    paired = compact_quantity(instrument, auction.paired)
    words = f"{auction.name} {price_text(instrument, auction.price)} × {paired}"
    if not auction.imbalance:
        return f"{words}, balanced"
    side = "buy" if auction.imbalance > 0 else "sell"
    return f"{words}, {compact_quantity(instrument, abs(auction.imbalance))} {side}"


def row_at(price: Price, row: DepthRow) -> DepthRow:
    return DepthRow(price, row.quantity, row.orders, row.own, row.queue_ahead, row.ghost)


def _together(one: DepthRow, other: DepthRow) -> DepthRow:
    """Two prices as one level; the queue is that of the better own order."""
    ahead = one.queue_ahead if one.queue_ahead >= 0 else other.queue_ahead
    return DepthRow(
        one.price,
        Quantity(one.quantity + other.quantity),
        one.orders + other.orders,
        Quantity(one.own + other.own),
        ahead,
        Quantity(one.ghost + other.ghost),
    )
