"""Callbacks that nobody documented, made from the published schemas: mostly right, often odd.

Odd is what JSON or XML can say and a schema does not expect: an object for a text and a text for an
object, repeats, attributes, nulls, unknown fields. Names are legal in XML, and no list stands
directly in a list, so that every document has both wire forms.
"""

from functools import cache
from typing import Final

from hypothesis import strategies as st

from gateway import schemas
from gateway.core.model import Document, Value
from tests.sources import PROVIDER

Values = st.SearchStrategy[Value]

SCHEMAS: Final = {document["$id"]: document for document in schemas.documents(PROVIDER)}
JOBS: Final = sorted(name for name in SCHEMAS if ":job" in name)
TAGS: Final = ["Unheard", "Tts", "WordsGeneralize", "transcode"] + [
    name.split(":")[3].removeprefix("job.") for name in JOBS
]
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=5).filter(
    lambda text: not set(text) & set("\ufffe\uffff")
)
_WHOLE = st.integers(0, 999_999)
_NUMBERS = ["{}", "{}.500", "-{}.25", "+{}", "{}.", ".{}", "{}/7", "{}e3", "0{}", "{}_0", "1{:020}"]
_SECONDS = st.integers(0, 59)
_TIMES = ["2022-06-30T15:29:{:02}+0800", "2022-08-09 14:54:{:02}+0800", "-", "2022-13-01T00:00:00Z"]
_TIMES += ["2022-08-09T14:54:{:02}+08:00", "2022-08-09T14:54:{:02}.25Z", "2022-08-09 14:54:{:02}"]


def _filled(forms: list[str], numbers: st.SearchStrategy[int]) -> Values:
    return st.builds(lambda form, number: form.format(number), st.sampled_from(forms), numbers)


LEAVES: Final[Values] = st.one_of(
    st.builds("v{}".format, _WHOLE),
    _filled(_NUMBERS, _WHOLE),
    _filled(_TIMES, _SECONDS),
    st.sampled_from(["true", "False", "", " ", "nan", "inf", "1e999", "${Number}.jpg", "/", "/x"]),
    st.sampled_from([None, True, False, 1.5, 1e30]),
    _WHOLE,
    _TEXTS,
)
_UNKNOWN = st.sampled_from(["Unknown", "X-New", "Object", "Input", "Bucket", "x"])


def _containers(inner: Values) -> Values:
    several = st.lists(inner, min_size=1, max_size=3)
    attributes = st.fixed_dictionaries({"@type": _WHOLE.map(str)}, optional={"#text": LEAVES})
    objects = st.dictionaries(_UNKNOWN, st.one_of(inner, several), max_size=2)
    return st.one_of(objects, attributes)


ODD: Final[Values] = st.recursive(LEAVES, _containers, max_leaves=4)


def often(likely: Values, unlikely: Values) -> Values:
    """`likely` four times out of five."""
    return st.integers(0, 4).flatmap(lambda chance: unlikely if chance == 4 else likely)


def _flat(values: list[Value]) -> list[Value]:
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def odd(usual: Values) -> Values:
    """`usual` mostly, else something odd, or several."""
    several = st.lists(st.one_of(usual, ODD), min_size=1, max_size=3).map(_flat)
    return often(usual, st.one_of(ODD, several))


@st.composite
def some(draw: st.DrawFn, members: dict[str, Values], most: int = 4) -> Document:
    """An object with a few of `members`, in any order, and perhaps a field that nobody knows."""
    names = draw(st.lists(st.sampled_from(sorted(members)), unique=True, max_size=most))
    found = {name: draw(members[name]) for name in names}
    if draw(st.integers(0, 3)) == 3:
        found[draw(_UNKNOWN)] = draw(ODD)
    return found


def of_schema(identifier: str, *path: str) -> Values:
    """Values of the published schema `identifier`, or of the property at `path` in it."""
    return _of(identifier, "/".join(path))


@cache
def _of(identifier: str, path: str) -> Values:
    properties = _properties(SCHEMAS[identifier])
    schema = SCHEMAS[identifier]
    for name in path.split("/") if path else ():
        schema = properties[name]
        properties = _properties(schema)
    return _value(schema)


def _value(schema: Document) -> Values:
    while "$ref" in schema and not schema.keys() & {"type", "properties"}:
        schema = _target(schema["$ref"])
    if schema.get("type") == "array":
        item = _value(schema["items"])
        return st.one_of(item, st.lists(item, min_size=1, max_size=3))
    properties = _properties(schema)
    if not properties:
        return LEAVES if schema.get("type") != "object" else ODD
    return st.deferred(lambda: some({name: odd(_value(sub)) for name, sub in properties.items()}))


def _properties(schema: Document) -> Document:
    inherited = _properties(_target(schema["$ref"])) if "$ref" in schema else {}
    own: Document = schema.get("properties", {})
    return inherited | own


def _target(reference: str) -> Document:
    identifier, _, pointer = reference.partition("#")
    node = SCHEMAS[identifier]
    for step in pointer.strip("/").split("/") if pointer else ():
        node = node[step]
    return node


