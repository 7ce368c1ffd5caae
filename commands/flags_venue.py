"""The flags of `venue`."""

import argparse

PORT_DEFAULT = 9878
PORT_MAX = 65_535


def add_venue(parser: argparse.ArgumentParser) -> None:
    """Where it listens, and what it does with what comes."""
    parser.add_argument(
        "--port",
        metavar="N",
        type=_port,
        default=PORT_DEFAULT,
        help=f"on 127.0.0.1; 0 takes a free one (default {PORT_DEFAULT})",
    )
    parser.add_argument(
        "--echo",
        action="store_true",
        help="orders, security definitions and mails go back as they came: the test server that"
        " session conformance suites expect",
    )


def venue_objection(options: argparse.Namespace) -> str:
    """Why such a venue cannot be, in one sentence; empty where it can."""
    if not options.echo:
        return (
            "venue needs --echo: the practice market behind FIX is not available yet; "
            "`trader --market sim` trades on it without FIX"
        )
    return ""


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; 0 to {PORT_MAX:,}")
    return int(text)
