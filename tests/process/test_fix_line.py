"""A desk at a FIX venue over the line that its settings ask for: TLS, hours, logon, each no."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.connectors.fix.link.authority import Authority
from tests.process.fix_venue import VenueProcess
from tests.process.trader_process import Done, Trader

UNREACHED, NO_SETTINGS, NO_INPUT = 6, 4, 2
IN_THREE_DAYS = datetime.now(UTC) + timedelta(days=3)


class Place:
    """A venue that speaks TLS, and desks with settings of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        papers = self.authority.signed("venue", "fix.example.com")
        self.venue = VenueProcess(folder, "--tls-cert", papers.cert, "--tls-key", papers.key)

    def trades(self, *settings: str) -> Done:
        path = self.folder / "desk.toml"
        lines = ("[fix]", f"port = {self.venue.port}", 'tls_name = "fix.example.com"', *settings)
        path.write_text("\n".join(lines) + "\n")
        script = ("buy 10 AAPL mkt", "wait order 1 filled within 20s", "expect position AAPL 10")
        flags = ("--venue", "fix", "--config", path)
        return Trader(self.folder / "desk").exec(*script, flags=flags)

    def believes(self, authority: Authority | None = None) -> str:
        return f'tls_ca_file = "{(authority or self.authority).path}"'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("fix"))
    yield place
    place.venue.leave()


def test_a_desk_trades_over_tls_with_whom_it_was_told(place: Place) -> None:
    agreed = ("stamp_digits = 6", "resend_chunk = 1", "latency_max = 60", "reset_on_logout = true")
    tags = 'logon_tags = ["464=N"]'
    done = place.trades(place.believes(), tags, "tells_next_expected = true", *agreed)
    assert (done.code, done.result["positions"]) == (0, {"AAPL": 10}), done


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (('tls_pins = ["cert:' + "00" * 32 + '"]',), "none of those pinned in fix.tls_pins"),
        (('tls_name = "other.example.com"',), "another name than other.example.com"),
        ((f'hours = "{IN_THREE_DAYS:%a} 00:00-00:01 UTC"',), "this session opens "),
        (('hours = "always"',), "no hours of a session"),
        (('logon_tags = ["554=canary"]',), "554 is a secret"),
        (('password_secret = "Canary!"',), "fix.password_secret: must be the name of a secret"),
        (('password_secret = "canary"',), "fix.password_secret says"),
        (('password = "canary"',), "a secret has no place in a file"),
        (('host = "fix.invalid"', 'practice_hosts = ["fix.invalid"]'), "has no address"),
        (('fallbacks = ["fix.example.com:1"]',), "fix.practice_hosts"),
        (('fallbacks = ["nowhere"]',), "is no host"),
    ],
)
def test_what_cannot_be_is_said_and_no_secret_repeated(
    place: Place, settings: tuple[str, ...], sentence: str
) -> None:
    named = {line.partition(" =")[0] for line in settings}
    mine = [place.believes()] if "tls_ca_file" not in named else []
    done = place.trades(*mine, *settings) if "tls_name" not in named else _named(place, settings)
    assert done.code in (UNREACHED, NO_SETTINGS, NO_INPUT) and sentence in done.complaints, done
    assert "anary" not in done.complaints + done.output


def _named(place: Place, settings: tuple[str, ...]) -> Done:
    path = place.folder / "named.toml"
    lines = ("[fix]", f"port = {place.venue.port}", place.believes(), *settings)
    path.write_text("\n".join(lines) + "\n")
    desk = Trader(place.folder / "desk")
    return desk.exec("# nothing", flags=("--venue", "fix", "--config", path))


def test_a_venue_that_nobody_believed_signed_for_is_not_spoken_to(place: Place) -> None:
    done = place.trades(place.believes(Authority(place.folder, "other")))
    assert done.code == UNREACHED and "nobody believed here (fix.tls_ca_file)" in done.complaints, (
        done
    )


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("", "its orders are not armed as live ones are"),
        ('practice_hosts = ["192.0.2.1"]', "fix.plain_text = true"),
        (
            'practice_hosts = ["192.0.2.1"]\nplain_text = true\npassword_secret = "fix.password"',
            'fix.password_in_clear = ["192.0.2.1"]',
        ),
    ],
)
def test_another_machine_gets_no_order_and_no_word_that_was_not_told(
    place: Place, more: str, sentence: str
) -> None:
    path = place.folder / "away.toml"
    path.write_text(f'[fix]\nhost = "192.0.2.1"\n{more}\n')
    desk = Trader(place.folder / "desk")
    done = desk.exec("# nothing", flags=("--venue", "fix", "--config", path))
    assert done.code == NO_INPUT and sentence in done.complaints, done


OPEN_SECONDS, CLOSED_SECONDS = 25, 8


@pytest.mark.long
def test_a_desk_and_its_venue_end_with_their_hours_and_go_on_in_the_next(tmp_path: Path) -> None:
    """Numbers begin anew on both sides, an order that rests is found again, and positions stay."""
    ends = datetime.now(UTC) + timedelta(seconds=OPEN_SECONDS)
    opens = ends + timedelta(seconds=CLOSED_SECONDS)
    hours = f"{opens:%H:%M:%S}-{ends:%H:%M:%S} UTC"
    venue = VenueProcess(tmp_path, "--hours", hours)
    settings = tmp_path / "hours.toml"
    settings.write_text(f'[fix]\nport = {venue.port}\nhours = "{hours}"\n')
    later = opens.astimezone(ZoneInfo("America/New_York")) + timedelta(seconds=10)
    script = (
        *("buy 10 AAPL mkt", "wait order 1 filled within 20s", "buy 30 AAPL bid-500t gtc"),
        *(f"at {later:%H:%M:%S}", "buy 5 AAPL mkt", "wait order 3 filled within 20s"),
        *("expect position AAPL 15", "cancel 2", "wait order 2 cancelled within 10s"),
    )
    desk = Trader(tmp_path / "desk")
    words = ("--json", "--venue", "fix", "--config", settings, "--exec", *script)
    process = desk.start(*words)
    output, complaints = process.communicate(timeout=90)
    venue.stop()
    assert process.returncode == 0, complaints + output
    assert "the hours of this session are over" in output + complaints
    assert "both numbers begin at 1: another period of the session has begun" in complaints
    links = [line for line in output.splitlines() if '"event":"link"' in line]
    assert ['"down"' in line for line in links] == [True, False], links
