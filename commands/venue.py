"""`trader venue --echo`: a FIX acceptor on 127.0.0.1 that answers as conformance suites expect."""

import asyncio
import signal
import sys
from argparse import Namespace
from contextlib import suppress

from commands.exit_codes import ExitCode
from commands.inert import inert
from connectors.fix.acceptor import Acceptor
from connectors.fix.echo import CLIENTS, VENUE, echo_session

HOST = "127.0.0.1"


def run(options: Namespace) -> int:
    """Until interrupted; exit 3 where the port is taken."""
    return asyncio.run(_serve(options.port))


async def _serve(port: int) -> int:
    acceptor = Acceptor((echo_session(version) for version in CLIENTS), _note)
    try:
        listening = await acceptor.listen(HOST, port)
    except OSError as error:
        print(
            f"trader: nobody can listen on {HOST}:{port} ({error.strerror}); "
            "another --port, or --port 0 for a free one",
            file=sys.stderr,
        )
        return ExitCode.ENVIRONMENT
    names = ", ".join(f"{client} ({version})" for version, client in CLIENTS.items())
    print(f"{VENUE} listens on {HOST}:{listening}, and echoes {names}", flush=True)
    await _until_interrupted()
    await acceptor.close()
    return ExitCode.DONE


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
