"""The limit that protects a market order."""

from engine.domain.risk.opening import MARKET_WORST_PERCENT
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import BPS, collar_bps
from engine.domain.risk.rules.breakers import within_band
from engine.values import Price

PROTECTION_MAX_BPS = (MARKET_WORST_PERCENT - 100) * BPS // 100


def protection_price(proposal: Proposal) -> Price:
    """The limit a market order carries to the venue: far touch ± the collar, on tick.

    Never wider than the worst price that the limits of value counted with, and rounded towards
    the touch, never through it, nor beyond the price band of the symbol. In a wide spread an exit
    still leaves, under the same limit. 0 when there is neither touch nor last trade: nothing can
    protect it, and it meets an empty book.
    """
    instrument, quote = proposal.instrument, proposal.quote
    if instrument is None or quote is None:
        return Price(0)
    is_buy = proposal.side > 0
    touch = (quote.ask if is_buy else quote.bid) or quote.last
    if touch <= 0:
        return Price(0)
    collar = min(collar_bps(proposal.limits, instrument, touch), PROTECTION_MAX_BPS)
    if is_buy:
        band = Price(touch * (BPS + collar) // BPS)
        edge = Price(max(touch, instrument.round_to_tick(band, up=False)))
        return within_band(edge, quote, 1)
    band = Price(max(1, -(-touch * (BPS - collar) // BPS)))
    return within_band(Price(min(touch, instrument.round_to_tick(band, up=True))), quote, -1)
