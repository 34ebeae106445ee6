"""`python -m tests.bench.decode`: how XML is decoded, in microseconds and in what is refused.

Four ways to the same dictionary, each on the same bodies in turns: ours; the part of it that reads
what is not plain, once the encoding was looked at (lxml, then its tree); an expat pass that builds
nothing and refuses a DOCTYPE, in front of xmltodict-rs; and xmltodict.
Then the table of hostile XML: what each refuses, and what it takes as a document.
"""

from collections.abc import Callable
from time import process_time
from xml.parsers.expat import ExpatError, ParserCreate

import xmltodict
import xmltodict_rs

from gateway.core.errors import Unreadable
from gateway.core.xml_body import decode_xml, parse_xml
from tests.core.hostile import HOSTILE
from tests.laws.cases import EXAMPLES, case
from tests.laws.documents import xml

Decode = Callable[[bytes], object]

_REFUSALS = (Unreadable, ExpatError, ValueError, LookupError)
_ROUNDS = 7
_SECONDS = 0.05
"""Of one measurement."""


def _refuse_doctype(*_: object) -> None:
    raise ValueError("DOCTYPE")


def expat_and_rs(body: bytes) -> object:
    """xmltodict-rs alone takes two roots, lost end tags and control characters; expat does not."""
    strict = ParserCreate()
    strict.StartDoctypeDeclHandler = _refuse_doctype
    strict.Parse(body, True)  # noqa: FBT003 - it takes no keyword
    return xmltodict_rs.parse(body)


WAYS: dict[str, Decode] = {
    "ours": decode_xml,
    "lxml (ours)": parse_xml,
    "expat + xmltodict-rs": expat_and_rs,
    "xmltodict": xmltodict.parse,
}


def bodies() -> dict[str, bytes]:
    """The reference callback on many lines and on one, and 100 KB of its job."""
    example = case(EXAMPLES / "tencent-ci/taskfinish-transcode-workflow-xml.http")
    response = example.document["Response"]
    many = {**response, "JobsDetail": [response["JobsDetail"]] * 34}
    return {"pretty": example.body, "one line": xml(response), "34 jobs": xml(many)}


def microseconds(decode: Decode, body: bytes) -> float:
    """CPU time of one call."""
    calls, spent = 0, 0.0
    started = process_time()
    while spent < _SECONDS:
        decode(body)
        calls += 1
        spent = process_time() - started
    return spent / calls * 1e6


def refuses(decode: Decode, body: bytes) -> bool:
    """Whether a body is refused; any other exception is a defect and ends the program."""
    try:
        decode(body)
    except _REFUSALS:
        return True
    return False


def main() -> None:
    """Print both tables."""
    rows = bodies()
    heading = "".join(f"{name:>22}" for name in WAYS)
    print(f"{'µs of CPU, best of turns':<42}{heading}")
    for name, body in rows.items():
        assert len({repr(decode(body)) for decode in WAYS.values()}) == 1
        best = dict.fromkeys(WAYS, float("inf"))
        for _ in range(_ROUNDS):
            for way, decode in WAYS.items():
                best[way] = min(best[way], microseconds(decode, body))
        label = f"{name}, {len(body):,} bytes"
        print(f"{label:<42}" + "".join(f"{spent:>22.1f}" for spent in best.values()))
    hostile = {name: body for name, (body, _) in HOSTILE.items() if body.lstrip()[:1] == b"<"}
    taken: dict[str, list[str]] = {}
    for name, body in hostile.items():
        taken[name] = ["" if refuses(decode, body) else "TAKEN" for decode in WAYS.values()]
    totals = [f"{marks.count('')} of {len(hostile)}" for marks in zip(*taken.values(), strict=True)]
    print(f"\n{'hostile XML refused':<42}" + "".join(f"{total:>22}" for total in totals))
    for name, marks in taken.items():
        if any(marks) and (" deep" not in name or " 65 deep" in name):
            print(f"{name:<42}" + "".join(f"{mark:>22}" for mark in marks))


if __name__ == "__main__":
    main()
