#!/usr/bin/env python3
"""The launcher: makes the environment beside it on first use, then runs the command asked for."""

import os
import sys

if sys.version_info < (3, 11) or os.name != "posix":
    sys.stderr.write(
        "trader: needs Python 3.11 or later on Linux or macOS, and this is Python %d.%d:"
        " run it with python3.11 or a later one\n" % sys.version_info[:2]
    )
    sys.exit(3)

import errno
import gc
import hashlib
import importlib
import importlib.util
import re
import shutil
import subprocess
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # python -P, PYTHONSAFEPATH
    sys.path.insert(0, str(ROOT))

from commands import flags
from commands.exit_codes import ExitCode
from commands.inert import inert

ENVIRONMENT = ROOT / ".venv"
BUILD_LOCK = ROOT / ".venv.lock"
LOCKS = {"runtime": ROOT / "requirements.lock", "development": ROOT / "requirements-dev.lock"}
PIP = "-I -m pip install --require-hashes --no-deps --only-binary :all: --no-input --retries 2"

# How pip says where in the list it is, and that there is no network.
PIP_AT_LINE = re.compile(r"\(line (\d+)\)")
PIP_IS_OFFLINE = ("connection broken by", "Max retries exceeded", "timed out", "Connection aborted")
PIP_LINES_KEPT_MAX = 400
# What a write says that a full or broken disk does not take.
LOST_WRITES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


# ---- from a command line to an exit code -------------------------------------------------------


def _whole(options: Namespace) -> tuple[object, ...]:
    return (options,)


def _target(
    path: str, arguments: Callable[[Namespace], tuple[object, ...]] = _whole
) -> Callable[[Namespace], int]:
    """The command's own function, imported when it is called and not before."""
    module, _, name = path.partition(":")

    def call(options: Namespace) -> int:
        return int(getattr(importlib.import_module(module), name)(*arguments(options)))

    return call


