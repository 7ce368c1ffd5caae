"""A person's word about the line: kept with its reason, and none where there is no line."""

import pytest

from engine.domain import events as ev
from engine.domain.commands import OperateLink
from engine.domain.outbox import request_of
from engine.domain.reasons import Refusal
from engine.domain.requests import LinkRequest
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from tests.harness import DeskBench


def test_it_is_an_event_of_its_own_whose_request_leaves() -> None:
    desk = DeskBench()
    desk.state.mode = "PRACTICE"
    command = OperateLink("PAPER", "out", "45", "told by phone")
    (event,) = ev_of(desk, command)
    assert isinstance(event, ev.LinkOperated)
    assert (event.what, event.value, event.reason) == ("out", "45", "told by phone")
    assert request_of(event, desk.state) == LinkRequest("out", "45", "told by phone")


def ev_of(desk: DeskBench, command: OperateLink) -> list[ev.Event]:
    from engine.domain.decide import decide

    return decide(desk.state, command, desk.session.market, desk.host.now)


@pytest.mark.parametrize(
    ("mode", "reason", "refusal"),
    [("PAPER", "why", Refusal.NO_LINE), ("PRACTICE", "", Refusal.WHY_MISSING)],
)
def test_on_paper_there_is_no_line_and_elsewhere_no_word_without_a_reason(
    mode: str, reason: str, refusal: Refusal
) -> None:
    desk = DeskBench()
    desk.state.mode = mode
    (event,) = ev_of(desk, OperateLink("PAPER", "reset", "", reason))
    assert isinstance(event, ev.CommandRefused) and event.refusal is refusal


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('link out 0 "x"', "above 0"),
        ('link in 1e3 "x"', "above 0"),
        (f'link in {"9" * 19} "x"', "above 0"),
        ("link reset", "the reason"),
        ('link fix "x"', "go"),
        ('link go 5 "x"', "the reason"),
    ],
)
def test_what_cannot_be_is_refused_with_what_would_fit(text: str, what: str) -> None:
    problem = parse_line(text)
    assert isinstance(problem, SyntaxProblem) and what in f"{problem}", problem
