"""A certificate of this machine for itself: to practise TLS with, believed by nobody else."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAMES, ADDRESSES = ("localhost",), ("127.0.0.1", "::1")
VALID_DAYS = 90


def make_certificate() -> tuple[bytes, bytes]:
    """A certificate of this machine for itself, and its key, in PEM: good to practise with."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "trader practice venue")])
    hosts: list[x509.GeneralName] = [x509.DNSName(each) for each in NAMES]
    hosts += [x509.IPAddress(ip_address(each)) for each in ADDRESSES]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, kind, serialization.NoEncryption())
    return certificate.public_bytes(encoding), private


def is_valid(cert: Path) -> bool:
    """Whether a certificate in PEM is there and has a day left."""
    try:
        ends = x509.load_pem_x509_certificate(cert.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return False
    return ends - datetime.now(UTC) > timedelta(days=1)
