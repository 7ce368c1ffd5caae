"""An intent leaves once, after a review, or not at all."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.preview_view import Preview
from engine.domain.reasons import Finding, Verdict
from engine.ports import LineAnswered, SendLine
from tui.sending import Sending, Stage

ORDER = "b 100 AAPL bid"


def sending() -> Sending:
    numbers = count(1)
    return Sending(lambda: f"t-{next(numbers)}", from_ticket=True)


def good(text: str = ORDER, **more) -> Preview:
    return Preview(text=text, is_valid=True, symbol="AAPL", **more)


def reviewed(text: str = ORDER) -> Sending:
    one = sending()
    one.open(text, "AAPL")
    one.take_preview(good(text))
    assert one.review() == ""
    return one


def test_transmitting_without_a_review_sends_nothing():
    one = sending()
    one.open(ORDER, "AAPL")
    one.take_preview(good())
    assert isinstance(one.transmit(), str)


def test_a_reviewed_order_is_transmitted_once():
    one = reviewed()
    assert isinstance(one.transmit(), SendLine)
    assert isinstance(one.transmit(), str)


def test_a_review_without_figures_waits_for_them_and_cannot_be_sent_meanwhile():
    one = sending()
    one.open(ORDER, "AAPL")
    one.review()
    assert one.stage is Stage.REVIEWING
    assert isinstance(one.transmit(), str)
    one.take_preview(good())
    assert one.stage is Stage.REVIEWED


def test_changing_the_text_takes_the_review_back():
    one = reviewed()
    one.edit("b 200 AAPL bid", "AAPL")
    assert isinstance(one.transmit(), str)


def test_figures_of_another_text_are_ignored():
    one = sending()
    one.open(ORDER, "AAPL")
    one.take_preview(good("b 999 AAPL bid"))
    assert one.preview is None


def test_what_was_reviewed_is_what_is_sent_though_the_market_moves_on():
    one = sending()
    one.open(ORDER, "AAPL")
    one.take_preview(good(resolved="buy 100 AAPL 190.10"))
    one.review()
    one.take_preview(good(resolved="buy 100 AAPL 190.40"))
    sent = one.transmit()
    assert isinstance(sent, SendLine) and sent.text == "buy 100 AAPL 190.10"


def test_under_review_the_figures_follow_the_market_and_what_is_sent_does_not():
    one = sending()
    one.open(ORDER, "AAPL")
    one.take_preview(good(resolved="buy 100 AAPL 190.10", outcome="rests, 700 ahead"))
    one.review()
    one.take_preview(good(one.asks_about, resolved="buy 100 AAPL 190.10", outcome="fills 100"))
    assert one.newest is not None and one.newest.outcome == "fills 100"
    one.take_preview(good(resolved="buy 100 AAPL 190.40", outcome="of the line as typed"))
    assert one.newest.outcome == "fills 100"
    sent = one.transmit()
    assert isinstance(sent, SendLine) and sent.text == "buy 100 AAPL 190.10"


def test_a_denied_order_cannot_be_reviewed():
    finding = Finding("R01", "order_quantity", Verdict.DENY, "Too many.")
    one = sending()
    one.open(ORDER, "AAPL")
    one.take_preview(Preview(text=ORDER, is_valid=False, symbol="AAPL", findings=(finding,)))
    assert one.review() == "Too many."
    assert isinstance(one.transmit(), str)


def test_a_rule_that_asks_is_answered_by_a_reason_in_the_line():
    finding = Finding("R05", "order_value", Verdict.ASK, "Large.")
    text = 'b 100 AAPL bid override "hedge"'
    one = sending()
    one.open(text, "AAPL")
    one.take_preview(Preview(text=text, is_valid=True, symbol="AAPL", findings=(finding,)))
    assert one.review() == ""


def test_a_refused_order_gets_a_new_ticket_for_the_next_try():
    one = reviewed()
    first = one.transmit()
    assert isinstance(first, SendLine)
    one.take_answer(LineAnswered(first.ticket, False, "no"))
    assert one.review() == ""
    second = one.transmit()
    assert isinstance(second, SendLine) and second.ticket != first.ticket


def test_an_answer_for_another_ticket_changes_nothing():
    one = reviewed()
    one.transmit()
    assert not one.take_answer(LineAnswered("somebody-else", True, "done"))
    assert one.stage is Stage.SENT


KEYS = st.sampled_from(["enter", "send", "preview", "type"])


@given(st.lists(KEYS, max_size=40))
def test_no_train_of_keys_sends_one_ticket_twice_or_what_was_not_reviewed(keys):
    one = sending()
    one.open(ORDER, "AAPL")
    tickets = []
    was_reviewed = False
    typed = 0
    for key in keys:
        if key == "enter":
            one.review()
            was_reviewed = one.stage is Stage.REVIEWED
        elif key == "preview":
            one.take_preview(good(one.text))
            was_reviewed = one.stage is Stage.REVIEWED
        elif key == "type":
            typed += 1
            one.edit(f"b {100 + typed} AAPL bid", "AAPL")
            was_reviewed = False
        else:
            sent = one.transmit()
            if isinstance(sent, SendLine):
                assert was_reviewed
                tickets.append(sent.ticket)
    assert len(tickets) == len(set(tickets))


def test_sending_a_denied_order_says_which_rule_stands_in_the_way():
    one = sending()
    one.open(ORDER, "AAPL")
    finding = Finding("R26", "short_sale", Verdict.DENY, "Nothing to sell.")
    one.take_preview(Preview(text=ORDER, is_valid=True, symbol="AAPL", findings=(finding,)))
    assert one.transmit() == "Nothing to sell."
