"""One line of text under edit: a caret and the few moves that every terminal has."""

TEXT_CHARACTERS_MAX = 400


class Editor:
    """Text and caret; `is_fresh` text was put there by the desk and goes when typing begins."""

    __slots__ = ("caret", "is_fresh", "text")

    def __init__(self, text: str = "", *, is_fresh: bool = False) -> None:
        self.text = text
        self.caret = len(text)
        self.is_fresh = is_fresh

    def put(self, text: str, *, is_fresh: bool = False) -> None:
        self.text, self.is_fresh = text[:TEXT_CHARACTERS_MAX], is_fresh
        self.caret = len(self.text)

    def type(self, text: str) -> None:
        if self.is_fresh:
            self.put("")
        room = TEXT_CHARACTERS_MAX - len(self.text)
        text = text[: max(room, 0)]
        self.text = self.text[: self.caret] + text + self.text[self.caret :]
        self.caret += len(text)

    def left(self) -> None:
        self.caret, self.is_fresh = max(self.caret - 1, 0), False

    def right(self) -> None:
        self.caret, self.is_fresh = min(self.caret + 1, len(self.text)), False

    def home(self) -> None:
        self.caret, self.is_fresh = 0, False

    def end(self) -> None:
        self.caret, self.is_fresh = len(self.text), False

    def rub_out(self) -> None:
        if self.is_fresh:
            self.put("")
        elif self.caret:
            self.text = self.text[: self.caret - 1] + self.text[self.caret :]
            self.caret -= 1

    def delete(self) -> None:
        self.is_fresh = False
        self.text = self.text[: self.caret] + self.text[self.caret + 1 :]

    def clear(self) -> None:
        self.put("")

    def rub_out_word(self) -> None:
        head = self.text[: self.caret].rstrip(" ")
        cut = head.rfind(" ") + 1
        self.text = head[:cut] + self.text[self.caret :]
        self.caret, self.is_fresh = cut, False
