"""The workstation in one process: the live desk in a thread, and the screen before it."""

from argparse import Namespace

from commands.desk import open_desk
from commands.live_desk import live_desk
from commands.screen_parts import shown, trader_app
from data.frames import FrameStore
from engine.language import syntax as syn


def run_near(options: Namespace, script: syn.Script | None) -> int:
    """Opens the desk, shows it, and leaves working orders where they live.

    A recording that is to begin anew is opened again, as by another start.
    """
    while True:
        code, begins_anew = _run_once(options, script)
        if not begins_anew:
            return code
        script = None


def _run_once(options: Namespace, script: syn.Script | None) -> tuple[int, bool]:
    parts = open_desk(options)
    try:
        frames = FrameStore(parts.home.frames_path)
        desk = live_desk(options, parts, script=script, news=frames.news)
        app = trader_app(desk, parts.home, parts.settings, frames)
        desk.start()
        try:
            return shown(app), desk.begins_anew
        finally:
            desk.close()
            frames.close()
    finally:
        parts.close()
