"""The one question of a first start: which rules of margin the paper account lives under."""

import sys
from argparse import Namespace
from collections.abc import Callable

from data.home import Home, default_home
from data.settings import set_value
from engine.domain.risk.regimes import Regime

KEY = "risk.margin_regime"
WORDS: dict[Regime, str] = {
    Regime.PAID: "nothing borrowed: longs paid in full, shorts backed by 150 %",
    Regime.CASH: "a cash account: no shorts, and cash has to settle",
    Regime.REG_T: "half of a purchase is yours, half is lent",
    Regime.DAY_TRADE: "Reg T with the pattern day trader rules (until 2027-10-20)",
    Regime.INTRADAY: "Reg T overnight, 25 % within the day (since 2026-06-04)",
    Regime.PORTFOLIO: "15 % of each equity, more where one is large: our own estimate",
}
ATTEMPTS_MAX = 3


def ask_first_run(options: Namespace) -> None:
    """Asks where a person starts in a home of their own that is new; a home or a file that is
    named has its settings, or wants the defaults."""
    is_person = sys.stdin.isatty() and sys.stderr.isatty()
    if is_person and options.home is None and options.config is None:
        ask_in(default_home(None), sys.stdin.readline, sys.stderr.write)


def ask_in(home: Home, read: Callable[[], str], write: Callable[[str], object]) -> None:
    """Writes the answer into the settings of a home that is not there yet; else asks nothing."""
    if home.path.exists():
        return
    regime = asked_regime(read, write)
    if regime is not None:
        set_value(Home.prepare(home.path).settings_path, KEY, regime.word)


def asked_regime(read: Callable[[], str], write: Callable[[str], object]) -> Regime | None:
    """A number or a word; nothing typed, or nothing understood three times, keeps the default."""
    write("Practise under the margin rules of your live account. Which are they?\n")
    for number, (regime, words) in enumerate(WORDS.items(), start=1):
        write(f"  {number}  {regime.word:<10} {words}\n")
    by_text = {str(n): regime for n, regime in enumerate(WORDS, start=1)}
    by_text |= {regime.word: regime for regime in WORDS}
    for _ in range(ATTEMPTS_MAX):
        write(f"1 to {len(WORDS)}, or Enter for paid: ")
        text = read().strip().lower()
        if not text:
            break
        if text in by_text:
            write(f"{by_text[text].word} it is; `trader config set {KEY} WORD` changes it\n")
            return by_text[text]
    write(f"paid it is; `trader config set {KEY} WORD` changes it\n")
    return None
