"""Exits follow their entry: sized by its fills, priced by what it cost, gone when it is."""

import pytest

from engine.domain import commands as cmd
from engine.domain.amendments import VenueTradeBusted, VenueTradeCorrected
from engine.domain.commands import ExitTerm
from engine.domain.events import (
    DuplicateIgnored,
    OrderDenied,
    OrderHeld,
    ReplaceDenied,
    ReplaceRequested,
)
from engine.domain.identity import (
    CLIENT_ORDER_ID_MAX,
    LEGS_MAX,
    client_order_id,
    group_of,
    leg_id,
    leg_of,
)
from engine.domain.lifecycle import Status
from engine.domain.orders import short_label, state_word
from engine.domain.quotes import Phase
from engine.domain.reasons import Refusal
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    TradeDateRolled,
    VenueCancelRefused,
)
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

from .bench import ASK, BID, DOLLAR, STOP, TARGET, desk, entry, leg, oco, told


def test_the_exits_of_an_entry_wait_without_exposure() -> None:
    bench = desk()
    bench.submit(entry())
    assert told(bench, 1) == ["1.1 held -", "1.2 held -"]
    assert list(bench.state.live) == [1]
    assert bench.state.order_next == 2
    assert short_label(leg(bench, 1, 2), bench.state.trade_date) == "1.2"
    assert leg(bench, 1, 2).label == "20260105-1.2"


def test_each_fill_releases_and_resizes_them() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]
    bench.other(Side.SELL, 40, "AAPL", BID)
    assert told(bench, 1) == ["1.1 working 100", "1.2 working 100"]


def test_a_burst_of_fills_is_one_change_an_exit() -> None:
    """Four fills while the first release is on its way: then one replace each, to the whole."""
    bench = desk(latency=lambda request: 50_000_000)
    bench.submit(entry())
    bench.pass_time(0.1)
    bench.other(Side.SELL, 10_020, "AAPL", BID)
    changes = []
    for _ in range(4):
        changes += bench.other(Side.SELL, 10, "AAPL", BID)
    before = len(bench.journal.events())
    bench.pass_time(1)
    asked = [e for e in bench.journal.events()[before:] if isinstance(e, ReplaceRequested)]
    assert [(leg_of(e.order_id), e.quantity) for e in asked] == [(1, 60), (2, 60)]
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_the_target_takes_its_part_off_the_stop_and_both_end_together() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    bench.other(Side.BUY, 10_030, "AAPL", TARGET)
    assert told(bench, 1) == ["1.1 partial 70", "1.2 working 70"]
    bench.other(Side.BUY, 70, "AAPL", TARGET)
    assert told(bench, 1) == ["1.1 filled 0", "1.2 cancelled 0"]
    assert bench.position("AAPL") == 0


def test_what_the_entry_fills_after_its_exits_were_done_gets_new_ones() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    bench.other(Side.BUY, 10_060, "AAPL", TARGET)
    assert bench.position("AAPL") == 0
    bench.other(Side.SELL, 40, "AAPL", BID)
    assert told(bench, 1) == [
        "1.1 filled 0",
        "1.2 cancelled 0",
        "1.3 working 40",
        "1.4 working 40",
    ]


def test_an_entry_that_ends_unfilled_takes_its_exits_with_it() -> None:
    bench = desk()
    bench.submit(entry())
    bench.submit(cmd.CancelOrder(bench.order(1).order_id))
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0"]
    assert leg(bench, 1, 1).text == "its entry ended unfilled"


def test_an_entry_cancelled_in_part_keeps_the_exits_of_what_it_filled() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    bench.submit(cmd.CancelOrder(bench.order(1).order_id))
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_distances_of_a_market_entry_count_from_what_it_cost() -> None:
    bench = desk()
    bench.other(Side.SELL, 5_000, "AAPL", ASK + 200)
    away = {"target": ExitTerm(offset=15_000), "stop_loss": ExitTerm(percent=-8_000)}
    bench.submit(entry(type=OrderType.MARKET, **away))
    assert leg(bench, 1, 1).price == ASK + 15_000
    # 190.01 less 0.8 % is 188.48992; on tick, and not nearer than was asked.
    assert leg(bench, 1, 2).stop == 1_884_800


def test_an_exit_keeps_the_price_that_a_hand_gave_it() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    moved = Price(STOP - 10_000)
    bench.submit(cmd.ReplaceOrder(leg(bench, 1, 2).order_id, stop=moved))
    bench.other(Side.SELL, 40, "AAPL", BID)
    assert (leg(bench, 1, 2).stop, leg(bench, 1, 2).quantity) == (moved, 100)


def test_the_size_of_an_exit_is_not_a_hand_s_to_change() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    change = cmd.ReplaceOrder(leg(bench, 1, 2).order_id, quantity=Quantity(50))
    refused = [e for e in bench.submit(change) if isinstance(e, ReplaceDenied)]
    assert [e.refusal for e in refused] == [Refusal.SIZED_BY_FILLS]


