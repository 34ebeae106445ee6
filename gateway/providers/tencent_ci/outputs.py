"""The files that a job says it wrote, whatever its Tag.

`MediaResult.OutputFile` names them best: `ObjectPrefix + ObjectName` (in Snapshot and Segment the
name is only the end), each with its MD5, sprites inside it. `Output` is what was asked for; it
counts only where nothing better is given and the job succeeded.
"""

from collections.abc import Sequence

from gateway.core.coerce import untyped
from gateway.core.model import Outcome, Value
from gateway.providers.tencent_ci.root import several

Node = dict[str, Value]


def output_files(vendor: Node) -> list[Node]:
    """Each OutputFile of an Operation as decoded: where there are several, its schema has none."""
    results = _nodes(untyped(vendor.get("MediaResult")))
    return [file for result in results for file in _nodes(result.get("OutputFile"))]


def outputs(operation: Node, written: Sequence[Node], outcome: Outcome) -> list[Node]:
    """`{bucket, region, key, md5}` of each file, in the callback's order, none twice; `written` are
    its `output_files`."""
    asked = operation.get("Output")
    asked = asked if isinstance(asked, dict) else {}
    files = _written(operation, written, asked)
    if not files and outcome is Outcome.SUCCESS and not _inline(operation):
        files = _asked(asked)
    seen: dict[tuple[str | None, str], Node] = {}
    for file in files:
        if file["key"] and "${" not in file["key"]:  # a wildcard is no name
            seen.setdefault((file.get("bucket"), file["key"]), file)
    return list(seen.values())


def owner(operation: Node, written: Sequence[Node]) -> dict[str, str]:
    """Bucket and region of a job without an input: where its output goes."""
    archives = [*_nodes(operation.get("FileCompressResult"))]
    archives += _nodes(operation.get("FileUncompressResult"))
    for place in [*_nodes(operation.get("Output")), *written, *archives]:
        if "Bucket" in place:
            return _place(place)
    return {}


def _written(operation: Node, written: Sequence[Node], asked: Node) -> list[Node]:
    found: list[Node] = []
    for file in written:
        found += _files(file)
        for sprite in _nodes(file.get("SpriteOutputFile")):
            found += _files(sprite)
    for picture in _nodes(operation.get("PicProcessResult")):
        for one in _pictures(picture):
            found += _keyed(one.get("ObjectName") or one.get("Key"), asked)
    for document in _nodes(operation.get("DocProcessResult")):
        for page in _nodes(document.get("PageInfo")):
            found += _keyed(page.get("TgtUri"), asked)
    for archive in _nodes(operation.get("FileCompressResult")):
        found += _keyed(archive.get("Object"), archive if "Bucket" in archive else asked)
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
    callback, and no file is written."""
    inline: bool = operation.get("NoNeedOutput", "AITranslateResult" in operation)
    return inline


def _asked(asked: Node) -> list[Node]:
    found: list[Node] = []
    for name in ("Object", "AuObject", "SpriteObject"):
        found += _keyed(asked.get(name), asked)
    for stream in _nodes(asked.get("StreamExtract")):  # the request calls it Object
        found += _keyed(stream.get("Output") or stream.get("Object"), asked)
    return found


def _files(file: Node) -> list[Node]:
    sums = {
        _key(info["ObjectName"]): info["Md5"]
        for info in _nodes(file.get("Md5Info"))
        if isinstance(info.get("ObjectName"), str) and isinstance(info.get("Md5"), str)
    }
    place, prefix = _place(file), file.get("ObjectPrefix", "")
    found: list[Node] = []
    for name in _many(file.get("ObjectName")):
        if isinstance(name, str) and isinstance(prefix, str):
            key = _key(prefix + name)
            md5 = sums.get(key) or sums.get(_key(name))
            found.append({**place, "key": key, "md5": md5} if md5 else {**place, "key": key})
    return found


def _keyed(names: Value, place: Node) -> list[Node]:
    return [{**_place(place), "key": _key(name)} for name in _many(names) if isinstance(name, str)]


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
