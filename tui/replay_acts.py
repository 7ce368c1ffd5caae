"""Keys for the market's time: play and pause, steps, jumps; each says what the language says."""

from engine.ports import SendLine
from tui.room import Room

PAUSED = "paused"
RESTART_QUESTION = (
    "Begin the recorded day anew? Positions and cash stay as they are, working orders expire."
)


class ReplayActs:
    """Sends replay lines; the desk refuses by name where market time is in nobody's hands."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def _send(self, text: str) -> None:
        self.room.ask(SendLine(text=text, ticket=self.room.command.mint(), symbol=self.room.symbol))

    def do_pause(self) -> None:
        stands_still = self.room.view.speed == PAUSED
        self._send("replay play" if stands_still else "replay pause")

    def do_step(self) -> None:
        self._send("replay step")

    def do_step_trade(self) -> None:
        self._send("replay step trade")

    def do_fill(self) -> None:
        self._send("replay jump fill")

    def do_jump(self) -> None:
        self.room.open_line("replay jump ")

    def do_restart(self) -> None:
        room = self.room
        room.danger.ask(RESTART_QUESTION, lambda: self._send("replay restart"), room.clock())
