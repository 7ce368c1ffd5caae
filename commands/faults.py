"""What a person is told when a command ends in an error, and where its details are kept."""

import traceback
from argparse import Namespace

from commands.exit_codes import ExitCode
from engine.errors import TraderError

OWN_PACKAGES = ("commands", "connectors", "data", "engine", "tui")


def explain(error: Exception, options: Namespace | None) -> tuple[str, int]:
    """One sentence and the exit code for an error that ended a command.

    An error with an integer `exit_code` (`engine.errors.TraderError`) speaks for itself; a missing
    package is the machine's fault; anything else is ours, and its traceback goes to the log.
    """
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        return str(error), code
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if package not in OWN_PACKAGES:
            sentence = f"the package {package} is not installed; run python3 trader.py to set up"
            return sentence, ExitCode.ENVIRONMENT
    where = keep_details(error, options)
    sentence = f"an internal fault ended this command ({type(error).__name__}); {where}"
    return sentence, ExitCode.ENGINE_FAULT


def keep_details(error: Exception, options: Namespace | None) -> str:
    """Append the traceback, without local variables, to the logs of the home; say where it is."""
    try:
        from data.home import Home

        log = Home.prepare(options.home if options else None).logs_path / "faults.log"
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
    except (OSError, ImportError, TraderError) as unwritable:
        return f"its details could not be kept ({unwritable})"
    return f"its details are in {log}"
