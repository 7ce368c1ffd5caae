"""What a signal means for the screen: SIGINT stops nothing, the others end it in order."""

import asyncio
import signal
from collections.abc import Callable

SIGNAL_BASE = 128
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def watch_signals(leave: Callable[[int], None], interrupt: Callable[[], None]) -> None:
    """Without handlers of the loop these kill the program with the terminal raw.

    SIGINT is Ctrl+C from outside: a slip of the hand may not end what watches over orders.
    """
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, leave, SIGNAL_BASE + number)
    loop.add_signal_handler(signal.SIGINT, interrupt)
