"""What stands where, in one callback and another: the frame, the input, the Tag."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import (
    HEADERS,
    MOMENT,
    PLACE,
    WRITTEN,
    Row,
    operation,
)
from tests.sources import job, run

ENVELOPE: Final[list[Row]] = [
    (
        "Workflow in the job, as every example has it",
        job(Workflow={"RunId": "i1", "Name": "Snapshot_1"}),
        {"workflow": {"run_id": "i1", "node": "Snapshot_1"}, "extra": None},
    ),
    (
        "Workflow beside the job, as every table has it",
        job() | {"Workflow": {"RunId": "i1", "Name": "Snapshot_1"}},
        {"workflow": {"run_id": "i1", "node": "Snapshot_1"}, "extra": None},
    ),
    (
        "CosHeaders in the input",
        job(Input={"CosHeaders": HEADERS}),
        {"input/headers/1": {"key": "Size", "value": "1424687"}},
    ),
    (
        "CosHeaders in the input of the operation (Tts)",
        operation("Tts", Input={"CosHeaders": HEADERS}),
        {"input/headers/1": {"key": "Size", "value": "1424687"}, "detail": None},
    ),
    (
        "CosHeaders of a run",
        run(CosHeaders=HEADERS),
        {"input/headers/1": {"key": "Size", "value": "1424687"}},
    ),
    ("no CosHeaders", job(Input={"Object": "a"}), {"input": {"key": "a"}}),
    (
        "one CosHeaders instead of several",
        job(Input={"CosHeaders": {"Key": "Size", "Value": 7}}),
        {"input/headers": [{"key": "Size", "value": "7"}]},
    ),
    *(
        (f"no Input ({tag})", operation(tag, Output=PLACE), {"input": None, "bucket": "b-1"})
        for tag in ("Tts", "FileCompress", "VideoSynthesis")
    ),
    *(
        (
            f"an Input without a bucket ({tag})",
            job(Tag=tag, Input={"Object": "i/a.pdf"}, Operation={"Output": PLACE}),
            {"input": {"key": "i/a.pdf"}, "bucket": "b-1", "region": "ap-chongqing"},
        )
        for tag in ("Translation", "DocProcess")
    ),
    ("Tag of the job", job(Tag="Tts"), {"job/tag": "Tts"}),
    ("Tag in the operation (MultiJobs)", job(Operation={"Tag": "Tts"}), {"job/tag": "Tts"}),
    (
        "no Tag, State, QueueId, StartTime (WordsGeneralize)",
        job(State=None, Code="Success", EndTime=WRITTEN, Operation={"WordsGeneralizeResult": {}}),
        {
            "outcome": "success",
            "job": {"id": "j1", "tag": "WordsGeneralize", "code": "Success", "finished_at": MOMENT},
        },
    ),
    ("Progress of transcoding", job(Tag="Transcode", Progress="100"), {"job/progress": 100}),
    ("no Progress of anything else", job(Tag="Animation"), {"job/progress": None}),
    (
        "an undocumented SubTag",
        job(Tag="SuperResolution", SubTag="DigitalWatermark"),
        {"job/tag": "SuperResolution", "extra": {"JobsDetail.SubTag": "DigitalWatermark"}},
    ),
    (
        "an empty VideoTag beside that of the operation",
        job(Tag="VideoTag", VideoTag=None, Operation={"VideoTag": {"Scenario": "Stream"}}),
        {"detail": {"VideoTag": {"Scenario": "Stream"}}, "extra": None},
    ),
    (
        "the request's CallBackFormat in the job",
        job(CallBackFormat="JSON"),
        {"extra": {"JobsDetail.CallBackFormat": "JSON"}},
    ),
    (
        "JobLevel twice, saying the same",
        operation("SpeechRecognition", JobLevel=["0", "0"]),
        {"detail": {"JobLevel": 0}, "extra": None},
    ),
    (
        "JobLevel twice, disagreeing",
        operation("SpeechRecognition", JobLevel=["0", "1"]),
        {
            "detail": None,
            "extra": {
                "JobsDetail.Operation.JobLevel[0]": "0",
                "JobsDetail.Operation.JobLevel[1]": "1",
            },
        },
    ),
    (
        "TSC transcoding has the Tag Transcode",
        job(Tag="Transcode", Workflow={"Name": "HighSpeedHd_1"}, Progress="100"),
        {"job/tag": "Transcode", "job/progress": 100, "workflow/node": "HighSpeedHd_1"},
    ),
    (
        "an Animation callback on the page of Transcode: the Tag counts",
        job(Tag="Animation", Operation={"UserData": "This is my Transcode job."}),
        {"job/tag": "Animation", "job/user_data": "This is my Transcode job."},
    ),
]
