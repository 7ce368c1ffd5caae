"""Whether money and account numbers are shown: off while somebody looks over the shoulder."""

HIDDEN = "•••"


class Privacy:
    """One for all panes, so that a new figure cannot be forgotten: `paint.money_text` asks it."""

    def __init__(self) -> None:
        self.is_on = False

    def hides(self, text: str) -> str:
        """The text, or dots in its place."""
        return HIDDEN if self.is_on else text


PRIVACY = Privacy()
"""A screen is a process, and has one pair of eyes in front of it."""
