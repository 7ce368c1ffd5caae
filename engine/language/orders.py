"""Order lines: side, quantity and symbol by position, then an optional price and the clauses."""

from msgspec import structs

from engine.language.figures import read_quantity, starts_figure
from engine.language.lexer import Word
from engine.language.names import read_symbol
from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import (
    FixedPrice,
    LimitPrice,
    MarketPrice,
    OrderLine,
    PriceTerm,
    QuantityTerm,
    ReferencePrice,
    RestingPrice,
    StopClause,
)
from engine.language.words import (
    CLAUSE_KINDS,
    EXIT_WORDS,
    LATER_CLAUSES,
    MARKET,
    PREVIEW,
    REFERENCES,
    TIMES_IN_FORCE,
)
from engine.values import Instruction, TimeInForce

SAY_MARKET = "say mkt if you mean market"

_NAMED_CLAUSES = {
    "acct": ("account", "an account"),
    "via": ("venue", "a venue"),
    "tag": ("tag", "a word"),
}
_QUOTED_CLAUSES = {
    "note": ("the note", 'note "…"'),
    "override": ("the reason", 'override "…"'),
}
EXIT_FIELDS = {"tp": "target", "sl": "stop_loss"}
_AT_ONCE = (TimeInForce.IOC, TimeInForce.FOK)


def read_order_line(reader: Reader, instruction: Instruction) -> OrderLine | SyntaxProblem:
    """What follows the side."""
    quantity: QuantityTerm | SyntaxProblem = reader.read("a quantity", read_quantity)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    # Made while the cursor stands where the price would, and returned only if no clause makes one.
    price_missing = reader.refuse(SAY_MARKET)
    price = _price(reader)
    if isinstance(price, SyntaxProblem):
        return price
    seen: dict[str, Word] = {}
    line = _clauses(reader, OrderLine(instruction, quantity, symbol, price), seen)
    if isinstance(line, SyntaxProblem):
        return line
    if line.price is None and line.stop is None:
        return price_missing
    return _refuse_contradiction(reader, line, seen) or line


def _price(reader: Reader) -> PriceTerm | SyntaxProblem | None:
    word = reader.peek()
    if word is None or word.is_quoted or word.text == PREVIEW or _is_clause(word):
        return None
    return reader.price()


def _clauses(reader: Reader, line: OrderLine, seen: dict[str, Word]) -> OrderLine | SyntaxProblem:
    """Every clause in whatever order; `seen` takes the word of each kind."""
    while (word := reader.peek()) is not None:
        if reader.next_is(PREVIEW):
            reader.skip()
            return reader.done(structs.replace(line, preview=True))
        problem = _refuse_word(reader, word, line, seen)
        if problem is not None:
            return problem
        seen[CLAUSE_KINDS[word.text.lower()]] = word
        reader.skip()
        read = _clause(reader, line, word.text.lower(), seen)
        if isinstance(read, SyntaxProblem):
            return read
        line = read
    return line


def _clause(
    reader: Reader, line: OrderLine, clause: str, seen: dict[str, Word]
) -> OrderLine | SyntaxProblem:
    """The line with one more clause, whose first word is behind the cursor."""
    if clause in TIMES_IN_FORCE:
        return structs.replace(line, time_in_force=TIMES_IN_FORCE[clause])
    if clause == "post":
        return structs.replace(line, post_only=True)
    if clause == "ro":
        return structs.replace(line, reduce_only=True)
    if clause in _NAMED_CLAUSES:
        field, what = _NAMED_CLAUSES[clause]
        name = reader.name(what)
        return name if isinstance(name, SyntaxProblem) else structs.replace(line, **{field: name})
    if clause in _QUOTED_CLAUSES:
        text = reader.quoted(*_QUOTED_CLAUSES[clause])
        return text if isinstance(text, SyntaxProblem) else structs.replace(line, **{clause: text})
    if clause in EXIT_WORDS:
        price = read_exit(reader, clause)
        field = EXIT_FIELDS[clause]
        return (
            price if isinstance(price, SyntaxProblem) else structs.replace(line, **{field: price})
        )
    stop = _stop(reader, seen)
    return stop if isinstance(stop, SyntaxProblem) else structs.replace(line, stop=stop)


def read_exit(reader: Reader, clause: str) -> RestingPrice | SyntaxProblem:
    """`192`, `last+5t`, or an offset from what the order costs: `+1.50`, `-0.8%`."""
    word = reader.peek()
    price = reader.price("a price or an offset")
    if isinstance(price, MarketPrice):
        return reader.refuse(
            f"'mkt' is no price for {clause}", hint=f"write {clause} 192 or {clause} +1.50", at=word
        )
    return price


