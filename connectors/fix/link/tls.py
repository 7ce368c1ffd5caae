"""TLS to a venue: whom we believe, what we show, which key we expect, each failure in words."""

import hashlib
import hmac
import socket
import ssl
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from engine.errors import InputError

SPKI_PREFIX, CERTIFICATE_PREFIX = "spki:", "cert:"
PINS_MAX = 8
_SHA256_BYTES = 32
_EXPIRED, _NOT_YET = 10, 9
_OTHER_NAME = (62, 64)
_UNKNOWN_ISSUER = (2, 18, 19, 20, 21, 27)
"""X509_V_ERR_… of OpenSSL's x509_vfy.h."""
_WORDS = (
    (
        "CERTIFICATE_REQUIRED",
        "the venue wants a client certificate (fix.tls_cert_file, fix.tls_key_file)",
    ),
    ("UNKNOWN_CA", "the venue does not believe the issuer of our client certificate"),
    ("CERTIFICATE_EXPIRED", "the venue says that our client certificate has expired"),
    ("BAD_CERTIFICATE", "the venue does not take our client certificate"),
    ("UNSUPPORTED_PROTOCOL", "the venue has no TLS of the versions that are allowed here"),
    ("PROTOCOL_VERSION", "the venue has no TLS of the versions that are allowed here"),
    ("WRONG_VERSION_NUMBER", "the venue does not speak TLS at this port"),
    ("HTTP_REQUEST", "the venue does not speak TLS at this port"),
    ("UNEXPECTED_EOF", "the venue ended the connection in the middle of TLS"),
    (
        "HANDSHAKE_FAILURE",
        "the venue broke the TLS handshake off: it may want a client certificate"
        " (fix.tls_cert_file, fix.tls_key_file)",
    ),
)


class TlsError(OSError):
    """A connection that is not secret, or not with whom it should be; the sentence says why."""


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """How a venue is recognised, and how we are. Without `ca_file` or `system_trust` nobody is."""

    ca_file: str = ""
    """Authorities in PEM; of a self-signed venue, its certificate itself."""
    system_trust: bool = False
    """Believes what this machine believes besides: hundreds of authorities."""
    name: str = ""
    """What the certificate has to be for, and SNI; empty: the host that is dialled."""
    cert_file: str = ""
    key_file: str = ""
    """Our certificate and its key in PEM, where the venue asks who we are."""
    pins: tuple[str, ...] = ()
    """What the venue's own certificate has to be besides: `spki:` and the SHA-256 of its public key
    (SubjectPublicKeyInfo) in Base64, or `cert:` and that of the certificate in hex; any of them."""
    only_13: bool = False
    """TLS 1.3 and nothing older; else 1.2 is taken too."""


