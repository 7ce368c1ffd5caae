"""`trader venue`: a FIX venue on 127.0.0.1, with a market to practise on or as an echo."""

import asyncio
import signal
import sqlite3
import ssl
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import suppress

from commands.exit_codes import ExitCode
from commands.inert import inert
from connectors.feeds.open import open_market
from connectors.fix import echo
from connectors.fix.acceptor import Acceptor
from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.dictionary.xml_reading import load_all
from connectors.fix.link.schedule import NonStop
from connectors.fix.practice.door import read_credentials, tls_of
from connectors.fix.practice.mischief import Mischief, MischiefError
from connectors.fix.practice.rules import HouseRules
from connectors.fix.practice.server import CLIENTS, VENUE, PracticeVenue
from connectors.fix.settings import VERSIONS
from data.home import Home, write_durably
from engine.errors import InputError
from engine.runtime.collector import calm
from engine.runtime.market_time import hang_clock_of
from engine.values import NANOS_PER_SECOND, Nanos

HOST = "127.0.0.1"
SEED_DEFAULT = 1


def run(options: Namespace) -> int:
    """Until interrupted; exit 3 where the port or the books are taken, 2 for a bad dictionary."""
    dictionaries = load_all(options.dictionary)
    if options.echo:
        names = ", ".join(f"{client} ({version})" for version, client in echo.CLIENTS.items())
        sessions = [echo.echo_session(version, dictionaries) for version in echo.CLIENTS]
        said = f"{echo.VENUE} listens on {{}}, and echoes {names}"
        tls = _tls(options, None)
        return asyncio.run(_serve(Acceptor(sessions, _note), options.port, said, None, tls))
    return _practise(options, dictionaries)


def _practise(options: Namespace, dictionaries: Mapping[str, Dictionary]) -> int:
    flow = open_market(options.market, symbols=options.symbols, seed=options.seed or SEED_DEFAULT)
    hang_clock_of(instrument.mic for instrument in flow.instruments)
    home = Home.prepare(options.home)
    tls = _tls(options, home)
    try:
        practice = PracticeVenue(
            flow,
            home.practice_path,
            clients=options.clients or CLIENTS,
            speed=options.speed,
            note=_note,
            rules=_rules(options),
            dictionaries=dictionaries,
        )
    except sqlite3.Error as error:
        print(
            f"trader: the books of this home's venue cannot be opened ({error}); another venue may"
            f" run here: another --home, or look at {home.practice_path}",
            file=sys.stderr,
        )
        return ExitCode.ENVIRONMENT
    try:
        for line in options.misbehave:
            print(practice.mischief.heed(line), file=sys.stderr)
        clients = ", ".join(options.clients or CLIENTS)
        said = (
            f"{VENUE} listens on {{}} with {flow.description}; clients {clients},"
            f" each in {', '.join(VERSIONS)}"
        )
        serving = _serve(practice.acceptor, options.port, said, practice.mischief, tls)
        return asyncio.run(serving)
    except MischiefError as error:
        print(f"trader: {error}", file=sys.stderr)
        return ExitCode.USAGE
    finally:
        practice.close()


def _rules(options: Namespace) -> HouseRules:
    grace = options.cancel_on_disconnect
    return HouseRules(
        schedule=options.hours or NonStop(),
        rate_max=options.throttle,
        credentials=read_credentials(options.passwords) if options.passwords else {},
        cancel_after=None if grace is None else Nanos(grace * NANOS_PER_SECOND),
    )


def _tls(options: Namespace, home: Home | None) -> ssl.SSLContext | None:
    """Raises InputError for papers that cannot be used."""
    cert, key = options.tls_cert, options.tls_key
    if (cert is None) != (key is None):
        raise InputError("a certificate goes with its key: --tls-cert FILE --tls-key FILE")
    if cert is None and not options.tls:
        if options.tls_clients is not None:
            raise InputError("--tls-clients goes with --tls, or --tls-cert and --tls-key")
        return None
    if cert is None:
        # Its library is large, and a venue without TLS has no use for it.
        from connectors.fix.link.tls_papers import is_valid, make_certificate

        home = home or Home.prepare(options.home)
        cert, key = home.practice_cert_path, home.practice_key_path
        if not (is_valid(cert) and key.exists()):
            papers = make_certificate()
            write_durably(key, papers[1])
            write_durably(cert, papers[0])
        _note(f'TLS: a desk believes it by fix.tls_ca_file = "{cert}"')
    return tls_of(cert, key, options.tls_clients)


async def _serve(
    acceptor: Acceptor,
    port: int,
    said: str,
    mischief: Mischief | None,
    tls: ssl.SSLContext | None,
) -> int:
    try:
        listening = await acceptor.listen(HOST, port, tls)
    except OSError as error:
        print(
            f"trader: nobody can listen on {HOST}:{port} ({error.strerror}); "
            "another --port, or --port 0 for a free one",
            file=sys.stderr,
        )
        return ExitCode.ENVIRONMENT
    print(said.format(f"{HOST}:{listening}"), flush=True)
    if mischief is not None:
        _listen_to_lines(mischief)
    calm()
    await _until_interrupted()
    await acceptor.close()
    return ExitCode.DONE


def _listen_to_lines(mischief: Mischief) -> None:
    """Lines on standard input, where there is one: how to misbehave."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        line = sys.stdin.readline()
        if not line:
            loop.remove_reader(sys.stdin)
        elif line.strip():
            _note(_answer(mischief.heed, line))

    with suppress(OSError, ValueError):
        loop.add_reader(sys.stdin, read)


def _answer(heed: Callable[[str], str], line: str) -> str:
    try:
        return heed(line)
    except MischiefError as error:
        return str(error)


async def _until_interrupted() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    await stopped.wait()


def _note(text: str) -> None:
    """What happens is no result: it goes beside the results."""
    print(inert(text), file=sys.stderr, flush=True)
