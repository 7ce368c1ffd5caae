"""A report as one file for a browser: no script, no network, pictures drawn in the page."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import QueryError
from engine.domain.measures import BEFORE, MARK_SECONDS
from engine.runtime.realism import Realism, Sum, concerns, in_hundredths, percent, verdict
from engine.runtime.realism_words import heading, report_lines

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1d1f23;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2.5rem}h3{font-size:1rem;margin-bottom:.3rem}
pre,td,th,text{font-family:ui-monospace,monospace;font-size:13px}
td,th{text-align:left;padding:.15rem .9rem .15rem 0;border-bottom:1px solid #8884}
svg{display:block;width:100%;height:auto}.bar{fill:#3b6ea8}.against{fill:#b4553a}
.axis{stroke:#8888}text{fill:currentColor}.verdict{font-weight:600}
@media(prefers-color-scheme:dark){body{color:#e3e3e3;background:#16181c}.bar{fill:#7aa7d8}
.against{fill:#d98a70}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
LABEL_WIDTH, BAR_WIDTH, VALUE_WIDTH, ROW_HEIGHT = 190, 420, 260, 22
BARS_MAX = 100


class Bar(NamedTuple):
    """One row of a picture: what it is, how long it is (either way from zero), its number."""

    label: str
    value: int
    words: str


def realism_page(groups: Sequence[Realism]) -> str:
    """Every group under its own heading, so that nothing mixes."""
    parts: list[str] = []
    for group in groups:
        parts += _group(group)
    return _page("Realism: paper against tape", parts or ["<p>Nothing was traded.</p>"])


def table_page(name: str, what: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The rows of a canned question."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return _page(name, [f"<p>One row per {escape(what)}.</p>", table])


def save_page(path: Path, page: str) -> None:
    """Written aside and renamed. Raises QueryError where it cannot be written."""
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(page, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise QueryError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        aside.unlink(missing_ok=True)


def _group(group: Realism) -> Iterator[str]:
    yield f"<h2>{escape(heading(group))}</h2>"
    yield f'<p class="verdict">{escape(verdict(group))}</p>'
    found = concerns(group)
    if found:
        items = "".join(
            f"<li>{escape(c.name)}: {escape(c.actual)}, threshold {escape(c.threshold)}</li>"
            for c in found
        )
        yield f"<ul>{items}</ul>"
    size = group.size_text
    shares = [
        Bar(
            tape.symbol,
            tape.own_volume * 1_000_000 // max(tape.volume, 1),
            f"{percent(tape.own_volume, tape.volume)}"
            f" ({size(tape.own_volume)} of {size(tape.volume)})",
        )
        for tape in group.tape.values()
        if tape.own_volume
    ]
    yield from _picture("Own share of what traded", shares)
    yield from _picture("Gain against the mid, bps", list(_markouts(group)))
    assumed = group.assumptions
    yield from _picture(
        "Shares of resting orders by queue assumption",
        [
            Bar(name + (" (booked)" if name in assumed.booked else ""), count, size(count))
            for name, count in assumed.shares.items()
        ],
    )
    yield f"<h3>In words</h3><pre>{escape(chr(10).join(report_lines(group)))}</pre>"


def _markouts(group: Realism) -> Iterator[Bar]:
    for name, side in sorted(group.sides.items()):
        for seconds in (BEFORE, *MARK_SECONDS):
            total = side.marks.get(seconds, Sum())
            label = f"{name}, {'before' if seconds == BEFORE else f'{seconds} s'}"
            words = f"{in_hundredths(total.bps, signed=True)} ({total.fills:,} of {side.fills:,})"
            yield Bar(label, total.bps or 0, words)


def _picture(title: str, bars: Sequence[Bar]) -> Iterator[str]:
    """Bars from a common zero: at the left, or in the middle where some point against you."""
    if not bars:
        return
    shown = bars[:BARS_MAX]
    largest = max([abs(bar.value) for bar in shown] + [1])
    both_ways = any(bar.value < 0 for bar in shown)
    room = BAR_WIDTH // 2 if both_ways else BAR_WIDTH
    zero = LABEL_WIDTH + (room if both_ways else 0)
    height, width = ROW_HEIGHT * len(shown), LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH
    drawn = [f'<line class="axis" x1="{zero}" x2="{zero}" y1="0" y2="{height}"/>']
    for place, bar in enumerate(shown):
        length = abs(bar.value) * room // largest
        left = zero - length if bar.value < 0 else zero
        kind = "against" if bar.value < 0 else "bar"
        top = place * ROW_HEIGHT
        drawn.append(f'<text x="0" y="{top + 15}">{escape(bar.label)}</text>')
        drawn.append(
            f'<rect class="{kind}" x="{left}" y="{top + 4}" width="{length}" height="14"/>'
        )
        words = escape(bar.words)
        drawn.append(f'<text x="{LABEL_WIDTH + BAR_WIDTH + 10}" y="{top + 15}">{words}</text>')
    yield f"<h3>{escape(title)}</h3>"
    yield f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(drawn)}</svg>'


def _page(title: str, parts: Iterable[str]) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>\n"
    )


def _cell(value: Any) -> str:
    return "—" if value is None else str(value)
