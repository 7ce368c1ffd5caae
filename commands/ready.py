"""`trader ready`: the round before the open, asked of the engine that runs in this home.

0 nothing found that wants doing first, 1 something did, or nobody was there to ask.
"""

from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator

from commands.doctor import Check, clock, disk_space, tell
from commands.engine_door import find_engine
from commands.engine_shell import EngineShell, nobody_there, working
from commands.status import STALE_MS
from data.home import Home
from engine.domain.limits_view import NOT_MEASURED, THOUSANDTHS, LimitRow
from engine.domain.modes import is_simulated
from engine.domain.quotes import Phase, Source
from engine.domain.reports import LinkState
from engine.domain.residence import HELD_STATES, PLACES, residence_of
from engine.domain.standing_rows import BY_ITSELF
from engine.domain.standing_view import StandingKind, StandingRow
from engine.domain.views import OrderRow, PositionRow, QuoteRow, Severity
from engine.runtime.market_time import exchange_clock
from engine.runtime.terminals.attaching import EngineSilentError
from engine.runtime.terminals.messages import Role

ANSWER_SECONDS = 5.0
NAMED_MAX = 6
"""Symbols and orders that one line names; the rest are counted."""
BAD_WORDS = ("degraded", "unavailable")
"""A value that wants an eye keeps nobody from the open; an input that is missing does."""
OK, ATTENTION, DEGRADED, UNAVAILABLE = "ok", "attention", "degraded", "unavailable"
_WORDS = {
    Severity.OK: OK,
    Severity.ATTENTION: ATTENTION,
    Severity.DEGRADED: DEGRADED,
    Severity.UNAVAILABLE: UNAVAILABLE,
}
_LATE_SOURCES = (Source.DELAYED, Source.FROZEN, Source.MISSING)
_HELD = (LinkState.QUIET.name.lower(), LinkState.AWAY.name.lower())
"""Planned, and no alarm on a screen; but nothing that opens leaves."""
RECONCILING = "reconciling"
_TOLD_ELSEWHERE = ("account", "killed", "market", "link", "unknown", RECONCILING, "disk")
"""Codes of standings that a line of their own says better."""


def run(options: Namespace) -> int:
    """Changes nothing."""
    checks = [*_of_the_engine(options), *_kill_file(options), *disk_space(options), *clock(options)]
    return tell(checks, bad_words=BAD_WORDS, as_json=options.json)


def _of_the_engine(options: Namespace) -> list[Check]:
    home = Home.existing(options.home)
    try:
        attached = find_engine(home, Role.SHELL)
    except EngineSilentError as silent:
        return [Check("engine", UNAVAILABLE, f"{silent}; look at its log, or `trader stop`")]
    if attached is None:
        return [Check("engine", UNAVAILABLE, nobody_there(home))]
    shell = EngineShell(attached)
    try:
        return [check for look in _LOOKS for check in look(shell)]
    finally:
        shell.close()


def _kill_file(options: Namespace) -> Iterator[Check]:
    """It outlives the engine that it stopped, and kills the next one as it starts."""
    home = Home.existing(options.home)
    if home.kill_is_asked():
        text = f"the file KILL lies in {home.path}: an engine halts there until it is removed"
        yield Check("kill", DEGRADED, text)


def _engine(shell: EngineShell) -> Iterator[Check]:
    view, welcome = shell.view, shell.welcome
    if welcome.view_age_ms > STALE_MS:
        text = f"it answers, but its last view is {welcome.view_age_ms / 1_000:.0f} s old"
        yield Check("engine", UNAVAILABLE, text)
        return
    text = f"process {welcome.process}, {view.mode} on {view.market}, {view.phase.word}"
    yield Check("engine", OK, text)
    if welcome.is_read_only:
        yield Check("control", DEGRADED, "the desk is read-only: nothing can be sent")
    elif not welcome.someone_has_control:
        yield Check("control", ATTENTION, "no terminal has control: `trader attach` takes it")


