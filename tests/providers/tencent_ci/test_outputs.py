"""Every file that a job says it wrote, under its full key, once, and no wildcard."""

import pytest

from gateway.core.model import Document, Value
from tests.sources import job_data

PLACE = {"Bucket": "b-1", "Region": "ap-x"}


def outputs(operation: Document, **fields: Value) -> list[Document]:
    """The outputs of a successful Transcode job, or of one with other `fields`."""
    data = job_data(**{"Tag": "Transcode", "Operation": operation, **fields})
    found: list[Document] = data.get("outputs", [])
    return found


def written(**file: Value) -> Document:
    """An Operation whose result is one OutputFile."""
    return {"MediaResult": {"OutputFile": PLACE | file}}


def keys(operation: Document, **fields: Value) -> list[str]:
    """The keys of a job's outputs."""
    return [output["key"] for output in outputs(operation, **fields)]


def test_a_file_has_bucket_region_key_and_md5() -> None:
    """As the result names them."""
    operation = written(ObjectName="o/a.mp4", Md5Info={"ObjectName": "o/a.mp4", "Md5": "d4"})
    assert outputs(operation) == [
        {"bucket": "b-1", "region": "ap-x", "key": "o/a.mp4", "md5": "d4"}
    ]


def test_a_key_is_prefix_and_name() -> None:
    """In Snapshot and Segment the name is only the end; elsewhere the prefix is empty."""
    assert keys(written(ObjectPrefix="o/s-", ObjectName=["0.jpg", "1.jpg"])) == [
        "o/s-0.jpg",
        "o/s-1.jpg",
    ]
    assert keys(written(ObjectPrefix="", ObjectName="o/a.mp4")) == ["o/a.mp4"]


def test_an_md5_belongs_to_the_full_key_or_to_the_name() -> None:
    """Segment gives it by the full key."""
    sums = [{"ObjectName": "o/s-0", "Md5": "a"}, {"ObjectName": "1", "Md5": "b"}, {"Md5": "c"}]
    operation = written(ObjectPrefix="o/s-", ObjectName=["0", "1", "2"], Md5Info=sums)
    assert [output.get("md5") for output in outputs(operation)] == ["a", "b", None]


def test_a_leading_slash_is_no_part_of_a_key() -> None:
    """Tts writes it in its result and not in its Output."""
    operation = written(ObjectName="/o/a.mp3", Md5Info={"ObjectName": "/o/a.mp3", "Md5": "d4"})
    assert outputs(operation, Tag="Tts")[0] == {
        "bucket": "b-1",
        "region": "ap-x",
        "key": "o/a.mp3",
        "md5": "d4",
    }


@pytest.mark.parametrize("nothing", ["/", "", " ", None, [], {}])
def test_a_name_that_says_nothing_is_no_output(nothing: Value) -> None:
    """No output has an empty key."""
    assert keys(written(ObjectName=nothing)) == []
    assert keys({"Output": PLACE | {"Object": nothing}}) == []
    assert keys(written(ObjectName=[nothing, "a"])) == ["a"]


def test_sprites_are_outputs_too() -> None:
    """They stand inside the file of a Snapshot."""
    sprite = {**PLACE, "ObjectPrefix": "o/sprite-", "ObjectName": "0.jpg"}
    operation = written(ObjectPrefix="o/", ObjectName=["0.jpg"], SpriteOutputFile=sprite)
    assert keys(operation, Tag="Snapshot") == ["o/0.jpg", "o/sprite-0.jpg"]


@pytest.mark.parametrize("name", ["o/${Number}.jpg", "o/${number}.jpg", "${InputName}"])
def test_a_wildcard_is_never_a_key(name: str) -> None:
    """Wherever it stands: alone nothing is listed, among others it is left out."""
    assert keys({"Output": PLACE | {"Object": name}}) == []
    assert keys(written(ObjectName=[name, "o/0.jpg"])) == ["o/0.jpg"]
    assert keys(written(ObjectPrefix=name, ObjectName="0")) == []
    assert keys({"Output": PLACE | {"Object": name, "SpriteObject": "o/s.jpg"}}) == ["o/s.jpg"]
    picture = {"PicProcessResult": {"ObjectName": name}, "Output": PLACE}
    assert keys(picture, Tag="PicProcess") == []


