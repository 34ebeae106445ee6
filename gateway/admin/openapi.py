"""The OpenAPI 3.1 document of the API, as data."""

from typing import Final

from gateway.core.model import Document

_TEXT: Final[Document] = {"type": "string"}
_NUMBER: Final[Document] = {"type": "integer"}
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
_ROUTE: Final[Document] = {
    "name": "ci.jobs",
    "topic": "ci.jobs",
    "position": 7,
    "lag": 0,
    "oldest": "",
}
_SOURCE: Final[Document] = {"name": "media", "callbacks": {"accepted": 3}, "silent": False}
_REWOUND: Final[Document] = {"route": "ci.jobs", "replay": "20260131T080000Z-1f0c", "first": 1}
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
    kinds: dict[type, Document] = {
        str: _TEXT, int: _NUMBER, bool: {"type": "boolean"}, dict: {"type": "object"},
        list: _list(_TEXT),
    }  # fmt: skip
    return _object({name: kinds[type(value)] for name, value in example.items()}, *example)


def _query(*names: str) -> list[Document]:
    return [{"name": name, "in": "query", "schema": _TEXT} for name in names]


def _path(name: str) -> list[Document]:
    return [{"name": name, "in": "path", "required": True, "schema": _TEXT}]


def _operation(
    summary: str, parameters: list[Document], content: Document, *problems: int
) -> Document:
    answers: Document = {"200": {"description": summary, "content": content}}
    for status in (403, 503, *problems):
        answers[str(status)] = {"$ref": "#/components/responses/Problem"}
    return {"summary": summary, "parameters": parameters, "responses": answers}


def _json(schema: Document, example: Document) -> Document:
    return {"application/json": {"schema": schema, "example": example}}


_BYTES: Final[Document] = {"application/octet-stream": {}}
_PAGE: Final = _object(
    {"events": _list(_like(_HEADER)), "next": {"type": ["integer", "null"]}}, "events", "next"
)
_EVENT: Final = _object(
    {"number": _NUMBER, "received_at": _TEXT, "verified_by": _TEXT,
     "routes": _list(_object({"name": _TEXT, "topic": _TEXT, "passed": {"type": "boolean"}})),
     "event": {"type": "object"}},
    "number", "received_at", "verified_by", "routes", "event",
)  # fmt: skip
_EVENT_EXAMPLE: Final[Document] = {
    "number": 7,
    "received_at": "2026-01-31T08:00:00.000000Z",
    "verified_by": "token,bucket",
    "routes": [{"name": "ci.jobs", "topic": "ci.jobs", "passed": True}],
    "event": {"specversion": "1.0", "id": "4bbe9ac9c1ff96c6d125debad0fa9331"},
}
_REWIND: Final = _object({"to": {"type": ["integer", "string"]}}, "to")

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
                _query("source", "type", "tag", "outcome", "subject", "since", "until", "text",
                       "limit", "before"),
                _json(_PAGE, {"events": [_HEADER], "next": None}), 400,
            )
        },
        "/events/stream": {
            "get": _operation(
                "What is new, as server-sent events; the id is the event's number.",
                [{"name": "Last-Event-ID", "in": "header", "schema": _TEXT}],
                {"text/event-stream": {"schema": _TEXT}},
            )
        },
        "/events/{id}": {
            "get": _operation(
                "One event; with `raw` the bytes of its callback.", [*_path("id"), *_query("raw")],
                {**_json(_EVENT, _EVENT_EXAMPLE), **_BYTES}, 404,
            )
        },
        "/quarantine": {
            "get": _operation(
                "Callbacks in quarantine, newest first.", _query("source", "reason", "limit"),
                _json(_object({"callbacks": _list(_like(_HELD))}, "callbacks"),
                      {"callbacks": [_HELD]}), 400,
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
                             _json(_like(_REWOUND), _REWOUND), 400, 404),
                "requestBody": {"required": True, "content": _json(_REWIND, {"to": "start"})},
            }
        },
        "/sources": {
            "get": _operation("What was heard of each source since the gateway started.", [],
                              _json(_object({"sources": _list(_like(_SOURCE))}, "sources"),
                                    {"sources": [_SOURCE]}))
        },
    },
    "components": {
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
