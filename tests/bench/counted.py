"""`python -m tests.bench.counted`: how many functions run for a small and a large callback, of each
family and form. The last line is one JSON object.
"""

import json
import sys
from types import FrameType
from typing import Final

import tests.bench.interpreted  # noqa: F401 - the first of all
from gateway.core import coerce
from gateway.core.pipeline import process
from tests.bench.linear import FAMILIES, FORMS, sized
from tests.sources import OPEN, callback

SMALL: Final = 16 << 10
LARGE: Final = 128 << 10


def calls(body: bytes) -> int:
    """How many functions, of Python and of C, run to process `body`."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    request = callback(body)
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        made = process(request, OPEN)
    finally:
        sys.setprofile(before)
    assert made.entry.quarantine is None
    return count


def counted(family: str, form: str) -> dict[str, float]:
    """Calls for a byte of each."""
    small, large = (sized(family, form, size) for size in (SMALL, LARGE))
    process(callback(small), OPEN)  # what is built once is built
    return {name: calls(body) / len(body) for name, body in (("small", small), ("large", large))}


def main() -> None:
    """Print the line."""
    assert str(coerce.__file__).endswith(".py")
    print(json.dumps({f"{one}-{form}": counted(one, form) for one in FAMILIES for form in FORMS}))


if __name__ == "__main__":
    main()
