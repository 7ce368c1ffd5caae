"""What is offered after a stop: `post` only once the stop has a limit that can rest."""

from engine.language.words import fits_after


def test_post_is_not_offered_to_a_stop_that_enters_as_a_market_order() -> None:
    assert "post" not in fits_after(("buy", "1", "LMT", "ro", "stp", "1"))
    assert "post" not in fits_after(("buy", "1", "LMT", "stp", "1"))


def test_post_is_offered_to_a_stop_with_a_limit() -> None:
    assert "post" in fits_after(("buy", "1", "LMT", "stp", "1", "lmt", "2"))
