"""The flags of `venue`."""

import argparse
from pathlib import Path

from commands.flag_values import read_speed, read_symbols

PORT_DEFAULT = 9878
PORT_MAX = 65_535
CLIENTS_MAX = 20
NAME_LENGTH_MAX = 20
THROTTLE_MAX = 100_000
GRACE_SECONDS_MAX = 3_600


def add_venue(parser: argparse.ArgumentParser) -> None:
    """Where it listens, what is traded there, who may come, and how it misbehaves."""
    add = parser.add_argument
    add(
        "--port",
        metavar="N",
        type=_port,
        default=PORT_DEFAULT,
        help=f"on 127.0.0.1; 0 takes a free one (default {PORT_DEFAULT})",
    )
    add("--market", metavar="sim|PATH", default="sim", help="the synthetic market or a recording")
    add("--symbols", metavar="A,B,…", type=read_symbols, help="only these symbols of the market")
    add("--speed", metavar="X|max", type=read_speed, default=1.0, help="times real time")
    add(
        "--clients",
        metavar="A,B,…",
        type=_clients,
        help="who may connect, each in any version (default DESK, DESK2, DESK3)",
    )
    _add_rules(parser)
    add(
        "--echo",
        action="store_true",
        help="no market: orders, security definitions and mails go back as they came; the test"
        " server that session conformance suites expect",
    )


def _add_rules(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--hours",
        metavar="WORDS",
        type=_hours,
        help="when sessions are open, such as 'mon-fri 09:30-16:00 America/New_York' (default"
        " non-stop); numbers begin anew once in each of these periods",
    )
    add(
        "--throttle",
        metavar="N",
        type=_throttle,
        default=0,
        help="messages a second that a session may send; what is beyond is refused (default any)",
    )
    add(
        "--cancel-on-disconnect",
        metavar="SECONDS",
        type=_grace,
        help="so long after its line is gone a client's orders are cancelled (default: they stay)",
    )
    add(
        "--tls", action="store_true", help="TLS, with a certificate that is made for it in the home"
    )
    add("--tls-cert", metavar="FILE", type=Path, help="TLS with this certificate in PEM …")
    add("--tls-key", metavar="FILE", type=Path, help="… and its key")
    add(
        "--tls-clients",
        metavar="FILE",
        type=Path,
        help="who comes needs a certificate of this authority (PEM)",
    )
    add(
        "--passwords",
        metavar="FILE",
        type=Path,
        help="who has to say them in a logon: a line 'CLIENT USERNAME PASSWORD' each, a file that"
        " is yours alone",
    )
    add(
        "--misbehave",
        metavar="LINE",
        action="append",
        default=[],
        help="'reject 2', 'drop 1', 'delay 500' …; more of it on standard input while it runs",
    )
    add(
        "--dictionary",
        metavar="VERSION=FILE",
        action="append",
        default=[],
        help="a dictionary in QuickFIX's XML format in place of the one that ships, such as"
        " FIX.4.4=broker.xml; FIXT.1.1= for the session layer of 5.0 SP2",
    )


def _hours(text: str) -> object:
    # Only who names hours needs what reads them: help has to come without anything installed.
    from connectors.fix.link.schedule import read_hours
    from engine.errors import InputError

    try:
        return read_hours(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _throttle(text: str) -> int:
    return _whole(text, 1, THROTTLE_MAX, "a number of messages a second")


def _grace(text: str) -> int:
    return _whole(text, 0, GRACE_SECONDS_MAX, "a number of seconds")


def _whole(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"'{text}' is not {what}; {least} to {most:,}")
    return int(text)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; 0 to {PORT_MAX:,}")
    return int(text)


def _clients(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if not (0 < len(name) <= NAME_LENGTH_MAX and name.isascii() and name.isalnum()):
            raise argparse.ArgumentTypeError(
                f"'{name}' cannot be a client: 1 to {NAME_LENGTH_MAX} letters and digits"
            )
    if len(set(names)) != len(names) or len(names) > CLIENTS_MAX:
        raise argparse.ArgumentTypeError(f"clients are up to {CLIENTS_MAX} different names")
    return names
