"""What a line to a venue changes in the state: up, down, and what a new run forgets of it."""

from engine.domain import events as ev
from engine.domain.moves import ask_anew
from engine.domain.reports import LinkState
from engine.domain.state import State


def move_link(state: State, event: ev.LinkMoved) -> None:
    """Up or not, since when and why; what was asked over a line that is gone is asked anew."""
    was = state.links.get(event.link)
    if event.state is LinkState.UP:
        state.link_texts.pop(event.link, None)
        state.began.pop(f"link/{event.link}", None)
    else:
        state.link_texts[event.link] = event.text
        state.began.setdefault(f"link/{event.link}", event.at)
    if event.state.is_down:
        state.was_disconnected = True
    elif was is None or was.is_down:
        state.link_up_at = event.at
        ask_anew(state)
    state.links[event.link] = event.state


def forget_links(state: State) -> None:
    """What the line to the venue of a run is like is told in that run: one that was down when the
    desk was at another venue holds nothing here."""
    for link in state.links:
        state.began.pop(f"link/{link}", None)
    state.links, state.link_texts = {}, {}
    state.was_disconnected = False
