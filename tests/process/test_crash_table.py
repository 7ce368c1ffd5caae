"""The table of `bench crash`: kill -9 with a thousand orders on their way breaks no promise."""

import shutil
from pathlib import Path
from random import Random

import msgspec
import pytest

from commands.bench_crash import Kill, Row, judged, killed, one_run
from commands.crash_run import IN_FLIGHT, SETTINGS
from data.home import Home

STEPS = 120
"""Enough for a thousand orders."""


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 101))]
)
def test_two_kills_break_no_promise(tmp_path: Path, seed: int) -> None:
    assert one_run(seed, tmp_path / "home", Random(seed)).violations == 0


@pytest.fixture(scope="module")
def wreck(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Kill]:
    """A home whose engine was killed in the thick of it, and what that engine had said."""
    home = tmp_path_factory.mktemp("wreck") / "home"
    Home.prepare(home).settings_path.write_text(SETTINGS)
    return home, killed(home, 5, STEPS, Random(5))


def _row(wreck: tuple[Path, Kill], tmp_path: Path, kill: Kill) -> Row:
    shutil.copytree(wreck[0], tmp_path / "home")
    return judged(1, tmp_path / "home", [kill])


def test_a_thousand_orders_are_on_their_way_when_it_is_killed(
    wreck: tuple[Path, Kill], tmp_path: Path
) -> None:
    row = _row(wreck, tmp_path, wreck[1])
    assert row.on_their_way >= IN_FLIGHT // 2 and row.open_orders >= IN_FLIGHT // 2
    assert row.violations == 0
    assert len(wreck[1].hashes) > 5


def test_the_judge_sees_every_kind_of_broken_promise(
    wreck: tuple[Path, Kill], tmp_path: Path
) -> None:
    """What no engine of ours does is put into its mouth."""
    said = wreck[1]
    name, digest = said.sent[0]
    last = max(said.hashes)
    lying = msgspec.structs.replace(
        said,
        seen=said.seen + 1_000,
        sent=[*said.sent, (name, digest), ("NEVER-JOURNALED", digest)],
        hashes={**said.hashes, last: "0" * 32},
    )
    row = _row(wreck, tmp_path, lying)
    assert row.lost > 0
    assert row.sent_twice == 1
    assert row.sent_unjournaled == 1
    assert row.hashes_differ == 1
