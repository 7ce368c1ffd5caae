"""Every action by name, found by typing."""

from collections.abc import Callable

from tui.actions import ACTIONS, BY_KEY_ALONE, Action, Scope
from tui.keyboard import Keymap, shown
from tui.paint import Line
from tui.themes import Palette


class ActionPalette:
    """Choosing a row is pressing its key, with the same question where the key asks one."""

    title = "all actions"
    hint = "type a few letters"
    chooses = True

    def __init__(self, keymap: Keymap, perform: Callable[[Action], None]) -> None:
        self.search: str | None = ""
        self._keymap = keymap
        self._perform = perform

    def _found(self) -> list[Action]:
        letters = (self.search or "").lower().split()
        return [
            action
            for action in ACTIONS
            if not action.later
            and action.id not in BY_KEY_ALONE
            and all(
                part in f"{action.words} {action.help} {action.word}".lower() for part in letters
            )
        ]

    def _key_of(self, action: Action) -> str:
        keys = self._keymap.keys[action.id]
        if not keys:
            return ""
        strip = f"{self._keymap.shown('desk.danger')} " if action.scope is Scope.DANGER else ""
        return strip + shown(keys[0])

    def rows(self, ink: Palette, width: int) -> list[Line]:
        lines = []
        for action in self._found():
            line = Line().cell(self._key_of(action), 9, ink.key)
            line.cell(action.words, 16, ink.strong).cell(action.help, max(width - 40, 20), ink.text)
            lines.append(line.add(f" :{action.word}" if action.word else "", ink.quiet))
        if not lines:
            words = f"nothing by that name; {self._keymap.shown('desk.command')} takes orders"
            lines.append(Line().add(words, ink.quiet))
        return lines

    def choose(self, row: int) -> None:
        found = self._found()
        if row < len(found):
            self._perform(found[row])
