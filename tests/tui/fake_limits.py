"""A desk whose limits are the engine's own: the real view over a small state, and `set` lines."""

import msgspec

from engine.domain.acts import tighten_limit
from engine.domain.apply import apply
from engine.domain.commands import Origin, TightenLimit
from engine.domain.events import LimitLooseningAsked, TradingState
from engine.domain.risk.gauges import limits_view
from engine.domain.standing import standings
from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.domain.state import Trading
from engine.domain.views import DeskView
from engine.limits_told import LimitsTold, TellLimits
from engine.ports import LineAnswered, SendLine
from engine.values import NANOS_PER_SECOND, Nanos
from tests.tui.fake_desk import OPEN_AT, FakeDesk
from tests.unit.risk.conftest import Desk

SOURCES = {"risk.position_max": "config.toml"}
MINUTE = 60 * NANOS_PER_SECOND


class LimitedDesk(FakeDesk):
    """AAPL is held, an order works, three were tried within this second."""

    def __init__(self) -> None:
        super().__init__()
        self.risk, self.account = Desk(), "PAPER"
        self.risk.now = Nanos(OPEN_AT + 30 * NANOS_PER_SECOND)
        self.risk.lists("AAPL")
        self.risk.quote("AAPL")
        self.risk.hold(4_000, "AAPL")
        self.risk.works(1_000, symbol="AAPL")
        self.risk.attempts(3, 0.5)
        self.breakers: tuple[StandingRow, ...] = ()
        self.step()

    def _build(self) -> DeskView:
        view = super()._build()
        if not hasattr(self, "risk"):
            return view
        risk = self.risk
        stands = standings(risk.state, risk.account, risk.now) + self.breakers
        return msgspec.structs.replace(view, standings=stands, market_at=risk.now)

    def trips(self) -> None:
        """A breaker that has tripped, one that is ready and one that is off."""
        kind, now = StandingKind.BREAKER, self.risk.now
        ends = Nanos(now + 4 * MINUTE + 59 * NANOS_PER_SECOND)
        self.breakers = (
            StandingRow(
                kind, "volatility", "volatility of AAPL", "AAPL", "tripped", True, now, ends,
                "desk", "moved 10.4 % in 5 minutes", "", 'resume "why"', "10.4 %", "10 %",
                Severity.ATTENTION,
            ),
            StandingRow(
                kind, "rejects", "reject rate", "*", "ready", False, actual="0 %", limit="50 %"
            ),
            StandingRow(kind, "other_index", "another index", "*", "off", False, why="no index"),
        )  # fmt: skip
        self.step()

    def halts(self) -> None:
        at = Nanos(self.risk.now - 5 * NANOS_PER_SECOND)
        self.risk.account.trading = Trading(TradingState.HALTED, True, "news", at, Origin.LINE)
        self.step()

    def loosens(self, key: str, after: str, *, seconds_ago: int) -> None:
        """Asked for with reason and code, and its minute runs."""
        state, at = self.risk.state, Nanos(self.risk.now - seconds_ago * NANOS_PER_SECOND)
        before, due = state.limits.text(key), Nanos(at + MINUTE)
        asked = LimitLooseningAsked(
            at, "PAPER", key, before, after, "bigger account", Origin.LINE, due
        )
        apply(state, asked)

    def send(self, request) -> None:
        match request:
            case TellLimits():
                self.requests.append(request)
                risk = self.risk
                self.tell(
                    LimitsTold(
                        limits_view(
                            risk.state, risk.market, self.account, request.symbol, risk.now, SOURCES
                        )
                    )
                )
            case SendLine() if request.text.startswith("set "):
                self.requests.append(request)
                _, name, value = request.text.split()
                command, risk = TightenLimit("PAPER", name, value, Origin.LINE), self.risk
                for event in tighten_limit(risk.state, command, risk.market, risk.now):
                    apply(risk.state, event)
                self.tell(LineAnswered(request.ticket, True, "done"))
            case _:
                super().send(request)
