"""Every setting that exists: how its value is read, and the sentence for one that does not fit."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from data.settings.misplaced import misplaced_secret
from engine.domain.ledger.fee_tables import table_names
from engine.domain.ledger.interest import INTEREST_TABLES
from engine.domain.message_facts import MESSAGES_COUNTED_MAX
from engine.domain.risk.controls import PROFILES, LimitKind
from engine.domain.risk.limits import KEY_PREFIX, SPECS_BY_KEY, check_pairs
from engine.exchange.quoted.assumptions import QueueModel
from engine.exchange.quoted.bars import BarPath
from engine.instruments import NumberTextError, parse_money
from engine.values import FIGURE_MAX, Money

SLIP_TICKS_MAX = 1_000
CASH_MAX = Money(FIGURE_MAX)
SPEED_MAX = 1_000_000
SEED_MAX = (1 << 63) - 1
LATENCIES = ("auto", "none", "lan", "retail", "mobile")
"""Names that the paper venue knows, and `auto`: retail at the screen, none in scripts."""
PRE_OPEN = "pre-open"
SYMBOLS_MAX = 5_000
RESEND_CHUNK_MAX = 10_000
SECONDS_OF_A_DAY = 86_400
RECORDINGS_MIB_MAX = 1 << 20
KEYS_MAX = 200
MINUTES_MAX = 24 * 60
TEXT_MAX = 1_000
LIST_MAX = 20

TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
SYMBOL = re.compile(r"[A-Z0-9.\-/^=&_]{1,24}")
HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}")
SECRET_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
IB_ACCOUNT = re.compile(r"|[A-Z]{1,2}[0-9]{4,12}")
COMP_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
ACCOUNT = re.compile(r"[A-Z0-9]{1,16}")
ACTION = re.compile(r"[a-z][a-z0-9_.]{0,63}")
KEY_PRESS = re.compile(r"[a-z0-9_+]{1,40}")


class NotASetting(ValueError):  # noqa: N818 — a reader's word about one value, never seen outside
    """The value does not fit; the message says what would."""


Reader = Callable[[Any], Any]


def _word(*choices: str) -> Reader:
    def read(value: Any) -> str:
        if value not in choices or not isinstance(value, str):
            raise NotASetting(f"must be one of {', '.join(choices)}")
        return value

    return read


def _start(value: Any) -> str:
    if value == PRE_OPEN:
        return PRE_OPEN
    return str(_matching(TIME_OF_DAY, f'"{PRE_OPEN}" or a time such as 09:30')(value))


def _matching(pattern: re.Pattern[str], what: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise NotASetting(f"must be {what}")
        return value

    return read


def _count(lowest: int, highest: int) -> Reader:
    def read(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            raise NotASetting(f"must be a whole number from {lowest:,} to {highest:,}")
        return value

    return read


def _switch(value: Any) -> bool:
    if type(value) is not bool:
        raise NotASetting("must be true or false")
    return value


def _money(value: Any) -> Money:
    try:
        money = parse_money(_number_text(value))
    except NumberTextError as error:
        raise NotASetting(f"must be an amount such as 1000000 or 250.50 ({error})") from error
    if not 0 <= money <= CASH_MAX:
        raise NotASetting("must be an amount from 0 to below 1,000,000,000,000")
    return money


def _one_of(*numbers: int) -> Reader:
    def read(value: Any) -> int:
        if type(value) is int and value in numbers:
            return value
        raise NotASetting(f"must be one of {', '.join(map(str, numbers))}")

    return read


def _speed(value: Any) -> float:
    if value == "max":
        return math.inf
    if isinstance(value, int | Decimal) and type(value) is not bool and value == value:
        speed = float(value)
        if 0 < speed <= SPEED_MAX:
            return speed
    raise NotASetting(f'must be a number above 0 and up to {SPEED_MAX:,}, or "max"')


def _symbols(value: Any) -> tuple[str, ...]:
    is_list = isinstance(value, list) and len(value) <= SYMBOLS_MAX
    if not is_list or not all(isinstance(name, str) and SYMBOL.fullmatch(name) for name in value):
        raise NotASetting('must be a list of symbols such as ["AAPL", "MSFT"]')
    if len(set(value)) != len(value):
        raise NotASetting("names a symbol twice")
    return tuple(value)


def _index(value: Any) -> str:
    if value == "" or (isinstance(value, str) and SYMBOL.fullmatch(value)):
        return str(value)
    raise NotASetting('must be a symbol such as "SPY", or "" for none')


def _market(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_MAX or not value.isprintable():
        raise NotASetting('must be "sim" or the path of a recording')
    return value


def _file(value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MAX or not value.isprintable():
        raise NotASetting('must be the path of a file, or "" for the one in the home')
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_MAX or not value.isprintable():
        raise NotASetting('must be text, or "" for none')
    return value


def _list_of_words(value: Any) -> tuple[str, ...]:
    is_list = isinstance(value, list) and len(value) <= LIST_MAX
    if not is_list or not all(isinstance(each, str) and each.isprintable() for each in value):
        raise NotASetting(f"must be a list of at most {LIST_MAX} texts")
    return tuple(value)


def _secret_name(value: Any) -> str:
    if value == "" or (isinstance(value, str) and SECRET_NAME.fullmatch(value)):
        return str(value)
    # Not repeated: who wrote the secret itself there must not see it in a terminal or a log.
    raise NotASetting(
        'must be the name of a secret in the vault, such as "fix.password", or ""; never the secret'
        " itself: keep that with `trader secrets set fix.password`, and change it at the venue,"
        " because files are copied"
    )


READERS: Mapping[str, Reader] = {
    "paper.account": _matching(ACCOUNT, "1 to 16 capital letters and digits"),
    "paper.opening_cash": _money,
    "paper.fee_table": _word(*table_names("USD")),
    "paper.fee_table_inr": _word(*table_names("INR")),
    "paper.fee_table_usdt": _word(*table_names("USDT")),
    "paper.interest": _word(*INTEREST_TABLES),
    "paper.limits": _word(*PROFILES),
    "paper.latency": _word(*LATENCIES),
    "paper.ack_wait": _count(1, 600),
    "paper.message_rate": _count(0, MESSAGES_COUNTED_MAX),
    "paper.practice_rejects": _count(0, 1_000),
    "paper.practice_disconnects": _count(0, 100),
    "paper.queue": _word(*(model.word for model in QueueModel)),
    "paper.slip_ticks": _count(0, SLIP_TICKS_MAX),
    "paper.bar_path": _word(*(path.name.lower() for path in BarPath)),
    "paper.bar_touch": _switch,
    "paper.bar_share": _count(1, 100),
    "fix.host": _matching(HOST, "a name or an address such as 127.0.0.1"),
    "fix.port": _count(1, 65_535),
    "fix.version": _word("FIX.4.2", "FIX.4.4", "FIX.5.0SP2"),
    "fix.sender": _matching(COMP_ID, "1 to 32 letters, digits, dots, dashes and underscores"),
    "fix.target": _matching(COMP_ID, "1 to 32 letters, digits, dots, dashes and underscores"),
    "fix.account": _matching(ACCOUNT, "1 to 16 capital letters and digits"),
    "fix.heartbeat": _count(1, 60),
    "fix.latency_max": _count(0, SECONDS_OF_A_DAY),
    "fix.stamp_digits": _one_of(0, 3, 6, 9),
    "fix.resend_chunk": _count(0, RESEND_CHUNK_MAX),
    "fix.message_rate": _count(0, MESSAGES_COUNTED_MAX),
    "fix.unasked_reset": _word("count", "recount", "answer", "refuse"),
    **dict.fromkeys(
        (
            f"fix.{name}"
            for name in (
                *("tells_next_expected", "tells_last_processed", "mass_cancel", "tls_system_trust"),
                *("tls_only_13", "plain_text"),
                *("reset_on_logon", "reset_on_logout", "reset_on_disconnect"),
            )
        ),
        _switch,
    ),
    **dict.fromkeys(
        (
            f"fix.{name}"
            for name in (
                *("source", "hours", "tls_ca_file", "tls_name", "tls_cert_file", "tls_key_file"),
                *("username", "signer"),
            )
        ),
        _words,
    ),
    **dict.fromkeys(
        (
            f"fix.{name}"
            for name in (
                "dictionaries",
                "fallbacks",
                "practice_hosts",
                "tls_pins",
                "password_in_clear",
                "logon_tags",
                "logout_tags",
            )
        ),
        _list_of_words,
    ),
    **dict.fromkeys(
        (
            f"fix.{name}_secret"
            for name in ("tls_key", "password", "new_password", "raw_data", "key")
        ),
        _secret_name,
    ),
    "ib.host": _matching(HOST, "a name or an address such as 127.0.0.1"),
    "ib.port": _count(1, 65_535),
    "ib.client_id": _count(0, 999_999),
    "ib.account": _matching(IB_ACCOUNT, 'an account such as "DU1234567", or "" for the only one'),
    "ib.library": _word("auto", "ib_insync", "ib_async"),
    "ib.other_hosts": _list_of_words,
    "ib.delayed": _switch,
    "ib.market_data_lines": _count(1, 10_000),
    "ib.contracts": _list_of_words,
    "ib.restart": _words,
    "ib.login": _words,
    "ib.timezone": _words,
    "ib.what_if": _switch,
    "market.kind": _market,
    "market.symbols": _symbols,
    "market.index": _index,
    "market.start": _start,
    "market.speed": _speed,
    "market.seed": _count(0, SEED_MAX),
    **dict.fromkeys(
        (f"reference.{name}" for name in ("average_volume", "sectors", "restricted", "earnings")),
        _file,
    ),
    "record.sessions": _word("screen", "always", "never"),
    "record.mib_max": _count(1, RECORDINGS_MIB_MAX),
    "engine.process": _word("own", "terminal"),
    "engine.keep_running": _switch,
    "screen.theme": _word("dark", "light", "terminal"),
    "screen.color": _word("auto", "full", "16", "none"),
    "screen.frames_per_second": _count(1, 10),
    "screen.flash": _switch,
    "screen.coach": _switch,
    "screen.disarm_minutes": _count(0, MINUTES_MAX),
    "screen.lock_minutes": _count(0, MINUTES_MAX),
    "screen.lock_over_positions": _switch,
    "screen.privacy": _switch,
}
"""How each value becomes what the program uses; `risk.*` is read by the table of limits."""
TABLES = ("paper", "fix", "ib", "market", "record", "reference", "engine", "risk", "screen", "keys")


def all_keys() -> list[str]:
    """Every key that has a name of its own; those under `keys.` are free."""
    return [*READERS, *SPECS_BY_KEY]


def read_value(key: str, value: Any) -> Any:
    """The typed value of a setting. Raises NotASetting for an unknown key or a value that is none.

    A limit comes back as the text that `engine.domain.risk.limits` reads.
    """
    table, _, name = key.partition(".")
    if key in READERS:
        return READERS[key](value)
    if key in SPECS_BY_KEY:
        return _limit(key, value)
    if table == "keys" and name and ACTION.fullmatch(name):
        return _matching(KEY_PRESS, 'a key such as "ctrl+x"')(value)
    raise NotASetting(_unknown(key))


def _limit(key: str, value: Any) -> str:
    if type(value) is bool:
        text = "on" if value else "off"
    elif isinstance(value, str):
        text = value
    elif isinstance(value, list) and SPECS_BY_KEY[key].kind in (LimitKind.NAMES, LimitKind.WINDOWS):
        text = _list_text(value)
    else:
        text = _number_text(value)
    problems = check_pairs([(key, text)])
    if problems:
        raise NotASetting(problems[0].sentence.removeprefix(f"{key}").lstrip(": "))
    return text


def _list_text(value: list[Any]) -> str:
    """A list of the file as `set` writes it."""
    if not all(isinstance(name, str) and name for name in value):
        raise NotASetting('must be a list of words such as ["AAPL", "MSFT"]')
    return ",".join(value) or "none"


def _number_text(value: Any) -> str:
    """Decimal text of a TOML number or string; what is finite for TOML may still not be for us."""
    if type(value) is int:
        return str(value) if abs(value) < 10**30 else "a number with more than 30 digits"
    if isinstance(value, Decimal):
        return (
            format(value, "f") if value.is_finite() and abs(value.adjusted()) < 30 else str(value)
        )
    if isinstance(value, str):
        return value
    raise NotASetting(f"must be a number, not {_kind(value)}")


def _kind(value: Any) -> str:
    kinds = {bool: "true or false", list: "a list", dict: "a table", type(None): "nothing"}
    return kinds.get(type(value), "a date or time")


def _unknown(key: str) -> str:
    from difflib import get_close_matches

    table, _, name = key.partition(".")
    if secret := misplaced_secret(key):
        return secret
    if table not in TABLES:
        return f"there is no table [{table}]; there are {', '.join(f'[{t}]' for t in TABLES)}"
    if not name:
        return f"[{table}] is a table of settings and has no value itself"
    close = get_close_matches(key, all_keys(), n=1)
    hint = f"did you mean {close[0]}?" if close else "`trader config show` lists all settings"
    return f"there is no such setting; {hint}"


assert all(key.startswith(KEY_PREFIX) for key in SPECS_BY_KEY)
