"""The list of what needs a person, the key that settles it, and the page of the books."""

import msgspec

from engine.domain.attention import AttentionRow
from engine.domain.views import DeskView
from engine.ports import BooksTold, MessagesTold, TellBooks, TellMessages
from engine.values import Nanos, OrderId
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tui.sending import Stage

NEED = AttentionRow(
    "unknown",
    "order/7",
    Nanos(0),
    OrderId(7),
    "7",
    "AAPL",
    "sent 0/100, new outcome unknown",
    "+100 AAPL more",
    "resolve 7 ",
)


class DoubtingDesk(FakeDesk):
    """One order is in doubt."""

    def _build(self) -> DeskView:
        return msgspec.structs.replace(super()._build(), attention=1, attentions=(NEED,))


async def test_the_list_tells_what_is_known_and_the_key_opens_the_line_that_settles_it():
    async with sitting(desk=DoubtingDesk()) as here:
        await here.press("6")
        assert "attention 1" in here.text
        await here.press("right", "right", "right", "right")
        assert "[attention 1]" in here.text and "+100 AAPL more" in here.text
        assert "sent 0/100" in here.text
        await here.press("u")
        assert here.app.room.command.editor.text == "resolve 7 "
        assert not here.desk.sent()


async def test_the_page_of_the_books_is_asked_for_and_shown():
    async with sitting() as here:
        await here.press("colon")
        await here.type("books")
        await here.press("enter")
        assert any(isinstance(request, TellBooks) for request in here.desk.requests)
        here.desk.tell(BooksTold("our books and the venue's", ("compared whole: they agree",)))
        await here.frames(2)
        assert "compared whole: they agree" in here.text


async def test_messages_of_the_line_are_asked_for_and_picked_by_what_is_typed():
    lines = (
        "09:30:00 → #5 D NewOrderSingle — order 7",
        "    11 ClOrdID=A",
        "09:30:01 ← #9 8 Other — order 71",
        "    11 ClOrdID=B",
        "09:30:02 → #6 F OrderCancelRequest — order 7.1",
    )
    async with sitting() as here:
        await here.press("colon")
        await here.type("messages")
        await here.press("enter")
        assert any(isinstance(request, TellMessages) for request in here.desk.requests)
        here.desk.tell(MessagesTold("messages to the venue and back", lines, "FIX.4.4 up: in 9"))
        await here.frames(2)
        assert "#9 8 Other" in here.text and "ClOrdID=A" in here.text
        await here.type("/order 7")
        await here.frames(2)
        assert "#9 8 Other" not in here.text and "ClOrdID=A" in here.text
        assert "order 7.1" in here.text, "an exit of it"
        await here.type("7")
        await here.frames(2)
        assert "no message has that" in here.text and "FIX.4.4 up: in 9" in here.text


async def test_a_persons_word_about_the_line_is_reviewed_before_it_leaves():
    async with sitting() as here:
        await here.press("colon")
        await here.type('link out 45 "told by phone"')
        await here.press("enter")
        await here.frames(2)
        assert here.app.room.command.sending.stage is Stage.REVIEWED
        assert "at, wait and expect" not in here.text
