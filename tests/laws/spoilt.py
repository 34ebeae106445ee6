"""A signed callback → the same with something wrong about what its sender presented or signed."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from msgspec import structs
from multidict import MultiDict

from gateway.core.model import Callback
from tests.laws.signers import Signer
from tests.sources import callback

LONG: Final = 65536
"""Bytes of an overlong header."""
SENT_AT: Final = 1_700_000_000.0
UNSIGNED: Final = structs.replace(
    callback(
        b'{"JobsDetail": {"JobId": "j1", "State": "Success"}}',
        token=None,
        headers=[(b"Host", b"gateway")],
    ),
    query={"a": "b"},
    peer="198.51.100.200",
    hop="198.51.100.200",
    time=SENT_AT,
)
"""What every signer signs."""

Spoilt = tuple[str, Callback]
"""What was done, and the callback then."""


class Part(NamedTuple):
    """Bytes that signing has added, or that it covers."""

    name: str
    value: bytes
    put: Callable[[bytes], Callback]
    """The callback with other bytes there."""

    def changed(self, index: int, byte: int) -> Spoilt:
        """The callback with this byte there."""
        value = self.value[:index] + bytes([byte]) + self.value[index + 1 :]
        return f"{self.name}[{index}] = {byte:#x}", self.put(value)


def parts(signer: Signer, signed: Callback) -> Iterator[Part]:
    """Everything of which each byte counts."""
    for index in added_headers(signed):
        name, value = signed.headers[index]
        shown = name.decode("latin-1")
        yield Part(f"{shown} (name)", name, partial(_header_named, signed, index))
        yield Part(shown, value, partial(with_header, signed, index))
    for key, text in signed.query.items():
        if UNSIGNED.query.get(key) != text:
            yield Part(f"?{key}", text.encode("latin-1"), partial(_queried, signed, key))
    for covered in signer.covers(signed.body):
        yield Part("body", signed.body[covered], partial(_body, signed, covered))
    if signed.token is not None:
        yield Part("token", signed.token, lambda it: structs.replace(signed, token=it))
    if signed.peer != UNSIGNED.peer:
        peer = signed.peer.encode("latin-1")
        yield Part("peer", peer, lambda it: structs.replace(signed, peer=it.decode("latin-1")))
    if signed.certificate:
        yield Part(
            "certificate", signed.certificate, lambda it: structs.replace(signed, certificate=it)
        )


def flips(signer: Signer, signed: Callback) -> Iterator[Spoilt]:
    """One byte is another: each one, in its lowest and in its highest bit."""
    for part in parts(signer, signed):
        for index, byte in enumerate(part.value):
            yield part.changed(index, byte ^ 0x01)
            yield part.changed(index, byte ^ 0x80)


def flip(signer: Signer, signed: Callback, place: int, byte: int) -> Spoilt:
    """The byte at `place`, counted through all parts and around, is `byte`.

    It is not the same letter in the other case: names, and some hexadecimal, may have either.
    """
    every = [(part, n) for part in parts(signer, signed) for n in range(len(part.value))]
    part, index = every[place % len(every)]
    same = bytes([byte]).lower() == part.value[index : index + 1].lower()
    return part.changed(index, byte ^ 0x01 if same else byte)


def lengths(signer: Signer, signed: Callback) -> Iterator[Spoilt]:
    """A covered part of the body is empty, cut or longer."""
    for part in parts(signer, signed):
        if part.name == "body":
            for value in (b"", part.value[:-1], part.value[1:], part.value * 2, part.value + b"\n"):
                yield f"body of {len(value)}", part.put(value)


def bad_headers(signed: Callback) -> Iterator[Spoilt]:
    """Each header that was added is missing, repeated, empty, not ASCII, or of 64 KiB."""
    for index in added_headers(signed):
        name, value = signed.headers[index]
        for what, values in _bad_values(value).items():
            yield f"{name!r} {what}", with_header(signed, index, *values)


def bad_parameters(signed: Callback) -> Iterator[Spoilt]:
    """Each parameter that was added to the query is missing, repeated, empty, strange or long."""
    for key in signed.query.keys() - UNSIGNED.query.keys():
        others = [pair for pair in signed.query.items() if pair[0] != key]
        for what, values in _bad_values(signed.query[key].encode("latin-1")).items():
            given = [(key, value.decode("latin-1")) for value in values]
            yield f"?{key} {what}", structs.replace(signed, query=MultiDict([*others, *given]))


def _bad_values(value: bytes) -> dict[str, tuple[bytes, ...]]:
    often = LONG // len(value)
    return {
        "missing": (),
        "repeated": (value, value),
        "repeated, and once empty": (value, b""),
        "empty": (b"",),
        "not ASCII": (b"\xff\xfe" + value,),
        "not ASCII at its end": (value + "é".encode(),),
        "with NUL": (value + b"\0",),
        "of 64 KiB": (b"x" * LONG,),
        "64 KiB longer": (value + b"x" * LONG,),
        "often": (value * often,),
        "often, with commas": ((value + b",") * often,),
        "often, with spaces": ((value + b" ") * often,),
    }


def added_headers(signed: Callback) -> list[int]:
    """Where the headers stand that signing has added."""
    return [n for n, pair in enumerate(signed.headers) if pair not in UNSIGNED.headers]


def with_header(signed: Callback, index: int, *values: bytes) -> Callback:
    """The header at `index` stands there once for each of `values`."""
    name = signed.headers[index][0]
    given = [(name, value) for value in values]
    headers = (*signed.headers[:index], *given, *signed.headers[index + 1 :])
    return structs.replace(signed, headers=headers)


def _header_named(signed: Callback, index: int, name: bytes) -> Callback:
    value = signed.headers[index][1]
    headers = (*signed.headers[:index], (name, value), *signed.headers[index + 1 :])
    return structs.replace(signed, headers=headers)


def _queried(signed: Callback, key: str, value: bytes) -> Callback:
    return structs.replace(signed, query={**signed.query, key: value.decode("latin-1")})


def _body(signed: Callback, covered: slice, value: bytes) -> Callback:
    start, stop, _ = covered.indices(len(signed.body))
    return structs.replace(signed, body=signed.body[:start] + value + signed.body[stop:])
