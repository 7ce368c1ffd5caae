"""S25: a terminal that other users reach is named, and one that only its owner has is not."""

import os
import pty
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.onlookers import onlookers
from engine.domain.views import Severity
from tests.tui.desk_screen import sitting

NOWHERE = Path("/nonexistent/tty")


@pytest.fixture
def tmux_socket(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "t"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "s"))
        yield folder / "s"


def told(place: Path, tty: Path = NOWHERE) -> list[str]:
    return onlookers({"TMUX": f"{place},4242,0"}, tty)


@pytest.mark.parametrize(
    ("folder", "mode", "is_shared"),
    [
        (0o700, 0o600, False),
        (0o700, 0o777, False),
        (0o755, 0o600, False),
        (0o755, 0o660, True),
        (0o711, 0o602, True),
        (0o777, 0o777, True),
    ],
)
def test_a_tmux_is_shared_when_others_can_reach_its_socket(
    tmux_socket: Path, folder: int, mode: int, is_shared: bool
) -> None:
    tmux_socket.parent.chmod(folder)
    tmux_socket.chmod(mode)
    words = told(tmux_socket)
    assert bool(words) is is_shared
    assert not is_shared or "other users can attach to this tmux" in words[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a socket to another user")
def test_somebody_elses_tmux_is_named(tmux_socket: Path) -> None:
    os.chown(tmux_socket, 12_345, -1)
    assert "belongs to another user (id 12345)" in told(tmux_socket)[0]


@pytest.mark.parametrize("variable", ["", ",", "nowhere", "/nonexistent,1,0", "/etc/passwd,1,0"])
def test_no_tmux_and_what_is_none_say_nothing(variable: str) -> None:
    assert onlookers({"TMUX": variable}, NOWHERE) == []
    assert onlookers({}, NOWHERE) == []


@pytest.mark.parametrize(("mode", "is_read"), [(0o600, False), (0o620, False), (0o640, True)])
def test_a_tty_that_others_read_is_named(mode: int, is_read: bool) -> None:
    master, slave = pty.openpty()
    try:
        tty = Path(os.ttyname(slave))
        tty.chmod(mode)
        words = onlookers({}, tty)
        assert [str(tty) in each for each in words] == ([True] if is_read else [])
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_a_real_tmux_of_ones_own_is_silent_until_its_socket_is_opened(tmp_path: Path) -> None:
    place = tmp_path / "sock"
    tmp_path.chmod(0o755)
    tmux = ["tmux", "-S", str(place), "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "-x", "80", "-y", "24", "cat"], check=True)
    try:
        place.chmod(0o600)
        asked = [*tmux, "display-message", "-p", "#{socket_path},#{pid},0"]
        variable = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
        assert onlookers({"TMUX": variable}, NOWHERE) == []
        place.chmod(0o666)
        assert len(onlookers({"TMUX": variable}, NOWHERE)) == 1
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


async def test_the_screen_says_it_first() -> None:
    async with sitting((120, 40), warning="other users can attach to this tmux") as here:
        await here.frames(1)
        assert "other users can attach to this tmux" in here.text
        here.app.room.say("something else that wants attention", Severity.ATTENTION)
        await here.frames(1)
        assert "other users can attach to this tmux" in here.text, "what matters less waits"
        assert " SHARED " in here.text
    async with sitting((80, 24)) as here:
        assert " SHARED " not in here.text
