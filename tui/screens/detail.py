"""One symbol in full: what it is, how it trades, where it stands today."""

from engine.domain.quotes import Lending
from engine.domain.views import QuoteRow
from engine.instruments import Instrument
from tui.paint import Line, clean, joined, percent_text, price_text, quantity_text
from tui.panes.watchlist import data_text
from tui.themes import Palette


class Detail:
    """Only to read."""

    hint = ""
    search: str | None = None
    chooses = False

    def __init__(self, instrument: Instrument, quote: QuoteRow | None) -> None:
        self.title = clean(f"{instrument.symbol}  {instrument.name}")
        self._instrument = instrument
        self._quote = quote

    def rows(self, ink: Palette, width: int) -> list[Line]:
        one, quote = self._instrument, self._quote
        facts = [
            ("market", one.mic),
            ("kind", one.asset_class),
            ("currency", one.currency),
            ("lot", quantity_text(one, one.lot_size)),
        ]
        facts += [
            (f"tick from {one.format_price(band.from_price)}", one.format_price(band.tick))
            for band in one.tick_bands
        ]
        if quote is not None:
            facts += [
                ("last", price_text(one, quote.last)),
                ("change", percent_text(quote.change, quote.change_reference)),
                ("bid", f"{price_text(one, quote.bid)} × {quantity_text(one, quote.bid_size)}"),
                ("ask", f"{price_text(one, quote.ask)} × {quantity_text(one, quote.ask_size)}"),
                ("open", price_text(one, quote.open)),
                ("high", price_text(one, quote.high)),
                ("low", price_text(one, quote.low)),
                ("volume", quantity_text(one, quote.volume)),
                ("data", data_text(quote) or quote.source.name.lower()),
            ]
            if quote.lending is not Lending.UNSAID:
                facts.append(("to borrow", lending_text(one, quote)))
            if quote.average_volume >= 0:
                date = quote.average_volume_date
                until = f"{date // 10_000}-{date // 100 % 100:02d}-{date % 100:02d}"
                facts.append(("average day", f"{quote.average_volume:,} to {until}"))
        return [
            Line().cell(clean(word), 22, ink.quiet).add(clean(figure), ink.text)
            for word, figure in facts
        ]

    def choose(self, row: int) -> None:
        return


def lending_text(known: Instrument, quote: QuoteRow) -> str:
    """easy · 12,300 left"""
    left = f"{quantity_text(known, quote.lendable)} left" if quote.lendable >= 0 else ""
    return joined((quote.lending.word, left))
