"""What each reason means: of an answer, of a dead letter, of a restart.

The words themselves are closed sets elsewhere; a test fails when one has no meaning here.
"""

from collections.abc import Iterator, Mapping
from typing import Final

REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "unauthenticated": (
        "401",
        "A check did not prove what it must; which one is only in the log and the metrics.",
    ),
    "rate_limited": (
        "429",
        "Too often: over the source's `rate_limit` or `server.failed_checks`; nothing was kept.",
    ),
    "unknown_source": ("404", "No such source."),
    "not_found": ("404", "Not a callback path."),
    "method_not_allowed": ("405", "Only POST is."),
    "body_timeout": ("408", "The body was slower than `server.body_timeout`."),
    "length_required": ("411", "Neither a Content-Length nor chunked."),
    "body_too_large": ("413", "Larger than `server.max_body`."),
    "content_encoding": ("415", "Compressed."),
    "malformed_request": ("400", "Not acceptable HTTP."),
    "expectation_failed": ("417", "An `Expect` other than `100-continue`."),
    "disconnected": ("none", "The sender went away in mid-body."),
    "journal_full": ("503", "The journal or its disk is full; nothing was kept."),
    "journal_unavailable": ("503", "The journal cannot be written; nothing was kept."),
    "overloaded": ("503", "Too much is waiting; nothing was kept."),
    "draining": ("503", "The gateway is stopping; nothing was kept."),
    "empty": ("200, quarantined", "No body."),
    "not_xml_or_json": ("200, quarantined", "Neither XML nor JSON."),
    "encoding": (
        "200, quarantined",
        (
            "An encoding other than UTF-8; in XML also other than "
            "GBK, GB2312 and GB18030 where declared."
        ),
    ),
    "malformed_xml": ("200, quarantined", "Not strict XML."),
    "doctype": ("200, quarantined", "XML with a DOCTYPE."),
    "malformed_json": ("200, quarantined", "Not strict JSON."),
    "too_deep": ("200, quarantined", "Nested deeper than 64."),
    "ambiguous": (
        "200, quarantined",
        (
            "What identifies or decides, such as JobId, RunId, "
            "State or Tag, is given twice and differs."
        ),
    ),
    "schema": (
        "200, quarantined",
        "The event would break its schema, for example without a JobId.",
    ),
    "unconfirmed": (
        "200, quarantined",
        "Readable, but CI has not confirmed it (the check `confirm`); it is asked again.",
    ),
    "replayed": (
        "200, quarantined",
        "A signed id that came before with other events; see [security](../security.md).",
    ),
    "probe": ("200, ignored", "A console tried the URL; nothing is kept."),
    "internal": ("500", "A bug of ours; please report it."),
}
"""Each with its answer."""

FAULTS: Final[Mapping[str, str]] = {
    "too_large": "Larger than `kafka.max_request_size`, or than the topic's `max.message.bytes`.",
    "invalid_record": "The broker checks records, and says that this one is not valid.",
    "corrupt": "The broker says so, several times in a row.",
}
"""Why a topic refuses an event, which then is a dead letter."""

CAUSES: Final[Mapping[str, str]] = {
    "error": "The publishing process ended with an error, which is in the log.",
    "exit": "It ended without one.",
    "SIGKILL": "It was killed: by somebody, or by the kernel for want of memory.",
    "SIGSEGV": "It crashed. Any other signal is told by its name, too.",
    "hung": "Its loop stood still for some 30 s.",
    "stalled": "Its connections began anew: a batch got no answer for ten times "
    "`kafka.request_timeout_ms` though the cluster answered.",
    "unexpected": "Its connections began anew after an answer that means nothing to it.",
}
"""Of `gateway_publisher_restarts_total`."""


def reasons() -> Iterator[str]:
    """The table of the reasons of answers."""
    yield from ("| reason | answer | meaning |", "|---|---|---|")
    for reason, (answer, meaning) in REASONS.items():
        yield f"| `{reason}` | {answer} | {meaning} |"


def faults() -> Iterator[str]:
    """The table of the reasons of dead letters."""
    return _table("reason", FAULTS)


def causes() -> Iterator[str]:
    """The table of the causes of restarts."""
    return _table("cause", CAUSES)


def _table(word: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield from (f"| {word} | meaning |", "|---|---|")
    for name, meaning in meanings.items():
        yield f"| `{name}` | {meaning} |"
