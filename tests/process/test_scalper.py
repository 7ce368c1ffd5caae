"""A busy script within the rates is denied nothing, and one execution more a minute is stopped."""

from pathlib import Path

from tests.process.trader_process import ROOT, Trader

SCRIPT, DESK = ROOT / "examples" / "scalper.txt", ROOT / "examples" / "scalper.toml"


def test_a_scalper_with_300_round_trips_meets_no_denial_of_any_rate(tmp_path: Path) -> None:
    trader = Trader(tmp_path / "home")
    done = trader.run("--config", DESK, "--script", SCRIPT, "--json")
    assert done.code == 0, done.complaints
    assert (done.result["result"], done.result["positions"]) == ("ok", {})
    assert (done.result["orders"], done.result["fills"] >= 600) == (600, True)
    assert not done.events("order_denied") and not done.events("order_queued")
    assert not done.events("strategy_disabled")
    assert float(done.result["cash"]) > 95_000


def test_the_same_scalper_is_stopped_where_one_execution_less_a_minute_is_allowed(
    tmp_path: Path,
) -> None:
    tighter = tmp_path / "tighter.toml"
    tighter.write_text(f"{DESK.read_text()}\n[risk]\nrepeated_execution_max = 9\n")
    trader = Trader(tmp_path / "home")
    done = trader.run("--config", tighter, "--script", SCRIPT, "--json")
    assert done.code != 0
    (denied,) = done.events("order_denied")
    assert [rule["rule"] for rule in denied["rules"]] == ["R14"]
    (disabled,) = done.events("strategy_disabled")
    assert disabled["reason"] == "more than 9 buys of AAPL within 60 s"
    # It is flat: what it had bought it could sell, and nothing of it enters any more.
    assert done.result["positions"] == {}
