"""What a control is: its formula, its setting with unit and default, and where it comes from."""

from enum import IntEnum

import msgspec

PROFILE_DEFAULT = "paper"
PROFILES = ("paper", "us_margin", "us_cash", "india", "load")
NOT_AVAILABLE = "not available yet"
NO_KEY = "—"


class LimitKind(IntEnum):
    """How the text of a limit is read."""

    SHARES = 1
    MONEY = 2
    PERCENT = 3
    """Text in percent with at most two decimals, kept in basis points."""
    SECONDS = 4
    """Text in seconds, kept in nanoseconds."""
    COUNT = 5
    RATE = 6
    """Orders a second or a minute, as the unit says."""
    SWITCH = 7
    NONE = 8
    """The control compares with the market or the venue, not with a number of ours."""
    NAMES = 9
    """Names with commas between them; `none`, and where everything may be meant, `any`."""
    WINDOWS = 10
    """Times of day on the exchange's clock, `12:00-13:00,15:50-16:00`, kept in minutes; `none`."""
    DAYS = 11
    """Calendar days."""
    CHOICE = 12
    """One of `LimitSpec.choices`, kept as its place among them."""
    RATIO = 13
    """Text with at most two decimals, kept in hundredths."""


class Tighter(IntEnum):
    """Which direction makes a limit tighter; of a list, fewer names or more of them."""

    LOWER = 1
    HIGHER = 2
    NEITHER = 3
    """Whatever it becomes, it takes what loosening takes."""


class Names(msgspec.Struct, frozen=True):
    """What may stand in a list of names."""

    pattern: str
    like: str
    """An example, for the sentence about a name that is none."""
    choices: tuple[str, ...] = ()
    """Where only these are meant, whatever fits the pattern."""
    has_any: bool = False
    """`any` stands for all of them."""


class LimitSpec(msgspec.Struct, frozen=True):
    """One setting of one control; the row with `is_control` stands for the control itself."""

    id: str
    code: str
    key: str
    formula: str
    mode: str = NOT_AVAILABLE
    field: str = ""
    """Of `Limits`; empty where there is no setting, or not yet."""
    kind: LimitKind = LimitKind.NONE
    unit: str = ""
    default: str = ""
    profiles: tuple[tuple[str, str], ...] = ()
    """(profile, text) where a profile differs from the default."""
    tighter: Tighter = Tighter.LOWER
    source: str = ""
    choices: tuple[str, ...] = ()
    """The loosest first."""
    is_control: bool = True
    names: Names | None = None
    """Of a list of names."""

    @property
    def is_built(self) -> bool:
        return self.mode != NOT_AVAILABLE

    def default_of(self, profile: str) -> str:
        """Raises KeyError for a profile nobody defined."""
        if profile not in PROFILES:
            raise KeyError(profile)
        return dict(self.profiles).get(profile, self.default)


SYMBOLS = Names(r"[A-Z0-9.\-/^=&_]{1,24}", "AAPL")
HOUSE = "house default for a retail account"
RTS6 = "MiFID II RTS 6 Art. 15; " + HOUSE
UNBOUND = "1000000000"
"""Never binds: profile `load` alone."""


def load(text: str) -> tuple[tuple[str, str], ...]:
    """Benchmarks and fault tests only: limits that never bind."""
    return (("load", text),)


def later(id: str, code: str, key: str, formula: str) -> LimitSpec:
    """A control that nobody has built yet."""
    return LimitSpec(id=id, code=code, key=key, formula=formula)


def keyless(id: str, code: str, mode: str, formula: str, source: str) -> LimitSpec:
    """A control that compares with the venue or the order itself: there is nothing to set."""
    return LimitSpec(id=id, code=code, key=NO_KEY, formula=formula, mode=mode, source=source)


def part(
    control: LimitSpec, field: str, formula: str, default: str, **changes: object
) -> LimitSpec:
    """A further setting of a control; what is not changed is as the control has it."""
    return msgspec.structs.replace(
        control,
        key=f"risk.{field}",
        field=field,
        formula=formula,
        default=default,
        is_control=False,
        **changes,
    )


def switch(
    id: str,
    code: str,
    mode: str,
    formula: str,
    source: str,
    profiles: tuple[tuple[str, str], ...] = (),
) -> LimitSpec:
    """On is tighter."""
    return LimitSpec(
        id=id,
        code=code,
        key=f"risk.{code}",
        formula=formula,
        mode=mode,
        field=code,
        kind=LimitKind.SWITCH,
        unit="on/off",
        default="on",
        profiles=profiles,
        tighter=Tighter.HIGHER,
        source=source,
    )
