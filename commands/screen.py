"""The workstation: a screen attached to the home's engine, which is started when there is none."""

import sys
from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING

from commands.engine_door import StartingEngine, find_engine
from commands.engine_flags import contradictions
from commands.engine_shell import as_words
from commands.first_run import ask_first_run
from commands.terminal_check import check_terminal
from data.home import Home, default_home
from data.settings import Settings, load_settings
from engine.domain.views import Severity
from engine.errors import InputError, MachineError
from engine.language import syntax as syn
from engine.ports import Notice
from engine.runtime.terminals.attaching import Attached
from engine.runtime.terminals.client import SocketDesk
from engine.runtime.terminals.messages import Role

if TYPE_CHECKING:
    from data.frames import FrameStore

IN_TERMINAL = "terminal"
NEW_DAY_SECONDS_MAX = 60.0


def run_screen(options: Namespace, script: syn.Script | None) -> int:
    """The exit code of the command line's table.

    A script that is watched stays in the process that shows it, as every script does.
    """
    check_terminal()
    if script is None:
        ask_first_run(options)
    home = default_home(options.home)
    settings = load_settings(home.settings_path, options.config)
    if script is not None or settings.engine.process == IN_TERMINAL:
        from commands.screen_near import run_near

        return run_near(options, script)
    attached = find_engine(home, Role.TERMINAL)
    if attached is not None:
        _refuse_contradictions(options, attached)
        return show(home, settings, attached, _greeting(attached))
    starting = StartingEngine(options)
    # The screen's libraries are loaded while the engine opens.
    import commands.screen_parts  # noqa: F401

    attached = starting.attached(home)
    code = show(home, settings, attached, "")
    starting.reap()
    return code


def attach_screen(home: Home, settings: Settings, role: Role, *, take: bool) -> int:
    """`trader attach`: never starts an engine."""
    attached = find_engine(home, role, take=take)
    if attached is None:
        raise MachineError(f"no engine runs in {home.path}: `trader` starts one")
    return show(home, settings, attached, _greeting(attached), role=role)


def show(
    home: Home, settings: Settings, attached: Attached, greeting: str, role: Role = Role.TERMINAL
) -> int:
    """The screen until the person leaves; the engine runs on, unless it was told to stop."""
    from data.frames import FrameStore

    Home.existing(home.path)
    frames = FrameStore(home.frames_path)
    said = Notice(Severity.OK, "attached", greeting) if greeting else None
    again = partial(find_engine, home, role)
    desk = SocketDesk(attached, again, greeting=said, news=frames.news)
    try:
        desk.start()
        return _shown(desk, home, settings, frames)
    finally:
        desk.close()
        frames.close()


def _shown(desk: SocketDesk, home: Home, settings: Settings, frames: "FrameStore") -> int:
    from commands.screen_parts import shown, trader_app

    while True:
        code = shown(trader_app(desk, home, settings, frames))
        if not desk.begins_anew:
            return code
        sys.stderr.write("trader: the day begins anew …\n")
        if not desk.wait_for_new_day(NEW_DAY_SECONDS_MAX):
            raise MachineError("the engine did not open the day again; `trader` starts it")


def _refuse_contradictions(options: Namespace, attached: Attached) -> None:
    found = contradictions(options, attached.welcome.how)
    if found:
        attached.connection.close()
        raise InputError(
            f"an engine of this home runs already (process {attached.welcome.process}) and cannot"
            f" become {'; '.join(found)}: attach without these flags, `trader stop` first, or name"
            " another home: --home"
        )


def _greeting(attached: Attached) -> str:
    welcome = attached.welcome
    since = as_words(welcome.since)
    words = f"attached to the engine that runs since {since} (process {welcome.process})"
    if welcome.terminals > 1 and not welcome.has_control:
        return f"another terminal has control, this one watches; {words}"
    return words
