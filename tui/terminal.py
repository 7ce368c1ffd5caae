"""The terminal under the screen: unreadable input is dropped, a key says what was painted."""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable

from textual import events
from textual._parser import ParseError, Parser
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

READ_BYTES_MAX = 4096
POLL_SECONDS = 0.1
WRITES_WAITING_MAX = 9
"""Three paintings of three writes. Textual's queue takes 30, then it holds up the loop."""


class ForgivingParser(XTermParser):
    """Textual's own parser, restarted behind a sequence that it raises on."""

    def __init__(self, *, on_dropped: Callable[[], None]) -> None:
        super().__init__()
        self._on_dropped = on_dropped

    def feed(self, data: str) -> Iterable[Message]:
        """Character by character, so that a bad sequence costs itself alone.

        No text is no end of input here: half a character of several bytes decodes to nothing yet.
        """
        for character in data:
            yield from self._one(character)

    def tick(self) -> Iterable[Message]:
        try:
            yield from super().tick()
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

    def _restart(self) -> None:
        self._on_dropped()
        Parser.__init__(self)


class DeskDriver(LinuxDriver):
    """`app.stamp_key` is called in the input thread, at the moment in which a key is read."""

    @property
    def is_behind(self) -> bool:
        """Whether the terminal takes less than it is given: what waits is no longer news."""
        writer = self._writer_thread
        return writer is not None and writer._queue.qsize() >= WRITES_WAITING_MAX

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.Key):
            stamp = getattr(self._app, "stamp_key", None)
            if stamp is not None:
                stamp(message)
        super().process_message(message)

    def _dropped(self) -> None:
        dropped = getattr(self._app, "input_dropped", None)
        if dropped is not None:
            dropped()

    def run_input_thread(self) -> None:
        """As in LinuxDriver, with the forgiving parser; a terminal that is gone ends the loop."""
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        parser = ForgivingParser(on_dropped=self._dropped)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                for _key, _mask in selector.select(POLL_SECONDS):
                    try:
                        read = os.read(self.fileno, READ_BYTES_MAX)
                    except OSError:
                        return
                    if not read:
                        return
                    for message in parser.feed(decode(read)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
