"""What the account may hold, in what, when and where: each rule at its border, as rows."""

from collections.abc import Callable
from typing import Any

from engine.domain.commands import Origin
from engine.domain.reasons import Verdict
from engine.domain.risk.off import SOURCES
from engine.values import Instruction, OrderType, Quantity, TimeInForce

PASS, WARN, ASK, DENY = Verdict.PASS, Verdict.WARN, Verdict.ASK, Verdict.DENY
SELL, SHORT, COVER, BUY = Instruction.SELL, Instruction.SHORT, Instruction.COVER, Instruction.BUY
MARKET, GTC, CLS = OrderType.MARKET, TimeInForce.GTC, TimeInForce.CLS
USD = 1_000_000
BILLION = 10**9
Given = Callable[[Any], Any]


def given(name: str, *values: Any, **fields: Any) -> Given:
    """One fact about the desk, said with the words of its builder."""
    return lambda desk: getattr(desk, name)(*values, **fields)


def limit(**values: Any) -> Given:
    return given("limit", **values)


def volume(shares: int, as_of: int = 20120620, symbol: str = "GOOG") -> Given:
    return given("knows", volumes={symbol: (shares, as_of)})


def told(shares: int, as_of: int = 20120620) -> Given:
    """By the venue's own bars."""
    return given("quote", average_volume=Quantity(shares), average_volume_date=as_of)


def sector(**sectors: str) -> Given:
    return given("knows", sectors=sectors)


def earnings(date: int, as_of: int = 20120620, symbol: str = "GOOG") -> Given:
    return given("knows", earnings={symbol: (date, as_of)})


def shown(bid: int, ask: int, **fields: Any) -> Given:
    return given("quote", bid_size=bid, ask_size=ask, **fields)


AAPL = [given("lists", "AAPL"), given("quote", "AAPL")]
V1 = limit(volume_share_max=100, volume_age_max=10)
D20 = limit(displayed_size_max=20)
GROSS = limit(exposure_max=5_000)
NET = limit(exposure_net_max=5_000)
LONG = limit(exposure_long_max=5_000)
SHORTS = limit(exposure_short_max=5_000)
C40 = limit(concentration_max=4_000, concentration_warn=2_500)
S50 = limit(concentration_sector_max=5_000)
HARD = [limit(hard_to_borrow=True), given("borrows", "GOOG", easy=False)]
PENNY = limit(price_min=1 * USD)
DATES = limit(expiry_sanity=True, earnings_age_max=10)
NOON = limit(time_lock=((720, 780),))
OPTION = given("lists", "GOOG", asset_class="option", multiplier=100)
ALL_OFF = limit(off_accepted=tuple(sorted(SOURCES)))

