"""The closed tables of words: the one source for the parser, the printer, completion and help.

A fit in angle brackets, `<price>`, stands for something to be filled in; every other fit is a word.
"""

from engine.language.drills import Drill
from engine.language.syntax import (
    Adopted,
    Comparison,
    LinkAct,
    OrderGroup,
    OrderState,
    Reference,
    ResolvedAs,
    SizeWord,
)
from engine.values import Instruction, TimeInForce

SIDES = {instruction.word: instruction for instruction in Instruction}
ALIASES = {"b": "buy", "s": "sell", "ss": "short", "bc": "cover", "c": "cancel", "r": "replace"}
"""Complete: kill, flatten and reverse have none, and no word may be cut short."""

_ACTS = ("cancel", "replace", "close", "flatten", "reverse", "halt", "resume", "kill", "set")
ACTS = (
    *_ACTS,
    "oco",
    "convert",
    "practice",
    "resolve",
    "adopt",
    "reconcile",
    "arm",
    "disarm",
    "link",
)
PREVIEWED_ACTS = ("cancel", "replace", "close", "flatten", "reverse", "oco")
"""What may end in `?` beside orders."""
CONTROLS = ("at", "wait", "expect", "replay")
FIRST_WORDS = (*SIDES, *ACTS, *CONTROLS)

DRILLS = {drill.value: drill for drill in Drill}
OUTCOMES = {outcome.value: outcome for outcome in ResolvedAs}
LINK_ACTS = {what.value: what for what in LinkAct}
ADOPTED = {what.value: what for what in Adopted}
AT_PRICE = "@"
NEXT = "next"
MARKET = "mkt"
EVERYTHING = "*"
PREVIEW = "?"
REFERENCES = {reference.value: reference for reference in Reference}
SIZE_WORDS = {size.value: size for size in SizeWord}
STATES = {state.value: state for state in OrderState}
COMPARISONS = {comparison.value: comparison for comparison in Comparison}
GROUPS = {group.value: group for group in OrderGroup if group is not OrderGroup.ALL}
TIMES_IN_FORCE = {time_in_force.name.lower(): time_in_force for time_in_force in TimeInForce}

AT_ONCE_WORDS = ("ioc", "fok")
"""Orders that never rest, so that `post` contradicts them."""
AUCTION_WORDS = ("opg", "cls")
"""Orders for an auction alone: nothing there rests or waits for a stop."""

EXIT_WORDS = ("tp", "sl")
"""Exits that an order brings with it: they follow what it fills."""
OCO_CLAUSES = (*EXIT_WORDS, "day", "gtc", "tag", "note")

CLAUSE_KINDS = {
    **dict.fromkeys(TIMES_IN_FORCE, "time in force"),
    "post": "post",
    "ro": "ro",
    "stp": "stp",
    "lmt": "lmt",
    "tp": "tp",
    "sl": "sl",
    "acct": "acct",
    "via": "via",
    "tag": "tag",
    "note": "note",
    "override": "override",
}
"""Each clause word with its kind; a line holds at most one clause of a kind."""

LATER_CLAUSES = frozenset(
    ("gtd", "eth", "trail", "show", "twap", "every"),
)
LATER_FIRST_WORDS = frozenset(("alert",))
LATER_SIZE = "r"
"""`r500`, `r0.5%`: money at risk, which needs the distance to a stop that the desk attaches."""

REPLAY_VERBS = ("pause", "play", "step", "speed", "jump", "restart")
REPLAY_ARGUMENT_FITS = {
    "step": ("trade", "<10s>"),
    "speed": ("<20>", "max"),
    "jump": ("fill", "<10:30:00>"),
}
EXPECTATIONS = ("order", "position", "protected", "cash", "fees", "denied")
ALL_OF_IT = "all"

QUANTITY_FITS = ("<quantity>", *SIZE_WORDS)
SYMBOL_FITS = ("<symbol>", ".")
OFFSET_FITS = ("<+0.05>", "<-5t>", "<-0.5%>")
PRICE_FITS = ("<price>", MARKET, *REFERENCES, *OFFSET_FITS)
RESTING_PRICE_FITS = ("<price>", *REFERENCES, *OFFSET_FITS)
FIXED_PRICE_FITS = ("<price>", *REFERENCES)
ORDER_FITS = ("<order>",)
CLAUSE_ARGUMENT_FITS = {
    "stp": FIXED_PRICE_FITS,
    "lmt": FIXED_PRICE_FITS,
    "tp": RESTING_PRICE_FITS,
    "sl": RESTING_PRICE_FITS,
    "acct": ("<account>",),
    "via": ("<venue>",),
    "tag": ("<word>",),
    "note": ('<"text">',),
    "override": ('<"reason">',),
}


