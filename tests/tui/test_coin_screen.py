"""A coin on the screen: sizes with decimals wherever one is shown, typed, stepped or copied."""

import msgspec

from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tui.panes.depth import Depth
from tui.ticket import Field


def coin_desk() -> FakeDesk:
    """AAPL as if it were traded in hundred-thousandths: 100 of the fake desk's units are 0.001."""
    desk = FakeDesk(symbols=3)
    share = desk._instruments["AAPL"]
    desk._instruments["AAPL"] = msgspec.structs.replace(
        share, quantity_digits=5, asset_class="crypto", currency="USD"
    )
    return desk


async def test_ladder_and_tape_show_decimals_and_the_copy_has_them_whole():
    async with sitting((200, 60), desk=coin_desk()) as here:
        await here.press("d")
        await here.frames(3)
        sizes = [row.quantity for row in here.desk.latest().depth.bids[:3]]
        for size in sizes:
            assert f"{size / 100_000:.5f}".rstrip("0") in here.text
        copied = here.app.query_one(Depth).copied().split("\t")
        assert copied[0] == "AAPL"
        assert f"{max(sizes) / 100_000:.5f}".rstrip("0") in copied[1:]


async def test_a_ticket_begins_and_steps_with_a_coins_size():
    async with sitting((100, 30), desk=coin_desk()) as here:
        await here.press("b")
        assert here.app.room.form.fields[Field.QUANTITY].text == "0.01"
        await here.press("up")
        assert here.app.room.form.fields[Field.QUANTITY].text == "0.02"
        await here.press("down", "down", "down")
        assert here.app.room.form.fields[Field.QUANTITY].text == "0.00001"


async def test_a_close_ticket_has_the_position_in_coins():
    async with sitting((100, 30), desk=coin_desk()) as here:
        await here.press("colon")
        await here.type("b 0.001 AAPL mkt")
        await here.press("enter", "ctrl+t")
        await here.frames(2)
        assert here.desk.latest().positions[0].quantity == 100
        await here.press("6", "right", "right", "home", "x")
        assert here.app.room.form.fields[Field.QUANTITY].text == "0.001"


async def test_a_ticket_names_the_currency_of_what_is_paid_and_of_what_is_left():
    desk = FakeDesk(symbols=3)
    share = desk._instruments["AAPL"]
    desk._instruments["AAPL"] = msgspec.structs.replace(share, currency="USDT")
    async with sitting((100, 30), desk=desk) as here:
        await here.press("colon")
        await here.type("b 100 AAPL mkt")
        await here.press("enter")
        await here.frames(2)
        assert "USDT     " in here.text and "pwr USD  " in here.text
        assert "+ 1.00 USDT" in here.text
