"""What a headless session gives a program: the same bytes, JSON only, and the exit code."""

import json
import re
from pathlib import Path

import pytest

from tests.process.trader_process import GOOG, ROOT, Trader

EXAMPLES = ROOT / "examples"
DAY = ("buy 100 AAPL bid", "at 09:30:20", "sell 40 MSFT mkt", "short 40 MSFT mkt", "at 09:30:40")


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def _twice(tmp_path: Path, *words: object) -> tuple[Trader, Trader, str]:
    first, second = Trader(tmp_path / "first"), Trader(tmp_path / "second")
    outputs = [each.run(*words) for each in (first, second)]
    assert outputs[0] == outputs[1]
    return first, second, outputs[0].output


def test_the_same_seed_gives_the_same_bytes_and_the_same_journal(tmp_path: Path) -> None:
    first, second, output = _twice(tmp_path, "--json", "--exec", *DAY)
    assert len(output.splitlines()) > 5
    assert first.verify() == second.verify()


def test_another_seed_is_another_day(trader: Trader, tmp_path: Path) -> None:
    other = Trader(tmp_path / "other").exec(*DAY, flags=("--seed", 2))
    assert trader.exec(*DAY).output != other.output


def test_a_round_trip_on_a_recorded_day_passes_twice_with_the_same_bytes(
    tmp_path: Path, market_data: Path
) -> None:
    market = market_data / "lobster" / GOOG
    script = EXAMPLES / "goog_round_trip.txt"
    words = ("--market", market, "--script", script, "--speed", "max", "--json")
    first, second, output = _twice(tmp_path, *words)
    result = json.loads(output.splitlines()[-1])
    assert (result["result"], result["orders"], result["positions"]) == ("ok", 2, {})
    assert first.verify() == second.verify()
    told = first.query("select sum(quantity) as shares, sum(fee) as fees from fills")
    assert int(told[0]["shares"]) == 200
    assert float(told[0]["fees"]) == pytest.approx(float(result["fees"]))


def test_the_first_minutes_of_the_examples_pass_without_market_data(tmp_path: Path) -> None:
    _, _, output = _twice(tmp_path, "--script", EXAMPLES / "first_minutes.txt")
    assert output.splitlines()[-1].startswith("ok: 6 orders, 2 fills")


def test_a_bracket_of_the_examples_ends_flat_and_can_be_explained(tmp_path: Path) -> None:
    first, _, output = _twice(tmp_path, "--script", EXAMPLES / "bracket.txt")
    assert output.splitlines()[-1].startswith("ok: 3 orders, 2 fills")
    told = first.query(
        "select parent_id, leg, state, leaves from orders where leg is not null"
        " order by parent_id, leg"
    )
    assert [(row["parent_id"], row["leg"]) for row in told] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert {(row["state"], row["leaves"]) for row in told} == {("cancelled", 0)}
    words = first.run("why", "1.2").output
    assert "held until its entry fills" in words
    assert "100 sent, as much as it protects" in words


