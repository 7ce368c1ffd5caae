"""From what a terminal sends to keys and pastes: nothing unreadable is ever taken for a key."""

import time
from collections.abc import Callable, Generator, Iterable

from textual import events
from textual._parser import ParseError, Parser
from textual._xterm_parser import XTermParser
from textual.message import Message

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
PASTE_CHARACTERS_MAX = 4 * 1024 * 1024
PASTE_SILENCE_SECONDS = 1.0
"""A paste that goes on has more by then; one whose end was lost may not swallow the keys."""


STRING_SILENCE_SECONDS = 0.25
"""The same for a reply of the terminal that was cut."""
ESCAPE, CONTROL, BELL = "\x1b", "\x1b[", "\x07"
STRINGS = tuple(ESCAPE + kind for kind in "]P_^X")
"""What begins a string that ends with a bell or ESC \\: replies that nobody here asked for."""
OLD_MOUSE, OLD_MOUSE_BYTES = "\x1b[M", 3
SEQUENCE_CHARACTERS_MAX = 32
"""Textual takes what is longer for keys."""


class ForgivingParser(XTermParser):
    """Textual's own parser, which hears keys and nothing else that could be taken for them.

    To it an escape ends a paste, and what follows in the pasted text would be keys, those that
    transmit among them; a sequence that it does not know it hands on as the keys of its letters.
    Both are taken out here, counted where they were no text.
    """

    def __init__(
        self, *, on_dropped: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._on_dropped = on_dropped
        self._clock = clock
        self._sequence = ""
        """From its escape on, while one is read."""
        self._skip = 0
        """So many characters more belong to a mouse of long ago."""
        self._pasted: str | None = None
        self._heard_at = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """Character by character, so that a bad sequence costs itself alone.

        No text is no end of input here: half a character of several bytes decodes to nothing yet.
        """
        while data:
            if self._pasted is None:
                data = yield from self._keys(data)
            else:
                data = yield from self._paste(self._pasted, data)

    def _keys(self, data: str) -> Generator[Message, None, str]:
        """What of the data is left when a paste begins."""
        self._heard_at = self._clock()
        for place, character in enumerate(data, 1):
            if self._skip:
                self._skip -= 1
            elif self._sequence.startswith(STRINGS):
                self._read_string(character)
            else:
                yield from self._read(character)
                if self._sequence == PASTE_BEGINS:
                    self._pasted, self._sequence = "", ""
                    Parser.__init__(self)
                    return data[place:]
        return ""

    def _read_string(self, character: str) -> None:
        if character == BELL or (character == "\\" and self._sequence.endswith(ESCAPE)):
            self._sequence = ""
        else:
            self._sequence = self._sequence[:2] + character

    def _read(self, character: str) -> Iterable[Message]:
        """A key, or a step on the way to one."""
        if character == ESCAPE:
            self._sequence = ""
        is_control = self._sequence.startswith(CONTROL)
        is_overlong = is_control and len(self._sequence) > SEQUENCE_CHARACTERS_MAX
        if self._sequence or character == ESCAPE:
            self._sequence += character
        heard = [] if is_overlong else list(self._one(character))
        yield from self._without_letters(heard)
        if self._sequence in STRINGS:
            self._restart()
        elif self._sequence == OLD_MOUSE:
            self._skip, self._sequence = OLD_MOUSE_BYTES, ""
            self._restart()
        elif _is_complete(self._sequence) and self._sequence != PASTE_BEGINS:
            if not heard and not is_overlong:
                self._restart()
            self._sequence = ""
        elif heard and character != ESCAPE and len(self._sequence) <= SEQUENCE_CHARACTERS_MAX:
            self._sequence = ""

    def _without_letters(self, messages: list[Message]) -> list[Message]:
        """One character is one key at most: more are the letters of what was not understood."""
        keys = [message for message in messages if isinstance(message, events.Key)]
        if len(keys) < 2:
            return messages
        self._on_dropped()
        return [message for message in messages if not isinstance(message, events.Key)]

    def _paste(self, before: str, data: str) -> Generator[Message, None, str]:
        """What of the data is left behind the paste; bounded, whoever pastes what."""
        self._heard_at = self._clock()
        text, overlap = before + data, len(PASTE_ENDS) - 1
        end = text.find(PASTE_ENDS, max(len(before) - overlap, 0))
        if end < 0:
            self._pasted = text[:PASTE_CHARACTERS_MAX] + text[PASTE_CHARACTERS_MAX:][-overlap:]
            return ""
        yield from self._end_paste(text[:end])
        return text[end + len(PASTE_ENDS) :]

    def _end_paste(self, text: str) -> Iterable[Message]:
        self._pasted = None
        yield events.Paste(text)

    def tick(self) -> Iterable[Message]:
        if self._pasted is not None:
            if self._clock() - self._heard_at > PASTE_SILENCE_SECONDS:
                yield from self._end_paste(self._pasted)
            return
        if self._clock() - self._heard_at > STRING_SILENCE_SECONDS:
            self._sequence, self._skip = "", 0
        try:
            heard = list(super().tick())
            self._sequence = "" if heard else self._sequence
            yield from self._without_letters(heard)
        except ParseError:
            raise
        except Exception:
            self._restart()

    def _one(self, character: str) -> Iterable[Message]:
        try:
            yield from super().feed(character)
        except ParseError:
            raise
        except Exception:  # whatever a terminal sends, the desk goes on
            self._restart()
            self._sequence = ""

    def _restart(self) -> None:
        self._on_dropped()
        Parser.__init__(self)


def _is_complete(sequence: str) -> bool:
    """Whether a control sequence has had its last character (ECMA-48, 5.4)."""
    if sequence.startswith("\x1bO"):
        return len(sequence) == 3
    is_control = sequence.startswith(CONTROL) and len(sequence) > 2
    return is_control and "@" <= sequence[-1] <= "~" and sequence != "\x1b[["
