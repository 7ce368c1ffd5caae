"""What stops the desk, in lines: states and conditions with who, when and why; breakers."""

from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.domain.views import DeskView
from tui.clock import seconds_text
from tui.paint import Line, clean
from tui.panes.profit import masked
from tui.privacy import PRIVACY
from tui.screens.limit_rows import ID_CELLS, Columns, seconds_left
from tui.themes import Palette

SHOWN_MAX = 4
"""Lines above the list: it needs the room that is there."""
TRIPPED, ACCOUNT, MACHINE = "tripped", "*", "desk"
_BY = {"ticket": "by hand", "line": "by hand", "ladder": "by hand", "script": "by a script"}


def standing_lines(view: DeskView, zone: str, ink: Palette, width: int) -> list[Line]:
    """The account's own state always, then what stops something now; how many more there are."""
    own = [row for row in view.standings[:1] if row.kind is StandingKind.STATE]
    others = [row for row in view.standings[len(own) :] if row.is_active]
    shown = [*own, *others][:SHOWN_MAX]
    lines = [line for row in shown for line in _lines(row, zone, view.market_at, ink, width)]
    if more := len(own) + len(others) - len(shown):
        words = f" +{more} more"
        lines[-1].pad(min(lines[-1].used, width - len(words)), ink.text).add(words, ink.caution)
    return lines


def _lines(row: StandingRow, zone: str, at: int, ink: Palette, width: int) -> list[Line]:
    """`account PAPER HALTED since 10:42:07 by hand: news`; the reason on a line of its own where
    it does not fit."""
    is_state = row.kind is StandingKind.STATE
    is_own = is_state and row.scope == ACCOUNT
    name = clean(row.name, limit=40)
    if is_own:
        word, _, account = name.partition(" ")
        name = f"{word} {masked(account)}"
    line = Line().add(f"{name} ", ink.quiet)
    calm = row.severity is Severity.OK
    line.add(clean(row.word, limit=16), ink.ok if calm else ink.alarm)
    if row.since:
        line.add(f" since {seconds_text(row.since, zone)}", ink.text)
    if row.who:
        line.add(f" {_BY.get(row.who, f'by the {clean(row.who, limit=16)}')}", ink.text)
    if row.until > at:
        line.add(f", {countdown(row.until, at)} left", ink.caution)
    ends = f" — ends by {clean(row.ends_by, limit=24)}" if row.ends_by else ""
    why = clean(row.why, limit=120)
    if why and is_state and row.who == MACHINE:
        why = PRIVACY.hides(why)  # it says what was lost
    if line.used + len(why) + len(ends) + 2 <= width or not why:
        return [line.add(f": {why}" if why else "", ink.text).add(ends, ink.quiet)]
    return [line, Line().cell(f"  {why}{ends}", width, ink.text)]


def breakers_of(view: DeskView) -> list[StandingRow]:
    """Those that stand ready, have tripped or are off."""
    return [row for row in view.standings if row.kind is StandingKind.BREAKER]


def breaker_line(row: StandingRow, columns: Columns, ink: Palette, at: int) -> Line:
    """In the columns of the limits: name, limit, how it stands and for how long."""
    style = ink.alarm if row.word == TRIPPED else ink.text if row.word == "ready" else ink.quiet
    line = Line().cell("", ID_CELLS + 1, ink.quiet)
    line.cell(clean(row.name), columns.name, ink.text).add(" ", ink.text)
    line.cell(clean(row.limit), columns.limit, ink.strong, right=True).add(" ", ink.text)
    words = clean(row.word, limit=16)
    if row.until > at:
        words += f", {countdown(row.until, at)} left"
    elif row.word == "off" and row.why:
        words += f": {clean(row.why)}"
    elif row.actual:
        words += f" at {clean(row.actual, limit=24)}"
    rest = columns.gauge + columns.room + 1 + (columns.used + 1 if columns.used else 0)
    return line.cell(words, rest, style)


def breaker_facts(row: StandingRow) -> list[str]:
    """What else there is to say of it."""
    facts = [row.word, row.why, f"measured {row.actual}" if row.actual else ""]
    facts += [f"ends by {row.ends_by}" if row.ends_by else ""]
    return [fact for fact in facts if fact]


def countdown(until: int, at: int) -> str:
    """`43 s`, `4:59`, `1:45:00`."""
    seconds = seconds_left(until, at)
    if seconds < 60:
        return f"{seconds} s"
    hours, rest = divmod(seconds, 3_600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
