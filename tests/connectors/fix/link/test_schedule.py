"""A session's hours: every opening, closing and day of the clocks, and the words for it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.fix.link.schedule import (
    DAYS,
    Hours,
    NonStop,
    Period,
    Schedule,
    duration_words,
    read_schedule,
)
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

NEW_YORK, LONDON, CHICAGO = "America/New_York", "Europe/London", "America/Chicago"
HOUR = 3_600 * NANOS_PER_SECOND


def at(text: str, zone: str = "UTC", fold: int = 0) -> Nanos:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return Nanos(int(moment.timestamp()) * NANOS_PER_SECOND)


def told(period: Period | None, zone: str = "UTC") -> str:
    if period is None:
        return "closed"
    ends = [
        datetime.fromtimestamp(moment / NANOS_PER_SECOND, ZoneInfo(zone)).strftime("%a %d %H:%M")
        for moment in (period.opens, period.closes)
    ]
    return " - ".join(ends)


def test_a_day_opens_at_its_start_and_is_over_at_its_end() -> None:
    hours = read_schedule(start="09:30", end="16:00", zone=NEW_YORK)
    assert told(hours.period_at(at("2026-06-03T09:29:59", NEW_YORK))) == "closed"
    day = "Wed 03 09:30 - Wed 03 16:00"
    assert told(hours.period_at(at("2026-06-03T09:30:00", NEW_YORK)), NEW_YORK) == day
    assert told(hours.period_at(at("2026-06-03T15:59:59", NEW_YORK)), NEW_YORK) == day
    assert told(hours.period_at(at("2026-06-03T16:00:00", NEW_YORK))) == "closed"


def test_an_equal_start_and_end_is_a_day_that_begins_anew_there() -> None:
    hours = read_schedule(start="00:00", end="00:00")
    assert told(hours.period_at(at("2026-06-03T00:00:00"))) == "Wed 03 00:00 - Thu 04 00:00"
    assert told(hours.period_at(at("2026-06-02T23:59:59"))) == "Tue 02 00:00 - Wed 03 00:00"


def test_a_week_with_an_equal_start_and_end_lasts_seven_days() -> None:
    hours = read_schedule(start="18:00", end="18:00", start_day="sun", end_day="sun")
    week = "Sun 07 18:00 - Sun 14 18:00"
    assert told(hours.period_at(at("2026-06-07T18:00:00"))) == week
    assert told(hours.period_at(at("2026-06-14T17:59:59"))) == week
    assert told(hours.period_at(at("2026-06-14T18:00:00"))) == "Sun 14 18:00 - Sun 21 18:00"


def test_a_week_ends_on_its_day_and_the_weekend_is_closed() -> None:
    hours = read_schedule(
        start="17:00", end="16:00", start_day="sunday", end_day="fri", zone=CHICAGO
    )
    week = "Sun 07 17:00 - Fri 12 16:00"
    assert told(hours.period_at(at("2026-06-10T03:00:00", CHICAGO)), CHICAGO) == week
    assert told(hours.period_at(at("2026-06-12T16:00:00", CHICAGO))) == "closed"
    assert told(hours.period_at(at("2026-06-14T16:59:59", CHICAGO))) == "closed"


def test_start_and_end_may_be_in_different_zones() -> None:
    hours = read_schedule(start=f"17:00 {NEW_YORK}", end=f"16:00 {CHICAGO}")
    assert (
        told(hours.period_at(at("2026-06-03T12:00:00")), NEW_YORK) == "Tue 02 17:00 - Wed 03 17:00"
    )
    early = read_schedule(start=f"08:00 {LONDON}", end=f"16:00 {NEW_YORK}", days=("mon",))
    # In the weeks between the two changes of the clocks London and New York are four hours apart.
    assert told(early.period_at(at("2026-03-23T12:00:00"))) == "Mon 23 08:00 - Mon 23 20:00"
    assert told(early.period_at(at("2026-02-23T12:00:00"))) == "Mon 23 08:00 - Mon 23 21:00"


def test_on_named_days_a_period_over_midnight_belongs_to_the_day_that_it_opens_on() -> None:
    hours = read_schedule(start="18:00", end="17:00", days=("mon", "tue", "wed", "thu", "fri"))
    assert told(hours.period_at(at("2026-06-06T16:00:00"))) == "Fri 05 18:00 - Sat 06 17:00"
    assert told(hours.period_at(at("2026-06-06T17:00:00"))) == "closed"
    assert told(hours.period_at(at("2026-06-07T20:00:00"))) == "closed"
    assert told(hours.period_at(at("2026-06-08T12:00:00"))) == "closed"


def test_the_day_on_which_the_clocks_go_forward_is_an_hour_short() -> None:
    hours = read_schedule(start="00:00", end="00:00", zone=NEW_YORK)
    period = hours.period_at(at("2026-03-08T12:00:00", NEW_YORK))
    assert period is not None and period.closes - period.opens == 23 * HOUR


def test_the_day_on_which_the_clocks_go_back_is_an_hour_long() -> None:
    hours = read_schedule(start="00:00", end="00:00", zone=NEW_YORK)
    period = hours.period_at(at("2026-11-01T12:00:00", NEW_YORK))
    assert period is not None and period.closes - period.opens == 25 * HOUR


def test_a_start_that_the_clocks_leave_out_is_as_far_after_the_change() -> None:
    hours = read_schedule(start="02:30", end="16:00", zone=NEW_YORK)
    day = hours.period_at(at("2026-03-08T12:00:00", NEW_YORK))
    assert told(day, NEW_YORK) == "Sun 08 03:30 - Sun 08 16:00"


def test_hours_within_the_hour_that_is_left_out_do_not_come_that_day() -> None:
    hours = read_schedule(start="02:30", end="03:00", zone=NEW_YORK)
    assert told(hours.period_at(at("2026-03-08T03:45:00", NEW_YORK))) == "closed"
    assert told(hours.period_at(at("2026-03-08T20:00:00", NEW_YORK))) == "closed"
    assert told(hours.period_at(at("2026-03-09T02:45:00", NEW_YORK))) != "closed"


def test_an_hour_that_comes_twice_opens_once_with_its_first() -> None:
    hours = read_schedule(start="01:30", end="05:00", zone=NEW_YORK)
    first = hours.period_at(at("2026-11-01T01:30:00", NEW_YORK))
    again = hours.period_at(at("2026-11-01T01:30:00", NEW_YORK, fold=1))
    assert first is not None and first == again
    assert first.closes - first.opens == 4.5 * HOUR


def test_a_day_that_a_zone_never_had_is_no_period() -> None:
    hours = read_schedule(start="09:00", end="17:00", zone="Pacific/Apia")
    days = {hours.period_at(at("2011-12-29T19:30:00")), hours.period_at(at("2011-12-30T19:30:00"))}
    assert len(days) == 2 and None not in days


def test_the_opening_is_told_with_day_zone_and_wait() -> None:
    hours = read_schedule(start="09:30", end="16:00", zone=NEW_YORK, days=DAYS[:5])
    friday_evening = at("2026-06-05T17:00:00", NEW_YORK)
    assert hours.opening_words(friday_evening) == "Monday 09:30 New York, in 2 d 16 h"
    monday = at("2026-06-08T06:18:00", NEW_YORK)
    assert hours.opening_words(monday) == "Monday 09:30 New York, in 3 h 12 min"
    assert hours.opening_words(at("2026-06-08T09:29:15", NEW_YORK)).endswith("in 45 s")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "1 h"),
        (3_661, "1 h 2 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_wait_is_told_in_two_parts(seconds: int, words: str) -> None:
    assert duration_words(Nanos(seconds * NANOS_PER_SECOND)) == words


def test_without_hours_a_session_is_always_open_and_has_one_period() -> None:
    always = read_schedule()
    assert isinstance(always, NonStop)
    assert always.period_at(at("1999-01-01T00:00:00")) == always.period_at(
        at("2099-01-01T00:00:00")
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"start": "9:30", "end": "16:00"}, "'9:30' is no time of day"),
        ({"start": "09:30", "end": "25:00"}, "'25:00' is no time of day"),
        ({"start": "09:30"}, "needs a start and an end"),
        ({"start": "09:30", "end": "16:00", "zone": "New York"}, "'New York' is no time zone"),
        ({"start": "09:30 Mars/Base", "end": "16:00"}, "'Mars/Base' is no time zone"),
        ({"start": "09:30 ../../etc/passwd", "end": "16:00"}, "is no time zone"),
        ({"start": "09:30", "end": "16:00", "days": ("mo",)}, "'mo' is no day"),
        ({"start": "09:30", "end": "16:00", "start_day": "mon"}, "the day of its end"),
        ({"days": ("mon",)}, "needs its start and end"),
        (
            {
                "start": "1" * 5,
                "end": "16:00",
                "start_day": "mon",
                "end_day": "fri",
                "days": ("tue",),
            },
            "not both",
        ),
    ],
)
def test_hours_that_are_none_are_refused_in_words(words: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_schedule(**words)  # type: ignore[arg-type]


ZONES = st.sampled_from(
    ["UTC", NEW_YORK, LONDON, CHICAGO, "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
)
TIMES = st.times().map(lambda clock: f"{clock.hour:02d}:{clock.minute:02d}")


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    marks = {name: f"{draw(TIMES)} {draw(ZONES)}" for name in ("start", "end")}
    if draw(st.booleans()):
        marks["end"] = marks["start"]
    if draw(st.booleans()):
        marks["start_day"], marks["end_day"] = (draw(st.sampled_from(DAYS)) for _ in range(2))
        return read_schedule(**marks)  # type: ignore[arg-type]
    days = draw(st.lists(st.sampled_from(DAYS), unique=True))
    return read_schedule(**marks, days=tuple(days))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(schedules(), st.datetimes(datetime(2008, 1, 1), datetime(2030, 1, 1)), st.data())
def test_periods_follow_each_other_and_numbers_begin_anew_once_in_each(
    schedule: Schedule, start: datetime, data: st.DataObject
) -> None:
    now = Nanos(int(start.replace(tzinfo=UTC).timestamp()) * NANOS_PER_SECOND)
    end = now + 16 * 24 * HOUR
    before: Period | None = None
    begun_at, begun = Nanos(0), 0
    met: set[Period] = set()
    while now < end:
        period = schedule.period_at(now)
        following = schedule.next_after(now)
        assert following is None or following.opens > now
        if period is not None:
            assert period.opens <= now < period.closes
            assert period.closes - period.opens <= 8 * 24 * HOUR
            assert schedule.period_at(Nanos(period.closes - 1)) == period
            assert following is None or following.opens >= period.closes
            if before is not None and before != period:
                assert before.closes <= period.opens, "two periods overlap"
            before = period
            met.add(period)
            if begun_at < period.opens:
                begun_at, begun = now, begun + 1
        now = Nanos(now + data.draw(st.integers(1, 20)) * HOUR // 2)
    assert begun == len(met)


def test_what_opens_next_is_what_is_open_then() -> None:
    hours = read_schedule(start="18:00", end="17:00", days=("fri",), zone=NEW_YORK)
    assert isinstance(hours, Hours)
    period = hours.next_after(at("2026-06-06T18:00:00", NEW_YORK))
    assert period is not None and hours.period_at(period.opens) == period
