"""Two names for one thing, and one name for two."""

from typing import Final

from tests.providers.tencent_ci.inconsistencies.row import MOMENT, PLACE, WRITTEN, Row, operation
from tests.sources import job, run

NAMES: Final[list[Row]] = [
    ("CreationTime of a job", job(CreationTime=WRITTEN), {"job/created_at": MOMENT}),
    ("CreateTime of a run", run(CreateTime=WRITTEN), {"workflow/created_at": MOMENT}),
    *(
        (
            f"{name} of a task",
            run(Tasks={"JobId": "j1", name: WRITTEN}),
            {"tasks/0/created_at": MOMENT},
        )
        for name in ("CreateTime", "Createtime", "CreationTime")
    ),
    *(
        (f"{name} of an input", job(Input={name: "b-1"}), {"input/bucket": "b-1", "bucket": "b-1"})
        for name in ("BucketId", "Bucket")
    ),
    *(
        (f"{name} of a run", run(**{name: "b-1"}), {"input/bucket": "b-1", "bucket": "b-1"})
        for name in ("BucketId", "Bucket")
    ),
    (
        "Type of a task is the kind of its node",
        run(Tasks={"JobId": "j1", "Type": "StreamPackConfig"}),
        {"tasks/0/type": "StreamPackConfig"},
    ),
    (
        "Type of an input, a watermark and a hash is no Tag",
        job(
            Input={"Type": "pdf"},
            Operation={"DigitalWatermark": {"Type": "Text"}, "FileHashCodeConfig": {"Type": "MD5"}},
        ),
        {
            "job/tag": None,
            "detail/DigitalWatermark/Type": "Text",
            "detail/FileHashCodeConfig/Type": "MD5",
            "extra": {"JobsDetail.Input.Type": "pdf"},
        },
    ),
    (
        "Name of a job's Workflow is that of its node",
        job(Workflow={"WorkflowName": "w", "Name": "Tts_1"}),
        {"workflow": {"name": "w", "node": "Tts_1"}},
    ),
    ("WorkflowName of a run, in callbacks", run(WorkflowName="w"), {"workflow/name": "w"}),
    ("Name of a run, in queries", run(Name="w"), {"workflow/name": "w"}),
    (
        "Name of a task is that of its node",
        run(Tasks={"JobId": "j1", "Name": "Tts_1"}),
        {"tasks/0/name": "Tts_1"},
    ),
    (
        "ObjectName, ProcessResult, Etag of a picture, in callbacks",
        operation(
            "PicProcess",
            Output=PLACE,
            PicProcessResult={"ObjectName": "o/a.jpg", "ProcessResult": {"Etag": "e", "Size": "1"}},
        ),
        {
            "outputs": [{"bucket": "b-1", "region": "ap-chongqing", "key": "o/a.jpg"}],
            "detail/PicProcessResult/0/ProcessResult": [{"Etag": "e", "Size": 1}],
        },
    ),
    (
        "Key, ProcessResults.Object, ETag of a picture, in uploads",
        operation(
            "PicProcess",
            Output=PLACE,
            PicProcessResult={"ProcessResults": {"Object": {"Key": "o/a.jpg", "ETag": "e"}}},
        ),
        {
            "outputs": [{"bucket": "b-1", "region": "ap-chongqing", "key": "o/a.jpg"}],
            "detail/PicProcessResult/0/ProcessResults/0/Object/0/ETag": "e",
        },
    ),
    *(
        (
            f"StreamExtract.{name}",
            operation("StreamExtract", Output=PLACE | {"StreamExtract": {"Index": "0", name: "o"}}),
            {"outputs/0/key": "o", "detail/Output/StreamExtract": [{"Index": 0, name: "o"}]},
        )
        for name in ("Output", "Object")
    ),
    *(
        (
            f"{name} of an HLS encryption",
            operation("Segment", Segment={"HlsEncrypt": {name: "false"}}),
            {"detail/Segment/HlsEncrypt": {name: False}},
        )
        for name in ("IsHlsEncrypt", "IsEncrypt")
    ),
    (
        "SpeechRecognitionResult.AudioTime, on the newer page",
        operation("SpeechRecognition", SpeechRecognitionResult={"AudioTime": "13.5"}),
        {"detail/SpeechRecognitionResult": {"AudioTime": 13.5}},
    ),
    (
        "SpeechRecognition.audioTime, on the older page",
        operation("SpeechRecognition", SpeechRecognition={"audioTime": "13.5"}),
        {"detail/SpeechRecognition": {"audioTime": "13.5"}},
    ),
    (
        "WordsGeneralizeLable",
        operation(
            "WordsGeneralize", WordsGeneralizeResult={"WordsGeneralizeLable": {"Word": "打车"}}
        ),
        {"detail/WordsGeneralizeResult": {"WordsGeneralizeLable": [{"Word": "打车"}]}},
    ),
    *(
        (
            f"{name} of a spliced picture",
            operation("VideoSynthesis", VideoSynthesis={"SpliceInfo": {name: "https://h/a"}}),
            {"detail/VideoSynthesis/SpliceInfo": [{name: "https://h/a"}]},
        )
        for name in ("Url", "URL")
    ),
    *(
        (
            f"a Tag that a table misspells: {tag}",
            operation(tag, MediaResult={"OutputFile": PLACE | {"ObjectName": "o/a"}}),
            {"job/tag": tag, "outcome": "success", "outputs/0/key": "o/a"},
        )
        for tag in ("Animatin", "VoiceSpearte", "VideoSeparate", "SDR2HDR", "DocProces")
    ),
    (
        "a hyphen in the name of an element",
        operation("DocProcess", DocProcessResult={"PageInfo": {"X-SheetPics": "2"}}),
        {"detail/DocProcessResult/PageInfo": [{"X-SheetPics": 2}]},
    ),
    (
        "snake_case within CamelCase",
        operation(
            "SpeechRecognition",
            SpeechRecognitionResult={
                "FlashResult": {"channel_id": "0", "sentence_list": {"start_time": "480"}}
            },
        ),
        {
            "detail/SpeechRecognitionResult/FlashResult": [
                {"channel_id": 0, "sentence_list": [{"start_time": 480}]}
            ]
        },
    ),
    (
        "a misspelt object is the object that was written",
        operation("VoiceSeparate", MediaResult={"OutputFile": {"ObjectName": "o/backgroud.mp3"}}),
        {"outputs": [{"key": "o/backgroud.mp3"}]},
    ),
]
