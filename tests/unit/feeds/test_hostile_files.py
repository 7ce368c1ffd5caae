"""S23: whatever stands in a file that is imported, it is read or refused in words, and bounded."""

import gzip
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

import trader as launcher
from connectors.feeds import columns
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.open import open_market
from connectors.paper.venue import TIME_MAX, PaperVenue
from engine.errors import TraderError

OPEN = 34_200_000
FILES = 60
"""Of each form; the long tier tries fifty times as many."""
STEPS_MAX = 200
LETTERS = b'0123456789,.-+eE" \t\r\n:xAZ\x00\xff[]{}'
FIGURES = (
    b"9" * 19,
    b"9" * 30,
    b"9" * 5_000,
    b"-1",
    b"0",
    b"1e308",
    b"nan",
    b"",
    b"1_0",
    b"\xd9\xa1",
)
BOMB_BYTES = 64 << 20
MEMORY_BYTES_MAX = 24 << 20


def ticks(folder: Path, content: bytes) -> Path:
    quotes = f"{OPEN},1000000,300,1000200,200,N,1,0\n".encode()
    for what, text in (("quote", quotes), ("trade", content)):
        with ZipFile(folder / f"ibm_20131007_{what}.zip", "w", ZIP_DEFLATED) as archive:
            archive.writestr(f"20131007_ibm_{what.title()}_Tick.csv", text)
    return folder / "ibm_20131007_trade.zip"


def quotes(folder: Path, content: bytes) -> Path:
    trades = f"{OPEN + 1000},1000100,50,P,2000,0\n".encode()
    for what, text in (("quote", content), ("trade", trades)):
        with ZipFile(folder / f"ibm_20131007_{what}.zip", "w", ZIP_DEFLATED) as archive:
            archive.writestr(f"20131007_ibm_{what.title()}_Tick.csv", text)
    return folder / "ibm_20131007_trade.zip"


