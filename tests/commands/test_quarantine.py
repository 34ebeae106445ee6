"""`gateway quarantine`: callbacks that could not become events, looked at and tried again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.core.model import Document
from gateway.journal import Reader
from gateway.manual.answers import REASONS
from tests.commands.conftest import Run, Served
from tests.commands.kept import RECEIVED, event, keep, unreadable
from tests.e2e.fixtures import NewGateway
from tests.e2e.gateway import TOKEN, Gateway, callback
from tests.sources import as_json, job

GOOD = callback("j1", 1)
BAD = as_json(job(JobId="", Input={"BucketId": "test-123456789"}))
LATER = "2026-02-01T00:00:00.000000Z"


@pytest.fixture
def stopped(new_gateway: NewGateway) -> Gateway:
    """A gateway that does not run: its sources check buckets."""
    checks = [{"token": {"secrets": ["env:CI_TOKEN"]}}, {"buckets": ["test-123456789"]}]
    sources = {"media": {"provider": "tencent-ci", "verify": checks}}
    gateway = new_gateway({"journal": {"path": "journal.db"}, "sources": sources})
    gateway.write()
    return gateway


def in_bucket(name: str) -> bytes:
    """A good callback of the bucket `name`."""
    return as_json(job(JobId=name, Tag="Transcode", Input={"BucketId": name, "Object": "a"}))


def objects(result: Result) -> list[Document]:
    """One on each line."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_tells_why_oldest_first(run: Run, served: Served) -> None:
    """While the gateway runs."""
    configuration = served.gateway.configuration
    result = run("quarantine", "list", "-c", configuration)
    assert (result.exit_code, result.stderr) == (0, "")
    (row,) = [line.split("  ") for line in result.stdout.splitlines()]
    assert row[2:6] == ["media", "1", "3", "malformed_xml"]

    (found,) = objects(run("quarantine", "list", "--json", "-c", configuration))
    assert found["id"] == row[0]
    assert (found["reason"], found["seen"], found["size"]) == ("malformed_xml", 1, 3)
    assert found["verified_by"] == "token"


def test_list_takes_what_is_asked_for(run: Run, stopped: Gateway) -> None:
    """By source, reason and time; --limit is the newest."""
    ids = keep(stopped, unreadable(b"<a/>"), unreadable(b"<b/>", at=LATER))

    def listed(*options: str) -> list[str]:
        words = ("quarantine", "list", "--json", "-c", stopped.configuration, *options)
        result = run(*words)
        assert result.exit_code == 0
        return [each["id"] for each in objects(result)]

    assert listed() == ids
    assert listed("--limit", "1") == ids[1:]
    assert listed("--since", "2026-01-31T08:00:00+08:00") == ids[1:]
    assert listed("--since", "1h") == []
    assert listed("--source", "media", "--reason", "schema") == ids
    assert listed("--source", "other") == []
    assert listed("--reason", "empty") == []


@pytest.mark.parametrize(
    "wrong",
    [("--reason", "nonsense"), ("--since", "yesterday"), ("--since", "2026-01-01"), ("--limit", 0)],
)
def test_list_refuses_what_means_nothing(run: Run, stopped: Gateway, wrong: tuple[str]) -> None:
    keep(stopped, unreadable(b"<a/>"))
    result = run("quarantine", "list", "-c", stopped.configuration, *wrong)
    assert (result.exit_code, result.stdout) == (2, "")


def test_show_has_the_headers_and_the_bytes(run: Run, stopped: Gateway) -> None:
    headers = b'[["Content-Type","text/xml"],["X-Request","1"]]'
    (identity,) = keep(stopped, unreadable(b"\xff<a\r\n", headers=headers))

    shown = run("quarantine", "show", identity, "-c", stopped.configuration)
    raw = run("quarantine", "show", identity, "--raw", "-c", stopped.configuration)
    unknown = run("quarantine", "show", "0" * 32, "-c", stopped.configuration)

    found = json.loads(shown.stdout)
    assert found["headers"] == json.loads(headers)
    assert (found["reason"], found["detail"]) == ("schema", "as of an older schema")
    assert raw.stdout_bytes == b"\xff<a\r\n"
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == f"gateway: no callback {'0' * 32} in quarantine\n"


