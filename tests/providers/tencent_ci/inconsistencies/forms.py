"""Empty and missing values, placeholders, and types other than the tables say."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import MOMENT, WRITTEN, Row, file, operation
from tests.sources import job, run

EMPTY: Final[list[Row]] = [
    (
        "a MediaInfo of nothing but empty elements (SmartCover, Snapshot)",
        operation("Snapshot", MediaInfo={"Format": None, "Stream": {"Audio": None, "Video": None}}),
        {"detail": None, "media": None, "extra": None},
    ),
    (
        "an empty MediaResult (QualityEstimate)",
        operation("QualityEstimate", MediaResult={"OutputFile": None}),
        {"detail": None, "outputs": None},
    ),
    (
        "an empty prefix and an empty Md5Info",
        file(ObjectPrefix=None, Md5Info=None, ObjectName="o/a"),
        {"outputs": [{"bucket": "b-1", "region": "ap-chongqing", "key": "o/a"}]},
    ),
    (
        "- for a time that is not reached",
        job(State="Submitted", CreationTime=WRITTEN, StartTime="-", EndTime="-"),
        {
            "outcome": "running",
            "job": {"id": "j1", "state": "Submitted", "created_at": MOMENT},
            "extra": {"JobsDetail.StartTime": "-", "JobsDetail.EndTime": "-"},
        },
    ),
    (
        "an EndTime without a StartTime (DocProcess)",
        job(Tag="DocProcess", CreationTime=WRITTEN, EndTime=WRITTEN),
        {"job/finished_at": MOMENT, "job/started_at": None, "job/run_seconds": None},
    ),
    (
        "an EndTime while it is running",
        job(State="Running", EndTime=WRITTEN),
        {"outcome": "running", "job/finished_at": MOMENT},
    ),
    (
        "a result while it is submitted",
        job(
            State="Submitted",
            Tag="FileHashCode",
            Operation={"FileHashCodeResult": {"MD5": "xxxxxxxx", "FileSize": "123"}},
        ),
        {
            "outcome": "running",
            "detail/FileHashCodeResult": {"MD5": "xxxxxxxx", "FileSize": 123},
        },
    ),
    *(
        (f"Code Success while {state}", job(State=state, Code="Success"), {"outcome": outcome})
        for state, outcome in (("Submitted", "running"), ("Running", "running"), ("", "unknown"))
    ),
    *(
        (f"Message {said} of a success", job(Message=said), {"outcome": "success"})
        for said in ("success", "Success", "SUCCESS", "done")
    ),
    ("an empty State", job(State=""), {"outcome": "unknown", "job/state": None}),
    (
        "placeholders are text like any other",
        job(QueueId="p5fdb*****", Operation={"UserData": "***"}),
        {"job/queue_id": "p5fdb*****", "job/user_data": "***"},
    ),
]

TYPES: Final[list[Row]] = [
    *(
        (f"JobLevel as {level!r}", operation("PicProcess", JobLevel=level), {"detail/JobLevel": 0})
        for level in ("0", 0)
    ),
    *(
        (
            f"a truth as {said!r}",
            operation("SmartCover", SmartCover={"DeleteDuplicates": said}),
            {"detail/SmartCover": {"DeleteDuplicates": False}},
        )
        for said in ("false", "FALSE", False)
    ),
    (
        "a whole number, a decimal and a text that all arrive as text",
        operation(
            "SpeechRecognition", SpeechRecognitionResult={"AudioTime": "2", "Result": "[0:0] 1"}
        ),
        {"detail/SpeechRecognitionResult": {"AudioTime": 2.0, "Result": "[0:0] 1"}},
    ),
    (
        "Md5 is a text, where a table says container",
        file(ObjectName="o/a", Md5Info={"ObjectName": "o/a", "Md5": "d4"}),
        {"outputs/0/md5": "d4"},
    ),
    (
        "PageNo is a number and TgtUri a text, where a table says container and number",
        operation("DocProcess", DocProcessResult={"PageInfo": {"PageNo": "2", "TgtUri": "o/1"}}),
        {"detail/DocProcessResult/PageInfo": [{"PageNo": 2, "TgtUri": "o/1"}]},
    ),
    (
        "Transcode is a text, where a table of batches says so",
        operation("Transcode", Transcode="t1"),
        {"detail": None, "extra": {"JobsDetail.Operation.Transcode": "t1"}},
    ),
    (
        "TranscodeTemplateId is one text, where a table says several",
        operation("SDRtoHDR", TranscodeTemplateId="t1"),
        {"detail": {"TranscodeTemplateId": "t1"}},
    ),
    (
        "TranscodeTemplateId several times",
        operation("SDRtoHDR", TranscodeTemplateId=["t1", "t2"]),
        {
            "detail": None,
            "extra": {
                "JobsDetail.Operation.TranscodeTemplateId[0]": "t1",
                "JobsDetail.Operation.TranscodeTemplateId[1]": "t2",
            },
        },
    ),
    *(
        (
            f"{len(names)} names in one OutputFile",
            file(ObjectName=names if len(names) > 1 else names[0]),
            {"detail/MediaResult/OutputFile/ObjectName": names},
        )
        for names in (["o/a"], ["o/a", "o/b"])
    ),
    *(
        (
            f"WatermarkTemplateId {len(ids)} times",
            operation("Transcode", WatermarkTemplateId=ids if len(ids) > 1 else ids[0]),
            {"detail/WatermarkTemplateId": ids},
        )
        for ids in (["t1"], ["t1", "t1"], ["t1", "t2", "t3"])
    ),
    *(
        (
            f"{count} tasks of a run",
            run(Tasks=[{"JobId": f"j{number}"} for number in range(count)]),
            {"tasks": [{"job_id": f"j{number}", "outcome": "unknown"} for number in range(count)]},
        )
        for count in (1, 2)
    ),
]
