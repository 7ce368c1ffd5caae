"""Authorities, certificates and a small TLS server, all made for one test on this machine."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HELLO = b"8=FIX.4.4\x01"


class Papers:
    """A certificate and its key, as files."""

    def __init__(self, cert: Path, key: Path, der: bytes) -> None:
        self.cert, self.key, self.der = str(cert), str(key), der


class Authority:
    """Signs for whoever asks."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._subject, self._key.public_key(), (-1, 365))
        own = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        certificate = own.sign(self._key, hashes.SHA256())
        self.path = str(folder / f"{name}.pem")
        Path(self.path).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, key: Any, days: tuple[int, int]) -> Any:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
        )

    def signed(
        self,
        name: str,
        *hosts: str,
        days: tuple[int, int] = (-1, 30),
        passphrase: bytes = b"",
        key: Any = None,
    ) -> Papers:
        """`hosts`: for which names or addresses; `days`: valid from and until, from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key(), days)
        names = [_general(host) for host in hosts]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        cert_path, key_path = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        hidden = (
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption()
        )
        key_path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)
        )
        return Papers(cert_path, key_path, certificate.public_bytes(serialization.Encoding.DER))


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Server:
    """Listens on 127.0.0.1, says hello to who got in, and keeps what it learned of each."""

    def __init__(
        self,
        papers: Papers | None = None,
        *,
        clients_of: str = "",
        at_most: ssl.TLSVersion | None = None,
        hangs: bool = False,
    ) -> None:
        """Without papers it speaks plain text; `clients_of`: asks for certificates of that file."""
        self.names: list[str | None] = []
        self._hangs = hangs
        self._context = _server_context(papers, clients_of, at_most, self.names)
        self._held: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            self._held.append(line)
            if self._hangs:
                continue
            line.settimeout(5)
            with suppress(OSError):
                if self._context is not None:
                    line = self._context.wrap_socket(line, server_side=True)
                    self._held.append(line)
                line.sendall(HELLO)

    def close(self) -> None:
        # A socket that a thread waits on does not end by being closed alone.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for line in self._held:
            line.close()


def _server_context(
    papers: Papers | None,
    clients_of: str,
    at_most: ssl.TLSVersion | None,
    names: list[str | None],
) -> ssl.SSLContext | None:
    if papers is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers.cert, papers.key)
    if at_most is not None:
        context.maximum_version = at_most
    if clients_of:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of)
    context.sni_callback = lambda _line, name, _context: names.append(name)  # type: ignore[assignment]
    return context
