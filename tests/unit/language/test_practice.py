"""Drills at the paper venue read and print like every other line."""

import pytest

from engine.language.parser import parse_line
from engine.language.printer import print_line
from engine.language.problems import SyntaxProblem


@pytest.mark.parametrize(
    "text",
    [
        "practice disconnect 5s",
        "practice reject next",
        "practice halt AAPL 2m",
        "practice halt . 90s",
    ],
)
def test_a_drill_prints_as_it_reads(text: str) -> None:
    line = parse_line(text)
    assert not isinstance(line, SyntaxProblem)
    assert parse_line(print_line(line)) == line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("practice", "a drill"),
        ("practice crash", "crash"),
        ("practice reject 5", "'next' stands here"),
        ("practice disconnect soon", "'soon' is no duration"),
        ("practice halt 2m", "a duration"),
    ],
)
def test_a_drill_that_cannot_be_read_says_what_would_fit(text: str, words: str) -> None:
    refused = parse_line(text)
    assert isinstance(refused, SyntaxProblem) and words in refused.message
