"""User data signed by the submitter: what is refused, and what is published in its place."""

import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.core.checks.comparison import live
from gateway.core.checks.content import buckets_check
from gateway.core.checks.signed_user_data import opened
from gateway.core.checks.user_data import user_data_check
from gateway.core.errors import Refused
from gateway.core.model import Callback, Document, Proof, Value
from gateway.core.originals import restored
from gateway.core.pipeline import Source, process
from gateway.core.provider import Draft
from gateway.core.redact import redaction
from gateway.user_data import SigningError, sign_user_data
from tests.sources import OPEN, Claimed, as_json, callback, job, run

NEW: Final = b"3f6c2a4d9be64c0f8b7a52e6d0c1f9a8"
OLD: Final = b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79"
EXPIRY: Final = 1_660_000_000
BEFORE: Final = float(EXPIRY - 1)
SIGNED: Final = replace(OPEN, content=[user_data_check([NEW, OLD])])


def signed(value: str, *, secret: bytes = NEW, expires: int = EXPIRY) -> str:
    """`value`, signed as a submitter does."""
    return sign_user_data(value, secret=secret, expires=expires)


def received(document: Document, *, time: float = BEFORE) -> Callback:
    """A callback with `document`, received at `time`."""
    return structs.replace(callback(as_json(document)), time=time)


def carrying(text: Value) -> Document:
    """A job's document whose submitter gave it `text` to carry."""
    return job(Tag="Transcode", Operation={"UserData": text, "JobLevel": "0"})


def published(document: Document, source: Source = SIGNED) -> list[Document]:
    """The data of the events."""
    entry = process(received(document), source).entry
    assert entry.quarantine is None, entry.quarantine
    return [json.loads(event.json)["data"] for event in entry.events]


def refusal(document: Document, *, source: Source = SIGNED, time: float = BEFORE) -> str:
    """Why the document is refused; never with anything of it or of a secret."""
    with pytest.raises(Refused) as refused:
        process(received(document, time=time), source)
    assert (refused.value.check, refused.value.status) == ("user_data", 401)
    return str(refused.value)


def test_the_format_is_that_of_the_documentation() -> None:
    """Made here by hand, so that a submitter in another language can make it too."""
    head = f"v1.{EXPIRY}."
    mac = urlsafe_b64encode(digest(NEW, f"{head}order%2042".encode(), sha256)).rstrip(b"=").decode()
    assert signed("order 42") == f"{head}{mac}.order%2042"


def test_a_moment_may_be_a_datetime_with_a_zone() -> None:
    """As who submits a job has it."""
    moment = datetime.fromtimestamp(EXPIRY, UTC)
    assert sign_user_data("a", secret=NEW, expires=moment) == signed("a")
    with pytest.raises(SigningError, match="time zone"):
        sign_user_data("a", secret=NEW, expires=moment.replace(tzinfo=None))


@pytest.mark.parametrize("expires", [0, -1, 604800, 10**12])
def test_a_duration_is_no_moment(expires: int) -> None:
    """A mistake that would sign what has expired already, or never does."""
    with pytest.raises(SigningError, match="a moment"):
        signed("a", expires=expires)


def test_what_does_not_fit_is_not_signed() -> None:
    """The vendor carries 1024 characters; a DataId has 512."""
    room = 1024 - len(signed("a")) + 1
    assert len(signed("a" * room)) == 1024
    with pytest.raises(SigningError, match=f"has room for {room}"):
        signed("a" * (room + 1))
    with pytest.raises(SigningError):
        sign_user_data("a" * 500, secret=NEW, expires=EXPIRY, longest=512)


@pytest.mark.parametrize(("value", "secret"), [("", NEW), ("a", b""), ("\ud800", NEW)])
def test_nothing_is_signed_with_nothing(value: str, secret: bytes) -> None:
    """Nor what is no text."""
    with pytest.raises(SigningError):
        signed(value, secret=secret)


@given(value=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
def test_whatever_is_signed_comes_back(value: str) -> None:
    """The signed text is printable ASCII that neither XML nor JSON has to escape."""
    text = signed(value)
    assert text.isascii()
    assert text.isprintable()
    assert not set(text) & set(" <>&\"'\\")
    assert opened(text, live([OLD, NEW])) == (value, 1, EXPIRY)


@given(data=st.data())
def test_any_byte_changed_is_refused(data: st.DataObject) -> None:
    """Version, expiry, signature and value: all of it is bound."""
    text = signed("order-42")
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda one: one != text[at]))
    changed = text[:at] + other + text[at + 1 :]
    assert opened(changed, live([NEW])) is None


@given(text=st.text(max_size=200))
def test_no_text_opens_without_a_secret(text: str) -> None:
    """And none makes anything leave but an answer."""
    assert opened(text, live([NEW, OLD])) is None
    assert opened(signed("a"), live([])) is None


def test_another_signer_that_writes_no_utf8_is_refused() -> None:
    """Authentic bytes that are no text."""
    head = f"v1.{EXPIRY}."
    mac = urlsafe_b64encode(digest(NEW, f"{head}%ff".encode(), sha256)).rstrip(b"=").decode()
    assert opened(f"{head}{mac}.%ff", live([NEW])) is None


@pytest.mark.parametrize("value", ["order-42", "This is my job.", "订单 四十二", "a.b.c", "%41"])
def test_the_original_is_published(value: str) -> None:
    """In the job and in the vendor's own field; the bytes kept are those received."""
    document = carrying(signed(value))
    made = process(received(document), SIGNED)
    (event,) = made.entry.events
    data = json.loads(event.json)["data"]
    assert (data["job"]["user_data"], data["detail"]["UserData"]) == (value, value)
    assert signed(value) in made.entry.body.decode()
    assert signed(value) not in event.json.decode()
    assert made.entry.verified_by == "token,user_data"


