"""Symbols looked up at IB while the desk runs: found, asked about, listed, kept over a restart."""

from collections.abc import Callable

import pytest

from connectors.ib.directory import ANSWERS_WITHIN, ASKED_EVERY
from engine.domain.quotes import Source
from engine.domain.reports import VenueAccepted, VenueRejected
from engine.domain.views import SymbolMatch
from engine.lookup import SymbolListed
from engine.values import Nanos
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import refuse, swallow

Desk = Callable[..., IbEnd]
Answer = tuple[tuple[SymbolMatch, ...], str]


class Typist:
    """Who searches, and the steady clock of the directory in the hand of the test."""

    def __init__(self, end: IbEnd) -> None:
        self.end, self.answers = end, dict[str, Answer]()
        self._at, look = ASKED_EVERY, end.ib.parts.directory.look
        end.ib.parts.directory.look = lambda now: look(self._at)  # type: ignore[method-assign]

    def types(self, text: str) -> None:
        self.end.ib.directory.find(text, lambda *answer: self.answers.update({text: answer}))

    def passes(self, nanos: Nanos = ASKED_EVERY) -> None:
        self._at = Nanos(self._at + nanos)
        self.end.hear()

    def finds(self, text: str) -> Answer:
        self.types(text)
        self.passes()
        self.end.until(lambda: text in self.answers)
        return self.answers[text]

    def lists(self, match: SymbolMatch) -> SymbolListed:
        told: list[SymbolListed] = []
        self.end.ib.directory.enlist(match, told.append)
        self.end.until(lambda: told)
        self.end.hear()
        return told[0]


def match_of(typist: Typist, text: str, mic: str) -> SymbolMatch:
    return next(match for match in typist.finds(text)[0] if match.mic == mic)


# ── finding ────────────────────────────────────────────────────────────────────────────────────


def test_what_ib_knows_is_found_by_letters_of_its_symbol_and_by_its_name(desk: Desk) -> None:
    typist = Typist(desk(symbols=("AAPL",)))
    (found,), trouble = typist.finds("ms")
    assert (found.symbol, found.mic, found.currency, found.key, trouble) == (
        *("MSFT", "XNAS", "USD", "272093", ""),
    )
    assert [match.symbol for match in typist.finds("vodafone")[0]] == ["VOD.GBP", "VOD", "VOD.EUR"]


def test_what_is_listed_already_is_no_second_symbol(desk: Desk) -> None:
    typist = Typist(desk(symbols=("AAPL",)))
    assert typist.finds("AAPL")[0] == (SymbolMatch("AAPL", "APPLE INC", "XNAS", "USD"),)


def test_a_name_that_nobody_has_is_found_nowhere(desk: Desk) -> None:
    assert Typist(desk()).finds("ZZZZ") == ((), "")


def test_a_fast_typist_asks_once_a_second_and_for_the_newest(desk: Desk) -> None:
    end = desk()
    typist = Typist(end)
    for text in ("m", "ms", "msf", "msft"):
        typist.types(text)
        end.hear()
    assert end.gateway.count("reqMatchingSymbols") == 1
    assert typist.answers["m"][0] and typist.answers["ms"] == typist.answers["msf"] == ((), "")
    typist.passes()
    end.until(lambda: "msft" in typist.answers)
    assert end.gateway.count("reqMatchingSymbols") == 2
    assert typist.finds("MSF")[0][0].symbol == "MSFT"


def test_who_rubs_out_a_letter_asks_nobody(desk: Desk) -> None:
    end = desk()
    typist = Typist(end)
    typist.finds("ms")
    typist.types("ms")
    assert end.gateway.count("reqMatchingSymbols") == 1


def test_a_gateway_that_is_gone_says_so_at_once(desk: Desk) -> None:
    end = desk()
    end.gateway.down()
    end.until(lambda: not end.ib._line.is_up)
    typist = Typist(end)
    typist.types("msft")
    assert "nothing can be looked up at IB" in typist.answers["msft"][1]


def test_a_gateway_that_goes_while_it_is_asked_says_so(desk: Desk) -> None:
    end = desk()
    typist = Typist(end)
    end.gateway.script(swallow("reqMatchingSymbols"))
    typist.types("msft")
    end.hear()
    end.gateway.drop()
    end.until(lambda: "msft" in typist.answers)
    assert "nothing can be looked up at IB" in typist.answers["msft"][1]


def test_a_gateway_that_does_not_answer_is_not_waited_for(desk: Desk) -> None:
    end = desk()
    typist = Typist(end)
    end.gateway.script(swallow("reqMatchingSymbols"))
    typist.types("msft")
    end.hear()
    typist.passes(ANSWERS_WITHIN)
    assert "does not answer" in typist.answers["msft"][1]
    assert typist.finds("msf")[0][0].symbol == "MSFT"


