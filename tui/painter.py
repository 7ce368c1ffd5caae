"""Turns rows that changed into what a terminal needs to show them, and no more than that."""

from collections.abc import Iterable, Sequence

from rich.cells import cached_cell_len
from rich.color import Color, ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.strip import Strip

STYLE_CHANGES_KEPT_MAX = 2_048
_RESET = "\x1b[0m"


class Painter:
    """Remembers how to get from each style to the next on a terminal of so many colours."""

    def __init__(self, console: Console) -> None:
        self._colors = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
        self._changes: dict[tuple[Style | None, Style | None], str] = {}

    def row(self, x: int, y: int, old: Strip | None, new: Strip) -> str:
        """The sequence that turns `old`, as it stands at (x, y), into `new`; "" if it does.

        `old` None: what stands there is not known. It begins and ends without any style.
        """
        before = list(old) if old is not None else []
        out: list[str] = []
        style, at = None, -1
        is_aligned, known_count = True, len(before)
        for place, segment in enumerate(new):
            text = segment.text
            end = x + (len(text) if text.isascii() else cached_cell_len(text))
            if is_aligned and place < known_count:
                known = before[place]
                if known == segment:
                    x = end
                    continue
                is_aligned = end - x == cached_cell_len(known.text)
            if at != x:
                out.append(f"\x1b[{y + 1};{x + 1}H")
            out.append(self._change(style, segment.style))
            out.append(text)
            style, at, x = segment.style, end, end
        if style is not None:
            out.append(_RESET)
        return "".join(out)

    def _change(self, old: Style | None, new: Style | None) -> str:
        """`None` is no style at all: how a row begins and ends."""
        if old is new:
            return ""
        key = (old, new)
        known = self._changes.get(key)
        if known is None:
            if len(self._changes) >= STYLE_CHANGES_KEPT_MAX:
                self._changes.clear()
            known = self._changes[key] = self._sequence(old, new)
        return known

    def _sequence(self, old: Style | None, new: Style | None) -> str:
        """Only the colours that differ, where nothing but colours does."""
        old, new = old or Style.null(), new or Style.null()
        if old.without_color != new.without_color:
            codes = Strip.render_ansi(new, self._colors)
            return f"\x1b[0;{codes}m" if codes else _RESET
        codes_changed: list[str] = []
        if old.color != new.color:
            codes_changed += self._codes(new.color, is_foreground=True)
        if old.bgcolor != new.bgcolor:
            codes_changed += self._codes(new.bgcolor, is_foreground=False)
        return f"\x1b[{';'.join(codes_changed)}m" if codes_changed else ""

    def _codes(self, color: Color | None, *, is_foreground: bool) -> Sequence[str]:
        shown = Color.default() if color is None else color.downgrade(self._colors)
        return shown.get_ansi_codes(is_foreground)


class Painting(CompositorUpdate):
    """What a frame writes, as Textual wants it to be handed over."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._sequence = "".join(rows)

    def render_segments(self, console: Console) -> str:
        return self._sequence