def _stop(reader: Reader, seen: dict[str, Word]) -> StopClause | SyntaxProblem:
    at = _fixed_price(reader, "the stop price")
    if isinstance(at, SyntaxProblem) or not reader.next_is("lmt"):
        return at if isinstance(at, SyntaxProblem) else StopClause(at)
    word = reader.peek()
    assert word is not None, "next_is saw it"
    seen["lmt"] = word
    reader.skip()
    limit = _fixed_price(reader, "the limit price")
    return limit if isinstance(limit, SyntaxProblem) else StopClause(at, limit)


def _fixed_price(reader: Reader, what: str) -> FixedPrice | SyntaxProblem:
    """Figures or a named price; a bare offset has nothing to be off from here."""
    word = reader.peek()
    price = reader.price(what)
    if isinstance(price, LimitPrice | ReferencePrice | SyntaxProblem):
        return price
    hint = "write figures" if isinstance(price, MarketPrice) else "say what it is off: last-0.5%"
    assert word is not None, "a price was read from it"
    return reader.refuse(f"'{word.text}' is no price for a stop", hint=hint, at=word)


def _refuse_word(
    reader: Reader, word: Word, line: OrderLine, seen: dict[str, Word]
) -> SyntaxProblem | None:
    """Why this word cannot begin a clause here, or None."""
    text = word.text.lower()
    if word.is_quoted:
        return reader.refuse(f'"{word.text}" is left over', hint='say what it is: note "…"')
    if _later(text):
        return reader.refuse(f"not available yet: {text.partition(':')[0]}")
    if text not in CLAUSE_KINDS:
        return _refuse_stray(reader, word, line, seen)
    kind = CLAUSE_KINDS[text]
    if kind in seen:
        first = seen[kind].text
        if first.lower() == text:
            return reader.refuse(f"'{text}' stands twice")
        return reader.refuse(f"'{first}' and '{word.text}' are both a {kind}", hint="say one")
    if text == "lmt":
        hint = "a limit order needs only its price: buy 100 AAPL 190.12"
        return reader.refuse("'lmt' follows a stop price: stp 189 lmt 188.90", hint=hint)
    if text == "stp" and line.price is not None:
        hint = "leave out the price before it: stp 189, or stp 189 lmt 188.90"
        return reader.refuse("a stop order makes its own price", hint=hint)
    return None


def _refuse_stray(
    reader: Reader, word: Word, line: OrderLine, seen: dict[str, Word]
) -> SyntaxProblem:
    if not (starts_figure(word.text) or _reads_as_price(word.text)):
        return reader.refuse(f"'{word.text}' is no clause of an order")
    if line.price is None and line.stop is None and seen:
        return reader.refuse("the price stands right after the symbol")
    return reader.refuse(f"'{word.text}' is one price too many", hint="an order has one price")


def _refuse_contradiction(
    reader: Reader, line: OrderLine, seen: dict[str, Word]
) -> SyntaxProblem | None:
    """`post` asks to rest, which these orders never do; an auction has no stops."""
    in_force = seen.get("time in force")
    for_auction = line.time_in_force is not None and line.time_in_force.is_for_auction
    if for_auction and in_force is not None and (line.stop is not None or line.post_only):
        other = "post" if line.stop is None else "stp"
        message = f"'{in_force.text}' is for the auction alone and does not go with '{other}'"
        return reader.refuse(message, hint="say one", at=in_force)
    exit_word = seen.get("tp") or seen.get("sl")
    if exit_word is not None and line.reduce_only:
        message = f"'{exit_word.text}' protects what an order opens, and 'ro' opens nothing"
        return reader.refuse(message, hint="oco pos AAPL tp 192 sl 189", at=exit_word)
    if exit_word is not None and line.time_in_force is TimeInForce.CLS:
        message = f"'cls' leaves no time for '{exit_word.text}'"
        return reader.refuse(message, hint="say one", at=exit_word)
    if not line.post_only:
        return None
    at_once = line.time_in_force is not None and line.time_in_force in _AT_ONCE
    as_market = isinstance(line.price, MarketPrice) or (
        line.stop is not None and line.stop.limit is None
    )
    if not (at_once or as_market):
        return None
    other = "mkt" if isinstance(line.price, MarketPrice) else "stp without lmt"
    if at_once:
        other = seen["time in force"].text
    return reader.refuse(f"'post' rests and '{other}' never does", hint="say one", at=seen["post"])


def _is_clause(word: Word) -> bool:
    text = word.text.lower()
    return text in CLAUSE_KINDS or _later(text)


def _later(text: str) -> bool:
    return text.partition(":")[0] in LATER_CLAUSES


def _reads_as_price(text: str) -> bool:
    head = text.lower().replace("-", "+").partition("+")[0]
    return head == MARKET or head in REFERENCES
