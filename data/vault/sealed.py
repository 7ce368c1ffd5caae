"""Secrets as one sealed text: scrypt, ChaCha20-Poly1305, and every byte of the header bound to it.

A sealed file is, in this order:

    magic 8 · version 1 · log2 N 1 · r 1 · p 1 · salt 16 · nonce 12 · check 16   the header
    ciphertext and tag                                                           of a JSON object
    checksum 32                                                                  SHA-256 of all that

The header is the associated data of the cipher. `check` is made from the half of scrypt's output
that the cipher does not get: it tells a wrong passphrase from a changed file, and binds the file
to one key, which ChaCha20-Poly1305 alone does not. The checksum is no protection: it tells damage,
before anybody is asked for a passphrase.
"""

import hashlib
import hmac
import json
import os
import struct
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from data.errors import VaultDamagedError, WrongPassphraseError
from data.vault.secret import Secret

MAGIC = b"TRVAULT\n"
VERSION = 1
LOG_N_MIN, LOG_N_MAX = 15, 20
"""Below, guessing is cheap; above, a file from elsewhere could ask for gigabytes."""
BLOCK, LANES = 8, 1
DERIVE_SECONDS = 0.4
"""What one guess should cost here; N doubles until it does."""
SALT_BYTES, NONCE_BYTES, CHECK_BYTES, SUM_BYTES, TAG_BYTES = 16, 12, 16, 32, 16
KEY_BYTES = 32
SEALED_BYTES_MAX = 1 << 20

_HEADER = struct.Struct(f"> 8s B B B B {SALT_BYTES}s {NONCE_BYTES}s {CHECK_BYTES}s")


class Header(NamedTuple):
    """What has to be known before the passphrase is."""

    magic: bytes
    version: int
    log_n: int
    block: int
    lanes: int
    salt: bytes
    nonce: bytes
    check: bytes

    def packed(self) -> bytes:
        return _HEADER.pack(*self)


Derive = Callable[[Secret, bytes, int], bytes]
"""(passphrase, salt, log2 N) → 64 bytes."""


def derive(passphrase: Secret, salt: bytes, log_n: int) -> bytes:
    """scrypt (RFC 7914): 32 bytes of key, then 32 that the check is made of."""
    n = 1 << log_n
    return hashlib.scrypt(
        passphrase.reveal().encode(),
        salt=salt,
        n=n,
        r=BLOCK,
        p=LANES,
        maxmem=128 * n * BLOCK + (1 << 20),
        dklen=2 * KEY_BYTES,
    )


def tuned_log_n(clock: Callable[[], float] = time.perf_counter, derive: Derive = derive) -> int:
    """The cost at which one guess takes about DERIVE_SECONDS on this machine; never below 2^15."""
    log_n = LOG_N_MIN
    while log_n < LOG_N_MAX:
        began = clock()
        derive(Secret("how long does it take?"), bytes(SALT_BYTES), log_n)
        if 2 * (clock() - began) > DERIVE_SECONDS:
            break
        log_n += 1
    return log_n


def seal(
    secrets: Mapping[str, Secret], passphrase: Secret, log_n: int, derive: Derive = derive
) -> bytes:
    """The file for these secrets; salt and nonce are new each time."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    derived = derive(passphrase, salt, log_n)
    check = _check(derived, salt)
    header = Header(MAGIC, VERSION, log_n, BLOCK, LANES, salt, nonce, check).packed()
    plain = json.dumps({name: text.reveal() for name, text in secrets.items()}).encode()
    body = ChaCha20Poly1305(derived[:KEY_BYTES]).encrypt(nonce, plain, header)
    return header + body + hashlib.sha256(header + body).digest()


def header_of(sealed: bytes) -> Header:
    """The header of an undamaged file. Raises VaultDamagedError."""
    least = _HEADER.size + TAG_BYTES + SUM_BYTES
    content, checksum = sealed[:-SUM_BYTES], sealed[-SUM_BYTES:]
    if not sealed.startswith(MAGIC):
        raise VaultDamagedError("it does not begin as a vault does")
    if not least <= len(sealed) <= SEALED_BYTES_MAX:
        raise VaultDamagedError(f"it has {len(sealed):,} bytes: cut off, or not a vault")
    if hashlib.sha256(content).digest() != checksum:
        raise VaultDamagedError("its checksum does not fit: bytes of it were changed or lost")
    header = Header(*_HEADER.unpack_from(sealed))
    if header.version != VERSION:
        raise VaultDamagedError(f"it is of version {header.version}; this program reads {VERSION}")
    is_affordable = LOG_N_MIN <= header.log_n <= LOG_N_MAX
    if not is_affordable or (header.block, header.lanes) != (BLOCK, LANES):
        raise VaultDamagedError("its header asks for a work factor that no vault here has")
    return header


def unseal(sealed: bytes, passphrase: Secret, derive: Derive = derive) -> dict[str, Secret]:
    """The secrets. Raises WrongPassphraseError or VaultDamagedError, never gives a wrong one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    header = header_of(sealed)
    derived = derive(passphrase, header.salt, header.log_n)
    if not hmac.compare_digest(_check(derived, header.salt), header.check):
        raise WrongPassphraseError("the passphrase is not the one of this vault")
    body = sealed[_HEADER.size : -SUM_BYTES]
    cipher = ChaCha20Poly1305(derived[:KEY_BYTES])
    try:
        plain = cipher.decrypt(header.nonce, body, header.packed())
    except InvalidTag:
        raise VaultDamagedError("the passphrase fits and the content was changed") from None
    return {name: Secret(text) for name, text in json.loads(plain).items()}


def _check(derived: bytes, salt: bytes) -> bytes:
    return hmac.digest(derived[KEY_BYTES:], b"check" + salt, "sha256")[:CHECK_BYTES]
