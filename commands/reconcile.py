"""How the desk's books compared with the venue's, from the journal: 0 agreed, 1 a break is open."""

from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from data.home import Home
from data.journal import JournalReader
from engine.domain.state import State
from engine.runtime.books_words import books_fields, books_lines
from engine.runtime.recovery import replay_into


def run(options: Namespace) -> int:
    """The newest comparison and every difference that is remembered; asks no venue itself."""
    home = Home.existing(options.home)
    with JournalReader(home) as journal:
        state = State(instance=journal.instance, epoch=journal.epoch)
        replay_into(state, journal.blocks())
    if options.json:
        print(json_line(books_fields(state)))
    else:
        print(inert("\n".join(books_lines(state))))
    return ExitCode.CHECK_FAILED if state.recon.breaks else ExitCode.DONE
