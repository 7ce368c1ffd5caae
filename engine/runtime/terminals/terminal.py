"""One attached terminal on the engine's side: what it may ask, and what waits to reach it."""

import socket

from engine.attachment import Standing, StopEngine, TakeControl, TellKilled
from engine.domain.views import Severity
from engine.limits_told import TellLimits
from engine.lookup import FindSymbols, SeeSymbols
from engine.ports import (
    Act,
    DeskAnswer,
    DeskRequest,
    DoAct,
    ExplainOrder,
    FocusSymbol,
    LineAnswered,
    Notice,
    PreviewLine,
    SendLine,
    TellBooks,
    TellMessages,
    TellRealism,
)
from engine.runtime.terminals.messages import Hello, Role
from engine.runtime.terminals.outbox import Outbox
from engine.runtime.terminals.wire import REQUEST_BYTES_MAX, Unpacker
from engine.second_factor import UnlockDesk

LOOKS = (
    *(PreviewLine, FocusSymbol, ExplainOrder, TellRealism, TellBooks, TellLimits, TellKilled),
    *(TellMessages, UnlockDesk, FindSymbols, SeeSymbols),
)
"""Requests that change nothing for anybody else."""
FOR_SHELLS = (StopEngine, TellKilled, TellBooks, TellLimits)
"""What a command may ask beside the kill."""
WATCHING = (
    "this terminal watches: nothing was sent. `:take-control` makes its keys send; `trader kill`"
    " works from any shell"
)
VIEWING = (
    "this terminal was attached to look only: nothing was sent; `trader attach` acts, `trader kill`"
    " works from any shell"
)
NOT_FOR_SHELLS = "a command can stop or kill; lines and keys are for an attached terminal"


class Terminal:
    """A connection from its greeting to its end."""

    def __init__(self, number: int, connection: socket.socket, at: float) -> None:
        self.number = number
        self.connection = connection
        self.outbox = Outbox()
        self.unpacker = Unpacker(REQUEST_BYTES_MAX)
        self.hello: Hello | None = None
        self.focus = FocusSymbol("")
        self.since = at
        self.leaves_by = 0.0
        """Above 0: it was let go, and what it still hears is why."""
        self.told: Standing | None = None

    @property
    def role(self) -> Role:
        """A shell until it has said what it is."""
        return Role(self.hello.role) if self.hello is not None else Role.SHELL

    @property
    def is_attached(self) -> bool:
        """It shows a screen to somebody."""
        return self.role is not Role.SHELL and not self.leaves_by

    def refusal(self, request: DeskRequest, *, has_control: bool) -> str:
        """Why this terminal may not ask that; empty when it may."""
        if self.role is Role.SHELL:
            is_kill = isinstance(request, DoAct) and request.act is Act.KILL
            may = is_kill or isinstance(request, FOR_SHELLS)
            return "" if may else NOT_FOR_SHELLS
        if isinstance(request, LOOKS):
            return ""
        if self.role is Role.VIEWER:
            return VIEWING
        return "" if has_control or isinstance(request, TakeControl) else WATCHING


def refused(request: DeskRequest, why: str) -> DeskAnswer:
    """The answer to what may not be asked, where it is waited for."""
    ticket = getattr(request, "ticket", "")
    if isinstance(request, SendLine) or ticket:
        return LineAnswered(ticket, False, why)
    return Notice(Severity.ATTENTION, "watching", why)
