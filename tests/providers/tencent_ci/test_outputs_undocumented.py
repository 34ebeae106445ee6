"""What Tags that the manual shows no callback of worked on and wrote, and odd ones of the others.

Worked out by hand from what their pages and queries tell of a job, once it succeeded.
"""

import pytest

from gateway.core.model import Document
from tests.laws.documents import xml
from tests.laws.generated import JOBS
from tests.providers.tencent_ci.test_outputs_by_tag import EXAMPLES, OTHER, Told, told
from tests.sources import as_json, job

INPUT = {"BucketId": "test-1234567890", "Object": "input/test.zip", "Region": "ap-chongqing"}
OUTPUT = {"Bucket": "test-1234567890", "Region": "ap-chongqing"}
PAGES = [
    {"PageNo": "1", "TgtUri": "mark2/1/test-1.jpg", "X-SheetPics": "2"},
    {"PageNo": "1", "TgtUri": "mark2/1/test-2.jpg", "X-SheetPics": "2"},
]
PICTURE = {"ObjectName": "/o/a.png"}

UNDOCUMENTED: dict[str, tuple[Document, Told]] = {
    "DocProcess, pages of a text": (
        job(
            Tag="DocProcess",
            Input={"Object": "1.doc"},
            Operation={
                "DocProcessResult": {"PageInfo": {"PageNo": "2", "TgtUri": "big/test-1"}},
                "Output": OUTPUT | {"Object": "big/test-${Number}"},
            },
        ),
        ({"key": "1.doc"}, [OTHER | {"key": "big/test-1"}]),
    ),
    "DocProcess, sheets of a table": (
        job(
            Tag="DocProcess",
            Input={"Object": "1.xlsx"},
            Operation={
                "DocProcessResult": {"PageInfo": PAGES},
                "Output": OUTPUT | {"Object": "mark/${SheetID}/pic-${Page}.jpg"},
            },
        ),
        (
            {"key": "1.xlsx"},
            [OTHER | {"key": "mark2/1/test-1.jpg"}, OTHER | {"key": "mark2/1/test-2.jpg"}],
        ),
    ),
    "FileUncompress tells how many files there are, and not which": (
        job(
            Tag="FileUncompress",
            Input=INPUT,
            Operation={
                "FileUncompressConfig": {"Prefix": "output/", "PrefixReplaced": "1"},
                "FileUncompressResult": OUTPUT | {"FileCount": "12"},
                "Output": OUTPUT,
            },
        ),
        (OTHER | {"key": "input/test.zip"}, []),
    ),
    "FileCompress with its result": (
        job(
            Tag="FileCompress",
            Operation={
                "FileCompressConfig": {"Prefix": "test/"},
                "FileCompressResult": OUTPUT | {"Object": "output/test.zip"},
                "Output": OUTPUT | {"Object": "output/asked.zip"},
            },
        ),
        ({}, [OTHER | {"key": "output/test.zip"}]),
    ),
    "FileCompress with a result that names no bucket": (
        job(
            Tag="FileCompress",
            Operation={"FileCompressResult": {"Object": "output/test.zip"}, "Output": OUTPUT},
        ),
        ({}, [OTHER | {"key": "output/test.zip"}]),
    ),
    "FileCompress without a result": (
        job(Tag="FileCompress", Operation={"Output": OUTPUT | {"Object": "output/test.zip"}}),
        ({}, [OTHER | {"key": "output/test.zip"}]),
    ),
    "FileHashCode": (
        job(Tag="FileHashCode", Input=INPUT, Operation={"FileHashCodeResult": {"MD5": "x"}}),
        (OTHER | {"key": "input/test.zip"}, []),
    ),
    "SpeechRecognition": (
        job(
            Tag="SpeechRecognition",
            Input=INPUT | {"Object": "input/test.mp3"},
            Operation={"Output": OUTPUT | {"Object": "output/asr.txt"}, "JobLevel": ["0", "0"]},
        ),
        (OTHER | {"key": "input/test.mp3"}, [OTHER | {"key": "output/asr.txt"}]),
    ),
    "SpeechRecognition of an address": (
        job(Tag="SpeechRecognition", Input={"Url": "https://h/a.mp3"}),
        ({"url": "https://h/a.mp3"}, []),
    ),
    "VideoEnhance": (
        job(
            Tag="VideoEnhance",
            Input=INPUT | {"Object": "input/demo.mp4"},
            Operation={
                "MediaResult": {"OutputFile": OUTPUT | {"ObjectName": "output/out.mp4"}},
                "Output": OUTPUT | {"Object": "output/out.${ext}"},
            },
        ),
        (OTHER | {"key": "input/demo.mp4"}, [OTHER | {"key": "output/out.mp4"}]),
    ),
    "VideoSynthesis": (
        job(
            Tag="VideoSynthesis",
            Operation={
                "MediaResult": {"OutputFile": OUTPUT | {"ObjectName": "output/out.mp4"}},
                "Output": OUTPUT | {"Object": "output/out.${ext}"},
            },
        ),
        ({}, [OTHER | {"key": "output/out.mp4"}]),
    ),
    "ImageInspect": (job(Tag="ImageInspect", Input=INPUT), (OTHER | {"key": "input/test.zip"}, [])),
    "MultiJobs, whose Tag is in the Operation": (
        job(
            Input=INPUT | {"Object": "input/demo.mp4"},
            Operation={
                "Tag": "SmartCover",
                "MediaResult": {"OutputFile": OUTPUT | {"ObjectName": ["o/0.jpg", "o/1.jpg"]}},
                "Output": OUTPUT | {"Object": "o/${Number}.jpg"},
            },
        ),
        (OTHER | {"key": "input/demo.mp4"}, [OTHER | {"key": f"o/{n}.jpg"} for n in range(2)]),
    ),
    "PicProcess as an upload tells it": (
        job(
            Tag="PicProcess",
            Input=INPUT | {"Object": "input/a.jpg"},
            Operation={
                "PicProcessResult": {
                    "OriginalInfo": {"Key": "input/a.jpg"},
                    "ProcessResults": {"Object": [{"Key": "o/a.png"}, {"Key": "o/b.png"}]},
                },
                "Output": OUTPUT,
            },
        ),
        (
            OTHER | {"key": "input/a.jpg"},
            [OTHER | {"key": "o/a.png"}, OTHER | {"key": "o/b.png"}],
        ),
    ),
    "PicProcess as an upload tells it, with its outermost name": (
        job(
            Tag="PicProcess",
            Operation={
                "PicProcessResult": {
                    "UploadResult": {
                        "OriginalInfo": {"Key": "input/a.jpg"},
                        "ProcessResults": {"Object": [{"Key": "o/a.png"}, {"Key": "o/b.png"}]},
                    }
                },
                "Output": OUTPUT | {"Object": "o/${Number}.png"},
            },
        ),
        ({}, [OTHER | {"key": "o/a.png"}, OTHER | {"key": "o/b.png"}]),
    ),
    "PicProcess, each picture named twice": (
        job(
            Tag="PicProcess",
            Operation={
                "PicProcessResult": PICTURE | {"ProcessResult": {"Key": "o/a.png", "Size": "7"}},
                "Output": OUTPUT,
            },
        ),
        ({}, [OTHER | {"key": "o/a.png"}]),
    ),
    "Translation of a picture into text alone (NoNeedOutput)": (
        job(
            Tag="Translation",
            Input={"Object": "input/en.png"},
            Operation={"NoNeedOutput": "true", "Output": OUTPUT | {"Object": "output/zh.txt"}},
        ),
        ({"key": "input/en.png"}, []),
    ),
    "Translation that returns its text": (
        job(
            Tag="Translation",
            Input={"Object": "input/en.png"},
            Operation={
                "AITranslateResult": {"Result": "你好"},
                "Output": OUTPUT | {"Object": "output/zh.txt"},
            },
        ),
        ({"key": "input/en.png"}, []),
    ),
    "Translation into a file, said in so many words": (
        job(
            Tag="Translation",
            Input={"Object": "input/en.png"},
            Operation={"NoNeedOutput": "false", "Output": OUTPUT | {"Object": "output/zh.txt"}},
        ),
        ({"key": "input/en.png"}, [OTHER | {"key": "output/zh.txt"}]),
    ),
    "Snapshot of sprites alone": (
        job(
            Tag="Snapshot",
            Operation={
                "MediaResult": {
                    "OutputFile": {
                        "SpriteOutputFile": OUTPUT
                        | {"ObjectPrefix": "o/sprite-", "ObjectName": "0.jpg"}
                    }
                },
                "Output": OUTPUT | {"SpriteObject": "o/sprite-${Number}.jpg"},
            },
        ),
        ({}, [OTHER | {"key": "o/sprite-0.jpg"}]),
    ),
}


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_the_input_and_every_file_of_other_tags_are_found(name: str) -> None:
    """In both wire forms."""
    document, expected = UNDOCUMENTED[name]
    assert [told(as_json(document)), told(xml(document))] == [expected] * 2


def test_no_tag_is_left_out() -> None:
    """Every Tag with a schema of its own stands in one of the tables."""
    named = {name.partition(",")[0].partition(" ")[0].lower() for name in UNDOCUMENTED} | {
        *EXAMPLES
    }
    tags = {name.split(":")[3].removeprefix("job").removeprefix(".") for name in JOBS}
    assert tags - {""} - named == set()