def test_no_output_is_listed_twice() -> None:
    """With or without a slash, in the result and in the sprites."""
    sprite = {**PLACE, "ObjectName": "o/a"}
    operation = written(ObjectName=["o/a", "/o/a", "o/b", "o/a"], SpriteOutputFile=sprite)
    assert keys(operation, Tag="Snapshot") == ["o/a", "o/b"]
    operation["Output"] = PLACE | {"Object": "o/a"}
    assert keys(operation, Tag="Snapshot") == ["o/a", "o/b"]


@pytest.mark.parametrize("several", ["MediaResult", "OutputFile", "SpriteOutputFile"])
def test_every_result_counts_where_it_is_repeated(several: str) -> None:
    """Each with the sums of its own; what was asked for knows less."""
    sums = [{"ObjectName": f"o/{n}", "Md5": f"d{n}"} for n in range(2)]
    files = [PLACE | {"ObjectName": each["ObjectName"], "Md5Info": each} for each in sums]
    result: dict[str, Document] = {
        "MediaResult": {"MediaResult": [{"OutputFile": file} for file in files]},
        "OutputFile": {"MediaResult": {"OutputFile": files}},
        "SpriteOutputFile": written(SpriteOutputFile=files),
    }
    found = outputs(result[several] | {"Output": PLACE | {"Object": "o/0"}})
    assert [(each["key"], each["md5"]) for each in found] == [("o/0", "d0"), ("o/1", "d1")]


@pytest.mark.parametrize("tag", ["Transcode", "FileCompress", "DocProcess", "PicProcess", ""])
def test_every_container_of_results_counts_where_it_is_repeated(tag: str) -> None:
    """Though their schemas have one of each: where there are two, they stand in `extra`."""
    archives = [PLACE | {"Object": f"o/{n}.zip"} for n in range(2)]
    pages = [{"PageInfo": {"TgtUri": f"o/{n}.jpg"}} for n in range(2)]
    pictures = [{"ObjectName": f"o/{n}.png"} for n in range(2)]
    places = [PLACE | {"Object": f"o/{n}"} for n in range(2)]
    assert keys({"FileCompressResult": archives}, Tag=tag) == ["o/0.zip", "o/1.zip"]
    assert keys({"DocProcessResult": pages, "Output": PLACE}, Tag=tag) == ["o/0.jpg", "o/1.jpg"]
    assert keys({"PicProcessResult": pictures, "Output": PLACE}, Tag=tag) == ["o/0.png", "o/1.png"]
    assert keys({"Output": places}, Tag=tag) == ["o/0", "o/1"]
    data = job_data(Tag=tag, Operation={"Output": places})
    assert (data["bucket"], data["region"]) == ("b-1", "ap-x")


def test_outputs_in_two_buckets_leave_the_job_in_none() -> None:
    """A file of its own result has one all the same."""
    places = [PLACE | {"Object": "o/0"}, {"Bucket": "b-2", "Object": "o/1"}]
    data = job_data(Tag="Transcode", Operation={"Output": places})
    assert "bucket" not in data
    assert [output["bucket"] for output in data["outputs"]] == ["b-1", "b-2"]
    data = job_data(Tag="Transcode", Operation=written(ObjectName="a") | {"Output": places})
    assert data["bucket"] == "b-1"


@pytest.mark.parametrize("names", [None, "", [], "o/s-0"])
def test_a_file_that_only_its_md5_names_is_an_output(names: Value) -> None:
    """By the full key, as in Segment, or by its end; never twice."""
    sums = [{"ObjectName": f"o/s-{n}", "Md5": f"d{n}"} for n in range(2)]
    asked = {"Output": PLACE | {"Object": "o/s-0"}}
    found = outputs(written(ObjectName=names, Md5Info=sums) | asked)
    assert [(each["key"], each["md5"]) for each in found] == [("o/s-0", "d0"), ("o/s-1", "d1")]
    ends = [sums[0], {"ObjectName": "1", "Md5": "d1"}, {"ObjectName": "o/s-2"}]
    file = written(ObjectPrefix="o/s-", ObjectName="0", Md5Info=ends)
    assert keys(file) == ["o/s-0", "o/s-1", "o/s-2"]


