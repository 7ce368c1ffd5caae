"""What `--venue fix` takes from flags and settings before it dials, and what it refuses."""

from pathlib import Path

import pytest

from commands import flags
from commands.fix_market import fix_market
from commands.line_market import limits_at, trade_date
from data.settings import load_settings
from engine.domain.patience import PRACTICE_VENUE
from engine.errors import InputError
from engine.runtime.market_time import from_iso_utc


def settings_of(tmp_path: Path, text: str = ""):  # type: ignore[no-untyped-def]
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return load_settings(config_file=file if text else None)


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        (["--market", "sim"], "the venue says what is traded"),
        (["--latency", "lan"], "its distance is what it is"),
        (["--speed", "2"], "its time is everybody's"),
        (["--record"], "only simulated markets are recorded"),
    ],
)
def test_flags_of_a_simulated_market_are_refused_with_a_reason(
    tmp_path: Path, flag: list[str], why: str
) -> None:
    options = flags.parse(["--venue", "fix", *flag, "--exec", "buy 1 AAPL mkt"])
    with pytest.raises(InputError, match=why):
        fix_market(options, settings_of(tmp_path))


def test_no_order_goes_to_another_machine_that_nobody_named_as_practice(tmp_path: Path) -> None:
    options = flags.parse(["--venue", "fix", "--headless"])
    with pytest.raises(
        InputError, match=r'is another machine.*fix\.practice_hosts = \["venue\.example"\]'
    ):
        fix_market(options, settings_of(tmp_path, '[fix]\nhost = "venue.example"\n'))


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", "paper,practice"),
        ('[paper]\nlimits = "load"\n', "paper,practice"),
        ('[risk]\nvenues_allowed = ["paper"]\n', "paper"),
        ('[risk]\nvenues_allowed = ["ib", "practice"]\n', "ib,practice"),
    ],
)
def test_the_flag_lets_the_practice_venue_in_unless_a_person_wrote_a_list(
    tmp_path: Path, text: str, allowed: str
) -> None:
    limits = dict(limits_at(settings_of(tmp_path, text), PRACTICE_VENUE))
    assert limits["risk.venues_allowed"] == allowed


@pytest.mark.parametrize(
    ("at", "date"),
    [
        ("2026-11-27T20:00:00.000000000Z", 20261127),
        ("2026-11-28T20:00:00.000000000Z", 20261130),
        ("2026-11-29T20:00:00.000000000Z", 20261130),
        ("2026-11-30T02:00:00.000000000Z", 20261130),
        ("2026-11-30T20:00:00.000000000Z", 20261130),
        ("2026-12-01T03:00:00.000000000Z", 20261130),
    ],
)
def test_a_weekend_belongs_to_its_monday(at: str, date: int) -> None:
    assert trade_date(from_iso_utc(at)) == date


def test_real_money_is_at_interactive_brokers_alone() -> None:
    assert flags.parse(["--venue", "ib", "--live", "--headless"]).live
    for venue in ([], ["--venue", "fix"]):
        with pytest.raises(flags.UsageError, match="--venue ib alone"):
            flags.parse([*venue, "--live", "--headless"])
