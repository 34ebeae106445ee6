"""A request → its `Authorization`, as the COS XML API has it and CI too: q-sign, HMAC-SHA1.

    SignKey      = hex(HMAC-SHA1(secret key, KeyTime))       KeyTime: start;end
    HttpString   = method, path, parameters, headers         each ended by a line feed
    StringToSign = sha1, KeyTime, hex(SHA1(HttpString))      likewise
    Signature    = hex(HMAC-SHA1(SignKey as that text, StringToSign))

The method is lower case, the path decoded; parameters and headers are sorted by name, both sides of
them percent-encoded, names lower case
(https://www.tencentcloud.com/document/product/436/7778, as of 2024).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key pair of an account or of a role; a role's is temporary and has a token."""

    secret_id: str
    secret_key: bytes = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed of a request; the body never is."""

    method: str
    path: str
    """Decoded, from the first slash."""
    headers: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)


def authorization(request: Request, credentials: Credentials, *, start: int, end: int) -> str:
    """The value of `Authorization`, good from `start` to `end` (Unix seconds)."""
    key_time = f"{start};{end}"
    names, headers = _canonical(request.headers)
    parameter_names, parameters = _canonical(request.parameters)
    http = f"{request.method.lower()}\n{request.path}\n{parameters}\n{headers}\n"
    to_sign = f"sha1\n{key_time}\n{sha1(http.encode()).hexdigest()}\n"  # noqa: S324 - the vendor's
    sign_key = _hmac(credentials.secret_key, key_time)
    parts = {
        "q-sign-algorithm": "sha1",
        "q-ak": credentials.secret_id,
        "q-sign-time": key_time,
        "q-key-time": key_time,
        "q-header-list": names,
        "q-url-param-list": parameter_names,
        "q-signature": _hmac(sign_key.encode(), to_sign),
    }
    return "&".join(f"{name}={value}" for name, value in parts.items())


def _canonical(pairs: Mapping[str, str]) -> tuple[str, str]:
    """The list of names, and the pairs, as they are signed."""
    encoded = sorted((_encoded(name).lower(), _encoded(value)) for name, value in pairs.items())
    return (
        ";".join(name for name, _ in encoded),
        "&".join(f"{name}={value}" for name, value in encoded),
    )


def _encoded(text: str) -> str:
    return quote(text, safe="")


def _hmac(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), sha1).hex()
