"""`trader totp`: sets up the second factor, and tries a code."""

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from commands.asking import TERMINAL, Asking, typed
from commands.exit_codes import ExitCode
from commands.hardening import harden
from commands.json_lines import json_line
from data.errors import VaultError
from data.home import Home
from data.settings import load_settings
from data.vault import totp
from data.vault.factor import Enrolment, HomeFactor
from data.vault.vault import Vault
from engine.domain.factor_facts import FactorVerdict

TRIES_MAX = 5
OTHER_SCREEN, BACK = "\x1b[?1049h\x1b[H\x1b[2J", "\x1b[?1049l"
ON_BLACK, PLAIN = "\x1b[97;40m", "\x1b[0m"
"""A camera wants the light squares light, whatever the terminal's own colours are."""


def run(options: Namespace) -> int:
    """Exit 1 for a code that is not accepted."""
    harden()
    asking = Asking(options)
    home = Home.prepare(options.home)
    vault = Vault(home, asking.passphrase, allowed_keyring=options.allow_keyring)
    factor = HomeFactor(home, vault)
    if options.act == "verify":
        return _verify(options, asking, factor)
    return _enrol(options, asking, factor)


def _verify(options: Namespace, asking: Asking, factor: HomeFactor) -> int:
    if not factor.enrolment:
        raise VaultError("no second factor is enrolled in this home: `trader totp enrol` does it")
    answer = factor.check(asking.code("code: "))
    is_right = answer.verdict is FactorVerdict.PASSED
    if options.json:
        print(
            json_line(
                {
                    "result": "ok" if is_right else "failed",
                    "verdict": answer.verdict.name.lower(),
                    "recovery_codes_left": factor.recovery_left,
                }
            )
        )
    else:
        print(answer.text or "the code is right, and used up by this")
    return ExitCode.DONE if is_right else ExitCode.CHECK_FAILED


def _enrol(options: Namespace, asking: Asking, factor: HomeFactor) -> int:
    """Secrets go to the terminal itself, never to stdout, which may be kept somewhere."""
    with _terminal() as screen:
        if factor.enrolment:
            screen.write("a second factor is enrolled already; its code lets it be replaced\n")
            answer = factor.check(typed("code, or a recovery code: "))
            if answer.verdict is not FactorVerdict.PASSED:
                raise VaultError(f"{answer.text}; the second factor stays as it is")
        factor.prepare(options.backend)
        begun = factor.begin()
        settings = load_settings(factor.home.settings_path, options.config)
        account = settings.paper.account
        with _other_screen(screen):
            is_active = _is_proved(screen, factor, begun, account, options.backend)
            if is_active:
                _show_recovery_codes(screen, begun)
    if not is_active:
        raise VaultError("no code fitted: nothing was enrolled")
    words = "the second factor is active: raising risk takes a code from now on"
    print(json_line({"result": "ok"}) if options.json else words)
    return ExitCode.DONE


def _is_proved(
    screen: TextIO, factor: HomeFactor, begun: Enrolment, account: str, backend: str | None
) -> bool:
    """Shows the secret, and asks for a first code; a phone with a wrong clock is found out here."""
    text = totp.enrolment_text(begun.secret, account)
    for line in totp.picture(text).splitlines():
        screen.write(f"{ON_BLACK}{line}{PLAIN}\n")
    screen.write(f"{text.reveal()}\n")
    screen.flush()
    for _ in range(TRIES_MAX):
        if factor.activate(begun, typed("the code that the phone shows now: "), backend):
            return True
        screen.write("that is not its code: check the phone's clock\n")
        screen.flush()
    return False


def _show_recovery_codes(screen: TextIO, begun: Enrolment) -> None:
    screen.write(
        "\x1b[H\x1b[2JTen recovery codes, each good once, for when the phone is gone.\n"
        "Write them down now: they are shown this once, and kept only as hashes.\n\n"
    )
    for code in begun.codes:
        screen.write(f"    {totp.readable(code)}\n")
    screen.write("\n")
    screen.flush()
    typed("Enter, when they are written down ")


@contextmanager
def _terminal() -> Iterator[TextIO]:
    try:
        descriptor = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise VaultError("enrolling shows a secret: it needs a terminal to show it at") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as screen:
        yield screen


@contextmanager
def _other_screen(screen: TextIO) -> Iterator[None]:
    """What was shown is not in the terminal's history afterwards."""
    screen.write(OTHER_SCREEN)
    screen.flush()
    try:
        yield
    finally:
        screen.write(BACK)
        screen.flush()
