"""Throwaway certificates: an authority, and a server certificate for 127.0.0.1 signed by it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW = (
    *("req", "-x509", "-noenc", "-days", "1"),
    *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
)
_SERVER = (
    *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
    *("-addext", "basicConstraints=critical,CA:FALSE"),
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Two PEM files: what a client trusts, and the server's key followed by its certificate."""

    authority: Path
    server: Path


def certificates(folder: Path, name: str) -> Certificates:
    """Makes an authority called `name` and its server certificate, valid for a day."""
    authority, authority_key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate, key = folder / f"{name}-server.crt", folder / f"{name}-server.key"
    _openssl(
        *(*_NEW, "-subj", f"/CN={name}"),
        *("-keyout", str(authority_key), "-out", str(authority)),
    )
    _openssl(
        *(*_NEW, *_SERVER, "-CA", str(authority), "-CAkey", str(authority_key)),
        *("-keyout", str(key), "-out", str(certificate)),
    )
    server = folder / f"{name}-server.pem"
    server.write_text(key.read_text() + certificate.read_text())
    return Certificates(authority, server)


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
