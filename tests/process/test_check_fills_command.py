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
