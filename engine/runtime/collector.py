"""How Python's collector is set while a desk trades: rarely, and not over what stays."""

import gc

COLLECT_ABOVE = 100_000
"""New containers before the youngest are looked through; facts are not even counted among them."""
YOUNG_ROUNDS = 50
OLD_ROUNDS = 100


def calm() -> None:
    """Called once a desk is open: what is there by now stays, and is never looked through again.

    Measured: the default thresholds cost a session 4 % and far more in its worst pause.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_ABOVE, YOUNG_ROUNDS, OLD_ROUNDS)
    gc.enable()
