"""LOBSTER files: every form is read, and what cannot be right is named by file, row and column."""

from zipfile import ZipFile

import pytest

from connectors.feeds.lobster_file import CHUNK_ROWS, NO_BOOK_NOTE, open_recording
from connectors.feeds.lobster_names import RecordingError, identify
from engine.values import NANOS_PER_SECOND

OPENING = 34_200 * NANOS_PER_SECOND


def rows_of(recording):
    return [message for chunk in recording.chunks() for message in chunk.messages]


def problem_of(path, book=None):
    with pytest.raises(RecordingError) as caught:
        open_recording(path, book).check()
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_every_form_holds_the_same_rows(plain):
    forms = [plain.write(), plain.write_gzip(), plain.write_zip()]
    rows = [rows_of(open_recording(form)) for form in forms]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0][1] == (OPENING + 200_000_000, 1, 12, 40, 1_000_000, 1)


def test_the_name_says_symbol_date_session_and_levels():
    identity = identify("GOOG_2012-06-21_34200000_57600000_message_10.csv")
    assert (identity.symbol, identity.trade_date, identity.levels) == ("GOOG", 20120621, 10)
    assert identity.ends_at - identity.starts_at == 23_400 * NANOS_PER_SECOND
    assert identity.starts_at == 1_340_285_400 * NANOS_PER_SECOND
    short = identify("MSFT_2012-06-21_message_50_first1950.csv.gz")
    assert (short.symbol, short.starts_at) == ("MSFT", identity.starts_at)


@pytest.mark.parametrize(
    "name",
    ["orders.csv", "GOOG_2012-06-31_message_10.csv", "GOOG_2012-06-21_9_5_message_10.csv"],
)
def test_a_name_that_says_too_little_is_an_error(name):
    with pytest.raises(RecordingError):
        identify(name)


def test_nanoseconds_are_kept_exactly(writer):
    writer_ = writer(levels=1).row("0.014231441 1 1 5 1000000 1", [(1_000_000, 5)], [])
    writer_.messages[0] = writer_.messages[0].replace("34200.014231441", "86399.999999999")
    ((at, *_),) = rows_of(open_recording(writer_.write()))
    assert at == 86_399_999_999_999


def test_without_an_orderbook_file_only_announced_depth_is_known(plain):
    recording = open_recording(plain.write("message"))
    assert recording.note == NO_BOOK_NOTE and not recording.has_book
    assert recording.check() == 4


def test_rows_of_one_time_stay_in_one_chunk(writer):
    writer_ = writer(levels=1)
    for number in range(1, CHUNK_ROWS + 10):
        at = 1 if number in (CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1) else number / 1e5
        at = at if number <= CHUNK_ROWS + 1 else 2
        writer_.row(f"{at} 1 {number} 5 1000000 1", [(1_000_000, 5)], [])
    chunks = list(open_recording(writer_.write()).chunks())
    assert [len(chunk.messages) for chunk in chunks] == [CHUNK_ROWS - 2, 11]
    assert chunks[1].first_row == CHUNK_ROWS - 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("34200.3,4,11,100,1000000", "row 3, 5 columns where 6 are expected"),
        ("34200.3,4,11,100,1000000,1,1", "row 3, 7 columns"),
        ("34200.3,4,11,x,1000000,1", "row 3, column 4 (size): 'x' is no whole number"),
        ("34200.3,4,11,10.5,1000000,1", "row 3, column 4 (size)"),
        ("noon,4,11,100,1000000,1", "row 3, column 1 (time): 'noon' is no time in seconds"),
        ("34200.15,4,11,100,1000000,1", "row 3, column 1 (time): is earlier"),
        ("-1,4,11,100,1000000,1", "row 3, column 1 (time): -1.0 is no time"),
        ("34200.3,8,11,100,1000000,1", "row 3, column 2 (type): 8 is no type"),
        ("34200.3,4,11,0,1000000,1", "row 3, column 4 (size): 0 shares"),
        ("34200.3,4,11,100,-5,1", "row 3, column 5 (price): -5 is no price"),
        ("34200.3,4,11,100,1000000,0", "row 3, column 6 (direction): must be 1 or -1"),
        ("34200.3,4,0,100,1000000,1", "row 3, column 3 (order id): 0 is no order's"),
        ("", "row 3, 1 columns"),
        ("34200.3,4,11,100,1000000,1],[34200.3,4,11,100,1000000,1", "row 3, 12 columns"),
        ("\x1b[31m,4,11,100,1000000,1", "row 3, column 1 (time): '\\x1b[31m'"),
    ],
)
def test_a_bad_message_is_named_by_row_and_column(plain, line, words):
    plain.messages[2] = line
    text = problem_of(plain.write())
    assert text.startswith(f"{plain.path().name}, ") and words in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,2,3,4", "row 3, 4 columns where 12 are expected"),
        ("1,2,3,4,5,6,7,8,9,ten,11,12", "row 3, column 10: 'ten' is no whole number"),
        ("1],[2", "row 3, column 1"),
    ],
)
def test_a_bad_book_row_is_named_by_row_and_column(plain, line, words):
    plain.books[2] = line
    text = problem_of(plain.write())
    assert text.startswith(f"{plain.path('orderbook').name}, ") and words in text


def test_files_of_different_length_do_not_belong_together(plain):
    plain.books.append(plain.books[-1])
    assert "ends after row 4, but" in problem_of(plain.write())
    del plain.books[-2:]
    assert "ends after row 3, but" in problem_of(plain.write())


def test_a_zip_cut_short_is_damaged(plain):
    path = plain.write_zip()
    path.write_bytes(path.read_bytes()[:-30])
    assert problem_of(path).startswith("recording.zip is damaged or cut short")


def test_a_flipped_byte_in_a_zip_is_damage(plain):
    path = plain.write_zip()
    with ZipFile(path) as archive:
        start = archive.infolist()[0].header_offset
    content = bytearray(path.read_bytes())
    at = content.index(b"34200.2", start)
    content[at + 6] ^= 1
    path.write_bytes(content)
    assert "is damaged or cut short (Bad CRC-32" in problem_of(path)


def test_a_gzip_cut_short_is_damaged(plain):
    path = plain.write_gzip()
    path.write_bytes(path.read_bytes()[:-9])
    assert f"{path.name} is damaged or cut short" in problem_of(path)


def test_a_text_file_that_ends_inside_a_row_is_named_by_row(plain):
    path = plain.write()
    path.write_bytes(path.read_bytes()[:-20])
    assert "row 4, " in problem_of(path)


def test_an_empty_file_is_no_recording(plain):
    plain.messages, plain.books = [], []
    assert problem_of(plain.write()).endswith("is empty")


def test_a_zip_with_two_recordings_is_ambiguous(plain):
    path = plain.write_zip()
    with ZipFile(path, "a") as archive:
        archive.writestr("MSFT_2012-06-21_message_10.csv", "")
    assert "this zip holds 2 and 1" in problem_of(path)


def test_an_orderbook_file_alone_is_refused_in_words(plain):
    plain.write()
    assert "name its message file" in problem_of(plain.path("orderbook"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "no such file" in problem_of(tmp_path / "GOOG_2012-06-21_message_10.csv")


def test_a_line_without_end_is_not_read_into_memory(plain):
    path = plain.write()
    path.write_bytes(b"1" * (1 << 21))
    assert "a line has more than" in problem_of(path)
