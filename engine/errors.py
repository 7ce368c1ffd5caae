"""The root of the error tree: what stops a command, and the exit code that it ends with.

    TraderError                 ends with 7: a fault of the engine
    ├── MachineError            ends with 3: home in use, no permission, an optional part missing
    ├── InputError              ends with 2: a file or a line that cannot be read
    └── (further branches stand beside what raises them: settings, journal, connectors)

Refusing an order is not an error: that is a value with a `Reason`.
"""


class TraderError(Exception):
    """Ends a command: `str(error)` is one sentence to act on, `exit_code` what the shell sees.

    Subclasses set `exit_code` to a number of the table in `commands.exit_codes`.
    """

    exit_code: int = 7


class MachineError(TraderError):
    """The machine, not the request, is in the way."""

    exit_code = 3


class InputError(TraderError):
    """A file or a line that was given cannot be read; the sentence names its line or column."""

    exit_code = 2
