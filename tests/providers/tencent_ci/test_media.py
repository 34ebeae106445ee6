"""Bit rates in bit/s, whichever of its two units the vendor wrote."""

import pytest

from gateway.core.model import Document, Value
from tests.laws.cases import READABLE
from tests.laws.documents import xml
from tests.sources import as_json, events, job, job_data


def rated(bitrate: Value, tag: str = "Transcode") -> Document:
    """A job whose MediaInfo tells one rate, that of its container."""
    return job(Tag=tag, Operation={"MediaInfo": {"Format": {"Bitrate": bitrate}}})


def media(body: bytes) -> Document:
    """The `media` of a job event; empty where it has none."""
    (event,) = events(body)
    found: Document = event["data"].get("media", {})
    return found


RATES = [
    ("834.736000", 834736),
    ("834736", 834736),
    ("128.000000", 128000),
    ("128000", 128000),
    ("97624.424000", 97624424),
    (" 834.736000\n", 834736),
    ("0.032", 32),
    ("0.000500", 0),
    ("0", 0),
    ("999999999999.9", 999999999999900),
]


@pytest.mark.parametrize(("text", "rate"), RATES)
@pytest.mark.parametrize("tag", ["Transcode", "Hologram"])
def test_a_fraction_is_kilobits_and_a_whole_number_bits(text: str, rate: int, tag: str) -> None:
    """In both wire forms, whatever the Tag."""
    for body in (as_json(rated(text, tag)), xml(rated(text, tag))):
        assert media(body) == {"bit_rate": rate}


@pytest.mark.parametrize(
    ("number", "rate"), [("834.736000", 834736), ("834.0", 834000), ("834736", 834736)]
)
def test_a_json_number_says_its_unit_as_a_text_does(number: str, rate: int) -> None:
    """`834.0` is no whole number: JSON numbers keep their digits."""
    body = as_json(rated("RATE")).replace(b'"RATE"', number.encode())
    assert media(body) == {"bit_rate": rate}
    assert media(body) == media(xml(rated(number)))


ODD: list[Value] = [
    "",
    None,
    "-",
    "-1",
    "+1",
    "8e5",
    "1.",
    ".5",
    "128k",
    "50/1",
    "\u00b2",
    "\u0661",
]
ODD += ["1" * 13, "1" * 13 + ".0", True, {"a": "b"}, ["1", "2"], {}, []]


@pytest.mark.parametrize("bitrate", ODD)
def test_what_reads_otherwise_tells_no_rate(bitrate: Value) -> None:
    """It is found in `detail` or in `extra`."""
    for body in (as_json(rated(bitrate)), xml(rated(bitrate))):
        assert media(body) == {}


@pytest.mark.parametrize("same", [["128000", "128000"], {"@unit": "bps", "#text": "128000"}])
def test_a_rate_is_read_as_the_detail_reads_it(same: Value) -> None:
    """Repeated, or with an attribute."""
    for body in (as_json(rated(same)), xml(rated(same))):
        (event,) = events(body)
        assert event["data"]["detail"]["MediaInfo"]["Format"]["Bitrate"] == 128000.0
        assert media(body) == {"bit_rate": 128000}


def test_every_stream_has_its_rate_and_its_number() -> None:
    """One or several, in the callback's order; streams without a rate are left out."""
    stream = {
        "Video": {"Index": "0", "Bitrate": "763.774000"},
        "Audio": [{"Index": "1", "Bitrate": "64000"}, {"Index": "2"}, "x", {"Bitrate": "32000"}],
        "Subtitle": {"Index": "3"},
    }
    info = {"Format": {"Duration": "1.0"}, "Stream": stream}
    assert job_data(Operation={"MediaInfo": info})["media"] == {
        "video": [{"index": 0, "bit_rate": 763774}],
        "audio": [{"index": 1, "bit_rate": 64000}, {"bit_rate": 32000}],
    }


def test_the_vendor_s_own_figure_stays_as_it_is() -> None:
    """`detail` is the vendor's."""
    for text, figure in (("834.736000", 834.736), ("834736", 834736.0)):
        (event,) = events(as_json(rated(text)))
        assert event["data"]["detail"] == {"MediaInfo": {"Format": {"Bitrate": figure}}}


def test_a_setting_is_no_measurement() -> None:
    """Parameters are whole kbit/s: without a MediaInfo there is no `media`."""
    transcode = {"Video": {"Bitrate": "1000"}, "Audio": {"Bitrate": "128"}}
    for info in (None, "x", {}, {"Stream": {"Video": None}}):
        assert "media" not in job_data(
            Tag="Transcode", Operation={"Transcode": transcode, "MediaInfo": info}
        )


MEASURED = [
    pytest.param(event["data"], id=case.name)
    for case in READABLE
    for event in case.expected["events"]
    if "media" in event["data"]
]


@pytest.mark.parametrize("data", MEASURED)
def test_the_rates_of_the_manual_s_examples_are_those_of_their_files(data: Document) -> None:
    """By Size and Duration; a container without a rate of its own has that of its streams."""
    file, media = data["detail"]["MediaInfo"]["Format"], data["media"]
    measured = file["Size"] * 8 / file["Duration"]
    streams = [one["bit_rate"] for kind in ("video", "audio") for one in media.get(kind, [])]
    if "bit_rate" in media:
        assert media["bit_rate"] == pytest.approx(measured, abs=3)
    else:
        assert sum(streams) == pytest.approx(measured, rel=0.02)
