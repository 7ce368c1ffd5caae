"""No code twice, under any clock, in any process; who guesses waits longer each time (S04)."""

import hashlib
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import VaultDamagedError, VaultUnavailableError
from data.vault.attempts import read_tries
from data.vault.factor import FactorDesk
from data.vault.secret import Secret
from data.vault.totp import new_secret, readable, recovery_hash, step_of
from engine.domain.factor_facts import FactorVerdict
from engine.second_factor import FactorAnswer, Proof
from tests.unit.vault.conftest import Desk

PASSED, WRONG = FactorVerdict.PASSED, FactorVerdict.WRONG
USED, LOCKED = FactorVerdict.USED, FactorVerdict.LOCKED


def test_the_code_of_the_enrolment_is_spent_by_it(desk: Desk) -> None:
    factor = desk.enrol()
    assert factor.check(desk.code()).verdict is USED
    desk.clock.pass_by(30)
    assert factor.check(desk.code()).verdict is PASSED
    assert factor.check(desk.code()).verdict is USED


def test_nothing_is_enrolled_by_a_code_that_does_not_fit(desk: Desk) -> None:
    factor = desk.factor()
    desk.begun = factor.begin()
    assert not factor.activate(desk.begun, desk.wrong_code(), "keyring")
    assert factor.enrolment == ""
    assert desk.store.kept == {}


def test_a_code_is_right_one_step_early_and_late_and_no_more(desk: Desk) -> None:
    desk.enrol()
    desk.clock.pass_by(600)
    codes = {steps: desk.code(steps) for steps in range(-3, 4)}
    right = {s for s, code in codes.items() if desk.factor().check(code).verdict is PASSED}
    assert right == {-1, 0, 1}


def test_a_clock_that_is_set_back_brings_no_code_back(desk: Desk) -> None:
    factor = desk.enrol()
    desk.clock.pass_by(60)
    assert factor.check(desk.code()).verdict is PASSED
    desk.clock.unix -= 3_600
    answer = factor.check(desk.code())
    assert answer.verdict is USED
    assert "wait for the next one" in answer.text


def test_a_code_that_was_seen_over_the_shoulder_locks_nobody_out(desk: Desk) -> None:
    factor = desk.enrol()
    for _ in range(10):
        assert factor.check(desk.code()).verdict is USED
    desk.clock.pass_by(30)
    assert factor.check(desk.code()).verdict is PASSED


def test_five_wrong_codes_lock_and_each_further_one_twice_as_long(desk: Desk) -> None:
    factor = desk.enrol()
    waits = []
    for _ in range(4):
        assert factor.check(desk.wrong_code()).verdict is WRONG
    for _ in range(8):
        assert factor.check(desk.wrong_code()).verdict is WRONG
        tries = read_tries(desk.home.factor_path)
        assert tries is not None
        waits.append(tries.lock_seconds)
        desk.clock.pass_by(tries.lock_seconds - 1)
        assert factor.check(desk.code()).verdict is LOCKED
        desk.clock.pass_by(1)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert factor.check(desk.code()).verdict is PASSED
    assert factor.check(desk.wrong_code()).text == "that is not the code"


def test_a_lock_outlives_the_process_and_heeds_no_wall_clock(desk: Desk) -> None:
    for _ in range(5):
        desk.enrol() if desk.begun is None else None
        desk.factor().check(desk.wrong_code())
    desk.clock.unix += 86_400
    assert desk.factor().check(desk.code()).verdict is LOCKED
    desk.clock.steady += 30 * 10**9
    assert desk.factor().check(desk.code()).verdict is PASSED


def test_a_boot_begins_a_lock_anew(desk: Desk) -> None:
    desk.enrol()
    for _ in range(5):
        desk.factor().check(desk.wrong_code())
    desk.clock.pass_by(29)
    desk.clock.reboot()
    assert "30 s" in desk.factor().check(desk.code()).text
    desk.clock.pass_by(29)
    assert desk.factor().check(desk.code()).verdict is LOCKED
    desk.clock.pass_by(1)
    assert desk.factor().check(desk.code()).verdict is PASSED


def test_what_is_no_code_at_all_uses_up_no_try(desk: Desk) -> None:
    factor = desk.enrol()
    for text in ("", "12345", "1234567", "a dozen", "١٢٣٤٥٦", "𝟙𝟚𝟛𝟜𝟝𝟞"):
        assert factor.check(text).verdict is WRONG
    tries = read_tries(desk.home.factor_path)
    assert tries is not None
    assert tries.fails == 0


def test_a_code_may_be_typed_with_a_blank_in_it(desk: Desk) -> None:
    factor = desk.enrol()
    desk.clock.pass_by(30)
    code = desk.code()
    assert factor.check(f" {code[:3]} {code[3:]} ").verdict is PASSED


