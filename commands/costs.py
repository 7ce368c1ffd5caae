"""The tables of a home that price what is held, as the reports that tell the desk of them."""

from pathlib import Path

from data.reference.costs import load_borrow, load_dividends, load_fx_rates
from engine.domain.reports import BorrowListed, DividendsListed, FxRatesSet, Report

BASE_CURRENCY = "USD"


def cost_reports(home: Path) -> list[Report]:
    """Borrow terms, dividends and exchange rates. Raises SettingsError for a table that is none."""
    return [
        BorrowListed(load_borrow(home)),
        DividendsListed(load_dividends(home)),
        FxRatesSet(BASE_CURRENCY, load_fx_rates(home, BASE_CURRENCY)),
    ]
