"""What every test may rely on: market data, a home of its own, and its tier's examples."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

MARKET_DATA = "TRADER_MARKET_DATA"
MARKET_DATA_REQUIRED = "TRADER_REQUIRE_MARKET_DATA"
ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM)
EXAMPLES_BY_TIER = {"test": 200, "long": 20_000, "release": 200_000}

for tier, examples in EXAMPLES_BY_TIER.items():
    settings.register_profile(
        tier,
        max_examples=examples,
        deadline=None,
        derandomize=tier == "test",
        suppress_health_check=[HealthCheck.too_slow],
    )
TIER = os.environ.get("TRADER_TEST_TIER", "test")
settings.load_profile(TIER)
if TIER == "test":
    # Hypothesis draws numbers from the constants of whatever modules happen to be loaded, so that
    # a worker's earlier tests would choose a later test's examples. This tier repeats itself.
    providers._get_local_constants = lambda: providers._local_constants


@pytest.fixture(scope="session")
def market_data() -> Path:
    """The folder of recorded market data; the test is skipped where there is none."""
    place = os.environ.get(MARKET_DATA)
    if not place:
        pytest.skip(f"{MARKET_DATA} names no folder of market data")
    folder = Path(place)
    if not folder.is_dir():
        pytest.fail(f"{MARKET_DATA}={place} is not a folder")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_one_elses_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that names no --home must not reach the one of whoever runs the suite."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_signal_ignored() -> Iterator[None]:
    """A suite that a shell runs in the background inherits ignored signals, and so would every
    process that tests send Ctrl-C to."""
    ignored = [each for each in ENDING if signal.getsignal(each) is signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, signal.SIG_DFL)
    yield
    for each in ignored:
        signal.signal(each, signal.SIG_IGN)


@pytest.fixture(autouse=True)
def _databases_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test leaves open is closed: from Python 3.13 on SQLite warns of it, in whatever test
    happens to run when it is collected."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noted(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", noted)
    yield
    for connection in opened:
        with suppress(sqlite3.Error):  # of another thread, which closes its own
            connection.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where market data is required, a test that skipped for want of it fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get(MARKET_DATA_REQUIRED) != "1" or reporter is None:
        return
    skipped = [
        report.nodeid
        for report in reporter.stats.get("skipped", [])
        if MARKET_DATA in str(report.longrepr)
    ]
    if skipped:
        reporter.write_line(f"\nskipped, though {MARKET_DATA_REQUIRED}=1: {', '.join(skipped)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