def canonical(word: str) -> str:
    """The word that stands first, in lower case and without its alias."""
    lower = word.lower()
    return ALIASES.get(lower, lower)


def fits_after(words: tuple[str, ...]) -> tuple[str, ...]:
    """What may stand next on a line whose `words` so far are good; empty if nothing may."""
    if not words:
        return (*FIRST_WORDS, "#")
    first, rest = canonical(words[0]), tuple(word.lower() for word in words[1:])
    if first in SIDES:
        return _order_fits(rest)
    if first in PREVIEWED_ACTS and rest[-1:] == (PREVIEW,):
        return ()
    match first:
        case "cancel":
            return _cancel_fits(rest)
        case "replace":
            return _replace_fits(rest)
        case "close":
            return _close_fits(rest)
        case "wait":
            return _wait_fits(rest)
        case "expect":
            return _expect_fits(rest)
        case "replay":
            return _replay_fits(rest)
        case "practice":
            return _practice_fits(rest)
        case "oco":
            return _oco_fits(rest)
        case "resolve":
            return _resolve_fits(rest)
        case "reverse":
            return SYMBOL_FITS if not rest else _override_fits(rest[1:])
        case _:
            return _ladder(_PLAIN_FITS.get(first, ()), rest)


_PLAIN_FITS: dict[str, tuple[tuple[str, ...], ...]] = {
    "flatten": ((*SYMBOL_FITS, EVERYTHING),),
    "halt": (('<"reason">',),),
    "resume": (('<"reason">',),),
    "set": (("<limit>",), ("<value>",)),
    "convert": (("<amount>", ALL_OF_IT), ("<currency>",), ("<currency>",)),
    "arm": (("<account>",), ('<"reason">',)),
    "disarm": (("<account>",), ('<"reason">',)),
    "link": (tuple(LINK_ACTS),),
    "adopt": (tuple(ADOPTED), ("<name>",), ('<"reason">',)),
    "at": (("<09:31:00>",),),
}


def _resolve_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if len(rest) < 2:
        return (ORDER_FITS, tuple(OUTCOMES))[len(rest)]
    if rest[1] != ResolvedAs.FILLED:
        return _ladder((('<"reason">',),), rest[2:])
    priced = tuple(word for word in rest[2:] if word != AT_PRICE)
    return _ladder((("<quantity>",), ("<price>",), ('<"reason">',)), priced)


def _practice_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return tuple(DRILLS)
    steps = {"disconnect": (("<5s>",),), "reject": ((NEXT,),), "halt": (SYMBOL_FITS, ("<2m>",))}
    return _ladder(steps.get(rest[0], ()), rest[1:])


def _ladder(steps: tuple[tuple[str, ...], ...], rest: tuple[str, ...]) -> tuple[str, ...]:
    return steps[len(rest)] if len(rest) < len(steps) else ()


def _order_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    match len(rest):
        case 0:
            return QUANTITY_FITS
        case 1:
            return SYMBOL_FITS
        case 2:
            return (*PRICE_FITS, "stp")
        case _:
            return _clause_fits(rest[2:])


def _clause_fits(tail: tuple[str, ...]) -> tuple[str, ...]:
    """`tail` is what follows the symbol, price included."""
    clauses: list[str] = []
    words = iter(tail)
    for word in words:
        if word == PREVIEW:
            return ()
        if word in CLAUSE_KINDS:
            clauses.append(word)
        if word in CLAUSE_ARGUMENT_FITS and next(words, None) is None:
            return CLAUSE_ARGUMENT_FITS[word]
    closed = {CLAUSE_KINDS[clause] for clause in clauses} | _closed_kinds(tail, clauses)
    left = [word for word, kind in CLAUSE_KINDS.items() if kind not in closed]
    if "post" in clauses:
        left = [word for word in left if word not in (*AT_ONCE_WORDS, *AUCTION_WORDS)]
    if "stp" in clauses:
        left = [word for word in left if word not in AUCTION_WORDS]
    if any(word in EXIT_WORDS for word in clauses):
        left = [word for word in left if word != "cls"]
    is_named_price = len(tail) == 1 or tail[-2] in ("stp", "lmt", *EXIT_WORDS)
    offsets = OFFSET_FITS if is_named_price and tail[-1] in REFERENCES else ()
    return (*offsets, *left, PREVIEW)