def _trading(shell: EngineShell) -> Iterator[Check]:
    """The state of the account, and whatever else stands in the way of an order now."""
    active = [row for row in shell.view.standings if row.is_active]
    state = next((r for r in active if r.kind is StandingKind.STATE and r.scope == "*"), None)
    if state is None:
        yield Check("trading", OK, f"{shell.view.trading_state}")
    else:
        yield Check("trading", DEGRADED, f"{state.word}{_why(state)}")
    for row in active:
        if row.code not in _TOLD_ELSEWHERE and row is not state:
            text = row.text or f"{row.name}: {row.why or row.word}"
            yield Check("trading", _WORDS[row.severity], f"{text}{_ends(row)}")
    off = [row.name for row in shell.view.standings if row.word == "off"]
    if off:
        yield Check("breakers", ATTENTION, f"off, nothing feeds them: {', '.join(off)}")


def _why(row: StandingRow) -> str:
    return (f" ({row.why})" if row.why else "") + _ends(row)


def _ends(row: StandingRow) -> str:
    if not row.ends_by or row.ends_by == BY_ITSELF:
        return f"; ends {row.ends_by}" if row.ends_by else ""
    return f"; ends by {row.ends_by}"


def _links(shell: EngineShell) -> Iterator[Check]:
    """One line a link; those in trouble with what the venue's side said."""
    reasons = {row.scope: row for row in shell.view.standings if row.code == "link"}
    for link in shell.view.links:
        reason = reasons.get(link.name)
        stands = link.text or "up"
        if link.detail and link.severity is not Severity.OK:
            stands = link.detail  # such as a farm that is broken, or an API that is read-only
        text = reason.text + _ends(reason) if reason else f"{link.name}: {stands}"
        word = DEGRADED if link.text in _HELD else _WORDS[link.severity]
        yield Check("link", word, text)
    if not shell.view.links:
        simulated = is_simulated(shell.view.mode)
        text = "none: the paper exchange is part of the engine" if simulated else "none is known"
        yield Check("link", OK if simulated else UNAVAILABLE, text)


def _quotes(shell: EngineShell) -> Iterator[Check]:
    """Entitlements by what arrives: late, frozen, doubted or missing prices of a listed symbol."""
    rows = shell.view.quotes
    late = [row.symbol for row in rows if row.source in _LATE_SOURCES]
    stale = [row.symbol for row in rows if row.is_stale]
    missing = [row.symbol for row in rows if _is_missing(row)]
    if late:
        yield Check("quotes", DEGRADED, f"delayed, frozen or missing: {_named(late)}")
    if stale:
        yield Check("quotes", DEGRADED, f"not heard of since a break or a sleep: {_named(stale)}")
    if missing:
        text = f"no bid and ask while the market is open: {_named(missing)}"
        yield Check("quotes", DEGRADED if len(missing) == len(rows) else ATTENTION, text)
    if not (late or stale or missing):
        is_open = any(row.phase is Phase.OPEN for row in rows)
        told = "live" if is_open else "nothing wrong; the market is not open"
        yield Check("quotes", OK, f"{len(rows)} symbols, {told}")


def _is_missing(row: QuoteRow) -> bool:
    return row.phase is Phase.OPEN and not (row.bid and row.ask)


def _books(shell: EngineShell) -> Iterator[Check]:
    told = shell.books(ANSWER_SECONDS)
    view = shell.view
    rows = view.attentions
    if told is None:
        yield Check("books", UNAVAILABLE, "the engine did not say how they compare")
    elif any(row.code == RECONCILING for row in view.standings):
        text = "being compared with the venue's: nothing new leaves until that is done"
        yield Check("books", DEGRADED, text)
    elif not told.compared_at:
        simulated = is_simulated(view.mode)
        text = "no comparison was due yet: the paper exchange is part of the engine"
        text = text if simulated else "never compared whole with the venue's"
        yield Check("books", OK if simulated else DEGRADED, text)
    elif not rows:
        text = f"compared whole at {exchange_clock(told.compared_at)}, no difference open"
        yield Check("books", OK, text)
    for row in rows:
        what = f"{row.kind} {row.label or row.symbol}: {row.known}; worst case {row.worst}"
        yield Check("books", DEGRADED, f"{what}; settle it with `{row.line.strip()} …`")


