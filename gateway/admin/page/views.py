"""The pages that are read: a request's parameters → HTML. Each blocks, and runs in a thread."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from jinja2 import Environment
from multidict import MultiDict, MultiMapping

from gateway.admin.page.chart import HEIGHT, WIDTH, chart
from gateway.admin.page.rendering import LONGEST, as_text
from gateway.admin.ports import Desk
from gateway.admin.queries import MATCHED, SPANS, held_query, query, span, zoned
from gateway.admin.sessions import Session
from gateway.core.errors import QUARANTINING
from gateway.core.model import Document, Outcome, Value

RESULTS: Final = ("accepted", "duplicate", "quarantined", "ignored", "refused", "busy")
TOLD: Final[Mapping[str, str]] = {
    "accepted": "Retried: the callback has become an event, which is published like any other.",
    "duplicate": "Retried: its events were there before. It has left the quarantine.",
    "ignored": "Retried: it is a probe, and nothing to keep. It has left the quarantine.",
    "resolved-before": "It had left the quarantine before.",
    "still-fails": "Retried: it still cannot be understood, for the reason below.",
    "discarded": "Discarded. Its bytes are kept until the retention ends.",
    "rewound": "The route goes on from there within a second.",
    "replaying": "It is published once more, marked with the attribute replay.",
    "canceled": "The replay has ended.",
}
"""What a page says after something was done, by the word in its address."""
_FIELDS: Final = ("span", *MATCHED, "since", "until", "text")


class Health(Protocol):
    """What is known of the gateway's processes."""

    def unready(self) -> list[str]:
        """Why no callback can be accepted now; empty when ready."""
        ...

    def notices(self) -> list[str]:
        """What an operator should know though callbacks are accepted."""
        ...


class Visit(NamedTuple):
    """Who looks at which page, and when."""

    path: str
    given: MultiMapping[str]
    session: Session
    now: datetime


class Views:
    """Over one desk. Every method may raise GatewayError."""

    def __init__(self, desk: Desk, health: Health, templates: Environment) -> None:
        self._desk = desk
        self._health = health
        self._templates = templates

    def events(self, visit: Visit, _: str) -> str:
        """The list with its filters, and the chart above it."""
        given = _in_utc(visit.given)
        page = self._desk.events(query(given))
        fields = {name: visit.given.get(name, "") for name in _FIELDS}
        return self._page(
            "events.html",
            visit,
            fields=fields,
            page=page,
            chart=chart(self._desk.history(span(given, visit.now))),
            drawing=(WIDTH, HEIGHT),
            spans=list(SPANS),
            sources=self._desk.source_names(),
            outcomes=[each.value for each in Outcome],
            is_newest="before" not in given and not fields["until"],
            newest=page["events"][0]["number"] if page["events"] else 0,
        )

    def event(self, visit: Visit, event_id: str) -> str:
        """One event: as it is published, as the vendor means it, as it came."""
        told = self._desk.event(event_id)
        data = told["event"].get("data", {})
        parts = data if isinstance(data, dict) else {"detail": data}
        vendor = {name: parts[name] for name in ("detail", "extra") if name in parts}
        own = {name: value for name, value in parts.items() if name not in vendor}
        raw = self._desk.event_raw(event_id)
        return self._page(
            "event.html",
            visit,
            told=told,
            event=told["event"],
            outcome=parts.get("outcome", ""),
            own={**told["event"], "data": own},
            vendor=vendor,
            raw=as_text(raw),
            longest=LONGEST,
            routes=_routes(told),
        )

    def quarantine(self, visit: Visit, _: str) -> str:
        """The list."""
        return self._page(
            "quarantine.html",
            visit,
            page=self._desk.quarantine(held_query(visit.given)),
            fields={name: visit.given.get(name, "") for name in ("source", "reason")},
            sources=self._desk.source_names(),
            reasons=[each.value for each in QUARANTINING],
            is_newest="before" not in visit.given,
        )

    def quarantined(self, visit: Visit, quarantine_id: str) -> str:
        """One callback."""
        told = self._desk.quarantined(quarantine_id)
        raw = as_text(self._desk.quarantined_raw(quarantine_id))
        return self._page("quarantined.html", visit, told=told, raw=raw, longest=LONGEST)

    def routes(self, visit: Visit, _: str) -> str:
        """Where each is, and what can be done about it."""
        return self._page("routes.html", visit, routes=self._desk.routes()["routes"])

    def sources(self, visit: Visit, _: str) -> str:
        """What was heard of each."""
        sources = self._desk.sources()["sources"]
        return self._page("sources.html", visit, sources=sources, results=RESULTS)

    def login(self, following: str, trouble: str = "") -> str:
        """The form that begins a session; nothing else of the gateway is on it."""
        template = self._templates.get_template("login.html")
        return template.render(trouble=trouble, next=following)

    def problem(self, title: str, detail: str) -> str:
        """What cannot be done, and nothing else."""
        return self._templates.get_template("problem.html").render(title=title, detail=detail)

    def _page(self, name: str, visit: Visit, **values: Value) -> str:
        return self._templates.get_template(name).render(
            path=visit.path,
            now=visit.now,
            told_before=TOLD.get(visit.given.get("told", ""), ""),
            form_token=visit.session.form_token,
            is_session=bool(visit.session.secret),
            unready=self._health.unready(),
            notices=self._health.notices(),
            **values,
        )


def visit(path: str, given: MultiMapping[str], session: Session) -> Visit:
    """Now."""
    return Visit(path, given, session, datetime.now(UTC))


def _in_utc(given: MultiMapping[str]) -> MultiDict[str]:
    """What a form has filled in; a time without a zone is UTC."""
    made = MultiDict((name, value) for name, value in given.items() if value)
    for name in ("since", "until"):
        if name in made:
            made[name] = zoned(made[name])
    return made


def _routes(told: Document) -> list[Document]:
    """Each that matches, and each that has published it, with its place."""
    places = {each["route"]: each for each in told["publications"]}
    matching = [{**each, "place": places.pop(each["name"], None)} for each in told["routes"]]
    others = [
        {"name": name, "topic": place["topic"], "passed": True, "place": place}
        for name, place in places.items()
    ]
    return matching + others
