"""Who leaves when: cancels first, evenly, and nothing that was withdrawn."""

from random import Random

from connectors.ib.back_off import STEADY_AFTER, WAITS, BackOff
from connectors.ib.turnstile import BURST, MESSAGES_A_SECOND, Lane, Leaving, Turnstile
from engine.values import NANOS_PER_SECOND, Nanos

SECOND = NANOS_PER_SECOND


def sent(turnstile: Turnstile, seconds: float) -> list[Leaving]:
    """All that leaves within so long, looked for every millisecond."""
    found = []
    for at in range(0, int(seconds * SECOND), SECOND // 1_000):
        while (leaving := turnstile.take(Nanos(at))) is not None:
            found.append(leaving)
    return found


def test_in_no_second_leave_more_than_a_gateway_takes() -> None:
    turnstile, times = Turnstile(), []
    for number in range(300):
        turnstile.offer(Leaving(Lane.ORDER, str(number)))
    for at in range(0, 9 * SECOND, SECOND // 1_000):
        while turnstile.take(Nanos(at)) is not None:
            times.append(at)
    assert len(times) == 300
    peak = max(sum(at <= other < at + SECOND for other in times) for at in times)
    assert MESSAGES_A_SECOND <= peak <= MESSAGES_A_SECOND + BURST < 50


def test_a_cancel_overtakes_orders_and_orders_overtake_questions() -> None:
    turnstile = Turnstile(rate=1, burst=1)
    lanes = (Lane.MARKET, Lane.RECOVERY, Lane.ORDER, Lane.CANCEL)
    for lane in lanes:
        turnstile.offer(Leaving(lane, lane.name))
    assert [each.lane for each in sent(turnstile, 5)] == sorted(lanes)


def test_within_a_lane_the_first_is_the_first() -> None:
    turnstile = Turnstile()
    for number in range(20):
        turnstile.offer(Leaving(Lane.ORDER, str(number)))
    assert [each.text for each in sent(turnstile, 2)] == [str(n) for n in range(20)]


def test_what_is_withdrawn_never_leaves_and_what_left_cannot_be() -> None:
    turnstile = Turnstile(rate=1, burst=1)
    turnstile.offer(Leaving(Lane.ORDER, "first", "n:A"))
    turnstile.offer(Leaving(Lane.ORDER, "second", "n:B"))
    assert turnstile.take(Nanos(0)) is not None
    assert turnstile.withdraw("n:B") and not turnstile.withdraw("n:A")
    assert sent(turnstile, 5) == []


def test_a_line_that_goes_leaves_the_names_of_what_never_left() -> None:
    turnstile = Turnstile(rate=1, burst=1)
    for lane, key in ((Lane.MARKET, ""), (Lane.ORDER, "n:A"), (Lane.CANCEL, "c:B")):
        turnstile.offer(Leaving(lane, "text", key))
    assert turnstile.clear() == ["c:B", "n:A"] and turnstile.waiting == 0


def test_its_meter_counts_the_last_second() -> None:
    turnstile = Turnstile(rate=10, burst=10)
    for number in range(10):
        turnstile.offer(Leaving(Lane.ORDER, str(number)))
        turnstile.take(Nanos(0))
    assert turnstile.used(Nanos(SECOND // 2)) == 10
    assert turnstile.used(Nanos(SECOND)) == 0


def test_waits_grow_to_a_minute_and_begin_anew_after_a_steady_line() -> None:
    back_off = BackOff(Random(1))
    waits = []
    for _ in range(8):
        back_off.failed(Nanos(0))
        waits.append(back_off.due_at / SECOND)
    expected = [*WAITS, 60, 60]
    assert all(0.8 * e <= wait <= 1.2 * e for wait, e in zip(waits, expected, strict=True))
    back_off.stood(Nanos(0))
    back_off.failed(STEADY_AFTER)
    assert back_off.due_at - STEADY_AFTER <= 1.2 * SECOND


def test_a_line_that_breaks_at_once_was_one_more_failure() -> None:
    back_off = BackOff(Random(1))
    for _ in range(3):
        back_off.failed(Nanos(0))
    back_off.stood(Nanos(0))
    back_off.failed(Nanos(SECOND))
    assert back_off.failures == 4


def test_who_was_stopped_is_never_due() -> None:
    back_off = BackOff(Random(1))
    back_off.stop("a person has to look")
    assert not back_off.is_due(Nanos(1 << 62))
