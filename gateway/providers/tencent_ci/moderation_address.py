"""The address of an object → its bucket, region and key.

`https://<bucket>.cos.<region>.myqcloud.com/<key>`, and the same object through its other hosts.
Any other address, also one that only begins like these, names no bucket.
"""

import re
from urllib.parse import unquote

_ADDRESS = re.compile(
    r"https?://([a-z0-9-]+-[0-9]+)\.(?:cos|ci|pic|cos-internal|cos-website)\.([a-z0-9-]+)"
    r"\.(?:myqcloud\.com|tencentcos\.cn)(?::[0-9]+)?(?:/([^?#]*))?(?:[?#].*)?",
    re.ASCII | re.DOTALL | re.IGNORECASE,
).fullmatch
_ANYWHERE = ("accelerate", "accelerate-overseas")


def object_at(url: str) -> dict[str, str]:
    """`{bucket, region, key}` of the object at `url`, as far as it tells; empty for no object."""
    match = _ADDRESS(url)
    if match is None:
        return {}
    bucket, region, path = match.groups()
    region = region.lower()
    place = {
        "bucket": bucket.lower(),
        "region": "" if region in _ANYWHERE else region,
        "key": _unescaped(path or "").lstrip("/"),
    }
    return {name: text for name, text in place.items() if text}


def _unescaped(path: str) -> str:
    try:
        return unquote(path, errors="strict")
    except UnicodeDecodeError:
        return path
