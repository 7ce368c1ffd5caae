"""Where the screen broke, without a value of what stood in variables there."""

import os


def place_of(error: BaseException) -> str:
    """in pane.py line 12: the innermost frame, without values."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = os.path.basename(trace.tb_frame.f_code.co_filename)  # noqa: PTH119
    return f" in {file} line {trace.tb_lineno}"
