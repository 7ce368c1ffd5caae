"""What the keys do on the locked screen: a part of the one table, and its handlers."""

from tui.action_kinds import Action, Scope, do
from tui.guard import Guard

LOCK_ACTIONS: tuple[Action, ...] = (
    do("lock.enter", Scope.LOCK, "enter", "unlock", "gives the code or the word", footer=1),
    do("lock.rub_out", Scope.LOCK, "backspace", "delete", "deletes to the left"),
    do("lock.clear", Scope.LOCK, "ctrl+u escape", "clear", "empties the field"),
    do(
        "lock.danger",
        Scope.LOCK,
        "ctrl+x",
        "danger",
        "the danger strip works while the screen is locked",
        footer=2,
        same_as="desk.danger",
    ),
)


class LockActs:
    """Nothing here sends but the question to unlock."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def do_enter(self) -> None:
        self._guard.enter()

    def do_rub_out(self) -> None:
        self._guard.rub_out()

    def do_clear(self) -> None:
        self._guard.clear()