def _orders(shell: EngineShell) -> Iterator[Check]:
    """Where what works lives: an order that only this machine knows is not alive at the venue."""
    rows, mode = working(shell.view), shell.view.mode
    if not rows:
        yield Check("orders", OK, "none works")
        return
    places = Counter(PLACES[residence_of(row, mode)] for row in rows)
    text = ", ".join(f"{count} {place}" for place, count in places.items())
    waiting = [row for row in rows if _waits_for_an_answer(row)]
    held = [row for row in rows if row.state.lower() in HELD_STATES]
    yield Check("orders", OK, text)
    if waiting:
        named = _named([f"#{row.label}" for row in waiting])
        yield Check("orders", DEGRADED, f"the venue has not answered yet about {named}")
    if held and not is_simulated(mode):
        named = _named([f"#{row.label}" for row in held])
        yield Check("orders", ATTENTION, f"held here, the venue has not heard of them: {named}")


def _waits_for_an_answer(row: OrderRow) -> bool:
    return bool(row.pending)


def _positions(shell: EngineShell) -> Iterator[Check]:
    """Protected = position, where a stop is used; a position without one is said."""
    rows = [row for row in shell.view.positions if row.quantity]
    if not rows:
        yield Check("positions", OK, "flat")
    for row in rows:
        known = shell.instrument(row.symbol)
        held = known.format_quantity(row.quantity, signed=True)
        word, words = _protection(row, known.format_quantity(row.protected))
        yield Check("positions", word, f"{row.symbol} {held}: {words}")


def _protection(row: PositionRow, protected: str) -> tuple[str, str]:
    if row.protected == abs(row.quantity):
        return OK, "a working stop closes all of it"
    if row.protected > abs(row.quantity):
        return (
            DEGRADED,
            f"stops would close {protected}, more than is held: cancel some",
        )
    if row.protected or row.has_exits:
        return DEGRADED, f"stops close only {protected} of it: place one for the rest"
    return ATTENTION, "no stop works for it"


def _limits(shell: EngineShell) -> Iterator[Check]:
    """Reached, off, or on their way to looser."""
    focus = shell.view.quotes[0].symbol if shell.view.quotes else ""
    told = shell.limits(focus, ANSWER_SECONDS)
    if told is None:
        yield Check("limits", UNAVAILABLE, "the engine did not say how they stand")
        return
    controls = [row for row in told.rows if row.is_control]
    off = [row.id for row in controls if row.off]
    reached = [row for row in told.rows if _is_reached(row)]
    for row in reached:
        text = f"{row.id} {row.code} is used up: {row.used} of {row.limit}"
        yield Check("limits", ATTENTION, text)
    for row in told.rows:
        if row.waiting:
            text = f"{row.name} becomes {row.waiting.after}, looser: {row.waiting.reason}"
            yield Check("limits", ATTENTION, text)
    counted = f"{len(controls) - len(off)} of {len(controls)} controls count"
    yield Check("limits", OK, f"{counted}; off: {', '.join(off)}" if off else counted)


def _is_reached(row: LimitRow) -> bool:
    return not row.off and row.share != NOT_MEASURED and row.share >= THOUSANDTHS


def _named(names: list[str]) -> str:
    more = len(names) - NAMED_MAX
    return ", ".join(names[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


_LOOKS: tuple[Callable[[EngineShell], Iterator[Check]], ...] = (
    _engine,
    _trading,
    _links,
    _quotes,
    _books,
    _orders,
    _positions,
    _limits,
)
