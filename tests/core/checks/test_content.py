"""What events may claim to be of: listed buckets, accounts and regions, and nothing unnamed."""

from collections.abc import Callable, Sequence

import pytest
from msgspec import structs

from gateway.core.checks.content import appids_check, buckets_check, regions_check
from gateway.core.errors import Refused
from gateway.core.model import Proof
from gateway.core.origin import ContentCheck
from gateway.core.provider import claims
from tests.sources import Claimed, job, normalizer


def of_buckets(*buckets: str | None, allowed: Sequence[str] = ("a-1", "b-2")) -> Proof:
    """The buckets check on claims."""
    return buckets_check(allowed)(Claimed(buckets))


def test_listed_buckets_pass() -> None:
    """One job or several."""
    assert of_buckets("a-1") == Proof("buckets", "bucket")
    assert of_buckets("a-1", "b-2", "a-1") == Proof("buckets", "bucket")


@pytest.mark.parametrize(
    "buckets",
    [
        (),
        (None,),
        ("",),
        ("c-3",),
        ("a-1", "c-3"),
        ("c-3", "a-1"),
        ("a-1", None),
        ("A-1",),
        ("a-1.",),
        ("a-",),
        ("a-11",),
        (" a-1",),
        ("a-1\n",),
        ("*",),
    ],
)
def test_foreign_missing_and_unnamed_buckets_are_refused(buckets: tuple[str | None, ...]) -> None:
    """One of several is enough, and nothing is cut to fit."""
    with pytest.raises(Refused) as refusal:
        of_buckets(*buckets)
    assert refusal.value.check == "buckets"
    assert "3" not in str(refusal.value)


def test_a_list_of_no_buckets_allows_none() -> None:
    """It fails closed."""
    for buckets in ((), ("a-1",), ("",), (None,)):
        with pytest.raises(Refused):
            of_buckets(*buckets, allowed=())


def test_an_account_may_speak_of_all_its_buckets() -> None:
    """Its number is the end of the bucket's name, whole."""
    check = appids_check(["1250000000", "7"])
    for buckets in (("a-1250000000",), ("a-b-1250000000", "c-7"), ("-7",)):
        assert check(Claimed(buckets)) == Proof("appids", "appid")
    for refused in (
        (),
        (None,),
        ("",),
        ("1250000000",),
        ("a-1250000001",),
        ("a-11250000000",),
        ("a-7-",),
        ("7-a",),
        ("a-7", None),
        ("a-7", "a-8"),
        ("a-7 ",),
    ):
        with pytest.raises(Refused) as refusal:
            check(Claimed(refused))
        assert refusal.value.check == "appids"


def test_a_region_is_one_of_those_listed() -> None:
    check = regions_check(["ap-chongqing"])
    assert check(Claimed((), regions=("ap-chongqing",))) == Proof("regions", "region")
    for refused in ((), (None,), ("",), ("ap-beijing",), ("AP-CHONGQING",), ("ap-chongqing", None)):
        with pytest.raises(Refused) as refusal:
            check(Claimed(("a-1",), regions=refused))
        assert refusal.value.check == "regions"


@pytest.mark.parametrize("make", [buckets_check, appids_check, regions_check])
def test_an_empty_list_allows_nothing(make: Callable[[Sequence[str]], ContentCheck]) -> None:
    for claimed in (
        Claimed(()),
        Claimed((None,), (None,)),
        Claimed(("",), ("",)),
        Claimed(("a-1",)),
    ):
        with pytest.raises(Refused):
            make([])(claimed)


def test_what_is_compared_is_what_the_events_say() -> None:
    """Bucket and region of the event, and of its input."""
    (draft,) = normalizer()(job(Input={"BucketId": "a-1", "Region": "ap-chongqing"}))
    other = structs.replace(draft, data={"bucket": "b-2", "input": {"region": "ap-beijing"}})
    told = claims([draft, other])
    assert (told.buckets, told.regions) == (["a-1", "b-2"], ["ap-chongqing", "ap-beijing"])
    untold = claims(normalizer()(job()))
    assert (untold.buckets, untold.regions) == ([None], [None])