def minutes(folder: Path, content: bytes) -> Path:
    with ZipFile(folder / "aapl_20140605_trade.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("20140605_aapl_minute_trade.csv", content)
    return folder / "aapl_20140605_trade.zip"


def days(folder: Path, content: bytes) -> Path:
    (folder / "TCS.csv.gz").write_bytes(
        gzip.compress(b"timestamp,open,high,low,close,volume,oi\n" + content, 1)
    )
    return folder / "TCS.csv.gz"


def orders(folder: Path, content: bytes) -> Path:
    name = "GOOG_2012-06-21_34200000_57600000_{}_1.csv"
    book = b"1000300,100,1000000,100\n" * content.count(b"\n")
    (folder / name.format("orderbook")).write_bytes(book)
    (folder / name.format("message")).write_bytes(content)
    return folder / name.format("message")


def pair(folder: Path, content: bytes) -> Path:
    first = (
        b'1723118400000000000 {"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT",'
        b'"b":"61000.00","B":"1.5","a":"61000.01","A":"2.5"}}\n'
        b'1723118400100000000 {"lastUpdateId":10,"bids":[["61000.00","1.5"]],'
        b'"asks":[["61000.01","2.5"]]}\n'
    )
    (folder / "btcusdt.gz").write_bytes(gzip.compress(first + content, 1))
    return folder / "btcusdt.gz"


def noise(folder: Path, content: bytes) -> Path:
    (folder / "something.zip").write_bytes(content)
    return folder / "something.zip"


FORMS: dict[str, tuple[Callable[[Path, bytes], Path], bytes]] = {
    "ticks": (ticks, b"34201000,1000100,50,P,2000,0\n34202000,1000200,100,N,1,0\n"),
    "quotes": (quotes, b"34200000,1000000,300,1000200,200,N,1,0\n34203000,0,0,1000300,9,N,1,0\n"),
    "minutes": (minutes, b"34200000,6430000,6435000,6429000,6431000,1000\n34260000,1,2,1,2,10\n"),
    "days": (days, b"2020-10-01T00:00:00+05:30,100.5,101,99,100,5000,0\n2020-10-05,1,2,1,1,5,0\n"),
    "orders": (orders, b"34200.1,1,11,100,1000000,1\n34200.2,4,11,10,1000000,1\n"),
    "pair": (
        pair,
        b'1723118401000000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT",'
        b'"t":5,"p":"61000.00","q":"0.0015","T":1,"m":true,"M":true}}\n',
    ),
    "noise": (noise, b"PK\x03\x04" + bytes(range(256))),
}  # fmt: skip


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Some bytes are others, cut, doubled, or a figure that no file has."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(6):
            case 0:
                content = content[:at]
            case 1:
                content = content[:at] + bytes([chance.choice(LETTERS)]) + content[at + 1 :]
            case 2:
                content = content[:at] + chance.randbytes(chance.randint(1, 9)) + content[at:]
            case 3:
                content = content[:at] + content[max(0, at - 40) :]
            case _:
                fields = content.split(b",")
                fields[chance.randrange(len(fields))] = chance.choice(FIGURES)
                content = b",".join(fields)
    return content


def outcome(path: Path) -> str:
    """Played for some steps, or refused in one sentence. Anything else is a bug and raised."""
    try:
        venue = PaperVenue(open_market(str(path)))
        venue.collect()
        for _ in range(STEPS_MAX):
            if venue.next_at() is None:
                break
            venue.advance(TIME_MAX)
            venue.collect()
    except TraderError as refusal:
        assert refusal.exit_code == 2, refusal
        sentence = str(refusal)
        assert "\n" not in sentence and len(sentence) < 1_000
        return "refused"
    return "played"


def try_files(form: str, folder: Path, count: int, seed: int) -> set[str]:
    write, content = FORMS[form]
    chance = random.Random(f"{form} {seed}")
    return {outcome(write(folder, spoilt(content, chance))) for _ in range(count)}


@pytest.mark.parametrize("form", [form for form in FORMS if form != "noise"])
def test_the_files_that_are_spoilt_are_good_ones(tmp_path: Path, form: str) -> None:
    write, content = FORMS[form]
    assert outcome(write(tmp_path, content)) == "played"


@pytest.mark.parametrize("form", FORMS)
def test_a_spoilt_file_is_played_or_refused_in_words(tmp_path: Path, form: str) -> None:
    assert "refused" in try_files(form, tmp_path, FILES, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_three_thousand_spoilt_files_are_played_or_refused(tmp_path: Path, form: str) -> None:
    assert "refused" in try_files(form, tmp_path, 50 * FILES, seed=2)


@pytest.mark.parametrize("form", ["ticks", "minutes", "days", "pair"])
def test_a_small_file_that_unpacks_to_much_is_refused_at_its_first_line(
    tmp_path: Path, form: str
) -> None:
    write, _ = FORMS[form]
    path = write(tmp_path, b"0" * BOMB_BYTES)
    assert path.stat().st_size < BOMB_BYTES // 100
    tracemalloc.start()
    try:
        assert outcome(path) == "refused"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES_MAX


def test_a_file_of_more_rows_than_a_day_has_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "ROWS_MAX", 1)
    _, content = FORMS["ticks"]
    with pytest.raises(RecordingError, match="has more than 1 rows"):
        PaperVenue(open_market(str(ticks(tmp_path, content))))


MATCHED = b"op,order_id,side,price,quantity,owner,stop\nlimit,1,B,100,5,a,\nlimit,2,S,100,3,b,\n"


def test_a_spoilt_file_of_orders_for_the_engine_is_matched_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, codes = random.Random(5), set()
    for _ in range(2 * FILES):
        (tmp_path / "orders.csv").write_bytes(spoilt(MATCHED, chance))
        home = ["--home", str(tmp_path / "home")]
        codes.add(launcher.main([*home, "match", str(tmp_path / "orders.csv")]))
        capsys.readouterr()
    assert codes == {0, 2}