def test_retry_makes_an_event_once(run: Run, stopped: Gateway) -> None:
    """Received when it came, verified as it was; the bytes are those received."""
    body = in_bucket("test-123456789")
    (identity,) = keep(stopped, unreadable(body))

    first = run("quarantine", "retry", identity, "-c", stopped.configuration)
    again = run("quarantine", "retry", identity, "-c", stopped.configuration)

    assert (first.exit_code, first.stderr) == (0, "")
    with Reader(stopped.journal) as journal:
        (record,) = journal.newest(10)
        assert journal.raw(record.seq).body == body
        assert journal.raw(record.seq).verified_by == "token,bucket"
        assert journal.quarantine(10) == []
    assert first.stdout == f"{identity}  accepted  {record.event.id}\n"
    assert record.received_at == RECEIVED
    made = json.loads(record.event.json)
    assert (made["receivedtime"], made["verifiedby"]) == (RECEIVED, "token,bucket")
    assert again.exit_code == 0
    assert again.stdout.startswith(f"{identity}  resolved before  retried  2")


def test_retry_tells_why_something_still_fails(run: Run, stopped: Gateway) -> None:
    """Exit code 1; it stays as it was, and the others succeed."""
    good, bad, foreign = keep(
        stopped,
        unreadable(in_bucket("test-123456789")),
        unreadable(BAD),
        unreadable(in_bucket("other-1")),
    )

    result = run("quarantine", "retry", "--all", "--json", "-c", stopped.configuration)

    assert result.exit_code == 1
    assert result.stderr == "gateway: 2 of 3 still in quarantine\n"
    told = {each["id"]: each for each in objects(result)}
    assert told[good]["ending"] == "accepted"
    assert (told[bad]["ending"], told[bad]["reason"]) == ("still fails", "schema")
    assert "required" in told[bad]["detail"]
    assert (told[foreign]["ending"], told[foreign]["reason"]) == ("still fails", "buckets")
    with Reader(stopped.journal) as journal:
        assert [each.id for each in journal.quarantine(10)] == [bad, foreign]
        assert journal.head() == 1


def test_retry_takes_those_of_a_reason_or_source(run: Run, stopped: Gateway) -> None:
    (identity,) = keep(stopped, unreadable(in_bucket("test-123456789")))
    words = ("quarantine", "retry", "-c", stopped.configuration)
    for nothing in (("--reason", "empty"), ("--source", "other")):
        assert run(*words, *nothing).stdout == ""
    assert identity in run(*words, "--reason", "schema", "--source", "media").stdout


def test_retry_wants_to_know_which(run: Run, stopped: Gateway) -> None:
    keep(stopped, unreadable(GOOD))
    for words in ((), ("--all", "0" * 32)):
        result = run("quarantine", "retry", "-c", stopped.configuration, *words)
        assert result.exit_code == 2
        assert "give either IDs, or --all, --reason or --source" in result.stderr
    unknown = run("quarantine", "retry", "0" * 32, "-c", stopped.configuration)
    assert unknown.exit_code == 1
    assert unknown.stdout == f"{'0' * 32}  not in quarantine\n"


def test_retry_of_an_event_that_came_since(run: Run, stopped: Gateway) -> None:
    """It is a duplicate, and leaves the quarantine."""
    known = event("j1", 1)
    stopped.settings["sources"] = {
        "media": {"provider": "tencent-ci", "verify": [{"token": {"secrets": ["env:CI_TOKEN"]}}]}
    }
    stopped.write()
    _, identity = keep(stopped, known, unreadable(GOOD))
    result = run("quarantine", "retry", identity, "-c", stopped.configuration)
    assert result.stdout == f"{identity}  duplicate  {known.events[0].id}\n"
    with Reader(stopped.journal) as journal:
        assert (journal.head(), journal.quarantine(10)) == (1, [])


def test_a_source_that_is_gone_keeps_its_callbacks(run: Run, stopped: Gateway) -> None:
    sources = stopped.settings["sources"]
    assert isinstance(sources, dict)
    stopped.settings["sources"] = {"other": sources["media"]}
    stopped.write()
    (identity,) = keep(stopped, unreadable(GOOD))
    result = run("quarantine", "retry", identity, "-c", stopped.configuration)
    assert result.exit_code == 1
    assert "unknown_source" in result.stdout


