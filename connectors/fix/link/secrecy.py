"""What may travel in clear to whom: nothing to another machine, unless it was told, and twice."""

from collections.abc import Sequence
from ipaddress import ip_address

import msgspec

from connectors.fix.link.redial import Door
from connectors.fix.link.tls import Tls

LOCAL_NAME = "localhost"


class Secrecy(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed on with a venue."""

    tls: Tls | None = None
    plain_text: bool = False
    """`plain_text = true`: this venue is reached without TLS over a line that others can read."""
    password_in_clear: tuple[str, ...] = ()
    """Hosts, by name, that get even a password that way: the second time that it is told."""


def objection(doors: Sequence[Door], secrecy: Secrecy, *, sends_password: bool) -> str:
    """Why these hosts are not dialled so, as a sentence; empty where they may be."""
    if secrecy.tls is not None:
        return ""
    for door in doors:
        if is_this_machine(door.host):
            continue
        if not secrecy.plain_text:
            return (
                f"{door} is another machine, and without TLS everybody on the way reads and changes"
                " what is said: set fix.tls_ca_file, or fix.plain_text = true where the line itself"
                " is secret (a tunnel, a private line)"
            )
        if sends_password and door.host not in secrecy.password_in_clear:
            return (
                f"the password would go to {door} in clear: set fix.tls_ca_file, or, if the line"
                f' itself is secret, name the host as well: fix.password_in_clear = ["{door.host}"]'
            )
    return ""


def is_this_machine(host: str) -> bool:
    """By the address alone; `localhost` is looked at again when its address is known."""
    if host == LOCAL_NAME:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
