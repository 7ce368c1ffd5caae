"""How far the system's clock may be off, as the kernel's own time keeping says it."""

import ctypes
import sys

SKEW_US_MAX = 1_000_000
"""More than a second off is a value to look at; what is written down carries these times."""
UNSYNCHRONISED = 0x40
"""STA_UNSYNC of Linux's <linux/timex.h>."""
_ADVICE = "switch on the system's time service (such as `timedatectl set-ntp true`)"


class _Timex(ctypes.Structure):
    """The head of Linux's `struct timex`; the rest is room that the kernel writes into."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("error_us_max", ctypes.c_long),
        ("error_us", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_byte * 256),
    )


def clock_words() -> tuple[str, str]:
    """(ok or attention, sentence): the kernel's bound of the clock's error, where it keeps one."""
    found = _kernel_time() if sys.platform == "linux" else None
    if found is None:
        return "attention", "this system does not say how far its clock is off: compare it by hand"
    return words_of(error_us_max=found.error_us_max, status=found.status)


def words_of(*, error_us_max: int, status: int) -> tuple[str, str]:
    """The same of figures: a bound that nobody renews is no bound."""
    if status & UNSYNCHRONISED:
        return "attention", f"nothing keeps the clock right; {_ADVICE}"
    bound = f"at most {error_us_max / 1_000:,.0f} ms off"
    if error_us_max > SKEW_US_MAX:
        return "attention", f"the clock may be {bound}; {_ADVICE}"
    return "ok", f"kept by a time service, {bound}"


def _kernel_time() -> _Timex | None:
    """What adjtimex(2) says when it is asked to change nothing; None where it does not answer."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    time = _Timex()
    return time if adjtimex(ctypes.byref(time)) >= 0 else None
