"""What a venue said, so that nobody takes it for the desk's own words (S22)."""

from engine.domain.orders import NEVER_REACHED

SAID_CHARACTERS_MAX = 160
BY_HAND = "not placed, by hand: "
"""How the reason begins that a person gave in the venue's place."""


def venue_said(text: str) -> str:
    """`venue: "insufficient margin"`: one line, in quotes that it cannot close."""
    if not text or text == NEVER_REACHED or text.startswith(BY_HAND):
        return text
    one_line = " ".join(text.split()).replace('"', "'")
    cut = one_line[:SAID_CHARACTERS_MAX]
    return f'venue: "{cut}{"…" if len(one_line) > len(cut) else ""}"'
