"""Settings are layered with their sources, and a file with one wrong word starts nothing."""

import json
import math
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import SettingsError
from data.settings import load_settings, set_value
from data.settings.load import SHIPPED, check_text, shipped_layer
from data.settings.schema import all_keys
from engine.domain.risk.limits import SPECS_BY_KEY, default_pairs

BAD: list[tuple[str, str, int]] = [
    ("[paper\n", "']'|Expected", 1),
    ("paper]", "Expected", 1),
    ("[paper]\naccount = \n", "Invalid value", 2),
    ("[paper]\naccount = 'A\n", "Expected|Illegal|control", 2),
    ("[paper]\naccount = 'A'\naccount = 'B'\n", "overwrite", 3),
    ("[paper]\naccount = 'A'\n[paper]\naccount = 'B'", "declare|twice", 3),
    ("[paper]\naccount = 7\n", "paper.account: must be", 2),
    ("[paper]\naccount = 'paper 1'\n", "paper.account: must be", 2),
    ("[paper]\naccount = ''\n", "paper.account: must be", 2),
    ("[paper]\naccount = 'ABCDEFGHIJKLMNOPQ'\n", "paper.account: must be", 2),
    ("\n\n[paper]\nacount = 'A'\n", "did you mean paper.account", 4),
    ("[papers]\naccount = 'A'\n", "no table \\[papers\\]", 1),
    ("[papers]\n", "no table \\[papers\\]", 1),
    ("[ib]\nport = 0\n", "ib.port: must be a whole number", 2),
    ("[ib]\naccount = 'DU 1'\n", "ib.account: must be an account", 2),
    ("[ib]\nlibrary = 'ibapi'\n", "ib.library: must be one of", 2),
    ("[fix]\nport = 0\n", "fix.port: must be a whole number", 2),
    ("[fix]\nversion = 'FIX.4.3'\n", "fix.version: must be one of", 2),
    ("[fix]\nsender = 'A=B'\n", "fix.sender: must be", 2),
    ("account = 'A'\n", "no table \\[account\\]", 1),
    ("paper = 3\n", "\\[paper\\] is a table", 1),
    ("paper = []\n", "\\[paper\\] is a table", 1),
    ("[[paper]]\naccount = 'A'\n", "\\[paper\\] is a table", 1),
    ("[paper.account]\nname = 'A'\n", "paper.account: must be", 1),
    ("[paper]\n", "\\[paper\\] is empty", 1),
    ("[risk]\n# order_quantity_max = 1\n", "\\[risk\\] is empty", 1),
    ("risk = {}\n", "\\[risk\\] is empty", 1),
    ("[paper]\nopening_cash = -5\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = nan\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = inf\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = -inf\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = true\n", "opening_cash: must be a number", 2),
    ("[paper]\nopening_cash = '1,000'\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = '250k'\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = 1e300\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = 0.00000001\n", "opening_cash: must be an amount", 2),
    ("[paper]\nopening_cash = 1979-05-27\n", "opening_cash: must be a number", 2),
    ("[paper]\nfee_table = 'free'\n", "fee_table: must be one of", 2),
    ("[paper]\nlimits = 'none'\n", "paper.limits: must be one of", 2),
    ("[paper]\nlimits = ['paper']\n", "paper.limits: must be one of", 2),
    ("[paper]\nlatency = 0\n", "latency: must be one of", 2),
    ("[market]\nkind = ''\n", "market.kind: must be", 2),
    ('[market]\nkind = "a\\u0000b"\n', "market.kind: must be", 2),
    ("[market]\nsymbols = 'AAPL'\n", "symbols: must be a list", 2),
    ("[market]\nsymbols = ['aapl']\n", "symbols: must be a list", 2),
    ("[market]\nsymbols = ['A', 'A']\n", "symbols: names a symbol twice", 2),
    ("[market]\nsymbols = [1]\n", "symbols: must be a list", 2),
    ('[market]\nsymbols = ["A\'; drop table orders"]\n', "symbols: must be a list", 2),
    ("[market]\nstart = 'noon'\n", 'market.start: must be "pre-open" or a time', 2),
    ("[market]\nstart = 'pre_open'\n", 'market.start: must be "pre-open" or a time', 2),
    ("[paper]\nlatency = 'slow'\n", "latency: must be one of auto, none, lan, retail, mobile", 2),
    ("[market]\nspeed = 0\n", "speed: must be a number above 0", 2),
    ("[market]\nspeed = -1\n", "speed: must be a number above 0", 2),
    ("[market]\nspeed = nan\n", "speed: must be a number above 0", 2),
    ("[market]\nspeed = inf\n", "speed: must be a number above 0", 2),
    ("[market]\nspeed = 'fast'\n", "speed: must be a number above 0", 2),
    ("[market]\nspeed = true\n", "speed: must be a number above 0", 2),
    ("[market]\nseed = 1.5\n", "seed: must be a whole number", 2),
    ("[market]\nseed = -1\n", "seed: must be a whole number", 2),
    ("[market]\nseed = 99999999999999999999\n", "seed: must be a whole number", 2),
    ("[risk]\norder_quantity_max = -1\n", "order_quantity_max: -1 is below zero", 2),
    ("[risk]\norder_quantity_max = nan\n", "order_quantity_max: .*not a decimal", 2),
    ("[risk]\norder_quantity_max = inf\n", "order_quantity_max: .*not a decimal", 2),
    ("[risk]\norder_quantity_max = 1e30\n", "order_quantity_max", 2),
    ("[risk]\norder_quantity_max = 10.5\n", "order_quantity_max: .*decimal places", 2),
    ("[risk]\norder_quantity_max = ''\n", "order_quantity_max", 2),
    ("[risk]\norder_quantity_max = []\n", "order_quantity_max: must be a number", 2),
    ("[risk]\norder_quantity_max = {}\n", "order_quantity_max: must be a number", 2),
    ("[risk]\nmarket_protection = 'maybe'\n", "neither on nor off", 2),
    ("[risk]\nmarket_protection = 1\n", "neither on nor off", 2),
    ("[risk]\nprice_collar = 2.555\n", "price_collar", 2),
    ("[risk]\norder_quantity = 5\n", "did you mean risk.order_quantity_max", 2),
    ("[risk]\nbad_luck_max = 5\n", "no such setting", 2),
    ("[screen]\ntheme = 'blue'\n", "theme: must be one of", 2),
    ("[screen]\nframes_per_second = 0\n", "from 1 to 10", 2),
    ("[screen]\nframes_per_second = 11\n", "from 1 to 10", 2),
    ("[screen]\nframes_per_second = 5.0\n", "from 1 to 10", 2),
    ("[screen]\nflash = 'yes'\n", "true or false", 2),
    ("[keys]\ncancel = 3\n", 'a key such as "ctrl', 2),
    ('[keys]\ncancel = "ctrl x"\n', 'a key such as "ctrl', 2),
    ('[keys]\n"CANCEL ALL" = "x"\n', "no such setting", 2),
]


