"""The exit codes of every command, in one table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the number a command ends with says to a shell."""

    DONE = 0
    CHECK_FAILED = 1  # an expectation or a check failed
    USAGE = 2  # the line could not be read, or there is no terminal for the screen
    ENVIRONMENT = 3  # no environment, home in use, no permission, an optional part missing
    CONFIGURATION = 4
    ORDER_DENIED = 5  # an order was denied that no later `expect denied` names
    VENUE_UNREACHABLE = 6
    ENGINE_FAULT = 7
    INTERRUPTED = 130  # as shells report SIGINT
    OUTPUT_CLOSED = 141  # as shells report SIGPIPE: whoever read stdout went away
