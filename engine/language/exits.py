"""`oco`: two exits of a position on one line."""

from engine.language.figures import read_quantity
from engine.language.lexer import Word
from engine.language.names import read_symbol
from engine.language.orders import read_exit
from engine.language.problems import SyntaxProblem
from engine.language.reader import Reader
from engine.language.syntax import OcoLine, QuantityTerm, RestingPrice
from engine.language.words import CLAUSE_KINDS, EXIT_WORDS, OCO_CLAUSES, TIMES_IN_FORCE
from engine.values import TimeInForce

SAY_BOTH = "write oco pos AAPL tp 192 sl 189"


def read_oco(reader: Reader) -> OcoLine | SyntaxProblem:
    """`100 AAPL tp 192 sl 189 [day|gtc] [tag W] [note "…"]`, the clauses in any order."""
    quantity: QuantityTerm | SyntaxProblem = reader.read("a quantity", read_quantity)
    if isinstance(quantity, SyntaxProblem):
        return quantity
    symbol = reader.read("a symbol", read_symbol)
    if isinstance(symbol, SyntaxProblem):
        return symbol
    exits: dict[str, RestingPrice] = {}
    words: dict[str, str] = {}
    seen: dict[str, Word] = {}
    while (word := reader.peek()) is not None:
        problem = _refuse_word(reader, word, seen)
        if problem is not None:
            return problem
        clause = word.text.lower()
        seen[CLAUSE_KINDS[clause]] = word
        reader.skip()
        if clause in EXIT_WORDS:
            price = read_exit(reader, clause)
            if isinstance(price, SyntaxProblem):
                return price
            exits[clause] = price
        elif clause in ("tag", "note"):
            text = (
                reader.name("a word") if clause == "tag" else reader.quoted("the note", 'note "…"')
            )
            if isinstance(text, SyntaxProblem):
                return text
            words[clause] = text
    for clause in EXIT_WORDS:
        if clause not in exits:
            return reader.refuse(f"'{clause}' is missing", hint=SAY_BOTH)
    return OcoLine(
        quantity,
        symbol,
        exits["tp"],
        exits["sl"],
        _in_force(seen),
        words.get("tag"),
        words.get("note"),
    )


def _in_force(seen: dict[str, Word]) -> TimeInForce | None:
    word = seen.get("time in force")
    return None if word is None else TIMES_IN_FORCE[word.text.lower()]


def _refuse_word(reader: Reader, word: Word, seen: dict[str, Word]) -> SyntaxProblem | None:
    text = word.text.lower()
    if word.is_quoted or text not in OCO_CLAUSES:
        return reader.refuse(f"'{word.text}' is no clause of oco", hint=SAY_BOTH)
    if CLAUSE_KINDS[text] in seen:
        return reader.refuse(f"'{seen[CLAUSE_KINDS[text]].text}' and '{word.text}': say one")
    return None
