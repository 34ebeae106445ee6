"""The laws that every check on the content obeys: what is not listed or signed is refused."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.core.checks.content import appids_check, buckets_check, regions_check
from gateway.core.checks.signed_user_data import sign_user_data
from gateway.core.checks.user_data import user_data_check
from gateway.core.errors import Refused
from gateway.core.model import Claims
from gateway.core.origin import ContentCheck
from gateway.settings.checks import CHECKS, Verification, of_content
from gateway.settings.values import Surroundings
from tests.laws.signers import environ, reference
from tests.sources import Claimed

NOW: Final = 1_700_000_000.0
_SECRETS: Final = (b"6f1d0c8a54b24f0e9c3b7a2d51e8f490", b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79")


class Claimant(NamedTuple):
    """One check on the content, and callbacks that say what it allows."""

    check: str
    """Its key in `verify`."""
    proved: str
    """What `verifiedby` says."""
    live: tuple[bytes, bytes]
    """What it allows: names, or secrets."""
    claims: Callable[[Sequence[str | None]], Claims]
    """What the events say → the claims of their callback."""
    say: Callable[[bytes], str]
    """What an event says that one of `live` allows."""
    make: Callable[[Sequence[bytes]], ContentCheck]
    options: Callable[[Sequence[bytes]], object]
    """As in the file."""


def _listed(live: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(each.decode() for each in live)


def _named(live: Sequence[bytes]) -> tuple[str, ...]:
    """An empty name does not get past the settings."""
    return _listed([each for each in live if each])


def _in_buckets(said: Sequence[str | None]) -> Claims:
    return Claimed(buckets=tuple(said), time=NOW)


CLAIMANTS: Final = [
    Claimant(
        check="buckets",
        proved="bucket",
        live=(b"films-1250000000", b"music-1250000001"),
        claims=_in_buckets,
        say=bytes.decode,
        make=lambda live: buckets_check(_named(live)),
        options=_listed,
    ),
    Claimant(
        check="appids",
        proved="appid",
        live=(b"1250000000", b"1250000001"),
        claims=_in_buckets,
        say=lambda appid: f"films-{appid.decode()}",
        make=lambda live: appids_check(_named(live)),
        options=_listed,
    ),
    Claimant(
        check="regions",
        proved="region",
        live=(b"ap-chongqing", b"ap-beijing"),
        claims=lambda said: Claimed(buckets=(), regions=tuple(said), time=NOW),
        say=bytes.decode,
        make=lambda live: regions_check(_named(live)),
        options=_listed,
    ),
    Claimant(
        check="user_data",
        proved="user_data",
        live=_SECRETS,
        claims=lambda said: Claimed(buckets=(), user_data=tuple(said), time=NOW),
        say=lambda secret: sign_user_data("order-42", secret=secret, expires=int(NOW) + 60),
        make=user_data_check,
        options=lambda live: {"secrets": tuple(map(reference, live))},
    ),
]

every_claimant = pytest.mark.parametrize("claimant", CLAIMANTS, ids=lambda claimant: claimant.check)


def configured(claimant: Claimant, live: Sequence[bytes]) -> ContentCheck:
    """The check as a source has it that is configured with `live`. Raises ValidationError."""
    world = Surroundings(environ(*live))
    options = {claimant.check: claimant.options(live)}
    (made,) = Verification.model_validate(options, context=world).members
    assert of_content(made)
    return made.check()


def is_refused(claimant: Claimant, check: ContentCheck, said: Sequence[str | None]) -> bool:
    """Whether it is refused, in the check's name and in words without what was said."""
    try:
        check(claimant.claims(said))
    except Refused as refused:
        told = [each for each in said if each and len(each) > 4 and each in str(refused)]
        return refused.check == claimant.check and not told
    return False


def test_every_check_on_the_content_is_a_claimants() -> None:
    """So that none escapes these laws; `confirm` is a stage of its own, with tests of its own."""
    names = [claimant.check for claimant in CLAIMANTS]
    assert sorted(names) == sorted(name for name, check in CHECKS.items() if not check.envelope)
    stages = Verification.model_fields.keys() - CHECKS.keys()
    assert stages == {"any", "confirm"}


@every_claimant
def test_what_is_allowed_passes(claimant: Claimant) -> None:
    """Each of them, in one event or in several."""
    first, second = map(claimant.say, claimant.live)
    for check in (claimant.make(claimant.live), configured(claimant, claimant.live)):
        for said in ([first], [second], [first, second, first]):
            proof = check(claimant.claims(said))
            assert (proof.check, proof.proved) == (claimant.check, claimant.proved)


@every_claimant
def test_an_event_that_says_nothing_is_refused_with_all_the_others(claimant: Claimant) -> None:
    check = claimant.make(claimant.live)
    said = claimant.say(claimant.live[0])
    for strange in ([], [None], [""], [said, None], [None, said], [said, "x"], [said, ""]):
        assert is_refused(claimant, check, strange), strange


@every_claimant
@pytest.mark.parametrize("live", [[], [b""], [b"", b""]], ids=["none", "empty", "two empty"])
def test_a_list_of_nothing_allows_nothing(claimant: Claimant, live: list[bytes]) -> None:
    """And the settings refuse it."""
    check = claimant.make(live)
    for said in (*map(claimant.say, claimant.live), "", "x", "x-", "-"):
        assert is_refused(claimant, check, [said]), said
    with pytest.raises(ValidationError):
        configured(claimant, live)


@every_claimant
def test_what_was_removed_is_refused_after_a_reload(claimant: Claimant) -> None:
    """The other one goes on."""
    first, second = map(claimant.say, claimant.live)
    check = configured(claimant, claimant.live[:1])
    assert check(claimant.claims([first])).check == claimant.check
    assert is_refused(claimant, check, [second])
    assert is_refused(claimant, check, [first, second])


@every_claimant
@settings(deadline=None)
@given(place=st.integers(0, 1 << 10), character=st.characters(codec="utf-8"))
def test_any_other_character_is_refused(claimant: Claimant, place: int, character: str) -> None:
    """Of what is compared: of a bucket's name appids compares the end."""
    check, said = claimant.make(claimant.live), claimant.say(claimant.live[0])
    compared = claimant.live[0].decode() if claimant.check == "appids" else said
    index = len(said) - 1 - place % len(compared)
    other = said[:index] + character + said[index + 1 :]
    assert other == said or is_refused(claimant, check, [other])


@every_claimant
@given(text=st.text(max_size=50))
def test_any_text_is_refused_and_makes_no_other_error(claimant: Claimant, text: str) -> None:
    assert is_refused(claimant, claimant.make(claimant.live), [text * 1000])
