"""What the code of the screen may never do, read from its syntax."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

TUI = Path(__file__).resolve().parent.parent.parent / "tui"
FILES = sorted(TUI.rglob("*.py"))
MARKUP_READERS = {
    "Static",
    "Label",
    "Button",
    "notify",
    "from_markup",
    "OptionList",
    "DataTable",
    "Markdown",
    "Rule",
    "Header",
    "Collapsible",
}
"""Textual's widgets and calls that read `[…]` in a plain string as markup."""
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TUI)))
def test_no_text_is_ever_read_as_markup(file):
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert name not in MARKUP_READERS, (file.name, node.lineno, name)
            for keyword in node.keywords:
                is_on = isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                assert not (keyword.arg == "markup" and is_on), (file.name, node.lineno)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                name = getattr(target, "attr", "")
                assert name not in ("border_title", "border_subtitle", "tooltip"), file.name


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TUI)))
def test_colours_are_named_in_one_file_by_what_they_mean(file):
    if file.name == "themes.py":
        return
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not COLOUR.search(node.value), (file.name, node.lineno, node.value)


def test_no_widget_brings_keys_of_its_own():
    for file in FILES:
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.Assign):
                names = [getattr(target, "id", "") for target in node.targets]
                assert "BINDINGS" not in names, file.name


def test_every_file_opens_with_one_sentence():
    for file in FILES:
        docstring = ast.get_docstring(_tree(file))
        assert docstring, file
        first = docstring.splitlines()[0]
        assert first.endswith(".") and first.count(". ") == 0, (file, first)


def test_starting_the_screen_loads_no_heavy_library():
    code = (
        "import sys, tui.app, tui.terminal;"
        "heavy = ('polars', 'duckdb', 'rapidfuzz', 'ib_insync', 'ib_async', 'cryptography',"
        " 'simplefix', 'textual.widgets._data_table', 'tree_sitter');"
        "print([name for name in heavy if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert printed.stdout.strip() == "[]", printed
