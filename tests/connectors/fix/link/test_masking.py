"""S14: what may be written of a message or a sentence holds no secret, nor how long one is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fix.frames import Framer
from connectors.fix.link.masking import SECRET_TAGS, Mask
from connectors.fix.message import FieldValueError, Message, encode, parse
from connectors.fix.tags import DATA_LENGTHS

SECRET = b"canary\x01554=x"
PLAIN = b"canary-word"
LENGTH_OF = {data: length for length, data in DATA_LENGTHS.items()}


def logon(*body: tuple[int, bytes]) -> bytes:
    return encode("FIX.4.4", "A", [(34, b"1"), (49, b"A"), (56, b"B")], sorted(body))


def shown(data: bytes, mask: Mask | None = None) -> str:
    return (mask or Mask()).message(data).replace(b"\x01", b"|").decode("latin-1")


def test_each_secret_field_is_hidden_with_its_length_and_what_tells_it() -> None:
    data = logon((553, b"me"), (554, PLAIN), (925, PLAIN), (95, b"11"), (96, PLAIN), (108, b"30"))
    assert shown(data) == (
        "8=FIX.4.4|9=***|35=A|34=1|49=A|56=B|95=***|96=***|108=30|553=me|554=***|925=***|10=***|"
    )


def test_two_secrets_of_different_length_look_the_same() -> None:
    assert shown(logon((554, b"a"))) == shown(logon((554, b"a" * 500)))


def test_what_has_no_secret_stays_as_it_is() -> None:
    data = encode("FIX.4.4", "D", [(34, b"2")], [(11, b"A"), (58, b"text 554 is no field")])
    assert Mask().message(data) == data


def test_a_secret_may_hold_separators_where_its_length_is_told() -> None:
    data = logon((95, b"%d" % len(SECRET)), (96, SECRET), (108, b"30"))
    assert shown(data) == "8=FIX.4.4|9=***|35=A|34=1|49=A|56=B|95=***|96=***|108=30|10=***|"


@pytest.mark.parametrize("told", [b"", b"95=3\x01", b"95=99999\x01", b"95=x\x01", b"95=-1\x01"])
def test_a_data_field_that_lies_about_its_length_hides_all_that_follows(told: bytes) -> None:
    data = b"8=FIX.4.4\x019=5\x0135=A\x01" + told + b"96=canary\x01canary\x01108=30\x0110=000\x01"
    assert "canary" not in shown(data) and shown(data).endswith("96=***")


def test_a_message_that_was_cut_off_in_a_secret_shows_none_of_it() -> None:
    whole = logon((554, PLAIN), (925, PLAIN))
    for cut in range(len(whole)):
        assert b"canary" not in Mask().message(whole[:cut]).replace(b"***", b"")
        assert b"cana" not in Mask().message(whole[:cut])


def test_a_signature_in_the_text_is_a_secret_of_a_logon_only() -> None:
    mask = Mask(frozenset({58}))
    assert "58=***" in shown(logon((58, PLAIN)), mask)
    order = encode("FIX.4.4", "D", [(34, b"2")], [(58, b"a word to the floor")])
    assert mask.message(order) == order


def test_a_venue_that_repeats_a_secret_in_words_of_its_own_is_not_quoted() -> None:
    mask = Mask()
    mask.learn(PLAIN)
    logout = encode("FIX.4.4", "5", [(34, b"2")], [(58, b"bad password 'canary-word' of me")])
    assert "58=bad password '***' of me|" in shown(logout, mask)
    assert mask.text("refused: canary-word!") == "refused: ***!"
    assert "canary" not in repr(mask)


def test_a_short_secret_is_hidden_where_it_is_a_word() -> None:
    mask = Mask()
    mask.learn(b"me")
    assert mask.text("some password me, or 'me' again") == "some password ***, or '***' again"


def test_an_older_secret_is_forgotten_after_many_and_an_empty_one_is_none() -> None:
    mask = Mask()
    mask.learn("")
    assert mask.text("nothing") == "nothing"
    for number in range(40):
        mask.learn(f"signature-{number}")
    assert mask.text("signature-39 signature-38") == "*** ***"


@pytest.mark.parametrize("separator", ["|", "\x01"])
def test_fields_in_a_sentence_are_hidden(separator: str) -> None:
    told = separator.join(["sent 35=A", "554=can ary", "1402=canary", "108=30"])
    assert Mask().text(told) == separator.join(["sent 35=A", "554=***", "1402=***", "108=30"])
    assert Mask().text("10554=Y 5540=Z") == "10554=Y 5540=Z"


@given(
    st.lists(st.tuples(st.sampled_from(sorted(SECRET_TAGS)), st.binary(min_size=1, max_size=30))),
    st.binary(max_size=40),
)
def test_no_bytes_of_a_secret_are_left_whatever_it_is_and_however_it_is_cut(
    secrets: list[tuple[int, bytes]], rest: bytes
) -> None:
    marked = [(tag, b"<" + value.replace(b">", b"") + b">") for tag, value in secrets]
    body = b""
    for tag, value in marked:
        if tag in LENGTH_OF:
            body += b"%d=%d\x01%d=%b\x01" % (LENGTH_OF[tag], len(value), tag, value)
        else:
            value = value.replace(b"\x01", b"")
            body += b"%d=%b\x01" % (tag, value)
    data = b"8=FIX.4.4\x019=1\x0135=A\x01" + body + b"10=000\x01"
    masked = Mask().message(data + rest)
    assert b"<" not in masked.removesuffix(rest) and b">" not in masked.removesuffix(rest)


@given(st.binary(max_size=300))
def test_garbage_is_masked_or_left_and_never_raises(data: bytes) -> None:
    Mask(frozenset({58})).message(data)
    Mask().text(data.decode("utf-8", "surrogateescape"))


def test_no_repr_and_no_error_shows_what_a_message_holds() -> None:
    data = logon((554, PLAIN))
    message = parse(data)
    assert isinstance(message, Message) and "canary" not in repr(message)
    assert "canary" not in repr(Framer().feed(data))
    with pytest.raises(FieldValueError) as told:
        logon((554, b"canary\x01"))
    assert "canary" not in str(told.value)
