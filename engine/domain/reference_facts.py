"""Rows of the tables that a desk may have or not: average volume, sectors, lists, earnings."""

import msgspec

from engine.domain.cost_facts import EVERY_SYMBOL
from engine.domain.facts import Fact
from engine.values import Nanos

REFERENCE_ROWS_MAX = 10_000
NO_SECTOR = "none"
"""The sector of what is spread over many, such as an index fund."""
NEVER = 0
"""The date of the earnings of what reports none."""


class AverageVolume(Fact, frozen=True, tag="average_volume"):
    """Shares traded a day on average; of coins whole ones."""

    symbol: str
    as_of: int
    """YYYYMMDD: the last day that it counts."""
    shares: int


class Sector(Fact, frozen=True, tag="sector"):
    symbol: str
    sector: str


class Restriction(Fact, frozen=True, tag="restriction"):
    """A symbol on a list of the firm: nothing opens in it, or somebody is asked first."""

    symbol: str
    is_watched: bool
    reason: str = ""


class Earnings(Fact, frozen=True, tag="earnings"):
    """A date on which the company reports."""

    symbol: str
    as_of: int
    date: int
    """YYYYMMDD, or `NEVER`."""


class ReferenceListed(Fact, frozen=True, tag="reference_listed"):
    """The tables that a desk may have, each whole; None: there is no source for it."""

    volumes: tuple[AverageVolume, ...] | None = None
    sectors: tuple[Sector, ...] | None = None
    restricted: tuple[Restriction, ...] | None = None
    earnings: tuple[Earnings, ...] | None = None


class ReferenceKnown(Fact, frozen=True, tag="reference_known"):
    """The same, from now on."""

    at: Nanos
    volumes: tuple[AverageVolume, ...] | None = None
    sectors: tuple[Sector, ...] | None = None
    restricted: tuple[Restriction, ...] | None = None
    earnings: tuple[Earnings, ...] | None = None


class Reference(msgspec.Struct, frozen=True):
    """The tables as they are known; None: the desk has no source for it."""

    volumes: dict[str, AverageVolume] | None = None
    sectors: dict[str, str] | None = None
    restricted: dict[str, Restriction] | None = None
    earnings: dict[str, tuple[Earnings, ...]] | None = None
    """By symbol, the earliest first."""

    def sector_of(self, symbol: str) -> str:
        """Empty where the table has no row for it, nor one for all."""
        sectors = self.sectors
        if not sectors:
            return ""
        return sectors.get(symbol) or sectors.get(EVERY_SYMBOL, "")


NO_REFERENCE = Reference()