# fmt: off
# (rule, what is the case, given, the order, what the rule says)
ROWS: list[tuple[str, str, list[Given], dict[str, Any], Verdict]] = [
    # ── R07 the size against the market: 1 % of 100,000 shares a day, 20 × what is on show ──
    ("R07", "one below the share", [V1, volume(100_000)], {"quantity": 999}, PASS),
    ("R07", "at the share", [V1, volume(100_000)], {"quantity": 1000}, PASS),
    ("R07", "one above the share asks", [V1, volume(100_000)], {"quantity": 1001}, ASK),
    ("R07", "no file", [V1], {"quantity": 10 ** 6}, PASS),
    ("R07", "no file, and the venue tells it", [V1, told(100_000)], {"quantity": 1_000}, PASS),
    ("R07", "above what the venue tells", [V1, told(100_000)], {"quantity": 1_001}, ASK),
    ("R07", "of an old row and the venue's word the later counts",
     [V1, volume(10_000, 20120619), told(100_000)], {"quantity": 1_000}, PASS),
    ("R07", "of the same day the file's counts",
     [V1, volume(10_000), told(100_000)], {"quantity": 1_000}, ASK),
    ("R07", "the venue's word is old too", [V1, told(100_000, 20120610)], {}, DENY),
    ("R07", "a file without the symbol", [V1, volume(100_000, symbol="AAPL")], {}, DENY),
    ("R07", "ten days old", [V1, volume(100_000, 20120611)], {}, PASS),
    ("R07", "eleven days old", [V1, volume(100_000, 20120610)], {}, DENY),
    ("R07", "of years ago", [V1, volume(100_000, 19000101)], {}, DENY),
    ("R07", "counted later than the day that is practised",
     [V1, volume(100_000, 20260101)], {}, PASS),
    ("R07", "a single share a day", [V1, volume(1)], {"quantity": 1}, ASK),
    ("R07", "a change that takes off",
     [lambda d: d.works(5000), V1, volume(100_000)], {"quantity": 100}, PASS),
    ("R07", "an exit", [V1, volume(1, 19000101), given("hold", 100)], {"instruction": SELL}, PASS),
    ("R07", "market, at 20 × the ask", [D20, shown(10, 100)],
     {"quantity": 2000, "type": MARKET}, PASS),
    ("R07", "market, one above", [D20, shown(10, 100)], {"quantity": 2001, "type": MARKET}, ASK),
    ("R07", "a limit that takes",
     [D20, shown(10, 100)], {"quantity": 2001, "price": "100.10"}, ASK),
    ("R07", "a limit that rests",
     [D20, shown(10, 100)], {"quantity": 2001, "price": "100.09"}, PASS),
    ("R07", "one that may not take",
     [D20, shown(10, 100)], {"quantity": 2001, "price": "100.10", "post_only": True}, PASS),
    ("R07", "one for an auction",
     [D20, shown(10, 100)], {"quantity": 2001, "type": MARKET, "time_in_force": CLS}, PASS),
    ("R07", "a stop waits", [D20, shown(10, 100)], {"quantity": 2001, "stop": "101.00"}, PASS),
    ("R07", "a short takes from the bid",
     [D20, shown(100, 10)], {"quantity": 2001, "type": MARKET, "instruction": SHORT}, ASK),
    ("R07", "a short, at the limit",
     [D20, shown(100, 10)], {"quantity": 2000, "type": MARKET, "instruction": SHORT}, PASS),
    ("R07", "no size on show: left to the price rules",
     [D20, shown(0, 0)], {"quantity": 2001, "type": MARKET}, PASS),
    ("R07", "bars show none",
     [D20, shown(0, 0, is_bar=True)], {"quantity": 2001, "type": MARKET}, PASS),
    ("R07", "no quote", [D20, given("no_quote")], {"quantity": 2001}, PASS),
    ("R07", "an exit that takes", [D20, shown(1, 1), given("hold", 5000)],
     {"quantity": 5000, "type": MARKET, "instruction": SELL}, PASS),
    # ── R09 exposure: 50 % of 1,000,000 is 5,000 shares at 100.00 ──
    ("R09", "gross, one below", [GROSS], {"quantity": 4999}, PASS),
    ("R09", "gross, at the limit", [GROSS], {"quantity": 5000}, PASS),
    ("R09", "gross, one above", [GROSS], {"quantity": 5001}, DENY),
    ("R09", "gross, a passive price makes no room",
     [GROSS], {"quantity": 5001, "price": "90.00"}, DENY),
    ("R09", "gross, with an open buy at the limit",
     [GROSS, given("works", 4000)], {"quantity": 1000}, PASS),
    ("R09", "gross, with an open buy", [GROSS, given("works", 4000)], {"quantity": 1001}, DENY),
    ("R09", "gross, an open buy of another symbol counts",
     [GROSS, *AAPL, given("works", 4000, symbol="AAPL")], {"quantity": 1001}, DENY),
    ("R09", "gross, an UNKNOWN buy counts",
     [GROSS, given("works", 4000, unknown=True)], {"quantity": 1001}, DENY),
    ("R09", "gross, a replace in flight counts",
     [GROSS, given("works", 100, to=4000)], {"quantity": 1001}, DENY),
    ("R09", "gross, an open short counts too",
     [GROSS, given("works", 4000, instruction=SHORT)], {"quantity": 1001}, DENY),
    ("R09", "gross, a working exit does not",
     [GROSS, given("cash", "900000"), given("hold", 1000), given("works", 1000, instruction=SELL)],
     {"quantity": 4000}, PASS),
    ("R09", "gross, what is held counts",
     [GROSS, given("cash", "900000"), given("hold", 1000)], {"quantity": 4001}, DENY),
    ("R09", "gross, a short of another symbol counts",
     [GROSS, *AAPL, given("cash", "1100000"), given("hold", -1000, "AAPL")],
     {"quantity": 4001}, DENY),
    ("R09", "gross, a long nobody can value counts with its cost",
     [GROSS, given("lists", "AAPL"), given("hold", 4000, "AAPL")], {"quantity": 1001}, DENY),
    ("R09", "a short nobody can value",
     [GROSS, given("lists", "AAPL"), given("hold", -1, "AAPL")], {"quantity": 1}, DENY),
    ("R09", "market orders count with far touch × 1.05",
     [GROSS], {"quantity": 4757, "type": MARKET}, PASS),
    ("R09", "market orders, one above", [GROSS], {"quantity": 4758, "type": MARKET}, DENY),
    ("R09", "no price", [GROSS, given("no_quote")], {"type": MARKET}, DENY),
    ("R09", "an account that is worth nothing", [GROSS, given("cash", "0")], {"quantity": 1}, DENY),
    ("R09", "an absurd quantity", [GROSS], {"quantity": 10 ** 15}, DENY),
    ("R09", "net, at the limit", [NET], {"quantity": 5000, "instruction": SHORT}, PASS),
    ("R09", "net, one above", [NET], {"quantity": 5001, "instruction": SHORT}, DENY),
    ("R09", "net, a short that is held makes room",
     [NET, *AAPL, given("cash", "1100000"), given("hold", -1000, "AAPL")],
     {"quantity": 6000}, PASS),
    ("R09", "net, and no more than that",
     [NET, *AAPL, given("cash", "1100000"), given("hold", -1000, "AAPL")],
     {"quantity": 6001}, DENY),
    ("R09", "net, an open short makes none",
     [NET, given("works", 1000, instruction=SHORT)], {"quantity": 5001}, DENY),
    ("R09", "long, at the limit", [LONG], {"quantity": 5000}, PASS),
    ("R09", "long, one above", [LONG], {"quantity": 5001}, DENY),
    ("R09", "long, a short is not bound",
     [LONG], {"quantity": 5001, "instruction": SHORT}, PASS),
    ("R09", "short, one above", [SHORTS], {"quantity": 5001, "instruction": SHORT}, DENY),
    ("R09", "short, a buy is not bound", [SHORTS], {"quantity": 5001}, PASS),
    ("R09", "an exit",
     [limit(exposure_max=0), given("hold", 9000)], {"quantity": 9000, "instruction": SELL}, PASS),
    ("R09", "a cover", [limit(exposure_max=0), given("hold", -9000)],
     {"quantity": 9000, "instruction": COVER}, PASS),
    # ── R11 concentration: warns above 25 %, asks above 40 %, of a sector above 50 % ──
    ("R11", "at 25 %", [C40], {"quantity": 2500}, PASS),
    ("R11", "a share above warns", [C40], {"quantity": 2501}, WARN),
    ("R11", "at 40 % warns", [C40], {"quantity": 4000}, WARN),
    ("R11", "a share above asks", [C40], {"quantity": 4001}, ASK),
    ("R11", "with open buys", [C40, given("works", 3900)], {"quantity": 101}, ASK),
    ("R11", "a short counts as much", [C40], {"quantity": 4001, "instruction": SHORT}, ASK),
    ("R11", "an account that is worth nothing", [C40, given("cash", "0")], {"quantity": 1}, ASK),
    ("R11", "an exit",
     [limit(concentration_max=0), given("hold", 9000)],
     {"quantity": 9000, "instruction": SELL}, PASS),
    ("R11", "no file of sectors", [S50], {"quantity": 9000}, PASS),
    ("R11", "the sector at 50 %", [S50, sector(GOOG="tech")], {"quantity": 5000}, PASS),
    ("R11", "a share above asks", [S50, sector(GOOG="tech")], {"quantity": 5001}, ASK),
    ("R11", "what is held of the sector counts",
     [S50, *AAPL, sector(GOOG="tech", AAPL="tech"), given("cash", "900000"),
      given("hold", 1000, "AAPL")], {"quantity": 4001}, ASK),
    ("R11", "what is held of it, at the limit",
     [S50, *AAPL, sector(GOOG="tech", AAPL="tech"), given("cash", "900000"),
      given("hold", 1000, "AAPL")], {"quantity": 4000}, PASS),
    ("R11", "a short of the sector counts too",
     [S50, *AAPL, sector(GOOG="tech", AAPL="tech"), given("cash", "1100000"),
      given("hold", -1000, "AAPL")], {"quantity": 4001}, ASK),
    ("R11", "an open order of the sector counts",
     [S50, *AAPL, sector(GOOG="tech", AAPL="tech"), given("works", 1000, symbol="AAPL")],
     {"quantity": 4001}, ASK),
    ("R11", "another sector does not",
     [S50, *AAPL, sector(GOOG="tech", AAPL="toys"), given("works", 1000, symbol="AAPL")],
     {"quantity": 4001}, PASS),
    ("R11", "a symbol without a row", [S50, sector(AAPL="tech")], {}, DENY),
    ("R11", "one row for all", [S50, sector(**{"*": "other"})], {"quantity": 5001}, ASK),
    ("R11", "what is spread over many", [S50, sector(GOOG="none")], {"quantity": 9000}, PASS),
    ("R11", "an exit without a row",
     [S50, sector(AAPL="tech"), given("hold", 100)], {"instruction": SELL}, PASS),
    # ── R28 lists, hard to borrow, penny shares ──
    ("R28", "no list", [], {}, PASS),
    ("R28", "not on the list", [limit(restricted_list=("AAPL",))], {}, PASS),
    ("R28", "restricted by the settings", [limit(restricted_list=("AAPL", "GOOG"))], {}, DENY),
    ("R28", "restricted by the file", [given("knows", restricted={"GOOG": False})], {}, DENY),
    ("R28", "watched by the settings", [limit(watch_list=("GOOG",))], {}, ASK),
    ("R28", "watched by the file", [given("knows", restricted={"GOOG": True})], {}, ASK),
    ("R28", "watched by the file, restricted by the settings",
     [given("knows", restricted={"GOOG": True}), limit(restricted_list=("GOOG",))], {}, DENY),
    ("R28", "no reason lets it out", [limit(restricted_list=("GOOG",))],
     {"override": "but I want to"}, DENY),
    ("R28", "an exit of what is restricted",
     [limit(restricted_list=("GOOG",)), given("hold", 100)], {"instruction": SELL}, PASS),
    ("R28", "a short of what is easy to borrow",
     [limit(hard_to_borrow=True), given("borrows", "GOOG", easy=True)],
     {"instruction": SHORT}, PASS),
    ("R28", "a short of what is hard to borrow", HARD, {"instruction": SHORT}, ASK),
    ("R28", "a buy of it", HARD, {}, PASS),
    ("R28", "a short without a borrow table",
     [limit(hard_to_borrow=True)], {"instruction": SHORT}, PASS),
    ("R28", "a cover of it", [*HARD, given("hold", -100)], {"instruction": COVER}, PASS),
    ("R28", "at $1", [PENNY, given("quote", bid="0.99", ask="1.01")], {"price": "1.00"}, PASS),
    ("R28", "below $1",
     [PENNY, given("quote", bid="0.9998", ask="1.00")], {"price": "0.99"}, ASK),
    ("R28", "a coin below $1",
     [PENNY, given("lists", "GOOG", asset_class="crypto"), given("quote", bid="0.49", ask="0.51")],
     {"price": "0.50"}, PASS),
    ("R28", "a share of a hundred rupees",
     [PENNY, given("lists", "GOOG", currency="INR"), given("rate", "INR", 9_999)], {}, PASS),
    ("R28", "over the counter",
     [limit(over_the_counter=True), given("lists", "GOOG", mic="PINX")], {}, ASK),
    ("R28", "an exit below $1",
     [PENNY, given("quote", bid="0.49", ask="0.51"), given("hold", 100)],
     {"price": "0.50", "instruction": SELL}, PASS),
    # ── R33 options ──
    ("R33", "a share", [], {}, PASS),
    ("R33", "a coin", [given("lists", "GOOG", asset_class="crypto")], {}, PASS),
    ("R33", "an option", [OPTION], {"quantity": 1}, DENY),
    ("R33", "what counts for more than one", [given("lists", "GOOG", multiplier=100)], {}, DENY),
    ("R33", "a future", [given("lists", "GOOG", asset_class="future", multiplier=50)], {}, DENY),
    ("R33", "no reason lets it out", [OPTION], {"override": "hedge"}, DENY),
    ("R33", "an exit", [OPTION, given("hold", 1)], {"quantity": 1, "instruction": SELL}, PASS),
    # ── R37 good till cancelled over earnings and ex-dates; the trade date is 2012-06-21 ──
    ("R37", "no file", [DATES], {"time_in_force": GTC}, PASS),
    ("R37", "over earnings", [DATES, earnings(20120719)], {"time_in_force": GTC}, ASK),
    ("R37", "on the day itself", [DATES, earnings(20120621)], {"time_in_force": GTC}, ASK),
    ("R37", "for the day", [DATES, earnings(20120621)], {}, PASS),
    ("R37", "the last date known has passed",
     [DATES, earnings(20120620)], {"time_in_force": GTC}, DENY),
    ("R37", "it reports none", [DATES, earnings(0)], {"time_in_force": GTC}, PASS),
    ("R37", "looked up ten days ago",
     [DATES, earnings(20120719, 20120611)], {"time_in_force": GTC}, ASK),
    ("R37", "looked up eleven days ago",
     [DATES, earnings(20120719, 20120610)], {"time_in_force": GTC}, DENY),
    ("R37", "reports none, looked up eleven days ago",
     [DATES, earnings(0, 20120610)], {"time_in_force": GTC}, DENY),
    ("R37", "a file without the symbol",
     [DATES, earnings(20120719, symbol="AAPL")], {"time_in_force": GTC}, DENY),
    ("R37", "without the symbol, for the day",
     [DATES, earnings(20120719, symbol="AAPL")], {}, PASS),
    ("R37", "over an ex-date", [DATES, given("goes_ex", "GOOG", 20120622)],
     {"time_in_force": GTC}, ASK),
    ("R37", "ex today", [DATES, given("goes_ex", "GOOG", 20120621)], {"time_in_force": GTC}, PASS),
    ("R37", "another symbol goes ex", [DATES, given("goes_ex", "AAPL", 20120622)],
     {"time_in_force": GTC}, PASS),
    ("R37", "switched off", [limit(expiry_sanity=False), earnings(20120719)],
     {"time_in_force": GTC}, PASS),
    ("R37", "an exit", [DATES, earnings(20120719), given("hold", 100)],
     {"time_in_force": GTC, "instruction": SELL}, PASS),
    # ── R40 what the desk opens by itself ──
    ("R40", "an order of a hand", [], {}, PASS),
    ("R40", "an order of the desk without a parent", [], {"origin": Origin.DESK}, DENY),
    ("R40", "beside a flatten", [given("flattens", "GOOG")], {"origin": Origin.DESK}, DENY),
    ("R40", "the second half of a reverse",
     [given("flattens", "GOOG", reopen=100)], {"origin": Origin.DESK}, PASS),
    ("R40", "one more than it was to open",
     [given("flattens", "GOOG", reopen=100)], {"origin": Origin.DESK, "quantity": 101}, DENY),
    ("R40", "the other way round",
     [given("flattens", "GOOG", reopen=100)], {"origin": Origin.DESK, "instruction": SHORT}, DENY),
    ("R40", "a reverse of another symbol",
     [given("flattens", "AAPL", reopen=100)], {"origin": Origin.DESK}, DENY),
    ("R40", "an exit of the desk's own",
     [given("hold", 100)], {"origin": Origin.DESK, "instruction": SELL}, PASS),
    # ── R41 live, what nobody looks at ──
    ("R41", "on paper without any file", [], {}, PASS),
    ("R41", "live, nothing accepted", [given("live", armed=True)], {}, DENY),
    ("R41", "live, all accepted", [given("live", armed=True), ALL_OFF], {}, PASS),
    ("R41", "live, all but one",
     [given("live", armed=True), limit(off_accepted=tuple(sorted(SOURCES)[1:]))], {}, DENY),
    ("R41", "live, an exit", [given("live", armed=True), given("hold", 100)],
     {"instruction": SELL}, PASS),
    # ── R43 windows, the first and the last minutes, New York time ──
    ("R43", "none set", [given("clock", 12, 30)], {}, PASS),
    ("R43", "a minute before the window", [NOON, given("clock", 11, 59)], {}, PASS),
    ("R43", "its first minute", [NOON, given("clock", 12, 0)], {}, ASK),
    ("R43", "its last minute", [NOON, given("clock", 12, 59)], {}, ASK),
    ("R43", "after it", [NOON, given("clock", 13, 0)], {}, PASS),
    ("R43", "in winter too", [NOON, given("clock", 12, 0, 20260105)], {}, ASK),
    ("R43", "after it in winter", [NOON, given("clock", 13, 0, 20260105)], {}, PASS),
    ("R43", "in Mumbai it is another time",
     [NOON, given("clock", 12, 0), given("lists", "GOOG", mic="XNSE")], {}, PASS),
    ("R43", "the fifth minute of the first five",
     [limit(no_trade_first_minutes=5), given("clock", 9, 34)], {}, ASK),
    ("R43", "the sixth", [limit(no_trade_first_minutes=5), given("clock", 9, 35)], {}, PASS),
    ("R43", "before the open",
     [limit(no_trade_first_minutes=5), given("clock", 9, 25)], {}, ASK),
    ("R43", "ten minutes before the close",
     [limit(no_trade_last_minutes=10), given("clock", 15, 50)], {}, ASK),
    ("R43", "eleven", [limit(no_trade_last_minutes=10), given("clock", 15, 49)], {}, PASS),
    ("R43", "what trades around the clock has neither",
     [limit(no_trade_first_minutes=900, no_trade_last_minutes=900),
      given("lists", "GOOG", mic="BINANCE")], {}, PASS),
    ("R43", "an exit", [NOON, given("clock", 12, 0), given("hold", 100)],
     {"instruction": SELL}, PASS),
    # ── R44 the venue and the account: an exit answers too ──
    ("R44", "on paper", [], {}, PASS),
    ("R44", "no venue allowed", [limit(venues_allowed=())], {}, DENY),
    ("R44", "another venue allowed", [limit(venues_allowed=("ib",))], {}, DENY),
    ("R44", "any venue", [limit(venues_allowed=("any",))], {}, PASS),
    ("R44", "an exit where the venue is not allowed",
     [limit(venues_allowed=()), given("hold", 100)], {"instruction": SELL}, DENY),
    ("R44", "another account allowed", [limit(accounts_allowed=("OTHER",))], {}, DENY),
    ("R44", "this account allowed", [limit(accounts_allowed=("PAPER",))], {}, PASS),
    ("R44", "a live account's name on paper",
     [given("named", "U1234567")], {"account": "U1234567"}, DENY),
    ("R44", "a paper account's name on paper",
     [given("named", "DU1234567")], {"account": "DU1234567"}, PASS),
    ("R44", "live, any account", [given("live", armed=True)], {}, DENY),
    ("R44", "live, the account is named",
     [given("named", "U1234567"), given("live", armed=True),
      limit(accounts_allowed=("U1234567",))], {"account": "U1234567"}, PASS),
    ("R44", "live, a paper account",
     [given("named", "DU1234567"), given("live", armed=True),
      limit(accounts_allowed=("DU1234567",))], {"account": "DU1234567"}, DENY),
]
# fmt: on