def test_an_md5_counts_wherever_the_file_is_named_again() -> None:
    """In an OutputFile of its own."""
    files = [
        PLACE | {"ObjectName": "o/a"},
        PLACE | {"Md5Info": {"ObjectName": "/o/a", "Md5": "d4"}},
    ]
    assert outputs({"MediaResult": {"OutputFile": files}}) == [
        {"bucket": "b-1", "region": "ap-x", "key": "o/a", "md5": "d4"}
    ]


def test_a_file_without_a_place_is_where_its_output_goes() -> None:
    """As pictures, pages and archives are; a sprite is where its file is."""
    file: Document = {"ObjectName": "o/a"}
    operation = {"MediaResult": {"OutputFile": file}, "Output": PLACE}
    expected = {"bucket": "b-1", "region": "ap-x", "key": "o/a"}
    assert outputs(operation) == [expected]
    file["Bucket"] = "b-1"
    assert outputs(operation) == [expected]
    file["SpriteOutputFile"] = {"ObjectName": ["o/a", "o/b"]}
    assert outputs(operation) == [expected, expected | {"key": "o/b"}]
    archive = {"FileCompressResult": {"Region": "ap-x", "Object": "o/a"}, "Output": PLACE}
    assert outputs(archive, Tag="FileCompress") == [expected]


def test_a_region_is_never_that_of_another_bucket() -> None:
    """What the file tells of its place counts."""
    file = {"Bucket": "b-2", "ObjectName": "o/a"}
    operation = {"MediaResult": {"OutputFile": file}, "Output": PLACE}
    assert outputs(operation) == [{"bucket": "b-2", "key": "o/a"}]


@pytest.mark.parametrize(("flag", "expected"), [("false", ["o/a"]), ("true", []), (None, [])])
def test_a_translation_wrote_a_file_where_it_says_so(flag: Value, expected: list[str]) -> None:
    """NoNeedOutput decides; without it, a text in the callback stands for the file."""
    operation = {
        "AITranslateResult": {"Result": "text"},
        "NoNeedOutput": flag,
        "Output": PLACE | {"Object": "o/a"},
    }
    assert keys(operation, Tag="Translation") == expected


@pytest.mark.parametrize("flag", ["false", "true", "", {"Value": "true"}, ["true", "false"]])
def test_a_field_of_a_translation_tells_nothing_of_another_job(flag: Value) -> None:
    """Nor is it a boolean there."""
    operation = {"NoNeedOutput": flag, "Output": PLACE | {"Object": "o/a"}}
    assert keys(operation, Tag="VoiceSeparate") == ["o/a"]


def test_one_key_in_two_buckets_is_two_files() -> None:
    """The bucket is part of the name."""
    sprite = {"Bucket": "b-2", "ObjectName": "o/a"}
    assert len(outputs(written(ObjectName="o/a", SpriteOutputFile=sprite), Tag="Snapshot")) == 2


def test_what_was_asked_for_counts_where_nothing_better_is_given() -> None:
    """Object, the voice of VoiceSeparate, sprites, streams."""
    asked = {"Object": "o/a", "AuObject": "o/b", "SpriteObject": "o/c"}
    assert keys({"Output": PLACE | asked}) == ["o/a", "o/b", "o/c"]
    streams = [{"Index": "0", "Output": "o/0"}, {"Index": "1", "Object": "o/1"}, {"Index": "2"}]
    assert keys({"Output": PLACE | {"StreamExtract": streams}}, Tag="StreamExtract") == [
        "o/0",
        "o/1",
    ]
    assert outputs({"Output": PLACE | {"Object": "/o/a"}}) == [
        {"bucket": "b-1", "region": "ap-x", "key": "o/a"}
    ]


