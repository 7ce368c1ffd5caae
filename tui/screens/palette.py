"""Every action by name, found by typing."""

from collections.abc import Callable

from tui.actions import ACTIONS, SCOPES_WITH_FIELDS, Action, Scope
from tui.keyboard import Keymap, shown
from tui.paint import Line
from tui.themes import Palette

_HIDDEN = (*SCOPES_WITH_FIELDS, Scope.LIST, Scope.CONFIRM, Scope.DANGER)


class ActionPalette:
    """Offers what can be done from here; choosing a row is pressing its key."""

    title = "all actions"
    hint = "type a few letters"
    chooses = True

    def __init__(
        self, keymap: Keymap, chain: tuple[Scope, ...], perform: Callable[[Action], None]
    ) -> None:
        self.search: str | None = ""
        self._keymap = keymap
        self._chain = chain
        self._perform = perform

    def _found(self) -> list[Action]:
        letters = (self.search or "").lower().split()
        return [
            action
            for action in ACTIONS
            if not action.later
            and action.scope not in _HIDDEN
            and (action.scope in self._chain or action.word)
            and not action.increases_risk
            and action.words
            and all(
                part in f"{action.words} {action.help} {action.word}".lower() for part in letters
            )
        ]

    def rows(self, ink: Palette, width: int) -> list[Line]:
        lines = []
        for action in self._found():
            keys = self._keymap.keys[action.id]
            line = Line().cell(shown(keys[0]) if keys else "", 9, ink.key)
            line.cell(action.words, 16, ink.strong).cell(action.help, max(width - 40, 20), ink.text)
            lines.append(line.add(f" :{action.word}" if action.word else "", ink.quiet))
        if not lines:
            danger, colon = (self._keymap.shown(name) for name in ("desk.danger", "desk.command"))
            words = (
                f"nothing by that name here; {danger} halts, flattens, kills; {colon} takes orders"
            )
            lines.append(Line().add(words, ink.quiet))
        return lines

    def choose(self, row: int) -> None:
        found = self._found()
        if row < len(found):
            self._perform(found[row])
