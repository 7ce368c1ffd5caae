"""The launcher on a fresh machine: real environments from small lock files, without a network."""

import base64
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NO_SUCH_REGISTRY = "http://127.0.0.1:9/simple"
# Stands in the copied tree for a command, and tells what it was started as.
TELLTALE = '''
"""Says which process and interpreter run this command."""
import json, os, sys

def run(options):
    import penny
    print(json.dumps({"pid": os.getpid(), "prefix": sys.prefix, "order": options.order}))
    return 5
'''


class Checkout:
    """A copy of the launcher whose lock file names one tiny package, served from a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.served = folder / "served"
        shutil.copytree(
            ROOT / "commands", folder / "commands", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copytree(
            ROOT / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(ROOT / "trader.py", folder)
        (folder / "commands" / "why.py").write_text(TELLTALE)
        self.served.mkdir()
        self.write_lock("requirements.lock", "penny", _write_wheel(self.served, "penny"))
        _write_wheel(self.served, "shilling")
        self.write_lock("requirements-dev.lock", "shilling", "0" * 64)

    def write_lock(self, name: str, package: str, digest: str) -> None:
        text = f"{package}==1.0 \\\n    --hash=sha256:{digest}\n"
        (self.folder / name).write_text(text)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.served.as_uri(), **environment}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        kept.pop("TRADER_NO_BOOTSTRAP", None)
        return subprocess.Popen(
            [sys.executable, str(self.folder / "trader.py"), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**kept, **own},
            cwd="/",
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str, str]:
        process = self.start(*words, **environment)
        output, complaints = process.communicate(timeout=90)
        return process.returncode, output, complaints

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"


def _write_wheel(folder: Path, name: str) -> str:
    """The smallest package pip installs; returns its SHA-256."""
    about = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: none\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        rows.append(f"{path},sha256={digest.decode()},{len(text)}")
    files[f"{about}/RECORD"] = "\n".join([*rows, f"{about}/RECORD,,"])
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    return Checkout(folder)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout whose environment is made; tests leave it as they found it."""
    made = Checkout(tmp_path_factory.mktemp("ready"))
    code, _output, complaints = made.run("why", "7")
    assert code == 5, complaints
    assert "making .venv" in complaints
    yield made


def test_the_command_keeps_the_process_id_and_gives_its_exit_code(ready: Checkout) -> None:
    process = ready.start("why", "7")
    output, _ = process.communicate(timeout=90)
    told = json.loads(output)
    assert process.returncode == 5
    assert told == {"pid": process.pid, "prefix": str(ready.environment), "order": "7"}


def test_a_second_start_sets_nothing_up(ready: Checkout) -> None:
    assert ready.run("why", "7")[2] == ""


def test_it_starts_through_a_symlink_without_seeing_its_own_folder(
    ready: Checkout, tmp_path: Path
) -> None:
    link = tmp_path / "desk"
    link.symlink_to(ready.folder / "trader.py")
    done = subprocess.run(
        [sys.executable, str(link), "why", "7"],
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert (done.returncode, done.stderr) == (5, "")


def test_a_running_session_keeps_its_packages(ready: Checkout) -> None:
    lock = ready.folder / "requirements.lock"
    before = lock.read_text()
    lock.write_text("# changed\n" + before)
    try:
        with (ready.environment / "trader-runtime").open() as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            code, _, complaints = ready.run("why", "7")
    finally:
        lock.write_text(before)
    assert code == 3
    assert "a running session uses it" in complaints
    assert ready.run("why", "7")[0] == 5


def test_a_session_holds_the_lock_that_protects_its_packages(ready: Checkout) -> None:
    (ready.folder / "commands" / "verify.py").write_text(
        '"""Says that it is up, and stays."""\n'
        "import signal\n"
        "def run(options):\n"
        "    print('up', flush=True)\n"
        "    signal.pause()\n"
    )
    process = ready.start("verify")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        with (
            (ready.environment / "trader-runtime").open("r+") as mark,
            pytest.raises(BlockingIOError),
        ):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        process.kill()
        process.communicate()


def test_two_first_starts_at_once_make_one_environment(checkout: Checkout) -> None:
    both = [checkout.start("why", "7"), checkout.start("why", "8")]
    complaints = [process.communicate(timeout=90)[1] for process in both]
    assert [process.returncode for process in both] == [5, 5], complaints
    assert sum("making .venv" in text for text in complaints) == 1


def test_a_killed_set_up_is_completed_by_the_next_start(checkout: Checkout) -> None:
    first = checkout.start("why", "7")
    assert first.stderr is not None
    assert "making .venv" in first.stderr.readline()
    assert "installing" in first.stderr.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    code, _, complaints = checkout.run("why", "7")
    assert code == 5, complaints
    assert "making .venv" in complaints


def test_without_a_network_it_says_so_and_leaves_nothing_half_done(checkout: Checkout) -> None:
    code, output, complaints = checkout.run(
        "why", "7", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=NO_SUCH_REGISTRY,
        PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert (code, output) == (3, "")
    assert complaints.splitlines()[-1] == (
        "trader: cannot download the locked packages: check the network and start again"
    )
    assert not checkout.environment.exists()


def test_a_package_that_is_not_the_locked_one_is_not_installed(ready: Checkout) -> None:
    code, _, complaints = ready.run("test")
    assert code == 3
    assert "is not the locked one" in complaints.splitlines()[-1]
    assert not list(ready.environment.rglob("shilling*"))
    assert ready.run("why", "7")[0] == 5


def test_a_python_without_venv_gets_the_line_that_installs_it(
    checkout: Checkout, tmp_path: Path
) -> None:
    without = tmp_path / "without"
    without.mkdir()
    (without / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    code, _, complaints = checkout.run("why", "7", PYTHONPATH=str(without))
    assert code == 3
    assert "Python's ensurepip is missing: " in complaints
    assert len(complaints.splitlines()) == 1
    assert not checkout.environment.exists()


def test_a_folder_that_cannot_be_written_is_named(checkout: Checkout) -> None:
    (checkout.folder / ".venv.lock").mkdir()  # refuses even root, as a read-only folder would not
    code, _, complaints = checkout.run("why", "7")
    assert code == 3
    assert str(checkout.folder) in complaints
    assert len(complaints.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--help"], 0), (["--version"], 0), (["match", "--help"], 0), (["qurey"], 2), (["totp"], 2)],
)
def test_help_and_a_misspelt_line_make_no_environment(
    checkout: Checkout, words: list[str], code: int
) -> None:
    assert checkout.run(*words)[0] == code
    assert not checkout.environment.exists()


def test_no_bootstrap_runs_in_the_python_it_was_started_with(checkout: Checkout) -> None:
    code, _, complaints = checkout.run("why", "7", TRADER_NO_BOOTSTRAP="1")
    assert code == 3
    assert "the package penny is not installed" in complaints
    assert not checkout.environment.exists()


def test_an_old_python_gets_one_sentence(checkout: Checkout) -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 18, 'final', 0);"
        f" runpy.run_path({str(checkout.folder / 'trader.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert done.returncode == 3
    assert done.stderr.startswith("trader: needs Python 3.11 or later")
    assert len(done.stderr.splitlines()) == 1
