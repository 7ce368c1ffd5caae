"""What a venue wants in a Logon: fields of its own, signatures as it publishes them, no secret in
a file, and never a field that the session says itself."""

from collections.abc import Callable

import pytest

from connectors.fix.link.logon import Agreement, LogonWords, read_tags
from connectors.fix.link.moment import Moment
from connectors.fix.link.signers import SIGNERS
from connectors.fix.message import Field
from engine.errors import InputError
from engine.values import NANOS_PER_MILLISECOND, Nanos

MOMENT = Moment(
    sender=b"DESK",
    target=b"VENUE",
    number=7,
    stamp=b"20260528-20:26:40.123",
    utc=Nanos(1_780_000_000_123 * NANOS_PER_MILLISECOND),
)
VAULT = {
    "fix.key": "topsecret",
    "fix.key64": "dG9wc2VjcmV0",
    "fix.phrase": "phrase",
    "fix.new": "phrase2",
    "fix.raw": "raw words",
    "fix.umlaut": "geheimnüß",
}


class Kept:
    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text


def secret_of(name: str) -> Kept | None:
    return Kept(VAULT[name]) if name in VAULT else None


def words(**agreed: object) -> LogonWords:
    return LogonWords(
        Agreement(**agreed),  # type: ignore[arg-type]
        secret_of,
        nonce=lambda size: b"n" * size,
    )


def said(**agreed: object) -> dict[int, bytes]:
    fields: list[Field] = words(**agreed)(MOMENT)
    assert fields == sorted(fields), "a Logon's body is ascending"
    return dict(fields)


# Counted with the openssl command, which shares no code with the signers.
RAW = b"1780000000123.bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4="
PUBLISHED: list[tuple[str, str, dict[int, bytes]]] = [
    (
        "bitvavo",
        "fix.key",
        {
            553: b"KEY",
            554: b"b829fadd732ed50e39e941efdde3bc2d29d87f650e692f354a96d8d605125327",
        },
    ),
    (
        "kraken",
        "fix.key64",
        {
            553: b"KEY",
            554: b"5uUcDWwBc7vEJA5WK3yHaB45X54vQnaeW8IUQouC7uFeCv0TqsTGy30267A0puAhlZhm1K62tIZdK"
            b"T2PS4rf5Q==",
            5025: b"1780000000123",
        },
    ),
    (
        "kraken_prime",
        "fix.key",
        {
            95: b"44",
            96: b"71XAs0A_P_gOj0z6N9CTqhre_EqJMC03xG-jb9TR47w=",
            553: b"KEY",
            554: b"KEY",
        },
    ),
    (
        "coinbase_prime",
        "fix.key",
        {
            95: b"44",
            96: b"A3318KrvkqokZURxczuHcG3eefIfShcGE4HxgDKNyKc=",
            553: b"KEY",
            554: b"phrase",
            9407: b"KEY",
        },
    ),
    (
        "coinbase_text",
        "fix.key64",
        {58: b"D+XmAEgb7+ejYVjABPFl2j+hwVLAzQR/mnJw0m2Tztk=", 553: b"KEY", 554: b"phrase"},
    ),
    (
        "deribit",
        "fix.key",
        {
            95: b"58",
            96: RAW,
            553: b"KEY",
            554: b"oFhcWr0hg9oW7FKbaYTwm1N1mVs98hfDbI8cO0YBxgE=",
        },
    ),
]


@pytest.mark.parametrize(("signer", "key", "expected"), PUBLISHED)
def test_each_venue_gets_the_signature_that_it_publishes(
    signer: str, key: str, expected: dict[int, bytes]
) -> None:
    agreed = {"signer": signer, "key_secret": key, "username": "KEY"}
    if SIGNERS[signer].needs_passphrase:
        agreed["password_secret"] = "fix.phrase"
    assert said(**agreed) == expected


def test_every_signer_has_its_published_case() -> None:
    assert {signer for signer, _, _ in PUBLISHED} == set(SIGNERS)


def test_names_passwords_and_raw_data_come_from_the_vault_each_time() -> None:
    fields = said(
        username="me",
        password_secret="fix.phrase",
        new_password_secret="fix.new",
        raw_data_secret="fix.raw",
        tags=read_tags(["9001=Y", "464=Y"]),
    )
    assert fields == {
        95: b"9",
        96: b"raw words",
        464: b"Y",
        553: b"me",
        554: b"phrase",
        925: b"phrase2",
        9001: b"Y",
    }


def test_a_venue_without_wishes_gets_nothing() -> None:
    assert said() == {}


