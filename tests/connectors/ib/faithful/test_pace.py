"""The count of messages is exact, and what breaks the limit is answered as TWS does."""

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Gateway
from tests.connectors.ib.gateway.pace import Pace


def test_the_peak_is_of_any_second_and_not_of_the_clock() -> None:
    pace = Pace()
    for at in (0.6, 0.7, 0.8, 1.1, 1.2, 1.59, 1.6, 9.0):
        pace.count("reqCurrentTime", at, 0.0, 0)
    assert pace.peak == 6


def test_nobody_is_told_off_because_the_gateway_was_slow() -> None:
    pace = Pace()
    for _ in range(45):
        # Sent at 0.0 and read half a second late; the next 45 are sent at 1.0 and read at once.
        assert not pace.count("reqCurrentTime", 0.5, 0.5, 50)
    for _ in range(45):
        assert not pace.count("reqCurrentTime", 1.0, 0.005, 50)
    assert (pace.peak, pace.lag_max) == (45, 0.5)


def test_one_burst_is_one_violation() -> None:
    pace = Pace()
    broken = [
        pace.count("reqCurrentTime", at, 0.0, 2) for at in (0.0, 0.1, 0.2, 0.3, 1.35, 1.36, 1.37)
    ]
    assert broken == [False, False, True, False, False, False, True]
    assert pace.violations == 2


async def test_too_many_messages_are_answered_by_100_and_the_third_time_by_the_door(
    gateway: Gateway,
) -> None:
    now = 1_000.0
    gateway.set(messages_max=20, monotonic=lambda: now)
    client = await Client().connect(gateway)
    client.ib.client.MaxRequests = 0
    for burst in (1, 2, 3):
        for _ in range(30):
            client.ib.client.reqCurrentTime()
        # The third time it hangs up at the 21st and reads no more.
        read = 30 * burst if burst < 3 else 81
        await until(lambda read=read: gateway.count("reqCurrentTime") == read)
        await until(lambda burst=burst: len(client.errors) == burst)
        now += 1.0
    await until(lambda: not client.ib.isConnected())
    assert client.errors == [(-1, 100)] * 3
    assert gateway.violations == 3
    client.ib.disconnect()


async def test_every_message_is_counted(gateway: Gateway) -> None:
    gateway.set(messages_max=0)
    async with connected(gateway) as client:
        client.ib.client.MaxRequests = 0
        before = len(gateway.received)
        for _ in range(500):
            client.ib.client.reqCurrentTime()
        await until(lambda: len(gateway.received) == before + 500)
        assert gateway.count("reqCurrentTime") == 500
        assert gateway.peak >= 500
        assert 0 < gateway.lag_max < 1
