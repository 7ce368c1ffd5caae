"""`trader attach`: a screen on the engine that runs already."""

from argparse import Namespace

from commands.flags import UsageError
from commands.hardening import harden
from commands.screen import attach_screen
from commands.terminal_check import check_terminal
from data.home import Home
from data.settings import load_settings
from engine.runtime.terminals.messages import Role


def run(options: Namespace) -> int:
    """Exit 3 when no engine runs in the home."""
    if options.json:
        raise UsageError("--json needs stdout, which the screen uses: `trader status --json`")
    harden()
    check_terminal()
    home = Home.existing(options.home)
    settings = load_settings(home.settings_path, options.config)
    role = Role.VIEWER if options.watch else Role.TERMINAL
    return attach_screen(home, settings, role, take=options.take)
