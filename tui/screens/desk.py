"""The desk's one screen: lays the panes out by the size of the terminal."""

from collections.abc import Callable

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.screen import Screen
from textual.widget import Widget

Arrangement = Callable[[Size], dict[str, Region]]
PAGE_ORDER = 10


class DeskLayout(Layout):
    """Places widgets by id; a widget that is not in the arrangement is not on the screen."""

    name = "desk"

    def __init__(self, arrangement: Arrangement) -> None:
        super().__init__()
        self._arrangement = arrangement

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        regions = self._arrangement(size)
        return [
            WidgetPlacement(
                regions[child.id],
                NULL_OFFSET,
                NULL_SPACING,
                child,
                PAGE_ORDER if child.id == "page" else 0,
            )
            for child in children
            if child.id in regions
        ]


class DeskScreen(Screen[None], inherit_bindings=False):
    """Keys never come here: the app reads them first."""

    AUTO_FOCUS = None
    ALLOW_SELECT = False

    def __init__(self, panes: list[Widget], arrangement: Arrangement) -> None:
        super().__init__(id="desk")
        self._panes = panes
        self._desk_layout = DeskLayout(arrangement)

    @property
    def layout(self) -> Layout:
        return self._desk_layout

    def compose(self) -> list[Widget]:
        return self._panes
