"""Signers of the check `certificate`: two clients', in every form in which a proxy tells of them.

The certificates are `clients/*.pem`; nobody verifies them here, so they may expire.
"""

import hashlib
import ssl
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote_from_bytes

from msgspec import structs

from gateway.core.checks.certificate import Clients, certificate_check
from gateway.core.model import Callback
from gateway.core.origin import EnvelopeCheck
from tests.laws.signers import Sign, Signer, nothing

CLIENTS: Final = tuple(
    ssl.PEM_cert_to_DER_cert((Path(__file__).parent / f"clients/{name}.pem").read_text())
    for name in ("first", "second")
)
"""`<name>.example.com` with the common name `<name> client`, DER."""


def digest(der: bytes) -> bytes:
    """The fingerprint as the settings have it."""
    return hashlib.sha256(der).hexdigest().encode()


def pem(der: bytes) -> bytes:
    """As nginx's `$ssl_client_escaped_cert`."""
    return quote_from_bytes(ssl.DER_cert_to_PEM_cert(der).encode(), safe="").encode()


def told(form: Callable[[bytes], bytes], header: bytes) -> Sign:
    """Through a trusted proxy that tells the certificate in `header`."""

    def sign(callback: Callback, position: int) -> Callback:
        added = (header, form(CLIENTS[position]))
        return structs.replace(callback, headers=(*callback.headers, added), proxied=True)

    return sign


def _clients(live: Sequence[bytes]) -> Clients:
    return Clients(fingerprints=[bytes.fromhex(it.decode()) for it in live])


def _signer(form: str, sign: Sign, header: str = "") -> Signer:
    def make(live: Sequence[bytes]) -> EnvelopeCheck:
        return certificate_check(_clients(live), header=header)

    def options(live: Sequence[bytes]) -> object:
        told_in = {"header": header} if header else {}
        return {"fingerprints": [it.decode() for it in live], **told_in}

    return Signer(
        check="certificate",
        form=form,
        proved="certificate",
        secrets=(digest(CLIENTS[0]), digest(CLIENTS[1])),
        sign=sign,
        make=make,
        options=options,
        covers=nothing,
    )


_ENVOY: Final = "X-Forwarded-Client-Cert"

SIGNERS: Final = [
    _signer("tls", lambda callback, n: structs.replace(callback, certificate=CLIENTS[n])),
    _signer("rfc9440", told(lambda it: b":%b:" % b64encode(it), b"Client-Cert"), "Client-Cert"),
    _signer("base64", told(b64encode, b"X-Client"), "x-client"),
    _signer("pem", told(pem, b"Ssl-Client-Cert"), "ssl-client-cert"),
    _signer("envoy", told(lambda it: b"Hash=" + digest(it), _ENVOY.encode()), _ENVOY),
    _signer("envoy-whole", told(lambda it: b'Cert="%b"' % pem(it), _ENVOY.encode()), _ENVOY),
]
