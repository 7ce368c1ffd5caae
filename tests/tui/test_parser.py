"""What a terminal sends: keys are keys, pastes are text, and what cannot be read is dropped."""

import pytest
from textual import events

from tui.parser import PASTE_CHARACTERS_MAX, PASTE_SILENCE_SECONDS, ForgivingParser

SEND = "\x14"


class Typed:
    """What the desk hears of what a terminal sends."""

    def __init__(self) -> None:
        self.now = 100.0
        self.dropped = 0
        self.parser = ForgivingParser(on_dropped=self._drop, clock=lambda: self.now)

    def _drop(self) -> None:
        self.dropped += 1

    def hears(self, *sent: str) -> list[str]:
        heard: list[str] = []
        for data in sent:
            heard += map(_word, self.parser.feed(data))
        return heard

    def waits(self, seconds: float) -> list[str]:
        self.now += seconds
        return list(map(_word, self.parser.tick()))


def _word(message: object) -> str:
    if isinstance(message, events.Key):
        return message.key
    return f"<{message.text}>" if isinstance(message, events.Paste) else type(message).__name__


@pytest.fixture
def typed() -> Typed:
    return Typed()


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("bs\r\x14", ["b", "s", "enter", "ctrl+t"]),
        ("\x1b[A\x1b[B\x1bOP\x1b[15~", ["up", "down", "f1", "f5"]),
        ("\x1b[[A", ["f1"]),
        ("\x1b[120;5u", ["ctrl+x"]),
        ("\x1b[<0;5;5M", ["MouseDown"]),
        ("ä€", ["ä", "€"]),
    ],
)
def test_keys_are_heard_as_before(typed: Typed, sent: str, keys: list[str]) -> None:
    heard = typed.hears(sent)
    assert [key.replace("latin_small_letter_a_with_diaeresis", "ä").replace("euro_sign", "€")
            for key in heard] == keys  # fmt: skip
    assert typed.dropped == 0


@pytest.mark.parametrize(
    "sent",
    [
        "\x1b[1;5:3:27;1u",
        "\x1b[?1;2c",
        "\x1b[27;1;999999999999y",
        "\x1b[" + "9;" * 60 + "y",
        "\x1b]10;rgb:ffff/yyyy/hhhh\x07",
        "\x1b]11;" + "y" * 90 + "\x1b\\",
        "\x1bP1+r" + "k" * 60 + "\x1b\\",
        "\x1b[M yh",
        "\x1bOz",
    ],
)
def test_a_sequence_of_another_world_is_no_key_and_hides_none(typed: Typed, sent: str) -> None:
    assert typed.hears(sent, "b") == ["b"]
    assert typed.dropped


@pytest.mark.parametrize("inside", [SEND, "\x1b" + SEND, "\x1b[116;5u", "\x1b[A\ry", "\x18h\x1b"])
def test_nothing_inside_a_paste_is_a_key(typed: Typed, inside: str) -> None:
    assert typed.hears(f"\x1b[200~a{inside}b\x1b[201~", "s") == [f"<a{inside}b>", "s"]


def test_a_paste_comes_whole_however_it_was_cut(typed: Typed) -> None:
    sent = f"b\x1b[200~one{SEND}\x1b[2\x1b[201~s"
    assert typed.hears(*sent) == ["b", f"<one{SEND}\x1b[2>", "s"]


def test_a_paste_whose_end_was_lost_gives_the_keys_back(typed: Typed) -> None:
    assert typed.hears("\x1b[200~half") == []
    assert typed.waits(PASTE_SILENCE_SECONDS / 2) == []
    assert typed.waits(PASTE_SILENCE_SECONDS) == ["<half>"]
    assert typed.hears("b") == ["b"]


def test_a_paste_without_end_does_not_fill_the_memory(typed: Typed) -> None:
    part = "x" * (PASTE_CHARACTERS_MAX // 4)
    typed.hears("\x1b[200~", *[part] * 9)
    (pasted,) = typed.hears("\x1b[201~")
    assert len(pasted) <= PASTE_CHARACTERS_MAX + 16


def test_keys_after_an_escape_that_was_heard_are_keys(typed: Typed) -> None:
    assert typed.hears("\x1b") == []
    typed.parser._timeout_time = 0.0  # Textual's own clock: its patience for a sequence is over
    assert typed.waits(0.2) == ["escape"]
    assert typed.hears("Obuy" + "b" * 40) == ["O", "b", "u", "y", *["b"] * 40]
