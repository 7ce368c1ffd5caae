"""What is painted now, kept for a ticket: taken at the cost of one repaint, drawn elsewhere."""

from textual.app import App

from engine.ports import Frames


def keep_painted(app: App[int], frames: Frames, ticket: str) -> None:
    """Takes the rows of the screen as they stand; turning them into text can wait."""
    strips, console = app.screen._compositor.render_strips(), app.console
    columns, rows = app.size
    frames.keep(ticket, columns, rows, lambda: "\n".join(strip.render(console) for strip in strips))
