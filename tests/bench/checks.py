"""`python -m tests.bench.checks`: what each check on the envelope adds to a callback of 5 KB.

Every form of every check, as the laws have it (`tests/laws/checks.py`), on the reference callback
as its sender signs it, with one live secret; the figure is the CPU time of `verify` with the check,
best of some rounds in which all take turns. Beside them stand the bare HMACs of the standard
library. The law: a signature by HMAC-SHA256 adds at most `ALLOWED` µs. The last line is one JSON
object; exit code 1 where the law is broken.
"""

import argparse
import hmac
import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from time import process_time
from typing import Final

from msgspec import structs

from gateway.core.model import Callback
from gateway.core.origin import verify
from tests.bench.bodies import callback_json
from tests.fuzz.machine import machine
from tests.laws.checks import SIGNERS
from tests.laws.signers import Signer
from tests.laws.spoilt import UNSIGNED

ALLOWED: Final = 12.0
"""µs of CPU."""
BY_SHA256: Final = {
    *("github-vendor", "slack-vendor", "stripe-vendor", "trtc-vendor"),
    *("standard_webhooks-v1", "hmac-body"),
}
"""The signers whose scheme is that; the others have SHA-512, SHA-1, MD5 or Ed25519."""
_BARE: Final = ("sha256", "sha512")
_CALLS: Final = 500
_HEADERS: Final = (
    (b"Content-Type", b"application/json"),
    (b"Content-Length", b"5000"),
    (b"User-Agent", b"sender/1.0"),
    (b"Accept", b"*/*"),
    (b"X-Request-Id", b"0a1b2c3d4e5f"),
)

Work = Callable[[], object]


def works() -> dict[str, Work]:
    """What is measured, by name; each has been seen to accept."""
    body = callback_json().encode()
    sent = structs.replace(UNSIGNED, body=body, headers=(*UNSIGNED.headers, *_HEADERS))
    bare: dict[str, Work] = {
        f"(HMAC-{name})": partial(hmac.digest, b"k" * 32, body, name) for name in _BARE
    }
    return bare | {signer.name: _work(signer, sent) for signer in SIGNERS}


def _work(signer: Signer, sent: Callback) -> Work:
    signed = signer.sign(sent, 0)
    work = partial(verify, signed, [signer.make(signer.secrets[:1])])
    work()
    return work


def microseconds(every: dict[str, Work], rounds: int) -> dict[str, float]:
    """CPU time of one call of each."""
    best = dict.fromkeys(every, float("inf"))
    for _ in range(rounds):
        for name, work in every.items():
            started = process_time()
            for _ in range(_CALLS):
                work()
            best[name] = min(best[name], (process_time() - started) / _CALLS * 1e6)
    return best


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the table and the line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.checks")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(None if arguments is None else list(arguments))
    spent = microseconds(works(), options.rounds)
    broken = [name for name in BY_SHA256 if spent[name] > ALLOWED]
    print(f"{'µs of CPU, 5 KB':<30}{'adds':>8}")
    for name, cost in spent.items():
        print(f"{name:<30}{cost:>8.1f}{'   over' if name in broken else ''}")
    told = {"us": {name: round(cost, 2) for name, cost in spent.items()}}
    print(json.dumps(told | {"allowed": ALLOWED, "broken": broken, "machine": machine()}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
