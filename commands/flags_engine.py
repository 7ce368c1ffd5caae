"""Flags of the commands that speak to a running engine from any shell."""

import argparse

KILL_EXITS = ("keep", "cancel", "flatten")


def add_attach(parser: argparse.ArgumentParser) -> None:
    """A second terminal watches unless it takes control."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--take", action="store_true", help="take control from the other terminal")
    way.add_argument("--watch", action="store_true", help="look only: nothing can be sent")


def add_stop(parser: argparse.ArgumentParser) -> None:
    """Asks while orders work."""
    parser.add_argument("--yes", action="store_true", help="asks nothing: for scripts")
    parser.add_argument("--cancel", action="store_true", help="cancel every order first")


def add_kill(parser: argparse.ArgumentParser) -> None:
    """Protective exits stay unless told otherwise."""
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--all", dest="exits", action="store_const", const="cancel", help="exits are cancelled too"
    )
    way.add_argument(
        "--flatten", dest="exits", action="store_const", const="flatten", help="and close positions"
    )
    parser.set_defaults(exits="keep")
