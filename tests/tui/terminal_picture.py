"""What a terminal shows after the bytes it was sent: cells and their styles, nothing else."""

import re

from rich.cells import cell_len

_PARTS = re.compile(
    r"\x1b\[(?P<csi>[0-9;?<>=$]*)(?P<end>[a-zA-Z])|\x1b\][^\x07]*\x07|\x1b[=>]|(?P<text>.)", re.S
)
_PLAIN = ("", "", "")
Cell = tuple[str, tuple[str, str, str]]


class TerminalPicture:
    """Knows as many sequences as the screen writes; a wide character is one cell and a gap."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._style = _PLAIN
        """(attributes, foreground, background), as the codes that set them."""
        self._x = self._y = 0
        self.clear()

    def clear(self) -> None:
        self.cells: list[list[Cell]] = [[(" ", _PLAIN)] * self.columns for _ in range(self.rows)]

    @property
    def texts(self) -> list[str]:
        return ["".join(text for text, _ in row) for row in self.cells]

    def feed(self, written: str) -> "TerminalPicture":
        for part in _PARTS.finditer(written):
            if part["text"] is not None:
                self._put(part["text"])
            elif part["end"] == "m":
                self._set_style([int(code or 0) for code in part["csi"].split(";")])
            elif part["end"] == "H":
                row, _, column = part["csi"].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
            elif part["end"] == "J":
                self.clear()
        return self

    def _put(self, text: str) -> None:
        if text == "\n":
            self._y += 1
            return
        if not text.isprintable():
            return
        for offset in range(cell_len(text)):
            if self._y < self.rows and self._x < self.columns:
                self.cells[self._y][self._x] = ("" if offset else text, self._style)
            self._x += 1

    def _set_style(self, codes: list[int]) -> None:
        attributes, foreground, background = self._style
        while codes:
            code = codes.pop(0)
            colour = str(code)
            if code in (38, 48):
                length = 4 if codes[0] == 2 else 2
                colour += "".join(f";{number}" for number in codes[:length])
                del codes[:length]
            if code == 0:
                attributes, foreground, background = _PLAIN
            elif code < 30:
                attributes = " ".join(sorted({*attributes.split(), colour}))
            elif code in (39, 49):
                foreground, background = ("", background) if code == 39 else (foreground, "")
            elif 30 <= code <= 38 or 90 <= code <= 97:
                foreground = colour
            else:
                background = colour
        self._style = attributes, foreground, background
