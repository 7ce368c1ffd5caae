"""The flags of `sim`."""

import argparse

from commands.flags_check_fills import positive

SEEDS_DEFAULT = 2_000
FAMILIES_TOLD = ("exits", "limits", "losses")
"""Named here too, so that no other command waits for the simulator to be loaded."""


def add_sim(parser: argparse.ArgumentParser) -> None:
    """Which seeds, on how many cores, and how much to say of each."""
    parser.add_argument(
        "--seeds",
        metavar="N",
        type=positive,
        help=f"how many, from --seed on (1 where it is not given); {SEEDS_DEFAULT:,} unless said,"
        " or one with --seed alone",
    )
    parser.add_argument(
        "--only",
        choices=FAMILIES_TOLD,
        default="",
        help="one part of the desk in many short lives: `exits` is protected positions, what closes"
        " them, and a venue with groups or without; `limits` is small limits and many orders;"
        " `losses` is a market that jumps, and what a day may lose",
    )
    parser.add_argument("--jobs", metavar="J", type=positive, help="processes; default: the cores")
    parser.add_argument("--trace", action="store_true", help="the last that happened, of a failure")