class _TellingSocket(ssl.SSLSocket):
    """In TLS 1.3 a venue may object after the handshake: then the first read tells why in words."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            raise TlsError(words_of(error)) from None


def context_of(tls: Tls, passphrase: Callable[[], str] | None = None) -> ssl.SSLContext:
    """Everything that is the same for every connection. `passphrase`: of the key's file.

    Raises InputError, which names the setting.
    """
    if not (tls.ca_file or tls.system_trust):
        raise InputError(
            "TLS needs to know whom to believe: the venue's authority in fix.tls_ca_file, or"
            " fix.tls_system_trust = true for those of this machine"
        )
    for pin in tls.pins:
        _check_pin(pin)
    if len(tls.pins) > PINS_MAX:
        raise InputError(f"fix.tls_pins are at most {PINS_MAX}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _TellingSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_3 if tls.only_13 else ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # A name in the subject alone is how certificates were made last century.
    context.hostname_checks_common_name = False
    if tls.ca_file:
        _load("fix.tls_ca_file", tls.ca_file, lambda: context.load_verify_locations(tls.ca_file))
    if tls.system_trust:
        context.set_default_verify_paths()
    if bool(tls.cert_file) != bool(tls.key_file):
        raise InputError("a client certificate needs both fix.tls_cert_file and fix.tls_key_file")
    if tls.cert_file:
        # Without an answer of ours OpenSSL would ask for a passphrase at the terminal.
        said = passphrase or _no_passphrase
        _load(
            "fix.tls_cert_file or fix.tls_key_file",
            tls.cert_file,
            lambda: context.load_cert_chain(tls.cert_file, tls.key_file, said),
        )
    return context


def _no_passphrase() -> str:
    return ""


def _load(key: str, path: str, load: Callable[[], Any]) -> None:
    try:
        load()
    except FileNotFoundError:
        raise InputError(f"{key}: {path}, or what belongs to it, is not there") from None
    except ssl.SSLError as error:
        raise InputError(
            f"{key}: {path} cannot be used ({error.reason or 'no PEM, or its passphrase is wrong'})"
        ) from None
    except OSError as error:
        raise InputError(f"{key}: {path} cannot be read ({error.strerror})") from None


def secured(
    plain: socket.socket, context: ssl.SSLContext, *, name: str, pins: Sequence[str]
) -> ssl.SSLSocket:
    """The same connection in TLS, within the time-out that the socket has, handshake and all.

    Raises TlsError; the connection is closed then.
    """
    try:
        line = context.wrap_socket(plain, server_hostname=name)
    except TimeoutError:
        plain.close()
        raise TlsError("the venue did not finish the TLS handshake in time") from None
    except ssl.SSLError as error:
        plain.close()
        raise TlsError(words_of(error, name)) from None
    except (OSError, ValueError) as error:
        plain.close()
        raise TlsError(f"the TLS handshake broke off: {error}") from None
    shown = line.getpeercert(binary_form=True) or b""
    if pins and not _is_pinned(shown, pins):
        line.close()
        raise TlsError(
            f"the certificate of {name} is none of those pinned in fix.tls_pins: the venue has"
            f" {' and '.join(pins_of(shown))}; ask the venue before you believe that"
        )
    return line


def words_of(error: ssl.SSLError, name: str = "the venue") -> str:
    """What went wrong, for a person."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code == _EXPIRED:
            return f"the certificate of {name} has expired (or this machine's clock is wrong)"
        if error.verify_code == _NOT_YET:
            return f"the certificate of {name} is not valid yet (or this machine's clock is wrong)"
        if error.verify_code in _OTHER_NAME:
            return f"the certificate is for another name than {name} (fix.tls_name)"
        if error.verify_code in _UNKNOWN_ISSUER:
            return f"nobody believed here (fix.tls_ca_file) has signed the certificate of {name}"
        return f"the certificate of {name} is not good: {error.verify_message}"
    reason = error.reason or ""
    for mark, words in _WORDS:
        if mark in reason:
            return words
    return f"TLS failed: {reason.replace('_', ' ').lower() or 'the connection ended'}"


def pins_of(certificate: bytes) -> tuple[str, str]:
    """Both pins of a certificate in DER: of its public key, which lives on when the certificate is
    renewed, and of itself."""
    # Only a pinned venue needs it, and it takes a while to load.
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    key = load_der_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return (
        SPKI_PREFIX + b64encode(hashlib.sha256(spki).digest()).decode("ascii"),
        CERTIFICATE_PREFIX + hashlib.sha256(certificate).hexdigest(),
    )


def _is_pinned(certificate: bytes, pins: Sequence[str]) -> bool:
    shown = [_digest(pin) for pin in pins_of(certificate)]
    wanted = [_digest(pin) for pin in pins]
    return any(hmac.compare_digest(each, pin) for each in shown for pin in wanted)


def _check_pin(pin: str) -> None:
    if len(_digest(pin)) != len(SPKI_PREFIX) + _SHA256_BYTES:
        raise InputError(
            f"'{pin}' is no pin: 'spki:' and the SHA-256 of the public key in Base64, or 'cert:'"
            " and that of the certificate in hex"
        )


def _digest(pin: str) -> bytes:
    """What kind it is and its 32 bytes, however they are written; shorter where it is none."""
    text = pin[len(SPKI_PREFIX) :]
    try:
        if pin.startswith(SPKI_PREFIX):
            return SPKI_PREFIX.encode() + b64decode(text, validate=True)
        if pin.startswith(CERTIFICATE_PREFIX):
            return CERTIFICATE_PREFIX.encode() + bytes.fromhex(text.replace(":", ""))
    except ValueError:
        pass
    return b""