@pytest.mark.parametrize(("text", "sentence", "line"), BAD)
def test_a_wrong_settings_file_is_refused_with_its_line(
    tmp_path: Path, text: str, sentence: str, line: int
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=sentence) as caught:
        load_settings(config_file=file)
    assert f"{file} line {line}: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"[paper]\n# \xff\n", "line 2: not UTF-8"),
        (b"#" * (1 << 20) + b"##", "larger than 1 MiB"),
        (b"[paper]\r", "line 1"),
        (b"a = " + b"[" * 50_000, "line 1"),
        (b"[paper]\n\x00", "line 2"),
    ],
)
def test_a_file_that_is_no_settings_text_is_refused(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=sentence):
        load_settings(config_file=file)


def test_a_file_that_is_not_there_or_that_others_can_change_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(config_file=file)
    file.write_text("[paper]\naccount = 'MINE'\n")
    file.chmod(0o666)
    with pytest.raises(SettingsError, match="chmod go-w"):
        load_settings(config_file=file)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_refused_and_the_administrators_is_not(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[paper]\naccount = 'MINE'\n")
    os.chown(file, 12_345, -1)
    with pytest.raises(SettingsError, match="belongs to another user"):
        load_settings(config_file=file)
    os.chown(file, 0, -1)
    assert load_settings(config_file=file).paper.account == "MINE"


@given(st.binary(max_size=200))
def test_no_bytes_appended_to_a_good_file_can_do_anything_but_parse_or_be_refused(
    tail: bytes,
) -> None:
    text = SHIPPED.read_bytes() + tail
    try:
        check_text(text.decode(errors="surrogateescape"), "mine.toml")
    except SettingsError as error:
        assert str(error).startswith("mine.toml line ")


def test_the_shipped_file_holds_every_setting_with_the_default_of_the_limits_table() -> None:
    shipped = shipped_layer()
    assert set(all_keys()) <= set(shipped.values)
    settings = load_settings()
    assert settings.limits == default_pairs("paper")
    in_file = {key: value for key, value in shipped.values.items() if key in SPECS_BY_KEY}
    assert check_text(_as_toml(in_file), "shipped").limits == default_pairs("paper")


def _as_toml(values: dict[str, object]) -> str:
    shown = {
        key: value if isinstance(value, Decimal) else json.dumps(value)
        for key, value in values.items()
    }
    return "[risk]\n" + "\n".join(
        f"{key.removeprefix('risk.')} = {text}" for key, text in shown.items()
    )


def _toml_value(value: object) -> str:
    """What JSON writes of a word or a switch is TOML as well; decimals are as they are."""
    return json.dumps(value) if isinstance(value, bool | str) else str(value)


def test_later_layers_win_and_each_value_remembers_its_source(tmp_path: Path) -> None:
    home_file, config_file = tmp_path / "config.toml", tmp_path / "other.toml"
    home_file.write_text("[screen]\ntheme = 'light'\n\n[market]\nspeed = 4\n")
    config_file.write_text("[market]\nspeed = 'max'\n[risk]\nprice_collar = '2.5%'\n")
    settings = load_settings(home_file, config_file, {"market.symbols": ["IBM"]})
    sources = {item.key: item.source for item in settings.effective}
    assert settings.market.speed == math.inf
    assert settings.market.symbols == ("IBM",)
    assert sources["screen.theme"] == f"{home_file} line 2"
    assert sources["market.speed"] == f"{config_file} line 2"
    assert sources["market.symbols"] == "command line"
    assert sources["risk.price_collar"] == f"{config_file} line 4"
    assert sources["risk.position_max"] == "profile paper"
    assert dict(settings.limits)["risk.price_collar"] == "2.5"


def test_a_profile_brings_its_own_limits_and_a_file_can_change_them(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[paper]\nlimits = 'india'\n[risk]\norder_rate_script = 7\n")
    limits = dict(load_settings(config_file=file).limits)
    assert limits["risk.order_notional_max"] == "20000000"
    assert limits["risk.order_rate_script"] == "7"


def test_a_wrong_flag_says_that_it_came_from_the_command_line() -> None:
    with pytest.raises(SettingsError, match=r"^command line: market\.speed: must be"):
        load_settings(overrides={"market.speed": 0})


def test_setting_a_value_keeps_the_comments_and_never_writes_a_wrong_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n[screen]\ntheme = 'dark'  # at night\n")
    set_value(file, "screen.theme", "light")
    set_value(file, "risk.order_quantity_max", "500")
    set_value(file, "risk.price_collar", "2.5")
    set_value(file, "keys.cancel_all", "ctrl+x")
    text = file.read_text()
    assert "# mine" in text
    assert "# at night" in text
    settings = load_settings(file)
    assert settings.screen.theme == "light"
    assert dict(settings.limits)["risk.order_quantity_max"] == "500"
    assert dict(settings.limits)["risk.price_collar"] == "2.5"
    for key, value in [("screen.theme", "blue"), ("risk.nope", "1"), ("nope", "1"), ("risk", "1")]:
        with pytest.raises(SettingsError):
            set_value(file, key, value)
    assert file.read_text() == text
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_broken_file_of_the_home_offers_the_last_good_copy(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    set_value(file, "screen.theme", "light")
    file.write_text("[screen]\ntheme = 'bl")
    with pytest.raises(SettingsError, match=r"last good copy is .*config\.good\.toml"):
        load_settings(file)
    with pytest.raises(SettingsError):
        set_value(file, "screen.theme", "dark")
