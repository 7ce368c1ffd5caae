"""A whole desk at a gateway, in this process: what the opening makes of what it finds there."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import flags
from commands.desk import DeskParts, line_notes, open_desk
from connectors.ib.venue import IbVenue
from connectors.line_error import LineError
from engine.domain.reports import LinkState
from engine.runtime.script import ScriptNumbers, ScriptRunner
from engine.values import NANOS_PER_SECOND, Nanos
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


def trade(parts: DeskParts, *lines: str) -> list[str]:
    """What was said; a problem is the last of it."""
    from engine.language.parser import parse_script

    said: list[str] = []
    script = parse_script("\n".join(lines))
    assert not isinstance(script, list), script
    runner = ScriptRunner(
        parts.host,
        account=parts.account,
        numbers=ScriptNumbers(parts.session.state.order_next),
        say=said.append,
        preview=lambda line, context: None,
    )
    result = runner.run(script, goes_on=False, ends=False)
    return [*said, result.problem] if result.problem else said


def until(parts: DeskParts, holds: Callable[[], object], seconds: int = 20) -> None:
    """Lets the desk run until it holds."""
    host = parts.host
    host.run_until(Nanos(host.now + seconds * NANOS_PER_SECOND), lambda: bool(holds()))
    assert holds(), line_notes(parts)


def is_up(parts: DeskParts) -> bool:
    state = parts.session.state
    return state.links.get("ib") is LinkState.UP and not state.recon.holds_orders


def quoted(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.10", bid_size=500, ask="190.12", ask_size=500, last="190.12")


def test_a_read_only_api_makes_a_desk_that_only_looks(opens: Opens) -> None:
    with Gateway(read_only=True) as gateway:
        quoted(gateway)
        began = time.monotonic()
        parts = opens(gateway, "--exec", "# look")
        assert parts.session.state.is_read_only, "the core does not even try to send an exit"
        assert any("read-only" in remark for remark in parts.remarks)
        assert time.monotonic() - began < 5, "no list is waited for that never comes"


def test_a_desk_opens_without_its_gateway_and_goes_on_when_it_is_there(opens: Opens) -> None:
    with Gateway(matches=True) as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# a day before")
        assert trade(parts, "buy 100 AAPL 190.12", "wait order 1 filled within 10s") == []
        assert trade(parts, "buy 10 AAPL 180", "wait order 1 working within 10s") == []
        parts.close()
        gateway.down()
        (resting,) = gateway.broker.open_orders
        gateway.fill(resting.perm_id, 4)

        parts = opens(gateway)
        (remark,) = [each for each in parts.remarks if "nothing listens there" in each]
        assert "doctor --venue ib" in remark and "goes on by itself" in remark
        state = parts.session.state
        assert state.accounts[parts.account].positions["AAPL"].quantity == 100, "by the journal"
        assert state.links["ib"] is LinkState.DOWN and len(state.live) == 1
        assert "AAPL" in parts.session.market.quotes
        assert trade(parts, "buy 1 AAPL 180", "expect denied 1 not_ready") == []

        gateway.come_back()
        quoted(gateway)
        until(parts, lambda: is_up(parts))
        assert state.accounts[parts.account].positions["AAPL"].quantity == 104
        quoted(gateway)
        until(parts, lambda: parts.session.market.quotes["AAPL"].bid)
        assert trade(parts, "buy 1 AAPL 190.20", "wait order 1 filled within 10s") == []
        assert gateway.count("placeOrder") == 3


def test_a_first_start_needs_the_gateway_and_says_so(opens: Opens) -> None:
    with Gateway() as gateway:
        gateway.down()
        with pytest.raises(LineError, match="the first start needs the gateway"):
            opens(gateway)


def test_a_script_does_not_wait_for_a_gateway(opens: Opens) -> None:
    with Gateway() as gateway:
        quoted(gateway)
        opens(gateway, "--exec", "# a day before").close()
        gateway.down()
        with pytest.raises(LineError, match="nothing listens there"):
            opens(gateway, "--exec", "buy 1 AAPL 180")


def test_a_gateway_that_comes_with_another_account_is_refused(opens: Opens) -> None:
    """Nobody named an account: the one that the desk has traded is its own all the same."""
    with Gateway() as gateway:
        quoted(gateway)
        opens(gateway, "--exec", "# a day before").close()
        gateway.down()
        parts = opens(gateway)
        gateway.set(accounts=("DU7777777",))
        gateway.come_back()
        until(parts, lambda: "does not have it" in parts.session.state.link_texts.get("ib", ""))
        asked = gateway.count("reqAllOpenOrders")
        assert isinstance(parts.venue, IbVenue) and not parts.venue.may_come_yet, (
            "nor dialled again"
        )
        assert gateway.count("reqAllOpenOrders") == asked


def test_another_account_behind_a_running_desk_is_refused(opens: Opens) -> None:
    with Gateway() as gateway:
        quoted(gateway)
        parts = opens(gateway, "--exec", "# look")
        gateway.set(accounts=("DU7777777",))
        gateway.drop()
        until(parts, lambda: "does not have it" in parts.session.state.link_texts.get("ib", ""))
        assert trade(parts, "buy 1 AAPL 180")
        assert gateway.broker.orders == []
