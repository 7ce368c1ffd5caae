"""What is left to do when a session breaks (F04, F05, F42): say it, halt, take entries back."""

import msgspec

from engine.domain.commands import CancelScope
from engine.domain.modes import is_simulated
from engine.errors import TraderError
from engine.runtime.session import Session

ENGINE_FAULT = 7
"""Exit code of a fault of ours."""


class Stopped(msgspec.Struct, frozen=True):
    """How a session ended that may not go on: one sentence and the exit code."""

    text: str
    exit_code: int


def fail_stop(session: Session, fault: Exception) -> Stopped:
    """Never raises. Entries are taken back; protective exits stay where they protect.

    A bug of ours is written into the journal, which halts the desk for the next start too. Where
    the journal itself failed, what memory knows is cancelled.
    """
    if isinstance(fault, TraderError):
        return _from_memory(session, str(fault), fault.exit_code)
    text = f"engine fault: {type(fault).__name__}: {fault}"
    try:
        cancels = session.stop_for(text.removeprefix("engine fault: "))
    except Exception as also:
        # The last door: not even the journal helps any more, so memory has to.
        return _from_memory(session, f"{text}; {type(also).__name__}: {also}", ENGINE_FAULT)
    return Stopped(text + _cancels_in_words(cancels, "sent"), ENGINE_FAULT)


def _from_memory(session: Session, text: str, exit_code: int) -> Stopped:
    try:
        cancels = session.cancel_from_memory(CancelScope.ENTRIES)
    except Exception as also:
        # The same door: a person has to know that what works at the venue still works there.
        lost = f"; entries could not be cancelled either ({type(also).__name__}: {also})"
        return Stopped(text + lost, exit_code)
    if is_simulated(session.state.mode):
        return Stopped(text + _still_in_the_journal(cancels), exit_code)
    return Stopped(text + _cancels_in_words(cancels, "sent from memory"), exit_code)


def _still_in_the_journal(entries: int) -> str:
    """A paper venue ends with the desk and is rebuilt from a journal without these cancels."""
    if not entries:
        return ""
    noun, verb = ("entry", "stands") if entries == 1 else ("entries", "stand")
    return (
        f"; {entries} {noun} of this paper market {verb} in the journal as working and will work"
        " again at the next start: cancel there what should not"
    )


def _cancels_in_words(cancels: int, how: str) -> str:
    if not cancels:
        return ""
    noun = "cancel of an entry" if cancels == 1 else "cancels of entries"
    return f"; {cancels} {noun} {how}"
