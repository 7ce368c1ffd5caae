"""The terminal under the screen: takes it and gives it back, and says what a key could see."""

import os
import selectors
from codecs import getincrementaldecoder

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.parser import ForgivingParser

READ_BYTES_MAX = 4096
POLL_SECONDS = 0.1
WRITES_WAITING_MAX = 9
"""Three paintings of three writes. Textual's queue takes 30, then it holds up the loop."""


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

    def _sigcont_application(self, *_: object) -> None:
        """After SIGSTOP, of which nobody was told, the terminal is given back first.

        Taken a second time as it stands it would be read by two threads, and keys torn in two.
        """
        if not os.isatty(self.fileno):
            return  # the kernel says SIGCONT after SIGHUP: there is nothing left to take
        if not self._must_signal_resume:
            self.suspend_application_mode()
            self._must_signal_resume = True
        super()._sigcont_application()

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
