"""Whose money it is: the guard between a desk and the accounts behind a gateway; pure.

Ports are a hint and prove nothing: a gateway on the paper port may be logged in to a live account.
"""

from collections.abc import Sequence

PAPER_PREFIXES = ("DU", "DF", "DI")
"""Of paper accounts: individual, advisor's master, and its clients."""
SHOWN_MAX = 5
USUAL_PORTS = {
    7496: "TWS, live",
    7497: "TWS, paper",
    4001: "IB Gateway, live",
    4002: "IB Gateway, paper",
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_paper(account: str) -> bool:
    return account.startswith(PAPER_PREFIXES) and account[2:].isdigit()


def masked(account: str) -> str:
    """`U•••567`: enough to know it again, too little to give away."""
    kind = account.rstrip("0123456789")
    return f"{kind}•••{account[-3:]}" if len(account) > len(kind) + 3 else account


def objection(accounts: Sequence[str], wanted: str, *, is_live: bool) -> str:
    """Why no order may leave for these accounts, as a sentence to act on; empty where it may.

    `wanted`: the account of the settings; empty for the only one that there is.
    """
    if not accounts:
        return "the gateway names no account: log it in"
    shown = ", ".join(masked(each) for each in accounts[:SHOWN_MAX])
    if not is_live and not all(map(is_paper, accounts)):
        return (
            f"the gateway is logged in to a live account ({shown}) and this desk trades on paper:"
            " nothing was sent, whatever its port says. Log the gateway in to the paper account,"
            " or start with --live"
        )
    if is_live and any(map(is_paper, accounts)):
        return (
            f"the gateway is logged in to a paper account ({shown}) and this desk was started with"
            " --live: nothing was sent. Start without --live, or log the gateway in to the live one"
        )
    if wanted and wanted not in accounts:
        return (
            f"this desk trades {masked(wanted)}, and the gateway does not have it: it has {shown}."
            " Log it in to that account, or name another with ib.account"
        )
    if not wanted and len(accounts) > 1:
        return f"the gateway has {len(accounts)} accounts ({shown}): name one with ib.account"
    return ""


def account_of(accounts: Sequence[str], wanted: str) -> str:
    """The one that is traded, where nothing is objected to."""
    return wanted or accounts[0]
