"""Certificates for servers on loopback: one that is right and two that a client must refuse.

Each call makes its own certificate authority, so that trusting one test's authority never trusts another's.
Keys are P-256: making one takes a millisecond, an RSA key takes a hundred.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


@dataclass(frozen=True, kw_only=True)
class ServerCertificate:
    """PEM files of a server certificate and of the authority that signed it."""

    ca_file: Path  # what a client has to trust
    cert_file: Path  # the server's certificate
    key_file: Path  # the server's private key, unencrypted, mode 0600

    def server_context(self) -> ssl.SSLContext:
        """Context for the listening side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Context for the connecting side: verifies the chain and the host name, trusts only this authority."""
        return ssl.create_default_context(cafile=str(self.ca_file))


def valid_certificate(directory: Path) -> ServerCertificate:
    """A certificate for localhost and 127.0.0.1, valid now."""
    return _make(directory, name="localhost", address=IPv4Address("127.0.0.1"), ends_in=timedelta(days=30))


def expired_certificate(directory: Path) -> ServerCertificate:
    """Right name and right authority, but it expired yesterday."""
    return _make(directory, name="localhost", address=IPv4Address("127.0.0.1"), ends_in=timedelta(days=-1))


def wrong_host_certificate(directory: Path) -> ServerCertificate:
    """Valid now and signed by the right authority, but for another host."""
    return _make(directory, name="other.example", address=None, ends_in=timedelta(days=30))


def _make(directory: Path, *, name: str, address: IPv4Address | None, ends_in: timedelta) -> ServerCertificate:
    """Write ca.pem, server.pem and server.key into `directory` (created when missing)."""
    directory.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    ca_identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        x509.CertificateBuilder()
        .subject_name(ca_name)
        .issuer_name(ca_name)
        .public_key(ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=60))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(ca_identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if address is not None:
        names.append(x509.IPAddress(address))
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(ca_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_identifier), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    made = ServerCertificate(
        ca_file=directory / "ca.pem", cert_file=directory / "server.pem", key_file=directory / "server.key"
    )
    made.ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    made.cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key_file.touch(mode=0o600)
    made.key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Key usage of an authority or of a server: Python 3.13 refuses an authority without it."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
