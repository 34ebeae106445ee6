"""The reference callback: a workflow's Transcode job with MediaInfo, 5.1 KB, as XML and JSON.

`{ID}` stands where each request has a JobId of its own, so that none is a duplicate.
"""

import json
from pathlib import Path
from typing import Final

from gateway.core.coerce import untyped
from gateway.core.xml_body import decode_xml

_EXAMPLE = Path(__file__).parents[1] / "examples/tencent-ci/taskfinish-transcode-workflow-xml.http"
_JOB_ID = "j68427030f84611ecb8546d80f2baf56f"
_SIZE: Final = 5117


def callback_xml() -> str:
    """The example's body as the manual prints it."""
    body = _EXAMPLE.read_bytes().partition(b"\r\n\r\n")[2].decode()
    return body.replace(_JOB_ID, "{ID}")


def callback_json() -> str:
    """The same document as JSON, without empty elements as the vendor has it, and as large."""
    document = untyped(decode_xml(callback_xml().encode())["Response"])
    return min(
        (json.dumps(document, indent=indent) for indent in range(12)),
        key=lambda text: abs(len(text) - _SIZE),
    )
