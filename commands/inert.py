"""Words for a terminal in which nothing of a stranger can steer it."""

REPLACED = "\N{REPLACEMENT CHARACTER}"


def inert(text: str) -> str:
    """Everything that is no visible character is replaced, but for the ends of lines.

    What a venue, a file or a journal of another machine says reaches stdout through this alone.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else REPLACED for c in text)


def escaped(json_text: str) -> str:
    """JSON in which such characters are written as its own `\\uXXXX`: the same value, inert."""
    if json_text.isprintable():
        return json_text
    return "".join(c if c.isprintable() else _escape(c) for c in json_text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
