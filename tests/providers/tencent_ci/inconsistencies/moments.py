"""Times and states in every spelling, and what two pages of one API say of it."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import MOMENT, WRITTEN, Row, operation
from tests.sources import job, run

TIMES: Final[list[Row]] = [
    *(
        (f"{text} of one run", run(CreateTime=text), {"workflow/created_at": MOMENT, "extra": None})
        for text in (WRITTEN, "2022-06-30 15:29:42+0800", "2022-06-30T15:29:42+08:00")
    ),
    *(
        (
            f"{text} is no moment",
            job(CreationTime=text),
            {"job/created_at": None, "extra": {"JobsDetail.CreationTime": text}},
        )
        for text in ("-", "CreateTime", "Thu, 09 Aug 2022 16:23:12 GMT", "1497530202")
    ),
    ("an empty time", job(CreationTime=""), {"job/created_at": None, "extra": None}),
    (
        "milliseconds of speech",
        operation(
            "SpeechRecognition",
            SpeechRecognitionResult={"ResultDetail": {"StartMs": "480", "EndMs": "2300"}},
        ),
        {"detail/SpeechRecognitionResult/ResultDetail": [{"StartMs": 480, "EndMs": 2300}]},
    ),
    (
        "the hours of a file's change",
        operation("FileHashCode", FileHashCodeResult={"LastModified": WRITTEN}),
        {"detail/FileHashCodeResult": {"LastModified": MOMENT}},
    ),
]

STATES: Final[list[Row]] = [
    *(
        (f"State {state} of a job", job(State=state), {"outcome": outcome, "job/state": state})
        for state, outcome in (
            ("Submitted", "running"),
            ("Running", "running"),
            ("Success", "success"),
            ("success", "success"),
            ("SUCCESS", "success"),
            ("Failed", "failure"),
            ("Pause", "paused"),
            ("Cancel", "canceled"),
            ("Auditing", "running"),
            ("Active", "unknown"),
            ("Paused", "unknown"),
            ("Normal", "unknown"),
        )
    ),
    *(
        (
            f"State {state} of a run and of its task",
            run(State=state, Tasks={"State": state}),
            {"outcome": outcome, "tasks/0/outcome": outcome, "workflow/state": state},
        )
        for state, outcome in (
            ("Success", "success"),
            ("Failed", "failure"),
            ("Running", "running"),
            ("Cancel", "canceled"),
        )
    ),
]

DESCRIPTIONS: Final[list[Row]] = [
    (
        "the result beside the job, on the older page of SpeechRecognition",
        job(Tag="SpeechRecognition") | {"SpeechRecognitionResult": {"Result": "r"}},
        {"extra": {"SpeechRecognitionResult.Result": "r"}},
    ),
    (
        "a required parameter that no example has (ResTextFormat)",
        operation("SpeechRecognition", SpeechRecognition={"ChannelNum": "1"}),
        {"detail/SpeechRecognition": {"ChannelNum": 1}},
    ),
    *(
        (
            f"RemoveWatermark with a width of {width}, in one page's range and out of another's",
            operation("Transcode", RemoveWatermark={"Dx": "0", "Width": width}),
            {"detail/RemoveWatermark": {"Dx": 0, "Width": int(width)}},
        )
        for width in ("0", "4096")
    ),
    *(
        (
            f"IgnoreError {said}, required on one page and optional on another",
            operation("Transcode", DigitalWatermark={"Message": "m", "IgnoreError": said}),
            {"detail/DigitalWatermark/IgnoreError": value},
        )
        for said, value in (("true", True), (None, None))
    ),
]
