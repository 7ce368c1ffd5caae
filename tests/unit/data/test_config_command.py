"""`config` says what is in effect, and changes one thing at a time."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from commands import config
from commands.limit_words import REGENERATE
from data.errors import SettingsError
from data.settings import load_settings
from engine.domain.risk.controls import LIMIT_SPECS


def run(home: Path, capsys: pytest.CaptureFixture[str], act: str, **given: object) -> str:
    options = {"home": home, "config": None, "seed": None, "json": False, "words": [], "act": act}
    options["markdown"] = False
    assert config.run(Namespace(**{**options, **given})) == 0
    return capsys.readouterr().out


def test_limits_are_one_object_a_control_with_what_is_in_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path / "home", capsys, "set", words=["risk.price_collar", "2.5"])
    rows = [
        json.loads(row) for row in run(tmp_path / "home", capsys, "limits", json=True).splitlines()
    ]
    controls = {row["id"]: row for row in rows}
    assert list(controls) == [f"R{number:02}" for number in range(1, 46)]
    collar = controls["R04"]
    assert (collar["code"], collar["key"], collar["limit"]) == (
        "price_collar", "risk.price_collar", "2.5",
    )  # fmt: skip
    assert collar["source"].endswith("config.toml line 2")
    assert "risk.price_collar_passive" in [row["key"] for row in collar["further"]]
    assert controls["R03"]["key"] is None


def test_limits_in_words_have_a_line_a_setting_with_value_and_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path / "home", capsys, "set", words=["risk.order_quantity_max", "2500"])
    lines = run(tmp_path / "home", capsys, "limits").splitlines()
    assert len(lines) == len(LIMIT_SPECS)
    (quantity,) = [line for line in lines if "risk.order_quantity_max" in line]
    assert quantity.startswith("R01") and "2,500 shares" in quantity
    assert "config.toml line 2" in quantity
    (position,) = [line for line in lines if "risk.position_max" in line]
    assert "(profile paper)" in position


def test_the_page_of_limits_is_what_the_table_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = run(tmp_path / "home", capsys, "limits", markdown=True)
    kept = Path(__file__).parents[3] / "LIMITS.md"
    assert kept.read_text(encoding="utf-8") == page, f"write it anew: {REGENERATE}"
    run(tmp_path / "home", capsys, "set", words=["risk.order_quantity_max", "2500"])
    assert run(tmp_path / "home", capsys, "limits", markdown=True) == page, "of a new home"


def test_the_page_has_every_control_setting_and_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = run(tmp_path / "home", capsys, "limits", markdown=True)
    for spec in LIMIT_SPECS:
        begins = f"| **{spec.id}** {spec.code} |" if spec.is_control else f"|  | `{spec.key}` |"
        (row,) = [line for line in page.splitlines() if line.startswith(begins)]
        assert spec.formula in row
        assert spec.mode in row
        assert not spec.field or f"`{spec.key}`" in row
    cash = next(
        line for line in page.splitlines() if line.startswith("| `risk.short_selling` | on")
    )
    assert cash.count("off") == 2


def test_show_names_every_setting_and_its_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = run(tmp_path / "home", capsys, "show", json=True, seed=9).splitlines()
    shown = {row["key"]: row for row in map(json.loads, rows)}
    assert shown["market.seed"] == {"key": "market.seed", "value": 9, "source": "command line"}
    assert set(shown) == {item.key for item in load_settings().effective}
    assert not (tmp_path / "home").exists()
    assert "screen.theme" in run(tmp_path / "home", capsys, "show")


def test_show_takes_a_key_or_a_part_of_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    (row,) = run(home, capsys, "show", words=["paper.opening_cash"]).splitlines()
    assert row.split() == ["paper.opening_cash", "1000000", "default"]
    rows = run(home, capsys, "show", words=["fix."]).splitlines()
    assert len(rows) > 1 and all(row.startswith("fix.") for row in rows)
    with pytest.raises(SettingsError, match="no setting has opening_cashh in its key"):
        run(home, capsys, "show", words=["opening_cashh"])


def test_set_writes_into_the_home_and_check_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    assert "screen.theme = light" in run(home, capsys, "set", words=["screen.theme", "light"])
    assert "all valid" in run(home, capsys, "check")
    with pytest.raises(SettingsError):
        run(home, capsys, "set", words=["screen.theme", "pink"])
    (home / "config.toml").write_text("[screen]\ntheme = 'pink'\n")
    with pytest.raises(SettingsError, match="line 2"):
        run(home, capsys, "check")
