"""What each Tag worked on and wrote, worked out by hand from the manual's examples.

A consumer finds the input and every file in `input` and `outputs`, whatever the Tag.
"""

import re

import pytest

from gateway.core.model import Document
from tests.laws.cases import READABLE, Case
from tests.sources import events

PLACE = {"bucket": "test-123456789", "region": "ap-chongqing"}
OTHER = {"bucket": "test-1234567890", "region": "ap-chongqing"}
VIDEO = PLACE | {"key": "input/demo.mp4"}
SOUND = PLACE | {"key": "input/demo.mp3"}
SEGMENTS = [
    "59a4edd95c6ddca43277d82cf33edc0d",
    "7fdacd7f2e2dbdc1dc3ccc00f96893b5",
    "4c377ddb6f65021f6741dbd45bbff654",
    "59317dbc9db6d4d6fb723e3005809c01",
    "a81091e57005eece211b5f60bfbddea1",
    "7b87e88264a983a06b17558c8a3a2bd8",
    "607b2abc29ed11ad1d2f678b594c6ffa",
    "4fe2d33dc9d08a5ea9d5d6db0f724008",
    "a84dd4f738ce81f4e3da55b393b2fae4",
]

Told = tuple[Document, list[Document]]
"""The input without its headers, and the outputs."""


def wrote(key: str, md5: str = "") -> Document:
    """A file in the bucket of most examples."""
    return PLACE | {"key": key} | ({"md5": md5} if md5 else {})


EXAMPLES: dict[str, Told] = {
    "animation": (VIDEO, [wrote("output/animation.gif", "3df1f845d2ffd20a525a93ec40014d90")]),
    "concat": (VIDEO, [wrote("output/concat.mp4", "96322f8638d38480683e069e6b2ba1e9")]),
    "digitalwatermark": (VIDEO, [wrote("output/digital.mp4", "043221daee3f4e15ff13f42329f15eb1")]),
    "extractdigitalwatermark": (wrote("output/digital.mp4"), []),
    "highspeedhd": (VIDEO, [wrote("output/high_speed.mp4", "2db78d168edf2f883adce89a1b4ca033")]),
    "mediainfo": (VIDEO, []),
    "noisereduction": (SOUND, [wrote("output/nr.wav")]),
    "picprocess": (OTHER | {"key": "input/deer.jpg"}, [OTHER | {"key": "output/out.jpg"}]),
    "qualityestimate": (VIDEO, []),
    "sdrtohdr": (VIDEO, [wrote("output/sdr2hdr.mp4", "ed8b5615687d789d6293bd58fa1ea1c0")]),
    "segment": (VIDEO, [wrote(f"output/segment-{n}", md5) for n, md5 in enumerate(SEGMENTS)]),
    "smartcover": (VIDEO, [wrote(f"output/smartcover-{n}.jpg") for n in range(5)]),
    "snapshot": (
        VIDEO,
        [*(wrote(f"output/snapshot-{n}.jpg") for n in range(6)), wrote("output/sprite-0.jpg")],
    ),
    "streamextract": (  # three were asked for, two were written
        VIDEO,
        [
            wrote("output/out0.mp4", "e8c802ed78ba7f4c6a2fb5144cba7cbc"),
            wrote("output/out1.mp4", "f5883c1380524eecd1a925657ab17b4c"),
        ],
    ),
    "superresolution": (
        VIDEO,
        [wrote("output/super_resolution.mp4", "852883012a6ba726e6ed8d9b984edfdf")],
    ),
    "transcode": (VIDEO, [wrote("output/transcode.mp4", "2db78d168edf2f883adce89a1b4ca033")]),
    "translation": ({"key": "input/en.pdf"}, [wrote("output/zh.pdf")]),
    "tts": ({}, [wrote("output/aixiaonan.mp3", "5b2ca33cd7357abb1e0ea29f57544df9")]),
    "videomontage": (VIDEO, [wrote("output/videoMontage.mp4", "6080b31ea94defa6c19cc4def539a291")]),
    "videoprocess": (
        VIDEO,
        [wrote("output/video-process.mp4", "a825aa6c59371509995a47b570c29297")],
    ),
    "videotag": (VIDEO, []),
    "voiceseparate": (
        SOUND,
        [
            wrote("output/audio.mp3", "3b883c0462ba845acdf3eb7e30db1a1c"),
            wrote("output/backgroud.mp3", "62de6bb513d6105eeeb1a6ab0077cb5a"),
        ],
    ),
    "wordsgeneralize": (PLACE | {"key": "text.txt"}, []),
}
ON_ANOTHER_PAGE = {"taskfinish-transcode-job-xml": "animation"}
"""The page of Transcode prints an Animation callback."""


def told(body: bytes) -> Told:
    """What the one event of a body says."""
    (event,) = events(body)
    data = event["data"]
    source = {name: part for name, part in data.get("input", {}).items() if name != "headers"}
    return source, data.get("outputs", [])


def page(case: Case) -> str:
    """The job whose page an example is from."""
    name = case.name.rpartition("/")[2]
    return ON_ANOTHER_PAGE.get(name, name.split("-")[1])


_FORM = re.compile(r".*/taskfinish-\w+-(content|job|workflow)-(xml|json)").fullmatch
DOCUMENTED = [
    case
    for case in READABLE
    if _FORM(case.name) and case.expected["events"][0]["type"] == "com.tencentcloud.ci.job.finished"
]


@pytest.mark.parametrize("case", DOCUMENTED, ids=lambda case: case.name)
def test_the_input_and_every_file_of_an_example_are_found(case: Case) -> None:
    """The same in every example of a page: by itself, from a workflow, as XML and as JSON."""
    assert told(case.body) == EXAMPLES[page(case)]


def test_every_page_has_its_row() -> None:
    """And every row its page."""
    assert {page(case) for case in DOCUMENTED} == {*EXAMPLES}