def _closed_kinds(tail: tuple[str, ...], clauses: list[str]) -> set[str]:
    """Kinds that a word of another kind shuts out."""
    closed = set()
    has_price = tail[0] not in CLAUSE_KINDS
    if has_price:
        closed.add("stp")
    if tail[0] == MARKET or any(word in (*AT_ONCE_WORDS, *AUCTION_WORDS) for word in clauses):
        closed.add("post")
    if any(word in AUCTION_WORDS for word in clauses):
        closed.add("stp")
    if "ro" in clauses or "cls" in clauses:
        closed.update(EXIT_WORDS)
    if any(word in EXIT_WORDS for word in clauses):
        closed.add("ro")
    if "stp" in clauses and "lmt" not in clauses:
        # Without its limit a stop enters as a market order, which never rests.
        closed.add("post")
    is_after_stop = tail[-2:-1] == ("stp",) or (tail[-3:-2] == ("stp",) and tail[-1][0] in "+-")
    if not is_after_stop:
        closed.add("lmt")
    return closed


def _oco_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if len(rest) < 2:
        return (QUANTITY_FITS, SYMBOL_FITS)[len(rest)]
    tail = rest[2:]
    if tail and tail[-1] in CLAUSE_ARGUMENT_FITS and tail[-2:-1] not in (("tag",), ("note",)):
        return CLAUSE_ARGUMENT_FITS[tail[-1]]
    closed = {CLAUSE_KINDS[word] for word in tail if word in OCO_CLAUSES}
    left = [word for word in OCO_CLAUSES if CLAUSE_KINDS[word] not in closed]
    is_named = tail[-2:-1] in (("tp",), ("sl",)) and tail[-1] in REFERENCES
    offsets = OFFSET_FITS if is_named else ()
    has_both = closed.issuperset(EXIT_WORDS)
    return (*offsets, *left, *((PREVIEW,) if has_both else ()))


def _override_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return ("override",)
    return CLAUSE_ARGUMENT_FITS["override"] if rest == ("override",) else ()


def _cancel_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return ("<order>", "<3-7>", *SYMBOL_FITS, EVERYTHING)
    is_symbol = rest[0] == "." or any(character.isalpha() for character in rest[0])
    return tuple(GROUPS) if len(rest) == 1 and is_symbol else ()


def _replace_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return ORDER_FITS
    match rest[-1] if len(rest) > 1 else "":
        case "price" | "stop" | "stp":
            return RESTING_PRICE_FITS
        case "qty":
            return ("<quantity>",)
        case "override":
            return CLAUSE_ARGUMENT_FITS["override"]
        case _:
            said = {"stop" if word == "stp" else word for word in rest}
            return tuple(w for w in ("price", "stop", "qty", "override") if w not in said)


def _close_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return SYMBOL_FITS
    if len(rest) == 1:
        return ("half", "<25%>", "override")
    return _override_fits(rest[1:] if rest[1] == "override" else rest[2:])


def _wait_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    return _ladder((("order",), ORDER_FITS, tuple(STATES), ("within",), ("<5s>",)), rest)


def _replay_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return REPLAY_VERBS
    return REPLAY_ARGUMENT_FITS.get(rest[0], ()) if len(rest) == 1 else ()


def _expect_fits(rest: tuple[str, ...]) -> tuple[str, ...]:
    if not rest:
        return EXPECTATIONS
    return _ladder(_EXPECT_FITS.get(rest[0], ()), rest[1:])


_EXPECT_FITS: dict[str, tuple[tuple[str, ...], ...]] = {
    "order": (ORDER_FITS, tuple(STATES), ("<quantity>",)),
    "position": (SYMBOL_FITS, ("<quantity>",)),
    "protected": (SYMBOL_FITS, ("<quantity>",)),
    "cash": (tuple(COMPARISONS), ("<amount>",), ("<currency>",)),
    "fees": (tuple(COMPARISONS), ("<amount>",)),
    "denied": (ORDER_FITS, ("<rule>",)),
}
