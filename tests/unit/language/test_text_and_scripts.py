"""What a line may be made of, and how a script is read whole."""

import pytest

from engine.language.lexer import LINE_CHARACTERS_MAX, QUOTED_CHARACTERS_MAX
from engine.language.parser import SCRIPT_LINES_MAX, SCRIPT_PROBLEMS_MAX, parse_line, parse_script
from engine.language.printer import print_script
from engine.language.problems import SyntaxProblem
from engine.language.syntax import BlankLine, CommentLine, OrderLine, Script


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ('buy 1 A 5 note "hi', 16, "this quote is not closed", 'end it with "'),
        ('buy 1 A 5 note ""', 16, "this quote is empty", ""),
        ('buy 1 A 5 note "a\x1b[2J"', 18, "an invisible character (U+001B) cannot stand here", ""),
        ('buy 1 A 5 note "a\u202eb"', 18, "an invisible character (U+202E) cannot stand here", ""),
        ('buy 1 A 5 note"hi"', 15, "a quoted text is a word of its own", "put a space before it"),
        ('buy 1 A 5 note "hi"x', 20, "a quoted text is a word of its own", "put a space after it"),
        ("buy 1 A −5t", 9, "'−' (U+2212) cannot stand here", "type - for minus"),
        ("buy 1 A 5 note “hi”", 16, "'“' (U+201C) cannot stand here", 'use straight quotes: "…"'),
        ("buy\u00a01 A 5", 4, None, "use an ordinary space"),
        ("buy 1 A 5\n", 10, "an invisible character (U+000A) cannot stand here", ""),
    ],
)
def test_characters_that_could_mislead_are_refused(
    text: str, column: int, message: str | None, hint: str
) -> None:
    refused = parse_line(text)

    assert isinstance(refused, SyntaxProblem)
    assert (refused.column, refused.hint) == (column, hint)
    assert message is None or refused.message == message


def test_a_problem_shows_no_control_character_of_its_line() -> None:
    refused = parse_line('buy 1 A 5 note "\x1b[2J\x9b" \t')

    assert isinstance(refused, SyntaxProblem)
    assert all(part.isprintable() for part in refused.render().split("\n"))


def test_a_line_and_a_quoted_text_have_a_longest_length() -> None:
    longest = f'buy 1 A 5 note "{"n" * QUOTED_CHARACTERS_MAX}"'
    padded = longest + " " * (LINE_CHARACTERS_MAX - len(longest))

    assert isinstance(parse_line(padded), OrderLine)
    for text in (padded + " ", longest.replace("nn", "nnn", 1)):
        assert isinstance(parse_line(text), SyntaxProblem)


def test_a_comment_loses_what_could_steer_a_terminal() -> None:
    assert parse_line("# a\x1b[2Jb\u202e") == CommentLine("a[2Jb")


def test_script_lines_keep_their_numbers_through_comments_blanks_and_line_ends() -> None:
    script = parse_script("\ufeff# open\r\n\r\nbuy 100 AAPL bid\n")

    assert isinstance(script, Script)
    assert [(line.number, type(line.line)) for line in script.lines] == [
        (1, CommentLine),
        (2, BlankLine),
        (3, OrderLine),
    ]
    assert print_script(script) == "# open\n\nbuy 100 AAPL bid\n"


def test_a_script_reports_every_bad_line_and_gives_none_of_the_good_ones() -> None:
    problems = parse_script("buy 100 AAPL bid\nbuy 100 AAPL\n\nsell x AAPL mkt\n")

    assert isinstance(problems, list)
    assert [(found.line, found.column) for found in problems] == [(2, 14), (4, 6)]
    assert problems[0].sentence == "line 2, column 14: say mkt if you mean market"


def test_a_script_of_nonsense_stops_being_read() -> None:
    problems = parse_script("nonsense\n" * 500)

    assert isinstance(problems, list)
    assert len(problems) == SCRIPT_PROBLEMS_MAX


def test_a_script_has_a_longest_length() -> None:
    problems = parse_script("\n" * (SCRIPT_LINES_MAX + 1))

    assert isinstance(problems, list)
    assert [found.line for found in problems] == [SCRIPT_LINES_MAX + 1]
    assert isinstance(parse_script("\n" * SCRIPT_LINES_MAX), Script)


def test_an_empty_script_has_no_lines() -> None:
    assert parse_script("") == Script(())
