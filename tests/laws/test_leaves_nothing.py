"""Whatever becomes of a callback, what it took is free when it has its answer.

No cycle of an error and the frame that keeps it: the receivers' collector of cycles comes so seldom
that MiB would wait for it.
"""

from contextlib import suppress

import pytest

from gateway.core.errors import GatewayError, Refused
from gateway.core.pipeline import process, process_all
from tests.core.hostile import HOSTILE
from tests.cycles import kept_in_cycles
from tests.laws.cases import EVERY
from tests.laws.checks import SIGNERS
from tests.laws.signers import Signer
from tests.laws.spoilt import UNSIGNED, bad_headers, bad_parameters, lengths
from tests.sources import SECRET, callback, source, source_of


def test_no_example_is_kept_in_a_cycle() -> None:
    """Events, quarantine, or nothing to be kept."""
    with kept_in_cycles() as kept:
        for case in EVERY:
            sent = callback(case.body, token=SECRET, headers=case.headers)
            with suppress(GatewayError):
                process(sent, source_of(case.provider))
    assert kept == []


def test_no_hostile_body_is_kept_in_a_cycle() -> None:
    """Nor is any error of a parser."""
    made = source()
    with kept_in_cycles() as kept:
        for body, _reason in HOSTILE.values():
            process(callback(body, token=SECRET), made)
    assert kept == []


def test_nothing_that_was_looked_at_together_is_kept_in_a_cycle() -> None:
    """Accepted, quarantined and refused."""
    made = source()
    bodies = [body for body, _reason in HOSTILE.values()]
    with kept_in_cycles() as kept:
        process_all([(callback(body, token=SECRET), made) for body in bodies])
        process_all([(callback(body, token=b"wrong"), made) for body in bodies])
    assert kept == []


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.name)
def test_no_refused_callback_is_kept_in_a_cycle(signer: Signer) -> None:
    """Whatever was wrong with its signature."""
    check, signed = signer.make(signer.secrets), signer.sign(UNSIGNED, 0)
    spoilt = [*lengths(signer, signed), *bad_headers(signed), *bad_parameters(signed)]
    with kept_in_cycles() as kept:
        for _what, seen in spoilt:
            with pytest.raises(Refused):
                check(seen)
    assert kept == []