def test_what_was_asked_for_does_not_count_beside_a_result() -> None:
    """The result knows better."""
    assert keys(written(ObjectName="o/a.mp4") | {"Output": PLACE | {"Object": "o/x.mp4"}}) == [
        "o/a.mp4"
    ]


@pytest.mark.parametrize(
    "state", ["Failed", "Cancel", "Pause", "Running", "Submitted", "Odd", None]
)
def test_a_job_that_did_not_succeed_wrote_nothing_that_it_was_only_asked_for(state: Value) -> None:
    """But what its result names, it did write."""
    assert keys({"Output": PLACE | {"Object": "o/a"}}, State=state) == []
    assert keys(written(ObjectName="o/a"), State=state) == ["o/a"]


def test_pictures_and_archives_are_outputs() -> None:
    """PicProcess has names without a place; FileCompress names its archive."""
    pictures = [{"ObjectName": "/o/a.png"}, {"ObjectName": "o/b.png"}]
    operation = {"PicProcessResult": pictures, "Output": PLACE}
    assert outputs(operation, Tag="PicProcess") == [
        {"bucket": "b-1", "region": "ap-x", "key": "o/a.png"},
        {"bucket": "b-1", "region": "ap-x", "key": "o/b.png"},
    ]
    archive = {"FileCompressResult": PLACE | {"Object": "o/a.zip"}}
    assert keys(archive, Tag="FileCompress") == ["o/a.zip"]


def test_pages_of_a_document_are_outputs() -> None:
    """DocProcess names each page."""
    pages = [{"TgtUri": "o/1.jpg"}, {"TgtUri": "o/2.jpg"}, {"PageNo": "3"}]
    operation = {"DocProcessResult": {"PageInfo": pages}, "Output": PLACE | {"Object": "o/${Page}"}}
    assert keys(operation, Tag="DocProcess") == ["o/1.jpg", "o/2.jpg"]


@pytest.mark.parametrize("tag", ["Transcode", "Hologram", ""])
@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (written(ObjectName="o/a"), ["o/a"]),
        (written(ObjectName=["o/a", "o/b"], Md5Info=[{"ObjectName": "o/a"}, "x"]), ["o/a", "o/b"]),
        (written(ObjectName={"a": "b"}), []),
        (written(ObjectName=["o/a", {"a": "b"}]), ["o/a"]),
        (written(ObjectPrefix={"a": "b"}, ObjectName={"c": "d"}), []),
        ({"MediaResult": "x", "Output": "y"}, []),
        ({"MediaResult": {"OutputFile": ["x", "y"]}, "Output": ["x", "y"]}, []),
        ({"Output": PLACE | {"Object": {"a": "b"}}}, []),
        ({"PicProcessResult": "x", "FileCompressResult": ["x"], "DocProcessResult": "x"}, []),
        ({"DocProcessResult": {"PageInfo": "x"}}, []),
    ],
)
def test_odd_results_do_no_harm_under_any_tag(
    tag: str, operation: Document, expected: list[str]
) -> None:
    """An unknown Tag is typed by no schema; its files are found all the same."""
    assert keys(operation, Tag=tag) == expected


@pytest.mark.parametrize("tag", ["Transcode", "Hologram"])
def test_a_job_without_a_bucket_of_its_own_has_that_of_its_output(tag: str) -> None:
    """Of Output, else of the file; the input's comes first."""
    output, file = {"Output": PLACE | {"Object": "o/a"}}, written(ObjectName="o/a")
    for operation in (output, file, output | file):
        data = job_data(Tag=tag, Operation=operation)
        assert (data["bucket"], data["region"]) == ("b-1", "ap-x")
    data = job_data(Tag=tag, Operation=output, Input={"BucketId": "in-1"})
    assert (data["bucket"], data.get("region")) == ("in-1", None)


def test_an_input_without_a_bucket_leaves_the_bucket_to_the_output() -> None:
    """Translation: the event's bucket is that of the input, else that of the output."""
    data = job_data(Input={"Object": "i/a", "Region": "ap-y"}, Operation={"Output": PLACE})
    assert (data["bucket"], data["region"]) == ("b-1", "ap-x")
