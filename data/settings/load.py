"""The settings in effect, each with the source it comes from; nothing is guessed at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from data.errors import SettingsError
from data.settings.schema import KEYS_MAX, TABLES, NotASetting, read_value
from data.settings.toml_text import LAST_GOOD_NAME, SettingsLayer, parse_layer, read_layer
from engine.domain.risk.limits import KEY_PREFIX, Limits, default_pairs
from engine.values import Money

SHIPPED = Path(__file__).resolve().parent.parent.parent / "config.toml"
SHIPPED_SOURCE = "default"
FLAGS_SOURCE = "command line"


class Effective(NamedTuple):
    """One setting in effect: its key, its value as written, and where that was written."""

    key: str
    value: Any
    source: str


class PaperSettings(msgspec.Struct, frozen=True):
    account: str
    opening_cash: Money
    fee_table: str
    fee_table_inr: str
    fee_table_usdt: str
    interest: str
    limits: str
    """Name of the profile."""
    latency: str
    ack_wait: int
    """Seconds without an answer until the outcome of a request counts as unknown."""
    message_rate: int
    """Messages a second that the venue says it takes; 0: any number."""
    practice_rejects: int
    """Of a thousand orders."""
    practice_disconnects: int
    """Of a hundred hours."""
    queue: str
    """The queue model that is booked in a market of quotes."""
    slip_ticks: int
    bar_path: str
    bar_touch: bool
    bar_share: int
    """Percent of a bar's volume."""


class FixSettings(msgspec.Struct, frozen=True):
    """The session with a FIX venue."""

    host: str
    port: int
    version: str
    sender: str
    """SenderCompID (49) of what this desk says."""
    target: str
    account: str
    """The account of the orders (1), and of the desk's books for them."""
    heartbeat: int
    """Seconds."""
    reset_on_logon: bool
    reset_on_logout: bool
    reset_on_disconnect: bool
    latency_max: int
    """Seconds; 0: sending times are not looked at."""
    stamp_digits: int
    resend_chunk: int
    fallbacks: tuple[str, ...]
    """Further hosts of the venue, `host:port`, tried in turn after the first."""
    practice_hosts: tuple[str, ...]
    """Those on other machines that a person calls practice."""
    source: str
    hours: str
    unasked_reset: str
    dictionaries: tuple[str, ...]
    """Of the counterparty's, `VERSION=FILE` in QuickFIX's XML."""
    tells_next_expected: bool
    tells_last_processed: bool
    message_rate: int
    mass_cancel: bool
    tls_ca_file: str
    tls_system_trust: bool
    tls_name: str
    tls_cert_file: str
    tls_key_file: str
    tls_key_secret: str
    tls_pins: tuple[str, ...]
    tls_only_13: bool
    plain_text: bool
    password_in_clear: tuple[str, ...]
    logon_tags: tuple[str, ...]
    logout_tags: tuple[str, ...]
    username: str
    password_secret: str
    """The name of a secret in the vault, as all that end so."""
    new_password_secret: str
    raw_data_secret: str
    signer: str
    key_secret: str


class IbSettings(msgspec.Struct, frozen=True):
    """The session with TWS or IB Gateway."""

    host: str
    port: int
    client_id: int
    account: str
    """Empty: the only one that the gateway has."""
    library: str
    other_hosts: tuple[str, ...]
    """Machines that are not this one and may be called all the same."""
    delayed: bool
    market_data_lines: int
    contracts: tuple[str, ...]
    """`SYMBOL=CONID`, where a symbol alone is ambiguous."""
    restart: str
    login: str
    timezone: str
    what_if: bool


class MarketSettings(msgspec.Struct, frozen=True):
    kind: str
    symbols: tuple[str, ...]
    """Empty: all that the market has."""
    index: str
    """Whose fall halts the whole market; empty: none."""
    start: str
    speed: float
    """Times real time; `math.inf` for as fast as it goes."""
    seed: int
    """0: another one each time."""


class RecordSettings(msgspec.Struct, frozen=True):
    sessions: str
    """`screen`: what has a screen; `always`, `never`. The flags go first."""
    mib_max: int
    """MiB of all recordings of the home together."""


class ReferenceSettings(msgspec.Struct, frozen=True):
    """Files of what a desk may know or not; empty: the home's own, where it is there."""

    average_volume: str
    sectors: str
    restricted: str
    earnings: str


class EngineSettings(msgspec.Struct, frozen=True):
    process: str
    """`own`: it outlives the terminal; `terminal`: it is a thread of the screen's process."""
    keep_running: bool


class ScreenSettings(msgspec.Struct, frozen=True):
    theme: str
    color: str
    frames_per_second: int
    flash: bool
    coach: bool
    disarm_minutes: int
    """Without a key until order entry is off; 0: never."""
    lock_minutes: int
    lock_over_positions: bool
    privacy: bool


