"""Signers of the checks on access."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from typing import Final

from msgspec import structs

from gateway.core.checks.addresses import addresses_check
from gateway.core.checks.basic import basic_check
from gateway.core.checks.bearer import bearer_check
from gateway.core.checks.token import token_check
from gateway.core.model import Callback
from tests.laws.signers import Sign, Signer, nothing, reference

_SECRETS: Final = (b"6f1d0c8a54b24f0e9c3b7a2d51e8f490", b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79")
_USER: Final = "ci"
_ADDRESSES: Final = (b"192.0.2.7", b"2001:db8::9")


def with_header(name: bytes, value: Callable[[bytes], bytes], secrets: Sequence[bytes]) -> Sign:
    """Signs with one header whose value is made of the secret alone."""

    def sign(callback: Callback, position: int) -> Callback:
        added = (name, value(secrets[position]))
        return structs.replace(callback, headers=(*callback.headers, added))

    return sign


def _references(live: Sequence[bytes]) -> list[str]:
    return [reference(secret) for secret in live]


SIGNERS: Final = [
    Signer(
        check="token",
        form="url",
        proved="token",
        secrets=_SECRETS,
        sign=lambda callback, position: structs.replace(callback, token=_SECRETS[position]),
        make=token_check,
        options=lambda live: {"secrets": _references(live)},
        covers=nothing,
    ),
    Signer(
        check="token",
        form="header",
        proved="token",
        secrets=_SECRETS,
        sign=with_header(b"X-Gate", bytes, _SECRETS),
        make=lambda live: token_check(live, header="x-gate"),
        options=lambda live: {"secrets": _references(live), "header": "x-gate"},
        covers=nothing,
    ),
    Signer(
        check="basic",
        form="header",
        proved="basic",
        secrets=_SECRETS,
        sign=with_header(b"Authorization", lambda it: b"Basic " + b64encode(b"ci:" + it), _SECRETS),
        make=lambda live: basic_check(_USER, live),
        options=lambda live: {"user": _USER, "secrets": _references(live)},
        covers=nothing,
    ),
    Signer(
        check="bearer",
        form="header",
        proved="bearer",
        secrets=_SECRETS,
        sign=with_header(b"Authorization", lambda it: b"Bearer " + it, _SECRETS),
        make=bearer_check,
        options=lambda live: {"secrets": _references(live)},
        covers=nothing,
    ),
    Signer(
        check="addresses",
        form="peer",
        proved="address",
        secrets=_ADDRESSES,
        sign=lambda callback, position: structs.replace(
            callback, peer=_ADDRESSES[position].decode()
        ),
        make=lambda live: addresses_check([ip_network(it.decode()) for it in live if it]),
        options=lambda live: [address.decode() for address in live],
        covers=nothing,
        tells_position=False,
    ),
]
