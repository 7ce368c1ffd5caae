"""What a venue wants in a Logon besides: fields of its own, names, passwords, a signature."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from connectors.fix.link.masking import SECRET_TAGS, Mask
from connectors.fix.link.moment import Moment
from connectors.fix.link.signers import SIGNERS, Credentials, Signer
from connectors.fix.message import Field, whole
from connectors.fix.tags import DATA_LENGTHS, Tag
from engine.errors import InputError

TAGS_MAX = 20
VALUE_CHARACTERS_MAX = 200
_SECRET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_OURS = frozenset(
    {
        *(Tag.BEGIN_STRING, Tag.BODY_LENGTH, Tag.MSG_TYPE, Tag.CHECK_SUM, Tag.MSG_SEQ_NUM),
        *(Tag.SENDER_COMP_ID, Tag.TARGET_COMP_ID, Tag.SENDING_TIME, Tag.POSS_DUP),
        *(Tag.ORIG_SENDING_TIME, Tag.ENCRYPT_METHOD, Tag.HEART_BT_INT, Tag.RESET_SEQ_NUM),
        *(Tag.LAST_PROCESSED, Tag.NEXT_EXPECTED, Tag.DEFAULT_APPL_VER_ID),
    }
)
"""What the session says itself: set twice, a message would say two things."""


class Revealed(Protocol):
    """A secret of the vault."""

    def reveal(self) -> str: ...


SecretOf = Callable[[str], Revealed | None]
"""A secret by its name in the vault, or None where it is not kept. Raises TraderError where the
vault cannot be opened."""


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed on with a venue. Secrets stand here by the name that the vault has them
    under, never themselves."""

    tags: tuple[Field, ...] = ()
    """As they are, in every Logon."""
    username: str = ""
    password_secret: str = ""
    """554."""
    new_password_secret: str = ""
    """925: the venue changes the password to it."""
    raw_data_secret: str = ""
    """96, with its length in 95."""
    signer: str = ""
    """Of `signers.SIGNERS`; it says itself which fields it fills."""
    key_secret: str = ""
    """What the signer signs with."""


class LogonWords:
    """Call it for the fields of one Logon. What is secret is taken from the vault for each, and
    the mask learns it before it is used."""

    def __init__(
        self,
        agreement: Agreement,
        secret_of: SecretOf,
        *,
        nonce: Callable[[int], bytes],
    ) -> None:
        """`nonce` gives so many random bytes. Raises InputError, which names the setting."""
        _check(agreement)
        self._agreement = agreement
        self._secret_of = secret_of
        self._nonce = nonce
        self._signer: Signer | None = SIGNERS.get(agreement.signer)
        self.mask = Mask(self._signer.secret_tags if self._signer is not None else frozenset())

    @property
    def sends_password(self) -> bool:
        """Whether something leaves that is good for another Logon as well."""
        agreement = self._agreement
        passwords = agreement.new_password_secret, agreement.raw_data_secret
        is_sent = bool(agreement.password_secret) and (
            self._signer is None or self._signer.sends_passphrase
        )
        return is_sent or any(passwords)

    def __call__(self, moment: Moment) -> list[Field]:
        """Raises TraderError where a secret is not kept, or cannot be had now."""
        agreement = self._agreement
        fields = dict(agreement.tags)
        if agreement.username:
            fields[Tag.USERNAME] = agreement.username.encode("ascii")
        password = self._secret("password_secret", agreement.password_secret)
        if password:
            fields[Tag.PASSWORD] = password
        if new := self._secret("new_password_secret", agreement.new_password_secret):
            fields[Tag.NEW_PASSWORD] = new
        if raw := self._secret("raw_data_secret", agreement.raw_data_secret):
            fields |= {Tag.RAW_DATA_LENGTH: b"%d" % len(raw), Tag.RAW_DATA: raw}
        if self._signer is not None:
            secret = self._secret("key_secret", agreement.key_secret)
            known = Credentials(agreement.username.encode("ascii"), secret, password)
            signed = self._signer.sign(moment, known, self._nonce)
            for tag, value in signed:
                if tag in SECRET_TAGS or tag in self._signer.secret_tags:
                    self.mask.learn(value)
            if not self._signer.sends_passphrase:
                fields.pop(Tag.PASSWORD, None)
            fields |= dict(signed)
        return sorted(fields.items())

    def _secret(self, key: str, name: str) -> bytes:
        if not name:
            return b""
        kept = self._secret_of(name)
        if kept is None:
            # The name is not repeated: who wrote the secret itself there must not see it here.
            raise InputError(
                f"the vault keeps nothing under the name that fix.{key} says; `trader secrets set"
                " NAME` keeps a secret, `trader secrets list` shows the names"
            )
        text = kept.reveal()
        self.mask.learn(text)
        try:
            return text.encode("ascii")
        except UnicodeEncodeError:
            raise InputError(f"the secret that fix.{key} names is not ASCII, as FIX is") from None


