"""The test suite in its three tiers, run by pytest in this environment."""

import os
import subprocess
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

from commands.exit_codes import ExitCode
from engine.errors import MachineError

ROOT = Path(__file__).resolve().parent.parent
WORKERS = "4"  # for two cores: tests of whole processes and of lines wait for much of their time
TIERS = {
    "test": ["-m", "not long and not release", "-n", WORKERS, "--dist", "worksteal"],
    "long": ["-m", "not release", "-n", WORKERS, "--dist", "worksteal"],
    "release": ["-p", "benchmark"],  # figures are measured, so nothing runs beside them
}


def run(options: Namespace) -> int:
    """Run a tier from the checkout; 0 when everything passed, 1 when anything did not."""
    if not (ROOT / "pyproject.toml").exists():
        raise MachineError("the tests are in the checkout, not in the installed program")
    if find_spec("pytest") is None:
        raise MachineError(
            "the development set is not installed here: run python3 trader.py test"
            " without TRADER_NO_BOOTSTRAP and outside the environment"
        )
    tier = "release" if options.release else "long" if options.long else "test"
    command = [sys.executable, "-m", "pytest", *TIERS[tier], *options.pytest_arguments]
    sys.stdout.flush()
    code = subprocess.call(command, cwd=ROOT, env=_environment(tier))
    return ExitCode.DONE if code == 0 else ExitCode.CHECK_FAILED


def _environment(tier: str) -> dict[str, str]:
    """A suite must not see the settings of the person who runs it; the tier is for Hypothesis.

    Where nothing compiled may be kept, each of the many processes that tests start would compile
    the whole program anew, which takes longer than what they are started for.
    """
    of_person = ("PYTEST_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(of_person)}
    return {**kept, "TRADER_TEST_TIER": tier}