def test_a_search_that_ib_refuses_is_told(desk: Desk) -> None:
    end = desk()
    end.gateway.script(refuse("reqMatchingSymbols", 321, "Error validating request"))
    assert "Error validating request (321)" in Typist(end).finds("msft")[1]


# ── listing ────────────────────────────────────────────────────────────────────────────────────


def test_what_was_chosen_is_quoted_and_traded_at_once(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    typist = Typist(end)
    assert typist.lists(match_of(typist, "msft", "XNAS")) == SymbolListed("MSFT")
    end.gateway.quote("MSFT", bid="420.10", bid_size=300, ask="420.12", ask_size=500)
    end.gateway.book("MSFT", bids=[("420.10", 3), ("420.09", 4)])
    end.until(lambda: len(end.ib.depth("MSFT", 5)[0]) == 2)
    quote = end.ib.market.quote("MSFT")
    assert quote is not None and quote.ask == 4_201_200 and quote.source is Source.LIVE
    end.send(new("A", symbol="MSFT"))
    assert only(end.hear(), VenueAccepted)
    assert end.gateway.broker.orders[0].listing.con_id == 272093


@pytest.mark.parametrize(
    ("mic", "con_id", "name"),
    [("XLON", 28812380, "VOD.GBP"), ("XNAS", 137934123, "VOD"), ("XETR", 12345670, "VOD.EUR")],
)
def test_of_several_that_one_is_traded_which_was_pointed_at(
    desk: Desk, mic: str, con_id: int, name: str
) -> None:
    end = desk()
    typist = Typist(end)
    assert typist.lists(match_of(typist, "vod", mic)) == SymbolListed(name)
    end.send(new("A", symbol=name))
    end.hear()
    assert end.gateway.broker.orders[0].listing.con_id == con_id


def test_two_contracts_never_share_a_name(desk: Desk) -> None:
    end = desk()
    end.gateway.change_listing("VOD", currency="EUR")  # the one in London
    typist = Typist(end)
    first, _, second = typist.finds("vod")[0]
    assert first.symbol == second.symbol == "VOD.EUR"  # neither is listed yet
    names = [typist.lists(first).symbol, typist.lists(second).symbol]
    assert names == ["VOD.EUR", "VOD.EUR.12345670"]
    assert [each.con_id for each in end.ib.parts.contracts.every()[1:]] == [28812380, 12345670]


def test_what_was_chosen_is_there_after_a_restart_and_means_the_same(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    typist = Typist(end)
    typist.lists(match_of(typist, "vod", "XLON"))
    end.dies()
    end.hear()
    end.dies()
    end.hear()
    assert [one.symbol for one in end.ib.instruments] == ["AAPL", "VOD.GBP"]
    assert end.gateway.lines() == ["AAPL", "VOD"]
    end.send(new("A", symbol="VOD.GBP"))
    end.hear()
    assert end.gateway.broker.orders[0].listing.con_id == 28812380


def test_what_was_dropped_is_gone_with_its_line_and_after_a_restart(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    typist = Typist(end)
    typist.lists(match_of(typist, "msft", "XNAS"))
    assert end.ib.directory.drop("MSFT") == ""
    end.hear()
    assert end.gateway.lines() == ["AAPL"] and end.ib.market.quote("MSFT") is None
    end.send(new("A", symbol="MSFT"))
    assert only(end.hear(), VenueRejected)
    end.dies()
    end.hear()
    assert [one.symbol for one in end.ib.instruments] == ["AAPL"]


def test_what_was_dropped_does_not_come_back_with_the_line_though_it_was_named_at_the_start(
    desk: Desk,
) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    assert end.ib.directory.drop("MSFT") == ""
    end.hear()
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up and end.ib.parts.contracts.is_settled)
    end.hear()
    assert [one.symbol for one in end.ib.instruments] == ["AAPL"]
    typist = Typist(end)
    assert not typist.lists(match_of(typist, "msft", "XNAS")).trouble
    assert [one.symbol for one in end.ib.instruments] == ["AAPL", "MSFT"]


def test_what_was_dropped_while_it_is_asked_about_does_not_come_back(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.ib.parts.contracts.doubt("MSFT")
    assert end.ib.directory.drop("MSFT") == ""
    end.hear()
    end.until(lambda: end.ib.parts.contracts.is_settled)
    assert [one.symbol for one in end.ib.instruments] == ["AAPL"]


def test_what_was_not_found_here_is_not_listed(desk: Desk) -> None:
    typist = Typist(desk())
    told = typist.lists(SymbolMatch("MSFT", "", "XNAS", "USD", "272093"))
    assert "look it up first" in told.trouble


def test_what_ib_does_not_route_is_refused_in_words(desk: Desk) -> None:
    end = desk()
    typist = Typist(end)
    match = match_of(typist, "msft", "XNAS")
    end.gateway.delist("MSFT")
    told = typist.lists(match)
    assert "MSFT (conId 272093)" in told.trouble and "MSFT" not in end.ib.parts.contracts


# ── contracts that change ──────────────────────────────────────────────────────────────────────


def test_a_contract_is_asked_for_by_the_conid_that_is_known(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    end.gateway.change_listing("AAPL", symbol="APL")
    end.dies()
    end.hear()
    (listed,) = end.ib.parts.contracts.every()
    assert (listed.instrument.symbol, listed.con_id) == ("AAPL", 265598)


def test_a_conid_that_is_gone_is_looked_for_by_name_and_a_person_hears_of_it(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    end.gateway.change_listing("AAPL", con_id=999)
    end.dies()
    end.hear()
    (listed,) = end.ib.parts.contracts.every()
    assert listed.con_id == 999
    assert any("conId 265598 → 999" in note for note in end.notes)


def test_a_contract_that_changes_while_the_desk_runs_is_found_again(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    end.gateway.change_listing("AAPL", con_id=999)
    end.send(new("A"))
    assert only(end.hear(), VenueRejected)
    end.until(lambda: end.ib.parts.contracts.every()[0].con_id == 999)
    end.hear()
    end.gateway.quote("AAPL", bid="190.10", bid_size=300, ask="190.12", ask_size=500)
    end.until(lambda: (q := end.ib.market.quote("AAPL")) is not None and q.is_two_sided)
    end.send(new("B"))
    end.hear()
    assert [order.listing.con_id for order in end.gateway.broker.orders] == [999]


def test_what_ib_did_not_know_is_asked_for_again_over_a_new_line(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "NEWS"))
    assert "NEWS" in end.ib.parts.contracts.refused
    end.gateway.change_listing("PENY", symbol="NEWS")
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: "NEWS" in end.ib.parts.contracts)
    end.hear()
    assert end.gateway.lines() == ["AAPL", "NEWS"]


def test_a_contract_that_is_delisted_is_traded_no_more(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.gateway.delist("AAPL")
    end.send(new("A"))
    end.hear()
    end.until(lambda: "AAPL" not in end.ib.parts.contracts)
    end.hear()
    assert end.gateway.lines() == ["MSFT"]
    assert any("traded here no more" in note for note in end.notes)


def test_a_gone_conid_of_several_by_that_name_asks_a_person(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "VOD"))
    end.gateway.change_listing("VOD", currency="USD")  # London and New York, both in dollars
    reference = end.gateway.hub.broker.reference
    end.gateway.do(
        lambda: [
            reference.listings.remove(one)
            for one in list(reference.listings)
            if one.con_id == 137934123
        ]
    )
    end.gateway.change_listing("MSFT", symbol="VOD", con_id=555, primary="ARCA")
    end.dies()
    end.hear()
    assert "VOD" not in end.ib.parts.contracts
    why = end.ib.parts.contracts.refused["VOD"]
    assert "2 contracts" in why and "conId 28812380" in why and "conId 555" in why


def test_hours_are_asked_for_again_on_a_new_day(desk: Desk) -> None:
    end = desk(symbols=("AAPL",))
    asked = end.gateway.count("reqContractDetails")
    hours = "20260106:0930-20260106:1600"
    end.gateway.change_listing("AAPL", liquid_hours=hours)
    end.ib._trade_date_of = lambda at: 20_260_106
    end.until(lambda: end.ib.parts.contracts.every()[0].hours)
    end.hear()
    assert end.gateway.count("reqContractDetails") == asked + 1
    assert end.gateway.count("reqMktData") == 1


def test_a_second_symbol_with_the_same_price_steps_has_them_too(desk: Desk) -> None:
    end = desk(stands=False, symbols=("PENY", "AAPL"))
    end.gateway.change_listing("AAPL", rules=(32, 32, 32, 32))
    end.ib.stand_up(5)
    for instrument in end.ib.instruments:
        assert instrument.is_on_tick(instrument.parse_price("0.5001"))
        assert not instrument.is_on_tick(instrument.parse_price("1.005"))


def test_a_position_in_another_contract_of_that_name_is_not_ours(desk: Desk) -> None:
    end = desk(symbols=("VOD",))
    end.gateway.hub.broker.reference.listings.reverse()
    end.gateway.set_position("VOD", 70, "9")
    end.until(lambda: end.ib.parts.books.held)
    assert end.ib.parts.books.held == {"VOD.EUR"}
