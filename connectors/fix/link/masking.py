"""What of a message or a sentence may be written down: no secret, and not how long one is."""

import re
from collections import deque

from connectors.fix.message import whole
from connectors.fix.tags import DATA_LENGTHS, SOH, Tag

HIDDEN = b"***"
SECRET_TAGS = frozenset(
    {
        Tag.PASSWORD,
        Tag.NEW_PASSWORD,
        Tag.RAW_DATA,
        Tag.SECURE_DATA,
        Tag.ENCRYPTED_PASSWORD,
        Tag.ENCRYPTED_NEW_PASSWORD,
    }
)
"""Fields whose values are never written, in whatever message they come."""
VALUES_MAX = 32
ANYWHERE_BYTES_MIN = 4
"""A shorter secret is looked for as a word of its own: its letters are in every other sentence."""
_LENGTH_OF = {data: length for length, data in DATA_LENGTHS.items()}
_TELLING_LENGTHS = frozenset({Tag.BODY_LENGTH, Tag.CHECK_SUM})
_TEXT_FIELD = re.compile(
    r"(?<![0-9])(" + "|".join(map(str, sorted(SECRET_TAGS))) + r")=(?!\*\*\*)[^\x01|\n]*"
)


class Mask:
    """Of one session. Knows fields that are secret, and the secrets that were used lately, because
    a venue may repeat one in a sentence of its own."""

    def __init__(self, logon_tags: frozenset[int] = frozenset()) -> None:
        """`logon_tags`: fields that are secret in a Logon only, such as 58 where a signature is."""
        self._logon_tags = logon_tags
        self._values: deque[bytes] = deque(maxlen=VALUES_MAX)

    def __repr__(self) -> str:
        return "Mask()"

    def learn(self, secret: bytes | str) -> None:
        """From now on it is taken out of every text."""
        value = secret.encode() if isinstance(secret, str) else secret
        if value and value not in self._values:
            self._values.append(value)

    def message(self, data: bytes) -> bytes:
        """The same fields, and `***` for each secret. Of what is no good message, and of a data
        field whose length is not told, nothing that could be a secret is left."""
        tags = SECRET_TAGS
        if b"\x0135=A\x01" in data[:64]:
            tags = tags | self._logon_tags
        fields, has_secret = self._masked(data, tags)
        if not has_secret:
            return data
        lengths = {_LENGTH_OF[tag] for tag in tags if tag in _LENGTH_OF} | _TELLING_LENGTHS
        hidden = {b"%d" % tag for tag in lengths}
        return SOH.join(
            name + b"=" + HIDDEN if name in hidden and mark else name + mark + value
            for name, mark, value in fields
        )

    def text(self, text: str) -> str:
        """A sentence without the secrets that are known, and without secret fields in it."""
        text = _TEXT_FIELD.sub(rf"\1={HIDDEN.decode()}", text)
        for value in self._values:
            text = _without(text.encode("utf-8", "surrogateescape"), value).decode(
                "utf-8", "surrogateescape"
            )
        return text

    def _masked(
        self, data: bytes, tags: frozenset[int]
    ) -> tuple[list[tuple[bytes, bytes, bytes]], bool]:
        fields: list[tuple[bytes, bytes, bytes]] = []
        has_secret, at, told = False, 0, -1
        while at <= len(data):
            end = data.find(SOH, at)
            end = len(data) if end < 0 else end
            name, mark, value = data[at:end].partition(b"=")
            tag = whole(name) or 0
            if tag in _LENGTH_OF and mark:
                end = _end_of_data(data, at + len(name) + 1, told, is_secret=tag in tags, end=end)
                value = data[at + len(name) + 1 : end]
            told = (whole(value) or -1) if tag in DATA_LENGTHS else -1
            kept = HIDDEN if tag in tags and mark else self._without_values(value)
            has_secret = has_secret or kept != value
            fields.append((name, mark, kept))
            at = end + 1
        return fields, has_secret

    def _without_values(self, value: bytes) -> bytes:
        for secret in self._values:
            value = _without(value, secret)
        return value


def _without(text: bytes, secret: bytes) -> bytes:
    if secret not in text:
        return text
    if len(secret) >= ANYWHERE_BYTES_MIN:
        return text.replace(secret, HIDDEN)
    return re.sub(rb"(?<!\w)" + re.escape(secret) + rb"(?!\w)", HIDDEN, text)


def _end_of_data(data: bytes, start: int, told: int, *, is_secret: bool, end: int) -> int:
    """Where a data field ends; a secret one that does not say it may go on to the very end."""
    stop = start + told
    if told >= 0 and (stop == len(data) or data[stop : stop + 1] == SOH):
        return stop
    return len(data) if is_secret else end
