"""The files that a job says it wrote, whatever its Tag.

`MediaResult.OutputFile` names them best: `ObjectPrefix + ObjectName` (in Snapshot and Segment the
name is only the end), each with its MD5, sprites inside it. `Output` is what was asked for; it
counts only where nothing better is given and the job succeeded.
"""

from collections.abc import Iterator

from gateway.core.model import Outcome, Value

Node = dict[str, Value]


def outputs(operation: Node, outcome: Outcome) -> list[Node]:
    """`{bucket, region, key, md5}` of each file, in the callback's order, none twice."""
    asked = operation.get("Output")
    asked = asked if isinstance(asked, dict) else {}
    files = list(_written(operation, asked))
    if not files and outcome is Outcome.SUCCESS:
        files = list(_asked(asked))
    seen: dict[tuple[str | None, str], Node] = {}
    for file in files:
        if "${" not in file["key"]:
            seen.setdefault((file.get("bucket"), file["key"]), file)
    return list(seen.values())


def owner(operation: Node) -> dict[str, str]:
    """Bucket and region of a job without an input: where its output goes."""
    places = [*_nodes(operation.get("Output")), *_output_files(operation)]
    for place in places:
        if "Bucket" in place:
            return _place(place)
    return {}


def _written(operation: Node, asked: Node) -> Iterator[Node]:
    for file in _output_files(operation):
        yield from _files(file)
        for sprite in _nodes(file.get("SpriteOutputFile")):
            yield from _files(sprite)
    for picture in _nodes(operation.get("PicProcessResult")):
        yield from _keyed(picture.get("ObjectName"), asked)
    for archive in _nodes(operation.get("FileCompressResult")):
        yield from _keyed(archive.get("Object"), archive)


def _asked(asked: Node) -> Iterator[Node]:
    for name in ("Object", "AuObject", "SpriteObject"):
        yield from _keyed(asked.get(name), asked)
    for stream in _nodes(asked.get("StreamExtract")):  # the request calls it Object
        yield from _keyed(stream.get("Output") or stream.get("Object"), asked)


def _output_files(operation: Node) -> Iterator[Node]:
    for result in _nodes(operation.get("MediaResult")):
        yield from _nodes(result.get("OutputFile"))


def _files(file: Node) -> Iterator[Node]:
    sums = {
        _key(info["ObjectName"]): info["Md5"]
        for info in _nodes(file.get("Md5Info"))
        if isinstance(info.get("ObjectName"), str) and isinstance(info.get("Md5"), str)
    }
    prefix = file.get("ObjectPrefix", "")
    for name in _many(file.get("ObjectName")):
        if isinstance(name, str) and isinstance(prefix, str):
            key = _key(prefix + name)
            md5 = sums.get(key) or sums.get(_key(name))
            yield _place(file) | {"key": key} | ({"md5": md5} if md5 else {})


def _keyed(names: Value, place: Node) -> Iterator[Node]:
    for name in _many(names):
        if isinstance(name, str):
            yield _place(place) | {"key": _key(name)}


def _place(node: Node) -> Node:
    named = {"bucket": node.get("Bucket"), "region": node.get("Region")}
    return {name: value for name, value in named.items() if isinstance(value, str)}


def _key(name: str) -> str:
    """Tts writes a leading slash in its result and none in its Output: one key for both."""
    return name.removeprefix("/")


def _many(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _nodes(value: Value) -> list[Node]:
    return [one for one in _many(value) if isinstance(one, dict)]
