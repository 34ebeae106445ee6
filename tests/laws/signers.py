"""How a right callback is made, for every check on the envelope: what the laws of checks run on.

A check of the registry (`gateway.settings.checks.CHECKS`, `envelope = True`) has at least one
`Signer`; one that reads in several places, or knows several forms, has one for each. To add a
scheme: put its signers into a list `SIGNERS` of a module `<something>_signers.py` beside this one,
as `access_signers.py` does; `checks.py` finds it there. The laws (`test_checks.py`) then try, with
no more words:

* what it signs is accepted, with the proof's name and the position of its secret;
* without secrets, or with empty ones only, nothing is accepted, and the settings refuse them;
* any byte flipped in what `sign` added or changed (headers, query, token, addresses, certificate),
  or in the parts of the body that are covered, is refused, and so is a body cut or made longer;
* each added header missing, repeated, not ASCII, empty or of 64 KiB is `Refused` and nothing else;
* of a scheme with a `tolerance`, a callback exactly so old or so far ahead is accepted, and one
  that is a second beyond is not;
* both secrets are accepted, in both orders; one that was removed is refused after a reload;
* a refusal's words have neither a secret nor what was presented in them.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.core.model import Callback
from gateway.core.origin import EnvelopeCheck

Sign = Callable[[Callback, int], Callback]
"""Callback, position of a secret → the callback as its sender sends it, signed at its `time`."""
Covered = Callable[[bytes], Sequence[slice]]
"""Signed body → the parts of it of which each byte counts."""


def whole(body: bytes) -> Sequence[slice]:
    """Of a scheme that signs the body."""
    return [slice(0, len(body))]


def nothing(_body: bytes) -> Sequence[slice]:
    """Of a scheme that does not look at the body."""
    return []


@dataclass(frozen=True, slots=True)
class Signer:
    """The sender's side of one check."""

    check: str
    """The check's name: its key in `verify`, and in refusals, proofs and metrics."""
    form: str
    """Which of the check's forms, e.g. `header`; with `check` it names the signer."""
    proved: str
    """What `verifiedby` says."""
    secrets: tuple[bytes, bytes]
    """What the check compares with, as it is configured: secrets, public keys or addresses."""
    sign: Sign
    """With the secret at a position of `secrets`, or the private half of it."""
    make: Callable[[Sequence[bytes]], EnvelopeCheck]
    """Live secrets → the check; any number, empty ones too."""
    options: Callable[[Sequence[bytes]], object]
    """Live secrets → the check's options as in the file; see `reference`."""
    covers: Covered = whole
    tolerance: int | None = None
    """Seconds; None where the scheme has no time."""
    tells_position: bool = True
    """Whether the proof says which of the secrets matched."""

    @property
    def name(self) -> str:
        """For a test's name."""
        return f"{self.check}-{self.form}"


def reference(secret: bytes) -> str:
    """`secret` as the file has it: `env:SECRET_<digest>`; `environ` has its value."""
    return f"env:{_variable(secret)}"


def environ(*secrets: bytes) -> dict[str, str]:
    """The environment in which references to `secrets` mean them."""
    return {_variable(secret): os.fsdecode(secret) for secret in secrets}


def _variable(secret: bytes) -> str:
    return f"SECRET_{hashlib.sha256(secret).hexdigest()[:16]}"
