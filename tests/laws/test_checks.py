"""The laws that every check on the envelope obeys, whatever its scheme."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pydantic import ValidationError

from gateway.core.model import Callback
from gateway.core.origin import EnvelopeCheck, verify
from gateway.settings.checks import CHECKS, Verification, of_envelope
from gateway.settings.values import Surroundings
from tests.laws.checks import SIGNERS, wrong
from tests.laws.signers import Signer, environ
from tests.laws.spoilt import (
    UNSIGNED,
    Spoilt,
    bad_headers,
    bad_parameters,
    flip,
    flips,
    lengths,
)

LAW = settings(deadline=None)

every_signer = pytest.mark.parametrize("signer", SIGNERS, ids=lambda signer: signer.name)
TIMED = [signer for signer in SIGNERS if signer.tolerance is not None]
every_timed = pytest.mark.parametrize("signer", TIMED, ids=lambda signer: signer.name)


def configured(signer: Signer, live: Sequence[bytes]) -> EnvelopeCheck:
    """The check as a source has it that is configured with `live`. Raises ValidationError."""
    world = Surroundings(environ(*live))
    options = {signer.check: as_read(signer.options(live))}
    (made,) = Verification.model_validate(options, context=world).members
    assert of_envelope(made)
    return made.check()


def as_read(value: object) -> object:
    """The options as the configuration's reader gives them: sequences are tuples."""
    if isinstance(value, Mapping):
        return {key: as_read(item) for key, item in value.items()}
    return tuple(map(as_read, value)) if isinstance(value, list) else value


def faults(check: EnvelopeCheck, spoilt: Sequence[Spoilt], signer: Signer) -> list[str]:
    """What is wrong about how `check` takes what it must refuse."""
    return [f"{what}: {found}" for what, seen in spoilt if (found := wrong(check, seen, signer))]


def proof(signer: Signer, position: int) -> tuple[str, str, int | None]:
    """What is proved with the check's secret at `position`."""
    return signer.check, signer.proved, position if signer.tells_position else None


def proved(check: EnvelopeCheck, seen: Callback) -> tuple[str, str, int | None]:
    """What the check says of a callback that it accepts."""
    found = check(seen)
    return found.check, found.proved, found.secret


def test_every_check_on_the_envelope_has_a_signer_and_every_signer_a_check() -> None:
    """So that none escapes these laws."""
    assert {signer.check for signer in SIGNERS} == {
        name for name, check in CHECKS.items() if check.envelope
    }
    assert len({signer.name for signer in SIGNERS}) == len(SIGNERS)


@every_signer
def test_what_is_signed_with_a_live_secret_is_accepted(signer: Signer) -> None:
    """Each of them, in both orders, and the proof says which."""
    first, second = signer.secrets
    signed = [signer.sign(UNSIGNED, position) for position in (0, 1)]
    for live, positions in (((first, second), (0, 1)), ((second, first), (1, 0))):
        for make in (signer.make, lambda live: configured(signer, live)):
            check = make(live)
            for callback, position in zip(signed, positions, strict=True):
                assert proved(check, callback) == proof(signer, position)
                assert verify(callback, [check]).callback == callback


@every_signer
def test_what_is_not_signed_is_refused(signer: Signer) -> None:
    assert wrong(signer.make(signer.secrets), UNSIGNED, signer) is None


@every_signer
@pytest.mark.parametrize("live", [[], [b""], [b"", b""]], ids=["none", "empty", "two empty"])
def test_no_secret_accepts_nothing(signer: Signer, live: list[bytes]) -> None:
    """Neither what was signed with a secret, nor what was signed with nothing."""
    check = signer.make(live)
    for seen in (UNSIGNED, signer.sign(UNSIGNED, 0), signer.sign(UNSIGNED, 1)):
        assert wrong(check, seen, signer) is None
    with pytest.raises(ValidationError):
        configured(signer, live)


@every_signer
def test_an_empty_secret_is_never_live_and_moves_no_position(signer: Signer) -> None:
    check = signer.make([b"", signer.secrets[1]])
    assert wrong(check, UNSIGNED, signer) is None
    assert wrong(check, signer.sign(UNSIGNED, 0), signer) is None
    assert proved(check, signer.sign(UNSIGNED, 1)) == proof(signer, 1)


@every_signer
def test_a_removed_secret_is_refused_after_a_reload(signer: Signer) -> None:
    """The other one goes on."""
    for kept, removed in ((0, 1), (1, 0)):
        check = configured(signer, [signer.secrets[kept]])
        assert proved(check, signer.sign(UNSIGNED, kept)) == proof(signer, 0)
        assert wrong(check, signer.sign(UNSIGNED, removed), signer) is None


@every_signer
def test_any_flipped_byte_is_refused(signer: Signer) -> None:
    """Of what was presented, and of what was signed."""
    check = signer.make(signer.secrets)
    spoilt = list(flips(signer, signer.sign(UNSIGNED, 0)))
    assert spoilt
    assert faults(check, spoilt, signer) == []


@every_signer
@LAW
@given(place=st.integers(0, 1 << 20), byte=st.integers(0, 255), position=st.integers(0, 1))
def test_any_other_byte_is_refused(signer: Signer, place: int, byte: int, position: int) -> None:
    """Whatever it is, of either secret's."""
    check = signer.make(signer.secrets)
    spoilt = flip(signer, signer.sign(UNSIGNED, position), place, byte)
    assert faults(check, [spoilt], signer) == []


@every_signer
def test_a_signed_body_of_another_length_is_refused(signer: Signer) -> None:
    check = signer.make(signer.secrets)
    assert faults(check, list(lengths(signer, signer.sign(UNSIGNED, 1))), signer) == []


@every_signer
def test_a_header_that_is_missing_repeated_or_strange_is_refused(signer: Signer) -> None:
    """By `Refused` and nothing else, however long it is."""
    check = signer.make(signer.secrets)
    assert faults(check, list(bad_headers(signer.sign(UNSIGNED, 0))), signer) == []


@every_signer
def test_a_parameter_that_is_missing_repeated_or_strange_is_refused(signer: Signer) -> None:
    """As a header is; of a query as aiohttp reads it, which keeps repeats."""
    signed, check = signer.sign(UNSIGNED, 0), signer.make(signer.secrets)
    spoilt = list(bad_parameters(signed))
    assert bool(spoilt) == (signed.query != UNSIGNED.query)
    assert faults(check, spoilt, signer) == []


@every_timed
def test_a_time_within_the_tolerance_is_accepted_and_beyond_it_is_refused(signer: Signer) -> None:
    """In the past and in the future alike; a fraction of the sender's unit does not count."""
    check, limit = signer.make(signer.secrets), signer.tolerance or 0
    signed = signer.sign(UNSIGNED, 0)
    for seconds in (-limit, -limit + 0.0009, 0, 0.0009, limit, limit + 0.0009):
        assert proved(check, structs.replace(signed, time=UNSIGNED.time + seconds)) == proof(
            signer, 0
        )
    late = [limit + 1, -limit - 1, 1e9, -1e9, 1e20, float("inf")]
    spoilt = [
        (f"{seconds} s", structs.replace(signed, time=UNSIGNED.time + seconds)) for seconds in late
    ]
    assert faults(check, spoilt, signer) == []
