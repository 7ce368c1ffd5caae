"""Any venue behind a bad line: what crosses is lost, repeated, late or out of order, by seed."""

from collections.abc import Callable, Sequence
from random import Random

from connectors.faults.lane import Lane, Toll
from connectors.faults.rates import PERFECT, Faults
from engine.domain.reports import LinkChanged, LinkState, PhaseChanged, Report
from engine.domain.requests import Request
from engine.ports import Venue
from engine.values import Nanos

BACK = "back; asking about what was on its way"
BEGINNING = Nanos(0)
Parcel = tuple[Request, bytes]


class FaultyVenue:
    """An `engine.ports.Venue`. It has no clock: `pass_to` says how late it is.

    The same seed, calls and times give the same arrivals at both ends. Bytes that leave are those
    that were staged, also the second time.
    """

    def __init__(
        self,
        inner: Venue,
        faults: Faults = PERFECT,
        *,
        seed: int = 0,
        now: Nanos = BEGINNING,
        anew: Callable[[], Sequence[Report]] = tuple,
    ) -> None:
        """`anew`: what a venue tells whoever is there again, such as the phases of its symbols."""
        self.inner = inner
        """The venue itself, which knows what really happened."""
        self.name, self.has_oca = inner.name, inner.has_oca
        self.now = now
        self.faults, self._anew = faults, anew
        self._out: Lane[Parcel] = Lane(faults.requests, Random(f"requests/{seed}"))
        self._back: Lane[Report] = Lane(faults.reports, Random(f"reports/{seed}"))
        self._words: list[tuple[Nanos, LinkChanged]] = []
        """What the line says of itself: it needs no line to be heard."""
        self._down_until = Nanos(0)

    @property
    def is_down(self) -> bool:
        return self.now < self._down_until

    @property
    def tolls(self) -> tuple[Toll, Toll]:
        """What became of requests, and of reports."""
        return self._out.toll, self._back.toll

    def on_the_way(self) -> list[Request]:
        """Requests that the venue has not seen and may still see; some of them twice."""
        return [request for request, _ in self._out.on_the_way()]

    # --- the venue port

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return self.inner.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """They are on their way now; what is not late has arrived when this returns."""
        for parcel in zip(requests, staged, strict=True):
            if self.is_down and not self.faults.holds_requests:
                self._out.toll.carried += 1
                self._out.toll.lost += 1
            else:
                self._out.send(parcel, self.now)
        if self.is_down:
            self._out.hold_until(self._down_until)
        self._deliver()

    def collect(self) -> list[Report]:
        self._fetch()
        words = [word for at, word in self._words if at <= self.now]
        is_back = bool(words) and words[-1].state is LinkState.UP
        told: list[Report] = [*words, *(self._anew() if is_back else ())]
        self._words = [(at, word) for at, word in self._words if at > self.now]
        return told + self._back.arrived(self.now)

    def queue_ahead(self, client_order_id: str) -> int:
        return self.inner.queue_ahead(client_order_id)

    # --- time and trouble

    def pass_to(self, now: Nanos) -> None:
        """It is `now`: requests that were late reach the venue, each when it was due."""
        while (due := self._out.next_at()) is not None and due <= now:
            self._fetch()
            self.now = max(self.now, due)
            self._deliver()
        self._fetch()
        self.now = max(self.now, now)

    def next_at(self) -> Nanos | None:
        """When the next thing on the line arrives at either end; None while nothing is on it."""
        words = [at for at, _ in self._words]
        ends = [due for due in (self._out.next_at(), self._back.next_at()) if due is not None]
        return min(words + ends, default=None)

    def has_reports(self) -> bool:
        """Whether `collect` would return anything."""
        self._fetch()
        due = self.next_heard_at()
        return due is not None and due <= self.now

    def next_heard_at(self) -> Nanos | None:
        """When the desk hears the next thing; None while nothing is on its way to it."""
        words = [at for at, _ in self._words]
        back = self._back.next_at()
        return min([*words, back] if back is not None else words, default=None)

    def disconnect(self, until: Nanos, text: str) -> None:
        """The line is down from now to `until`, and says so itself, at both times.

        Requests on their way are lost. Reports wait for the line or are lost, by `keeps_reports`.
        """
        self._fetch()
        self._out.lose()
        if not self.faults.keeps_reports:
            self._back.lose()
        was_down, self._down_until = self.is_down, max(until, self._down_until)
        self._back.hold_until(self._down_until)
        if not was_down:
            self._words.append((self.now, LinkChanged(self.name, LinkState.DOWN, text)))
        self._words = [word for word in self._words if word[1].state is LinkState.DOWN]
        self._words.append((self._down_until, LinkChanged(self.name, LinkState.UP, BACK)))

    def restart(self, until: Nanos, text: str) -> None:
        """The other end is gone until then: whatever is on its way, either way, is lost.

        What it still knows when it is back is the venue's own matter.
        """
        self._fetch()
        self._back.lose()
        self.disconnect(until, text)

    def desk_died(self, unheard: Sequence[Report] = ()) -> None:
        """The process at this end is gone and a new one takes over the line, which is up.

        What was handed over has arrived before the new one is let in, for a connection that broke
        brings nothing any more. What it was being told waits for the new one or is lost, by
        `keeps_reports`; so is what it took and had not made durable (`unheard`).
        """
        self._fetch()
        if not self.is_down:
            self._out.hurry(self.now)
            self._deliver()
        if self.faults.keeps_reports:
            self._back.again(unheard, self.now)
        else:
            self._back.lose()
            self._back.toll.lost += len(unheard)
        self._words.clear()
        self._down_until = self.now

    def change(self, faults: Faults) -> None:
        """From now on; what is on its way keeps what was drawn for it."""
        self.faults = faults
        self._out.rates, self._back.rates = faults.requests, faults.reports

    # --- inside

    def _deliver(self) -> None:
        arrived = self._out.arrived(self.now)
        if arrived:
            self.inner.release([request for request, _ in arrived], [sent for _, sent in arrived])
            self._fetch()

    def _fetch(self) -> None:
        """What the venue has said enters the line now."""
        reports = self.inner.collect()
        if not reports:
            return
        if self.is_down and not self.faults.keeps_reports:
            self._back.toll.carried += len(reports)
            self._back.toll.lost += len(reports)
            return
        for report in reports:
            # A phase names no time of its own: no venue lets an older one overtake the newest.
            is_phase = type(report) is PhaseChanged
            self._back.send(report, self.now, keeps_order=is_phase)
        if self.is_down:
            self._back.hold_until(self._down_until)
