"""A home is private, belongs to one person and one engine, and lies on a disk that can lock."""

import os
from pathlib import Path

import pytest

from data.errors import HomeError
from data.home import (
    MARKS_OF_A_HOME,
    Home,
    _check_file_system,
    refuse_inside_a_home,
    write_durably,
)
from data.space import (
    BALLAST_BYTES,
    DiskSpace,
    disk_space,
    fill_ballast,
    give_back_ballast,
    space_level,
)
from engine.domain.reports import SpaceLevel
from engine.errors import InputError


def test_a_new_home_and_its_files_are_private(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    home.make_chain_key()
    home.own()
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert home.key_path.stat().st_mode & 0o777 == 0o600
    assert home.owner_path.stat().st_mode & 0o777 == 0o600
    home.disown()


def test_an_empty_folder_that_others_can_read_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(0o755)
    Home.prepare(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_home_that_others_can_change_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(HomeError, match="chmod 700") as caught:
        Home.prepare(folder)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("name", ["journal.db", "head", "chain.key", "owner.lock", "config.toml"])
def test_a_link_where_a_file_belongs_is_refused(tmp_path: Path, name: str) -> None:
    home = Home.prepare(tmp_path / "home")
    (tmp_path / "elsewhere").touch()
    (home.path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HomeError, match="is a link"):
        Home.prepare(home.path)


@pytest.mark.parametrize(
    ("name", "mode"), [("journal.db", 0o622), ("config.toml", 0o660), ("chain.key", 0o640)]
)
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    home = Home.prepare(tmp_path / "home")
    (home.path / name).touch()
    (home.path / name).chmod(mode)
    with pytest.raises(HomeError, match="chmod 600"):
        Home.prepare(home.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_a_home_of_another_user_is_refused(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    os.chown(home.path, 12_345, -1)
    with pytest.raises(HomeError, match="belongs to another user"):
        Home.prepare(home.path)


def test_a_home_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError, match="cannot use the home"):
        Home.prepare(tmp_path / "file" / "home")


def test_reading_needs_a_home_that_exists_and_makes_none(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="there is no home"):
        Home.existing(tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_file_system_is_refused_and_named(kind: str) -> None:
    mounts = ["/dev/a / ext4 rw 0 0", f"server:/x /net/desk {kind} rw 0 0"]
    _check_file_system(Path("/home/me"), mounts)
    with pytest.raises(HomeError, match=kind):
        _check_file_system(Path("/net/desk/home"), mounts)


def test_a_key_of_another_length_is_refused(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    key = home.make_chain_key()
    assert home.make_chain_key() == key
    home.key_path.write_bytes(key[:-1])
    with pytest.raises(HomeError, match="31 bytes instead of 32"):
        home.chain_key()


def test_a_file_named_kill_is_seen(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    assert not home.kill_is_asked()
    home.kill_path.touch()
    assert home.kill_is_asked()


def test_a_durable_write_leaves_no_file_aside(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", b"one")
    write_durably(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("mebibytes", "level"),
    [
        (1024, SpaceLevel.AMPLE),
        (1023, SpaceLevel.WARN),
        (256, SpaceLevel.WARN),
        (255, SpaceLevel.REDUCING),
        (64, SpaceLevel.REDUCING),
        (63, SpaceLevel.HALT),
        (0, SpaceLevel.HALT),
    ],
)
def test_the_ladder_of_room_on_the_disk(mebibytes: int, level: SpaceLevel) -> None:
    assert space_level(mebibytes << 20) is level
    assert bool(DiskSpace(mebibytes << 20, level).sentence) is (level is not SpaceLevel.AMPLE)


def test_the_ballast_is_real_room_that_can_be_given_back(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    assert fill_ballast(home)
    assert fill_ballast(home)
    assert home.ballast_path.stat().st_blocks * 512 >= BALLAST_BYTES
    assert give_back_ballast(home)
    assert not give_back_ballast(home)
    assert disk_space(home).free_bytes > 0


@pytest.mark.parametrize("mark", MARKS_OF_A_HOME)
@pytest.mark.parametrize(
    "name", ["home/journal.db", "home/new.csv", "home/logs/new.csv", "link/new.csv", "out.csv"]
)
def test_no_result_is_written_into_a_home_by_whatever_name(
    tmp_path: Path, mark: str, name: str
) -> None:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    (home / mark).touch()
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "out.csv").symlink_to(home / "logs" / "out.csv")
    with pytest.raises(InputError, match=f"lies in the trader home {home},") as refused:
        refuse_inside_a_home(tmp_path / name)
    assert refused.value.exit_code == 2


def test_a_link_that_lies_in_a_home_is_not_replaced_either(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "journal.db").touch()
    (home / "out.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match="lies in the trader home"):
        refuse_inside_a_home(home / "out.csv")


def test_a_result_beside_a_home_is_nobody_elses_business(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "journal.db").touch()
    refuse_inside_a_home(tmp_path / "out.csv")
    refuse_inside_a_home(tmp_path / "home" / ".." / "out.csv")
