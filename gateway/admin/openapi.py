"""The OpenAPI 3.1 document of the API, as data."""

from typing import Final

from gateway.admin.queries import HIGHEST, LARGEST, LONGEST, MATCHED, SPANS
from gateway.core.model import Document, Value

_TEXT: Final[Document] = {"type": "string"}
_NUMBER: Final[Document] = {"type": "integer"}
_KINDS: Final[dict[type, Document]] = {
    str: _TEXT, int: _NUMBER, bool: {"type": "boolean"}, dict: {"type": "object"},
}  # fmt: skip
_WORD: Final[Document] = {"type": "string", "maxLength": LONGEST}
_TIME: Final[Document] = {"type": "string", "format": "date-time"}
_FROM_ONE: Final[Document] = {"type": "integer", "minimum": 1, "maximum": HIGHEST}
_PARAMETERS: Final[dict[str, Document]] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": 50},
    "before": _FROM_ONE,
    "after": _FROM_ONE,
    "since": _TIME,
    "until": _TIME,
    "span": {"enum": list(SPANS), "default": "24h"},
}
"""Those that are not any text."""
_HEADER: Final[Document] = {
    "number": 7,
    "received_at": "2026-01-31T08:00:00.000000Z",
    "id": "4bbe9ac9c1ff96c6d125debad0fa9331",
    "source": "media",
    "type": "com.tencentcloud.ci.job.finished",
    "subject": "j684",
    "tag": "Transcode",
    "outcome": "success",
}
_HELD: Final[Document] = {
    "id": "4bbe9ac9c1ff96c6d125debad0fa9331",
    "source": "media",
    "received_at": "2026-01-31T08:00:00.000000Z",
    "last_seen": "2026-01-31T08:00:00.000000Z",
    "seen": 1,
    "reason": "schema",
    "detail": "no JobId",
    "size": 5,
}
_REPLAY: Final[Document] = {
    "id": "20260131T080000Z-1f0c",
    "left": 3,
    "total": 9,
    "started": "2026-01-31T08:00:00.000000Z",
}
_ROUTE: Final[Document] = {
    "name": "ci.jobs",
    "topic": "ci.jobs",
    "position": 7,
    "lag": 0,
    "oldest": "",
    "replays": [_REPLAY],
}
_SOURCE: Final[Document] = {
    "name": "media",
    "provider": "tencent-ci",
    "callbacks": {"accepted": 3},
    "silent": False,
    "last_hour": 3,
    "last_5_minutes": 1,
}
_BAR: Final[Document] = {
    "start": "2026-01-31T08:00:00.000000Z",
    "exact": True,
    "outcomes": {"success": 3},
}
_HISTORY: Final[Document] = {
    "since": "2026-01-31T08:00:00.000000Z",
    "seconds": 1800,
    "bars": [_BAR],
}
_PUBLISHED: Final[Document] = {
    "route": "ci.jobs",
    "topic": "ci.jobs",
    "partition": 0,
    "offset": 41,
}
_REWOUND: Final[Document] = {"route": "ci.jobs", "replay": "20260131T080000Z-1f0c", "first": 1}
_REPLAYED: Final[Document] = {"replay": "20260131T080000Z-1f0c", "routes": ["ci.jobs"]}
_RETRIED: Final[Document] = {
    "id": "4bbe9ac9c1ff96c6d125debad0fa9331",
    "ending": "accepted",
    "events": ["4bbe9ac9c1ff96c6d125debad0fa9331"],
}
_PROBLEM: Final[Document] = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "reason": "not_found",
    "detail": "no such event",
}


def _object(properties: Document, *required: str) -> Document:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: Document) -> Document:
    return {"type": "array", "items": items}


def _like(example: Document) -> Document:
    """An object with the members of an example, all of them required."""
    return _object({name: _kind(value) for name, value in example.items()}, *example)


def _kind(example: Value) -> Document:
    if isinstance(example, list):
        (item,) = example
        return _list(_like(item) if isinstance(item, dict) else _kind(item))
    return _KINDS[type(example)]


def _query(*names: str) -> list[Document]:
    return [{"name": n, "in": "query", "schema": _PARAMETERS.get(n, _WORD)} for n in names]


def _path(name: str) -> list[Document]:
    return [{"name": name, "in": "path", "required": True, "schema": _WORD}]


def _operation(
    summary: str, parameters: list[Document], content: Document, *problems: int
) -> Document:
    answers: Document = {"200": {"description": summary, "content": content}}
    for status in (401, 403, 503, *problems):
        answers[str(status)] = {"$ref": "#/components/responses/Problem"}
    return {"summary": summary, "parameters": parameters, "responses": answers}


def _json(schema: Document, example: Document) -> Document:
    return {"application/json": {"schema": schema, "example": example}}


