"""How venues want a Logon signed, by name: pure, the same moment and key in the same bytes.

Each was written from what its venue publishes (the address stands beside it, read in 2026) and was
never tried at the venue itself.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable

import msgspec

from connectors.fix.link.moment import Moment
from connectors.fix.message import Field
from connectors.fix.tags import SOH, Tag
from engine.errors import InputError
from engine.values import NANOS_PER_MILLISECOND

ACCESS_KEY = 9407
NONCE = 5025
NONCE_BYTES = 32
Nonce = Callable[[int], bytes]


class Credentials(msgspec.Struct, frozen=True, gc=False):
    """Who signs, with what. Never printed."""

    key: bytes
    """The name of an API key: no secret."""
    secret: bytes
    passphrase: bytes = b""

    def __repr__(self) -> str:
        return "Credentials()"


Sign = Callable[[Moment, Credentials, Nonce], list[Field]]


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """One way of signing, and what it needs."""

    sign: Sign
    fills: frozenset[int]
    """Fields that nobody else may set."""
    secret_tags: frozenset[int] = frozenset()
    """Fields of a Logon that are as secret as a password, besides those that always are."""
    needs_key: bool = True
    """`username`: the name of the API key."""
    needs_passphrase: bool = False
    sends_passphrase: bool = False
    """The passphrase leaves as it is, in 554."""


def _millis(moment: Moment) -> bytes:
    return b"%d" % (moment.utc // NANOS_PER_MILLISECOND)


def _hmac256(secret: bytes, text: bytes) -> bytes:
    return hmac.new(secret, text, hashlib.sha256).digest()


def _decoded(secret: bytes) -> bytes:
    try:
        return b64decode(secret, validate=True)
    except ValueError:
        raise InputError(
            "the secret that fix.key_secret names is not Base64, as this signer wants it"
        ) from None


def _raw(value: bytes) -> list[Field]:
    return [(Tag.RAW_DATA_LENGTH, b"%d" % len(value)), (Tag.RAW_DATA, value)]


def _bitvavo(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """docs.bitvavo.com/docs/fix-api/logon"""
    text = known.key + moment.sender + b"%d" % moment.number + _millis(moment)
    return [(Tag.PASSWORD, _hmac256(known.secret, text).hex().encode("ascii"))]


def _kraken(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """docs.kraken.com/api/docs/guides/spot-fix-auth; the venue takes a nonce within 5 s of its own
    clock, and never the same again."""
    said = b"35=A\x0134=%d\x0149=%b\x0156=%b\x01553=%b\x01"
    text = said % (moment.number, moment.sender, moment.target, known.key)
    digest = hashlib.sha256(text + _millis(moment)).digest()
    signature = hmac.new(_decoded(known.secret), digest, hashlib.sha512).digest()
    return [(Tag.PASSWORD, b64encode(signature)), (NONCE, _millis(moment))]


def _kraken_prime(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """docs.kraken.com/api/docs/prime-api/fix/logon-fix: the key's name travels in 554, and the
    signature in Base64 for addresses."""
    text = SOH.join([moment.stamp, b"%d" % moment.number, moment.sender, moment.target])
    signature = b64encode(_hmac256(known.secret, text), b"-_")
    return [*_raw(signature), (Tag.PASSWORD, known.key)]


def _coinbase_prime(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """docs.cdp.coinbase.com/prime/fix-api/admin-messages"""
    number = b"%d" % moment.number
    text = moment.stamp + b"A" + number + known.key + moment.target + known.passphrase
    signature = b64encode(_hmac256(known.secret, text))
    return [*_raw(signature), (Tag.PASSWORD, known.passphrase), (ACCESS_KEY, known.key)]


def _coinbase_text(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """The form with the signature in 58 and a secret in Base64; from memory, not checked."""
    parts = [moment.stamp, b"A", b"%d" % moment.number, known.key, moment.target, known.passphrase]
    signature = b64encode(_hmac256(_decoded(known.secret), SOH.join(parts)))
    return [(Tag.TEXT, signature), (Tag.PASSWORD, known.passphrase)]


def _deribit(moment: Moment, known: Credentials, nonce: Nonce) -> list[Field]:
    """docs.deribit.com/fix-api/production/logon"""
    raw = _millis(moment) + b"." + b64encode(nonce(NONCE_BYTES))
    return [*_raw(raw), (Tag.PASSWORD, b64encode(hashlib.sha256(raw + known.secret).digest()))]


_IN_554 = frozenset({Tag.PASSWORD})
_IN_96 = frozenset({Tag.RAW_DATA_LENGTH, Tag.RAW_DATA, Tag.PASSWORD})
SIGNERS: dict[str, Signer] = {
    "bitvavo": Signer(sign=_bitvavo, fills=_IN_554),
    "kraken": Signer(sign=_kraken, fills=_IN_554 | {NONCE}),
    "kraken_prime": Signer(sign=_kraken_prime, fills=_IN_96),
    "coinbase_prime": Signer(
        sign=_coinbase_prime,
        fills=_IN_96 | {ACCESS_KEY},
        needs_passphrase=True,
        sends_passphrase=True,
    ),
    "coinbase_text": Signer(
        sign=_coinbase_text,
        fills=_IN_554 | {Tag.TEXT},
        secret_tags=frozenset({Tag.TEXT}),
        needs_passphrase=True,
        sends_passphrase=True,
    ),
    "deribit": Signer(sign=_deribit, fills=_IN_96),
}
