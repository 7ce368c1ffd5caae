"""What `--venue fix` takes from flags and settings before it dials, and what it refuses."""

import socket
from pathlib import Path

import pytest

from commands import flags
from commands.desk import open_desk
from commands.fix_market import fix_market, session_of
from commands.line_market import is_scripted, limits_at, trade_date
from data.errors import SettingsError
from data.settings import load_settings
from engine.domain.commands import SubmitOrder
from engine.domain.events import OrderDenied
from engine.domain.patience import PRACTICE_VENUE
from engine.domain.reports import InstrumentsListed, LinkState
from engine.errors import InputError
from engine.instruments import Instrument
from engine.runtime.market_time import from_iso_utc
from engine.values import NANOS_PER_SECOND, Instruction, OrderType, Price, Quantity


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


def test_a_persons_desk_opens_while_nobody_listens_there_and_denies_in_words(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = tmp_path / "fix.toml"
    settings.write_text(f"[fix]\nport = {port}\n")
    words = ["--venue", "fix", "--home", str(tmp_path / "home"), "--config", str(settings)]
    parts = open_desk(flags.parse(words))
    try:
        where = f"no FIX venue listens on 127.0.0.1:{port}: start one with `trader venue`"
        assert any(where in remark and "goes on by itself" in remark for remark in parts.remarks)
        state = parts.session.state
        assert state.links == {"fix": LinkState.DOWN}
        assert where in state.link_texts["fix"]
        parts.host.submit(InstrumentsListed((Instrument("AAPL"),)))
        size, price = Quantity(1), Price(1_000_000)
        buy, limit = Instruction.BUY, OrderType.LIMIT
        order = SubmitOrder("t", parts.account, "AAPL", buy, size, limit, price)
        (denied,) = [e for e in parts.host.submit(order) if isinstance(e, OrderDenied)]
        first, *others = (each.sentence for each in denied.findings)
        assert "The link to fix is down" in first, "what is wrong besides follows from it"
        assert others
    finally:
        parts.close()


def test_a_script_wants_its_venue_now(tmp_path: Path) -> None:
    words = ["--venue", "fix", "--home", str(tmp_path), "--exec", "buy 1 AAPL mkt"]
    assert is_scripted(flags.parse(words))


AGREED = """[fix]
reset_on_logon = true
reset_on_logout = true
reset_on_disconnect = true
latency_max = 5
stamp_digits = 9
resend_chunk = 100
"""


def test_what_was_agreed_with_the_venue_reaches_the_session(tmp_path: Path) -> None:
    usual, agreed = (session_of(settings_of(tmp_path, text).fix) for text in ("", AGREED))
    assert (usual.latency_max, usual.stamp_digits) == (120 * NANOS_PER_SECOND, 3)
    assert not (usual.resets_on_logon or usual.resets_on_logout or usual.resets_on_disconnect)
    assert (agreed.latency_max, agreed.stamp_digits) == (5 * NANOS_PER_SECOND, 9)
    assert (usual.resend_chunk, agreed.resend_chunk) == (0, 100)
    assert agreed.resets_on_logon and agreed.resets_on_logout and agreed.resets_on_disconnect


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stamp_digits = 4", "must be one of 0, 3, 6, 9"),
        ("latency_max = -1", "a whole number from 0 to 86,400"),
        ("resend_chunk = true", "a whole number from 0 to 10,000"),
    ],
)
def test_an_agreement_that_cannot_be_is_refused_with_its_name(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        settings_of(tmp_path, f"[fix]\n{line}\n")
