"""Who may ask what of an engine, who is told, and what no terminal can do to it."""

import errno
import os
import socket
import stat
import threading

import msgspec
import pytest

from engine.attachment import SinceYouLeft, StandingChanged, StopEngine, TakeControl
from engine.domain.views import Severity
from engine.ports import (
    Act,
    DeskAnswer,
    DoAct,
    EngineStopped,
    ExplainOrder,
    FocusSymbol,
    LineAnswered,
    Notice,
    SendLine,
)
from engine.runtime.terminals import peer, server
from engine.runtime.terminals.attaching import (
    Attached,
    AttachRefusedError,
    EngineSilentError,
    attach,
)
from engine.runtime.terminals.connections import TOO_SLOW
from engine.runtime.terminals.memory import Left
from engine.runtime.terminals.messages import (
    PROTOCOL,
    Hello,
    Role,
    answer_decoder,
    refused_decoder,
)
from engine.runtime.terminals.wire import READ_BYTES, STAMP_BYTES, Kind, Unpacker, packed
from tests.unit.terminals.parts import FACTS, House, house


@pytest.fixture
def here(tmp_path):
    with house(tmp_path) as one:
        yield one


def ask(attached: Attached, request) -> None:
    payload = bytes(STAMP_BYTES) + msgspec.msgpack.encode(request)
    attached.connection.sendall(packed(Kind.REQUEST, payload))


def heard(attached: Attached, kind: type) -> DeskAnswer:
    """The next answer of this kind; also one that came with the greeting."""
    for answer in attached.answers:
        if isinstance(answer, kind):
            attached.answers.remove(answer)
            return answer
    attached.connection.settimeout(10)
    while True:
        data = attached.connection.recv(READ_BYTES)
        assert data, f"the connection ended before a {kind.__name__}"
        for what, payload in attached.unpacker.feed(data):
            if what is Kind.ANSWER:
                attached.answers.append(answer_decoder.decode(payload))
        for answer in attached.answers:
            if isinstance(answer, kind):
                attached.answers.remove(answer)
                return answer


def last_word(connection: socket.socket) -> str:
    """Why the engine ended the connection."""
    unpacker, words = Unpacker(1 << 24), ""
    while data := connection.recv(READ_BYTES):
        for kind, payload in unpacker.feed(data):
            words = refused_decoder.decode(payload).text if kind is Kind.REFUSED else words
    return words


# ---- control -----------------------------------------------------------------------------------


def test_the_first_terminal_has_control_and_the_second_watches(here: House) -> None:
    first, second = here.attach(), here.attach()
    assert (first.welcome.has_control, second.welcome.has_control) == (True, False)
    ask(second, SendLine("buy 1 AAPL mkt", "t1"))
    answer = heard(second, LineAnswered)
    assert not answer.ok and "this terminal watches: nothing was sent" in answer.text
    ask(second, DoAct(Act.HALT))
    assert "this terminal watches" in heard(second, Notice).text
    assert here.desk.requests == []
    ask(second, ExplainOrder(1))
    ask(first, SendLine("buy 1 AAPL mkt", "t2"))
    assert heard(first, LineAnswered).ok
    assert here.desk.requests == [ExplainOrder(1), SendLine("buy 1 AAPL mkt", "t2")]


def test_taking_control_is_told_to_the_terminal_that_loses_it(here: House) -> None:
    first, second = here.attach(), here.attach()
    ask(second, TakeControl())
    assert "another terminal has taken control" in heard(first, Notice).text
    ask(first, SendLine("buy 1 AAPL mkt", "t1"))
    assert not heard(first, LineAnswered).ok
    ask(second, SendLine("buy 2 AAPL mkt", "t2"))
    assert heard(second, LineAnswered).ok


def test_control_is_free_when_its_terminal_goes_and_the_next_gets_it(here: House) -> None:
    first, watcher = here.attach(), here.attach()
    heard(watcher, StandingChanged)
    first.connection.close()
    assert heard(watcher, StandingChanged).standing.others == 0
    assert not here.attach(Role.VIEWER).welcome.has_control
    assert here.attach().welcome.has_control


def test_attaching_with_take_takes_it_at_once(here: House) -> None:
    first = here.attach()
    assert here.attach(take=True).welcome.has_control
    assert "another terminal has taken control" in heard(first, Notice).text


def test_a_viewer_can_neither_send_nor_take_control(here: House) -> None:
    viewer = here.attach(Role.VIEWER, take=True)
    assert not viewer.welcome.has_control
    ask(viewer, TakeControl())
    assert "attached to look only" in heard(viewer, Notice).text
    ask(viewer, StopEngine(ticket="s"))
    assert "attached to look only" in heard(viewer, LineAnswered).text
    assert here.desk.requests == []


