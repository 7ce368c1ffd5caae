"""`check-fills` from the command line: the seed is everybody's, before and after the command."""

from pathlib import Path

from tests.process.trader_process import Trader

MSFT = Path("lobster") / "MSFT_2012-06-21_message_50_first1950.csv.gz"


def test_the_seed_chooses_the_orders(tmp_path: Path, market_data: Path) -> None:
    trader = Trader(tmp_path / "home")
    words = ("check-fills", market_data / MSFT, "--orders", 60, "--json")
    first, again, other = (
        trader.run(*words, "--seed", 3).result,
        trader.run("--seed", 3, *words).result,
        trader.run(*words, "--seed", 4).result,
    )
    assert first == again
    assert first["shares_asked"] != other["shares_asked"]


def test_a_run_says_how_far_it_is_to_whoever_keeps_its_log(
    tmp_path: Path, market_data: Path
) -> None:
    trader = Trader(tmp_path / "home")
    done = trader.run("check-fills", market_data / MSFT, "--orders", 60, "--levels", 1)
    passes = [line for line in done.complaints.splitlines() if "passes over the day" in line]
    assert passes and passes[-1].split()[0] == passes[-1].split()[2]
