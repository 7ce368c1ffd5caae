"""`trader doctor --venue fix` says what is wrong and what to do; the session goes on after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.fix_venue import VenueProcess, numbers_of_desk
from tests.process.trader_process import Done, Trader


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueProcess]:
    venue = VenueProcess(tmp_path_factory.mktemp("fix"))
    yield venue
    venue.leave()


class Patient:
    """A desk's home with settings of its own."""

    def __init__(self, folder: Path, venue: VenueProcess) -> None:
        self.desk = Trader(folder / "desk")
        self._path, self._port = folder / "fix.toml", venue.port

    def looked_at(self, *settings: str) -> tuple[Done, dict[str, tuple[str, str]]]:
        port = [] if any(line.startswith("port") for line in settings) else [f"port = {self._port}"]
        self._path.write_text("\n".join(("[fix]", *port, *settings)) + "\n")
        done = self.desk.run("doctor", "--venue", "fix", "--config", self._path, "--json")
        checks = [each for each in done.lines if str(each.get("name", "")).startswith("fix")]
        return done, {each["name"]: (each["word"], each["text"]) for each in checks}

    def trades(self, quantity: int) -> Done:
        flags = ("--venue", "fix", "--config", self._path)
        lines = (f"buy {quantity} AAPL mkt", "wait order 1 filled within 20s")
        return self.desk.exec(*lines, flags=flags)


@pytest.fixture
def patient(tmp_path: Path, venue: VenueProcess) -> Patient:
    return Patient(tmp_path, venue)


def test_a_desk_that_may_trade_hears_so_and_goes_on_with_its_numbers(patient: Patient) -> None:
    done, found = patient.looked_at()
    assert found["fix door"][0] == found["fix logon"][0] == found["fix clock"][0] == "ok", done
    assert "symbols are listed" in found["fix logon"][1]
    assert patient.trades(1).code == 0
    before = numbers_of_desk(patient.desk.home)
    done, found = patient.looked_at()
    assert found["fix logon"][0] == "ok", done
    assert numbers_of_desk(patient.desk.home)[1] > before[1]
    assert patient.trades(2).code == 0


@pytest.mark.parametrize(
    ("settings", "name", "sentence"),
    [
        (("port = 1",), "fix door", "no FIX venue listens on 127.0.0.1:1"),
        (('sender = "NOBODY"',), "fix logon", "it does not know NOBODY as a client of VENUE"),
        (('tls_ca_file = "nothing.pem"',), "fix door", "fix.tls_ca_file"),
        (('host = "192.0.2.1"',), "fix terms", "fix.practice_hosts"),
        (('password_secret = "fix.password"',), "fix logon", "fix.password_secret says"),
    ],
)
def test_each_thing_that_can_be_wrong_has_its_sentence(
    patient: Patient, settings: tuple[str, ...], name: str, sentence: str
) -> None:
    done, found = patient.looked_at(*settings)
    word, text = found[name]
    assert word == "unavailable" and sentence in text, done
    assert done.code == (1 if name == "fix terms" else 6)


def test_numbers_that_are_too_low_are_told_with_the_way_out(patient: Patient) -> None:
    patient.looked_at()
    (patient.desk.home / "fix.db").unlink()
    done, found = patient.looked_at()
    assert done.code == 6 and "MsgSeqNum too low" in found["fix logon"][1], done
    assert "`link out 45" in found["fix logon"][1]


def test_outside_its_hours_nobody_is_called(patient: Patient) -> None:
    done, found = patient.looked_at('hours = "sat 00:00-00:01 UTC"')
    word, text = found["fix logon"]
    assert word == "attention" and "this session opens" in text and "fix.hours" in text, done
