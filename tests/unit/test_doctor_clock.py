"""The clock of this machine, in words, from the figures of its kernel."""

import pytest

from commands.doctor_clock import SKEW_US_MAX, UNSYNCHRONISED, clock_words, words_of


@pytest.mark.parametrize(
    ("error_us_max", "status", "word", "text"),
    [
        (12_400, 1, "ok", "at most 12 ms off"),
        (SKEW_US_MAX + 1, 1, "attention", "may be at most 1,000 ms off"),
        (500, UNSYNCHRONISED, "attention", "nothing keeps the clock right"),
    ],
)
def test_the_clock_is_judged_by_the_bound_that_the_kernel_keeps(
    error_us_max: int, status: int, word: str, text: str
) -> None:
    said = words_of(error_us_max=error_us_max, status=status)
    assert said[0] == word
    assert text in said[1]


def test_the_question_is_answered_on_this_machine() -> None:
    assert clock_words()[0] in ("ok", "attention")