def test_a_shell_can_stop_and_kill_and_nothing_else(here: House) -> None:
    shell = here.attach(Role.SHELL)
    ask(shell, SendLine("buy 1 AAPL mkt", "t1"))
    assert "a command can stop or kill" in heard(shell, LineAnswered).text
    ask(shell, DoAct(Act.FLATTEN_ACCOUNT, ticket="t2"))
    assert not heard(shell, LineAnswered).ok
    for request in (DoAct(Act.KILL, ticket="k"), StopEngine(ticket="s")):
        ask(shell, request)
    attached = here.attach()
    ask(attached, SendLine("buy 1 AAPL mkt", "t3"))
    heard(attached, LineAnswered)
    assert here.desk.requests[:2] == [DoAct(Act.KILL, ticket="k"), StopEngine(ticket="s")]


# ---- who is told what --------------------------------------------------------------------------


def test_an_answer_goes_to_who_asked_and_a_notice_to_all(here: House) -> None:
    first, second = here.attach(), here.attach()
    ask(first, SendLine("buy 1 AAPL mkt", "t1"))
    here.tell(Notice(Severity.OK, "order_filled", "filled"))
    assert heard(first, LineAnswered).ticket == "t1"
    assert heard(second, Notice).text == "filled"
    assert not any(isinstance(answer, LineAnswered) for answer in second.answers)


def test_each_terminal_looks_at_a_symbol_of_its_own(here: House) -> None:
    first, second = here.attach(), here.attach()
    ask(first, FocusSymbol("A"))
    ask(second, FocusSymbol("B", 5))
    ask(second, SendLine("x", "t"))
    heard(second, LineAnswered)
    assert list(here.desk.focuses.values()) == [FocusSymbol("A"), FocusSymbol("B", 5)]
    second.connection.close()
    heard(first, StandingChanged)
    while len(here.desk.focuses) > 1:
        heard(first, StandingChanged)
    assert list(here.desk.focuses.values()) == [FocusSymbol("A")]


def test_who_comes_back_is_told_what_happened_meanwhile(tmp_path) -> None:
    kept: list[Left] = []
    number = iter(range(1, 1_000))
    with house(tmp_path, sequence=lambda: next(number), remember=kept.append) as here:
        here.tell(Notice(Severity.OK, "order_filled", "seen"))
        first, other = here.attach(), here.attach()
        first.connection.close()
        other.connection.close()
        while len(kept) < 2:
            here.attach(Role.SHELL).connection.close()
        here.tell(Notice(Severity.OK, "order_filled", "missed"))
        told = heard(here.attach(), SinceYouLeft)
    assert [missed.text for missed in told.missed] == ["missed"]
    assert told.equity is not None


def test_what_a_terminal_has_seen_is_kept_while_it_is_there(tmp_path) -> None:
    """An engine that is killed cannot say when its terminals went."""
    kept: list[Left] = []
    now = [0.0]
    with house(tmp_path, sequence=lambda: 42, remember=kept.append, clock=lambda: now[0]) as here:
        here.attach()
        here.server.show({("S000", 20): here.desk.frame})
        now[0] = 11.0
        here.server.show({("S000", 20): here.desk.frame})
        while not kept:
            here.attach(Role.SHELL).connection.close()
        assert kept[0].sequence == 42


def test_the_end_is_told_to_all_and_ends_the_server(here: House) -> None:
    attached, shell = here.attach(), here.attach(Role.SHELL)
    here.tell(EngineStopped("the engine was stopped", 0))
    assert heard(attached, EngineStopped).text == "the engine was stopped"
    assert heard(shell, EngineStopped).text == "the engine was stopped"
    here.thread.join(10)
    assert not here.thread.is_alive()


# ---- what no terminal can do to the engine -----------------------------------------------------


def test_the_socket_is_for_this_user_alone(here: House) -> None:
    assert stat.S_IMODE(here.path.stat().st_mode) == 0o600


