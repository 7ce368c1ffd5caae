"""The trades of the symbol on the screen, newest on top."""

from textual.strip import Strip

from engine.domain.views import DeskView, TradePrint
from tui.clock import hundredths_text
from tui.host import Host
from tui.layout import PaneName
from tui.paint import Line, arrow, clean, move_style, price_text, quantity_text
from tui.panes.base import FramedPane

ROWS_KEPT_MAX = 512


class Tape(FramedPane):
    """Pausing holds the picture still; what happens meanwhile is there when it goes on."""

    NAME = PaneName.TAPE

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._paused_at: tuple[TradePrint, ...] | None = None
        self._rows: dict[object, Strip] = {}

    def concerns(self, old: DeskView, new: DeskView) -> bool:
        return old.depth != new.depth

    def title(self, width: int) -> Line:
        style = self.ink.title_focus if self.is_focused else self.ink.title
        title = Line().add(f"tape · {clean(self.host.symbol, limit=16)}", style)
        if self._paused_at is not None:
            title.add(" · paused", self.ink.caution)
        return title

    def draw_inside(self, width: int, height: int) -> list[Strip]:
        depth = self.host.view.depth
        prints = depth.tape if depth is not None and depth.symbol == self.host.symbol else ()
        if self._paused_at is not None:
            prints = self._paused_at
        if not prints:
            words = Line().add(" no trades yet", self.ink.quiet)
            return [self.slot(0, ("none", self.is_focused), lambda: self.inside(words))]
        newest = prints[::-1][: height + 1]
        strips = []
        for place, (trade, before) in enumerate(zip(newest, [*newest[1:], None], strict=True)):
            if place == height:
                break
            direction = (
                0 if before is None else (trade.price > before.price) - (trade.price < before.price)
            )
            strips.append(self._kept(trade, direction))
        return strips

    def _kept(self, trade: TradePrint, direction: int) -> Strip:
        """A trade moves down the tape without being drawn again."""
        key = (trade, direction, self.is_focused, self.cells)
        strip = self._rows.get(key)
        if strip is None:
            if len(self._rows) >= ROWS_KEPT_MAX:
                self._rows.clear()
            strip = self._rows[key] = self._row(trade, direction)
        return strip

    def forget(self) -> None:
        self._rows.clear()
        super().forget()

    def _row(self, trade: TradePrint, direction: int) -> Strip:
        ink, instrument = self.ink, self.host.instrument(self.host.symbol)
        style = move_style(ink, direction)
        line = Line().add(f" {hundredths_text(trade.at, self.host.zone)}", ink.quiet)
        line.cell(
            price_text(instrument, trade.price), 11, style if direction else ink.text, right=True
        )
        line.add(f" {arrow(direction)}", style)
        line.cell(quantity_text(instrument, trade.quantity), 8, ink.text, right=True)
        if trade.auction:
            line.add("  cross", ink.strong)
        else:
            side = "buyer" if trade.aggressor > 0 else "seller"
            line.add(f"  {side}", ink.buy if trade.aggressor > 0 else ink.sell)
        if trade.own:
            line.add("  mine", ink.own)
        elif trade.ghost:
            line.add("  ghost, not here" if trade.is_memory else "  ghost", ink.ghost)
        elif trade.hidden:
            line.add("  hidden", ink.quiet)
        return self.inside(line)

    def do_pause(self) -> None:
        depth = self.host.view.depth
        self._paused_at = None if self._paused_at is not None else depth.tape if depth else ()
        self.redraw()
