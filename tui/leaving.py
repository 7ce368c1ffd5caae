"""Ctrl+Q: what goes on without this screen, what ends with it, and how a person decides."""

from engine.attachment import StopEngine
from engine.domain import modes
from tui.room import Room
from tui.screens.leaving import Leaving

STOP_SECONDS_MAX = 8.0
"""Cancels may take five of them; after that the screen goes, whatever the engine does."""


def leave(room: Room) -> None:
    """One question where nothing works, a page with choices where orders do."""
    standing = room.standing
    working = [row for row in room.view.orders if not row.is_done]
    if working and standing.is_separate and not standing.alarm:
        room.open_page(
            Leaving(
                room,
                send_key=room.key("desk.send"),
                go=lambda: room.shell.leave(0, _runs_on(room)),
                stop=lambda cancel: _stop(room, cancel=cancel),
                back=room.close_page,
            )
        )
        return
    question, words, stops = _words(room, len(working))

    def yes() -> None:
        if stops and any(not row.is_done for row in room.view.orders):
            leave(room)  # an order came to work between the question and its answer
        elif stops:
            _stop(room, cancel=False)
        else:
            room.shell.leave(0, words)

    room.danger.ask(f"Quit? {question}", yes, room.clock())


def _words(room: Room, working: int) -> tuple[str, str, bool]:
    """What is asked, what stands in the terminal afterwards, and whether the engine stops too."""
    view, standing = room.view, room.standing
    held = sum(bool(row.quantity) for row in view.positions)
    is_simulated = modes.is_simulated(view.mode)
    if standing.alarm:
        words = f"{standing.alarm.lower()}: what works and is held stays as the journal has it"
        return f"{words}.", f"trader: {words}", False
    if standing.is_separate:
        stops = is_simulated and standing.has_control and not standing.others
        if stops and not standing.keeps_running:
            held_words = f"{held} held stay in this home" if held else "nothing is held"
            return f"Nothing is working, {held_words}; the engine stops too.", "", True
        return "Nothing is working; the engine runs on.", _runs_on(room), False
    if not working and not held:
        return "Nothing is working, nothing is held.", _realism(room, ""), False
    stays = f"{working} working and {held} held stay"
    if is_simulated:  # there the exchange rests with the desk
        after = f"trader: {stays} in this home; the next start goes on with them"
        return f"{stays}; the next start goes on with them.", _realism(room, after), False
    return f"{stays} as they are.", _realism(room, f"trader: {stays} as they are"), False


def _runs_on(room: Room) -> str:
    working = sum(not row.is_done for row in room.view.orders)
    words = "trader: the engine runs on"
    if working:
        words += f" with {working} working order{'s' if working > 1 else ''}"
    words += "; `trader` attaches again, `trader stop` ends it"
    return _realism(room, words)


def _realism(room: Room, words: str) -> str:
    realism = room.view.realism
    return f"{words}\ntrader: {realism}".lstrip() if realism else words


def _stop(room: Room, *, cancel: bool) -> None:
    """The engine's last word ends the screen; without one it ends all the same."""
    if not room.ask(StopEngine(cancel=cancel)):
        return
    room.last_words = _realism(room, "")
    room.say("the engine stops; waiting for the venue's word on the cancels" if cancel
             else "the engine stops")  # fmt: skip
    words = "trader: the engine has not said that it stopped: see `trader status`"
    room.shell.later(STOP_SECONDS_MAX, lambda: room.shell.leave(0, words))
