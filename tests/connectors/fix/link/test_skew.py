"""How far two clocks are apart is measured, told once, and known to be the way where it may be."""

from connectors.fix.link.skew import Skew, skew_words
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos


def told(skew: Skew, *millis: int) -> list[str]:
    """Each: our clock less theirs for one message."""
    return [
        skew.measured(received=Nanos((10_000 + each) * NANOS_PER_MILLISECOND), sent=SENT)
        for each in millis
    ]


SENT = Nanos(10 * NANOS_PER_SECOND)


def test_the_least_late_message_tells_the_difference() -> None:
    skew = Skew()
    assert skew.figure is None
    told(skew, 300, 40, 700)
    assert skew.figure == 40 * NANOS_PER_MILLISECOND


def test_clocks_that_part_are_told_once_and_once_when_they_agree_again() -> None:
    skew = Skew()
    first, second, third = told(skew, -1_400, -1_450, -200)
    assert first.startswith("the other side's clock is 1.4 s ahead of ours") and not second
    assert not third, "one good message among late ones proves nothing"
    assert told(skew, *[-100] * 20)[-5:].count("") >= 4
    assert skew.figure == -100 * NANOS_PER_MILLISECOND


def test_it_is_told_from_a_second_on_and_agreed_from_half_a_second_on() -> None:
    assert told(Skew(), 999) == [""]
    assert "1.0 s behind" in told(Skew(), 1_000)[0]
    skew = Skew()
    told(skew, 1_200)
    assert told(skew, 700) == [""]
    assert told(skew, 400) == ["the clocks of both sides agree again"]


def test_a_slow_way_now_and_then_is_no_difference_of_clocks() -> None:
    skew = Skew()
    assert not any(told(skew, 20, 5_000, 30, 9_000))


def test_nobody_is_told_where_it_was_not_wanted() -> None:
    assert told(Skew(Nanos(0)), 50_000) == [""]


def test_a_difference_is_told_to_a_tenth_of_a_second() -> None:
    assert "119.9 s behind" in skew_words(Nanos(119_999 * NANOS_PER_MILLISECOND))
    assert "1,234.5 s ahead" in skew_words(Nanos(-1_234_567 * NANOS_PER_MILLISECOND))
