"""One name that means another thing at another path."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import (
    HEADERS,
    MOMENT,
    VIDEO,
    WRITTEN,
    Row,
    operation,
    video,
)
from tests.sources import job

MEANINGS: Final[list[Row]] = [
    (
        "StartTime is a moment of a job and seconds of its file",
        job(
            Tag="Transcode",
            StartTime=WRITTEN,
            Operation={"MediaInfo": {"Format": {"StartTime": "0.000000"}}},
        ),
        {"job/started_at": MOMENT, "detail/MediaInfo/Format": {"StartTime": 0.0}},
    ),
    (
        "StartTime of a stream",
        video(StartTime="0.000000", Duration="13.654"),
        {VIDEO: {"StartTime": 0.0, "Duration": 13.654}},
    ),
    (
        "StartTime of a label, whole or decimal seconds",
        operation(
            "VideoTag",
            VideoTagResult={
                "StreamData": {
                    "Data": {"ActionTags": [{"StartTime": "0"}, {"StartTime": "11.04"}]},
                }
            },
        ),
        {
            "detail/VideoTagResult/StreamData/Data/ActionTags": [
                {"StartTime": 0.0},
                {"StartTime": 11.04},
            ]
        },
    ),
    (
        "Message of a watermark is its text",
        job(Tag="DigitalWatermark", Message="", Operation={"DigitalWatermark": {"Message": "m"}}),
        {"job/message": None, "detail/DigitalWatermark/Message": "m"},
    ),
    (
        "State of a watermark is not the job's",
        operation("SuperResolution", DigitalWatermark={"State": "Failed", "IgnoreError": "false"}),
        {
            "outcome": "success",
            "job/state": "Success",
            "detail/DigitalWatermark": {"State": "Failed", "IgnoreError": False},
        },
    ),
    (
        "Tag of a label is not the job's",
        operation(
            "VideoTag",
            VideoTagResult={"StreamData": {"Data": {"Tags": {"Tag": "MOBA类-王者荣耀"}}}},
        ),
        {
            "job/tag": "VideoTag",
            "detail/VideoTagResult/StreamData/Data/Tags": [{"Tag": "MOBA类-王者荣耀"}],
        },
    ),
    (
        "Duration and Format are settings of a job and properties of its file",
        operation(
            "Segment",
            Segment={"Duration": "25", "Format": "mp4"},
            MediaInfo={"Format": {"Duration": "13.654000", "FormatName": "mp4"}},
        ),
        {
            "detail/Segment": {"Duration": 25.0, "Format": "mp4"},
            "detail/MediaInfo/Format": {"Duration": 13.654, "FormatName": "mp4"},
        },
    ),
    (
        "Container, Video and Audio are settings of a job and streams of its file",
        operation(
            "Transcode",
            Transcode={"Container": {"Format": "mp4"}, "Video": {"Width": "1280"}},
            MediaInfo={"Stream": {"Video": {"Width": "640"}}},
        ),
        {
            "detail/Transcode": {"Container": {"Format": "mp4"}, "Video": {"Width": 1280}},
            "detail/MediaInfo/Stream/Video": [{"Width": 640}],
        },
    ),
    (
        "Index numbers streams and the parts of a splice",
        operation(
            "Concat",
            ConcatTemplate={"Index": "1"},
            MediaInfo={"Stream": {"Video": {"Index": "0"}}},
        ),
        {"detail/ConcatTemplate/Index": 1, VIDEO: {"Index": 0}},
    ),
    (
        "Input of TtsConfig is a text to speak",
        operation("Tts", TtsConfig={"Input": "床前明月光", "InputType": "Text"}),
        {"input": None, "detail/TtsConfig": {"Input": "床前明月光", "InputType": "Text"}},
    ),
    (
        "Text is a container and a text in it",
        operation("Transcode", Watermark={"Type": "Text", "Text": {"Text": "t"}}),
        {"detail/Watermark": [{"Type": "Text", "Text": {"Text": "t"}}]},
    ),
    (
        "EventName is the key of a header",
        job(Input={"CosHeaders": HEADERS}),
        {
            "event_name": "TaskFinish",
            "input/headers/0": {"key": "EventName", "value": "cos:ObjectCreated:Put"},
        },
    ),
]
