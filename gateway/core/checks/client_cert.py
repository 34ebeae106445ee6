"""The header in which a proxy tells of a client's certificate → what it says of it.

Four forms are in use: RFC 9440's `Client-Cert`, `:base64 of DER:`; the same without colons
(HAProxy, Traefik); PEM in URL encoding (nginx, `ssl-client-cert`); Envoy's
`X-Forwarded-Client-Cert`, with either the whole certificate or only `Hash` and `DNS`. Each
certificate has one spelling in each.
"""

import hashlib
import re
import ssl
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.core.x509 import names

_PAIR = re.compile(rb'([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^",;]*)(;|$)')
_ENVOY = re.compile(rb"(By|Hash|Cert|Chain|Subject|URI|DNS)=", re.IGNORECASE)
_HASH = re.compile(rb"[0-9A-Fa-f]{64}")


class Client(NamedTuple):
    """What is known of a certificate."""

    fingerprint: bytes
    """SHA-256 of its DER."""
    dns: frozenset[str]
    common: frozenset[str]


@lru_cache(maxsize=256)
def of_der(der: bytes) -> Client:
    """The client of a certificate. Raises ValueError."""
    found = names(der)
    return Client(hashlib.sha256(der).digest(), found.dns, found.common)


@lru_cache(maxsize=256)
def of_header(value: bytes) -> Client:
    """The client that a proxy's header tells of. Raises ValueError."""
    if _ENVOY.match(value):
        return _of_envoy(value)
    return of_der(_of_pem(value) if b"-" in value else _of_base64(value))


def _of_base64(value: bytes) -> bytes:
    is_item = len(value) > 1 and value[:1] == value[-1:] == b":"
    text = value[1:-1] if is_item else unquote_to_bytes(value)
    der = b64decode(text, validate=True)
    if b64encode(der) != text:
        raise ValueError("base64 with bits to spare")
    return der


def _of_pem(value: bytes) -> bytes:
    text = unquote_to_bytes(value).decode("ascii").strip("\n")
    der = ssl.PEM_cert_to_DER_cert(text)
    if ssl.DER_cert_to_PEM_cert(der).strip("\n") != text:
        raise ValueError("not one certificate in PEM")
    return der


def _of_envoy(value: bytes) -> Client:
    """Of one element: of several some come from beyond the proxy, which must replace them."""
    pairs: dict[bytes, list[bytes]] = {}
    position = 0
    while position < len(value):
        match = _PAIR.match(value, position)
        if match is None:
            raise ValueError("not one element")
        pairs.setdefault(match[1].lower(), []).append(match[2].strip(b'"'))
        position = match.end()
    if b"cert" in pairs:
        (cert,) = pairs[b"cert"]
        return of_der(_of_pem(cert))
    (digest,) = pairs.get(b"hash", [b""])
    if not _HASH.fullmatch(digest):
        raise ValueError("not a SHA-256")
    dns = frozenset(name.decode("ascii") for name in pairs.get(b"dns", ()))
    return Client(bytes.fromhex(digest.decode()), dns, frozenset())
