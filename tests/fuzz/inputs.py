"""Seed and index → one input: the same bytes every time, whatever came before.

Every `VALID_EVERY`-th is a callback that nobody has seen and that must be accepted. Around a proper
head any body at all is owed a 200 (from the source that is bound to buckets also a 401), or a 413
where it is larger than `MAX_BODY`. The largest bodies of every family come once each, early in a
long run, so that its memory is compared with what the process has once needed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Final

from tests.bench.linear import FAMILIES, FORMS, sized
from tests.core.hostile import HARMLESS, HOSTILE
from tests.fuzz.corpus import BODIES, VALID, any_document
from tests.fuzz.forms import WRITERS
from tests.fuzz.heads import BOUND, PATH, Head
from tests.fuzz.markup import marked
from tests.fuzz.octets import damaged, recoded, spliced, truncated
from tests.fuzz.requests import ROWS, owed, requested
from tests.fuzz.trees import changed
from tests.fuzz.verdict import REFUSED, Owed
from tests.sources import NAME

MAX_BODY: Final = 1 << 20
VALID_EVERY: Final = 50
LARGEST: Final = dict(zip(range(1_001, 2_000, 40), product(FAMILIES, FORMS), strict=False))
"""Index → family and form of a body of `MAX_BODY`; apart, so that none waits for another."""
_TOO_LARGE: Final = Owed(frozenset({413}), REFUSED, "body_too_large")
_OPEN: Final = Head()
_BOUND: Final = Head(target=PATH.replace(NAME.encode(), BOUND.encode(), 1))

Body = Callable[[Random], bytes]
Made = tuple[bytes, Owed]


@dataclass(frozen=True, slots=True)
class Input:
    """One request as it is sent, and what is owed to it."""

    index: int
    kind: str
    request: bytes
    owed: Owed
    subjects: tuple[str, ...] = ()
    """Of the events that it must become; of a valid callback only."""


def _example(random: Random) -> bytes:
    return random.choice(BODIES)


def _document(form: str) -> Body:
    def made(random: Random) -> bytes:
        text = WRITERS[form](random, changed(random, any_document(random)))
        return text.encode("utf-8", "surrogatepass")

    return made


def _text(form: str) -> Body:
    def made(random: Random) -> bytes:
        text = WRITERS[form](random, any_document(random))
        return marked(random, form, text).encode("utf-8", "surrogatepass")

    return made


def _deep(random: Random) -> bytes:
    """An example, or nothing, under many levels; often about as many as are allowed."""
    depth: int = random.choice((*range(50, 70), 100, 255, 256, 257, 1_000, 20_000))
    opening, closing = random.choice(
        ((b"<a>", b"</a>"), (b'<a b="1">', b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"{", b""))
    )
    inner = _example(random) if random.random() < 0.7 else b""
    return opening * depth + inner + closing * random.choice((depth, depth, depth - 1, 0))


def _large(random: Random) -> bytes:
    """Much of one thing, whole or damaged."""
    family, form = random.choice(list(FAMILIES)), random.choice(list(FORMS))
    found = sized(family, form, random.choice((16, 64, 64, 256, 1_000)) << 10)
    return damaged(random, found) if random.random() < 0.3 else found


_BODIES: Final[dict[str, tuple[int, Body]]] = {
    "bytes": (180, lambda random: damaged(random, _example(random))),
    "truncated": (40, lambda random: truncated(random, _example(random))),
    "spliced": (60, lambda random: spliced(random, _example(random), _example(random))),
    "document as JSON": (200, _document("json")),
    "document as XML": (200, _document("xml")),
    "text of XML": (100, _text("xml")),
    "text of JSON": (80, _text("json")),
    "encoding": (50, lambda random: recoded(random, _example(random).decode())),
    "damaged document": (30, lambda random: damaged(random, _document("json")(random))),
    "deep": (15, _deep),
    "large": (4, _large),
    "noise": (10, lambda random: random.randbytes(random.choice((1, 2, 8, 100, 5_000)))),
}
"""Kind → how many of about a thousand inputs, and their bodies."""


def body(random: Random, kind: str) -> bytes:
    """A body of one kind."""
    _weight, make = _BODIES[kind]
    return make(random)


def _sent(random: Random, content: bytes) -> Made:
    bound = random.random() < 0.3
    request = (_BOUND if bound else _OPEN).around(content)
    if len(content) > MAX_BODY:
        return request, _TOO_LARGE
    return request, owed(200, 401) if bound else owed(200)


def _of(make: Body) -> Callable[[Random], Made]:
    return lambda random: _sent(random, make(random))


def _hostile(random: Random) -> Made:
    """A row of the table of hostile bodies, with the reason that stands there."""
    content, reason = HOSTILE[random.choice(list(HOSTILE))]
    answer = Owed(result="quarantined", reason=reason.value)
    return _OPEN.around(content), _TOO_LARGE if len(content) > MAX_BODY else answer


def _harmless(random: Random) -> Made:
    return _OPEN.around(HARMLESS[random.choice(list(HARMLESS))]), owed(200)


def _requested(random: Random) -> Made:
    content = _example(random) if random.random() < 0.5 else _document("json")(random)
    return requested(random, random.choice(list(ROWS)), content)


_KINDS: Final[dict[str, tuple[int, Callable[[Random], Made]]]] = {
    **{kind: (weight, _of(make)) for kind, (weight, make) in _BODIES.items()},
    "hostile": (20, _hostile),
    "harmless": (4, _harmless),
    "request": (80, _requested),
}
_WEIGHTS: Final = [weight for weight, _ in _KINDS.values()]
KINDS: Final = ("valid", *_KINDS)
"""Every kind that an input can be of."""


def made(seed: int, index: int) -> Input:
    """The `index`-th input of the run `seed`."""
    random = Random(f"{seed}/{index}")
    if index % VALID_EVERY == 0:
        content, subjects = random.choice(VALID).renewed(f"jfuzz{seed}x{index}")
        answer = Owed(result="accepted", events=len(subjects))
        return Input(index, "valid", _BOUND.around(content), answer, subjects)
    if index in LARGEST:
        return Input(index, "large", _OPEN.around(sized(*LARGEST[index], 1_000 << 10)), owed(200))
    (kind,) = random.choices(KINDS[1:], _WEIGHTS)
    request, answers = _KINDS[kind][1](random)
    return Input(index, kind, request, answers)
