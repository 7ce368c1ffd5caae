"""What is shipped: lock files, addresses, the version, and what starts with nothing installed."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from commands.flags import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)==([^ ]+)(?: ; ([^\\]+?))? \\$", re.MULTILINE)

# Places of one machine or one registry; put together here, so that this file does not name them.
PLACES = tuple(
    "".join(parts)
    for parts in (
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/op", "t/"),
        ("../sha", "red"),
        ("pypi", ".org"),
        ("python", "hosted"),
        ("index", "-url"),
    )
)
ALLOWED_PLACES = {
    (".ci/run", PLACES[3]),  # market data beside the checkout, when it is there
    ("Makefile", PLACES[6]),  # the flag that keeps addresses out of the lock files
}
TEXT_SUFFIXES = {
    ".py", ".toml", ".lock", ".md", ".txt", ".sql", ".tcss", ".yaml", ".yml", ".json", ".csv", ""
}  # fmt: skip


def _shipped() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so nobody can say which files are shipped")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_SUFFIXES]


def test_no_file_names_a_place_of_one_machine_or_registry() -> None:
    named = {
        (path.relative_to(ROOT).as_posix(), place)
        for path in _shipped()
        for place in PLACES
        if place in path.read_text(encoding="utf-8", errors="replace")
    }
    assert named - ALLOWED_PLACES == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=[^ #])", text[text.index("\n", text.rindex("# ")) + 1 :])
    for entry in entries:
        first, *following = [line.rstrip(" \\") for line in entry.strip().splitlines()]
        assert PIN.match(f"{first} \\"), first
        assert following, f"{first} has no hash"
        for line in following:
            assert re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}", line), line


def test_what_both_lock_files_name_has_one_version() -> None:
    runtime, development = (set(PIN.findall((ROOT / lock).read_text())) for lock in LOCKS)
    shared = {name for name, *_ in runtime} & {name for name, *_ in development}
    assert "rich" in shared
    for name in shared:
        of_runtime = {version for pinned, version, _ in runtime if pinned == name}
        of_development = {version for pinned, version, _ in development if pinned == name}
        assert of_development <= of_runtime, name


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        LOCKS[0]: project["project"]["dependencies"],
        LOCKS[1]: project["dependency-groups"]["dev"],
    }
    for lock, requirements in wanted.items():
        names = {re.split(r"[^A-Za-z0-9_-]", text)[0] for text in requirements}
        locked = {name for name, *_ in PIN.findall((ROOT / lock).read_text())}
        assert {name.lower().replace("_", "-") for name in names} <= locked


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    told = _launch("--version").stdout
    assert told == f"trader {project['project']['version']}\n"


def test_help_needs_nothing_installed() -> None:
    done = _launch("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "check-book" in done.stdout


def _launch(*words: str) -> subprocess.CompletedProcess[str]:
    """The launcher in a Python that sees no installed package at all."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "trader.py"), *words],
        capture_output=True,
        text=True,
        timeout=30,
    )


def _targets() -> dict[str, str]:
    """The commands that the launcher dispatches, and the file:function that each leads to."""
    text = (ROOT / "trader.py").read_text()
    table = text[text.index("TARGETS:") : text.index("def main(")]
    return dict(re.findall(r'("[a-z-]+"|flags\.SESSION): _target\(\s*"commands\.(\w+:\w+)"', table))


def test_every_command_of_the_help_leads_somewhere() -> None:
    named = {f'"{command.name}"' for command in COMMANDS} | {"flags.SESSION"}
    assert set(_targets()) == named


def test_every_command_leads_to_a_function_that_is_there() -> None:
    for target in _targets().values():
        module, _, function = target.partition(":")
        tree = ast.parse((ROOT / "commands" / f"{module}.py").read_text())
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_an_old_python_can_read_the_launcher_as_far_as_the_sentence_for_it() -> None:
    ast.parse((ROOT / "trader.py").read_text(), feature_version=(3, 7))


HEAVY = (
    *("textual", "rich", "polars", "ib_insync", "ib_async", "eventkit", "simplefix", "pandas"),
    *("keyring", "pyotp", "segno", "cryptography"),
)


def _heavy_after(code: str) -> set[str]:
    """Which heavy libraries a fresh interpreter has loaded after running some code."""
    report = f"\nimport sys; print('loaded', *({HEAVY!r} & sys.modules.keys()))"
    report = report.replace(repr(HEAVY), repr(set(HEAVY)))
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1].split()
    assert last[0] == "loaded"
    return set(last[1:])


def test_the_engine_loads_no_screen_and_no_vendor() -> None:
    modules = sorted(
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for path in (ROOT / "engine").rglob("*.py")
        if path.name != "__init__.py"
    )
    assert _heavy_after("\n".join(f"import {module}" for module in modules)) == set()


def test_the_probe_for_heavy_libraries_sees_one() -> None:
    assert _heavy_after("import rich") == {"rich"}


@pytest.mark.skipif(
    not (ROOT / "commands" / "session.py").exists(), reason="commands/session.py is not there yet"
)
def test_a_headless_session_loads_no_screen_and_no_vendor(tmp_path: Path) -> None:
    words = ["--exec", "# nothing", "--home", str(tmp_path / "home")]
    assert _heavy_after(f"import trader\nassert trader.main({words!r}) == 0") == set()
