"""What `check-fills` may be asked, and counts as a command line writes them."""

import argparse
from pathlib import Path


def add_check_fills(parser: argparse.ArgumentParser) -> None:
    """The recording, how many orders, and what the feed would tell."""
    parser.add_argument("recording", metavar="RECORDING", type=Path)
    parser.add_argument("--orders", metavar="N", type=positive, default=240, help="default: 240")
    parser.add_argument(
        "--levels", metavar="N", type=positive, default=10, help="levels that the feed shows"
    )
    parser.add_argument(
        "--infer-aggressor", action="store_true", help="trades do not say who came for whom"
    )


def positive(text: str) -> int:
    """A whole number from 1 on. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number from 1 on")
    return int(text)
