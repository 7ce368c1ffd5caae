"""What `doctor` says of venues follows the settings."""

from argparse import Namespace
from pathlib import Path

from commands.doctor import _venues


def test_the_practice_venue_is_named_where_the_settings_have_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    options = Namespace(home=home, config=None, venue=None)
    (check,) = _venues(options)
    assert "127.0.0.1:9878 as DESK" in check.text
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text("[fix]\nport = 9999\n")
    assert "127.0.0.1:9999" in _venues(options)[0].text
