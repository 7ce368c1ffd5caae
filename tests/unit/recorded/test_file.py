"""The file of a recording: what goes in comes out, and damage ends it with a sentence."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.feeds.recorded.blocks import (
    MAGIC,
    RecordedFileError,
    is_recorded,
    pack_block,
    read_frames,
    survey,
)
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import (
    Carried,
    Depth,
    Gap,
    Head,
    OwnChange,
    OwnFill,
    Printed,
    Quoted,
    decode_frames,
    encode_frames,
)
from connectors.feeds.recorded.shelf import look_at
from engine.domain.quotes import Source
from engine.exchange.messages import CancelOrder, NewOrder, ReduceOrder, ReplaceOrder
from engine.instruments import Instrument
from engine.values import Instruction, Liquidity, OrderType, Side, TimeInForce, Trigger

OFFSETS_TRIED = 300

symbols = st.sampled_from(["AAPL", "MSFT", "BRK.B"])
prices = st.integers(0, 10**12)
sizes = st.integers(0, 10**9)
ids = st.integers(-(1 << 40), (1 << 62))
sides = st.sampled_from(Side)
operations = st.one_of(
    st.builds(
        NewOrder, ids, symbols, sides, st.sampled_from(OrderType), sizes, prices, prices,
        st.sampled_from(TimeInForce), st.sampled_from(Trigger), st.booleans(), st.integers(0, 9),
    ),
    st.builds(CancelOrder, ids, symbols),
    st.builds(ReduceOrder, ids, symbols, sizes),
    st.builds(ReplaceOrder, ids, symbols, prices, sizes, prices),
)  # fmt: skip
levels = st.lists(st.tuples(prices, sizes), max_size=4).map(tuple)
bodies = st.one_of(
    st.builds(Carried, st.lists(operations, max_size=4).map(tuple)),
    st.builds(Quoted, symbols, prices, sizes, prices, sizes),
    st.builds(Printed, symbols, prices, sizes, st.sampled_from([-1, 0, 1])),
    st.builds(Depth, symbols, sides, levels),
    st.builds(OwnChange, st.integers(0, 1 << 62), sizes, st.text(max_size=9), st.text(max_size=9)),
    st.builds(
        OwnFill, st.integers(0, 1 << 62), sizes, symbols, st.sampled_from(Instruction), prices,
        sizes, st.sampled_from(Liquidity), st.text(max_size=20),
    ),
    st.builds(Gap, sizes),
)  # fmt: skip
frames = st.lists(st.tuples(st.integers(0, 1 << 61), bodies), min_size=1, max_size=12).map(
    lambda found: sorted(found, key=lambda frame: frame[0])
)


@given(frames)
@settings(max_examples=150, deadline=None)
def test_frames_come_out_as_they_went_in(written):
    assert decode_frames(encode_frames(written)) == written


def a_file(path: Path, blocks: int = 5) -> list[tuple[int, object]]:
    head = Head(1, "c0ffee", "test", Source.SYNTHETIC, 20260105, "R1", 1, (Instrument("AAPL"),))
    written: list[tuple[int, object]] = [(10, head)]
    data = MAGIC + pack_block(written, 0)
    for block in range(1, blocks):
        some = [(1_000 * block + n, Printed("AAPL", 100 + n, 5, 1)) for n in range(20)]
        written += some
        data += pack_block(some, 0)
    path.write_bytes(data)
    return written


def test_any_cut_leaves_the_whole_blocks_before_it(tmp_path):
    path = tmp_path / "cut.trec"
    written = a_file(path)
    whole = path.read_bytes()
    for length in range(len(MAGIC), len(whole)):
        path.write_bytes(whole[:length])
        contents = survey(path, thoroughly=True)
        read = list(read_frames(path))
        assert read == written[: len(read)]
        at_an_end = length in {len(MAGIC), *(block.ends for block in contents.blocks)}
        assert bool(contents.damage) != at_an_end
        if contents.damage:
            assert "damaged or cut off" in contents.damage


def test_any_flipped_bit_is_noticed_and_what_stands_before_it_plays(tmp_path):
    path = tmp_path / "flip.trec"
    written = a_file(path)
    whole = path.read_bytes()
    chance = random.Random(1)
    for offset in sorted(chance.sample(range(len(MAGIC), len(whole)), OFFSETS_TRIED)):
        data = bytearray(whole)
        data[offset] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        contents = survey(path, thoroughly=True)
        assert contents.damage, offset
        assert all(block.ends <= offset for block in contents.blocks)
        read = list(read_frames(path))
        assert read == written[: len(read)]


def test_a_damaged_recording_plays_up_to_the_damage_and_says_so(session, tmp_path):
    path = tmp_path / "cut.trec"
    whole = session.path.read_bytes()
    blocks = survey(session.path, thoroughly=True).blocks
    path.write_bytes(whole[: blocks[-1].offset + 5])
    flow = RecordedFlow(path)
    assert "damaged or cut off after its block" in flow.note
    assert flow.span[1] == blocks[-2].last_at
    assert "damaged or cut off" in look_at(path).problem


def test_what_is_no_recording_is_one_sentence(tmp_path):
    path = tmp_path / "x.trec"
    path.write_bytes(b"PK\x03\x04")
    assert not is_recorded(path)
    with pytest.raises(RecordedFileError, match="no session recorded by trader"):
        survey(path, thoroughly=True)
    path.write_bytes(MAGIC)
    with pytest.raises(RecordedFileError, match="nothing of the recording can be read"):
        RecordedFlow(path)


def test_a_later_format_is_refused_by_its_number(tmp_path):
    path = tmp_path / "x.trec"
    head = Head(99, "c0ffee", "test", Source.SYNTHETIC, 20260105, "R1", 1, ())
    path.write_bytes(MAGIC + pack_block([(10, head)], 0))
    with pytest.raises(RecordedFileError, match="format 99; this program reads up to 1"):
        RecordedFlow(path)
