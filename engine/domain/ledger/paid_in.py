"""What an owner has paid in: equity less this is what was earned, whatever was adopted since."""

from engine.domain.ledger.currency import in_base
from engine.domain.ledger.postings import CAPITAL
from engine.domain.state import Account, State
from engine.values import Money


def paid_in(account: Account, state: State) -> Money:
    """In the account's currency, other currencies at today's rate."""
    total = -account.ledger.get(CAPITAL, 0)
    for currency, purse in account.purses.items():
        capital = purse.ledger.get(CAPITAL)
        if capital:
            total -= in_base(capital, state.rate_of(currency, account.currency))
    return Money(total)
