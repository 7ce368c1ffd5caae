"""XML as a small tree with the place of every element; what could reach outside is refused.

No document type is read at all: with it go entities, which expand without end or name other files.
"""

from xml.parsers import expat

import msgspec

from connectors.fix.dictionary.reading import DictionaryError

FILE_BYTES_MAX = 32 << 20
"""The largest dictionary in use has a twentieth of it."""
ELEMENTS_MAX = 200_000
NESTED_MAX = 32


class Element(msgspec.Struct):
    """One element; text between elements is nothing that a dictionary says."""

    name: str
    attributes: dict[str, str]
    line: int
    column: int
    inner: list["Element"] = msgspec.field(default_factory=list)

    def fault(self, text: str) -> DictionaryError:
        """What is wrong here, as an error that says where here is."""
        return fault_at(self.line, self.column, text)

    def value(self, attribute: str) -> str:
        """Raises DictionaryError where it is missing or empty."""
        found = self.attributes.get(attribute, "")
        if not found:
            raise self.fault(f"<{self.name}> without {attribute}")
        return found


def fault_at(line: int, column: int, text: str) -> DictionaryError:
    return DictionaryError(f"line {line}, column {column}: {text}")


def read_tree(data: bytes) -> Element:
    """The root of a document. Raises DictionaryError, with line and column."""
    if len(data) > FILE_BYTES_MAX:
        raise DictionaryError(f"{len(data):,} bytes are more than {FILE_BYTES_MAX:,}")
    grower = _Grower()
    try:
        grower.parser.Parse(data, True)
    except expat.ExpatError as error:
        text = f"this is no XML: {expat.ErrorString(error.code)}"
        raise fault_at(error.lineno, error.offset + 1, text) from error
    assert grower.root is not None, "a document without an element is no XML"
    return grower.root


class _Grower:
    """Hangs every element below the one that is open when it begins."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.parser = expat.ParserCreate()
        self._open: list[Element] = []
        self._count = 0
        self.parser.StartElementHandler = self._begins
        self.parser.EndElementHandler = self._ends
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        element = Element(name, attributes, line, column)
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise element.fault(f"more than {ELEMENTS_MAX:,} elements")
        if len(self._open) >= NESTED_MAX:
            raise element.fault(f"elements within elements deeper than {NESTED_MAX}")
        if self._open:
            self._open[-1].inner.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _ends(self, name: str) -> None:
        self._open.pop()

    def _refuse(self, *_: object) -> int:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        text = "document types and entities are not read: take the <!DOCTYPE …> out"
        raise fault_at(line, column, text)
