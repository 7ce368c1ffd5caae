"""Where an engine listens: what is damaged, stale or somebody else's there is never believed."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from commands.engine_door import find_engine
from data.engine_socket import NAME, PATH_BYTES_MAX, POINTER_NAME, place_to_connect, place_to_listen
from data.errors import HomeError
from data.home import Home
from engine.runtime.terminals.messages import Role
from engine.runtime.terminals.peer import ForeignPeerError, listen_at

LISTENER = """
import os, socket, sys, time
listening = socket.socket(socket.AF_UNIX)
os.setuid(65534)
listening.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666)
listening.listen(); print("ready", flush=True); time.sleep(20)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.prepare(tmp_path / "home")


@pytest.fixture
def deep(tmp_path: Path) -> Home:
    """Too long a path for a socket."""
    return Home.prepare(tmp_path / ("deep-" * 20))


def test_a_stale_socket_is_nobody_and_makes_room_for_a_new_one(home: Home) -> None:
    place = place_to_listen(home)
    listen_at(place).close()
    assert place.exists() and find_engine(home, Role.SHELL) is None
    listen_at(place).close()


def test_a_file_in_the_place_of_the_socket_is_nobody(home: Home) -> None:
    (home.path / NAME).write_bytes(b"not a socket")
    assert find_engine(home, Role.SHELL) is None
    listen_at(place_to_listen(home)).close()


@pytest.mark.parametrize(
    "told",
    [
        b"", b"\0" * 40, bytes(range(192, 255)), b"relative/engine.sock", b"/tmp/other/engine.sock",
        b"/tmp/trader-1-x/other.sock", b"/tmp/trader-1-\0/engine.sock",
        b"/tmp/trader-" + b"9" * PATH_BYTES_MAX + b"/engine.sock",
    ],
)  # fmt: skip
def test_a_damaged_pointer_is_named_and_not_followed(deep: Home, told: bytes) -> None:
    pointer = deep.path / POINTER_NAME
    pointer.write_bytes(told)
    with pytest.raises(HomeError, match="does not say where an engine listens: remove it"):
        place_to_connect(deep)
    pointer.unlink()
    assert find_engine(deep, Role.SHELL) is None


def test_an_engine_writes_a_pointer_that_can_be_followed(deep: Home) -> None:
    place = place_to_listen(deep)
    try:
        assert place_to_connect(deep) == place
        (deep.path / POINTER_NAME).write_bytes(b"damaged")
        assert place_to_listen(deep) == place_to_connect(deep)
    finally:
        place.parent.rmdir()


def test_a_socket_of_another_user_is_refused() -> None:
    if os.geteuid() != 0 or not hasattr(socket, "SO_PEERCRED"):
        pytest.skip("only root can listen as somebody else")
    # Not below the folder of the tests, which nobody else may enter.
    with tempfile.TemporaryDirectory() as folder:
        home = Home.prepare(Path(folder) / "home")
        for place in (Path(folder), home.path):
            place.chmod(0o777)
        words = [sys.executable, "-c", LISTENER, str(home.path / NAME)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
            try:
                assert other.stdout is not None and other.stdout.readline() == "ready\n"
                with pytest.raises(ForeignPeerError, match="belongs to another user"):
                    find_engine(home, Role.SHELL)
            finally:
                other.kill()