_BUCKET = st.sampled_from(["test-123456789", "test-1234567890", "evil-1", " evil-1 "])
_STATES = ["Success", "Failed", "Cancel", "Pause", "Running", "success", "Odd"]
_REVIEWS = ["ReviewImage", "ReviewVideo", "ReviewDocument"]
_HEADER = some({"Key": odd(LEAVES), "Value": odd(LEAVES)})
_HEADERS = st.lists(_HEADER, min_size=1, max_size=2)
_PLACE: dict[str, Values] = {
    "BucketId": odd(_BUCKET),
    "Bucket": odd(_BUCKET),
    "Region": odd(LEAVES),
    "Object": odd(LEAVES),
    "CosHeaders": odd(_HEADERS),
}
_INPUT = some({**_PLACE, "Url": odd(LEAVES)})
_OUTPUT = some({"Bucket": odd(_BUCKET), "Region": odd(LEAVES), "Object": odd(LEAVES)})
_FILE = some(
    {
        "Bucket": odd(_BUCKET),
        "ObjectPrefix": odd(LEAVES),
        "ObjectName": st.lists(LEAVES, min_size=1, max_size=2),
    }
)
_TIMED: dict[str, Values] = {
    name: odd(_filled(_TIMES, _SECONDS)) for name in ("StartTime", "EndTime")
}


@st.composite
def _operation(draw: st.DrawFn, tag: str) -> Value:
    identifier = f"urn:callback-gateway:{PROVIDER}:job.{tag.lower()}:v1"
    found = draw(of_schema(identifier, "detail") if identifier in SCHEMAS else ODD)
    if not isinstance(found, dict):
        return found
    usual: dict[str, Values] = {
        "Input": odd(_INPUT),
        "Output": odd(_OUTPUT),
        "MediaResult": odd(some({"OutputFile": odd(_FILE)})),
        "Tag": st.sampled_from(TAGS),
        "UserData": odd(LEAVES),
        "TemplateId": odd(LEAVES),
        "WordsGeneralizeResult": ODD,
    }
    return found | draw(some(usual, 2))


@st.composite
def jobs(draw: st.DrawFn) -> Document:
    """One JobsDetail."""
    tag = draw(st.sampled_from(TAGS))
    usual: dict[str, Values] = {
        **_TIMED,
        "Tag": st.just(tag),
        "State": often(st.sampled_from(_STATES), ODD),
        "Code": odd(st.sampled_from(["Success", "Error"])),
        "Message": odd(LEAVES),
        "Progress": odd(LEAVES),
        "CreationTime": odd(_filled(_TIMES, _SECONDS)),
        "Input": odd(_INPUT),
        "BucketId": odd(_BUCKET),
        "Operation": odd(_operation(tag)),
        "Workflow": odd(some({"RunId": odd(LEAVES), "Name": odd(LEAVES)})),
    }
    found = {"JobId": draw(often(st.just("j1"), ODD))} | draw(some(usual, 7))
    return dict(draw(st.permutations(sorted(found.items(), key=lambda pair: pair[0]))))


@st.composite
def runs(draw: st.DrawFn) -> Document:
    """One WorkflowExecution."""
    task: dict[str, Values] = {
        **_TIMED,
        "JobId": odd(LEAVES),
        "State": odd(st.sampled_from(_STATES)),
        "CreateTime": odd(_filled(_TIMES, _SECONDS)),
        "Createtime": odd(_filled(_TIMES, _SECONDS)),
        "CreationTime": odd(_filled(_TIMES, _SECONDS)),
    }
    usual: dict[str, Values] = {
        **_PLACE,
        "State": often(st.sampled_from(_STATES), ODD),
        "WorkflowId": odd(LEAVES),
        "WorkflowName": odd(LEAVES),
        "Name": odd(LEAVES),
        "CreateTime": odd(_filled(_TIMES, _SECONDS)),
        "Input": odd(_INPUT),
        "Tasks": odd(st.lists(some(task), min_size=1, max_size=3)),
    }
    found = {"RunId": draw(often(st.just("i1"), ODD))} | draw(some(usual, 6))
    return dict(draw(st.permutations(sorted(found.items(), key=lambda pair: pair[0]))))


@st.composite
def callbacks(draw: st.DrawFn) -> Document:
    """A whole document without `Response`: jobs, a run, or an event of another kind."""
    several = st.one_of(jobs(), st.lists(jobs(), min_size=1, max_size=3))
    usual: Document = draw(
        st.sampled_from(
            [
                {"EventName": st.just("TaskFinish"), "JobsDetail": several},
                {"EventName": st.just("WorkflowFinish"), "WorkflowExecution": runs()},
                {"EventName": odd(LEAVES), "JobsDetail": several},
                {"EventName": st.sampled_from(_REVIEWS), "JobsDetail": several},
                {"EventName": odd(LEAVES), "X-Other": ODD},
                {"X-Other": ODD, "Data": ODD},
            ]
        )
    )
    found = {name: draw(value) for name, value in usual.items()}
    if draw(st.integers(0, 3)) == 3:
        found[draw(_UNKNOWN)] = draw(ODD)
    return found
