"""Hard limits by the venue's truth: what is counted, that it can be broken, and that it matters."""

from collections import Counter

import pytest

from connectors.faults.rates import Faults
from engine.domain.commands import SubmitOrder
from engine.domain.events import OrderReleased, QuoteSeen
from engine.domain.requests import NewOrderRequest, ReplaceRequest, Request
from engine.values import Instruction, OrderId, OrderType, Price, Quantity, TimeInForce
from simulation.account import VenueAccount, VenueOrder
from simulation.broken import Broken
from simulation.evidence import Evidence
from simulation.families import LIMITS, LOSSES, limits_plan_of
from simulation.invariants.limits import i29_no_fill_passes_what_was_allowed
from simulation.limits import Count
from simulation.reach import Reach
from simulation.run import run_seed

SEEDS = 120
HELD_AGAINST = ("R01", "R02", "R08", "R09", "R12", "R13", "R17", "R29")
NEAR_MIN, DENIED_MIN = 5, 25
BUY, SHORT, SELL = Instruction.BUY, Instruction.SHORT, Instruction.SELL


@pytest.fixture(scope="module")
def mattered() -> dict[str, Counter[str]]:
    """Over many seeds of the family, by rule."""
    total: dict[str, Counter[str]] = {}
    for seed in range(1, SEEDS + 1):
        outcome = run_seed(seed, LIMITS)
        assert not outcome.broken, outcome.again
        for rule, count in outcome.limits.items():
            counted = total.setdefault(rule, Counter())
            counted.update(kept=count.kept, near=count.near, denied=count.denied)
    return total


@pytest.mark.parametrize("rule", HELD_AGAINST)
def test_no_limit_is_held_in_vain(mattered: dict[str, Counter[str]], rule: str) -> None:
    """One order more would often have passed it, and the desk often said no."""
    counted = mattered[rule]
    assert counted["kept"] >= 10 * NEAR_MIN
    assert counted["near"] >= NEAR_MIN, counted
    assert counted["denied"] >= DENIED_MIN, counted


def test_every_kind_of_life_is_in_the_family() -> None:
    """Another hand, busts, a person, deaths, late answers and regimes of margin."""
    plans = [limits_plan_of(seed) for seed in range(1, 301)]
    for what in ("foreign", "busts", "attends", "crash", "restates", "rolls", "groups", "shorts"):
        assert 15 < sum(bool(getattr(plan, what)) for plan in plans) < 285, what
    keys = Counter(key for plan in plans for key, _ in plan.tight)
    assert min(keys.values()) > 60
    assert all(type(plan.line) is Faults for plan in plans)


def test_the_limit_of_a_days_loss_is_reached_and_told() -> None:
    """R21: in a third of the seeds more is lost than a day may."""
    counts = [run_seed(seed, LOSSES).limits.get("R21", Count()) for seed in range(1, SEEDS + 1)]
    assert sum(count.near for count in counts) > SEEDS // 4
    assert sum(count.denied for count in counts) > SEEDS // 5


# --- what counts


def named(name: str, instruction: Instruction, quantity: int, group: str = "") -> NewOrderRequest:
    return NewOrderRequest(
        name,
        "PAPER",
        "AAPL",
        instruction,
        Quantity(quantity),
        OrderType.LIMIT,
        TimeInForce.DAY,
        Price(1_900_000),
        oca_group=group,
    )


class Known(Evidence):
    """Evidence of orders that were released in the order of their names."""

    def __init__(self, *requests: NewOrderRequest) -> None:
        self.adopted, self.filled = {}, {}
        self.released = {
            each.client_order_id: released(number, each) for number, each in enumerate(requests, 1)
        }


def released(number: int, request: NewOrderRequest) -> OrderReleased:
    order = SubmitOrder(
        f"t{number}", "PAPER", "AAPL", request.instruction, request.quantity, OrderType.LIMIT
    )
    name = request.client_order_id
    return OrderReleased(
        0,
        OrderId(number),
        0,
        number,
        name,
        order,
        0,
        0,
        QuoteSeen(),
        (),
        "",  # type: ignore[arg-type]
    )


def standing(account: VenueAccount, request: NewOrderRequest, cumulative: int = 0) -> VenueOrder:
    number = len(account.by_number) + 1
    order = VenueOrder(
        request.client_order_id, number, request, request.price, request.quantity, cumulative
    )
    order.group = request.oca_group
    account.by_number[number] = account.by_client_id[request.client_order_id] = order
    return order


def reach(account: VenueAccount, known: Known, *on_the_way: Request) -> Reach:
    return Reach(account, on_the_way, known)


def test_what_stands_and_what_is_on_its_way_both_count_and_nothing_twice() -> None:
    stands, comes = named("A", BUY, 100), named("B", BUY, 50)
    account = VenueAccount()
    standing(account, stands, cumulative=30)
    known = Known(stands, comes)
    assert reach(account, known, comes, comes, stands).open_on("AAPL", 1) == 70 + 50
    assert reach(account, known).open_on("AAPL", -1) == 0


def test_a_change_on_its_way_counts_at_its_worse() -> None:
    stands = named("A", BUY, 100)
    account = VenueAccount()
    standing(account, stands, cumulative=30)
    known = Known(stands)
    larger = ReplaceRequest("A", "A1", Price(1_900_000), Quantity(160))
    smaller = ReplaceRequest("A", "A1", Price(1_900_000), Quantity(40))
    assert reach(account, known, larger).open_on("AAPL", 1) == 130
    assert reach(account, known, smaller).open_on("AAPL", 1) == 70


def test_a_group_counts_once_and_what_is_over_not_at_all() -> None:
    first, second, over = named("A", SELL, 100, "g"), named("B", SELL, 80, "g"), named("C", BUY, 9)
    account = VenueAccount()
    standing(account, first)
    standing(account, second)
    standing(account, over).is_live = False
    known = Known(first, second, over)
    assert reach(account, known).open_on("AAPL", -1) == 100
    assert reach(account, known).open_on("AAPL", 1) == 0


def test_another_hands_order_counts_once_it_is_taken_over() -> None:
    foreign = named("PERM-1", SHORT, 100)
    account = VenueAccount()
    standing(account, foreign).is_foreign = True
    known = Known()
    assert reach(account, known).open_on("AAPL", -1) == 0
    known.adopted["PERM-1"] = 7
    assert reach(account, known).open_on("AAPL", -1) == 100


def test_a_fill_beyond_what_was_allowed_is_a_finding() -> None:
    i29_no_fill_passes_what_was_allowed("AAPL", 1, 100, 80, 20)
    with pytest.raises(Broken, match="101 AAPL held on side 1, 80 were allowed and 20 excused"):
        i29_no_fill_passes_what_was_allowed("AAPL", 1, 101, 80, 20)
