"""A desk at Interactive Brokers as a process: a day with everything in it, kills, and its words."""

import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.connectors.ib.gateway.gateway import Gateway
from tests.process.trader_process import Trader, read_until

PRICES = {"AAPL": ("190.10", "190.12"), "MSFT": ("420.10", "420.12")}
WITH = ("--symbols", "AAPL,MSFT", "--venue", "ib")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(matches=True, commission="0.37") as running:
        for symbol, (bid, ask) in PRICES.items():
            running.quote(
                symbol, bid=bid, bid_size=500, ask=ask, ask_size=500, last=ask, last_size=100
            )
        yield running
        assert running.bad == [] and running.violations == 0


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "desk")


def settings(tmp_path: Path, gateway: Gateway, more: str = "") -> tuple[str, ...]:
    file = tmp_path / "ib.toml"
    hours = "" if "restart" in more else 'restart = ""\n'
    file.write_text(f'[ib]\nport = {gateway.port}\nlogin = ""\n{hours}{more}')
    return (*WITH, "--config", str(file))


def agree(gateway: Gateway, trader: Trader, flags: tuple[str, ...]) -> None:
    """One order a reference; both sides hold and have filled the same; the journal is whole."""
    orders = gateway.broker.orders
    assert len({order.ref for order in orders}) == len(orders), "an order was doubled"
    done = trader.exec("# how it stands", flags=flags)
    assert done.code == 0, done
    held = {symbol: int(size) for (_, symbol), size in gateway.broker.positions.items()}
    assert done.result["positions"] == held
    booked = trader.query("select sum(quantity) as filled from fills")
    costs = trader.query("select coalesce(sum(fees), 0) as paid from orders")
    charged = sum(Decimal(each.commission) for each in gateway.broker.executions)
    assert Decimal(str(costs[0]["paid"])) == charged, "all is charged as the broker charged it"
    assert int(booked[0]["filled"] or 0) == sum(
        int(each.shares) for each in gateway.broker.executions
    )
    assert trader.verify()["ok"]


DAY = """
buy 100 AAPL 190.12
wait order 1 filled within 10s
buy 50 AAPL 189.00 gtc
buy 30 AAPL 188.00 gtc
wait order 3 working within 20s
wait order 2 filled within 40s
sell 40 AAPL 190.10
wait order 4 filled within 20s
buy 10 MSFT 419.00
wait order 5 working within 20s
replace 5 price 419.05
wait order 5 working within 20s
cancel 5
wait order 5 cancelled within 20s
wait order 3 filled within 60s
buy 5 AAPL 190.20
wait order 6 filled within 40s
expect position AAPL 145
"""


def link_becomes(process: subprocess.Popen[str], state: str) -> None:
    """The next word of the line is this one."""
    assert json.loads(read_until(process, "link")[-1])["state"] == state


def requoted(gateway: Gateway, lines: int) -> None:
    """A market that the desk has subscribed to again after a break says something."""
    gateway.wait(lambda: gateway.count("reqMktData") >= lines, 30)
    for symbol, (bid, ask) in PRICES.items():
        gateway.quote(symbol, bid=bid, ask=ask, last=ask)


