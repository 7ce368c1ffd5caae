"""What the store tells ready made: a table, or how far paper can be believed."""

import sys
import textwrap
from argparse import Namespace
from typing import Any

from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from commands.query import print_table
from commands.report_html import realism_page, save_page, table_page
from data.home import Home, refuse_inside_a_home
from data.store.ask import ask
from data.store.canned import canned_names, canned_question
from data.store.realism import Scope, realism_of
from engine.runtime.realism import Realism, verdict
from engine.runtime.realism_fields import realism_fields
from engine.runtime.realism_words import heading, report_lines

REALISM = "realism"
REALISM_IS = "how far paper fills can be believed: paper against tape, with a verdict"
COLUMNS = 100


def run(options: Namespace) -> int:
    """The figures on stdout, and with `--html` in a file as well; 2 for an unknown report."""
    if options.html is not None:
        refuse_inside_a_home(options.html)
    if options.name is None:
        return _list(options)
    if options.name == REALISM:
        return _realism(options)
    return _table(options)


def _list(options: Namespace) -> int:
    names = {REALISM: REALISM_IS}
    names |= {name: f"one row per {what}" for name, what in canned_names().items()}
    if options.json:
        print(json_line({"result": "ok", "reports": names}))
        return ExitCode.DONE
    for name, what in names.items():
        print(f"{name:<18}{what}")
    return ExitCode.DONE


def _realism(options: Namespace) -> int:
    home = Home.existing(options.home)
    groups, fed = realism_of(home, Scope(options.session, options.first, options.last))
    _say(fed.sentence)
    if options.html is not None:
        save_page(options.html, realism_page(groups))
    if options.json:
        told = {"result": "ok", "report": REALISM, "groups": [realism_fields(g) for g in groups]}
        print(json_line(told))
    else:
        _print_groups(groups)
    _say(f"the pictures are in {options.html}" if options.html is not None else "")
    return ExitCode.DONE


def _print_groups(groups: list[Realism]) -> None:
    if not groups:
        print("nothing was traded in these sessions: there is nothing to judge")
    for place, group in enumerate(groups):
        print(("\n" if place else "") + inert(heading(group)))
        for line in map(inert, report_lines(group)):
            print(
                "\n".join(textwrap.wrap(line, COLUMNS)) if line == inert(verdict(group)) else line
            )


def _table(options: Namespace) -> int:
    home = Home.existing(options.home)
    sql = canned_question(options.name, options.first, options.last)
    with ask(home, sql) as answer:
        _say(answer.fed.sentence)
        if options.html is None and not options.json:
            print_table(answer)
            return ExitCode.DONE
        rows = list(answer.rows)
    if options.html is not None:
        what = canned_names()[options.name]
        save_page(options.html, table_page(options.name, what, answer.columns, rows))
        _say(f"the report is in {options.html}")
    if options.json:
        named: list[dict[str, Any]] = [dict(zip(answer.columns, r, strict=True)) for r in rows]
        told = {"result": "ok", "report": options.name, "rows": named}
        print(json_line(told))
    return ExitCode.DONE


def _say(sentence: str) -> None:
    if sentence:
        print(f"trader: {sentence}", file=sys.stderr)
