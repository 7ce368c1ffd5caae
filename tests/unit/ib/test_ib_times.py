"""Times and hours as IB writes them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.ib.exec_times import seconds_of
from connectors.ib.hours import phase_at, spans, turns_at
from connectors.ib.line_told import LineTeller
from connectors.ib.quiet import Quiet
from engine.domain.quotes import Phase
from engine.domain.reports import LinkState
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

NEW_YORK = ZoneInfo("America/New_York")


def at(text: str) -> Nanos:
    return Nanos(int(datetime.fromisoformat(text).timestamp()) * NANOS_PER_SECOND)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("20261120 09:30:00 US/Eastern", "2026-11-20T14:30:00+00:00"),
        ("20260720 09:30:00 US/Eastern", "2026-07-20T13:30:00+00:00"),
        ("20261120 09:30:00 EST", "2026-11-20T14:30:00+00:00"),
        ("20261120  09:30:00", "2026-11-20T14:30:00+00:00"),
        ("20261120-14:30:00", "2026-11-20T14:30:00+00:00"),
        ("20261120 23:30:00 JST", "2026-11-20T14:30:00+00:00"),
        ("1795185000", "2026-11-20T14:30:00+00:00"),
    ],
)
def test_a_time_is_read_however_it_is_written(text: str, utc: str) -> None:
    found = seconds_of(text, NEW_YORK)
    assert found is not None and found[1]
    assert datetime.fromtimestamp(found[0], UTC) == datetime.fromisoformat(utc)


def test_a_zone_that_nobody_knows_is_read_as_the_bare_one_and_said() -> None:
    assert seconds_of("20261120 09:30:00 Mars/Base", NEW_YORK) == (1_795_185_000, False)


@pytest.mark.parametrize("text", ["", "soon", "20261120", "20261320 09:30:00", "2026-11-20"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert seconds_of(text, NEW_YORK) is None


HOURS = "20261120:0930-20261120:1600;20261121:CLOSED;20261123:0930-20261123:1300"


def test_hours_are_spans_in_the_zone_of_their_exchange() -> None:
    first, second = spans(HOURS, "US/Eastern")
    assert (first.begins, first.ends) == (at("2026-11-20T14:30Z"), at("2026-11-20T21:00Z"))
    assert second.ends == at("2026-11-23T18:00Z")


def test_the_older_form_names_the_date_once() -> None:
    assert spans("20261120:0930-1130,1230-1600", "US/Eastern") == (
        *spans("20261120:0930-20261120:1130", "US/Eastern"),
        *spans("20261120:1230-20261120:1600", "US/Eastern"),
    )


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("2026-11-20T14:29:59Z", Phase.PRE_OPEN),
        ("2026-11-20T14:30:00Z", Phase.OPEN),
        ("2026-11-20T20:59:59Z", Phase.OPEN),
        ("2026-11-20T21:00:00Z", Phase.PRE_OPEN),
    ],
)
def test_the_phase_follows_the_hours(moment: str, phase: Phase) -> None:
    assert phase_at(at(moment), spans(HOURS, "US/Eastern")) is phase


@pytest.mark.parametrize(
    ("text", "zone"), [("", "US/Eastern"), (HOURS, "Mars/Base"), ("x;y", "UTC")]
)
def test_without_hours_ib_itself_knows_when_an_order_may_come(text: str, zone: str) -> None:
    assert phase_at(at("2026-11-21T12:00Z"), spans(text, zone)) is Phase.OPEN


def test_the_next_turn_is_the_next_opening_or_close() -> None:
    hours = spans(HOURS, "US/Eastern")
    assert turns_at(at("2026-11-20T15:00Z"), hours) == at("2026-11-20T21:00Z")
    assert turns_at(at("2026-12-20T15:00Z"), hours) is None


LONG_AGO = Nanos(0)


@pytest.mark.parametrize(
    ("moment", "is_quiet", "is_planned"),
    [
        ("2026-11-20T23:43:59-05:00", False, False),
        ("2026-11-20T23:44:00-05:00", True, True),
        ("2026-11-20T23:45:59-05:00", True, True),
        ("2026-11-20T23:46:00-05:00", False, True),
        ("2026-11-20T23:54:59-05:00", False, True),
        ("2026-11-20T23:55:01-05:00", False, False),
    ],
)
def test_nothing_that_opens_leaves_around_the_restart(
    moment: str, is_quiet: bool, is_planned: bool
) -> None:
    quiet = Quiet("23:45 America/New_York")
    assert bool(quiet.held(at(moment), LONG_AGO)) == is_quiet
    assert bool(quiet.planned(at(moment))) == is_planned
    assert not quiet.may_wait(at(moment))


def test_a_line_that_came_back_has_the_restart_behind_it() -> None:
    quiet = Quiet("23:45 America/New_York")
    now = at("2026-11-20T23:45:40-05:00")
    assert quiet.held(now, at("2026-11-20T23:44:30-05:00"))
    assert not quiet.held(now, at("2026-11-20T23:45:35-05:00"))


def test_a_restart_after_midnight_is_awaited_before_it() -> None:
    quiet = Quiet("00:00 America/New_York")
    assert quiet.held(at("2026-11-20T23:59:30-05:00"), LONG_AGO)
    assert not Quiet("").held(at("2026-11-20T23:45:00-05:00"), LONG_AGO)


@pytest.mark.parametrize(
    ("moment", "is_quiet", "is_planned", "may_wait"),
    [
        ("2026-11-22T00:58:00-05:00", False, False, False),
        ("2026-11-22T00:59:30-05:00", True, True, False),
        ("2026-11-22T01:00:30-05:00", True, True, True),
        ("2026-11-22T09:00:00-05:00", False, False, True),
        ("2026-11-23T23:00:00-05:00", False, False, True),
        ("2026-11-24T01:00:01-05:00", False, False, False),
        ("2026-11-21T01:00:00-05:00", False, False, False),
    ],
)
def test_the_login_of_each_week_wants_a_person(
    moment: str, is_quiet: bool, is_planned: bool, may_wait: bool
) -> None:
    """2026-11-22 is a Sunday."""
    quiet = Quiet("", "sun 01:00 America/New_York")
    now = at(moment)
    assert bool(quiet.held(now, LONG_AGO)) == is_quiet
    assert ("second factor" in quiet.planned(now)) == is_planned
    assert ("Sunday 01:00" in quiet.may_wait(now)) == may_wait


class _Line:
    """As much of a line as its teller asks about."""

    is_up, may_come_yet, trouble, wants_a_person = True, True, "it is gone", ""


@pytest.mark.parametrize(
    ("fell", "later", "state"),
    [
        ("2026-11-23T23:45:20-05:00", "2026-11-23T23:56:00-05:00", LinkState.DOWN),
        ("2026-11-22T01:00:20-05:00", "2026-11-22T01:11:00-05:00", LinkState.AWAY),
        ("2026-11-22T01:00:20-05:00", "2026-11-24T01:01:00-05:00", LinkState.DOWN),
    ],
)
def test_only_the_weekly_login_is_waited_for_longer_than_a_restart_takes(
    fell: str, later: str, state: LinkState
) -> None:
    """The login of that week was done, or the line had not stood before the restart."""
    line: Any = _Line()
    quiet = Quiet("23:45 America/New_York", "sun 01:00 America/New_York")
    teller = LineTeller("ib", line, quiet, lambda: "IB", LONG_AGO)
    teller.opens()
    teller.look(LONG_AGO)
    line.is_up = False
    (away,) = teller.look(at(fell))
    assert away.state is LinkState.AWAY
    told = [away, *teller.look(at(later))]
    assert told[-1].state is state and not teller.look(at(later))


@pytest.mark.parametrize("text", ["sun", "sun 25:00 UTC", "01:00", "someday 01:00 UTC"])
def test_an_unreadable_day_is_refused_with_its_key(text: str) -> None:
    with pytest.raises(InputError, match=r"ib\.login: .* such as sun 01:00"):
        Quiet("", text)


@pytest.mark.parametrize("text", ["23:45", "24:00 UTC", "late UTC", "23:45 Mars/Base"])
def test_an_unreadable_hour_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no time with a zone"):
        Quiet(text)
