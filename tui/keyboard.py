"""From a key press to an action: scopes, rebinding, and what is too fast to be a person."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from tui.actions import ACTIONS, BY_ID, SCOPES_WITH_FIELDS, Action, Scope

PASTE_KEYS_MAX = 3
"""More keys than these within PASTE_SECONDS are a paste, not a person."""
PASTE_SECONDS = 0.1

_SHOWN = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "space": "Space",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "backspace": "Bksp",
    "delete": "Del",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
}
_NAMES = {shown.lower(): name for name, shown in _SHOWN.items()}


class KeyClashError(ValueError):
    """A `[keys]` setting that cannot be; the message is the sentence for the person."""


def shown(key: str) -> str:
    """A key as people write it: ctrl+t → ^T."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+"):
        return f"^{key[5:].upper()}"
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


class Keymap:
    """Which action a key means in a chain of scopes; made once, from the table and `[keys]`."""

    def __init__(self, own_keys: Mapping[str, str] | None = None) -> None:
        """Raises KeyClashError for an unknown action, or keys that may not be."""
        self.keys: dict[str, tuple[str, ...]] = {action.id: action.keys for action in ACTIONS}
        for action_id, keys in (own_keys or {}).items():
            if action_id not in BY_ID:
                raise KeyClashError(
                    f"[keys] {action_id}: there is no such action; :palette lists them"
                )
            self.keys[action_id] = tuple(_NAMES.get(key.lower(), key) for key in keys.split())
        self._by_scope: dict[Scope, dict[str, Action]] = {scope: {} for scope in Scope}
        for action in ACTIONS:
            for key in self.keys[action.id]:
                self._bind(action, key)
        problem = next(iter(self._problems()), "")
        if problem:
            raise KeyClashError(f"[keys] {problem}")

    def _bind(self, action: Action, key: str) -> None:
        table = self._by_scope[action.scope]
        if key in table:
            raise KeyClashError(
                f"[keys] {shown(key)} cannot be both {table[key].id} and {action.id}"
            )
        table[key] = action

    def _problems(self) -> Iterable[str]:
        for action in ACTIONS:
            for key in self.keys[action.id]:
                if len(key) == 1 and action.increases_risk:
                    yield f"{action.id}: a bare {key} may not send"
                if len(key) == 1 and action.scope in (Scope.EVERYWHERE, *SCOPES_WITH_FIELDS):
                    yield f"{action.id}: {key} is text in a field"
        for scope, table in self._by_scope.items():
            for key, action in table.items():
                other = table.get(key.swapcase()) if len(key) == 1 and key.isalpha() else None
                if (
                    other
                    and other is not action
                    and (action.acts_on_orders or other.acts_on_orders)
                ):
                    yield f"{action.id} and {other.id} differ only by case in {scope.value}"

    def find(self, key: str, chain: Sequence[Scope]) -> Action | None:
        """The innermost meaning of a key."""
        for scope in chain:
            action = self._by_scope[scope].get(key)
            if action is not None:
                return action
        return None

    def shown(self, action_id: str) -> str:
        """The first key of an action as people write it; its `:` word where it has no key."""
        keys = self.keys[action_id]
        return shown(keys[0]) if keys else f":{BY_ID[action_id].word}"

    def footer(self, chain: Sequence[Scope]) -> list[tuple[str, str]]:
        """(key, words) of what the footer offers, most useful first; hidden meanings left out."""
        offered: list[tuple[int, str, str]] = []
        for place, scope in enumerate(chain):
            for key, action in self._by_scope[scope].items():
                is_first = self.keys[action.id][0] == key
                if action.footer and is_first and self.find(key, chain[:place]) is None:
                    offered.append((action.footer, shown(key), action.words))
        return [(key, words) for _, key, words in sorted(offered)]


class Cadence:
    """Tells a paste without brackets from a person: too many keys in too short a time."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=PASTE_KEYS_MAX + 1)

    def press(self, at: float) -> None:
        """`at`: seconds on any steady clock."""
        self._times.append(at)

    @property
    def is_paste(self) -> bool:
        """Whether the key just pressed belongs to a burst."""
        times = self._times
        return len(times) > PASTE_KEYS_MAX and times[-1] - times[0] < PASTE_SECONDS
