"""Time-based codes (RFC 6238): a new secret, its text for a phone, and which step a code is of."""

import hashlib
import hmac
import secrets as chance

from data.vault.secret import Secret

DIGITS = 6
STEP_SECONDS = 30
WINDOW_STEPS = 1
SECRET_CHARACTERS = 32
"""Of base32, five bits each: 160."""
ISSUER = "trader"

RECOVERY_CODES = 10
RECOVERY_CHARACTERS = 10
RECOVERY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1: read from paper by a person in a hurry."""
RECOVERY_LOG_N = 15


def new_secret() -> Secret:
    """160 random bits, as base32."""
    import pyotp

    return Secret(pyotp.random_base32(SECRET_CHARACTERS))


def enrolment_text(secret: Secret, account: str) -> Secret:
    """The otpauth text that a phone reads from a QR code: as secret as what is in it."""
    import pyotp

    totp = pyotp.TOTP(secret.reveal(), name=account, issuer=ISSUER)
    return Secret(totp.provisioning_uri())


def picture(text: Secret) -> str:
    """The QR code in half blocks, white on black with its quiet zone, for a terminal."""
    import io

    import segno

    out = io.StringIO()
    segno.make(text.reveal(), error="m").terminal(out=out, compact=True, border=2)
    return out.getvalue()


def step_of(code: str, secret: Secret, unix_seconds: float) -> int | None:
    """The step within ±1 of now that this code is of; None for any other code."""
    import pyotp
    from pyotp.exceptions import OTPVerificationError

    if unix_seconds < STEP_SECONDS * WINDOW_STEPS:
        return None
    totp = pyotp.TOTP(secret.reveal(), digits=DIGITS, interval=STEP_SECONDS)
    try:
        return totp.verify_and_get_timecode(code, for_time=unix_seconds, valid_window=WINDOW_STEPS)
    except OTPVerificationError:
        return None


def is_code(text: str) -> bool:
    """Whether this looks like a code of the phone."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def squeezed(text: str) -> str:
    """What a person typed without the blanks and dashes that make it readable."""
    return "".join(text.split()).replace("-", "").upper()


def new_recovery_codes() -> list[Secret]:
    """Ten codes of 50 bits, to be written down."""
    return [
        Secret("".join(chance.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_CHARACTERS)))
        for _ in range(RECOVERY_CODES)
    ]


def readable(code: Secret) -> str:
    """In two halves, for the one time that it is shown."""
    text = code.reveal()
    return f"{text[:5]}-{text[5:]}"


def recovery_hash(code: str, salt: bytes) -> str:
    """scrypt of a recovery code, hexadecimal: what is kept of it."""
    n = 1 << RECOVERY_LOG_N
    hashed = hashlib.scrypt(code.encode(), salt=salt, n=n, r=8, p=1, maxmem=1024 * n + (1 << 20))
    return hashed.hex()


def is_among(hashed: str, hashes: tuple[str, ...]) -> bool:
    """Compared in a time that tells nothing."""
    return sum(hmac.compare_digest(hashed, each) for each in hashes) > 0
