"""A whole desk at a gateway, in this process: what the opening makes of what it finds there."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import flags
from commands.desk import DeskParts, open_desk
from tests.connectors.ib.gateway.gateway import Gateway

Opens = Callable[..., DeskParts]


def options(home: Path, gateway: Gateway, *words: str, settings: str = "") -> Namespace:
    file = home.parent / "ib.toml"
    file.write_text(f'[ib]\nport = {gateway.port}\nrestart = ""\n{settings}')
    common = ["--home", str(home), "--config", str(file), "--venue", "ib", "--symbols", "AAPL"]
    return flags.parse([*common, *words])


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Opens]:
    made: list[DeskParts] = []

    def make(gateway: Gateway, *words: str, **more: Any) -> DeskParts:
        made.append(open_desk(options(tmp_path / "home", gateway, *words, **more)))
        return made[-1]

    yield make
    for parts in made:
        parts.close()


def test_a_read_only_api_makes_a_desk_that_only_looks(opens: Opens) -> None:
    with Gateway(read_only=True) as gateway:
        parts = opens(gateway, "--exec", "# look")
        assert parts.session.state.is_read_only, "the core does not even try to send an exit"
        assert any("read-only" in remark for remark in parts.remarks)