def test_stdout_is_json_alone_and_ends_with_the_documented_result(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL mkt", "wait order 1 filled within 5s")
    assert (done.code, done.warnings) == (0, "")
    assert all({"at", "event"} <= line.keys() for line in done.lines[:-1])
    wanted = {"result", "orders", "fills", "cash", "positions", "realised", "fees"}
    assert wanted <= done.result.keys()
    assert done.result["positions"] == {"AAPL": 100}
    assert all(isinstance(done.result[key], str) for key in ("cash", "realised", "fees"))


def test_stdout_names_no_path_no_process_and_no_wall_time(trader: Trader) -> None:
    output = trader.exec(*DAY).output
    assert str(trader.home) not in output
    assert not re.search(r"[/\\](tmp|home|var)\b", output)
    dates = {line["at"][:10] for line in map(json.loads, output.splitlines()) if "at" in line}
    assert dates == {"2026-01-05"}


def test_people_get_the_same_story_in_sentences(trader: Trader, tmp_path: Path) -> None:
    said = Trader(tmp_path / "people").run("--exec", "buy 100 AAPL mkt").output
    told = trader.exec("buy 100 AAPL mkt")
    assert len(said.splitlines()) == len(told.lines)
    assert said.splitlines()[-1].startswith("ok: 1 order, 1 fill, cash 981,")


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["buy 100 AAPL mkt"], 0, ""),
        (["expect position AAPL 5"], 1, "line 1: expected position AAPL 5: position is 0"),
        (["expect cash >= 2000000"], 1, "cash is 1000000.00"),
        (["buy 1 AAPL bid-50", "expect order 1 filled"], 1, "line 2: expected order 1 filled: "),
        (["buy 100 AAPL 190.123"], 5, "denied, and no later `expect denied` names it: order 1"),
        (["buy 100 ZZZZ 10"], 5, "order 1"),
        (["buy 100 ZZZZ 10", "expect denied 1 reference_data"], 0, ""),
        (["buy 100 ZZZZ 10", "expect denied 1 R39"], 0, ""),
        (["buy 100 ZZZZ 10", "expect denied 1 price_collar"], 1, "it was denied by reference_data"),
        (["wait order 1 filled"], 1, "line 1: there is no order 1"),
        (["at 09:30:05", "cancel 3"], 1, "line 2: there is no order 3"),
        (["buy -5 AAPL 10"], 2, "line 1, column 5: a quantity has no sign"),
        (["buy 100 AAPL"], 2, "say mkt if you mean market"),
        (["buy 100 AAPL 190 195"], 2, "line 1, column 18: '195' is one price too many"),
        (["buy 100 AAPL trail 5"], 2, "not available yet: trail"),
    ],
)
def test_every_end_has_its_code_and_its_words(
    trader: Trader, lines: list[str], code: int, words: str
) -> None:
    done = trader.exec(*lines)
    assert (done.code, words in done.complaints) == (code, True), done
    if code != 2:
        word = {0: "ok", 1: "failed", 5: "denied"}[code]
        assert done.result["result"] == word
        assert (code == 0) == (done.warnings == "")


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        ("buy 100 ZZZZ 10", "R39", "Nobody knows ZZZZ"),
        ("buy 100 AAPL 188.123", "R03", "try 188.12 or 188.13"),
        ("sell 100 AAPL mkt", "R26", "`short 100` sells short"),
        ("buy 20000 F mkt", "R01", "your limit of 10,000"),
        ("buy 5000 AAPL mkt", "R02", "allows 1,2"),
    ],
)
def test_a_denial_names_the_rule_its_limit_and_what_would_pass(
    trader: Trader, line: str, rule: str, words: str
) -> None:
    (denied,) = trader.exec(line).events("order_denied")
    assert denied["order"] == 1
    texts = {finding["rule"]: finding["text"] for finding in denied["rules"]}
    assert words in texts[rule]


