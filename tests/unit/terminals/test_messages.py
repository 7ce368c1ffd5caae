"""The digest that tells two builds apart covers every word that they could say."""

import inspect
from pathlib import Path

import msgspec

from engine.domain.views import DeskView
from engine.ports import DeskAnswer, DeskRequest
from engine.runtime.terminals.messages import VOCABULARY_FILES, Welcome, vocabulary

ENGINE = Path(__file__).resolve().parents[3] / "engine"


def _types(kind: object, found: set[type]) -> None:
    """Every class of ours in a type as msgspec reads it."""
    for name in ("cls", "enum"):
        of_ours = getattr(kind, name, None)
        if isinstance(of_ours, type) and of_ours.__module__.startswith("engine."):
            if of_ours in found:
                return
            found.add(of_ours)
    for part in getattr(kind, "fields", ()):
        _types(getattr(part, "type", part), found)
    for name in ("types", "item_types"):
        for part in getattr(kind, name, ()) or ():
            _types(part, found)
    for name in ("item_type", "key_type", "value_type"):
        part = getattr(kind, name, None)
        if part is not None:
            _types(part, found)


def test_every_file_that_defines_a_word_is_in_the_digest() -> None:
    found: set[type] = set()
    for kind in (DeskView, DeskAnswer, DeskRequest, Welcome):
        _types(msgspec.inspect.type_info(kind), found)
    assert len(found) > 40
    files = {Path(inspect.getfile(one)).relative_to(ENGINE).as_posix() for one in found}
    assert files - set(VOCABULARY_FILES) - {"runtime/terminals/messages.py"} == set()


def test_the_digest_is_the_same_for_the_same_files() -> None:
    assert vocabulary() == vocabulary() and len(vocabulary()) == 12
