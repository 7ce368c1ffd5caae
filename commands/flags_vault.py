"""Flags of the commands that keep secrets and the second factor."""

import argparse

SECRETS_ACTS = ("set", "list", "rotate", "delete")
TOTP_ACTS = ("enrol", "verify")
BACKENDS = ("keyring", "file")


def add_secrets(parser: argparse.ArgumentParser) -> None:
    """A value is typed or comes on stdin, and never stands on the command line."""
    parser.add_argument("act", metavar="|".join(SECRETS_ACTS), choices=SECRETS_ACTS)
    parser.add_argument("name", metavar="NAME", nargs="?", help="such as ib.password")
    _add_vault(parser)


def add_totp(parser: argparse.ArgumentParser) -> None:
    """The secret is shown once, on the terminal alone."""
    parser.add_argument("act", metavar="|".join(TOTP_ACTS), choices=TOTP_ACTS)
    _add_vault(parser)


def secrets_objection(act: str, name: str | None) -> str:
    """What is wrong with the words after `secrets`; empty when nothing is."""
    if act == "list":
        return "" if name is None else "secrets list takes nothing more"
    return "" if name is not None else f"secrets {act} takes a name, such as ib.password"


def _add_vault(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--backend", choices=BACKENDS, help="the first secret chooses; keyring unless told")
    add("--allow-keyring", metavar="CLASS", help="also a keyring of this class, at your own risk")
    add("--passphrase-fd", metavar="N", type=int, help="of the encrypted file, from a descriptor")
    add(
        "--secrets-from-env",
        action="store_true",
        help="TRADER_SECRET and TRADER_PASSPHRASE instead of the terminal: others may see them",
    )
