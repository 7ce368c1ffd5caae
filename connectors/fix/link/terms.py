"""A venue's terms: its settings as they were written, made into what a session and a line need."""

import os
from collections.abc import Callable

import msgspec

from connectors.fix.link.dialing import CONNECT_SECONDS, Dialer
from connectors.fix.link.logon import Agreement, LogonWords, SecretOf, read_tags
from connectors.fix.link.redial import Door, read_doors
from connectors.fix.link.schedule import NonStop, Schedule, read_hours
from connectors.fix.link.secrecy import Secrecy, objection
from connectors.fix.link.tls import Tls, context_of
from connectors.fix.settings import SessionSettings, UnaskedReset
from engine.errors import InputError


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under `[fix]`, each by the name of its key; what is empty was not wished."""

    hosts: tuple[str, ...] = ("127.0.0.1:9878",)
    """Tried in turn."""
    source: str = ""
    """The own address to call from."""
    connect_seconds: float = CONNECT_SECONDS
    hours: str = "non-stop"
    unasked_reset: str = UnaskedReset.COUNT.value
    tells_next_expected: bool = False
    tells_last_processed: bool = False
    tls_ca_file: str = ""
    tls_system_trust: bool = False
    tls_name: str = ""
    tls_cert_file: str = ""
    tls_key_file: str = ""
    tls_key_secret: str = ""
    """The name in the vault of the passphrase of `tls_key_file`."""
    tls_pins: tuple[str, ...] = ()
    tls_only_13: bool = False
    plain_text: bool = False
    password_in_clear: tuple[str, ...] = ()
    logon_tags: tuple[str, ...] = ()
    logout_tags: tuple[str, ...] = ()
    username: str = ""
    password_secret: str = ""
    new_password_secret: str = ""
    raw_data_secret: str = ""
    signer: str = ""
    key_secret: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Checked: whoever has them may dial."""

    wishes: Wishes
    doors: tuple[Door, ...]
    schedule: Schedule
    secrecy: Secrecy
    words: LogonWords
    secret_of: SecretOf

    def session(self, base: SessionSettings) -> SessionSettings:
        """The same session with hours, logon words, mask and what was agreed on about numbers."""
        wishes = self.wishes
        return msgspec.structs.replace(
            base,
            schedule=None if isinstance(self.schedule, NonStop) else self.schedule,
            logon_extra=self.words,
            logout_fields=read_tags(wishes.logout_tags, "fix.logout_tags"),
            mask=self.words.mask,
            unasked_reset=UnaskedReset(wishes.unasked_reset),
            tells_next_expected=wishes.tells_next_expected,
            tells_last_processed=wishes.tells_last_processed,
        )

    def dialer(self, door: Callable[[], Door]) -> Dialer:
        """Opens a connected socket to where `door` says, plain or TLS. Raises InputError."""
        wishes = self.wishes
        return Dialer(
            door,
            self.secrecy,
            seconds=wishes.connect_seconds,
            source=wishes.source,
            passphrase=self._passphrase if wishes.tls_key_secret else None,
        )

    def _passphrase(self) -> str:
        kept = self.secret_of(self.wishes.tls_key_secret)
        return "" if kept is None else kept.reveal()


def agree(wishes: Wishes, secret_of: SecretOf, nonce: Callable[[int], bytes] = os.urandom) -> Terms:
    """Looks at everything before anybody is called. Raises InputError, which names the key."""
    doors = read_doors(wishes.hosts)
    words = LogonWords(
        Agreement(
            tags=read_tags(wishes.logon_tags),
            username=wishes.username,
            password_secret=wishes.password_secret,
            new_password_secret=wishes.new_password_secret,
            raw_data_secret=wishes.raw_data_secret,
            signer=wishes.signer,
            key_secret=wishes.key_secret,
        ),
        secret_of,
        nonce=nonce,
    )
    if wishes.unasked_reset not in list(UnaskedReset):
        raise InputError(f"fix.unasked_reset must be one of {', '.join(UnaskedReset)}")
    read_tags(wishes.logout_tags, "fix.logout_tags")
    secrecy = Secrecy(
        tls=_tls(wishes),
        plain_text=wishes.plain_text,
        password_in_clear=wishes.password_in_clear,
    )
    if trouble := objection(doors, secrecy, sends_password=words.sends_password):
        raise InputError(trouble)
    return Terms(
        wishes=wishes,
        doors=doors,
        schedule=read_hours(wishes.hours),
        secrecy=secrecy,
        words=words,
        secret_of=secret_of,
    )


def _tls(wishes: Wishes) -> Tls | None:
    """None where nothing of TLS was wished."""
    own = (wishes.tls_cert_file, wishes.tls_key_file, wishes.tls_name, wishes.tls_pins)
    believed = bool(wishes.tls_ca_file) or wishes.tls_system_trust
    if not (believed or any(own) or wishes.tls_only_13):
        return None
    tls = Tls(
        ca_file=wishes.tls_ca_file,
        system_trust=wishes.tls_system_trust,
        name=wishes.tls_name,
        cert_file=wishes.tls_cert_file,
        key_file=wishes.tls_key_file,
        pins=wishes.tls_pins,
        only_13=wishes.tls_only_13,
    )
    if not believed:
        context_of(tls)  # says what is missing
    return tls
