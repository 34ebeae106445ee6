"""The files that a job says it wrote, whatever its Tag.

`MediaResult.OutputFile` names them best: `ObjectPrefix + ObjectName` (in Snapshot and Segment the
name is only the end), each with its MD5, sprites inside it. A file that only `Md5Info` names was
written too. `Output` is what was asked for; it counts only where nothing better is given and the
job succeeded, and tells the bucket and region of files that do not.
"""

from collections.abc import Mapping, Sequence

from gateway.core.coerce import untyped
from gateway.core.model import Outcome, Value
from gateway.providers.tencent_ci.root import several

Node = dict[str, Value]
Results = Mapping[str, Sequence[Node]]
"""The containers of an Operation that tell of files, each as often as it is there."""

_TELLING = (
    "Output",
    "PicProcessResult",
    "DocProcessResult",
    "FileCompressResult",
    "FileUncompressResult",
)


def file_results(operation: Node, vendor: Node) -> Results:
    """What the Operation `vendor`, typed as `operation`, tells of files. A container that is there
    twice and that its schema has once is not in the typed one: it counts as it was decoded."""
    found: dict[str, Sequence[Node]] = {
        name: _nodes(operation.get(name) or untyped(vendor[name])) if name in vendor else ()
        for name in _TELLING
    }
    media = _nodes(untyped(vendor.get("MediaResult")))
    found["OutputFile"] = [file for result in media for file in _nodes(result.get("OutputFile"))]
    return found


def outputs(operation: Node, results: Results, outcome: Outcome) -> list[Node]:
    """`{bucket, region, key, md5}` of each file, in the callback's order, none twice."""
    files = _written(results, _asked_place(results))
    if not files and outcome is Outcome.SUCCESS and not _inline(operation):
        files = [file for asked in results["Output"] for file in _asked(asked)]
    seen: dict[tuple[str | None, str], Node] = {}
    for file in files:
        if file["key"] and "${" not in file["key"]:  # a wildcard is no name
            name = file.get("bucket"), file["key"]
            seen[name] = file | seen[name] if name in seen else file
    return list(seen.values())


def owner(results: Results) -> Node:
    """Bucket and region of a job without an input: where its output goes."""
    others = (
        *results["OutputFile"],
        *results["FileCompressResult"],
        *results["FileUncompressResult"],
    )
    for place in (_asked_place(results), *map(_place, others)):
        if "bucket" in place:
            return place
    return {}


def _asked_place(results: Results) -> Node:
    """Where the output goes; nowhere where several disagree."""
    places = [_place(asked) for asked in results["Output"]]
    return places[0] if places and places.count(places[0]) == len(places) else {}


def _written(results: Results, asked: Node) -> list[Node]:
    found: list[Node] = []
    for file in results["OutputFile"]:
        place = _placed(file, asked)
        found += _files(file, place)
        for sprite in _nodes(file.get("SpriteOutputFile")):
            found += _files(sprite, _placed(sprite, place))
    for picture in results["PicProcessResult"]:
        for one in _pictures(picture):
            found += _keyed(one.get("ObjectName") or one.get("Key"), asked)
    for document in results["DocProcessResult"]:
        for page in _nodes(document.get("PageInfo")):
            found += _keyed(page.get("TgtUri"), asked)
    for archive in results["FileCompressResult"]:
        found += _keyed(archive.get("Object"), _placed(archive, asked))
    return found


def _pictures(result: Node) -> list[Node]:
    """A callback names one picture; the job's page says that the result is that of an upload, with
    or without its `UploadResult` around it."""
    found = [result, *_nodes(result.get("ProcessResult"))]
    for place in (result, *_nodes(result.get("UploadResult"))):
        for pictures in _nodes(place.get("ProcessResults")):
            found += _nodes(pictures.get("Object"))
    return found


def _inline(operation: Node) -> bool:
    """Translation with NoNeedOutput, or with a text and without a word of it: the text is in the
    callback, and no file is written. Only its schema makes that a boolean."""
    told = operation.get("NoNeedOutput")
    return told if isinstance(told, bool) else "AITranslateResult" in operation


def _asked(asked: Node) -> list[Node]:
    place = _place(asked)
    found: list[Node] = []
    for name in ("Object", "AuObject", "SpriteObject"):
        found += _keyed(asked.get(name), place)
    for stream in _nodes(asked.get("StreamExtract")):  # the request calls it Object
        found += _keyed(stream.get("Output") or stream.get("Object"), place)
    return found


def _files(file: Node, place: Node) -> list[Node]:
    """What is left of the sums once every name has its own are files without another name."""
    prefix = file.get("ObjectPrefix", "")
    if not isinstance(prefix, str):
        return []
    sums = _sums(file)
    found: list[Node] = []
    for name in _many(file.get("ObjectName")):
        if isinstance(name, str):
            key, end = _key(prefix + name), _key(name)
            found.append({**place, "key": key, **sums.pop(key if key in sums else end, {})})
    for name, md5 in sums.items():  # the full key, in Segment too
        key = name if name.startswith(_key(prefix)) else _key(prefix + name)
        found.append({**place, "key": key, **md5})
    return found


def _sums(file: Node) -> dict[str, Node]:
    """`{md5}` by the name that `Md5Info` has for the file."""
    return {
        _key(info["ObjectName"]): {"md5": info["Md5"]} if isinstance(info.get("Md5"), str) else {}
        for info in _nodes(file.get("Md5Info"))
        if isinstance(info.get("ObjectName"), str)
    }


def _keyed(names: Value, place: Node) -> list[Node]:
    return [{**place, "key": _key(name)} for name in _many(names) if isinstance(name, str)]


def _placed(node: Node, around: Node) -> Node:
    """Where a file is: what it does not tell is as around it, but no region of another bucket."""
    place = _place(node)
    same = place.get("bucket") in (None, around.get("bucket"))
    return around | place if same else place


def _place(node: Node) -> Node:
    named = {"bucket": node.get("Bucket"), "region": node.get("Region")}
    return {name: value for name, value in named.items() if isinstance(value, str)}


def _key(name: str) -> str:
    """Tts writes a leading slash in its result and none in its Output: one key for both."""
    return name.removeprefix("/")


def _many(value: Value) -> Sequence[Value]:
    return () if value is None else several(value)


def _nodes(value: Value) -> Sequence[Node]:
    if value is None:
        return ()
    return [one for one in _many(value) if isinstance(one, dict)]