_BYTES: Final[Document] = {"application/octet-stream": {}}
_PAGE: Final = _object(
    {"events": _list(_like(_HEADER)), "next": {"type": ["integer", "null"]}}, "events", "next"
)
_EVENT: Final = _object(
    {"number": _NUMBER, "received_at": _TEXT, "verified_by": _TEXT, "size": _NUMBER,
     "headers": _list(_list(_TEXT)),
     "routes": _list(_object({"name": _TEXT, "topic": _TEXT, "passed": {"type": "boolean"}})),
     "publications": _list(_like(_PUBLISHED)), "event": {"type": "object"}},
    "number", "received_at", "verified_by", "size", "headers", "routes", "publications", "event",
)  # fmt: skip
_EVENT_EXAMPLE: Final[Document] = {
    "number": 7,
    "received_at": "2026-01-31T08:00:00.000000Z",
    "verified_by": "token,bucket",
    "size": 5100,
    "headers": [["Content-Type", "application/xml"]],
    "routes": [{"name": "ci.jobs", "topic": "ci.jobs", "passed": True}],
    "publications": [_PUBLISHED],
    "event": {"specversion": "1.0", "id": "4bbe9ac9c1ff96c6d125debad0fa9331"},
}
_HELD_PAGE: Final = _object(
    {"callbacks": _list(_like(_HELD)), "next": {"type": ["string", "null"]}}, "callbacks", "next"
)
_FILTERS: Final = (*MATCHED, "text")
_REPLAY_ON: Final = _object({"route": _WORD}) | {"additionalProperties": False}
_REWIND: Final = _object(
    {"to": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": HIGHEST}, {"const": "start"},
                      _TIME, {"type": "string", "pattern": "^[0-9]{1,18}$"}]}},
    "to",
) | {"additionalProperties": False}  # fmt: skip

DOCUMENT: Final[Document] = {
    "openapi": "3.1.0",
    "info": {"title": "Callback gateway, operators' API", "version": "1"},
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/openapi.json": {
            "get": _operation("This document.", [], _json({"type": "object"}, {}))
        },
        "/events": {
            "get": _operation(
                "Events, newest first; `next` is the `before` of the next page. A page may be "
                "short or empty before the end: one request looks through 20,000 events.",
                _query(*_FILTERS, "since", "until", "limit", "before"),
                _json(_PAGE, {"events": [_HEADER], "next": None}), 400,
            )
        },
        "/events/stream": {
            "get": _operation(
                "What is new, as server-sent events; the id is the event's number. It goes on "
                "behind `Last-Event-ID`, or at first behind `after`.",
                [*_query(*_FILTERS, "after"),
                 {"name": "Last-Event-ID", "in": "header", "schema": _TEXT}],
                {"text/event-stream": {"schema": _TEXT}}, 400,
            )
        },
        "/events/{id}": {
            "get": _operation(
                "One event; with `raw` the bytes of its callback.", [*_path("id"), *_query("raw")],
                {**_json(_EVENT, _EVENT_EXAMPLE), **_BYTES}, 404,
            )
        },
        "/events/{id}/replay": {
            "post": {
                **_operation("Publish it once more, on one route, or on all that have published "
                             "it.", _path("id"), _json(_like(_REPLAYED), _REPLAYED), 400, 404, 409),
                "requestBody": {"content": _json(_REPLAY_ON, {"route": "ci.jobs"})},
            }
        },
        "/history": {
            "get": _operation(
                "How many events each part of a time had, by outcome; a bar that is not exact "
                "has its shares from a sample.", _query("span", "source"),
                _json(_like(_HISTORY), _HISTORY), 400,
            )
        },
        "/quarantine": {
            "get": _operation(
                "Callbacks in quarantine, newest first; `next` is the `before` of the next page, "
                "10,000 callbacks back at the most.",
                [*_query("source", "reason", "limit"),
                 {"name": "before", "in": "query", "schema": _TEXT}],
                _json(_HELD_PAGE, {"callbacks": [_HELD], "next": None}), 400,
            )
        },
        "/quarantine/{id}": {
            "get": _operation(
                "One callback with its headers; with `raw` its bytes.",
                [*_path("id"), *_query("raw")],
                {**_json(_like(_HELD), _HELD), **_BYTES}, 404,
            )
        },
        "/quarantine/{id}/retry": {
            "post": _operation("Try it again by the configuration of now.", _path("id"),
                               _json(_object(_like(_RETRIED)["properties"], "id", "ending"),
                                     _RETRIED), 404)
        },
        "/quarantine/{id}/discard": {
            "post": _operation("Take it out of quarantine.", _path("id"),
                               _json(_object({"id": _TEXT}, "id"), {"id": _HELD["id"]}), 404)
        },
        "/routes": {
            "get": _operation("Where each route is.", [],
                              _json(_object({"routes": _list(_like(_ROUTE))}, "routes"),
                                    {"routes": [_ROUTE]}))
        },
        "/routes/{name}/rewind": {
            "post": {
                **_operation("Publish again from a number, a time or `start` on.", _path("name"),
                             _json(_like(_REWOUND), _REWOUND), 400, 404, 409),
                "requestBody": {"required": True, "content": _json(_REWIND, {"to": "start"})},
            }
        },
        "/replays/{id}/cancel": {
            "post": _operation("End a replay that is under way.", _path("id"),
                               _json(_object({"replay": _TEXT}, "replay"),
                                     {"replay": _REPLAY["id"]}), 404)
        },
        "/sources": {
            "get": _operation("What was heard of each source: callbacks since the gateway "
                              "started, and the events of the last hour.", [],
                              _json(_object({"sources": _list(_like(_SOURCE))}, "sources"),
                                    {"sources": [_SOURCE]}))
        },
    },
    "security": [{}, {"token": []}],
    "components": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "One of admin.token, where the configuration has it; a page's "
                "session will do as well. Without one, what changes something needs JSON or the "
                "header X-Requested-With.",
            }
        },
        "responses": {
            "Problem": {
                "description": "An RFC 9457 problem.",
                "content": {
                    "application/problem+json": {"schema": _like(_PROBLEM), "example": _PROBLEM}
                },
            }
        }
    },
}  # fmt: skip