def _check(agreement: Agreement) -> None:
    for key in ("password_secret", "new_password_secret", "raw_data_secret", "key_secret"):
        name = getattr(agreement, key)
        if name and not _SECRET_NAME.fullmatch(name):
            raise InputError(
                f"fix.{key} is the name of a secret, such as fix.password, never the secret itself:"
                " keep that with `trader secrets set fix.password`, take it out of the file, and"
                " change it at the venue, because files are copied"
            )
    if agreement.username and not (
        agreement.username.isascii() and agreement.username.isprintable()
    ):
        raise InputError("fix.username has to be printable ASCII")
    if agreement.signer:
        _check_signer(agreement)


def _check_signer(agreement: Agreement) -> None:
    signer = SIGNERS.get(agreement.signer)
    if signer is None:
        raise InputError(
            f"fix.signer '{agreement.signer}' is unknown; there are {', '.join(sorted(SIGNERS))}"
        )
    wanted = {"key_secret": True, "username": signer.needs_key, "password_secret": False}
    wanted["password_secret"] = signer.needs_passphrase
    for key, is_needed in wanted.items():
        if is_needed and not getattr(agreement, key):
            raise InputError(f"fix.signer '{agreement.signer}' needs fix.{key} as well")
    for tag, _ in agreement.tags:
        if tag in signer.fills:
            raise InputError(f"fix.logon_tags: {tag} is filled by fix.signer '{agreement.signer}'")


def read_tags(texts: Sequence[str], key: str = "fix.logon_tags") -> tuple[Field, ...]:
    """`9001=Y` and the like. Raises InputError, which never repeats what could be a secret."""
    if len(texts) > TAGS_MAX:
        raise InputError(f"{key}: at most {TAGS_MAX} fields")
    found: dict[int, bytes] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        tag = whole(name.encode("ascii", "replace")) or 0
        if not mark or tag <= 0:
            raise InputError(f"{key}: each is a field such as 9001=Y")
        _check_tag(key, tag, found)
        if not value or len(value) > VALUE_CHARACTERS_MAX or not _is_plain(value):
            raise InputError(f"{key}: the value of {tag} has to be printable ASCII")
        found[tag] = value.encode("ascii")
    return tuple(sorted(found.items()))


def _check_tag(key: str, tag: int, found: dict[int, bytes]) -> None:
    if tag in SECRET_TAGS:
        raise InputError(
            f"{key}: {tag} is a secret and has no place in a file: keep it with `trader secrets set"
            f" fix.password`, name it in fix.{_KEYS.get(tag, 'raw_data_secret')}, and change it at"
            " the venue, because files are copied"
        )
    if tag in _OURS or tag in DATA_LENGTHS or tag in DATA_LENGTHS.values():
        raise InputError(f"{key}: the session itself says {tag}")
    if tag == Tag.USERNAME:
        raise InputError(f"{key}: {tag} has a setting of its own, fix.username")
    if tag in found:
        raise InputError(f"{key}: {tag} is there twice")


_KEYS = {Tag.PASSWORD: "password_secret", Tag.NEW_PASSWORD: "new_password_secret"}


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable()
