"""Values with differing units, formats and ranges."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import PLACE, VIDEO, Row, file, operation, video
from tests.sources import job

VALUES: Final[list[Row]] = [
    *(
        (
            f"Bitrate {text} of one file, in kbit/s or bit/s",
            operation("MediaInfo", MediaInfo={"Format": {"Bitrate": text}}),
            {"detail/MediaInfo/Format": {"Bitrate": float(text)}, "media": {"bit_rate": 834736}},
        )
        for text in ("834.736000", "834736")
    ),
    *(
        (f"{name} {text}", video(**{name: text}), {VIDEO: {name: value}, "extra": None})
        for name, text, value in (
            ("Duration", "13.654000", 13.654),
            ("Duration", "13.654", 13.654),
            ("Duration", "13", 13.0),
            ("Rotation", "0.000000", 0.0),
            ("Rotation", "0", 0.0),
            ("Fps", "25.000000", 25.0),
            ("Fps", "25.000", 25.0),
            ("AvgFps", "25.000000", "25.000000"),
            ("AvgFps", "50.000", "50.000"),
            ("AvgFps", "25/1", "25/1"),
            ("Level", "10", 10),
            ("Level", "1.000", 1),
            ("Level", "-99", -99),
            ("HasBFrame", "0", 0),
            ("HasBFrame", "2", 2),
            ("HasBFrame", "4", 4),
            ("PixFormat", "hvc1", "hvc1"),
            ("FieldOrder", "progressive", "progressive"),
            ("FieldOrder", "Unknown", "Unknown"),
            ("ColorPrimaries", "unknown", "unknown"),
        )
    ),
    (
        "Fps 50/1, a ratio",
        video(Fps="50/1"),
        {
            VIDEO: {"Fps": 50.0},
            "extra": {"JobsDetail.Operation.MediaInfo.Stream.Video[0].Fps": "50/1"},
        },
    ),
    (
        "- for a number",
        video(Fps="-", Height="-"),
        {
            VIDEO: None,
            "extra": {
                "JobsDetail.Operation.MediaInfo.Stream.Video[0].Fps": "-",
                "JobsDetail.Operation.MediaInfo.Stream.Video[0].Height": "-",
            },
        },
    ),
    (
        "NumStream 1 of a file with a video and an audio stream",
        operation(
            "Transcode",
            MediaInfo={
                "Format": {"NumStream": "1"},
                "Stream": {"Video": {"Index": "0"}, "Audio": {"Index": "1"}},
            },
        ),
        {
            "detail/MediaInfo/Format": {"NumStream": 1},
            "detail/MediaInfo/Stream": {"Video": [{"Index": 0}], "Audio": [{"Index": 1}]},
        },
    ),
    (
        "two audio streams with one Index (VoiceSeparate)",
        operation(
            "VoiceSeparate",
            MediaInfo={"Stream": {"Audio": [{"Index": "0", "Bitrate": "128.000000"}] * 2}},
        ),
        {
            "detail/MediaInfo/Stream/Audio": [{"Index": 0, "Bitrate": 128.0}] * 2,
            "media/audio": [{"index": 0, "bit_rate": 128000}] * 2,
        },
    ),
    (
        "ObjectName is the end of a key, Md5Info.ObjectName the whole (Segment)",
        file(
            ObjectPrefix="o/segment-",
            ObjectName=["0", "1"],
            Md5Info=[{"ObjectName": f"o/segment-{number}", "Md5": "d4"} for number in range(2)],
        ),
        {
            "outputs": [
                {"bucket": "b-1", "region": "ap-chongqing", "key": f"o/segment-{n}", "md5": "d4"}
                for n in range(2)
            ]
        },
    ),
    (
        "ObjectName is the whole key",
        file(ObjectPrefix="", ObjectName="o/a.mp4"),
        {"outputs/0/key": "o/a.mp4"},
    ),
    (
        "a slash before the key of the result and none before that of Output (Tts)",
        operation(
            "Tts",
            MediaResult={"OutputFile": PLACE | {"ObjectName": "/o/a.mp3"}},
            Output=PLACE | {"Object": "o/a.mp3"},
        ),
        {"outputs": [{"bucket": "b-1", "region": "ap-chongqing", "key": "o/a.mp3"}]},
    ),
    (
        "a slash before the key of an input",
        job(Input={"Object": "/i/a"}),
        {"input/key": "i/a", "extra": {"JobsDetail.Input.Object": "/i/a"}},
    ),
    *(
        (
            f"a pattern {name} is no key",
            operation("Snapshot", Output=PLACE | {"Object": f"o/{name}.jpg"}),
            {"outputs": None, "detail/Output/Object": f"o/{name}.jpg"},
        )
        for name in ("${number}", "${Number}")
    ),
    *(
        (
            f"Pos in {case} case",
            operation("WordsGeneralize", WordsGeneralizeResult={"WordsGeneralizeToken": word}),
            {"detail/WordsGeneralizeResult/WordsGeneralizeToken": [word]},
        )
        for case, word in (("upper", {"Pos": "NX"}), ("lower", {"Pos": "nx"}))
    ),
    (
        "a Confidence of 6 digits and a BBox of 17",
        operation(
            "VideoTag",
            VideoTagResult={
                "StreamData": {
                    "Data": {
                        "ObjectTags": {
                            "Objects": {
                                "Confidence": "0.808393",
                                "BBox": {"X1": "0.10181817412376404"},
                            }
                        }
                    }
                }
            },
        ),
        {
            "detail/VideoTagResult/StreamData/Data/ObjectTags/0/Objects": [
                {"Confidence": 0.808393, "BBox": {"X1": 0.10181817412376404}}
            ]
        },
    ),
    *(
        (f"Region {region}", job(Input={"Region": region}), {"region": region})
        for region in ("ap-chongqing", "sh")
    ),
    *(
        (f"bucket {bucket}", job(Input={"BucketId": bucket}), {"bucket": bucket})
        for bucket in ("test-123456789", "test-1234567890", "examplebucket-1250000000.")
    ),
    (
        "label and score in one text; labels with a slash are no ratio",
        operation(
            "VideoTag",
            VideoTagResult={
                "StreamData": {
                    "Data": {
                        "PlaceTags": {
                            "ClipFrameResult": ["办公室:0.55", "办公室:0.59"],
                            "Tags": {"Tag": "超市/便利店/商店"},
                        }
                    }
                }
            },
        ),
        {
            "detail/VideoTagResult/StreamData/Data/PlaceTags": [
                {
                    "ClipFrameResult": ["办公室:0.55", "办公室:0.59"],
                    "Tags": [{"Tag": "超市/便利店/商店"}],
                }
            ],
            "extra": None,
        },
    ),
    *(
        (
            f"the header Size as {size!r} is text",
            job(Input={"CosHeaders": {"Key": "Size", "Value": size}}),
            {"input/headers": [{"key": "Size", "value": "1424687"}]},
        )
        for size in ("1424687", 1424687)
    ),
]
