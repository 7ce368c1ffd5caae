"""The synthetic market: invented symbols under familiar names, traded by seeded crowds."""

from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.feeds.synthetic.symbols import LISTINGS, UnknownSymbolError

__all__ = ["LISTINGS", "SyntheticFlow", "UnknownSymbolError"]
