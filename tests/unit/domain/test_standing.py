"""What stands between an order and the market, with since when, who, why and the way out."""

import pytest

from engine.domain.commands import Halt, Kill, Origin, Resume
from engine.domain.events import LinkMoved
from engine.domain.quotes import Phase
from engine.domain.reports import LinkChanged, LinkState
from engine.domain.standing import standings
from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.runtime.narration import Narrator
from engine.runtime.view import ViewBuilder
from tests.harness import DeskBench


def rows_of(desk: DeskBench) -> dict[str, StandingRow]:
    listed = standings(desk.state, desk.state.accounts["PAPER"], desk.host.now)
    return {f"{row.code} {row.scope}": row for row in listed}


def test_a_quiet_desk_lists_its_state_and_nothing_that_stops_an_order() -> None:
    desk = DeskBench()
    rows = rows_of(desk)
    assert rows["account *"].word == "ACTIVE"
    assert not any(row.is_active for row in rows.values())


def test_a_halt_says_who_since_when_and_how_it_ends() -> None:
    desk = DeskBench()
    desk.submit(Halt("PAPER", "lunch", Origin.TICKET))
    row = rows_of(desk)["account *"]
    assert (row.kind, row.word, row.who, row.why) == (
        StandingKind.STATE,
        "HALTED",
        "ticket",
        "lunch",
    )
    assert (row.since, row.ends_by) == (desk.host.now, 'resume "why"')


def test_a_latched_kill_is_the_headers_last_word() -> None:
    desk = DeskBench()
    desk.submit(Kill("PAPER", reason="drill", origin=Origin.TICKET))
    row = rows_of(desk)["killed *"]
    assert (row.word, row.text) == ("KILLED", "kill switch latched")
    desk.submit(Resume("PAPER", "over", Origin.TICKET))
    assert rows_of(desk)["account *"].word == "ACTIVE"


def test_a_broken_link_counts_from_its_first_break_and_goes_with_its_return() -> None:
    desk = DeskBench()
    broke_at = desk.host.now
    desk.submit(LinkChanged("paper", LinkState.DOWN, "down: drill"))
    desk.pass_time(2)
    desk.submit(LinkChanged("paper", LinkState.DOWN, "down: still"))
    row = rows_of(desk)["link paper"]
    assert (row.since, row.who, row.text) == (broke_at, "venue", "link to paper down: still")
    desk.submit(LinkChanged("paper", LinkState.UP))
    assert "link paper" not in rows_of(desk)
    assert not desk.state.began


def test_what_a_venue_had_planned_is_a_condition_and_no_alarm() -> None:
    desk = DeskBench()
    desk.submit(LinkChanged("paper", LinkState.QUIET, "quiet: it restarts at 23:45"))
    row = rows_of(desk)["link paper"]
    assert (row.text, row.severity) == (
        "link to paper quiet: it restarts at 23:45",
        Severity.ATTENTION,
    )
    desk.submit(LinkChanged("paper", LinkState.AWAY, "away: it restarts"))
    assert rows_of(desk)["link paper"].severity is Severity.ATTENTION
    desk.submit(LinkChanged("paper", LinkState.DOWN, "lost: it did not come back"))
    assert rows_of(desk)["link paper"].severity is Severity.UNAVAILABLE


def test_a_halted_symbol_is_listed_from_its_halt_to_its_reopening() -> None:
    desk = DeskBench()
    desk.paper.entered_phase("GOOG", Phase.HALTED, "news pending")
    desk.host.settle()
    halted_at = desk.host.now
    desk.pass_time(5)
    desk.paper.entered_phase("GOOG", Phase.QUOTATION, "news pending")
    desk.host.settle()
    row = rows_of(desk)["halt GOOG"]
    assert (row.since, row.scope, row.ends_by) == (halted_at, "GOOG", "the venue")
    desk.enters("GOOG", Phase.OPEN)
    assert "halt GOOG" not in rows_of(desk)


@pytest.mark.parametrize("state", LinkState)
def test_a_screen_knows_of_a_line_that_is_down_also_as_was_planned(state: LinkState) -> None:
    desk = DeskBench()
    desk.submit(LinkChanged("paper", state, "why"))
    views = ViewBuilder(desk.session, desk.venue, "PAPER")
    (link,) = views.build(speed="", updates_per_second=0).links
    assert (link.text, link.is_down) == (state.name.lower(), state.name in ("DOWN", "AWAY"))


def test_a_line_that_kept_quiet_and_stands_again_is_told() -> None:
    desk = DeskBench()
    narrator = Narrator(desk.state, lambda order: order.label)
    quiet, up = LinkChanged("paper", LinkState.QUIET, "quiet"), LinkChanged("paper", LinkState.UP)
    moves = (each for each in desk.submit(up, quiet, up, up) if isinstance(each, LinkMoved))
    told = [narrator.tell(event) for event in moves]
    assert [each and each["state"] for each in told] == [None, "quiet", "up", None]
