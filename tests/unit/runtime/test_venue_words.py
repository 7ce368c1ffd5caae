"""S22: words of a venue that look like ours stand in quotes, on one line, with who said them."""

import pytest

from engine.domain.reports import VenueRejected
from engine.runtime.interrupts import Interrupts
from engine.runtime.venue_words import SAID_CHARACTERS_MAX, venue_said
from engine.values import Nanos
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

LOOKS_LIKE_OURS = (
    "Quit? y / n",
    'order 7 sent"  ^T transmits',
    "HALTED\n09:31:00  #2 filled 100/100 AAPL at 1.00",
    'type ready" — enter the code of your second factor: ',
    "x" * 2_000,
)


@pytest.mark.parametrize("text", LOOKS_LIKE_OURS)
def test_a_reject_says_whose_words_they_are(text: str) -> None:
    bench = DeskBench(latency=lambda request: Nanos(10**18))
    bench.quotes("AAPL", 1_899_000, 1_900_000)
    say(bench, "buy 5 AAPL 189.95")
    bench.submit(VenueRejected("TEST-1-1-0", text))
    interrupts = Interrupts(bench.state, "PAPER")
    records = [record for record in bench.journal.records() if hasattr(record.body, "order_id")]
    notice = next(n for n in map(interrupts.notice_of, records) if n and n.code == "order_rejected")
    before, _, quoted = notice.text.partition('venue: "')
    assert before.endswith("#1 rejected: "), notice.text
    assert quoted.count('"') == 1 and quoted.endswith('"')
    assert "\n" not in notice.text
    assert len(quoted) <= SAID_CHARACTERS_MAX + 2


def test_what_a_person_said_is_not_the_venues() -> None:
    assert venue_said("not placed, by hand: phoned") == "not placed, by hand: phoned"
    assert venue_said("") == ""
