"""The engine in a process of its own: opened for a home, attached to, and outliving terminals."""

import os
import signal
import socket
import threading
import time
from argparse import Namespace
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from commands.desk import DeskParts, open_desk
from commands.engine_flags import how_started
from commands.engine_log import EngineLog
from commands.faults import explain
from commands.flags import VERSION
from commands.live_desk import live_desk
from commands.paper_market import latency_name
from data.engine_socket import place_to_listen
from data.last_seen import keep, kept
from engine.attachment import StopEngine
from engine.domain.records import decode_records
from engine.errors import MachineError
from engine.ports import DeskAnswer, EngineStopped
from engine.runtime.collector import calm
from engine.runtime.live import LiveDesk
from engine.runtime.terminals.memory import Left
from engine.runtime.terminals.messages import vocabulary
from engine.runtime.terminals.peer import listen_at
from engine.runtime.terminals.server import Facts, TerminalServer

READY = b"ready\n"
"""What the starter reads when terminals can attach."""
LOOK_SECONDS = 0.5
ORDERLY_END_SECONDS = 1.5
"""After a signal: what is not over by then ends as by a crash, which the journal is made for."""
GAP_RECORDS_MAX = 50_000
"""Records that a start reads again to say what nobody has seen."""


def run_engine(options: Namespace) -> int:
    """Until it is stopped; says on the starter's pipe when it is ready."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    engine = EngineProcess(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, engine.heed)
    try:
        return engine.run(options.engine)
    finally:
        engine.close()


class EngineProcess:
    """One desk after another on one home: a recorded day may begin anew."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self._wake = threading.Event()
        self._asked_to_stop = False
        self._end: EngineStopped | None = None
        self._log: EngineLog | None = None
        self._socket: Path | None = None
        self._server: TerminalServer | None = None
        self._parts = open_desk(options)

    def heed(self, number: int, frame: object) -> None:
        """A signal asks for an orderly end."""
        self._asked_to_stop = True
        self._wake.set()

    def run(self, ready: int) -> int:
        """The exit code of the last desk."""
        parts = self._parts
        self._log = EngineLog(parts.home.engine_log_path)
        self._socket = place_to_listen(parts.home)
        left = self._left()
        server = self._server = TerminalServer(
            _listening(self._socket),
            sequence=lambda: self._parts.journal.last_sequence,
            left=left,
            remember=self._keep_left,
            log=_complain,
        )
        desk = self._seated(parts, server)
        if left is not None:
            _remember_what_nobody_saw(parts, desk, server, left)
        thread = threading.Thread(target=server.run, name="terminals", daemon=True)
        thread.start()
        calm()
        desk.start()
        # The starter may be gone by now: the engine stays, as if it had just been closed.
        with suppress(OSError), os.fdopen(ready, "wb") as pipe:
            pipe.write(READY)
        self._log.take_over()
        code = self._trade(desk, server)
        thread.join(2 * ORDERLY_END_SECONDS)
        return code

    def _left(self) -> Left | None:
        """When the last terminal of this journal went; of another journal it says nothing."""
        left = kept(self._parts.home.last_seen_path, Left)
        return left if left is not None and left.journal == self._journal else None

    def _keep_left(self, left: Left) -> None:
        keep(self._parts.home.last_seen_path, replace(left, journal=self._journal))

    @property
    def _journal(self) -> str:
        return f"{self._parts.journal.instance}-{self._parts.journal.epoch}"

    def _seated(self, parts: DeskParts, server: TerminalServer) -> LiveDesk:
        desk = live_desk(self._options, parts)
        desk.show_to(server.show)
        is_opening = True

        def hear(answer: DeskAnswer) -> None:
            if isinstance(answer, EngineStopped):
                self._end = answer
                self._wake.set()
            (server.remark if is_opening else server.tell)(answer)

        desk.listen(hear)
        is_opening = False
        server.seat(desk, self._facts(parts))
        return desk

    def _facts(self, parts: DeskParts) -> Facts:
        state = parts.session.state
        return Facts(
            vocabulary=vocabulary(),
            version=VERSION,
            process=os.getpid(),
            home=str(parts.home.path),
            since=self._since,
            mode=state.mode,
            market=parts.venue.description,
            how=how_started(
                self._options,
                parts.settings,
                seed=state.seed,
                latency=latency_name(self._options, parts.settings),
                is_recorded=parts.recording is not None,
            ),
            is_read_only=self._options.read_only,
            keeps_running=parts.settings.engine.keep_running,
        )

    def _trade(self, desk: LiveDesk, server: TerminalServer) -> int:
        while True:
            end = self._ended(desk)
            desk.close()
            if not end.begins_anew:
                return end.exit_code
            self._parts.close()
            self._end = None
            try:
                self._parts = open_desk(self._options)
            except Exception as error:
                text, code = explain(error, self._options)
                server.tell(EngineStopped(text, code))
                raise
            desk = self._seated(self._parts, server)
            desk.start()

    def _ended(self, desk: LiveDesk) -> EngineStopped:
        """Waits; a signal is an orderly stop, or none within reason."""
        while self._end is None:
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
            if self._log is not None:
                self._log.attend()
            if self._asked_to_stop and self._end is None:
                desk.send(StopEngine())
                until = time.monotonic() + ORDERLY_END_SECONDS
                while self._end is None and time.monotonic() < until:
                    self._wake.wait(until - time.monotonic())
                    self._wake.clear()
                if self._end is None:
                    os._exit(128 + signal.SIGTERM)
        return self._end

    def close(self) -> None:
        """The socket goes before the home is free: who finds the home free finds no socket."""
        if self._server is not None:
            self._server.close()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.unlink()
        for sentence in self._parts.close():
            os.write(2, f"{sentence}\n".encode())


def _complain(text: str) -> None:
    """For a programmer; stderr is the engine's log once it has taken over."""
    with suppress(OSError):
        os.write(2, f"{text}\n".encode(errors="replace"))


def _listening(place: Path) -> socket.socket:
    try:
        return listen_at(place)
    except OSError as error:
        raise MachineError(
            f"no socket can be made at {place} ({error.strerror or error}), so no terminal could"
            " attach: `trader config set engine.process terminal` keeps the engine in the screen"
        ) from error


def _remember_what_nobody_saw(
    parts: DeskParts, desk: LiveDesk, server: TerminalServer, left: Left
) -> None:
    """From the journal: what came true between the last terminal's end and this start."""
    if not 0 < parts.journal.last_sequence - left.sequence <= GAP_RECORDS_MAX:
        return
    for block in parts.journal.blocks(type(parts.journal.last_sequence)(left.sequence)):
        for record in decode_records(block.payload):
            notice = desk.interrupts.notice_of(record) if record.sequence > left.sequence else None
            if notice is not None:
                server.memory.note(record.sequence, notice)