def test_a_password_that_only_signs_does_not_leave_itself() -> None:
    agreed = {"signer": "deribit", "key_secret": "fix.key", "username": "KEY"}
    fields = said(**agreed, password_secret="fix.phrase")
    assert b"phrase" not in fields.values() and b"topsecret" not in fields.values()


@pytest.mark.parametrize(
    ("agreed", "is_sent"),
    [
        ({}, False),
        ({"password_secret": "fix.phrase"}, True),
        ({"new_password_secret": "fix.new"}, True),
        ({"raw_data_secret": "fix.raw"}, True),
        ({"signer": "bitvavo", "key_secret": "fix.key", "username": "K"}, False),
        (
            {
                "signer": "coinbase_prime",
                "key_secret": "fix.key",
                "username": "K",
                "password_secret": "fix.phrase",
            },
            True,
        ),
    ],
)
def test_it_says_whether_a_password_itself_would_travel(
    agreed: dict[str, str], is_sent: bool
) -> None:
    assert words(**agreed).sends_password is is_sent


GUARDED = (8, 9, 34, 35, 43, 49, 52, 56, 10, 98, 108, 141, 122, 369, 789, 1137, 90, 91, 95, 93, 89)


@pytest.mark.parametrize("tag", GUARDED)
def test_a_field_that_the_session_says_itself_cannot_be_set(tag: int) -> None:
    with pytest.raises(InputError, match=rf"fix\.logon_tags: .*{tag}"):
        read_tags([f"{tag}=X"])


@pytest.mark.parametrize("tag", [554, 925, 96, 1402, 1404])
def test_a_secret_among_the_fields_is_refused_with_what_to_do_and_not_repeated(tag: int) -> None:
    with pytest.raises(InputError, match="trader secrets set") as told:
        read_tags([f"{tag}=hunter22"])
    assert "hunter22" not in str(told.value) and "change it at the venue" in str(told.value)


@pytest.mark.parametrize(
    "texts",
    [
        ["9001"],
        ["=Y"],
        ["x=Y"],
        ["-1=Y"],
        ["0=Y"],
        ["9001="],
        ["9001=a\x01554=b"],
        ["9001=ü"],
        ["9001=" + "x" * 201],
        ["9001=Y", "9001=N"],
        ["09001=Y", "9001=N"],
        ["553=me"],
        ["²=Y"],
        [f"{9000 + n}=Y" for n in range(21)],
    ],
)
def test_fields_that_cannot_be_are_refused(texts: list[str]) -> None:
    with pytest.raises(InputError, match=r"fix\.logon_tags"):
        read_tags(texts)


@pytest.mark.parametrize(
    "key", ["password_secret", "new_password_secret", "raw_data_secret", "key_secret"]
)
def test_a_secret_in_place_of_its_name_is_refused_and_not_repeated(key: str) -> None:
    for written in ("Hunter2!", "hunter2"):
        with pytest.raises(InputError, match=rf"fix\.{key}") as told:
            words(**{key: written, "signer": "deribit", "username": "K", "key_secret": written})(
                MOMENT
            )
        assert "unter2" not in str(told.value)


@pytest.mark.parametrize(
    ("agreed", "sentence"),
    [
        ({"signer": "mtgox"}, "'mtgox' is unknown; there are bitvavo, coinbase_prime"),
        ({"signer": "bitvavo", "username": "K"}, r"needs fix\.key_secret"),
        ({"signer": "bitvavo", "key_secret": "fix.key"}, r"needs fix\.username"),
        (
            {"signer": "coinbase_prime", "key_secret": "fix.key", "username": "K"},
            r"needs fix\.password_secret",
        ),
        (
            {
                "signer": "kraken",
                "key_secret": "fix.key",
                "username": "K",
                "tags": ((5025, b"1"),),
            },
            "5025 is filled by",
        ),
        ({"username": "ü"}, r"fix\.username"),
        ({"username": "a\x01b"}, r"fix\.username"),
    ],
)
def test_an_agreement_that_is_none_is_refused_before_anybody_is_called(
    agreed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        words(**agreed)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: words(password_secret="fix.umlaut")(MOMENT), "not ASCII"),
        (
            lambda: words(signer="kraken", key_secret="fix.raw", username="K")(MOMENT),
            "not Base64",
        ),
    ],
)
def test_a_secret_that_cannot_be_used_is_not_shown(
    make: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence) as told:
        make()
    assert not any(secret in str(told.value) for secret in VAULT.values())
