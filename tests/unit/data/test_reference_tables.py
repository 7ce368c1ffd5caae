"""Tables that a desk may have: none is no source, a named one has to be there, bad cells say so."""

from pathlib import Path

import pytest

from data.errors import SettingsError
from data.reference.tables import load_reference
from data.settings import load_settings
from data.settings.load import ReferenceSettings
from engine.domain.reference_facts import (
    AverageVolume,
    Earnings,
    ReferenceListed,
    Restriction,
    Sector,
)

NONE_NAMED = ReferenceSettings("", "", "", "")


def test_without_a_file_there_is_no_source(tmp_path: Path) -> None:
    assert load_settings().reference == NONE_NAMED
    assert load_reference(tmp_path, NONE_NAMED) == ReferenceListed(None, None, None, None)


def test_the_files_of_the_home_are_read(tmp_path: Path) -> None:
    (tmp_path / "average_volume.csv").write_text(
        "# counted by hand\nsymbol,as_of,shares\nAAPL,2026-01-02,52000000\n"
    )
    (tmp_path / "sectors.csv").write_text("symbol,sector\nAAPL,technology\nSPY,none\n")
    (tmp_path / "restricted.csv").write_text(
        'symbol,list,reason\nGE,restricted,"talks, day 2"\nDIS,watched,\n'
    )
    (tmp_path / "earnings.csv").write_text(
        "symbol,date,as_of\nAAPL,2026-01-29,2026-01-02\nSPY,none,2026-01-02\n"
    )
    assert load_reference(tmp_path, NONE_NAMED) == ReferenceListed(
        (AverageVolume("AAPL", 20260102, 52_000_000),),
        (Sector("AAPL", "technology"), Sector("SPY", "none")),
        (Restriction("GE", False, "talks, day 2"), Restriction("DIS", True, "")),
        (Earnings("AAPL", 20260102, 20260129), Earnings("SPY", 20260102, 0)),
    )


def test_a_table_without_rows_is_a_source_that_knows_nothing(tmp_path: Path) -> None:
    (tmp_path / "sectors.csv").write_text("symbol,sector\n")
    assert load_reference(tmp_path, NONE_NAMED).sectors == ()


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    named = ReferenceSettings("", "", "", "tables/earnings.csv")
    with pytest.raises(SettingsError, match="there is no such file"):
        load_reference(tmp_path, named)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "earnings.csv").write_text("symbol,date,as_of\n")
    assert load_reference(tmp_path, named).earnings == ()


@pytest.mark.parametrize(
    ("name", "text", "because"),
    [
        ("average_volume.csv", "symbol,as_of,shares\nAAPL,2026-01-02,0", "line 2: shares '0'"),
        ("average_volume.csv", "symbol,as_of,shares\nAAPL,2026-01-02,-5", "shares '-5'"),
        ("average_volume.csv", "symbol,as_of,shares\nAAPL,2026-01-02,nan", "shares 'nan'"),
        ("average_volume.csv", "symbol,as_of,shares\nAAPL,2026-02-30,5", "as_of '2026-02-30'"),
        ("average_volume.csv", "symbol,as_of,shares\n,2026-01-02,5", "symbol ''"),
        ("average_volume.csv", "symbol,shares\nAAPL,5", "the columns are symbol,as_of,shares"),
        ("average_volume.csv", "", "is empty"),
        ("sectors.csv", "symbol,sector\nAAPL,", "sector ''"),
        ("sectors.csv", "symbol,sector\nAAPL,a\x1b[2J", "sector "),
        ("sectors.csv", "symbol,sector\nAAPL,a\nAAPL,b", "line 3: AAPL stands in line 2"),
        ("restricted.csv", "symbol,list,reason\nGE,maybe,", "list 'maybe' must be one of"),
        ("earnings.csv", "symbol,date,as_of\nGE,soon,2026-01-02", "date 'soon' must be a date"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_file_line_and_cell(
    tmp_path: Path, name: str, text: str, because: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_reference(tmp_path, NONE_NAMED)
    assert name in str(refused.value) and because in str(refused.value)
