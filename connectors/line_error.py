"""How a line to a venue fails before a desk stands: a sentence that says what to do."""

from engine.errors import TraderError


class LineError(TraderError):
    """The venue cannot be reached, or does not let this desk in; the sentence says what to do."""

    exit_code = 6