def test_what_a_refused_buy_suggests_is_not_what_was_refused(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL bid-9t", "short 100 AAPL bid", "buy 100 AAPL ask")
    (denied,) = done.events("order_denied")
    texts = {finding["rule"]: finding["text"] for finding in denied["rules"]}
    assert texts["R26"].startswith("Buy 100 AAPL would cross zero")
    assert "cancel what is working first, or `reverse`" in texts["R26"]
    assert "`buy 100`" not in texts["R26"]


def test_a_script_whose_change_was_denied_is_not_ok(trader: Trader) -> None:
    done = trader.exec("buy 1 AAPL bid-30t", "replace 1 price 230")
    assert (done.code, done.result["result"]) == (5, "denied")


def test_a_wait_that_expires_says_the_state_reached_and_when(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL bid-5", "wait order 1 filled within 5s", "sell 1 AAPL mkt")
    assert done.code == 1
    assert "order 1 did not become filled within 5s: it is working at 09:30:05" in done.complaints
    assert done.result["orders"] == 1


def test_day_orders_end_with_the_script(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL bid-5", "buy 50 AAPL bid-6 gtc")
    assert [event["order"] for event in done.events("order_cancelled")] == [1]
    again = trader.exec("cancel AAPL")
    assert [event["id"] for event in again.events("order_cancelled")] == ["20260105-2"]


def test_only_a_cancel_that_somebody_asked_for_is_told_as_asked(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL bid-5", "buy 50 AAPL bid-6", "cancel 1")
    assert [(event["order"], event["text"]) for event in done.events("order_cancelled")] == [
        (1, "cancelled as asked"),
        (2, "the script ended, and DAY orders end with it"),
    ]


def test_an_order_good_till_cancelled_stands_again_at_its_place_in_the_queue(
    trader: Trader,
) -> None:
    first = trader.exec("buy 100 AAPL bid-40t gtc", "at 09:30:30")
    (accepted,) = first.events("order_accepted")
    assert first.events("order_cancelled") == []
    # Another order at the same price stands behind it and behind what stood ahead of it.
    price = first.events("order_sent")[0]["price"]
    second = trader.exec(f"buy 70 AAPL {price}", "at 09:30:05", "cancel *")
    behind = second.events("order_accepted")[0]["queue_ahead"]
    assert behind >= accepted["queue_ahead"] + 100
    assert {"20260105-1", "20260105-2"} == {
        event["id"] for event in second.events("order_cancelled")
    }
    assert "its place in the queue is an estimate" in trader.run("why", "20260105-1").output
    trader.verify()


def test_until_ends_a_session_at_that_time(trader: Trader) -> None:
    done = trader.exec("buy 100 AAPL bid-5", flags=("--until", "09:31"))
    assert done.events("order_cancelled")[0]["at"] == "2026-01-05T14:31:00.000000000Z"
    assert trader.run("--headless", "--until", "09:32").code == 0


def test_until_ends_a_session_whatever_lines_are_left(trader: Trader) -> None:
    done = trader.exec("at 09:32:00", "buy 1 AAPL mkt", flags=("--until", "09:31"))
    assert done.code == 1
    assert "line 1: the session ends at 09:31:00.000 (--until)" in done.complaints
    assert done.events("order_sent") == []


def test_a_time_that_has_passed_is_no_end(trader: Trader) -> None:
    done = trader.exec("buy 1 AAPL mkt", flags=("--until", "09:00"))
    assert (done.code, done.output) == (2, "")
    assert "--until 09:00:00 has passed: the market stands at 09:30:00" in done.complaints
    assert trader.exec("buy 1 AAPL mkt").code == 0


def test_read_only_sends_nothing_not_even_a_cancel(trader: Trader) -> None:
    trader.exec("buy 100 AAPL bid-10 gtc")
    for line in ("buy 1 AAPL mkt", "cancel *", "kill", "flatten *"):
        done = trader.exec(line, flags=("--read-only",))
        assert done.code == 1
        assert "this session is read-only: nothing can be sent" in done.complaints
        assert len(done.lines) == 1
    assert trader.exec("at 09:30:10", "buy 1 AAPL bid ?", flags=("--read-only",)).code == 0
    assert len(trader.exec("cancel *").events("order_cancelled")) == 1


def test_a_script_comes_from_standard_input_too(trader: Trader) -> None:
    done = trader.run(
        "--json", "--script", "-", text="buy 100 AAPL mkt\nexpect position AAPL 100\n"
    )
    assert (done.code, done.result["orders"]) == (0, 1)


def test_a_typo_on_line_7_is_named_and_nothing_was_sent_or_made(
    trader: Trader, tmp_path: Path
) -> None:
    script = tmp_path / "day.txt"
    script.write_text("buy 100 AAPL mkt\n# two\n\n\n\nsell 1 AAPL mkt\nbuy 1OO AAPL mkt\n")
    done = trader.run("--json", "--script", script)
    assert (done.code, done.output) == (2, "")
    assert "line 7, column 5: " in done.complaints
    assert "      ^^^\n" in done.complaints
    assert not trader.home.exists()


@pytest.mark.parametrize("text", ["no file", "not UTF-8"])
def test_a_script_that_cannot_be_read_is_named(trader: Trader, tmp_path: Path, text: str) -> None:
    script = tmp_path / "day.txt"
    if text == "not UTF-8":
        script.write_bytes(b"buy 100 AAPL mkt # \xff\n")
    done = trader.run("--script", script)
    assert done.code == 2
    assert done.complaints.startswith(f"trader: {script}")
    assert len(done.complaints.splitlines()) == 1


def test_results_that_nobody_can_take_end_the_session_in_order(trader: Trader) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = trader.run("--exec", "buy 100 AAPL bid-5 gtc", "at 09:31:00", stdout=full)
    assert done.code == 3
    assert done.complaints == "trader: stdout cannot be written (No space left on device)\n"
    trader.verify()
    assert len(trader.exec("cancel *").events("order_cancelled")) == 1


def test_a_reader_that_goes_away_ends_the_session_in_order(trader: Trader) -> None:
    lines = ("buy 100 AAPL bid-5 gtc", "at 09:40:00", "cancel *", "buy 100 AAPL bid-5 gtc")
    process = trader.start("--json", "--symbols", "AAPL", "--exec", *lines)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=20) in (141, 0)
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    trader.verify()


def test_numbers_are_never_used_again_on_the_same_trade_date(trader: Trader) -> None:
    ids = [
        event["id"]
        for shares in (1, 2, 3)
        for event in trader.exec(f"buy {shares} AAPL mkt", "buy 1 ZZZZ 1").lines
        if event.get("event") in ("order_sent", "order_denied")
    ]
    assert ids == [f"20260105-{number}" for number in range(1, 7)]


def test_a_script_that_runs_again_in_the_same_home_is_no_duplicate_of_itself(
    trader: Trader,
) -> None:
    assert [trader.exec("buy 1 AAPL mkt").code for _ in range(2)] == [0, 0]
    assert trader.exec("buy 1 AAPL mkt", "buy 1 AAPL mkt").code == 5


def test_an_order_sleeps_while_another_market_runs(trader: Trader, market_data: Path) -> None:
    trader.exec("buy 100 AAPL bid-5 gtc")
    market = market_data / "lobster" / GOOG
    done = trader.exec("buy 1 GOOG mkt", flags=("--market", market))
    assert done.code == 0
    assert "orders of synthetic sleep until that market runs again" in done.complaints
    awake = trader.exec("buy 1 AAPL mkt", "cancel *")
    assert awake.events("order_sent")[0]["id"] == "20260105-2"
    assert [e["id"] for e in awake.events("order_cancelled")] == ["20260105-1"]
    trader.verify()


def test_a_sleeping_order_can_be_withdrawn(trader: Trader, market_data: Path) -> None:
    trader.exec("buy 100 AAPL bid-5 gtc")
    market = market_data / "lobster" / GOOG
    done = trader.exec("cancel *", flags=("--market", market))
    assert done.events("order_cancelled")[0]["text"] == "withdrawn while its market slept"
    assert trader.exec("buy 1 AAPL mkt", "cancel *").events("order_cancelled") == []
    trader.verify()


def test_market_time_never_runs_backwards_in_one_home(trader: Trader) -> None:
    first = trader.exec("at 09:31:00", "buy 100 AAPL bid-5 gtc")
    second = trader.exec("buy 1 AAPL mkt")
    assert second.events("order_sent")[0]["at"] >= first.events("order_accepted")[-1]["at"]


def test_a_read_only_look_at_another_market_ends_no_order(
    trader: Trader, market_data: Path
) -> None:
    trader.exec("buy 100 MSFT bid-50t gtc")
    market = market_data / "lobster" / GOOG
    looked = trader.run("--read-only", "--headless", "--market", market, "--until", "09:30:05")
    assert looked.code == 0
    assert len(trader.exec("cancel *").events("order_cancelled")) == 1


def test_a_home_left_after_the_close_opens_on_the_next_day(trader: Trader) -> None:
    trader.run("--headless", "--symbols", "AAPL")
    next_day = trader.exec("buy 1 AAPL mkt", flags=("--symbols", "AAPL"))
    assert next_day.events("order_sent")[0]["id"] == "20260106-1"
    assert next_day.events("order_filled")[0]["at"].startswith("2026-01-06T14:30:00")


def test_the_market_of_the_settings_is_the_one_that_is_opened(
    trader: Trader, tmp_path: Path, market_data: Path
) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(f"[market]\nkind = '{market_data / 'lobster' / GOOG}'\n")
    done = trader.exec("buy 1 GOOG mkt", flags=("--config", config))
    assert done.events("order_filled")[0]["at"].startswith("2012-06-21")


def test_the_end_of_the_day_ends_a_session_without_a_script(
    trader: Trader, market_data: Path
) -> None:
    done = trader.run("--json", "--headless", "--market", market_data / "lobster" / GOOG)
    assert (done.code, done.result["orders"]) == (0, 0)
    assert done.complaints == ""
    assert trader.verify()["events"] > 0


@pytest.mark.parametrize(
    ("flag", "value"),
    [("--seed", "9" * 26), ("--seed", "-1"), ("--speed", "1e308"), ("--speed", "nan"),
     ("--speed", "0"), ("--until", "25:00"), ("--until", "1")],
)  # fmt: skip
def test_a_number_out_of_bounds_is_refused_before_anything_is_made(
    trader: Trader, flag: str, value: str
) -> None:
    done = trader.exec("buy 1 AAPL mkt", flags=(flag, value))
    assert (done.code, done.output) == (2, "")
    assert f"argument {flag}: " in done.complaints or "expected one argument" in done.complaints
    assert not trader.home.exists()


def test_a_home_that_traded_at_the_highest_figures_verifies_and_answers(trader: Trader) -> None:
    """The first line is no price at all: nothing was sent, and it says what would be one."""
    unread = trader.run("--json", "--exec", "buy 10 AAPL 999999999999999 tp +1 sl -1")
    assert (unread.code, "a price is below 1,000,000,000" in unread.complaints) == (2, True)
    denied = ("buy 1 AAPL 999999999", "expect denied 1 price_collar")
    far = ("buy 100 AAPL mkt", "sell 100 AAPL 999999999.99 gtc", "expect order 3 working")
    assert trader.run("--json", "--exec", *denied, *far).code == 0
    assert trader.verify()["ok"]
    rows = trader.query("select max(price) as price, count(*) as n from orders")
    assert rows == [{"price": "999999999.99", "n": 3}]
