"""The forms of the language with one example each: `:help`, the README and the tests read it."""

import msgspec


class Form(msgspec.Struct, frozen=True, gc=False):
    """One form: how it is built, a line that is good as it stands, and what it does."""

    pattern: str
    example: str
    meaning: str


FORMS = (
    Form("SIDE QUANTITY SYMBOL PRICE", "buy 100 AAPL 190.12", "a limit order for the day"),
    Form("… mkt", "sell 1,000 MSFT mkt", "at whatever the book gives"),
    Form("… bid|ask|mid|last|open|high|low|pc", "b 100 GOOG bid", "a limit at a market price"),
    Form("… bid±OFFSET", "buy 5k SPY mid-5t", "off it by money 0.05, ticks 5t or percent 0.5%"),
    Form("… ±OFFSET", "s 100 IBM +0.05", "off the near touch: buys the bid, sells the ask"),
    Form("$CASH | 25% | max | pos | half", "buy $10k AAPL mkt", "a size the desk works out"),
    Form("short | ss, cover | bc", "short 400 AAPL 191", "marked as such, never guessed"),
    Form("… day | gtc | ioc | fok", "buy 100 AAPL 190.12 gtc", "how long it lives; day if unsaid"),
    Form("… post", "buy 100 AAPL bid post", "refused rather than take"),
    Form("… ro", "sell 100 AAPL mkt ro", "only ever reduces the position"),
    Form("stp P [lmt P]", "sell 100 AAPL stp 189 lmt 188.90", "waits for a trade at or beyond P"),
    Form("… tp P|±OFF", "buy 100 AAPL 190.12 tp 192", "takes the profit of what has filled"),
    Form("… sl P|±OFF", "b 100 AAPL bid tp +1.50 sl -0.8%", "its stop; off what the entry costs"),
    Form("oco QUANTITY SYMBOL tp P sl P", "oco pos AAPL tp 192 sl 189", "exits of a position"),
    Form("… acct A via V tag W", "buy 100 AAPL bid tag scalp", "account, venue, a word of yours"),
    Form('… note "…"', 'buy 100 AAPL bid note "gap fill"', "kept with the order"),
    Form('… override "…"', 'buy 100 AAPL 200 override "squeeze"', "a reason for a soft rule"),
    Form("… ?", "reverse AAPL ?", "previews an order, cancel, replace, close …; sends nothing"),
    Form("cancel N | N-M | N.LEG | MMDD-N", "cancel 3-7", "by number; 1119-7 is of 19 November"),
    Form("cancel SYMBOL [GROUP]", "c AAPL buys", "buys, sells, entries or exits; all if unsaid"),
    Form("cancel *", "cancel *", "every working order"),
    Form("replace N [price P] [qty Q]", "replace 3 price 190.20 qty 50", "qty: new total"),
    Form("close SYMBOL [half|25%]", "close AAPL half", "out of a position, or a part of it"),
    Form("flatten SYMBOL | *", "flatten AAPL", "cancel and close until nothing is left"),
    Form("reverse SYMBOL", "reverse AAPL", "close it, open the other side"),
    Form('halt ["…"]', 'halt "news"', "nothing new leaves; exits still do"),
    Form(
        'resume ["…"]',
        'resume "news is out"',
        "trade again, for a reason",
    ),
    Form('arm ACCOUNT "…"', 'arm U1234567 "the open"', "live: orders leave, till the close"),
    Form('disarm ACCOUNT ["…"]', "disarm U1234567", "live: nothing new leaves"),
    Form("kill", "kill", "halt that stays over restarts"),
    Form("practice disconnect T", "practice disconnect 5s", "paper: the link breaks so long"),
    Form("practice reject next", "practice reject next", "paper: the next order is rejected"),
    Form("practice halt SYMBOL T", "practice halt AAPL 2m", "paper: halted, then reopened"),
    Form("set LIMIT VALUE", "set order_quantity_max 1000", "tightens a limit"),
    Form("convert AMOUNT|all CUR CUR", "convert 50000 USD INR", "cash; all squares a debit too"),
    Form('resolve N not-placed "…"', 'resolve 7 not-placed "phoned"', "an order in doubt, by hand"),
    Form('resolve N cancelled "…"', 'resolve 7 cancelled "phoned"', "nothing of it is open"),
    Form('… filled Q @ P "…"', 'resolve 7 filled 60 @ 190.10 "phoned"', "till the venue tells"),
    Form('adopt order ID "…"', 'adopt order V17 "mine, by phone"', "a foreign order, cancellable"),
    Form('adopt position SYMBOL "…"', 'adopt position AAPL "moved in"', "as the venue has it"),
    Form('link go | reset "…"', 'link go "agreed"', "a line that stopped dials; numbers anew"),
    Form('link in | out N "…"', 'link out 45 "told by phone"', "a sequence number, by hand"),
    Form('link dispute ID "…"', 'link dispute E9 "not ours"', "the venue hears: unknown trade"),
    Form('link sweep "…"', 'link sweep "all out"', "IB: cancels all in the account, stops too"),
    Form("reconcile", "reconcile", "ask the venue for everything and compare"),
    Form("at HH:MM:SS[.mmm]", "at 09:31:00", "script: go on at this market time"),
    Form("wait order N STATE [within T]", "wait order 1 filled within 5s", "script: go on then"),
    Form("replay pause | play", "replay pause", "holds the market still, lets it go on"),
    Form("replay step [trade|T]", "replay step 10s", "one event, to the next trade, or so long"),
    Form("replay speed X|max", "replay speed 20", "times real time: 0.1 to 1,000"),
    Form("replay jump HH:MM[:SS]|fill", "replay jump fill", "plays up to there; never backwards"),
    Form("replay restart", "replay restart", "a recorded day from its start, at the screen"),
    Form("expect order N STATE [QTY]", "expect order 1 filled 100", "script: or end with exit 1"),
    Form("expect position SYMBOL QTY", "expect position AAPL -100", "script: short below zero"),
    Form("expect protected SYMBOL QTY", "expect protected AAPL 100", "script: with a stop at work"),
    Form("expect cash OP AMOUNT", "expect cash >= 980000", "script: >= <= > < ="),
    Form("expect cash OP AMOUNT CUR", "expect cash = 0 INR", "script: of another currency"),
    Form("expect fees OP AMOUNT", "expect fees <= 2.50", "script: of the trade date"),
    Form("expect denied N RULE", "expect denied 2 price_collar", "script: by code or R04"),
    Form("# …", "# a comment", "also behind any line"),
)


def help_text() -> str:
    """Every form as a line of three columns: pattern, example, meaning."""
    pattern = max(len(form.pattern) for form in FORMS)
    example = max(len(form.example) for form in FORMS)
    return "\n".join(
        f"{form.pattern:<{pattern}}  {form.example:<{example}}  {form.meaning}" for form in FORMS
    )
