"""`trader bench risk` measures the checks as they are asked: it ends, and every rule was met."""

import pytest

from commands import bench_risk


def test_it_measures_the_desk_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_risk, "ORDERS", 60)
    monkeypatch.setattr(bench_risk, "RULE_LOOKS", 60)
    assert bench_risk.run(json_output=True) == 0
    assert '"name":"risk"' in capsys.readouterr().out
