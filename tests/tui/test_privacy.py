"""S21: in privacy mode no money and no account number is on the screen, in any pane or size."""

import re

import pytest

from tests.tui.desk_screen import sitting
from tests.tui.fake_desk import FakeDesk
from tests.tui.fake_limits import LimitedDesk
from tui.panes.profit import masked
from tui.privacy import HIDDEN, PRIVACY
from tui.settings import ScreenSettings

MONEY = ("942,310.50", "1,002,179.80", "2,179.80", "912.00", "1,286.00")
"""What the fake desk's account has."""


class LiveDesk(FakeDesk):
    """With an account number that is one."""

    def _build(self):
        import msgspec

        view = super()._build()
        account = msgspec.structs.replace(view.account, account="U1234567")
        return msgspec.structs.replace(view, account=account)


@pytest.fixture(autouse=True)
def shown_again():
    yield
    PRIVACY.is_on = False


def money_in(text: str) -> list[str]:
    return [figure for figure in MONEY if figure in text or figure.replace(",", "") in text]


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
async def test_one_word_hides_money_and_account_and_the_same_word_shows_them(size) -> None:
    async with sitting(size, desk=LiveDesk()) as here:
        await here.press("colon")
        await here.type("b 100 AAPL mkt")
        await here.press("enter", "ctrl+t")
        await here.press("7")
        await here.frames(2)
        assert money_in(here.text)
        assert "U1234567" not in here.text, "an account number is masked at any time"
        for is_hidden in (True, False):
            await here.press("colon")
            await here.type("privacy")
            await here.press("enter")
            await here.press("7")
            await here.frames(2)
            assert bool(money_in(here.text)) is not is_hidden
            assert (HIDDEN in here.text) is is_hidden
            assert ("…4567" in here.text) is not is_hidden


async def test_it_can_be_on_from_the_start_and_a_ticket_is_private_too() -> None:
    settings = ScreenSettings(coach=False, privacy=True)
    async with sitting((120, 40), desk=LiveDesk(), settings=settings) as here:
        await here.press("colon")
        await here.type("b 100 AAPL bid")
        await here.press("enter")
        await here.frames(2)
        assert not money_in(here.text)
        assert not re.search(r"notional +[\d,]+\.\d\d", here.text)
        assert "AAPL" in here.text, "prices and sizes stay: they are the work"


async def test_what_is_used_of_a_limit_is_private_and_the_limit_is_not() -> None:
    settings = ScreenSettings(coach=False, privacy=True)
    async with sitting((200, 60), desk=LimitedDesk(), settings=settings) as here:
        await here.press("l")
        await here.type("position")
        assert "60 % of NLV" in here.text
        assert "790,000.00" not in here.text and "224,000.00" not in here.text


@pytest.mark.parametrize(
    ("account", "shown"), [("PAPER", "PAPER"), ("U1234567", "…4567"), ("DU98765432", "…5432")]
)
def test_an_account_number_shows_its_end_alone(account: str, shown: str) -> None:
    assert masked(account) == shown
