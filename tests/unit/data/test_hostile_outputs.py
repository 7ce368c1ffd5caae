"""What strangers have said stands in the journal as it came, and reaches stdout as text alone."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import query, reconcile, report, why
from commands.inert import escaped, inert
from commands.json_lines import json_line
from commands.output import Output
from data.home import Home
from engine.domain import events as ev
from engine.domain.reports import LinkState
from engine.values import Instruction
from tests.tui.hostile_text import hostile_texts
from tests.unit.data.desk_records import OPEN, a_day, released, submit, write

TEXTS = hostile_texts(400)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A venue that refuses each order with another text, over a link with more of them."""
    home = Home.prepare(tmp_path_factory.mktemp("hostile") / "home")
    facts: list[Any] = a_day()
    for place, text in enumerate(TEXTS):
        at, number = OPEN + 1_000 + 10 * place, 100 + place
        facts += [
            released(number, submit("AAPL", Instruction.BUY, 1, 1_900_000), at),
            ev.OrderRejected(at + 1, number, text),
            ev.LinkMoved(at + 2, "paper", LinkState.UP, text),
        ]
    write(home, facts)
    return home


def options(home: Home, **more: Any) -> Namespace:
    known = {"home": home.path, "json": False, "csv": False, "parquet": None, "screen": False}
    return Namespace(**{**known, **more})


def told(capsys: pytest.CaptureFixture[str]) -> str:
    seen = capsys.readouterr()
    both = seen.out + seen.err
    unseen = {c for c in both if not c.isprintable() and c != "\n"}
    assert not unseen, sorted(map(hex, map(ord, unseen)))
    return both


@pytest.mark.parametrize("as_json", [False, True])
def test_why_and_reconcile_tell_it_as_text(home: Home, capsys, as_json: bool) -> None:
    assert why.run(options(home, order="all", json=as_json)) == 0
    assert "owned" in told(capsys), "the texts are there"
    reconcile.run(options(home, json=as_json))
    told(capsys)


@pytest.mark.parametrize("form", [{}, {"json": True}])
def test_a_question_tells_it_as_text(home: Home, capsys, form: dict[str, bool]) -> None:
    assert query.run(options(home, sql="select * from orders", **form)) == 0
    assert "owned" in told(capsys)


def test_a_report_page_has_no_tag_of_a_stranger(home: Home, tmp_path: Path, capsys) -> None:
    page = tmp_path / "page.html"
    name, more = "denied_orders", {"session": None, "first": None, "last": None}
    assert report.run(options(home, name=name, html=page, **more)) == 0
    told(capsys)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_session_tells_it_as_text(capsys, as_json: bool) -> None:
    output = Output(as_json=as_json)
    for text in TEXTS:
        at = "2026-01-05T14:30:00.000000000Z"
        output.event({"event": "order_rejected", "at": at, "id": "1", "text": text})
        output.event({"event": "link", "at": at, "link": text, "state": "down", "text": text})
        output.say(text)
    assert "owned" in told(capsys)


@given(st.text(max_size=80))
def test_json_says_the_same_value_and_nothing_that_steers(text: str) -> None:
    line = json_line({"text": text})
    assert json.loads(line) == {"text": text}
    assert line.isprintable()


@given(st.text(max_size=80))
def test_inert_text_is_as_long_as_it_was_and_visible_text_stays(text: str) -> None:
    assert len(inert(text)) == len(text)
    assert all(c.isprintable() or c == "\n" for c in inert(text))
    assert escaped("plain") == inert("plain") == "plain"
