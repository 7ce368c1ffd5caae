"""Which keyring may hold a secret, and what is said when none may, or when it does not answer."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from data.errors import VaultUnavailableError
from data.vault.backends import Override, choose, overrides, refuse_overrides
from data.vault.secret import Secret
from data.vault.stores import KeyringStore

ROOT = Path(__file__).resolve().parents[3]
SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
PLAIN = "keyrings.alt.file.PlaintextKeyring"
FAIL, NULL = "keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"
CHAINER = "keyring.backends.chainer.ChainerBackend"


def backend(name: str, **members: Any) -> Any:
    """A backend whose class has this full name."""
    module, _, qualified = name.rpartition(".")
    return type(qualified, (), {"__module__": module, "__qualname__": qualified, **members})()


class Working:
    """A keyring as it should be."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


def store(found: Any, seconds: float = 3.0) -> KeyringStore:
    return KeyringStore("trader-test", find=lambda allowed: found, seconds=seconds)


# ── six environments ─────────────────────────────────────────────────────────────────────────────


def test_a_desktop_uses_its_own_keyring_even_where_the_library_would_chain_it() -> None:
    own = backend(SECRET_SERVICE)
    chain = backend(CHAINER, backends=[own, backend(PLAIN)])
    assert choose([chain, backend(PLAIN), own, backend(FAIL)], None) is own


def test_a_headless_machine_is_told_to_use_a_file() -> None:
    with pytest.raises(VaultUnavailableError, match=r"no keyring that is safe; `--backend file`"):
        choose([backend(FAIL)], None)


def test_plain_text_installed_on_a_headless_machine_is_named_and_refused() -> None:
    chain = backend(CHAINER, backends=[backend(PLAIN)])
    with pytest.raises(VaultUnavailableError, match="Keyring writes secrets as plain text"):
        choose([backend(PLAIN), chain, backend(FAIL)], None)


@pytest.mark.parametrize("name", [PLAIN, NULL, FAIL])
def test_what_keeps_nothing_or_plain_text_is_refused_even_when_it_is_named(name: str) -> None:
    with pytest.raises(VaultUnavailableError, match="never used"):
        choose([backend(name)], name)


def test_a_chain_that_ends_in_plain_text_is_refused_even_when_it_is_named() -> None:
    chain = backend(CHAINER, backends=[backend(SECRET_SERVICE), backend(PLAIN)])
    with pytest.raises(VaultUnavailableError, match="hands on to keyrings"):
        choose([chain], CHAINER)


def test_an_unknown_keyring_wants_to_be_named() -> None:
    strange = backend("somebody.elses.Keyring")
    with pytest.raises(VaultUnavailableError, match="not known as safe"):
        choose([strange], None)
    assert choose([strange], "somebody.elses.Keyring") is strange


def test_an_environment_variable_that_chooses_is_refused_unless_named(tmp_path: Path) -> None:
    found = overrides({"PYTHON_KEYRING_BACKEND": PLAIN}, tmp_path / "none.cfg")
    assert found == [Override("PYTHON_KEYRING_BACKEND", PLAIN)]
    with pytest.raises(VaultUnavailableError, match="PYTHON_KEYRING_BACKEND says keyrings"):
        refuse_overrides(found, None)
    refuse_overrides(found, PLAIN)  # it is then `choose` that says no


def test_a_settings_file_that_names_code_elsewhere_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "keyringrc.cfg"
    config.write_text("[backend]\ndefault-keyring=x.Y\nkeyring-path=/tmp/elsewhere\n")
    says = [each.says for each in overrides({}, config)]
    assert says == ["x.Y", "/tmp/elsewhere"]
    with pytest.raises(VaultUnavailableError, match="keyring-path"):
        refuse_overrides(overrides({}, config), "x.Y")
    config.write_bytes(b"\xff\xfe no settings")
    with pytest.raises(VaultUnavailableError, match="cannot be read"):
        refuse_overrides(overrides({}, config), None)


# ── a keyring that does not answer ───────────────────────────────────────────────────────────────


def test_a_working_keyring_keeps_gives_back_and_forgets() -> None:
    kept = store(Working())
    kept.put("ib", Secret("x"))
    assert kept.get("ib") == Secret("x")
    kept.remove("ib")
    kept.remove("ib")
    assert kept.get("ib") is None


def test_a_keyring_that_hangs_is_left_after_its_time_and_asked_once() -> None:
    asked, never = [], threading.Event()

    class Hanging(Working):
        def get_password(self, service: str, name: str) -> str | None:
            asked.append(name)
            never.wait()
            return None

    hanging = store(Hanging(), seconds=0.05)
    for _ in range(3):
        with pytest.raises(VaultUnavailableError, match=r"did not answer within 0\.05 s"):
            hanging.get("ib")
    assert asked == ["ib"]
    never.set()


def test_looking_for_a_keyring_may_hang_as_well() -> None:
    never = threading.Event()
    hanging = KeyringStore("trader-test", find=lambda allowed: never.wait(), seconds=0.05)
    with pytest.raises(VaultUnavailableError, match="paper trading goes on"):
        hanging.open()
    never.set()


def test_a_keyring_that_raises_is_told_without_what_it_held() -> None:
    class Locked(Working):
        def set_password(self, service: str, name: str, text: str) -> None:
            raise RuntimeError(f"could not store {text}")

    with pytest.raises(VaultUnavailableError, match=r"RuntimeError.*unlock it") as told:
        store(Locked()).put("ib", Secret("canary"))
    assert "canary" not in str(told.value)


def test_a_keyring_that_takes_everything_and_keeps_nothing_is_found_out() -> None:
    class Null(Working):
        def set_password(self, service: str, name: str, text: str) -> None:
            return None

    with pytest.raises(VaultUnavailableError, match="does not give it back: nothing is kept"):
        store(Null()).put("ib", Secret("x"))


# ── the library itself, in a process of its own ──────────────────────────────────────────────────

ALT = """
from keyring.backend import KeyringBackend
class PlaintextKeyring(KeyringBackend):
    priority = 0.5
    def get_password(self, service, username): return open({file!r}).read()
    def set_password(self, service, username, password): open({file!r}, "w").write(password)
    def delete_password(self, service, username): pass
"""


def _with_plain_text_installed(folder: Path) -> Path:
    """A package as `keyrings.alt` is: found by the library through its entry point."""
    kept = folder / "plain.txt"
    package = folder / "keyrings" / "alt"
    package.mkdir(parents=True)
    (folder / "keyrings" / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "file.py").write_text(ALT.format(file=str(kept)))
    info = folder / "keyrings_alt-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n")
    return kept


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("found", f"({PLAIN} writes secrets as plain text"),
        ("named by the environment", f"PYTHON_KEYRING_BACKEND says {PLAIN}: a keyring that"),
    ],
)
def test_plain_text_that_is_really_installed_gets_no_secret(
    tmp_path: Path, how: str, said: str
) -> None:
    kept = _with_plain_text_installed(tmp_path)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": f"{tmp_path}",
        "TRADER_NO_BOOTSTRAP": "1",
    }
    if how != "found":
        environment["PYTHON_KEYRING_BACKEND"] = PLAIN
    words = ["--home", str(tmp_path / "home"), "secrets", "set", "ib.password"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "trader.py"), *words],
        input="canary\n",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3, done
    assert said in done.stderr
    assert not kept.exists()
    assert "canary" not in done.stdout + done.stderr
