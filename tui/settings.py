"""What a person may choose about the screen."""

from enum import StrEnum

import msgspec

FRAMES_PER_SECOND_DEFAULT = 10
FRAMES_PER_SECOND_MAX = 10
"""The eye reads no faster, and a terminal behind a slow line takes no more."""


class ThemeName(StrEnum):
    """`terminal` uses the 16 colours of the person's own terminal."""

    DARK = "dark"
    LIGHT = "light"
    TERMINAL = "terminal"


class ColorUse(StrEnum):
    """`auto` looks at NO_COLOR and at what the terminal can show."""

    AUTO = "auto"
    FULL = "full"
    SIXTEEN = "16"
    NONE = "none"


class ScreenSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The `[screen]` and `[keys]` tables; `keys` maps an action's id to its own keys."""

    theme: ThemeName = ThemeName.DARK
    color: ColorUse = ColorUse.AUTO
    frames_per_second: int = FRAMES_PER_SECOND_DEFAULT
    flash: bool = True
    coach: bool = True
    privacy: bool = False
    """Money and account numbers are dots from the start."""
    mode: str = "paper"
    disarm_minutes: int = 10
    """Without a key; order entry is off then. 0: never."""
    lock_minutes: int = 60
    lock_over_positions: bool = False
    """Also while live positions are open."""
    keys: dict[str, str] = {}

    @property
    def frame_seconds(self) -> float:
        frames = min(max(self.frames_per_second, 1), FRAMES_PER_SECOND_MAX)
        return 1 / frames
