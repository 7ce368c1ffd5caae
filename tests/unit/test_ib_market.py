"""What `--venue ib` takes from flags and settings before it dials, and what it refuses."""

from io import StringIO
from pathlib import Path

import pytest

from commands import flags, live_gate
from commands.ib_market import ib_market
from commands.line_market import flag_of, limits_at
from connectors.ib.venue import LINE
from data.settings import load_settings
from engine.errors import InputError

SESSION = ["--venue", "ib", "--headless"]


def settings_of(tmp_path: Path, text: str = ""):  # type: ignore[no-untyped-def]
    file = tmp_path / "mine.toml"
    file.write_text(text)
    return load_settings(config_file=file if text else None)


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        (["--market", "sim"], "at Interactive Brokers the venue says what is traded"),
        (["--speed", "2"], "its time is everybody's"),
        (["--latency", "lan"], "its distance is what it is"),
    ],
)
def test_flags_of_a_simulated_market_are_refused(tmp_path: Path, flag: list[str], why: str) -> None:
    with pytest.raises(InputError, match=why):
        ib_market(flags.parse([*SESSION, *flag]), settings_of(tmp_path))


def test_another_machine_is_not_called_unless_it_was_named(tmp_path: Path) -> None:
    options = flags.parse(SESSION)
    with pytest.raises(InputError, match=r'not encrypted.*ib\.other_hosts = \["desk\.example"\]'):
        ib_market(options, settings_of(tmp_path, '[ib]\nhost = "desk.example"\n'))
    named = '[ib]\nhost = "desk.example"\nother_hosts = ["desk.example"]\n'
    assert ib_market(options, settings_of(tmp_path, named)).terms.host == "desk.example"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('contracts = ["VOD"]', "must be a symbol and a conId"),
        ('contracts = ["VOD=x"]', "must be a symbol and a conId"),
        ('timezone = "Mars/Base"', "is no time zone"),
        ('restart = "late"', "is no time with a zone"),
    ],
)
def test_settings_that_mean_nothing_are_refused_with_the_key(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(InputError, match=f"ib\\..*{why}"):
        ib_market(flags.parse(SESSION), settings_of(tmp_path, f"[ib]\n{text}\n"))


def test_live_wants_the_very_account_typed(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[ib]\naccount = "U7654321"\n')
    for typed in ("", "U7654321", live_gate.proof_of("U7654322")):
        words = [*SESSION, "--live", *(["--live-typed", typed] if typed else [])]
        with pytest.raises(InputError, match="was not typed"):
            ib_market(flags.parse(words), settings)
    words = [*SESSION, "--live", "--live-typed", live_gate.proof_of("U7654321")]
    assert ib_market(flags.parse(words), settings).terms.is_live


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "opens"), [("U7654321\n", True), ("U765432\n", False), ("\n", False)]
)
def test_a_person_types_the_account_or_nothing_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, opens: bool
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[ib]\naccount = "U7654321"\n')
    asked = _Terminal()
    monkeypatch.setattr("sys.stdin", _Terminal(typed))
    monkeypatch.setattr("sys.stderr", asked)
    options = flags.parse(
        ["--config", str(file), "--home", str(tmp_path / "h"), *SESSION, "--live"]
    )
    if opens:
        assert live_gate.ask_for_the_account(options) == live_gate.proof_of("U7654321")
    else:
        with pytest.raises(InputError, match="nothing was started"):
            live_gate.ask_for_the_account(options)
    assert "real money" in asked.getvalue() and "7654321" not in asked.getvalue()


def test_a_paper_account_is_not_traded_live(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[ib]\naccount = "DU7654321"\n')
    options = flags.parse(
        ["--config", str(file), "--home", str(tmp_path / "h"), *SESSION, "--live"]
    )
    with pytest.raises(InputError, match="a paper account: it is traded without --live"):
        live_gate.ask_for_the_account(options)


def test_the_flag_lets_the_venue_in_unless_a_person_wrote_a_list(tmp_path: Path) -> None:
    assert dict(limits_at(settings_of(tmp_path), LINE))["risk.venues_allowed"] == "paper,ib"
    listed = settings_of(tmp_path, '[risk]\nvenues_allowed = ["paper"]\n')
    assert dict(limits_at(listed, LINE))["risk.venues_allowed"] == "paper"


def test_orders_at_ib_are_cancelled_from_a_desk_there() -> None:
    assert flag_of("IB DU•••567") == "--venue ib" and flag_of("FIX.4.4 A at B") == "--venue fix"
    assert flag_of("synthetic") == ""
