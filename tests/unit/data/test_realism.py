"""The realism report, worked by hand, and what may never be mixed in it."""

import json
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands import report
from data.errors import QueryError
from data.home import Home
from data.store.feeder import rebuild
from data.store.realism import Scope, realism_of
from engine.domain import events as ev
from engine.domain.measures import Displaced, Mark, Tape
from engine.domain.quotes import Source
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.limits import default_pairs
from engine.errors import InputError
from engine.instruments import Instrument
from engine.runtime.realism import Filled, Realism, Sum, concerns, in_hundredths, verdict
from engine.runtime.realism_words import one_line, report_lines
from engine.values import Instruction, Liquidity, Quantity
from tests.unit.data.desk_records import CENT, OPEN, QUOTE, submit, write

TWICE_ARRIVAL = QUOTE.bid + QUOTE.ask  # 189.99 + 190.00: the mid is 189.995


def session(run: int, source: Source, epoch: int, trade_date: int = 20260105) -> ev.SessionStarted:
    return ev.SessionStarted(
        OPEN, f"R{run}", "PAPER", source.name, source, trade_date, "PAPER", "us_retail",
        default_pairs(), "digest", 7, (), epoch,
    )  # fmt: skip


def order(order_id: int, instruction: Instruction, quantity: int, price: int) -> ev.OrderReleased:
    return ev.OrderReleased(
        OPEN, order_id, 20260105, order_id, f"C-{order_id}",
        submit("AAPL", instruction, quantity, price), 0, 0, QUOTE, (), "rules",
    )  # fmt: skip


def fill(order_id: int, quantity: int, price: int, liquidity: Liquidity, fee: int) -> Any:
    cash = -quantity * price * CENT - fee
    return ev.OrderFilled(
        OPEN, order_id, f"X-{order_id}", price, quantity, liquidity, fee, 0, cash, quantity, (),
        QUOTE, "",
    )  # fmt: skip


def marked(order_id: int, *mids: int) -> ev.FillsMarked:
    """Mids doubled, before the fill and 1, 10 and 60 s after it; 0 where it is not known."""
    pairs = zip((0, 1, 10, 60), mids, strict=True)
    marks = tuple(Mark(f"X-{order_id}", "AAPL", seconds, mid) for seconds, mid in pairs if mid)
    return ev.FillsMarked(OPEN, marks)


def traded(run: int, source: Source, epoch: int, first_order: int) -> list[Any]:
    """One run: 100 bought at 190.00 by taking, 200 of 300 sold at 190.10 while resting."""
    taker, maker = first_order, first_order + 1
    is_replay = source is Source.REPLAY
    return [
        session(run, source, epoch),
        order(taker, Instruction.BUY, 100, 1_900_000),
        fill(taker, 100, 1_900_000, Liquidity.TAKER, 1_000_000),
        order(maker, Instruction.SELL, 300, 1_901_000),
        ev.OrderWorking(OPEN, maker, f"V-{maker}", 500),
        fill(maker, 200, 1_901_000, Liquidity.MAKER, 2_500_000),
        ev.FeeConfirmed(OPEN, maker, f"X-{maker}", 0, 2_000_000, -500_000),
        marked(taker, TWICE_ARRIVAL, 3_800_000, 3_800_200, 0),
        marked(maker, 3_801_800, 3_802_200, 3_803_000, 3_803_800),
        ev.TapeMeasured(OPEN, (Tape("AAPL", Quantity(1_000), 8, Quantity(100)),), None),
        ev.TapeMeasured(
            OPEN,
            (Tape("AAPL", Quantity(4_000), 30, Quantity(300)),),
            Displaced(3, 250, 50) if is_replay else None,
        ),
        ev.SessionClosed(OPEN, "the script ended", True),
    ]