def test_a_secret_that_the_body_repeats_is_in_no_event(run: Run, stopped: Gateway) -> None:
    """As when it is received."""
    url = f"https://here/callbacks/media/{TOKEN}"
    detail = {"Tag": "Transcode", "CallBack": url}
    body = as_json(job(JobId="j", Input={"BucketId": "test-123456789", "Object": "a"}, **detail))
    (identity,) = keep(stopped, unreadable(body))
    assert run("quarantine", "retry", identity, "-c", stopped.configuration).exit_code == 0
    with Reader(stopped.journal) as journal:
        (record,) = journal.newest(1)
    assert TOKEN.encode() not in record.event.json
    assert b"[secret]" in record.event.json


def test_what_is_redacted_now_is_not_in_quarantine_any_more(run: Run, stopped: Gateway) -> None:
    sources = stopped.settings["sources"]
    assert isinstance(sources, dict)
    stopped.settings["sources"] = {"media": {**sources["media"], "redact": ["Object"]}}
    stopped.write()
    (identity,) = keep(stopped, unreadable(in_bucket("test-123456789")))
    assert run("quarantine", "retry", identity, "-c", stopped.configuration).exit_code == 0
    raw = run("quarantine", "show", identity, "--raw", "-c", stopped.configuration).stdout_bytes
    assert json.loads(raw)["JobsDetail"]["Input"]["Object"] is None


def test_retry_works_while_the_gateway_runs(run: Run, served: Served) -> None:
    gateway = served.gateway
    (identity,) = keep(gateway, unreadable(callback("retried", 9)))
    result = run("quarantine", "retry", identity, "-c", gateway.configuration)
    assert result.exit_code == 0
    event_id = result.stdout.split()[-1]
    served.ids.append(event_id)
    assert gateway.post(callback("retried", 9)).document == {
        "status": "duplicate",
        "events": [event_id],
    }


def test_a_retry_of_nothing_says_so(run: Run, stopped: Gateway) -> None:
    """A source may be gone from the configuration, so any name may be asked for."""
    keep(stopped, unreadable(b"<a/>"))
    result = run("quarantine", "retry", "--source", "medai", "-c", stopped.configuration)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "gateway: nothing of that is in quarantine\n"


def test_only_reasons_of_the_quarantine_are_asked_for(run: Run, stopped: Gateway) -> None:
    """Those that the reference says may be there."""
    keep(stopped, unreadable(b"<a/>"))
    words = ("quarantine", "list", "-c", stopped.configuration, "--reason")
    taken = {reason for reason in REASONS if run(*words, reason).exit_code == 0}
    assert taken == {reason for reason, (answer, _) in REASONS.items() if "quarantined" in answer}


def test_discard_takes_it_out_for_good(run: Run, stopped: Gateway) -> None:
    """Whoever has no terminal to be asked on has meant it."""
    first, second = keep(stopped, unreadable(b"<a/>"), unreadable(b"<b/>"))
    words = ("quarantine", "discard", "-c", stopped.configuration, first)

    assert run(*words).exit_code == 0
    again = run(*words, "--yes")
    assert (again.exit_code, again.stderr) == (1, f"gateway: not in quarantine: {first}\n")

    listed = run("quarantine", "list", "--json", "-c", stopped.configuration)
    assert [each["id"] for each in objects(listed)] == [second]
    everything = run("quarantine", "list", "--json", "--resolved", "-c", stopped.configuration)
    assert [each.get("resolution") for each in objects(everything)] == ["discarded", None]
    retried = run("quarantine", "retry", first, "-c", stopped.configuration)
    assert "resolved before  discarded" in retried.stdout


def test_looking_needs_no_secret_and_makes_no_journal(stopped: Gateway, tmp_path: Path) -> None:
    """Whoever looks after the journal need not know them."""
    commands = (
        ("quarantine", "list"),
        ("quarantine", "show", "0" * 32),
        ("quarantine", "discard", "0" * 32, "--yes"),
        ("events", "list"),
        ("events", "show", "0" * 32),
        ("events", "tail"),
        ("events", "replay", "--since", "1h"),
        ("routes", "list"),
        ("journal", "verify"),
        ("journal", "backup", str(tmp_path / "copy")),
        ("journal", "compact"),
    )
    for words in commands:
        result = CliRunner().invoke(
            main, [*words, "-c", str(stopped.configuration)], env={"CI_TOKEN": None}
        )
        assert result.exit_code == 1, words
        assert result.stderr.startswith(f"gateway: journal {stopped.journal}: "), words
        assert "there is none yet" in result.stderr
    assert not list(stopped.folder.glob("journal*"))
