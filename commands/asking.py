"""How a command comes by something secret: the terminal without echo, stdin, or a descriptor."""

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Callable

from data.errors import VaultError
from data.vault.secret import Secret

SECRET_VARIABLES = SECRET_VARIABLE, PASSPHRASE_VARIABLE = "TRADER_SECRET", "TRADER_PASSPHRASE"
TERMINAL = "/dev/tty"
READ_BYTES_MAX = 1 << 16
WARNING = (
    "trader: {} was read from the environment, where every program that is started from the same"
    " shell sees it, and /proc shows it as long as this process runs\n"
)


class Asking:
    """One command's questions; what was read from the environment is taken out of it."""

    def __init__(self, options: Namespace) -> None:
        self._descriptor: int | None = options.passphrase_fd
        self._from_environment: bool = options.secrets_from_env
        self._typed: Callable[[str], str] = typed

    def value(self, name: str) -> Secret:
        """Of a secret: typed twice at a terminal, else what stdin has."""
        if self._from_environment:
            return _from_environment(SECRET_VARIABLE)
        if not sys.stdin.isatty():
            return _line(sys.stdin.buffer.read(READ_BYTES_MAX), "stdin")
        return self._twice(f"value of {name}: ")

    def passphrase(self, is_new: bool) -> Secret:
        """Of the encrypted file. Raises VaultError where nobody can be asked."""
        if self._descriptor is not None:
            return _from_descriptor(self._descriptor)
        if self._from_environment:
            return _from_environment(PASSPHRASE_VARIABLE)
        if is_new:
            return self._twice("new passphrase of the vault: ")
        return Secret(self._typed("passphrase of the vault: "))

    def code(self, prompt: str) -> str:
        """A code is gone half a minute later; it is typed, or a line of stdin."""
        if not sys.stdin.isatty():
            return sys.stdin.readline(READ_BYTES_MAX).strip()
        return self._typed(prompt)

    def _twice(self, prompt: str) -> Secret:
        first = Secret(self._typed(prompt))
        if Secret(self._typed("the same again: ")) != first:
            raise VaultError("the two are not the same: nothing was kept")
        return first


def typed(prompt: str) -> str:
    """From the terminal that the command was started at, without echo."""
    try:
        with open(TERMINAL, "rb", buffering=0):  # noqa: PTH123 — a device, not a path of ours
            pass
    except OSError as error:
        raise VaultError(
            "there is no terminal to ask at: --passphrase-fd N reads the passphrase from a"
            " descriptor, and a value comes on stdin"
        ) from error
    try:
        return getpass.getpass(prompt)
    except EOFError as error:
        raise VaultError("nothing was typed: nothing was done") from error


def _from_descriptor(descriptor: int) -> Secret:
    try:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return _line(file.read(READ_BYTES_MAX), f"descriptor {descriptor}")
    except OSError as error:
        raise VaultError(
            f"descriptor {descriptor} cannot be read ({error.strerror}): no passphrase"
        ) from error


def _from_environment(variable: str) -> Secret:
    text = os.environ.pop(variable, "")
    if not text:
        raise VaultError(f"--secrets-from-env, and there is no {variable}")
    sys.stderr.write(WARNING.format(variable))
    return Secret(text)


def _line(data: bytes, place: str) -> Secret:
    """Without the end of its line, which is no part of a secret."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise VaultError(f"what {place} has is not UTF-8 text") from error
    return Secret(text.removesuffix("\n").removesuffix("\r"))
