"""What `trader doctor --venue ib` says of each gateway, and what it says to do."""

import socket
from typing import Any

import msgspec

from commands.doctor_ib import gateway_words
from connectors.ib.library import Library
from connectors.ib.wire import Dial, Wire
from data.settings import load_settings
from data.settings.load import IbSettings
from tests.connectors.ib.gateway.gateway import Gateway


def settings(port: int, **more: Any) -> IbSettings:
    return msgspec.structs.replace(load_settings().ib, port=port, **more)


def words(
    port: int, usual: dict[int, str] | None = None, seconds: float = 3.0, **more: Any
) -> list[tuple[str, str]]:
    return list(gateway_words(settings(port, **more), usual or {}, seconds))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_a_paper_gateway_is_ready() -> None:
    with Gateway() as gateway:
        ((word, text),) = words(gateway.port)
        assert gateway.broker.orders == [] and gateway.bad == []
    assert word == "ok" and "paper DU•••567" in text and "`trader --venue ib` trades there" in text


def test_nobody_there_says_how_to_switch_it_on() -> None:
    ((word, text),) = words(free_port(), {free_port(): "TWS, live"})
    assert word == "unavailable" and "Enable ActiveX and Socket Clients" in text


def test_a_gateway_on_another_port_is_found_and_named() -> None:
    with Gateway() as gateway:
        first, second = words(free_port(), {gateway.port: "TWS, paper"})
    assert first[0] == "ok" and f"with ib.port = {gateway.port}" in first[1]
    assert second[0] == "unavailable" and f"set ib.port = {gateway.port}" in second[1]


def test_live_behind_the_paper_port_is_said_in_so_many_words() -> None:
    with Gateway(accounts=("U7654321",)) as gateway:
        ((word, text),) = words(gateway.port, {gateway.port: "TWS, paper"})
    assert word == "attention" and "real money behind it" in text and "7654321" not in text


def test_a_read_only_api_says_which_tick_to_take_off() -> None:
    with Gateway(read_only=True) as gateway:
        ((word, text),) = words(gateway.port)
    assert word == "attention" and "Take the tick off Read-Only API" in text


def test_a_client_id_in_use_is_told_as_that() -> None:
    with Gateway() as gateway:
        wire = Wire(Library.load(), lambda: None)
        wire.connect(Dial("127.0.0.1", gateway.port, 5))
        gateway.wait(lambda: gateway.clients == [5])
        ((word, text),) = words(gateway.port, client_id=5)
        wire.hang_up()
    assert word == "unavailable" and "client id 5 is in use" in text


def test_the_engine_of_this_home_is_known_by_its_client_id() -> None:
    with Gateway() as gateway:
        wire = Wire(Library.load(), lambda: None)
        wire.connect(Dial("127.0.0.1", gateway.port, 5))
        gateway.wait(lambda: gateway.clients == [5])
        told = gateway_words(settings(gateway.port, client_id=5), {}, 3.0, is_running=True)
        ((word, text),) = list(told)
        wire.hang_up()
    assert word == "ok" and "`trader status`" in text


def test_something_that_says_nothing_is_told_apart_from_nobody() -> None:
    with Gateway(silent=True) as gateway:
        ((word, text),) = words(gateway.port, seconds=0.1)
    assert word == "unavailable" and "says nothing. Restart it" in text


def test_several_accounts_want_a_name() -> None:
    with Gateway(accounts=("DU1000001", "DU1000002")) as gateway:
        ((word, text),) = words(gateway.port)
        ((named, _),) = words(gateway.port, account="DU1000002")
    assert (word, named) == ("unavailable", "ok") and "ib.account" in text


def test_an_account_that_is_not_there_keeps_the_desk_out() -> None:
    with Gateway(accounts=("DU1000001",)) as gateway:
        ((word, text),) = words(gateway.port, account="DU1000009")
        ((other, _), _) = words(free_port(), {gateway.port: ""}, account="DU1000009")
    assert word == "unavailable" and "does not have ib.account (DU•••009)" in text
    assert other == "attention", "of another port it is good to know"


def test_a_live_account_wants_a_name_before_it_is_traded() -> None:
    with Gateway(accounts=("U7654321",)) as gateway:
        ((word, text),) = words(gateway.port)
        ((named, how),) = words(gateway.port, account="U7654321")
    assert word == "attention" and "name it with ib.account" in text
    assert named == "ok" and "--venue ib --live` trades there" in how


def test_another_machine_is_not_called_unless_it_is_named() -> None:
    ((word, text),) = words(7497, host="gateway.example")
    assert word == "unavailable" and "ssh tunnel" in text
