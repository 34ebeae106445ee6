"""A job's `MediaInfo` → its bit rates, all in bit/s.

The vendor writes the one field `Bitrate` of one file as `834.736000` (kbit/s, with six decimals)
and as `834736` (bit/s), though the manual's table of MediaInfo says kbps for all. The text decides:

* with a fraction it is kbit/s, as in the manual's callbacks of MediaInfo, Animation, Concat and
  most others;
* a whole number is bit/s, as in those of QualityEstimate, Transcode and TSC transcoding.

Both agree with `Size * 8 / Duration` of their files. Bit rates among a job's parameters
(`Transcode.Video.Bitrate` and the like, whole kbit/s) are settings, no measurements, and no part
of this. What reads otherwise (a sign, an exponent, a word) tells no rate; it is in `detail`.
"""

import re
from typing import Final

from gateway.core.coerce import Aside, Plan, coerce
from gateway.core.model import Value
from gateway.core.scalars import stripped, text
from gateway.providers.tencent_ci.root import Node, only, several

_TEXT: Final = Plan(scalar=text)
_DIGITS: Final = 12
"""A rate or index with more whole digits is none."""
_KILO = re.compile(rf"[0-9]{{1,{_DIGITS}}}\.[0-9]{{1,{_DIGITS}}}", re.ASCII).fullmatch


def media(job: Node) -> Node:
    """`{bit_rate, video: [{index, bit_rate}], audio: […]}` of a job as decoded, in bit/s.

    Streams without a rate are left out, as is what no stream or container tells.
    """
    info = only(only(job, "Operation"), "MediaInfo")
    if not info:
        return {}
    found = _rated(only(info, "Format"))
    stream = only(info, "Stream")
    for name, kind in (("video", "Video"), ("audio", "Audio")):
        if streams := _streams(stream.get(kind)):
            found[name] = streams
    return found


def _streams(nodes: Value) -> list[Node]:
    return [
        _index(node) | rated
        for node in several(nodes)
        if isinstance(node, dict) and (rated := _rated(node))
    ]


def _rated(node: Node) -> Node:
    if "Bitrate" not in node:
        return {}
    told = _text(node["Bitrate"])
    rate = _whole(told)
    if rate is None and _KILO(told):
        rate = round(float(told) * 1000)
    return {} if rate is None else {"bit_rate": rate}


def _index(node: Node) -> Node:
    index = _whole(_text(node.get("Index")))
    return {} if index is None else {"index": index}


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() and text.isascii() and len(text) <= _DIGITS else None


def _text(value: Value) -> str:
    """A leaf's text, as written in JSON too: a number with a fraction keeps its digits."""
    if type(value) is str:
        return stripped(value)
    return coerce(value, _TEXT, "", Aside()) or ""
