"""The vendor's node of a moderation → its verdict, scenes, segments and snapshots in our words.

`Result`, `Suggestion` and `HitFlag` say 0, 1 or 2, and 0 is also what a number is before anybody
has set it: it is a pass only where something was decided and nothing inside says otherwise, at any
depth, whether or not a schema knows it; a missing or strange one never is.

`Label` is the harmful label with the highest priority, `Normal` where there is none (000:19408,
19483). `ForbidState` contradicts nothing: an object is frozen from a score on that the submitter
has chosen (000:18799), also one that the vendor calls normal.

The links of segments and snapshots live two hours; the callback does not tell from when.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.core.model import Value
from gateway.providers.tencent_ci.root import Node, several


class Verdict(StrEnum):
    """What is to be done with moderated content."""

    PASS = "pass"  # noqa: S105
    BLOCK = "block"
    REVIEW = "review"
    UNKNOWN = "unknown"


Verdicts = Mapping[str, Verdict]

UNDECIDED: Final[Verdicts] = {"1": Verdict.BLOCK, "2": Verdict.REVIEW}
DECIDED: Final[Verdicts] = {"0": Verdict.PASS, **UNDECIDED}

JUDGING: Final = ("Result", "Suggestion", "HitFlag", "result", "hit_flag")
_NORMAL = "Normal"
_SUMMARY = {
    "Label": "label",
    "SubLabel": "sub_label",
    "Category": "category",
    "Score": "score",
    "Text": "text",
    "AudioText": "text",
    "DataId": "data_id",
    "data_id": "data_id",
    "ForbidState": "forbid_state",
    "forbidden_status": "forbid_state",
}
_SCENE = re.compile(r"(\w+?)_?Info", re.IGNORECASE).fullmatch
_SCENES = {"terrorist": "terrorism"}  # the vendor has two words for it
_SCENE_TEXTS = {"Label": "label", "label": "label", "SubLabel": "sub_label", "Category": "category"}
_SCENE_NUMBERS = {"Score": "score", "score": "score", "Count": "count", "count": "count"}
_SCENE_SIGNS = {"HitFlag", "hit_flag", *_SCENE_NUMBERS}
_FINDING = {
    "Url": "url",
    "Text": "text",
    "Label": "label",
    "SubLabel": "sub_label",
    "Category": "category",
    "Duration": "duration_ms",
    "StartByte": "start_character",  # "10 is the 11th UTF-8 character"
    "PageNumber": "page",
    "SheetNumber": "sheet",
}
_SEGMENTS = (("AudioSection",), ("Section",), ("TextResults", "Results"))
_SNAPSHOTS = (("Snapshot",), ("PageSegment", "Results"), ("ImageResults", "Results"))
_LABELED = {"", *(place[-1] for place in (*_SEGMENTS, *_SNAPSHOTS))}
"""The whole and its pieces; elsewhere a label is a word, a person, a language."""
_LASTING = "ImageResults"  # the addresses that the web page itself has
_LINKS_LIVE = timedelta(hours=2)
_FIRST_MOMENT, _LAST_MOMENT = 10**11, 253_402_300_799_999
"""Milliseconds that are a moment since 1970, in a live stream, and no offset: 1973 to 9999."""


def findings(detail: Node, verdicts: Verdicts, links_from: str | None) -> Node:
    """All of `moderation` but its kind; its links were made at `links_from` or later."""
    found = {
        "scenes": _scenes(detail | detail.get("Labels", {}), verdicts),
        "segments": list(_pieces(detail, _SEGMENTS, verdicts=verdicts, links_from=links_from)),
        "snapshots": list(_pieces(detail, _SNAPSHOTS, verdicts=verdicts, links_from=links_from)),
    }
    parts: Node = {
        "verdict": _overall(detail, verdicts),
        **_renamed(detail, _SUMMARY),
        **found,
    }
    return {name: part for name, part in parts.items() if part != []}


def latest(moderation: Node) -> str | None:
    """The moment of the last segment or snapshot of a live stream."""
    pieces = [*moderation.get("segments", []), *moderation.get("snapshots", [])]
    moments: list[str] = [piece["at"] for piece in pieces if "at" in piece]
    return max(moments, key=datetime.fromisoformat, default=None)


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    return {ours: node[theirs] for theirs, ours in names.items() if theirs in node}


def _verdict(node: Node, verdicts: Verdicts) -> str:
    """What every field that judges says; unknown where none does or two disagree."""
    said = {verdicts.get(str(node[name]), Verdict.UNKNOWN) for name in JUDGING if name in node}
    return (said.pop() if len(said) == 1 else Verdict.UNKNOWN).value


def _overall(node: Node, verdicts: Verdicts) -> str:
    """The verdict of what has scenes or pieces, which may contradict a pass."""
    verdict = _verdict(node, verdicts)
    return Verdict.UNKNOWN.value if verdict == Verdict.PASS and _contradicts("", node) else verdict


def _contradicts(name: str, said: Value) -> bool:
    """Whether anything that was said, at any depth, was hit or could not be judged."""
    if isinstance(said, list):
        return any(_contradicts(name, one) for one in said)
    if not isinstance(said, dict):
        return False
    return _is_no_pass(name, said) or any(_contradicts(of, child) for of, child in said.items())


def _is_no_pass(name: str, node: Node) -> bool:
    if name in _LABELED and str(node.get("Label", _NORMAL)) != _NORMAL:
        return True
    judged = bool(node.keys() & JUDGING) or _is_scene(name, node)
    return _is_failed(node) or (judged and _verdict(node, DECIDED) != Verdict.PASS)


def _is_failed(node: Node) -> bool:
    return str(node.get("Code", 0)) != "0"


def _is_scene(name: str, node: Node) -> bool:
    return bool(_SCENE(name) and node.keys() & _SCENE_SIGNS)


def _scenes(node: Node, verdicts: Verdicts) -> list[Node]:
    """Every `…Info` that judges, by name; also those of scenes that the schema does not know."""
    found: list[Node] = []
    for name in sorted(node):
        named, info = _SCENE(name), node[name]
        if named and isinstance(info, dict) and info.keys() & _SCENE_SIGNS:
            scene = named[1].lower()
            found.append({"scene": _SCENES.get(scene, scene), **_scene(info, verdicts)})
    return found


def _scene(info: Node, verdicts: Verdicts) -> Node:
    """What is not of its type is of a scene without a schema, and stays in the detail alone."""
    texts = _renamed(info, _SCENE_TEXTS).items()
    numbers = _renamed(info, _SCENE_NUMBERS).items()
    keywords = _keywords(info.get("Keywords", []))
    return {
        "verdict": _verdict(info, UNDECIDED if _is_failed(info) else verdicts),
        **{name: value for name, value in texts if isinstance(value, str)},
        **{name: value for name, value in numbers if isinstance(value, int | float)},
        **({"keywords": keywords} if keywords else {}),
    }


def _keywords(value: Value) -> list[str]:
    """A list; in texts and web pages one text with commas."""
    words = [one for one in several(value) if type(one) is str]
    if len(words) == 1:
        words = re.split("[,，]", words[0])
    return [text for word in words if (text := word.strip())]


def _pieces(
    detail: Node, places: Iterable[tuple[str, ...]], *, verdicts: Verdicts, links_from: str | None
) -> Iterator[Node]:
    for place in places:
        pieces: Value = detail
        for step in place:
            pieces = pieces.get(step, {})
        for piece in pieces:
            found = _piece(piece, verdicts)
            until = _until(found.get("at", links_from))
            if "url" in found and until and _LASTING not in place:
                found["expires_at"] = until
            yield found


def _piece(piece: Node, verdicts: Verdicts) -> Node:
    scenes = _scenes(piece, verdicts)
    return {
        **_renamed(piece, _FINDING),
        **_position(piece.get("SnapshotTime", piece.get("OffsetTime"))),
        "verdict": _overall(piece, verdicts),
        **({"scenes": scenes} if scenes else {}),
    }


def _position(milliseconds: int | None) -> Node:
    if milliseconds is None:
        return {}
    if not _FIRST_MOMENT <= milliseconds <= _LAST_MOMENT:
        return {"offset_ms": milliseconds}
    return {"at": _written(datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds))}


def _until(made: str | None) -> str | None:
    try:
        return made and _written(datetime.fromisoformat(made) + _LINKS_LIVE)
    except OverflowError:
        return None


def _written(moment: datetime) -> str:
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
