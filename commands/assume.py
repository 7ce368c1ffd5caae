"""Lays the settings of assumed fills over the market that was opened."""

from msgspec.structs import replace

from connectors.feeds.flow import Flow
from data.settings import Settings
from engine.exchange.quoted.assumptions import Assumptions, QueueModel
from engine.exchange.quoted.bars import BPS, BarAssumptions, BarPath


def assume(flow: Flow, settings: Settings) -> None:
    """A market of orders knows every place and assumes nothing: it stays as it is."""
    paper = settings.paper
    assumed: Assumptions | BarAssumptions | None = getattr(flow, "assumptions", None)
    if isinstance(assumed, Assumptions):
        queue = QueueModel[paper.queue.upper()]
        flow.assumptions = replace(assumed, queue=queue, slip_ticks=paper.slip_ticks)  # type: ignore[attr-defined]
    elif isinstance(assumed, BarAssumptions):
        flow.assumptions = replace(  # type: ignore[attr-defined]
            assumed,
            path=BarPath[paper.bar_path.upper()],
            fills_at_touch=paper.bar_touch,
            slip_ticks=paper.slip_ticks,
            share_bps=paper.bar_share * BPS // 100,
        )
