"""Why the desk said no, warned or asked: codes with one sentence a trader can act on."""

from enum import IntEnum

import msgspec


class Verdict(IntEnum):
    """What one rule says of one order."""

    PASS = 1
    OFF = 2
    """The rule's optional input has no source on this desk."""
    WARN = 3
    ASK = 4
    """SOFT: goes on with a reason (`override "…"`)."""
    ASK_SECOND_FACTOR = 5
    """SOFT2: goes on with the second factor."""
    DENY = 6


class Finding(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One rule's verdict with its numbers, formatted where they were computed."""

    rule: str
    """R01 … R45, or D01 … for the desk's own states."""
    code: str
    """order_quantity, price_collar … as in the risk specification."""
    verdict: Verdict
    sentence: str
    actual: str = ""
    limit: str = ""
    room: str = ""
    room_quantity: int = -1
    """Largest quantity that this rule would let pass; −1 when quantity does not matter to it."""


class Refusal(IntEnum):
    """Why a command that is no new order was refused."""

    UNKNOWN_ORDER = 1
    ALREADY_DONE = 2
    CANCEL_PENDING = 3
    REPLACE_PENDING = 4
    OUTCOME_UNKNOWN = 5
    NOTHING_TO_CHANGE = 6
    BELOW_FILLED = 7
    NO_POSITION = 8
    NOT_LOWERING = 9
    UNKNOWN_LIMIT = 10
    NOT_TIGHTER = 11
    FLATTEN_RUNNING = 12
    KILLED = 13
    NOTHING_WORKING = 14
    UNKNOWN_SYMBOL = 15
    DUPLICATE_TICKET = 16
    BAD_LIMIT = 17
    UNKNOWN_ACCOUNT = 18
    ASLEEP = 19
    REASON_MISSING = 20
    NOT_THROUGH_BASE = 21
    NO_RATE = 22
    NOT_ENOUGH_CASH = 23
    NOT_LISTED = 24
    NOT_IN_DOUBT = 25
    WAS_PLACED = 26
    BEYOND_OPEN = 27
    WHY_MISSING = 28
    NEEDS_SECOND_FACTOR = 29
    ALREADY_STATED = 30
    SIZED_BY_FILLS = 31
    NOT_SENT_YET = 32
    NOTHING_FOREIGN = 33
    NO_BREAK = 34
    NO_MARK = 35
    EXITS_TOO_LARGE = 36
    ORDERS_FIRST = 37
    SECOND_FACTOR_WANTED = 41
    NOT_ENROLLED = 42
    LOOSENING_WITHOUT_REASON = 43
    WRONG_SECOND_FACTOR = 44
    NOT_LOOSER = 45
    NOT_LIVE = 46
    SESSION_OVER = 47
    NOT_KEPT = 48
    STRATEGY_STOPPED = 60
    BREAK_OUTDATED = 61
    NO_LINE = 62
    BEYOND_BOOKS = 63


REFUSAL_SENTENCES: dict[Refusal, str] = {
    Refusal.UNKNOWN_ORDER: "There is no such order.",
    Refusal.ALREADY_DONE: "The order is already done.",
    Refusal.CANCEL_PENDING: "A cancel for this order is already on its way.",
    Refusal.REPLACE_PENDING: "A change of this order is already on its way; wait for the answer.",
    Refusal.OUTCOME_UNKNOWN: "The outcome of this order is unknown; cancel or query it.",
    Refusal.NOTHING_TO_CHANGE: "The order already has that price and quantity.",
    Refusal.BELOW_FILLED: "The new total quantity is not above what is already filled.",
    Refusal.NO_POSITION: "There is no position to close.",
    Refusal.NOT_LOWERING: "Trading stands there already, so nothing was changed.",
    Refusal.UNKNOWN_LIMIT: "There is no such limit; `config limits` lists them.",
    Refusal.NOT_TIGHTER: "That is not tighter than the limit is now.",
    Refusal.NOT_LIVE: "Nothing here could send a live order, so there is nothing to arm.",
    Refusal.SESSION_OVER: "The venue's session is over: it is armed for the next one, not before.",
    Refusal.NOT_LOOSER: "The limit is as loose as that already.",
    Refusal.SECOND_FACTOR_WANTED: "It raises risk: give the second factor; a script cannot.",
    Refusal.NOT_ENROLLED: "It takes the second factor: `trader totp enrol` sets it up.",
    Refusal.LOOSENING_WITHOUT_REASON: 'Looser wants a reason: write set NAME VALUE "why".',
    Refusal.WRONG_SECOND_FACTOR: "The second factor was not accepted; nothing was done.",
    Refusal.FLATTEN_RUNNING: "A flatten is already running there.",
    Refusal.KILLED: 'The desk is killed; re-arm it with a reason (`resume "reason"`).',
    Refusal.REASON_MISSING: 'Trading resumes for a reason: write resume "why".',
    Refusal.ASLEEP: "The order sleeps: its market is not running. Cancel it, or start it.",
    Refusal.NOT_THROUGH_BASE: "One of the two currencies has to be the account's own.",
    Refusal.NO_RATE: "There is no exchange rate for it; fx_rates.csv in the home can hold one.",
    Refusal.NOT_ENOUGH_CASH: "There is not that much cash of it to convert, fee included.",
    Refusal.NOT_LISTED: "This market does not list it: open the one that does to close it.",
    Refusal.NOT_IN_DOUBT: "The venue's word on this order is known: nothing is in doubt.",
    Refusal.WAS_PLACED: "The venue has acknowledged it: say cancelled or filled.",
    Refusal.BEYOND_OPEN: "More than is open cannot have been filled; write how much was.",
    Refusal.WHY_MISSING: "What no venue proves wants a reason in quotes that others can follow.",
    Refusal.NOTHING_FOREIGN: "No foreign order of that name waits; `reconcile` asks the venue.",
    Refusal.NO_BREAK: "Both sides hold the same there, as far as is known; `reconcile` asks.",
    Refusal.BREAK_OUTDATED: "It has traded since both were compared: `reconcile`, then adopt it.",
    Refusal.BEYOND_BOOKS: "It is worth more than the books can hold.",
    Refusal.NO_MARK: "There is no price to take it over at; wait for a quote of it.",
    Refusal.ORDERS_FIRST: "A foreign order has traded here: adopt it first, its fills count.",
    Refusal.EXITS_TOO_LARGE: "What works against it is more than that: cancel or shrink it first.",
    Refusal.ALREADY_STATED: "A fill was stated for it already; only the venue's word replaces it.",
    Refusal.NEEDS_SECOND_FACTOR: "Live, this needs a second factor, which this desk lacks yet.",
    Refusal.NO_LINE: "There is no line: this market runs in the desk itself.",
    Refusal.NOTHING_WORKING: "No working order matches.",
    Refusal.UNKNOWN_SYMBOL: "Nobody knows this symbol: `/` searches the symbols of this market.",
    Refusal.DUPLICATE_TICKET: "This ticket was already sent; open a new one.",
    Refusal.UNKNOWN_ACCOUNT: "There is no such account on this desk.",
    Refusal.SIZED_BY_FILLS: "An exit follows the fills of its entry: only its price is yours.",
    Refusal.NOT_KEPT: "The venue does not keep this change of an exit: it is asked again later.",
    Refusal.STRATEGY_STOPPED: "A script that was disabled does not enable itself: a person does.",
    Refusal.NOT_SENT_YET: "It waits here and was not sent yet: cancel it, or wait for a fill.",
    Refusal.BAD_LIMIT: "That is no value for this limit; `config limits` shows its unit.",
}
