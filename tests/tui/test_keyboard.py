"""One table says what keys do, and nothing else."""

import pytest

from tests.tui.desk_screen import sitting
from tui.actions import ACTIONS, BY_ID, SCOPES_WITH_FIELDS, Scope
from tui.keyboard import Cadence, KeyClashError, Keymap, shown
from tui.layout import PaneName


def test_every_action_has_an_id_of_its_own():
    assert len(BY_ID) == len(ACTIONS)


def test_no_bare_letter_sends_an_order():
    for action in ACTIONS:
        if action.increases_risk:
            assert all(len(key) > 1 for key in action.keys), action.id


def test_every_action_is_reached_without_function_keys_alt_or_shifted_arrows():
    for action in ACTIONS:
        plain = [
            key
            for key in action.keys
            if not key.startswith(("alt+", "shift+")) and not (key[0] == "f" and key[1:].isdigit())
        ]
        reached = (
            plain or action.word or action.id.endswith(".previous") or action.id == "desk.help"
        )
        assert reached, action.id


def test_no_two_actions_of_a_scope_differ_only_by_case_where_one_touches_orders():
    for scope in Scope:
        actions = [action for action in ACTIONS if action.scope is scope]
        letters = {key: action for action in actions for key in action.keys if len(key) == 1}
        for key, action in letters.items():
            other = letters.get(key.swapcase())
            if other is not None and other is not action:
                assert not action.acts_on_orders and not other.acts_on_orders


def test_in_fields_only_chords_and_named_keys_are_bound():
    for action in ACTIONS:
        if action.scope in (*SCOPES_WITH_FIELDS, Scope.EVERYWHERE):
            assert all(len(key) > 1 for key in action.keys), action.id


def test_words_of_actions_are_unique_and_leave_the_language_alone():
    from engine.language.words import FIRST_WORDS, canonical

    words = [action.word for action in ACTIONS if action.word]
    assert len(words) == len(set(words))
    # These acts are lines of the language: their word there does what their key does here.
    shared = {"cancel", "replace", "reverse", "halt", "kill"}
    assert {word for word in words if canonical(word) in FIRST_WORDS} == shared


async def test_every_action_of_the_table_is_carried_out_by_somebody():
    async with sitting() as here:
        dispatcher = here.app.dispatcher
        panes = here.app.panes
        for action in ACTIONS:
            owner, _, name = (action.same_as or action.id).partition(".")
            if action.later or {action.id, action.same_as} & {"desk.palette", "symbol.copy"}:
                continue
            if owner == "list":
                for pane in (PaneName.WATCHLIST, PaneName.ORDERS, PaneName.PROFIT):
                    assert callable(getattr(panes[pane], f"do_{name}", None)), action.id
                continue
            assert callable(getattr(dispatcher._owners[owner], f"do_{name}", None)), action.id


async def test_no_key_is_bound_outside_the_table():
    async with sitting() as here:
        nodes = [here.app, here.app.screen, *here.app.screen.query("*")]
        assert [node for node in nodes if node._bindings.key_to_bindings] == []


def test_a_key_of_ones_own_takes_the_place_of_the_tables():
    keymap = Keymap({"orders.cancel": "delete"})
    action = keymap.find("delete", (Scope.ORDERS,))
    assert action is not None and action.id == "orders.cancel"
    assert keymap.find("c", (Scope.ORDERS,)) is None


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"orders.cancel": "m"}, "cannot be both"),
        ({"desk.send": "x"}, "may not send"),
        ({"orders.fly": "v"}, "no such action"),
        ({"line.review": "q"}, "text in a field"),
        ({"orders.copy": "C"}, "differ only by case"),
    ],
)
def test_keys_that_cannot_be_are_refused_with_a_sentence(keys, sentence):
    with pytest.raises(KeyClashError, match=sentence):
        Keymap(keys)


def test_keys_are_shown_as_people_write_them():
    assert [shown(key) for key in ("ctrl+t", "f10", "pageup", "question_mark", "b")] == [
        "^T",
        "F10",
        "PgUp",
        "?",
        "b",
    ]


def test_four_keys_in_a_tenth_of_a_second_are_a_paste_and_three_are_not():
    cadence = Cadence()
    for at in (1.0, 1.01, 1.02):
        cadence.press(at)
    assert not cadence.is_paste
    cadence.press(1.03)
    assert cadence.is_paste


def test_a_key_held_at_the_usual_rate_is_no_paste():
    cadence = Cadence()
    for step in range(10):
        cadence.press(step * 0.035)
    assert not cadence.is_paste