OPENING = [
    ev.AccountOpened(OPEN, "PAPER", "USD", 1_000_000_000_000),
    ev.InstrumentsKnown(OPEN, (Instrument("AAPL", "Apple"), Instrument("IBM"))),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.prepare(tmp_path / "home")
    write(home, [*OPENING, *traded(1, Source.REPLAY, 1, 1)])
    return home


def only_group(home: Home, scope: Scope = Scope()) -> Realism:  # noqa: B008 — a frozen tuple
    (group,) = realism_of(home, scope)[0]
    return group


def test_the_cost_against_the_arrival_mid_is_what_the_hand_computes(home: Home) -> None:
    # Bought 100 at 190.00 over 189.995: 0.50 lost. Sold 200 at 190.10: 0.105 × 200 = 21.00 gained.
    # Together −20.50 on 300 × 189.995 = 56,998.50: −3.60 bps; fees of 3.00 make it −3.07.
    group = only_group(home)
    assert (group.fills, group.shares, group.fees) == (2, 300, 3_000_000)
    assert group.slippage == Sum(2, -2 * 20_500_000, 2 * 56_998_500_000)
    assert in_hundredths(group.slippage.bps) == "−3.60"
    assert in_hundredths(group.paid_bps) == "−3.07"
    assert in_hundredths(group.sides["taker"].slippage.bps) == "0.26"


def test_marks_tell_what_the_tape_did_next_by_side_and_horizon(home: Home) -> None:
    # The buyer at 190.00: before 189.995, then 190.00, 190.01; the last mark is not known.
    taker = only_group(home).sides["taker"]
    told = {s: (m.fills, in_hundredths(m.bps)) for s, m in taker.marks.items()}
    assert told == {0: (1, "−0.26"), 1: (1, "0.00"), 10: (1, "0.53")}
    # The seller at 190.10: before 190.09, then 190.11, 190.15, 190.19 against her.
    maker = only_group(home).sides["maker"]
    assert {s: in_hundredths(m.bps) for s, m in maker.marks.items()} == {
        0: "0.53", 1: "−0.53", 10: "−2.63", 60: "−4.73"
    }  # fmt: skip


def test_the_tape_the_queue_and_the_recording_are_told_beside_it(home: Home) -> None:
    group = only_group(home)
    assert group.tape == {"AAPL": Tape("AAPL", Quantity(4_000), 30, Quantity(300))}
    assert group.displaced == Displaced(3, 250, 50)
    passive = group.passive
    assert (passive.orders, passive.orders_filled) == (1, 1)
    assert (passive.shares, passive.shares_filled) == (300, 200)
    assert verdict(group) == "believable, as far as 2 fills can tell"


def test_a_mixed_home_is_told_group_by_group_and_never_as_one(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    runs = [
        *traded(1, Source.SYNTHETIC, 1, 1),
        *traded(2, Source.REPLAY, 1, 3),
        *traded(3, Source.REPLAY, 2, 5),
        *traded(4, Source.LIVE, 2, 7),
        *traded(5, Source.DELAYED, 2, 9),
        *traded(6, Source.REPLAY, 2, 11),
    ]
    write(home, [*OPENING, *runs])
    groups = {(g.epoch, g.source): g for g in realism_of(home, Scope())[0]}
    assert {key: (g.sessions, g.fills) for key, g in groups.items()} == {
        (1, "synthetic"): (1, 2),
        (1, "replay"): (1, 2),
        (2, "replay"): (2, 4),
        (2, "live"): (1, 2),
        (2, "delayed"): (1, 2),
    }
    assert groups[2, "replay"].tape["AAPL"].own_volume == 600
    assert groups[2, "replay"].displaced == Displaced(6, 500, 100)
    assert groups[1, "synthetic"].displaced is None
    assert only_group(home, Scope("last")).source == "replay"
    assert only_group(home, Scope("R4")).source == only_group(home, Scope("4")).source == "live"


def test_a_scope_of_dates_takes_whole_sessions(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    later = traded(2, Source.SYNTHETIC, 1, 3)
    later[0] = session(2, Source.SYNTHETIC, 1, 20260106)
    write(home, [*OPENING, *traded(1, Source.SYNTHETIC, 1, 1), *later])
    assert only_group(home).fills == 4
    assert only_group(home, Scope(first=date(2026, 1, 6))).fills == 2
    assert only_group(home, Scope(last=date(2026, 1, 5))).fills == 2
    assert realism_of(home, Scope(first=date(2026, 1, 7)))[0] == []
    with pytest.raises(QueryError, match="no session R7; the sessions of this home are: R1 to R2"):
        realism_of(home, Scope("R7"))


def test_a_rebuilt_store_gives_the_same_report(home: Home) -> None:
    before = only_group(home)
    rebuild(home)
    assert only_group(home) == before


def test_every_concern_names_its_number_and_its_threshold() -> None:
    group = Realism(1, "replay", "USD", sessions=1)
    group.tape["GOOG"] = Tape("GOOG", Quantity(1_000), 10, Quantity(101))
    group.displaced, group.recorded = Displaced(2, 10, 0), 10
    group.passive.orders = group.passive.orders_filled = 20
    group.assumptions.booked = ["pessimistic"]
    group.assumptions.shares = {"pessimistic": 70, "front": 100}
    maker = Filled(fills=20, shares=101)
    maker.marks = {0: Sum(20, 1, 10_000), 10: Sum(20, 2, 10_000)}
    group.sides["maker"] = maker
    told = {c.name: (c.actual, c.threshold) for c in concerns(group)}
    assert told == {
        "own_share": ("10.10 %", "10 %"),
        "displaced": ("20.00 %", "10 %"),
        "assumption": ("30.00 %", "25 %"),
        "fill_rate": ("100.00 %", "90 %"),
        "adverse_selection": ("+2.00 bps", "+1.00 bps"),
    }
    assert verdict(group).startswith("not believable because you were 10.10 % of what traded")
    assert "threshold 10 %" in "\n".join(report_lines(group))
    assert "not believable because" in one_line([group])


def test_at_its_threshold_nothing_is_a_concern() -> None:
    group = Realism(1, "replay", "USD", sessions=1)
    group.tape["GOOG"] = Tape("GOOG", Quantity(1_000), 10, Quantity(100))
    group.displaced, group.recorded = Displaced(1, 10, 0), 10
    group.passive.orders, group.passive.orders_filled = 20, 18
    group.assumptions.booked = ["pessimistic"]
    group.assumptions.shares = {"pessimistic": 75, "front": 100}
    group.sides["maker"] = Filled(fills=20, shares=100)
    group.sides["maker"].marks = {0: Sum(20, 1, 10_000), 10: Sum(20, 1, 10_000)}
    assert concerns(group) == ()
    assert verdict(group) == "believable"


def asked(home: Home, **given: Any) -> Namespace:
    named = {"name": None, "session": None, "first": None, "last": None, "html": None}
    return Namespace(home=home.path, **{**named, "json": False, **given})


def test_without_a_name_the_reports_are_listed(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    report.run(asked(home, json=True))
    names = json.loads(capsys.readouterr().out)["reports"]
    assert {"realism", "profit_by_symbol", "fills_by_order", "denied_orders"} <= set(names)
    assert not [name for name in names if name.startswith("realism_")]


def test_the_page_is_one_file_that_reaches_for_nothing(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "realism.html"
    report.run(asked(home, name="realism", html=page, json=True))
    told = json.loads(capsys.readouterr().out)
    text = page.read_text()
    assert "<svg" in text
    assert told["groups"][0]["verdict"] in text
    for reach in ("http", "<script", "src=", "url(", "@import", "<link"):
        assert reach not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["realism.html"]
    with pytest.raises(InputError, match="lies in the trader home"):
        report.run(asked(home, name="realism", html=home.settings_path))


def test_a_page_shows_what_a_person_typed_as_text(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "orders.html"
    evil = submit("<b>X</b>", Instruction.BUY, 20_000, 1_000_000)
    finding = Finding("R01", "order_quantity", Verdict.DENY, "Too much <b>.", "20,000")
    write(home, [ev.OrderDenied(OPEN, 9, 20260105, 9, evil, QUOTE, (finding,), "rules")])
    report.run(asked(home, name="denied_orders", html=page))
    assert "&lt;b&gt;X&lt;/b&gt;" in page.read_text()
    assert "<b>" not in page.read_text()
    capsys.readouterr()


def test_what_was_missed_by_not_being_filled_is_what_the_hand_computes(tmp_path: Path) -> None:
    """Perold's paper portfolio has all of it at the arrival mid of 189.995."""
    home = Home.prepare(tmp_path / "home")
    asked = (1, Instruction.BUY, 100, 1_899_000), (2, Instruction.SHORT, 50, 1_901_000)
    bought, shorted = (order(*each) for each in asked)
    records = [
        *OPENING,
        session(1, Source.REPLAY, 1),
        bought,
        shorted,
        order(3, Instruction.BUY, 100, 1_899_000),
        # The buyer gave up at 190.195: 0.20 × 100 missed. The seller at 190.095: 0.10 × 50 saved.
        ev.OrderCancelled(OPEN, 1, 100, "", True, 0, 2 * 1_901_950),
        ev.OrderExpired(OPEN, 2, 50, "the trading day ended", 0, 2 * 1_900_950),
        ev.OrderCancelled(OPEN, 3, 100, "", True),
    ]
    write(home, records)
    group = only_group(home)
    assert group.remainders == 3
    assert group.missed == Sum(2, 2 * (20_000_000 - 5_000_000), 2 * 150 * 189_995_000)
    assert in_hundredths(group.missed.bps) == in_hundredths(group.shortfall_bps) == "5.26"
    told = "\n".join(report_lines(group))
    assert "3 remainders never filled: +5.26 bps missed" in told
    assert "of 1 of them no mid is known" in told
