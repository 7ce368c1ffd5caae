"""Secrets by name: kept once, replaced on purpose, listed without being opened."""

from pathlib import Path

import pytest

from data.errors import VaultDamagedError, VaultError, WrongPassphraseError
from data.home import Home
from data.vault.sealed import LOG_N_MIN
from data.vault.secret import Secret
from data.vault.stores import FileStore
from data.vault.vault import Vault
from tests.unit.vault.conftest import Desk
from tests.unit.vault.test_sealed import quick


def file_vault(home: Home, passphrase: str = "correct horse") -> Vault:
    def make(index: object) -> FileStore:
        ask = lambda is_new: Secret(passphrase)  # noqa: E731
        return FileStore(home.vault_path, ask, derive=quick, tuned=lambda: LOG_N_MIN)

    return Vault(home, lambda is_new: Secret(""), make_store=make)


def test_a_secret_is_kept_listed_replaced_and_gone(desk: Desk) -> None:
    vault = desk.vault()
    vault.set("ib.password", Secret("a"), backend="keyring")
    with pytest.raises(VaultError, match="kept already"):
        vault.set("ib.password", Secret("b"))
    vault.rotate("ib.password", Secret("b"))
    assert desk.vault().get("ib.password") == Secret("b")
    (entry,) = desk.vault().entries()
    assert (entry.name, entry.rotations) == ("ib.password", 1)
    vault.delete("ib.password")
    assert vault.entries() == ()
    assert desk.store.kept == {}


def test_what_is_not_kept_is_told_with_the_way_to_keep_it(desk: Desk) -> None:
    vault = desk.vault()
    for call in (vault.get, vault.delete, lambda name: vault.rotate(name, Secret("y"))):
        with pytest.raises(VaultError, match="no secret x is kept here"):
            call("x")


@pytest.mark.parametrize("name", ["", "IB", "a b", "../x", "x" * 65, "ü", "-x", "a\n"])
def test_a_name_that_is_none_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(VaultError, match="lower-case letters"):
        desk.vault().set(name, Secret("y"), backend="keyring")


def test_a_secret_that_its_keyring_lost_is_no_empty_secret(desk: Desk) -> None:
    desk.vault().set("ib", Secret("a"), backend="keyring")
    desk.store.kept.clear()
    with pytest.raises(VaultError, match="no longer has ib"):
        desk.vault().get("ib")


def test_the_index_names_no_value(desk: Desk) -> None:
    desk.vault().set("ib", Secret("canary"), backend="keyring")
    assert "canary" not in desk.home.vault_index_path.read_text()
    assert desk.home.vault_index_path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_index_is_no_empty_vault(desk: Desk) -> None:
    desk.vault().set("ib", Secret("a"), backend="keyring")
    desk.home.vault_index_path.write_text("{")
    with pytest.raises(VaultDamagedError, match="should name what the vault keeps"):
        desk.vault().set("other", Secret("b"))


def test_the_backend_is_chosen_once(desk: Desk) -> None:
    desk.vault().set("ib", Secret("a"), backend="keyring")
    with pytest.raises(VaultError, match="kept by: keyring"):
        desk.vault().set("other", Secret("b"), backend="file")
    desk.vault().delete("ib")
    desk.vault().set("other", Secret("b"), backend="file")


def test_a_file_is_opened_by_its_passphrase_alone(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    file_vault(home).set("ib", Secret("a"), backend="file")
    file_vault(home).set("other", Secret("b"))
    assert file_vault(home).get("ib") == Secret("a")
    assert home.vault_path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongPassphraseError):
        file_vault(home, "another one").get("ib")
    with pytest.raises(WrongPassphraseError):
        file_vault(home, "another one").set("third", Secret("c"))
    assert [entry.name for entry in file_vault(home).entries()] == ["ib", "other"]


def test_a_file_that_is_gone_or_damaged_says_so(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    file_vault(home).set("ib", Secret("a"), backend="file")
    content = home.vault_path.read_bytes()
    home.vault_path.write_bytes(content[:-1] + b"!")
    with pytest.raises(VaultDamagedError, match=r"vault\.enc is damaged: its checksum"):
        file_vault(home).get("ib")
    home.vault_path.unlink()
    with pytest.raises(VaultDamagedError, match="is gone"):
        file_vault(home).get("ib")


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    with pytest.raises(VaultError, match="at least 8 characters"):
        file_vault(home, "short").set("ib", Secret("a"), backend="file")
    assert not home.vault_path.exists()
    assert not home.vault_index_path.exists()


def test_others_cannot_read_a_vault_that_is_used(tmp_path: Path) -> None:
    from data.errors import HomeError

    home = Home.prepare(tmp_path / "home")
    file_vault(home).set("ib", Secret("a"), backend="file")
    home.vault_path.chmod(0o644)
    with pytest.raises(HomeError, match="others can reach"):
        Home.prepare(tmp_path / "home")


def test_a_keyring_that_was_named_once_is_used_by_whoever_reads_the_home(desk: Desk) -> None:
    """An engine has no --allow-keyring: it was allowed when the first secret was kept."""

    def vault(allowed: str | None) -> Vault:
        return Vault(desk.home, lambda is_new: Secret(""), allowed_keyring=allowed)

    desk.vault().set("first", Secret("a"), backend="keyring")
    desk.vault().delete("first")
    named = vault("somebody.elses.Keyring")
    index = named._index_for(None)
    assert index.allowed == "somebody.elses.Keyring"
    assert named._allowed_by(index) == vault(None)._allowed_by(index) == "somebody.elses.Keyring"
    assert vault(None)._allowed_by(vault(None)._index_for(None)) is None