def test_a_day_with_an_outage_a_restart_and_the_night_in_it_ends_reconciled(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    """The hour of the nightly restart has just begun: whatever breaks within it was planned."""
    hour = f'restart = "{datetime.now(UTC):%H:%M} UTC"\n'
    flags = settings(tmp_path, gateway, hour)
    script = tmp_path / "day.txt"
    script.write_text(DAY)
    process = trader.start("--json", *flags, "--script", script)
    gateway.wait(lambda: len(gateway.broker.open_orders) == 2, 20)
    resting, overnight = gateway.broker.open_orders

    gateway.system(1100)
    link_becomes(process, "away")
    gateway.fill(resting.perm_id, 20)
    gateway.system(1102)
    link_becomes(process, "up")

    gateway.restart(roll_ids_back=True)
    link_becomes(process, "away")
    link_becomes(process, "up")
    requoted(gateway, 4)
    gateway.fill(resting.perm_id)
    gateway.wait(lambda: len(gateway.broker.orders) == 5 and len(gateway.broker.open_orders) == 1)

    gateway.down()
    link_becomes(process, "away")
    gateway.fill(overnight.perm_id, 10)
    gateway.come_back(roll_ids_back=True)
    link_becomes(process, "up")
    requoted(gateway, 6)
    gateway.fill(overnight.perm_id)
    output, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, (output, complaints)
    assert gateway.orders_sent <= 7, "six orders and a change: nothing twice"
    assert [order.filled for order in gateway.broker.orders] == [100, 50, 30, 40, 0, 5]
    agree(gateway, trader, flags)


def test_a_kill_with_orders_at_work_loses_and_doubles_nothing(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    flags = settings(tmp_path, gateway)
    lines = ("buy 100 AAPL 190.12", "buy 50 AAPL 189.00", "wait order 2 filled within 60s")
    process = trader.start("--json", *flags, "--exec", *lines)
    gateway.wait(lambda: len(gateway.broker.orders) == 2, 20)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    (resting,) = gateway.broker.open_orders
    gateway.fill(resting.perm_id, 20)
    gateway.restart(roll_ids_back=True)
    done = trader.exec("expect position AAPL 120", "cancel *", flags=flags)
    assert done.code == 0, done
    gateway.wait(lambda: not gateway.broker.open_orders)
    assert gateway.orders_sent == 2, "nothing was sent a second time"
    agree(gateway, trader, flags)


def test_a_bracket_stands_whole_at_the_broker_when_the_desk_is_killed(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    flags = settings(tmp_path, gateway)
    lines = ("buy 100 AAPL 190.12 gtc tp 192 sl 189", "wait order 1.1 filled within 60s")
    process = trader.start("--json", *flags, "--exec", *lines)
    gateway.wait(lambda: len(gateway.broker.open_orders) == 2, 20)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    target, stop = gateway.broker.open_orders
    assert (target.terms.kind, stop.terms.kind) == ("LMT", "STP")
    assert target.is_live and stop.is_live and target.group == stop.group != ""
    gateway.fill(target.perm_id, 30)
    assert gateway.broker.order(stop.ref).remaining == 70
    gateway.fill(target.perm_id)
    assert gateway.broker.open_orders == [], "the broker itself ends the stop"
    done = trader.exec("expect position AAPL 0", flags=flags)
    assert done.code == 0, done
    assert gateway.orders_sent == 3
    agree(gateway, trader, flags)


def test_a_script_says_how_many_fees_are_not_the_brokers_yet(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    flags = settings(tmp_path, gateway)
    gateway.set(commission_delay=600.0)
    done = trader.exec("buy 100 AAPL 190.12", "wait order 1 filled within 10s", flags=flags)
    assert (done.result["fees_provisional"], done.result["fees"]) == (1, "1.00")
    agree(gateway, trader, flags)
    charged = trader.query("select text from order_events where event = 'fee_confirmed'")
    assert [row["text"].partition(" ")[0] for row in charged] == ["0.37"]


def test_a_live_account_on_the_paper_port_is_no_desk(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    with Gateway(accounts=("U7654321",)) as live:
        done = trader.exec("buy 1 AAPL mkt", flags=settings(tmp_path, live))
        assert done.code == 6 and "live account" in done.complaints
        assert live.broker.orders == [] and live.count("reqAllOpenOrders") == 0


def test_real_money_wants_the_account_typed_at_a_terminal(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    flags = settings(tmp_path, gateway)
    unnamed = trader.exec("buy 1 AAPL mkt", flags=(*flags, "--live"))
    assert unnamed.code == 2 and "ib.account" in unnamed.complaints
    named = settings(tmp_path, gateway, 'account = "U7654321"\n')
    piped = trader.exec("buy 1 AAPL mkt", flags=(*named, "--live"))
    assert piped.code == 2 and "standard input is no terminal" in piped.complaints
    forged = trader.exec("buy 1 AAPL mkt", flags=(*named, "--live", "--live-typed", "0123"))
    assert forged.code == 2
    assert gateway.count("startApi") == 0


def test_nobody_there_is_said_with_what_to_do(trader: Trader, tmp_path: Path) -> None:
    with Gateway() as gone:
        flags = settings(tmp_path, gone)
    done = trader.exec("buy 1 AAPL mkt", flags=flags)
    assert done.code == 6 and "doctor --venue ib" in done.complaints


def test_the_doctor_says_six_of_a_gateway_that_lets_nobody_in(
    gateway: Gateway, trader: Trader, tmp_path: Path
) -> None:
    flags = ("doctor", "--venue", "ib", "--config", settings(tmp_path, gateway)[-1])
    assert trader.run(*flags).code == 0
    gateway.down()
    done = trader.run(*flags)
    assert done.code == 6 and "unavailable gateway" in done.output
