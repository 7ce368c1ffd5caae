"""`trader doctor --venue fix`: a call at the venue, step by step, and what to do about it."""

from argparse import Namespace
from random import Random

from commands.exit_codes import ExitCode
from commands.fix_market import (
    check_practice,
    memory_of,
    session_of,
    terms_of,
    trouble_words,
)
from connectors.fix.client.venue import FixVenue
from connectors.fix.link.redial import Door, Redial
from connectors.fix.link.skew import WARNING, skew_words
from connectors.fix.link.terms import Terms
from connectors.fix.settings import SessionSettings
from connectors.line_error import LineError
from data.errors import HomeInUseError
from data.home import Home, default_home
from data.settings import load_settings
from data.settings.load import FixSettings
from engine.errors import TraderError
from engine.runtime.market_time import exchange_clock

LOGON_SECONDS = 15.0
Words = tuple[str, str, str]
"""Of one check: its name, its word (ok, attention, degraded, unavailable), and a sentence."""
LOGON_ADVICE = (
    "see to fix.sender, fix.target and fix.version, and to fix.username and the secrets that"
    " fix.password_secret and its like name"
)


def venue_words(options: Namespace) -> tuple[list[Words], ExitCode]:
    """Every step up to the first that fails, and the exit code: 6 where the venue is not reached or
    does not let this desk in."""
    try:
        fix = load_settings(default_home(options.home).settings_path, options.config).fix
        check_practice(fix)
        home = Home.prepare(options.home)
        terms = terms_of(fix, home)
    except TraderError as error:
        return [("fix terms", "unavailable", str(error))], ExitCode.CHECK_FAILED
    session = terms.session(session_of(fix))
    found: list[Words] = [("fix terms", "ok", _terms_words(session, terms))]
    doors = [_door_words(terms, door) for door in terms.doors]
    found += doors
    if all(word != "ok" for _, word, _ in doors):
        return found, ExitCode.VENUE_UNREACHABLE
    return _logged_on(found, fix, home, terms, session)


def _terms_words(session: SessionSettings, terms: Terms) -> str:
    kind = "TLS" if terms.secrecy.tls is not None else "plain text"
    who = f"{session.version} {session.sender} at {session.target}"
    secrets = ", with a password" if terms.words.sends_password else ""
    return f"{who}, {kind}{secrets}, {terms.wishes.hours}"


def _door_words(terms: Terms, door: Door) -> Words:
    """A connection, and nothing said over it."""
    try:
        with terms.dialer(lambda: door)() as line:
            version = getattr(line, "version", lambda: "")()
    except (OSError, TraderError) as error:
        trouble = getattr(error, "strerror", "") or str(error)
        words = trouble_words(trouble, terms) if "refused" in trouble else trouble
        return ("fix door", "unavailable", words)
    secure = f", {version}, its certificate is believed" if version else ""
    return ("fix door", "ok", f"{door} answers{secure}")


def _logged_on(
    found: list[Words], fix: FixSettings, home: Home, terms: Terms, session: SessionSettings
) -> tuple[list[Words], ExitCode]:
    """With this home's own numbers, which count on: nobody else may use them meanwhile."""
    try:
        home.own()
    except HomeInUseError as error:
        text = f"an engine has this session ({error}): `trader status` tells of its line"
        return [*found, ("fix logon", "ok", text)], ExitCode.DONE
    try:
        return _as_the_desk(found, fix, home, terms, session)
    except TraderError as error:
        return [*found, ("fix logon", "unavailable", str(error))], ExitCode.CHECK_FAILED
    finally:
        home.disown()


def _as_the_desk(
    found: list[Words], fix: FixSettings, home: Home, terms: Terms, session: SessionSettings
) -> tuple[list[Words], ExitCode]:
    redial = Redial(Random(), terms.doors)
    venue = FixVenue(
        session,
        memory_of(fix, home),
        terms.dialer(lambda: redial.door),
        desk="DOCTOR",
        trade_date_of=lambda at: 0,
        redial=redial,
        wall=exchange_clock,
    )
    try:
        venue.stand_up(LOGON_SECONDS)
    except LineError as error:
        refused = _refused(str(error), terms)
        is_closed = refused[1] == "attention"
        return [*found, refused], ExitCode.DONE if is_closed else ExitCode.VENUE_UNREACHABLE
    finally:
        told, skew = venue.line().text, venue.skew
        # What was missed and heard now is told to the desk again: it has journaled none of it.
        venue.close(is_orderly=False)
    listed = len(venue.instruments)
    found.append(("fix logon", "ok", f"{told}; {listed:,} symbols are listed"))
    if skew is not None and abs(skew) >= WARNING:
        found.append(("fix clock", "attention", skew_words(skew)))
    elif skew is not None:
        found.append(("fix clock", "ok", "both sides agree to less than a second"))
    return found, ExitCode.DONE


def _refused(trouble: str, terms: Terms) -> Words:
    words = trouble_words(trouble, terms)
    if "this session opens" in trouble:
        return ("fix logon", "attention", f"{words} (fix.hours)")
    if "the venue says" in trouble and "too low" not in trouble:
        words += f"; {LOGON_ADVICE}"
    return ("fix logon", "unavailable", words)