def test_an_exit_that_a_hand_cancelled_does_not_come_back_with_the_next_fill() -> None:
    bench = desk()
    bench.submit(entry())
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    bench.submit(cmd.CancelOrder(leg(bench, 1, 1).order_id))
    bench.other(Side.SELL, 40, "AAPL", BID)
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 working 100"]


def test_a_short_s_exits_cover() -> None:
    bench = desk()
    short = {"target": ExitTerm(STOP), "stop_loss": ExitTerm(TARGET)}
    bench.submit(entry(price=ASK, instruction=Instruction.SHORT, **short))
    bench.other(Side.BUY, 10_100, "AAPL", ASK)
    assert told(bench, 1) == ["1.1 working 100", "1.2 working 100"]
    assert {leg(bench, 1, n).order.instruction for n in (1, 2)} == {Instruction.COVER}


def test_two_exits_of_a_position_share_its_quantity() -> None:
    bench = desk()
    bench.submit(entry(target=None, stop_loss=None))
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    held = [e for e in bench.submit(oco()) if isinstance(e, OrderHeld)]
    assert [e.number for e in held] == [2, 2]
    assert told(bench, 2) == ["2.1 working 100", "2.2 working 100"]
    assert isinstance(bench.submit(oco())[0], DuplicateIgnored)
    bench.other(Side.BUY, 10_100, "AAPL", TARGET)
    assert told(bench, 2) == ["2.1 filled 0", "2.2 cancelled 0"]


def test_exits_beyond_the_position_are_denied_as_one_order() -> None:
    bench = desk()
    (denied,) = [e for e in bench.submit(oco()) if isinstance(e, OrderDenied)]
    assert (denied.number, denied.findings[0].code) == (1, "short_sale")
    assert not bench.state.brackets


def test_while_the_link_is_down_an_exit_waits_instead_of_being_denied() -> None:
    bench = desk()
    bench.submit(entry())
    bench.submit(LinkChanged("other", LinkState.DOWN, "test"))
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    assert told(bench, 1) == ["1.1 held -", "1.2 held -"]
    bench.submit(LinkChanged("other", LinkState.UP, "test"))
    bench.pass_time(2)
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_in_a_halt_a_stop_waits_for_the_market_to_trade_again() -> None:
    bench = desk()
    bench.submit(entry())
    bench.state.phases["AAPL"] = Phase.HALTED
    bench.other(Side.SELL, 10_060, "AAPL", BID)
    assert told(bench, 1) == ["1.1 held -", "1.2 held -"]
    bench.enters("AAPL", Phase.OPEN)
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_exits_that_live_on_are_sized_by_an_entry_of_the_day_before() -> None:
    bench = desk()
    bench.submit(entry(time_in_force=TimeInForce.GTC))
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    bench.other(Side.BUY, 10_030, "AAPL", TARGET)
    bench.submit(TradeDateRolled(20260106, ()))
    assert bench.state.orders[1].is_done, "it stays as long as its exits work"
    stop = leg(bench, 1, 2)
    bench.submit(cmd.ReplaceOrder(stop.order_id, stop=Price(STOP - 100)))
    assert told(bench, 1) == ["1.1 partial 70", "1.2 working 70"]
    assert short_label(stop, bench.state.trade_date) == "0105-1.2"


def test_where_the_venue_has_no_groups_the_target_takes_the_place_of_the_stop() -> None:
    bench = desk(has_oca=False)
    bench.submit(entry())
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    assert told(bench, 1) == ["1.1 held -", "1.2 working 100"]
    bench.other(Side.BUY, 10_030, "AAPL", TARGET)
    assert told(bench, 1) == ["1.1 partial 70", "1.2 cancelled 0"]
    assert bench.position("AAPL") == 70


def test_and_the_stop_comes_back_when_the_market_turns() -> None:
    bench = desk(has_oca=False)
    bench.submit(entry())
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    bench.other(Side.BUY, 10_030, "AAPL", TARGET)
    bench.other(Side.BUY, 500, "AAPL", STOP - 100)
    bench.other(Side.SELL, 10, "AAPL", STOP - 100)
    assert told(bench, 1)[:2] == ["1.1 cancelled 0", "1.2 cancelled 0"]
    assert bench.position("AAPL") in (0, 70)
    assert state_word(bench.state.orders[leg_id(1, 3)]) in ("working", "filled")


def test_what_an_entry_fills_while_it_is_flattened_is_closed_and_brings_no_exits() -> None:
    bench = desk(latency=lambda request: Nanos(100_000_000))
    bench.submit(entry())
    bench.pass_time(1)
    bench.submit(cmd.Flatten("PAPER", "AAPL"))
    bench.other(Side.SELL, 10_040, "AAPL", BID)
    bench.quotes("AAPL", BID, ASK)
    bench.pass_time(3)
    assert bench.position("AAPL") == 0
    assert bench.order(1).cumulative == 40
    assert [state_word(leg(bench, 1, n)) for n in (1, 2)] == ["cancelled", "cancelled"]
    assert not bench.state.live