def test_each_recovery_code_is_good_once_and_kept_as_a_hash_alone(desk: Desk) -> None:
    factor = desk.enrol()
    assert desk.begun is not None
    codes = [readable(code) for code in desk.begun.codes]
    assert len(set(codes)) == 10
    kept = desk.home.factor_path.read_text()
    assert not any(code.replace("-", "") in kept for code in codes)
    answer = factor.check(codes[3].lower())
    assert (answer.verdict, answer.by_recovery) == (PASSED, True)
    assert "9 are left" in answer.text
    assert desk.factor().check(codes[3]).verdict is WRONG
    assert desk.factor().recovery_left == 9


def test_a_vault_that_does_not_answer_uses_up_no_try(desk: Desk) -> None:
    desk.enrol()

    def locked(name: str) -> Secret:
        raise VaultUnavailableError("the keyring did not answer")

    desk.store.get = locked  # type: ignore[method-assign]
    with pytest.raises(VaultUnavailableError):
        desk.factor().check(desk.wrong_code())
    tries = read_tries(desk.home.factor_path)
    assert tries is not None
    assert tries.fails == 0


def test_a_damaged_file_of_tries_lets_nothing_pass(desk: Desk) -> None:
    desk.enrol()
    desk.home.factor_path.write_text("{}")
    with pytest.raises(VaultDamagedError, match="no code is taken"):
        desk.factor().check(desk.code(1))


def test_a_new_enrolment_takes_the_place_of_the_old(desk: Desk) -> None:
    first = desk.enrol().enrolment
    desk.clock.pass_by(60)
    old = desk.code(1)
    assert desk.enrol().enrolment != first
    assert desk.factor().check(old).verdict is WRONG
    assert desk.factor().check(desk.code(1)).verdict is PASSED


def test_two_processes_with_one_code_accept_it_once(desk: Desk) -> None:
    desk.enrol()
    desk.clock.pass_by(30)
    code, answers, together = desk.code(), [], threading.Barrier(8)

    def give() -> None:
        factor = desk.factor()
        together.wait()
        answers.append(factor.check(code).verdict)

    threads = [threading.Thread(target=give) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [PASSED, *[USED] * 7]


moves = st.one_of(
    st.tuples(st.just("pass"), st.integers(0, 200)),
    st.tuples(st.just("set"), st.integers(-7_200, 7_200)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("reboot"), st.just(0)),
    st.tuples(st.just("code"), st.integers(-3, 3)),
    st.tuples(st.just("again"), st.integers(0, 5)),
    st.tuples(st.just("wrong"), st.just(0)),
)


@settings(max_examples=60, deadline=None)
@given(plan=st.lists(moves, max_size=40))
def test_no_step_is_accepted_twice_under_any_clock(
    plan: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("steps") / "home")
    factor, seen = desk.enrol(), [desk.code()]
    enrolled_at = step_of(desk.code(), desk.begun.secret, desk.clock.unix)  # type: ignore[union-attr]
    accepted = [enrolled_at or 0]
    for move, amount in plan:
        answer: FactorAnswer | None = None
        match move:
            case "pass":
                desk.clock.pass_by(amount)
            case "set":
                desk.clock.unix += amount
            case "restart":
                factor = desk.factor()
            case "reboot":
                desk.clock.reboot()
            case "code":
                seen.append(desk.code(amount))
                answer = factor.check(seen[-1])
            case "again":
                answer = factor.check(seen[amount % len(seen)])
            case _:
                answer = factor.check(desk.wrong_code())
                assert answer.verdict in (WRONG, LOCKED)
        if answer is not None and answer.verdict is PASSED:
            assert answer.step > accepted[-1]
            accepted.append(answer.step)
    assert len(set(accepted)) == len(accepted)


def test_a_recovery_code_is_hashed_with_the_salt_of_its_enrolment_at_2_to_15() -> None:
    expected = hashlib.scrypt(b"ABCDE23456", salt=b"salt", n=2**15, r=8, p=1, maxmem=2**26)
    assert recovery_hash("ABCDE23456", b"salt") == expected.hex()


def test_a_secret_has_160_bits() -> None:
    secrets = {new_secret().reveal() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(text) for text in secrets} == {32}


class TestFactorDesk:
    """As the engine asks: at once, with the verdict coming later from another thread."""

    def ask(self, factor: FactorDesk, proof: Proof) -> FactorAnswer:
        heard: list[FactorAnswer] = []
        done = threading.Event()

        def hear(answer: FactorAnswer) -> None:
            heard.append(answer)
            done.set()

        factor.check(proof, hear)
        assert done.wait(30)
        return heard[0]

    def test_it_answers_later_and_never_raises(self, desk: Desk) -> None:
        engine = FactorDesk(desk.home, lambda ask: desk.vault())
        assert engine.standing().enrolment == ""
        enrolment = desk.enrol().enrolment
        assert engine.standing().enrolment == enrolment
        assert self.ask(engine, Proof("000")).verdict is WRONG
        desk.home.factor_path.write_text("{}")
        assert "damaged" in engine.standing().problem
        assert self.ask(engine, Proof("123456")).verdict is FactorVerdict.UNAVAILABLE

    def test_a_proof_prints_nothing(self) -> None:
        assert "123456" not in repr(Proof("123456", "horse")) + str(Proof("123456", "horse"))
