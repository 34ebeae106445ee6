"""Every way a callback can end other than as an event: one hierarchy, `status` and `reason` each.

`status` is the HTTP answer, `reason` a member of a closed set that appears in answers, metrics and
logs. A message never carries the input's secrets.
"""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a callback was not simply accepted. `gateway.manual` documents each."""

    # refused before anything was read or stored
    UNAUTHENTICATED = "unauthenticated"
    RATE_LIMITED = "rate_limited"
    UNKNOWN_SOURCE = "unknown_source"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TIMEOUT = "body_timeout"
    LENGTH_REQUIRED = "length_required"
    BODY_TOO_LARGE = "body_too_large"
    CONTENT_ENCODING = "content_encoding"
    MALFORMED_REQUEST = "malformed_request"
    EXPECTATION_FAILED = "expectation_failed"
    DISCONNECTED = "disconnected"
    # not now
    JOURNAL_FULL = "journal_full"
    JOURNAL_UNAVAILABLE = "journal_unavailable"
    OVERLOADED = "overloaded"
    DRAINING = "draining"
    # authentic, kept in quarantine
    EMPTY = "empty"
    NOT_XML_OR_JSON = "not_xml_or_json"
    ENCODING = "encoding"
    MALFORMED_XML = "malformed_xml"
    DOCTYPE = "doctype"
    MALFORMED_JSON = "malformed_json"
    TOO_DEEP = "too_deep"
    AMBIGUOUS = "ambiguous"
    SCHEMA = "schema"
    UNCONFIRMED = "unconfirmed"
    REPLAYED = "replayed"
    # answered, nothing to keep
    PROBE = "probe"
    # always a bug
    INTERNAL = "internal"


QUARANTINING: Final = (
    Reason.EMPTY,
    Reason.NOT_XML_OR_JSON,
    Reason.ENCODING,
    Reason.MALFORMED_XML,
    Reason.DOCTYPE,
    Reason.MALFORMED_JSON,
    Reason.TOO_DEEP,
    Reason.AMBIGUOUS,
    Reason.SCHEMA,
    Reason.UNCONFIRMED,
    Reason.REPLAYED,
)
"""Those of an authentic callback that is kept all the same."""


class GatewayError(Exception):
    """The one class of error that leaves the gateway's own code."""

    status = 500
    reason = Reason.INTERNAL


class Refused(GatewayError):
    """A check did not prove what it must. `check` is for the log and the metric only."""

    status = 401
    reason = Reason.UNAUTHENTICATED

    def __init__(self, check: str, detail: str) -> None:
        super().__init__(detail)
        self.check = check
        self.challenge = ""
        """Which schemes of `Authorization` the source takes: for `WWW-Authenticate`."""


class Unreadable(GatewayError):
    """Authentic, but not decodable or against its schema: the raw bytes go to quarantine."""

    status = 200

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class Ignored(GatewayError):
    """Authentic and understood, but nothing has happened: answered, not kept."""

    status = 200

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Busy(GatewayError):
    """Not now: the sender must try again. Nothing was kept."""

    status = 503

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def forget_frames(error: BaseException | None) -> None:
    """For an error that aiohttp keeps, in a reader, a queue or a list of attempts: its frames keep
    what they belong to, all of which would stay until the collector of cycles comes."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
