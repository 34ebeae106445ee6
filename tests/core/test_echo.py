"""The URL's secret, where a callback repeats it: in no event, in every stored byte."""

import json
from dataclasses import replace
from urllib.parse import quote

import pytest

from gateway.core.echo import masked, masked_text
from gateway.core.pipeline import process
from tests.sources import OPEN, SECRET, as_json, callback, events, job, quarantine, source

TOKEN = SECRET.decode()
OTHER = b"0e7c1b9a3d5f42688d6a4c2e1f3b5d79"
URL = f"https://g.example/callbacks/media/{TOKEN}"
ENCODED = "".join(f"%{byte:02X}" for byte in SECRET)
XML = "<Response><JobsDetail><JobId>j1</JobId>{}</JobsDetail></Response>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, "https://g.example/callbacks/media/[secret]"),
        (f"{URL}?a=b", "https://g.example/callbacks/media/[secret]?a=b"),
        (f"/callbacks/media?token={ENCODED}&c", "/callbacks/media?token=[secret]&c"),
        (f"{ENCODED[:9].lower()}{TOKEN[3:]} {TOKEN}{TOKEN}", "[secret] [secret][secret]"),
    ],
)
def test_an_event_has_a_mask_in_its_place(text: str, expected: str) -> None:
    """Of JSON and XML, in a field that a schema types and in one that nobody knows."""
    document = job(Operation={"UserData": text}, CallBack=text)
    xml = XML.format(
        f"<Operation><UserData>{quoted(text)}</UserData></Operation>"
        f"<CallBack><![CDATA[{text}]]></CallBack>"
    )
    for body in (as_json(document), xml.encode()):
        (event,) = events(body)
        assert TOKEN not in json.dumps(event)
        assert event["data"]["extra"]["JobsDetail.CallBack"] == expected
        assert event["data"]["job"]["user_data"] == expected


def quoted(text: str) -> str:
    """As text in XML."""
    return text.replace("&", "&amp;")


@pytest.mark.parametrize(
    "body",
    [
        as_json(job(CallBack=URL)).replace(b"/", b"\\/"),
        as_json(job(CallBack=URL)).replace(b"6f1d", b"\\u0036\\u0066\\u0031d"),
        as_json(job(**{TOKEN: "a", "b": {f"c{ENCODED}": [TOKEN, {"d": TOKEN}]}})),
        XML.format(f"<CallBack>{URL}</CallBack>").replace("6f1d", "&#54;&#x66;1d").encode(),
        XML.format(f'<CallBack url="{URL}">{URL}</CallBack><x>{TOKEN}</x>').encode(),
    ],
)
def test_the_secret_is_found_however_it_is_written(body: bytes) -> None:
    """Escaped, in a name, in an attribute, in a list; the raw bytes stay as they were."""
    made = process(callback(body), OPEN).entry
    (event,) = made.events
    assert TOKEN not in event.json.decode()
    assert ENCODED not in event.json.decode()
    assert "[secret]" in event.json.decode()
    assert made.body == body


def test_a_header_that_the_provider_reads_is_no_way_out() -> None:
    """Its own decoder may put headers into the document."""
    seen = callback(b"{}", headers=[(b"X-Event", URL.encode())])
    assert masked({"event": URL}, seen, (SECRET,)) == {
        "event": "https://g.example/callbacks/media/[secret]"
    }


def test_what_does_not_repeat_it_is_the_document_itself() -> None:
    """Nearly every callback: nothing is copied."""
    document = {"a": "100 %", "b": ["&", "\\"]}
    assert masked(document, callback(as_json(document)), (SECRET,)) is document


def test_what_only_looks_like_it_stays() -> None:
    """Cut, or in other letters."""
    text = f"{TOKEN[:-1]} {TOKEN.upper()} {ENCODED[:-1]}"
    (event,) = events(as_json(job(CallBack=text, More=TOKEN)))
    assert event["data"]["extra"]["JobsDetail.CallBack"] == text


def test_the_events_of_two_secrets_are_one() -> None:
    """So that a repeat after a rotation is a duplicate."""
    both = source(secrets=[SECRET, OTHER])
    made = [
        process(callback(as_json(job(CallBack=f"/c/{token.decode()}")), token=token), both)
        for token in (SECRET, OTHER)
    ]
    assert made[0].entry.events[0].id == made[1].entry.events[0].id


def test_every_live_secret_is_masked_whichever_a_callback_came_by() -> None:
    """While secrets change, what comes by the new URL may repeat the old; it is one event, too."""
    live = [OTHER, SECRET, SECRET[:9]]
    changing = source(secrets=sorted(live, key=len, reverse=True))
    body = as_json(job(JobId=TOKEN, CallBack=f"{URL} {TOKEN[:9]}"))
    headers = [(b"Referer", URL.encode()), (b"X-Kept", b"kept")]
    made = [
        process(callback(body, token=token, headers=headers), changing).entry
        for token in (OTHER, SECRET)
    ]
    assert made[0].events == made[1].events
    assert b"[secret] [secret]" in made[0].events[0].json
    assert TOKEN[:9] not in made[0].events[0].json.decode()
    assert made[0].headers == b'[["X-Kept","kept"]]'
    broken = process(callback(f"<{TOKEN}>".encode(), token=OTHER), changing).entry.quarantine
    assert broken is not None
    assert TOKEN[:9] not in broken.detail


def test_only_a_live_secret_is_masked() -> None:
    """What else stands in the URL of a source that asks for no token is no secret."""
    without = replace(OPEN, url_secrets=())
    made = process(callback(as_json(job(CallBack=URL))), without)
    assert TOKEN in made.entry.events[0].json.decode()


@pytest.mark.parametrize("body", [f"<{TOKEN}>", f"<a></{ENCODED}>", f'{{"{TOKEN}": }}', TOKEN])
def test_the_reason_of_a_quarantine_does_not_tell_it(body: str) -> None:
    detail = quarantine(body.encode()).detail
    assert TOKEN not in detail
    assert ENCODED not in detail


@pytest.mark.parametrize("secret", ["пароль<&>\"'\\/é 密", "a+b/c=d%41"])
def test_a_secret_of_any_characters_is_found(secret: str) -> None:
    """As it is, or percent-encoded in either case of letters."""
    encoded = quote(secret, safe="")
    for text in (secret, encoded, quote(secret)):
        seen = callback(as_json({"a": text}))
        assert masked({"a": f"<{text}>"}, seen, (secret.encode(),)) == {"a": "<[secret]>"}


def test_a_secret_that_is_not_text_is_found_percent_encoded() -> None:
    assert masked_text("/%FFab%c3", (b"\xffab\xc3",)) == "/[secret]"
