"""A test's hand on the market: quotes, halts, rights and floods of ticks."""

from collections.abc import Callable
from typing import Any

from tests.connectors.ib.gateway import quote_requests
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.market import Quote, Right


class MarketControls:
    """A mixin of Gateway; contracts are named by symbol or local symbol."""

    hub: GatewayHub
    do: Callable[..., Any]

    def quote(self, symbol: str, **values: Any) -> Quote:
        """Change some of a contract's values (`bid="190.1", bid_size=3`, `halted=1`) and say so."""

        def act() -> Quote:
            con_id = self.hub.broker.reference.by_symbol(symbol).con_id
            quote = self.hub.market.quote(con_id).but(**values)
            self.hub.market.quotes[con_id] = quote
            for session in self.hub.sessions:
                quote_requests.changed(session, con_id)
            return quote

        return self.do(act)

    def entitle(self, symbol: str, right: Right) -> None:
        """What the user may see of a contract from the next request on."""

        def act() -> None:
            con_id = self.hub.broker.reference.by_symbol(symbol).con_id
            self.hub.market.rights[con_id] = right

        self.do(act)

    def lines(self) -> list[str]:
        """The symbols of all market data lines that are open now."""
        return self.do(
            lambda: [
                line.listing.named()
                for session in self.hub.sessions
                for line in quote_requests.lines(session).values()
            ]
        )
