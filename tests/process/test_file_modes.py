"""S15: what a home keeps is its owner's alone whatever the umask; what is not is refused."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import trader as launcher
from tests.process.test_secrets_commands import with_passphrase
from tests.process.trader_process import Trader

WIDE_OPEN = {"umask": 0}
"""As a careless shell has it: nothing is taken from what a program asks for."""


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode)
        for path in (folder, *folder.rglob("*"))
    }


@pytest.fixture
def careless(trader: Trader) -> Iterator[Callable[..., int]]:
    """Runs a command in this process, whose umask takes nothing away when it begins."""
    before = os.umask(0)

    def run(*words: object, home: Path = trader.home) -> int:
        os.umask(0)
        return launcher.main(["--home", str(home), *map(str, words)])

    yield run
    os.umask(before)


def test_everything_in_a_home_is_for_its_owner_alone(
    trader: Trader, tmp_path: Path, careless: Callable[..., int]
) -> None:
    bought = ("--json", "--exec", "buy 10 AAPL mkt", "--record")
    copy, table, page = tmp_path / "copy.db", tmp_path / "fills.parquet", tmp_path / "page.html"
    assert trader.run(*bought, **WIDE_OPEN).code == 0
    kept = with_passphrase(trader, "secrets", "set", "ib", "--backend", "file", text="x" * 9)
    assert kept.code == 0
    assert careless("config", "set", "screen.theme", "light") == 0
    assert careless("backup", copy) == 0
    assert careless("query", "from fills", "--parquet", table) == 0
    assert careless("report", "fills_by_order", "--html", page) == 0
    assert careless("reset", "--yes") == 0
    assert trader.run(*bought, **WIDE_OPEN).code == 0
    assert careless("query", "from fills") == 0
    found = modes(trader.home)
    for name in ("journal.db", "store.duckdb", "vault.enc", "config.toml", "recordings", "archive"):
        assert name in found, sorted(found)
    folders = {name for name in found if (trader.home / name).is_dir()}
    epoch = next(name for name in folders if name.startswith("archive/") and name.count("/") == 1)
    sealed = {f"{epoch}/journal.db", f"{epoch}/head"}
    assert {name: found[name] for name in folders} == dict.fromkeys(folders, 0o700)
    others = found.keys() - folders - sealed
    assert {name: found[name] for name in others} == dict.fromkeys(others, 0o600)
    assert {name: found[name] for name in sealed} == dict.fromkeys(sealed, 0o400)
    assert careless("query", "from fills", home=trader.home / epoch) == 0, "it can still be read"
    assert careless("verify", home=trader.home / epoch) == 0
    for result in (copy, table, page):
        assert stat.S_IMODE(result.stat().st_mode) & 0o077 == 0, result


def a_link(home: Path) -> None:
    (home / "journal.db").rename(home.parent / "elsewhere.db")
    (home / "journal.db").symlink_to(home.parent / "elsewhere.db")


def given_away(name: str) -> Callable[[Path], None]:
    def give(home: Path) -> None:
        if os.geteuid():
            pytest.skip("only root can give a file to another user")
        os.chown(home / name, 12_345, -1)

    return give


def opened(name: str, mode: int) -> Callable[[Path], None]:
    def open_it(home: Path) -> None:
        (home / name).touch()
        (home / name).chmod(mode)

    return open_it


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (opened(".", 0o770), "chmod 700"),
        (opened(".", 0o777), "chmod 700"),
        (opened("config.toml", 0o620), "chmod go-w"),
        (opened("config.toml", 0o602), "chmod go-w"),
        (opened("journal.db", 0o660), "chmod 600"),
        (opened("chain.key", 0o604), "chmod 600"),
        (opened("vault.enc", 0o640), "chmod 600"),
        (opened("second-factor.json", 0o640), "chmod 600"),
        (a_link, "is a link"),
        (given_away("."), "belongs to another user"),
        (given_away("journal.db"), "belongs to another user"),
        (given_away("config.toml"), "belongs to another user"),
    ],
)
def test_what_others_could_read_or_change_is_refused_with_what_to_do(
    tmp_path: Path,
    change: Callable[[Path], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[screen]\ncoach = false\n")
    for name in ("config.toml", "journal.db"):
        (home / name).touch()
        (home / name).chmod(0o600)
    change(home)
    before = modes(home)
    for words in (["--json", "--exec", "buy 10 AAPL mkt"], ["query", "from fills"]):
        code = launcher.main(["--home", str(home), *words])
        seen = capsys.readouterr()
        assert (code in (3, 4), seen.out) == (True, ""), seen
        assert said in seen.err or (words[0] == "query" and "chmod 600" in seen.err), seen
    assert modes(home) == before, "nothing was made or mended behind the person's back"
