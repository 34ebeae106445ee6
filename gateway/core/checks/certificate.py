"""The check `certificate`: the client's TLS certificate is a listed one.

It is that of the connection, which OpenSSL has verified, or the one that a trusted proxy tells of
in a header, which the proxy has verified.
"""

import hmac
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.core.checks.client_cert import Client, of_der, of_header
from gateway.core.checks.presented import only_header
from gateway.core.errors import Refused
from gateway.core.model import Callback, Proof
from gateway.core.origin import EnvelopeCheck

_NAME = "certificate"
_VERDICT = b"ssl-client-verify"
"""What nginx says of a client's certificate, beside it."""


class Clients(NamedTuple):
    """Which certificates are listed; one match is enough."""

    fingerprints: Sequence[bytes] = ()
    """SHA-256 of the DER."""
    dns_names: Sequence[str] = ()
    common_names: Sequence[str] = ()


def certificate_check(clients: Clients, *, header: str = "") -> EnvelopeCheck:
    """The certificate is one of `clients`; with `header` it is the one that a proxy tells of."""
    name = header.lower().encode()
    dns = frozenset(listed.lower() for listed in clients.dns_names)
    common = frozenset(clients.common_names)

    def check(callback: Callback) -> Proof:
        client = _told(callback, name) if name else _shown(callback)
        position = _position(clients.fingerprints, client.fingerprint)
        named = not dns.isdisjoint(map(str.lower, client.dns)) or client.common & common
        if position is None and not named:
            raise Refused(_NAME, "the client's certificate is not listed")
        return Proof(_NAME, _NAME, secret=position)

    return check


def _position(fingerprints: Sequence[bytes], given: bytes) -> int | None:
    found = [n for n, listed in enumerate(fingerprints) if hmac.compare_digest(listed, given)]
    return found[0] if found else None


def _shown(callback: Callback) -> Client:
    if not callback.certificate:
        raise Refused(_NAME, "the client has shown no certificate")
    return _read(of_der, callback.certificate)


def _told(callback: Callback, name: bytes) -> Client:
    if not callback.proxied:
        raise Refused(_NAME, "the connection does not come from a trusted proxy")
    verdicts = {value for header, value in callback.headers if header.lower() == _VERDICT}
    if verdicts - {b"SUCCESS"}:
        raise Refused(_NAME, "the proxy has not verified the certificate")
    return _read(of_header, only_header(callback, name, check=_NAME))


def _read(form: Callable[[bytes], Client], given: bytes) -> Client:
    try:
        return form(given)
    except ValueError as error:
        raise Refused(_NAME, "what is told is no certificate") from error
