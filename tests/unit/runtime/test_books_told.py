"""The books' report, the list of what needs a person, and the sentences that tell of both."""

from typing import Any

from engine.domain import reports as rep
from engine.domain.attention import attention_of, count_attention
from engine.domain.commands import Outcome, ResolveOrder
from engine.domain.records import Inbound
from engine.runtime.books_words import books_fields, books_lines
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.values import Liquidity, OrderId, Price, Quantity
from tests.unit.domain.test_reconcile import FIRST, PRICE, Books, order, row


def told(books: Books, *inbounds: Inbound) -> list[str]:
    narrator = Narrator(books.bench.state, lambda one: one.number)
    fields = [narrator.tell(event) for event in books.told(*inbounds)]
    return [sentence(each, "USD").partition("  ")[2] for each in fields if each is not None]


def said(happened: list[Any], books: Books) -> list[str]:
    narrator = Narrator(books.bench.state, lambda one: one.number)
    fields = [narrator.tell(event) for event in happened]
    return [sentence(each, "USD").partition("  ")[2] for each in fields if each is not None]


def test_a_break_is_in_the_report_in_the_list_and_in_a_sentence() -> None:
    books = Books()
    books.positions = (("AAPL", Quantity(25)),)
    words = said(books.compare(), books)
    assert (
        "RECON_BREAK AAPL position: +0 here, +25 at the venue: "
        "nothing was changed: adopt position AAPL" in words
    )
    assert "books compared: 1 difference, 1 unexplained" in words
    (need,) = attention_of(books.bench.state)
    assert (need.kind, need.symbol, need.line) == ("break", "AAPL", "adopt position AAPL ")
    lines = books_lines(books.bench.state)
    assert "1 difference, 1 unexplained" in lines[0]
    assert any(line.startswith("!") and "+25 at the venue" in line for line in lines)
    fields = books_fields(books.bench.state)
    assert fields["differences"][0]["break"] and fields["attention"][0]["kind"] == "break"


def test_an_order_in_doubt_tells_what_is_known_and_the_worst_case() -> None:
    books = Books()
    books.told(order("t2", 50))
    books.bench.pass_time(6)
    (need,) = attention_of(books.bench.state)
    assert (need.kind, need.label, need.worst) == ("unknown", "2", "+50 AAPL more")
    assert need.known == "sent 0/50, new outcome unknown, asked 1×"
    assert need.line == "resolve 2 " and count_attention(books.bench.state) == 1


def test_owed_fills_and_foreign_orders_are_in_the_list() -> None:
    books = Books(mode="LIVE")
    books.orders = (row(), row("PERM-9"))
    books.compare()
    books.told(rep.VenueCancelled(FIRST, cumulative=Quantity(60)))
    owed, foreign = attention_of(books.bench.state)
    assert owed.kind == "owed" and "60 more filled than it told" in owed.known
    assert foreign.kind == "foreign" and foreign.line == "adopt order PERM-9 "
    assert count_attention(books.bench.state) == 2


def test_busts_corrections_and_settled_orders_are_told_in_sentences() -> None:
    books = Books()
    maker = Liquidity.MAKER
    books.told(rep.VenueFilled(FIRST, "E1", PRICE, Quantity(60), maker))
    corrected = rep.VenueTradeCorrected(FIRST, "E1", 1, Price(1_899_000), Quantity(50), maker, "x")
    assert told(books, corrected)[0] == "#1 trade E1 corrected, 60 at 190.00 taken back: x"
    busted = rep.VenueTradeBusted(FIRST, "E1", text="erroneous")
    assert told(books, busted)[0] == "#1 trade E1 busted, 50 at 189.90 taken back: erroneous"
    books.told(order("t2", 50))
    books.bench.pass_time(6)
    resolve = ResolveOrder(OrderId(2), Outcome.NOT_PLACED, "phoned")
    assert told(books, resolve)[0] == "#2 settled by hand as not placed: phoned"
