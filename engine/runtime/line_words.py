"""What crossed the line to a venue, told with the desk's own words for its orders."""

from engine.domain.orders import short_label
from engine.ports import MessagesTold
from engine.runtime.host import Host

TITLE = "messages to the venue and back"
NO_LINE = "a simulated venue has no line: nothing but the desk's own requests reaches it"


def messages_told(host: Host) -> MessagesTold:
    """The newest messages of the venue's line; at a venue of ours there is none."""
    live, state = host.venue.live, host.session.state
    if live is None:
        return MessagesTold(TITLE, (NO_LINE,))

    def label(name: str) -> str:
        order_id = state.by_client_id.get(name)
        if order_id is None:
            return ""
        order = state.orders.get(order_id) or state.past_orders.get(order_id)
        return short_label(order, state.trade_date) if order is not None else ""

    crossed = live.messages(label) or ("nothing has crossed the line yet",)
    return MessagesTold(TITLE, crossed, live.line().text)
