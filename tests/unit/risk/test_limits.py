"""Limits as text: profiles, what is no limit, tightening, the digest, the 45 controls."""

import pytest

from engine.domain.reasons import Refusal
from engine.domain.risk.controls import CONTROLS, LIMIT_SPECS, PROFILES
from engine.domain.risk.frame import RULES
from engine.domain.risk.gauges import limit_words
from engine.domain.risk.limits import (
    Limits,
    LimitTextError,
    check_pairs,
    default_pairs,
    digest,
    find_spec,
    loosen,
    tighten,
)
from engine.values import NANOS_PER_SECOND


def test_there_are_45_controls_in_order_each_with_a_formula() -> None:
    assert [spec.id for spec in CONTROLS] == [f"R{number:02d}" for number in range(1, 46)]
    assert all(spec.formula for spec in LIMIT_SPECS)


def test_every_rule_of_the_frame_is_a_control_that_is_built() -> None:
    built = {spec.id: spec for spec in CONTROLS if spec.is_built}
    for rule in RULES:
        if rule.name.id.startswith("R"):
            assert built[rule.name.id].code == rule.name.code
            assert rule.name.key in ("", built[rule.name.id].key)


def test_every_setting_names_its_unit_its_source_and_a_field_of_the_limits() -> None:
    for spec in LIMIT_SPECS:
        if spec.field:
            assert spec.unit and spec.source and hasattr(Limits(), spec.field), spec.key


def test_keys_are_unique_among_settings() -> None:
    keys = [spec.key for spec in LIMIT_SPECS if spec.field]
    assert len(keys) == len(set(keys)) == len(Limits.__struct_fields__)


def test_the_paper_profile_is_the_default() -> None:
    assert Limits.from_pairs(default_pairs("paper")) == Limits() == Limits.from_pairs(())


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_reads_back_as_it_was_written(profile: str) -> None:
    limits = Limits.from_pairs(default_pairs(profile))
    assert Limits.from_pairs(limits.pairs()) == limits


def test_a_cash_account_does_not_sell_short() -> None:
    assert not Limits.from_pairs(default_pairs("us_cash")).short_selling


def test_a_profile_nobody_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        default_pairs("us_casino")


def test_texts_become_units() -> None:
    limits = Limits.from_pairs(
        [
            ("risk.price_collar", "2.5 %"),
            ("risk.order_notional_max", "1000.50"),
            ("risk.duplicate_window", "0.5"),
            ("risk.stop_sanity", "off"),
        ]
    )
    assert limits.price_collar == 250
    assert limits.order_notional_max == 1_000_500_000
    assert limits.duplicate_window == NANOS_PER_SECOND // 2
    assert limits.stop_sanity is False


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("risk.order_quantity_max", "nan"),
        ("risk.order_quantity_max", "inf"),
        ("risk.order_quantity_max", "-5"),
        ("risk.order_quantity_max", "1e3"),
        ("risk.order_quantity_max", "10.5"),
        ("risk.order_quantity_max", ""),
        ("risk.order_quantity_max", "ten"),
        ("risk.order_quantity_max", "9" * 31),
        ("risk.order_quantity_max", "１００"),
        ("risk.price_collar", "3.001"),
        ("risk.price_collar", "%"),
        ("risk.stop_sanity", "yes"),
        ("risk.stop_sanity", "1"),
        ("risk.no_such_limit", "1"),
    ],
)
def test_what_is_no_limit_is_refused_by_its_key(key: str, text: str) -> None:
    problems = check_pairs([(key, text)])
    assert [problem.key for problem in problems] == [key]
    assert key in problems[0].sentence
    with pytest.raises(LimitTextError, match=key):
        Limits.from_pairs([(key, text)])


def test_the_words_of_a_choice_are_named_once() -> None:
    (problem,) = check_pairs([("risk.self_match", "xyz")])
    assert problem.sentence.startswith("risk.self_match: 'xyz' is none of off, cancel_passive")
    assert problem.sentence.count("decrement") == 1


def test_a_limit_that_is_set_twice_is_refused() -> None:
    pairs = [("risk.order_rate_max", "5"), ("risk.order_rate_max", "6")]
    assert "twice" in check_pairs(pairs)[0].sentence


@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("order_quantity_max", "1000", 1_000),
        ("risk.order_quantity_max", "1000", 1_000),
        ("order_quantity_max", "0", 0),
        ("order_quantity_max", "10000", Refusal.NOT_TIGHTER),
        ("order_quantity_max", "10001", Refusal.NOT_TIGHTER),
        ("order_quantity_max", "-1", Refusal.BAD_LIMIT),
        ("order_quantity_max", "many", Refusal.BAD_LIMIT),
        ("duplicate_window", "20", 20 * NANOS_PER_SECOND),
        ("duplicate_window", "9", Refusal.NOT_TIGHTER),
        ("short_selling", "off", False),
        ("short_sale", "off", Refusal.NOT_TIGHTER),
        ("no_such_limit", "1", Refusal.UNKNOWN_LIMIT),
    ],
)
def test_set_tightens_at_once_and_never_loosens(
    name: str, text: str, outcome: int | Refusal
) -> None:
    changed = tighten(Limits(), name, text)
    if isinstance(outcome, Refusal):
        assert changed is outcome
        return
    spec = find_spec(name)
    assert spec is not None and isinstance(changed, Limits)
    assert getattr(changed, spec.field) == outcome


def test_the_digest_names_the_values_and_not_how_they_were_written() -> None:
    same = Limits.from_pairs([("risk.price_collar", "3.00%")])
    tighter = tighten(Limits(), "price_collar", "2.99")
    assert isinstance(tighter, Limits)
    assert digest(same) == digest(Limits()) != digest(tighter)


def test_every_control_can_be_told_with_the_value_of_its_key() -> None:
    """Two controls may share one setting: R30 and R31 are chosen by the margin regime."""
    for profile in PROFILES:
        values = dict(default_pairs(profile))
        for spec in LIMIT_SPECS:
            assert limit_words(spec, values.get(spec.key, ""), "USD") or not values.get(spec.key)


def test_a_regime_is_changed_by_loosening_alone_whichever_way() -> None:
    cash = Limits.from_pairs([("risk.margin_regime", "cash")])
    assert tighten(cash, "margin_regime", "paid") is Refusal.NOT_TIGHTER
    assert tighten(cash, "margin_regime", "portfolio") is Refusal.NOT_TIGHTER
    assert tighten(cash, "margin_regime", "golden") is Refusal.BAD_LIMIT
    changed = loosen(cash, "margin_regime", "paid")
    assert isinstance(changed, Limits) and changed.text("risk.margin_regime") == "paid"
    assert loosen(cash, "margin_regime", "cash") is Refusal.NOT_LOOSER
