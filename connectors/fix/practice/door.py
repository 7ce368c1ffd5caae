"""The door of the practice venue: TLS, who has to show papers, and who has to know a password."""

import hmac
import ssl
from collections.abc import Mapping
from pathlib import Path

from connectors.fix.message import Message
from connectors.fix.tags import Tag
from engine.errors import InputError

LINES_MAX = 100
FORBIDDEN_BITS = 0o077
NOT_YOURS = "username (553) or password (554) are not those of this session"
Credentials = Mapping[str, tuple[str, str]]
"""Username and password by client."""


def tls_of(cert: Path, key: Path, clients_ca: Path | None = None) -> ssl.SSLContext:
    """TLS 1.2 and newer; with `clients_ca` nobody comes in without a certificate of that authority.

    Raises InputError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
        if clients_ca is not None:
            context.load_verify_locations(clients_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise InputError(
            f"the certificate {cert} with its key {key} cannot be used: {error}"
        ) from error
    return context


def read_credentials(path: Path) -> Credentials:
    """A line a client: its name, its username, its password. Raises InputError; no password is
    repeated, and a file that others may read is refused."""
    try:
        if path.stat().st_mode & FORBIDDEN_BITS:
            raise InputError(f"{path} holds passwords and others may read it: chmod 600 {path}")
        lines = path.read_text("ascii").splitlines()[: LINES_MAX + 1]
    except (OSError, UnicodeError) as error:
        raise InputError(f"{path} cannot be read as passwords: {error}") from error
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) != 3 or words[0] in found or number > LINES_MAX:
            raise InputError(f"line {number} of {path} is not: CLIENT USERNAME PASSWORD, once each")
        found[words[0]] = (words[1], words[2])
    return found


def objection_to(message: Message, expected: tuple[str, str]) -> str:
    """Why a Logon's username and password do not let it in; empty where they do."""
    given = (message.text(Tag.USERNAME), message.text(Tag.PASSWORD))
    pairs = zip(given, expected, strict=True)
    # Every byte of both is looked at, whatever is wrong: how long it takes says nothing.
    same = [hmac.compare_digest(a.encode("latin-1"), b.encode("latin-1")) for a, b in pairs]
    return "" if all(same) else NOT_YOURS