def test_a_stop_that_the_venue_would_not_give_back_is_asked_for_again_a_little_later() -> None:
    bench = desk(has_oca=False, latency=lambda request: Nanos(2_000_000_000))
    bench.submit(entry())
    bench.pass_time(3)
    bench.other(Side.SELL, 10_100, "AAPL", BID)
    bench.pass_time(3)
    bench.other(Side.BUY, 10_001, "AAPL", TARGET)  # the quote shows the target's price
    stop = leg(bench, 1, 2)
    assert stop.is_cancelling
    bench.submit(VenueCancelRefused(stop.client_order_id, "not now"))
    assert not stop.is_cancelling
    bench.pass_time(1.2)
    assert stop.is_cancelling
    bench.pass_time(6)
    assert told(bench, 1)[1] == "1.2 cancelled 0"
    assert bench.position("AAPL") >= 0


@pytest.mark.parametrize(("group", "number"), [(1, 1), (7, 2), (4_000_000_000, 16)])
def test_the_id_of_a_leg_says_what_it_belongs_to(group: int, number: int) -> None:
    order_id = leg_id(group, number)
    assert (group_of(order_id), leg_of(order_id)) == (group, number)


def test_the_longest_id_of_a_leg_is_one_that_venues_accept() -> None:
    longest = leg_id(36**4, LEGS_MAX)
    name = client_order_id(instance="ABCD", epoch=36, order_id=longest, revision=36)
    assert len(name) <= CLIENT_ORDER_ID_MAX
    assert group_of(longest) == 36**4


def test_an_entry_that_is_scalped_again_and_again_is_protected_every_time() -> None:
    """Each of twenty parts is bought, protected and sold at the target before the next."""
    bench = desk()
    bench.submit(entry(200))
    bench.other(Side.SELL, 10_000, "AAPL", BID)
    bench.other(Side.BUY, 10_000, "AAPL", TARGET)
    for part in range(1, 21):
        bench.other(Side.SELL, 10, "AAPL", BID)
        assert bench.position("AAPL") == 10
        assert told(bench, 1)[-2:] == [f"1.{2 * part - 1} working 10", f"1.{2 * part} working 10"]
        bench.other(Side.BUY, 10, "AAPL", TARGET)
        assert bench.position("AAPL") == 0


def test_a_trade_that_is_taken_back_takes_its_exits_with_it():
    bench = desk()
    bench.host.submit(entry(100, ASK))
    name = bench.state.orders[1].client_order_id
    (execution,) = bench.state.executions
    bench.host.reports(VenueTradeBusted(name, execution, leaves=Quantity(0)))
    assert told(bench, 1) == ["1.1 cancelled 0", "1.2 cancelled 0"]


def test_a_trade_that_is_corrected_downwards_leaves_no_exit_larger_than_the_position():
    bench = desk()
    bench.host.submit(entry(100, ASK))
    name = bench.state.orders[1].client_order_id
    (execution,) = bench.state.executions
    sixty = VenueTradeCorrected(
        name, execution, 1, ASK, Quantity(60), Liquidity.TAKER, leaves=Quantity(0)
    )
    bench.host.reports(sixty)
    assert bench.position("AAPL") == 60
    assert told(bench, 1) == ["1.1 working 60", "1.2 working 60"]


def test_a_position_that_loses_its_trade_keeps_no_exits():
    bench = desk()
    bench.host.submit(entry(100, ASK, target=None, stop_loss=None))
    bench.host.submit(oco(100))
    (group,) = bench.state.brackets
    assert told(bench, group) == [f"{leg(bench, group, n).name} working 100" for n in (1, 2)]
    (execution,) = bench.state.executions
    name = bench.state.orders[1].client_order_id
    bench.host.reports(VenueTradeBusted(name, execution, leaves=Quantity(0)))
    assert bench.position("AAPL") == 0
    assert all(each.is_done for each in (leg(bench, group, 1), leg(bench, group, 2)))


def test_a_stop_at_no_price_is_refused_and_not_moved() -> None:
    """It had been moved to the least price there is, and said nothing."""
    bench = desk()
    (denied,) = bench.submit(entry(100, target=None, stop_loss=ExitTerm(offset=-2_000_000)))
    assert isinstance(denied, OrderDenied)
    assert [found.sentence for found in denied.findings] == [
        "`sl` of an entry at 189.99 would stand below the least price, 0.0001 (D04 exits)."
    ]


def test_an_exit_that_its_entrys_fill_leaves_no_price_is_denied_in_words() -> None:
    bench = desk(latency=lambda request: Nanos(NANOS_PER_SECOND))
    far = ExitTerm(offset=-180 * DOLLAR)
    bench.submit(entry(100, type=OrderType.MARKET, target=None, stop_loss=far))
    bench.others_leave("AAPL")
    bench.quotes("AAPL", Price(170 * DOLLAR - 100), Price(170 * DOLLAR))
    bench.pass_time(3)
    assert bench.position("AAPL") == 100
    assert leg(bench, 1, 2).status is Status.DENIED
    (denied,) = [event for event in bench.journal.events() if isinstance(event, OrderDenied)]
    assert [found.sentence for found in denied.findings] == [
        "Stop 0.0000 is no price: it has to be above zero (R03 tick_or_lot)."
    ]
