"""Where every widget of the desk stands: the panes, the lines under them, the page, the lock."""

from textual.geometry import Region, Size

from tui.layout import BOTTOM_ROWS, arrange, is_too_small
from tui.panes.page import PagePane
from tui.room import Room


def regions_of(room: Room, page: PagePane, size: Size) -> dict[str, Region]:
    """By widget id; what is not named is not on the screen."""
    width, height = size
    if room.guard.is_locked:
        return _locked(width, height)
    if is_too_small(width, height):
        return {"too_small": Region(0, 0, width, height)}
    boxes = arrange(width, height, slots=room.slots, zoomed=room.zoomed)
    regions = {
        name.value: Region(box.x, box.y + 1, box.width, box.height) for name, box in boxes.items()
    }
    regions["status"] = Region(0, 0, width, 1)
    for row, name in enumerate(("message", "command", "footer")):
        regions[name] = Region(0, height - BOTTOM_ROWS + row, width, 1)
    if room.page is not None:
        regions["page"] = Region(*page.box(size))
    return regions


def _locked(width: int, height: int) -> dict[str, Region]:
    """The danger strip keeps its two lines, whatever the size."""
    return {
        "lock": Region(0, 0, width, max(height - 2, 1)),
        "message": Region(0, max(height - 2, 0), width, 1),
        "footer": Region(0, max(height - 1, 0), width, 1),
    }
