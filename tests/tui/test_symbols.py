"""The page that finds symbols: at once among those listed, and at the venue once typing pauses."""

import asyncio

from engine.domain.views import SymbolMatch
from engine.instruments import Instrument
from engine.lookup import (
    DropSymbol,
    FindSymbols,
    ListSymbol,
    SeeSymbols,
    SymbolListed,
    SymbolsFound,
)
from engine.ports import FocusSymbol
from tests.tui.desk_screen import Sitting, sitting
from tests.tui.fake_desk import FakeDesk
from tui.screens.symbols import SymbolPage
from tui.settings import ColorUse, ThemeName
from tui.themes import palette

HERE = SymbolMatch("VOD", "Vodafone ADR", "XNAS", "USD")
LONDON = SymbolMatch("VOD.GBP", "Vodafone", "XLON", "GBP", "28812380")
FRANKFURT = SymbolMatch("VOD.EUR", "Vodafone", "XETR", "EUR", "12345670")
INK = palette(ThemeName.TERMINAL, ColorUse.AUTO)


class Bench:
    """A page without a terminal: time passes when the test says so."""

    def __init__(self, *listed: SymbolMatch) -> None:
        self.asked: list[FindSymbols] = []
        self.taken: list[SymbolMatch] = []
        self._later: list[object] = []
        self.page = SymbolPage(
            lambda text: [match for match in listed if text.upper() in match.symbol],
            self.taken.append,
            self._asks,
            lambda seconds, call: self._later.append(call),
        )

    def _asks(self, request: FindSymbols) -> bool:
        self.asked.append(request)
        return True

    def types(self, text: str) -> None:
        for letter in text:
            self.page.search = (self.page.search or "") + letter

    def pauses(self) -> None:
        waiting, self._later = self._later, []
        for call in waiting:
            call()  # type: ignore[operator]

    def answers(self, *matches: SymbolMatch, trouble: str = "") -> None:
        self.page.found(SymbolsFound(self.asked[-1].request, matches, trouble))

    @property
    def rows(self) -> list[str]:
        return [line.strip().text.strip() for line in self.page.rows(INK, 70)]

    def foot(self, row: int = 0) -> str:
        return "".join(line.strip().text for line in self.page.foot(INK, 70, row)).strip()


def test_the_venue_is_asked_once_typing_pauses_and_for_all_of_it():
    bench = Bench(HERE)
    bench.types("vod")
    assert not bench.asked and bench.rows[0].startswith("VOD")
    bench.pauses()
    assert [request.text for request in bench.asked] == ["vod"]
    assert bench.foot() == "asking the venue …"


def test_what_the_venue_knows_stands_below_what_is_listed_with_its_market():
    bench = Bench(HERE)
    bench.types("vod")
    bench.pauses()
    bench.answers(HERE, LONDON, FRANKFURT)
    assert [row.split() for row in bench.rows] == [
        ["VOD", "Vodafone", "ADR", "USD", "XNAS"],
        ["+", "VOD.GBP", "Vodafone", "GBP", "XLON"],
        ["+", "VOD.EUR", "Vodafone", "EUR", "XETR"],
    ]
    assert bench.foot(0) == "" and bench.foot(1) == "Enter adds VOD.GBP to the watchlist"
    bench.page.choose(2)
    assert bench.taken == [FRANKFURT]


def test_an_answer_to_other_letters_is_nobodys():
    bench = Bench()
    bench.types("vo")
    bench.pauses()
    bench.types("x")
    bench.page.found(SymbolsFound(bench.asked[0].request, (LONDON,)))
    assert bench.rows == [] and bench.foot() == "asking the venue …"
    bench.pauses()
    bench.answers()
    assert bench.rows == ["no symbol like this"]


def test_a_venue_that_cannot_be_asked_says_why():
    bench = Bench(HERE)
    bench.types("vod")
    bench.pauses()
    bench.answers(trouble="nothing can be looked up at IB: the line is down")
    assert bench.foot() == "nothing can be looked up at IB: the line is down"
    assert len(bench.rows) == 1


def test_nothing_is_asked_where_nothing_is_typed():
    bench = Bench(HERE)
    bench.page.search = " "
    bench.pauses()
    assert not bench.asked


def test_the_cursor_stays_on_its_row_when_the_venue_answers():
    bench = Bench(HERE)
    bench.types("vod")
    before = bench.page.keys()
    bench.pauses()
    bench.answers(LONDON)
    assert bench.page.keys()[: len(before)] == before


async def test_a_symbol_of_the_venue_is_added_looked_at_and_taken_off_again():
    async with sitting() as here:
        await here.press("colon")
        await here.type("search voda")
        await here.press("enter")
        for _ in range(200):
            if any(isinstance(request, FindSymbols) for request in here.desk.requests):
                break
            await asyncio.sleep(0.02)
        (asked,) = [r for r in here.desk.requests if isinstance(r, FindSymbols)]
        assert asked.text == "voda"
        here.desk.tell(SymbolsFound(asked.request, (LONDON,)))
        await here.pilot.pause()
        assert "VOD.GBP" in here.text and "XLON" in here.text
        await here.press("enter")
        assert here.desk.requests[-1] == ListSymbol(LONDON)
        before = here.desk.latest()
        here.desk.lists(Instrument("VOD.GBP", currency="GBP"))
        here.desk.tell(SymbolListed("VOD.GBP"))
        await here.pilot.pause()
        assert here.app.room.symbol == "VOD.GBP"
        assert here.desk.requests[-1] == FocusSymbol("VOD.GBP")
        here.app.room.take_view(before)  # the next one has it
        assert here.app.room.symbol == "VOD.GBP"
        await here.frames(2)
        assert here.app.room.symbol == "VOD.GBP"
        await here.press("w")
        assert here.desk.requests[-1] == DropSymbol("VOD.GBP")


def seen(here: Sitting) -> list[tuple[str, ...]]:
    return [request.symbols for request in here.desk.requests if isinstance(request, SeeSymbols)]


async def test_the_desk_hears_which_rows_are_on_the_screen_when_others_are_not():
    async with sitting() as here:
        await here.frames(2)
        shown = here.app.watchlist.seen
        assert seen(here) == [shown] and 3 < len(shown) < 20
        await here.press("end")
        await here.frames(2)
        assert seen(here) == [shown, here.app.watchlist.seen] and "S09" in seen(here)[-1]


async def test_where_every_row_is_on_the_screen_nobody_is_told():
    async with sitting((120, 40), desk=FakeDesk(5)) as here:
        await here.frames(2)
        assert not seen(here)


async def test_a_symbol_that_cannot_be_added_is_said_and_the_screen_stays_where_it_was():
    async with sitting() as here:
        before = here.app.room.symbol
        here.desk.tell(SymbolListed("VOD", "VOD can be 2 contracts"))
        await here.pilot.pause()
        assert here.app.room.symbol == before and "VOD is not added: VOD can be 2" in here.text
