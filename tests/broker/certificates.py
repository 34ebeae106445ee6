"""Throwaway certificates: an authority, and what it signs: a server's for 127.0.0.1, clients'."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW = (
    *("req", "-x509", "-noenc", "-days", "1"),
    *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
)
_SERVER = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
_END = ("-addext", "basicConstraints=critical,CA:FALSE")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Two PEM files: what a client trusts, and the server's key followed by its certificate."""

    authority: Path
    server: Path


def certificates(folder: Path, name: str) -> Certificates:
    """Makes an authority called `name` and its server certificate, valid for a day."""
    authority, key = folder / f"{name}.pem", folder / f"{name}.key"
    _openssl(*_NEW, "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(authority))
    return Certificates(authority, _signed(authority, f"{name}-server", *_SERVER))


def client_certificate(authority: Path, name: str) -> Path:
    """A client's key followed by its certificate, whose common name is `name`."""
    return _signed(authority, f"{authority.stem}-client-{name}", "-subj", f"/CN={name}")


def _signed(authority: Path, name: str, *subject: str) -> Path:
    certificate, key = authority.with_name(f"{name}.crt"), authority.with_name(f"{name}.key")
    signer = ("-CA", str(authority), "-CAkey", str(authority.with_suffix(".key")))
    files = ("-keyout", str(key), "-out", str(certificate))
    _openssl(*_NEW, *subject, *_END, *signer, *files)
    both = authority.with_name(f"{name}.pem")
    both.write_text(key.read_text() + certificate.read_text())
    return both


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
