"""Every colour of the screen, named by what it means."""

from collections.abc import Mapping

import msgspec
from rich.style import Style

from tui.settings import ColorUse, ThemeName


class Palette(msgspec.Struct, frozen=True, gc=False):
    """One style for each meaning; a style never carries information that words do not."""

    text: Style
    quiet: Style
    strong: Style
    frame: Style
    frame_focus: Style
    title: Style
    title_focus: Style
    up: Style
    down: Style
    flash_up: Style
    flash_down: Style
    profit: Style
    loss: Style
    buy: Style
    sell: Style
    short: Style
    own: Style
    ghost: Style
    """What the trader did in the session that is replayed."""
    bar_bid: Style
    bar_ask: Style
    ok: Style
    caution: Style
    alarm: Style
    danger: Style
    review: Style
    key: Style
    coach: Style
    field: Style
    field_focus: Style
    caret: Style
    paper: Style
    live: Style
    replay: Style
    cursor_background: Style
    """Laid over a row under the cursor."""


_DARK: Mapping[str, str] = {
    "ground": "#11151b",
    "text": "#c8d0d9",
    "quiet": "#7d8998",
    "strong": "bold #f0f4f8",
    "frame": "#35404c",
    "frame_focus": "#5aa0dc",
    "title": "#98a5b3",
    "title_focus": "bold #e6f0fa",
    "up": "#53b97c",
    "down": "#e5736b",
    "flash_up": "bold #7ee0a4",
    "flash_down": "bold #ff9088",
    "profit": "#53b97c",
    "loss": "#e5736b",
    "buy": "bold #62acff",
    "sell": "bold #ff9560",
    "short": "bold #db7ee6",
    "own": "bold #e8c268",
    "ghost": "#c48bd6",
    "bar_bid": "#3f78b5",
    "bar_ask": "#b0653f",
    "ok": "#53b97c",
    "caution": "#e8b84e",
    "alarm": "bold #ffffff on #b23b36",
    "danger": "bold #ffffff on #9c2f2b",
    "review": "bold #11151b on #e8c268",
    "key": "bold #62acff",
    "coach": "#6fd0d8",
    "field": "on #1d2530",
    "field_focus": "bold #f0f4f8 on #26466a",
    "caret": "#11151b on #e6f0fa",
    "paper": "bold #0d1216 on #3fc1cc",
    "live": "bold #ffffff on #c22f2f",
    "replay": "bold #ffffff on #9a4cb0",
    "cursor_background": "on #22303f",
}

_LIGHT: Mapping[str, str] = {
    "ground": "#fafbfc",
    "text": "#24292f",
    "quiet": "#68737f",
    "strong": "bold #0b0f14",
    "frame": "#c3ccd5",
    "frame_focus": "#1f6fb5",
    "title": "#57606a",
    "title_focus": "bold #0b3d66",
    "up": "#17733c",
    "down": "#b3261e",
    "flash_up": "bold #0f9d4d",
    "flash_down": "bold #dc2f26",
    "profit": "#17733c",
    "loss": "#b3261e",
    "buy": "bold #0a5cc2",
    "sell": "bold #b54708",
    "short": "bold #9427a8",
    "own": "bold #8a5a00",
    "ghost": "#7d3d96",
    "bar_bid": "#7fb0e6",
    "bar_ask": "#eab08a",
    "ok": "#17733c",
    "caution": "#8a5a00",
    "alarm": "bold #ffffff on #b3261e",
    "danger": "bold #ffffff on #b3261e",
    "review": "bold #201800 on #f2cf73",
    "key": "bold #0a5cc2",
    "coach": "#0b6e78",
    "field": "on #eaeef2",
    "field_focus": "bold #0b0f14 on #cfe4fa",
    "caret": "#ffffff on #24292f",
    "paper": "bold #ffffff on #0b7d88",
    "live": "bold #ffffff on #c22f2f",
    "replay": "bold #ffffff on #8a3aa0",
    "cursor_background": "on #dfeaf5",
}

_TERMINAL: Mapping[str, str] = {
    "ground": "",
    "text": "",
    "quiet": "dim",
    "strong": "bold",
    "frame": "dim",
    "frame_focus": "bright_blue",
    "title": "",
    "title_focus": "bold",
    "up": "green",
    "down": "red",
    "flash_up": "bold green",
    "flash_down": "bold red",
    "profit": "green",
    "loss": "red",
    "buy": "bold blue",
    "sell": "bold red",
    "short": "bold magenta",
    "own": "bold yellow",
    "ghost": "magenta",
    "bar_bid": "blue",
    "bar_ask": "red",
    "ok": "green",
    "caution": "yellow",
    "alarm": "bold bright_white on red",
    "danger": "bold bright_white on red",
    "review": "bold reverse yellow",
    "key": "bold cyan",
    "coach": "cyan",
    "field": "underline",
    "field_focus": "bold reverse",
    "caret": "reverse",
    "paper": "bold black on cyan",
    "live": "bold bright_white on red",
    "replay": "bold bright_white on magenta",
    "cursor_background": "bold underline",
}

_COLOURLESS: Mapping[str, str] = {
    **dict.fromkeys(_TERMINAL, ""),
    "quiet": "dim",
    "frame": "dim",
    "frame_focus": "bold",
    "strong": "bold",
    "title_focus": "bold underline",
    "buy": "bold",
    "sell": "bold",
    "short": "bold",
    "own": "bold",
    "ghost": "italic",
    "flash_up": "bold",
    "flash_down": "bold",
    "alarm": "bold reverse",
    "danger": "bold reverse",
    "review": "bold reverse",
    "key": "bold",
    "field": "underline",
    "field_focus": "bold underline",
    "caret": "reverse",
    "paper": "bold reverse",
    "live": "bold reverse",
    "replay": "bold reverse",
    "cursor_background": "reverse",
}

_TABLES: Mapping[ThemeName, Mapping[str, str]] = {
    ThemeName.DARK: _DARK,
    ThemeName.LIGHT: _LIGHT,
    ThemeName.TERMINAL: _TERMINAL,
}


def palette(theme: ThemeName, color: ColorUse) -> Palette:
    """The styles of a theme, with as many colours as `color` allows (`auto` means all)."""
    if color is ColorUse.NONE:
        table = _COLOURLESS
    elif color is ColorUse.SIXTEEN:
        table = _TERMINAL
    else:
        table = _TABLES[theme]
    ground = Style.parse(f"on {table['ground']}") if table["ground"] else Style()
    named = {
        name: (
            Style.parse(table[name])
            if name == "cursor_background"
            else ground + Style.parse(table[name])
        )
        for name in Palette.__struct_fields__
    }
    return Palette(**named)


def ground(theme: ThemeName, color: ColorUse) -> str:
    """The background behind all panes, as a CSS colour."""
    if color in (ColorUse.NONE, ColorUse.SIXTEEN) or theme is ThemeName.TERMINAL:
        return "ansi_default"
    return _TABLES[theme]["ground"]