TARGETS: dict[str, Callable[[Namespace], int]] = {
    flags.SESSION: _target("commands.session:run"),
    "match": _target("commands.match:run", lambda given: (given.file, given.trades, given.json)),
    "check-book": _target(
        "commands.check_book:run",
        lambda given: (given.messages, given.book, given.levels, given.mode, given.json),
    ),
    "check-fills": _target(
        "commands.check_fills:run",
        lambda given: (
            given.recording,
            given.orders,
            1 if given.seed is None else given.seed,
            given.levels,
            given.infer_aggressor,
            given.json,
        ),
    ),
    "query": _target("commands.query:run"),
    "why": _target("commands.why:run"),
    "report": _target("commands.report:run"),
    "verify": _target("commands.verify:run"),
    "reconcile": _target("commands.reconcile:run"),
    "rebuild": _target("commands.rebuild:run"),
    "recordings": _target("commands.recordings:run"),
    "backup": _target("commands.backup:run"),
    "restore": _target("commands.restore:run"),
    "reset": _target("commands.reset:run"),
    "attach": _target("commands.attach:run"),
    "status": _target("commands.status:run"),
    "ready": _target("commands.ready:run"),
    "stop": _target("commands.stop:run"),
    "kill": _target("commands.kill:run"),
    "secrets": _target("commands.secrets:run"),
    "totp": _target("commands.totp:run"),
    "config": _target("commands.config:run"),
    "sim": _target("commands.sim:run"),
    "venue": _target("commands.venue:run"),
    "bench": _target("commands.bench:run"),
    "test": _target("commands.test:run"),
    "doctor": _target("commands.doctor:run"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code; the console script `trader` is this."""
    options = None
    try:
        options = flags.parse(sys.argv[1:] if arguments is None else arguments)
        _require_terminal(options)
        if options.command in (flags.SESSION, "attach"):
            gc.disable()  # opening a desk makes only what stays; once open it collects, calmly
        code = TARGETS[options.command](options)
        print(end="", flush=True)  # a reader that went away is noticed here, not at exit
    except flags.UsageError as error:
        return _say(str(error), ExitCode.USAGE)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.OUTPUT_CLOSED
    except Exception as error:  # the last door: nothing above this line could answer for it
        if isinstance(error, OSError) and error.errno in LOST_WRITES and _is_stdout_lost():
            sentence = f"stdout cannot be written, so what stands there is not whole: {error}"
            return _say(sentence, ExitCode.ENVIRONMENT)
        from commands.faults import explain

        return _say(*explain(error, options))
    finally:
        _forget_unwritten()
    return code


def _require_terminal(options: Namespace) -> None:
    is_screen = options.command == "attach" or (
        options.command == flags.SESSION and not options.headless and options.engine is None
    )
    if not is_screen:
        return
    if not all(map(os.isatty, (0, 1, 2))):
        raise flags.UsageError(
            "the screen needs a terminal on stdin, stdout and stderr;"
            " --headless, --script FILE and --exec LINE run without one"
        )


def _is_stdout_lost() -> bool:
    """It takes nothing more, as on a full disk, not even the end of a line."""
    if sys.stdout is None:  # it was closed before this program began
        return False
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")
    except OSError:
        return True
    return False


def _forget_unwritten() -> None:
    """What could not be written is not tried again at the exit, where it would end in a traceback
    and in another exit code."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(sentence: str, code: int) -> int:
    print(f"trader: {inert(sentence)}", file=sys.stderr)
    return code


# ---- the environment ---------------------------------------------------------------------------


class SetUpError(Exception):
    """The environment cannot be made; the message is the sentence that says what to do."""


def launch() -> int | None:
    """Make sure of the environment, continue inside it as the same process, and run the command."""
    if _is_inside() or os.environ.get("TRADER_NO_BOOTSTRAP") == "1":
        return main()
    try:
        options = flags.parse(sys.argv[1:])
    except flags.UsageError as error:
        return _say(str(error), ExitCode.USAGE)
    needed = ["runtime", "development"] if options.command == "test" else ["runtime"]
    try:
        if not all(_is_current(name) for name in needed):
            _set_up(needed)
        _continue_inside()
    except SetUpError as error:
        _progress(str(error))
        return ExitCode.ENVIRONMENT
    except OSError as error:
        _progress(
            f"cannot make the environment in {ROOT}: {error.strerror or error};"
            " the folder must be writable"
        )
        return ExitCode.ENVIRONMENT
    except KeyboardInterrupt:
        _progress("set-up interrupted; the next start completes it")
        return ExitCode.INTERRUPTED
    return None  # only for the reader: the process is the command by now


def _is_inside() -> bool:
    return Path(sys.prefix).resolve() == ENVIRONMENT.resolve()


def _python() -> Path:
    return ENVIRONMENT / "bin" / "python3"


def _mark(name: str) -> Path:
    return ENVIRONMENT / f"trader-{name}"


def _fingerprint(name: str) -> str:
    """Changes with the lock file, the Python and the place: scripts in it name their own path."""
    made_by = f"{sys.implementation.cache_tag} {ENVIRONMENT}\n".encode()
    return hashlib.sha256(made_by + LOCKS[name].read_bytes()).hexdigest()


def _is_current(name: str) -> bool:
    """The mark is written last, so its presence says that the set was installed whole."""
    try:
        return _mark(name).read_text() == _fingerprint(name) and _python().exists()
    except OSError:
        return False


def _continue_inside() -> None:
    """Become the environment's Python with the same arguments; process id and signals stay."""
    import fcntl

    # Held to the end of the session: nobody may replace the packages under a running desk.
    held = os.open(_mark("runtime"), os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    if not _is_current("runtime"):
        raise SetUpError("the environment was replaced meanwhile: start again")
    os.set_inheritable(held, True)
    os.environ["TRADER_ENVIRONMENT_LOCK"] = str(held)  # an engine that is started keeps it too
    for name in ("PYTHONHOME", "__PYVENV_LAUNCHER__"):  # each would lead outside again
        os.environ.pop(name, None)
    os.execv(_python(), [str(_python()), *sys.orig_argv[1:]])


def _set_up(needed: list[str]) -> None:
    """Build or complete the environment; two first starts at once queue up here."""
    import fcntl

    with BUILD_LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _progress("another start is making the environment; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_current("runtime"):
            _retire_environment()
            try:
                _make_environment(lock)
                _install("runtime", lock)
            except BaseException:
                shutil.rmtree(ENVIRONMENT, ignore_errors=True)
                raise
        for name in needed:
            if not _is_current(name):
                _install(name, lock)


def _retire_environment() -> None:
    """Remove whatever stands in the environment's place, unless a session runs on it."""
    import fcntl

    if ENVIRONMENT.is_symlink() or ENVIRONMENT.is_file():
        raise SetUpError(f"{ENVIRONMENT} is not a folder of its own: remove it and start again")
    if _mark("runtime").exists():
        with _mark("runtime").open("r+") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SetUpError(
                    "the environment is out of date and a running session uses it:"
                    " end that session first"
                ) from None
            _mark("runtime").unlink()
    if ENVIRONMENT.exists():
        _progress("the environment is out of date or half made; making it again")
        shutil.rmtree(ENVIRONMENT)


def _make_environment(lock: IO[str]) -> None:
    """An empty environment with pip in it."""
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        way = f"install a complete Python {version}"
        if shutil.which("apt-get"):
            way = f"sudo apt-get install python{version}-venv"
        raise SetUpError(f"Python's {missing[0]} is missing: {way}")
    _progress(f"making {ENVIRONMENT.name} with Python {sys.version.split()[0]}")
    for _line in _lines_of([sys.executable, "-I", "-m", "venv", str(ENVIRONMENT)], lock):
        pass


def _install(name: str, lock: IO[str]) -> None:
    """Everything of one lock file, by hash; the mark is written when all of it is there."""
    listed = LOCKS[name].read_text().count("\n")
    doing = f"installing the {name} packages"
    _progress(doing)
    for line in _lines_of([str(_python()), *PIP.split(), "-r", str(LOCKS[name])], lock):
        place = PIP_AT_LINE.search(line)
        if place and sys.stderr.isatty():
            _progress(f"{doing}, {100 * int(place[1]) // listed} %", same_line=True)
    _progress(f"the {name} packages are installed")
    partial = _mark(name).with_suffix(".partial")
    partial.write_text(_fingerprint(name))
    partial.replace(_mark(name))


def _lines_of(command: list[str], lock: IO[str]) -> Iterator[str]:
    """What a step of the set-up prints, line by line; raises SetUpError when it fails.

    The step keeps the build lock open too: if this process is killed, nobody builds beside it.
    """
    kept: deque[str] = deque(maxlen=PIP_LINES_KEPT_MAX)
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
        pass_fds=(lock.fileno(),),
    ) as step:
        for line in step.stdout or ():
            kept.append(line.strip())
            yield kept[-1]
    if step.returncode:
        raise SetUpError(_what_went_wrong(list(kept)))


def _what_went_wrong(lines: list[str]) -> str:
    text = "\n".join(lines)
    if "DO NOT MATCH THE HASHES" in text:
        return "a downloaded package is not the locked one, so nothing was installed: try again"
    if any(words in text for words in PIP_IS_OFFLINE):
        return "cannot download the locked packages: check the network and start again"
    errors = [line for line in lines if line.lower().startswith("error")] or lines[-1:]
    return f"setting up failed: {errors[-1] if errors else 'no reason given'}"


def _progress(sentence: str, *, same_line: bool = False) -> None:
    terminal = sys.stderr.isatty()
    start, end = ("\r\x1b[K" if terminal else "", "" if same_line else "\n")
    print(f"{start}trader: {sentence}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(launch())
