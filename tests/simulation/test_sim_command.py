"""`trader sim`: what it prints, and the line that repeats a failure."""

import json

from commands import flags, sim
from commands.exit_codes import ExitCode
from simulation.run import Outcome


def run(*words: str) -> int:
    return sim.run(flags.parse(["sim", *words]))


def test_the_result_is_one_json_object(capsys):
    assert run("--seeds", "3", "--jobs", "1", "--json") == ExitCode.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["seeds"] == 3 and told["violations"] == 0
    assert told["events"] > 100 and told["seeds_per_second"] > 0


def test_the_result_says_how_often_limits_mattered(capsys):
    assert run("--seeds", "6", "--jobs", "1", "--json", "--only", "limits") == ExitCode.DONE
    limits = json.loads(capsys.readouterr().out)["limits"]
    assert list(limits) == sorted(limits)
    assert limits["R01"]["kept"] > limits["R01"]["near"]
    assert limits["R09"]["denied"] > 0


def test_a_seed_alone_is_that_seed_alone(monkeypatch):
    ran = []
    monkeypatch.setattr(sim, "run_seed", lambda seed, only: ran.append((seed, only)) or fine(seed))
    run("--seed", "17")
    assert ran == [(17, "")]
    run("--seed", "5", "--seeds", "3", "--jobs", "1", "--only", "exits")
    assert ran[1:] == [(5, "exits"), (6, "exits"), (7, "exits")]


def test_several_processes_count_what_one_would(capsys):
    run("--seeds", "40", "--jobs", "2", "--json")
    two = json.loads(capsys.readouterr().out)
    run("--seeds", "40", "--jobs", "1", "--json")
    one = json.loads(capsys.readouterr().out)
    assert {**two, "seeds_per_second": 0} == {**one, "seeds_per_second": 0}


def test_a_failure_prints_the_line_that_repeats_it(monkeypatch, capsys):
    found = Outcome(17, 5, 0, 9, "ab", "I-06: sent twice", 9, ("9 asks something",))
    monkeypatch.setattr(sim, "run_seed", lambda seed, only: found)
    assert run("--seed", "17", "--trace") == ExitCode.CHECK_FAILED
    told = capsys.readouterr()
    assert told.err.splitlines()[0] == "trader sim --seed 17  # step 9: I-06: sent twice"
    assert "9 asks something" in told.err
    assert "1 violations" in told.out


def test_the_line_that_repeats_a_seed_names_its_family():
    assert Outcome(17, 5, 0, 9, "ab", only="exits").again == "trader sim --seed 17 --only exits"


def test_ctrl_c_says_what_was_done(monkeypatch, capsys):
    def interrupted(seed: int, only: str) -> Outcome:
        if seed == 3:
            raise KeyboardInterrupt
        return fine(seed)

    monkeypatch.setattr(sim, "run_seed", interrupted)
    assert run("--seeds", "9", "--jobs", "1", "--json") == ExitCode.INTERRUPTED
    assert json.loads(capsys.readouterr().out)["seeds"] == 2


def fine(seed: int) -> Outcome:
    return Outcome(seed, 1, 0, 9, "ab")