def test_a_batch_carries_it_too() -> None:
    """An inventory trigger job has its user data in its Operation."""
    document = job(JobId="b1", Type="Job", Operation={"UserData": signed("batch-7")})
    (data,) = published(document)
    assert (data["batch"]["user_data"], data["detail"]["UserData"]) == ("batch-7", "batch-7")


def test_a_moderation_carries_it_as_its_data_id() -> None:
    """It has no user data; both forms of its callback have the id that the submitter chose."""
    detail = {
        "EventName": "ReviewVideo",
        "JobsDetail": {"JobId": "v1", "State": "Success", "Result": "0", "DataId": signed("v-7")},
    }
    simple = {
        "code": 0,
        "message": "success",
        "data": {"trace_id": "v1", "url": "u", "event": "ReviewText", "result": 0,
                 "data_id": signed("v-7")},
    }  # fmt: skip
    assert [data["moderation"]["data_id"] for data in published(detail)] == ["v-7"]
    assert [data["moderation"]["data_id"] for data in published(simple)] == ["v-7"]


def test_which_secret_had_signed_is_told() -> None:
    """The oldest in use: it can be retired when its position is never told again."""
    check = user_data_check([NEW, b"", OLD])
    texts = (signed("a"), signed("b", secret=OLD))
    proof = check(Claimed(buckets=(), user_data=texts, time=BEFORE))
    assert (proof.check, proof.proved, proof.secret) == ("user_data", "user_data", 2)
    assert proof.originals == ((texts[0], "a"), (texts[1], "b"))


@pytest.mark.parametrize("time", [BEFORE + 1, BEFORE + 2, 2e9, 0.0, -1.0])
def test_it_expires_by_the_time_of_reception(time: float) -> None:
    """And without such a time nothing is accepted."""
    assert refusal(carrying(signed("a")), time=time) == (
        "the signature of the user data has expired"
    )


@pytest.mark.parametrize(
    "text", ["order-42", "v1.1.x.y", signed("a") + "0", signed("a", secret=b"x")]
)
def test_what_no_live_secret_has_signed_is_refused(text: str) -> None:
    """Also what is not signed at all."""
    assert refusal(carrying(text)) == "the user data is signed with none of the live secrets"


@pytest.mark.parametrize(
    "document",
    [
        job(),
        carrying(""),
        carrying([signed("a"), signed("b")]),
        carrying({"#text": {"a": signed("a")}}),
        run(),
        {"EventName": "Something", "UserData": signed("a")},
    ],
)
def test_an_event_without_is_refused(document: Document) -> None:
    """Also one whose user data is ambiguous, and a workflow, which has none."""
    assert refusal(document) == "an event carries no user data"


def test_every_event_of_a_callback_must_carry_it() -> None:
    """One that is signed does not vouch for another."""
    one, other = carrying(signed("a"))["JobsDetail"], job(JobId="j2")["JobsDetail"]
    document = {"EventName": "TaskFinish", "JobsDetail": [one, other]}
    assert refusal(document) == "an event carries no user data"


@pytest.mark.parametrize("secrets", [[], [b""]])
def test_without_secrets_everything_is_refused(secrets: Sequence[bytes]) -> None:
    """An empty one is never live."""
    source = replace(OPEN, content=[user_data_check(secrets)])
    assert refusal(carrying(signed("a", secret=b"x")), source=source)


def test_a_callback_without_events_is_refused() -> None:
    """There is nothing that could prove anything."""
    with pytest.raises(Refused, match="no event"):
        user_data_check([NEW])(Claimed(buckets=(), time=BEFORE))


def test_without_the_check_nothing_is_opened() -> None:
    """The original cannot be published by a source that has not verified it."""
    (data,) = published(carrying(signed("a")), OPEN)
    assert data["job"]["user_data"] == signed("a")


def test_what_is_redacted_cannot_be_checked() -> None:
    """Redaction comes first: nobody sees what must not be kept."""
    source = replace(SIGNED, redact=redaction(["UserData"]))
    assert refusal(carrying(signed("a")), source=source) == "an event carries no user data"


def test_other_checks_on_the_content_see_what_was_received() -> None:
    """The original is put in after all of them have passed."""
    source = replace(SIGNED, content=[*SIGNED.content, buckets_check(["test-1250000000"])])
    document = carrying(signed("test-1250000000"))
    document["JobsDetail"]["Input"] = {"BucketId": signed("test-1250000000")}
    with pytest.raises(Refused) as refused:
        process(received(document), source)
    assert refused.value.check == "buckets"


def test_originals_are_put_wherever_the_signed_text_stands() -> None:
    """In objects and in lists; all else, and names, stay."""
    draft = Draft(
        kind="job",
        type="t",
        subject="j1",
        time=None,
        schema="s",
        data={"a": "x", "x": [{"b": "x"}, "x", 1, None, True], "c": "xx"},
    )
    (made,) = restored([draft], [Proof("token", "token"), Proof("c", "c", originals=(("x", "y"),))])
    assert made.data == {"a": "y", "x": [{"b": "y"}, "y", 1, None, True], "c": "xx"}
    assert structs.replace(made, data=draft.data) == draft


def test_submitters_need_nothing_of_the_server() -> None:
    """The standard library is enough to sign."""
    code = (
        "import sys; from gateway.user_data import sign_user_data; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = set(json.loads(done.stdout.replace("'", '"'))) - {"__main__"}
    assert {name for name in foreign if not name.startswith("_")} == {"gateway"}