class Settings(msgspec.Struct, frozen=True):
    """What a session is built from."""

    paper: PaperSettings
    fix: FixSettings
    ib: IbSettings
    market: MarketSettings
    record: RecordSettings
    reference: ReferenceSettings
    engine: EngineSettings
    screen: ScreenSettings
    keys: dict[str, str]
    """Action to key, where the person chose another one."""
    limits: tuple[tuple[str, str], ...]
    """(key, text) of every limit: the profile's, with what the person changed."""
    effective: tuple[Effective, ...]


def load_settings(
    home_file: Path | None = None,
    config_file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Shipped defaults < the home's file, where there is one < --config < flags.

    `overrides` holds `table.key` → value as the flags gave them. Raises SettingsError (exit 4)
    that names file, key and line of the first thing that does not fit.
    """
    layers = [shipped_layer()]
    if home_file is not None and home_file.exists():
        layers.append(_home_layer(home_file))
    if config_file is not None:
        layers.append(read_layer(config_file))
    if overrides:
        layers.append(SettingsLayer(FLAGS_SOURCE, dict(overrides), {}))
    return combine(layers)


def shipped_layer() -> SettingsLayer:
    """The defaults, from the file that documents them."""
    return read_layer(SHIPPED, source=SHIPPED_SOURCE, is_shipped=True)._replace(lines={})


def combine(layers: list[SettingsLayer]) -> Settings:
    """Later layers win. Raises SettingsError."""
    typed: dict[str, Any] = {}
    shown: dict[str, Effective] = {}
    for layer in layers:
        for key, value in layer.values.items():
            if key.endswith("."):
                _check_table(key, layer)
                continue
            typed[key] = _read(key, value, layer)
            shown[key] = Effective(key, value, layer.place(key))
    limits = _limits(layers, typed, shown)
    keys = _section(typed, "keys")
    if len(keys) > KEYS_MAX:
        raise SettingsError(f"[keys] has more than {KEYS_MAX} entries")
    return Settings(
        paper=PaperSettings(**_section(typed, "paper")),
        fix=FixSettings(**_section(typed, "fix")),
        ib=IbSettings(**_section(typed, "ib")),
        market=MarketSettings(**_section(typed, "market")),
        record=RecordSettings(**_section(typed, "record")),
        reference=ReferenceSettings(**_section(typed, "reference")),
        engine=EngineSettings(**_section(typed, "engine")),
        screen=ScreenSettings(**_section(typed, "screen")),
        keys=keys,
        limits=limits,
        effective=tuple(shown.values()),
    )


def _limits(
    layers: list[SettingsLayer], typed: dict[str, Any], shown: dict[str, Effective]
) -> tuple[tuple[str, str], ...]:
    """The profile's limits; the shipped [risk] table shows those of `paper` and changes nothing."""
    profile = typed["paper.limits"]
    pairs = dict(default_pairs(profile))
    changed = {key for layer in layers[1:] for key in layer.values if key.startswith(KEY_PREFIX)}
    for key in pairs:
        if key in changed:
            pairs[key] = typed[key]
        else:
            shown[key] = Effective(key, pairs[key], f"profile {profile}")
    return Limits.from_pairs(pairs.items()).pairs()


def _home_layer(path: Path) -> SettingsLayer:
    try:
        layer = read_layer(path)
        combine([shipped_layer(), layer])
    except SettingsError as error:
        kept = path.with_name(LAST_GOOD_NAME)
        hint = f"; the last good copy is {kept}" if kept.exists() else ""
        raise SettingsError(f"{error}{hint}") from error
    return layer


def _read(key: str, value: Any, layer: SettingsLayer) -> Any:
    try:
        return read_value(key, value)
    except NotASetting as problem:
        table = key.partition(".")[0]
        place = layer.place(key if table in TABLES else table)
        raise SettingsError(f"{place}: {key}: {problem}") from problem


def _check_table(key: str, layer: SettingsLayer) -> None:
    """An empty table is what a file looks like that was cut off while it was written."""
    table = key.removesuffix(".")
    if table not in TABLES:
        _read(table, None, layer)
    if layer.source != SHIPPED_SOURCE:
        raise SettingsError(
            f"{layer.place(table)}: the table [{table}] is empty; remove it to keep the defaults"
        )


def _section(typed: dict[str, Any], table: str) -> dict[str, Any]:
    prefix = f"{table}."
    return {
        key.removeprefix(prefix): value for key, value in typed.items() if key.startswith(prefix)
    }


def check_text(text: str, source: str) -> Settings:
    """The settings that a file with this text gives over the defaults. Raises SettingsError."""
    return combine([shipped_layer(), parse_layer(text, source)])
