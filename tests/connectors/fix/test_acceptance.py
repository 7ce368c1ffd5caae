"""The session layer answers every group of the FIX session test cases as counterparties expect."""

from pathlib import Path

import pytest

from tests.connectors.fix.conversation import CLIENTS, Case, Table, cases

SCRIPTS = sorted((Path(__file__).parent / "scripts").rglob("*.txt"))
ALL = [
    pytest.param(version, case, id=f"{version}-{case.name}")
    for path in SCRIPTS
    for case in cases(path)
    for version in CLIENTS
]


@pytest.mark.parametrize(("version", "case"), ALL)
def test_a_conversation_goes_as_written(version: str, case: Case) -> None:
    table = Table(version)
    table.play(case)
    table.expect_nothing_more(case.name)
