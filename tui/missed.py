"""What happened while nobody looked, in one sentence."""

from collections import Counter
from collections.abc import Callable

from engine.attachment import SinceYouLeft
from engine.domain.views import Severity
from engine.values import Money
from tui.paint import money_text

COUNTED = {
    "order_filled": ("fill", "fills"),
    "order_cancelled": ("cancel", "cancels"),
    "order_expired": ("expiry", "expiries"),
    "order_denied": ("denial", "denials"),
    "order_rejected": ("rejection", "rejections"),
}
ALARMS = ("trading_state", "fault", "outcome_unknown")


def say_missed(
    told: SinceYouLeft, equity: Money | None, say: Callable[[str, Severity], None]
) -> None:
    """What was missed goes where everything said goes; the sum of it stays in view longest."""
    for missed in told.missed:
        say(missed.text, Severity.OK)
    say(since_you_left(told, equity), Severity.ATTENTION if told.missed else Severity.OK)


def since_you_left(told: SinceYouLeft, equity: Money | None) -> str:
    """`since you left 12 min ago: 2 fills, 1 cancel, account +12.30 — key . lists them`."""
    codes = Counter(missed.code for missed in told.missed)
    parts = []
    for code, (one, several) in COUNTED.items():
        count = codes[code]
        parts += [f"{count} {one if count == 1 else several}"] if count else []
    alarms = sum(_is_alarm(missed.code, missed.severity) for missed in told.missed)
    parts += [f"{alarms} alarm{'s' if alarms > 1 else ''}"] if alarms else []
    if not parts:
        parts = ["no order changed"]
    if equity is not None and told.equity is not None:
        parts.append(f"account {money_text(Money(equity - told.equity), signed=True)}")
    if told.forgotten:
        parts.append(f"{told.forgotten:,} more are in the journal")
    return f"since you left {_ago(told.seconds)} ago: {', '.join(parts)}"


def _is_alarm(code: str, severity: int) -> bool:
    return severity >= Severity.DEGRADED or code in ALARMS


def _ago(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 3_600:
        return f"{seconds // 60} min"
    return f"{seconds // 3_600} h"
