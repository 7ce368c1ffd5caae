"""What a desk's session with a venue is called, and what it never says twice."""

from connectors.fix.tags import Type

NEVER_RESENT = frozenset(
    {
        Type.NEW_ORDER_SINGLE,
        Type.CANCEL_REQUEST,
        Type.REPLACE_REQUEST,
        Type.STATUS_REQUEST,
        Type.MASS_STATUS_REQUEST,
        Type.MASS_CANCEL_REQUEST,
        Type.MARKET_DATA_REQUEST,
        Type.SECURITY_LIST_REQUEST,
        Type.SECURITY_DEFINITION_REQUEST,
        Type.SESSION_STATUS_REQUEST,
    }
)
"""A stale order is no order, and a stale question is asked anew: asked for again they are a gap,
and what became of the order is asked."""

LINE_MARKET = "FIX."
"""How the description of every market begins whose orders work beyond a line."""


def description_of(version: str, sender: str, target: str) -> str:
    """`FIX.4.4 DESK at VENUE`: one session, with orders that no other session has."""
    return f"{version} {sender} at {target}"
