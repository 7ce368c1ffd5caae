"""Every key, by where it works, straight from the action table."""

from tui.actions import ACTIONS, Scope
from tui.keyboard import Keymap, shown
from tui.paint import Line
from tui.themes import Palette

_HEADINGS = {
    Scope.EVERYWHERE: "everywhere, inside fields too",
    Scope.DESK: "on the desk",
    Scope.LIST: "in a list",
    Scope.SYMBOL: "on a symbol",
    Scope.DEPTH: "in the ladder",
    Scope.ORDERS: "in orders",
    Scope.TAPE: "in the tape",
    Scope.CHART: "in the chart",
    Scope.TICKET: "in the ticket",
    Scope.LINE: "on the : line",
    Scope.PAGE: "in a page like this",
    Scope.DANGER: "after Ctrl+X",
    Scope.CONFIRM: "when asked",
    Scope.LOCK: "while the screen is locked",
}


class Help:
    """Nothing to choose, only to read; `:` words are shown beside the keys."""

    title = "keys"
    hint = ""
    search: str | None = None
    chooses = False

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap

    def rows(self, ink: Palette, width: int) -> list[Line]:
        lines: list[Line] = []
        later: list[str] = []
        for scope, words in _HEADINGS.items():
            lines.append(Line().add(words, ink.strong))
            for action in ACTIONS:
                if action.scope is not scope:
                    continue
                keys = " ".join(shown(key) for key in self._keymap.keys[action.id])
                if action.later:
                    later.append(f"{keys} {action.later}".strip())
                    continue
                line = Line().add("  ", ink.text).cell(keys, 14, ink.key)
                line.cell(action.help, max(width - 32, 20), ink.text)
                lines.append(line.add(f"  :{action.word}" if action.word else "", ink.quiet))
            lines.append(Line())
        lines.append(Line().add("not available yet", ink.strong))
        lines += [Line().add(f"  {words}", ink.quiet) for words in later]
        return lines

    def choose(self, row: int) -> None:
        return
