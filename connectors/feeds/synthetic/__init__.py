"""The synthetic market: invented symbols under familiar names, traded by seeded crowds.

A `Listing` (symbols) has a `Pit` (pit) where a `Crowd` (crowd) acts on the exchange's book by what
it believes (belief) under a common `Weather` (weather); `SyntheticFlow` (flow) takes them in time
order. A price follows belief, belief follows trends, flurries, news and what is traded.

Measured by `measure(seed=1, seconds=1800)` (measure), AAPL and the median symbol: spread 1 and
1 to 2 ticks, 700 and 750 shares at the best price, 125 and 60 trades a minute, 95 % and 97 % of
prints at the touch, sign memory 0.45 and 0.43 at lag 1, kurtosis of ten-second returns 12 and 6.
One session of all 24 symbols with seed 1: 2.6 million operations. Orders of 100 that join the bid
of AAPL in the first two minutes (180 over 60 seeds): half filled within 6 s, 90 % within a minute.
"""

from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.feeds.synthetic.symbols import LISTINGS, UnknownSymbolError

__all__ = ["LISTINGS", "SyntheticFlow", "UnknownSymbolError"]