def test_another_user_at_either_end_is_sent_away(here: House, monkeypatch) -> None:
    monkeypatch.setattr(peer.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(peer.ForeignPeerError, match="another user"):
        here.attach()
    assert here.raw().recv(100) == b""


GARBAGE = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\xff" * 64,
    packed(Kind.HELLO, b"\xc1"),
    packed(Kind.HELLO, b"\x93\x01\x02\x03"),
    packed(Kind.REQUEST, b"12345678\x80"),
    packed(Kind.VIEW, b""),
    packed(Kind.HELLO, msgspec.msgpack.encode({"protocol": "one"})),
    packed(Kind.HELLO, msgspec.msgpack.encode(Hello(PROTOCOL, "", "king"))),
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_refused_in_words_and_the_engine_serves_on(here: House, garbage) -> None:
    first = here.attach()
    raw = here.raw()
    raw.sendall(garbage)
    assert "cannot be read" in last_word(raw)
    ask(first, SendLine("buy 1 AAPL mkt", "t1"))
    assert heard(first, LineAnswered).ok


@pytest.mark.parametrize(
    "payload",
    [
        b"x" * (64 * 1024 + 1),
        bytes(STAMP_BYTES) + msgspec.msgpack.encode({"type": "no_such_request"}),
        bytes(STAMP_BYTES) + msgspec.msgpack.encode({"type": "send_line", "text": 5}),
        b"",
    ],
)
def test_a_request_that_makes_no_sense_costs_its_terminal_the_connection(
    here: House, payload
) -> None:
    attached, other = here.attach(), here.attach()
    attached.connection.sendall(packed(Kind.REQUEST, payload))
    attached.connection.settimeout(10)
    assert "cannot be read" in last_word(attached.connection)
    assert other.welcome.terminals == 2
    assert here.attach(take=True).welcome.has_control
    assert here.desk.requests == []


def test_another_protocol_or_vocabulary_is_refused_with_what_to_do(here: House) -> None:
    raw = here.raw()
    raw.sendall(packed(Kind.HELLO, msgspec.msgpack.encode({"protocol": PROTOCOL + 1})))
    word = last_word(raw)
    assert f"protocol {PROTOCOL} there, {PROTOCOL + 1} here" in word
    assert "`trader stop` ends it, orders stay" in word
    raw = here.raw()
    hello = Hello(PROTOCOL, "other words", "terminal")
    raw.sendall(packed(Kind.HELLO, msgspec.msgpack.encode(hello)))
    assert "started by another version" in last_word(raw)
    # A command that stops or kills speaks to every build of one protocol.
    shell = here.raw()
    hello = Hello(PROTOCOL, "other words", "shell")
    shell.sendall(packed(Kind.HELLO, msgspec.msgpack.encode(hello)))
    (kind, _), *_ = Unpacker(1 << 24).feed(shell.recv(READ_BYTES))
    assert kind is Kind.WELCOME


def test_more_connections_than_there_may_be_are_refused(tmp_path) -> None:
    with house(tmp_path, connections_max=2) as here:
        here.attach()
        here.attach()
        with pytest.raises(AttachRefusedError, match="2 terminals are attached already"):
            here.attach()


def test_a_connection_that_says_nothing_is_ended(tmp_path) -> None:
    now = [0.0]
    with house(tmp_path, clock=lambda: now[0]) as here:
        raw = here.raw()
        here.attach()
        now[0] = 6.0
        here.server.wake()
        assert raw.recv(10) == b""


def test_a_terminal_that_reads_nothing_is_let_go_with_a_word_and_the_others_hear_all(
    here: House,
) -> None:
    stuck, lively = here.attach(), here.attach()
    received: list[str] = []
    lively.connection.settimeout(30)
    for hundred in range(60):
        for number in range(100 * hundred, 100 * hundred + 100):
            here.tell(Notice(Severity.OK, "order_filled", f"{number} {'x' * 1_000}"))
        while len(received) < 100 * hundred + 100:
            data = lively.connection.recv(READ_BYTES)
            assert data, "it was let go although it reads"
            for kind, payload in lively.unpacker.feed(data):
                answer = answer_decoder.decode(payload) if kind is Kind.ANSWER else None
                received.extend([answer.text] if isinstance(answer, Notice) else [])
    assert [int(text.split()[0]) for text in received] == list(range(6_000))
    stuck.connection.settimeout(20)
    assert last_word(stuck.connection) == TOO_SLOW


def test_an_engine_that_does_not_greet_is_called_silent(tmp_path) -> None:
    listening = peer.listen_at(tmp_path / "engine.sock")
    with pytest.raises(EngineSilentError, match=r"does not answer within 0\.2 s"):
        attach(tmp_path / "engine.sock", Role.SHELL, seconds=0.2)
    listening.close()


def test_a_line_carries_when_it_is_too_old(here: House) -> None:
    attached = here.attach()
    payload = (5_000).to_bytes(STAMP_BYTES, "big") + msgspec.msgpack.encode(SendLine("x", "t"))
    attached.connection.sendall(packed(Kind.REQUEST, payload))
    heard(attached, LineAnswered)
    assert here.desk.untils == [5_000 + server.LINE_AGE_NANOS_MAX]


def test_a_desk_that_opens_again_greets_whoever_is_attached(here: House) -> None:
    attached = here.attach()
    here.server.seat(here.desk, FACTS._replace(market="the day again"))
    attached.connection.settimeout(10)
    welcomed = False
    while not welcomed:
        found = list(attached.unpacker.feed(attached.connection.recv(READ_BYTES)))
        welcomed = any(kind is Kind.WELCOME for kind, _ in found)


def test_no_descriptor_left_for_another_connection_ends_nothing(tmp_path, monkeypatch) -> None:
    with house(tmp_path) as here:
        attached = here.attach()
        with monkeypatch.context() as patched:
            tried = threading.Event()

            def full(listening: socket.socket):
                tried.set()
                raise OSError(errno.EMFILE, "too many open files")

            patched.setattr(socket.socket, "accept", full)
            waiting = here.raw()
            assert tried.wait(10)
        ask(attached, SendLine("buy 1 S000 mkt", "t"))
        assert heard(attached, LineAnswered).ok
        assert here.thread.is_alive()
        waiting.close()
        assert here.attach().welcome.terminals == 2


# ---- a bug in the thread that serves terminals -----------------------------------------------


class Log(list):
    """What a programmer would read."""

    def __call__(self, text: str) -> None:
        self.append(text)


def broken(*given, **named):
    raise KeyError("a bug")


def test_a_bug_with_one_terminal_lets_it_go_and_the_others_are_served_on(tmp_path) -> None:
    log = Log()
    with house(tmp_path, log=log) as here:
        first, second = here.attach(), here.attach()
        good = here.desk.send
        here.desk.send = broken
        ask(first, SendLine("buy 1 S000 mkt", "t"))
        assert "met a bug while it served this terminal" in last_word(first.connection)
        here.desk.send = good
        assert heard(second, Notice).code == "terminal_fault"
        while heard(second, StandingChanged).standing.others:
            pass
        ask(second, TakeControl())
        ask(second, SendLine("buy 1 S000 mkt", "t"))
        assert heard(second, LineAnswered).ok
        assert here.attach().welcome.terminals == 2
    assert len(log) == 1
    assert "KeyError: 'a bug'" in log[0]


@pytest.mark.parametrize("place", ["look_at", "instruments", "frame"])
def test_a_bug_while_somebody_comes_or_goes_ends_nobody_else(tmp_path, monkeypatch, place) -> None:
    log = Log()
    with house(tmp_path, log=log) as here:
        stays, goes = here.attach(), here.attach()
        with monkeypatch.context() as patched:
            patched.setattr(here.desk, place, broken if place != "frame" else b"no view at all")
            goes.connection.close()
            newcomer = here.raw()
            hello = msgspec.msgpack.encode(Hello(PROTOCOL, FACTS.vocabulary, Role.TERMINAL))
            newcomer.sendall(packed(Kind.HELLO, hello))
            if place != "frame":
                assert "met a bug" in last_word(newcomer)
        ask(stays, SendLine("buy 1 S000 mkt", "t"))
        assert heard(stays, LineAnswered).ok
        assert here.thread.is_alive()
        assert here.attach().welcome.has_control is False


def test_a_bug_that_is_no_terminals_is_logged_and_the_next_round_serves(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(server, "FAULT_PAUSE_SECONDS", 0.01)
    log = Log()
    with house(tmp_path, log=log) as here:
        attached = here.attach()
        with monkeypatch.context() as patched:
            patched.setattr(here.server, "_distribute", broken)
            here.tell(Notice(Severity.OK, "lost", "nobody hears this one"))
            wait_until(lambda: bool(log))
        ask(attached, SendLine("buy 1 S000 mkt", "t"))
        assert heard(attached, LineAnswered).ok
        here.tell(EngineStopped("stopped", 0))
        assert heard(attached, EngineStopped)
        here.thread.join(10)
        assert here.server.is_over


def test_a_terminal_that_cannot_even_be_told_is_closed(tmp_path, monkeypatch) -> None:
    log = Log()
    with house(tmp_path, log=log) as here:
        first, second = here.attach(), here.attach()
        with monkeypatch.context() as patched:
            patched.setattr(here.desk, "send", broken)
            patched.setattr(here.desk, "look_at", broken)
            ask(first, SendLine("buy 1 S000 mkt", "t"))
            last_word(first.connection)
        assert heard(second, Notice).code == "terminal_fault"
        assert len(log) == 2
        ask(second, SendLine("buy 1 S000 mkt", "t"))
        assert heard(second, LineAnswered)


def wait_until(holds) -> None:
    deadline = threading.Event()
    for _ in range(1_000):
        if holds():
            return
        deadline.wait(0.01)
    raise AssertionError("it never came")
