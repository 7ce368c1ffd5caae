"""I-51, I-12: stop fills, cancel acknowledgements, closing fills and a crash, in every order.

Each path is a life of its own, from the protected position on: every choice of what crosses next in
either direction, one move of the market and one crash or long wait at any place among them. What is
left after the last choice arrives in its order.
"""

from collections.abc import Iterator

import pytest

from engine.values import OrderType
from tests.simulation.exits_table import ACTS, HELD, MARKET, Table
from tests.simulation.mutants import MUTANTS

Path = tuple[str, ...]
CHOICES = 4
CHOICES_LONG = 6
both = pytest.mark.parametrize("groups", [True, False], ids=["groups", "no groups"])


def path_of(act: str, path: Path, *, groups: bool) -> Table:
    table = Table(groups=groups)
    table.desk.ask(ACTS[act])
    for move in path:
        table.do(move)
    return table


def every_path(act: str, once: tuple[str, ...], choices: int, *, groups: bool) -> Iterator[Path]:
    """Depth first; `once` are moves that may each come at any place, at most one time."""
    waiting: list[Path] = [()]
    while waiting:
        path = waiting.pop()
        more: list[str] = []
        if len(path) < choices:
            ahead = path_of(act, path, groups=groups).moves()
            more = [*ahead, *(move for move in once if move not in path)]
        waiting += [(*path, move) for move in more]
        if not more:
            yield path


def all_keep_their_promise(act: str, once: tuple[str, ...], choices: int, *, groups: bool) -> int:
    """How many paths there were."""
    paths = 0
    for path in every_path(act, once, choices, groups=groups):
        try:
            keeps_its_promise(path_of(act, path, groups=groups), act)
        except BaseException as error:
            error.add_note(f"{act}, groups {groups}: {path}")
            raise
        paths += 1
    return paths


def keeps_its_promise(table: Table, act: str) -> None:
    table.come_to_rest()
    if act in FLAT and table.is_asking():
        # Cut off, or without an answer for too long: a person is asked, and goes on.
        table.desk.ask(ACTS["flatten"])
        table.come_to_rest()
    here, there, filled = table.held_here(), table.held_there(), table.exits_filled()
    assert here == there
    assert filled <= HELD
    PROMISES[act](table, there, filled)


def is_flat(table: Table, there: int, filled: int) -> None:
    assert there == 0
    assert not table.standing()


def is_reversed_or_flat(table: Table, there: int, filled: int) -> None:
    """What the exits closed meanwhile is not opened on the other side by accident."""
    assert there in (0, -HELD)
    assert not table.standing()


def exits_stay(table: Table, there: int, filled: int) -> None:
    assert there == HELD - filled
    standing = table.standing()
    if not there:
        assert not standing
    elif set(standing) == {OrderType.LIMIT}:
        # Its stop was triggered and found nobody to sell to, or it is the target's turn.
        assert standing[OrderType.LIMIT] == there
    else:
        assert standing[OrderType.STOP] == there
        assert standing.get(OrderType.LIMIT, there) == there


def nothing_stands(table: Table, there: int, filled: int) -> None:
    assert there == HELD - filled
    assert not table.standing()


def closed_if_there_was_room(table: Table, there: int, filled: int) -> None:
    """The hand's order closes only what no exit could still close: else it was denied."""
    assert there in (0, HELD - filled)
    assert not table.standing()


FLAT = ("flatten", "reverse", "kill, flattened")
PROMISES = {
    "flatten": is_flat,
    "kill, flattened": is_flat,
    "reverse": is_reversed_or_flat,
    "kill, exits kept": exits_stay,
    "cancel everything": nothing_stands,
    "close by hand": closed_if_there_was_room,
}


@both
@pytest.mark.parametrize("market", MARKET)
@pytest.mark.parametrize("act", ACTS)
def test_no_order_of_what_crosses_breaks_what_an_act_promises(act, market, groups):
    assert all_keep_their_promise(act, (market,), CHOICES, groups=groups)


@both
@pytest.mark.parametrize("trouble", ["crash", "wait"])
@pytest.mark.parametrize("act", ACTS)
def test_nor_with_a_crash_or_a_long_wait_in_the_middle(act, trouble, groups):
    assert all_keep_their_promise(act, ("stop", trouble), CHOICES, groups=groups)


@pytest.mark.parametrize("act", ["flatten", "reverse", "kill, flattened"])
def test_a_closing_order_that_waits_for_no_evidence_is_caught(act):
    crossing = next(mutant for mutant in MUTANTS if mutant.name == "crossing zero on flatten")
    with crossing.alive(), pytest.raises(AssertionError, match="to -"):
        all_keep_their_promise(act, ("stop",), CHOICES, groups=True)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@both
@pytest.mark.parametrize("trouble", ["crash", "wait"])
@pytest.mark.parametrize("market", MARKET)
@pytest.mark.parametrize("act", ACTS)
def test_the_same_with_more_choices(act, market, trouble, groups):
    assert all_keep_their_promise(act, (market, trouble), CHOICES_LONG, groups=groups)
