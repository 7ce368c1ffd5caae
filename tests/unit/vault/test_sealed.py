"""The encrypted file: every changed byte is told, and a secret is never a wrong one."""

import hashlib
import json
from itertools import count

import pytest

from data.errors import VaultDamagedError, VaultError, WrongPassphraseError
from data.vault import sealed as sealing
from data.vault.sealed import LOG_N_MIN, SUM_BYTES, derive, header_of, seal, tuned_log_n, unseal
from data.vault.secret import Secret

PASSPHRASE = Secret("correct horse battery")
SECRETS = {"ib.password": Secret("hunter2 ünï"), "totp": Secret("JBSWY3DPEHPK3PXP")}


def quick(passphrase: Secret, salt: bytes, log_n: int) -> bytes:
    """For thousands of tries: anything that depends on all three as scrypt does."""
    return hashlib.blake2b(
        passphrase.reveal().encode() + salt + bytes([log_n]), digest_size=64
    ).digest()


def again(sealed: bytes) -> bytes:
    """With the checksum of what it is now: as somebody would who wants it believed."""
    content = sealed[:-SUM_BYTES]
    return content + hashlib.sha256(content).digest()


def test_what_was_sealed_comes_back() -> None:
    sealed = seal(SECRETS, PASSPHRASE, LOG_N_MIN)
    assert unseal(sealed, PASSPHRASE) == SECRETS
    assert b"hunter2" not in sealed


def test_two_seals_of_the_same_share_neither_salt_nor_nonce() -> None:
    first, second = (header_of(seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)) for _ in range(2))
    assert first.salt != second.salt
    assert first.nonce != second.nonce


def test_another_passphrase_is_told_from_damage() -> None:
    sealed = seal(SECRETS, PASSPHRASE, LOG_N_MIN)
    with pytest.raises(WrongPassphraseError, match="passphrase is not the one"):
        unseal(sealed, Secret("correct horse batterY"))


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_byte_that_is_changed_is_told_as_damage(mask: int) -> None:
    sealed = seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= mask
        with pytest.raises(VaultDamagedError):
            unseal(bytes(changed), PASSPHRASE, quick)


def test_every_byte_that_is_changed_with_its_checksum_gives_no_secret() -> None:
    sealed = seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)
    for place in range(len(sealed) - SUM_BYTES):
        changed = bytearray(sealed)
        changed[place] ^= 0x10
        with pytest.raises(VaultError):
            unseal(again(bytes(changed)), PASSPHRASE, quick)


def test_a_changed_work_factor_is_no_weaker_file() -> None:
    """The header is bound: what asks for less work, or for gigabytes, is not opened."""
    sealed = bytearray(seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick))
    for log_n in (1, 14, 16, 21, 40, 255):
        sealed[9] = log_n
        with pytest.raises(VaultError):
            unseal(again(bytes(sealed)), PASSPHRASE, quick)


def test_every_cut_and_every_addition_is_told() -> None:
    sealed = seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)
    for length in range(len(sealed)):
        with pytest.raises(VaultDamagedError):
            unseal(sealed[:length], PASSPHRASE, quick)
    with pytest.raises(VaultDamagedError):
        unseal(sealed + b"\0", PASSPHRASE, quick)


def test_content_of_another_file_under_the_same_passphrase_is_refused() -> None:
    one = seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)
    other = seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick)
    header = sealing._HEADER.size
    with pytest.raises(VaultDamagedError, match="was changed"):
        unseal(again(one[:header] + other[header:]), PASSPHRASE, quick)


def test_a_newer_version_is_not_guessed_at() -> None:
    sealed = bytearray(seal(SECRETS, PASSPHRASE, LOG_N_MIN, quick))
    sealed[8] = 2
    with pytest.raises(VaultDamagedError, match="version 2"):
        unseal(again(bytes(sealed)), PASSPHRASE, quick)


def test_the_work_factor_follows_the_machine_and_never_falls_below_2_to_15() -> None:
    def machine(seconds_at_15: float) -> int:
        spent = [0.0]

        def work(passphrase: Secret, salt: bytes, log_n: int) -> bytes:
            spent[0] += seconds_at_15 * 2 ** (log_n - 15)
            return b""

        return tuned_log_n(lambda: spent[0], work)

    assert machine(10.0) == 15
    assert machine(0.15) == 16
    assert machine(0.03) == 18
    assert machine(0.000_001) == 20


def test_scrypt_is_the_one_of_the_rfc() -> None:
    """RFC 7914, section 12: the fourth vector is too large here; the third has r=8, p=1."""
    expected = hashlib.scrypt(b"pleaseletmein", salt=b"SodiumChloride", n=16384, r=8, p=1)
    assert expected.hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")
    assert derive(Secret("pleaseletmein"), b"SodiumChloride", 14) == expected


class TestSecret:
    """What prints, logs, formats or stores it shows dots."""

    def test_it_hides_in_every_way_of_printing(self) -> None:
        secret = Secret("canary")
        shown = [
            repr(secret),
            str(secret),
            f"{secret}",
            f"{secret:>20}",
            f"{[secret]!r}",
        ]
        assert not any("canary" in text for text in shown)

    def test_it_cannot_be_written_away(self) -> None:
        import copy
        import pickle

        import msgspec

        secret, places = Secret("canary"), count()
        for write in (pickle.dumps, copy.copy, json.dumps, msgspec.json.encode, hash):
            next(places)
            with pytest.raises(TypeError):
                write(secret)
        assert next(places) == 5

    def test_it_knows_its_like(self) -> None:
        assert Secret("a") == Secret("a")
        assert Secret("a") != Secret("b")
        assert Secret("a") != "a"
