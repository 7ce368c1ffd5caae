"""Text of strangers in every field that a view has: the screen stays a grid of plain cells."""

import random

import msgspec
import pytest

from engine.domain.reasons import Finding, Verdict
from engine.domain.views import Condition, LinkView, Severity
from engine.ports import Notice, OrderExplained
from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tests.tui.test_paint import ATTACKS
from tui.layout import PaneName
from tui.panes.orders import Tab
from tui.parser import PASTE_SILENCE_SECONDS, ForgivingParser

SIZES = ((80, 24), (200, 60))


class HostileDesk(FakeDesk):
    """Everything that could come from outside is an attack."""

    attack = ""

    def _build(self):
        view, attack = super()._build(), self.attack
        if not attack:
            return view
        finding = Finding(attack, attack, Verdict.DENY, attack, attack, attack, attack)
        orders = tuple(
            msgspec.structs.replace(
                row, label=attack, text=attack, origin=attack, state=attack, findings=(finding,)
            )
            for row in view.orders
        )
        fills = tuple(msgspec.structs.replace(row, explanation=attack) for row in view.fills)
        return msgspec.structs.replace(
            view,
            market=attack,
            trading_state="HALTED",
            trading_reason=attack,
            account=msgspec.structs.replace(view.account, account=attack, currency=attack),
            conditions=(Condition("x", attack, Severity.ATTENTION),),
            links=(LinkView(attack, Severity.DEGRADED, attack),),
            depth=msgspec.structs.replace(view.depth, note=attack),
            orders=orders,
            fills=fills,
        )


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_no_field_of_a_view_can_put_more_than_plain_cells_on_the_screen(size):
    desk = HostileDesk()
    async with sitting(size, desk=desk) as here:
        for text in ("b 100 AAPL mkt", "b 100 AAPL bid"):
            await here.press("colon")
            await here.type(text)
            await here.press("enter", "ctrl+t")
        for attack in (*ATTACKS, "[@click=app.quit]x[/]", "[/nope]", "W" * 2_000, "漢" * 300):
            desk.attack = attack
            desk.tell(Notice(Severity.UNAVAILABLE, attack, attack))
            desk.tell(OrderExplained(1, attack, (attack, attack)))
            for tab in (Tab.ALL, Tab.FILLS):
                here.app.panes[PaneName.ORDERS].tab = tab
                await here.frames(1)
                strips = here.app.screen._compositor.render_strips()
                assert all(strip.text.isprintable() for strip in strips), attack
                assert {strip.cell_length for strip in strips} == {size[0]}, attack
            await here.press("escape")
        assert here.app.is_running and not here.app._exit


@pytest.mark.long
def test_a_hundred_thousand_random_sequences_are_read_or_dropped(monkeypatch):
    """And after a silence, as the screen's own ticks tell it, a key is a key again."""
    chance, now = random.Random(1), [0.0]
    monkeypatch.setattr("textual._parser.get_time", lambda: now[0])
    alphabet = "\x1b[]O<>?;:0123456789ABCDHFMRSPQmtuy~IO$abc\x00\x7f\x9b\u0660漢"
    parser = ForgivingParser(on_dropped=lambda: None, clock=lambda: now[0])
    for number in range(100_000):
        sequence = "\x1b" + "".join(chance.choices(alphabet, k=chance.randint(1, 12)))
        for _event in parser.feed(sequence):
            pass
        if number % 100 == 0:
            now[0] += PASTE_SILENCE_SECONDS + 1
            list(parser.tick())
            assert [event.key for event in parser.feed("q")] == ["q"], number
