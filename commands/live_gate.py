"""Before a desk trades real money: a person types the account that it may trade."""

import sys
from argparse import Namespace
from hashlib import blake2b

from connectors.ib.safety import is_paper, masked
from data.home import default_home
from data.settings import load_settings
from engine.errors import InputError

UNNAMED = (
    "--live needs the account to be named: set ib.account in the settings, to the one that the"
    " gateway is logged in to"
)
NO_TERMINAL = (
    "--live asks a person to type the account, and standard input is no terminal: start it at one"
)


def ask_for_the_account(options: Namespace) -> str:
    """What proves to the engine that it was typed. Raises InputError."""
    settings = load_settings(default_home(options.home).settings_path, options.config)
    account = settings.ib.account
    if not account:
        raise InputError(UNNAMED)
    if is_paper(account):
        raise InputError(
            f"ib.account is {masked(account)}, a paper account: it is traded without --live"
        )
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(NO_TERMINAL)
    sys.stderr.write(
        f"\n  LIVE: this desk will trade real money in {masked(account)}.\n"
        "  Orders leave only after the account is armed as well.\n"
        "  Type the account to go on, or press Enter to leave: "
    )
    sys.stderr.flush()
    typed = sys.stdin.readline().strip()
    if typed != account:
        raise InputError("that is not the account of ib.account: nothing was started")
    return proof_of(typed)


def proof_of(account: str) -> str:
    """An account by what does not show it in a list of processes."""
    return blake2b(account.encode(), digest_size=8, person=b"live desk").hexdigest()


def check_typed(account: str, proof: str) -> None:
    """Raises InputError where nobody typed the account that is to be traded."""
    if not account:
        raise InputError(UNNAMED)
    if proof != proof_of(account):
        raise InputError("--live: the account was not typed; start the desk at a terminal")
