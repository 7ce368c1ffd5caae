"""The screen of a sent ticket is kept, bounded, and never in the way of an order."""

from pathlib import Path

from data.frames import FrameStore, as_plain_text, frame_of

DRAWN = "\x1b[1;38;2;1;2;3mBUY 100\x1b[0m  AAPL   \nsecond row"


def keep(path: Path, *tickets: str) -> FrameStore:
    store = FrameStore(path)
    for ticket in tickets:
        store.keep(ticket, 80, 24, lambda: DRAWN)
    store.close()
    return store


def test_a_frame_comes_back_as_it_was_drawn(tmp_path: Path) -> None:
    path = tmp_path / "frames.db"
    keep(path, "t-1", "t-2")
    assert frame_of(path, "t-2") == (80, 24, DRAWN)
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_never_kept_is_none(tmp_path: Path) -> None:
    path = tmp_path / "frames.db"
    assert frame_of(path, "t-1") is None
    keep(path, "t-1")
    assert frame_of(path, "t-9") is None


def test_the_first_frame_of_a_ticket_is_the_one_it_was_sent_with(tmp_path: Path) -> None:
    path = tmp_path / "frames.db"
    keep(path, "t-1")
    store = FrameStore(path)
    store.keep("t-1", 200, 60, lambda: "later")
    store.close()
    assert frame_of(path, "t-1") == (80, 24, DRAWN)


def test_the_oldest_frames_are_given_up(tmp_path: Path) -> None:
    path = tmp_path / "frames.db"
    store = FrameStore(path, kept_max=3)
    for number in range(9):
        store.keep(f"t-{number}", 80, 24, lambda: DRAWN)
    store.close()
    kept = [number for number in range(9) if frame_of(path, f"t-{number}")]
    assert kept == [6, 7, 8]


def test_a_file_that_is_no_store_is_said_once_and_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "frames.db"
    path.write_text("no database at all, and long enough to be looked at" * 40)
    store = keep(path, "t-1", "t-2")
    (sentence,) = store.news()
    assert "orders are not affected" in sentence and "frames.db" in sentence
    assert store.news() == ()
    assert frame_of(path, "t-1") is None


def test_plain_text_has_no_colours_and_no_trailing_blanks() -> None:
    assert as_plain_text(DRAWN) == "BUY 100  AAPL\nsecond row"
