"""`gateway doctor`: what is wrong and what to do, without ever saying a secret."""

import json
import signal
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from gateway.doctor.cluster import Topic, judged, sized
from gateway.doctor.disk import file_system
from gateway.doctor.finding import Finding, State
from gateway.doctor.journal import journal
from gateway.doctor.machine import clock, files
from gateway.doctor.proxy import proxy
from gateway.settings import Journal, Secret, Settings
from tests.broker.kafka import Broker, free_port
from tests.broker.waiting import until
from tests.commands.conftest import Run, Served
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import TOKEN, callback
from tests.small_disk import make_read_only, small_disk
from tests.sources import NAME, PROVIDER, as_json, job

Line = dict[str, str]


def lines(output: str) -> list[Line]:
    """What `--json` printed; never with the secret."""
    assert TOKEN not in output
    return [json.loads(line) for line in output.splitlines()]


def states(found: Iterable[Line]) -> dict[str, str]:
    """Of each thing that was looked at."""
    return {line["what"]: line["state"] for line in found}


def test_all_is_well_with_a_running_gateway(run: Run, served: Served) -> None:
    """Its ports are in use, by itself."""
    result = run("doctor", "-c", served.gateway.configuration, "--json")
    found = lines(result.stdout)
    assert result.exit_code == 0
    assert states(found) == {
        "configuration": "ok",
        f"sources.{NAME}.verify[0].token.secrets[0]": "ok",
        "journal": "ok",
        "journal.path": states(found)["journal.path"],
        "journal.max_size": "ok",
        "clock": "ok",
        "open files": states(found)["open files"],
        "admin.listen": "ok",
        "server.listen": "ok",
        "server.trusted_proxies": "ok",
        "kafka": "ok",
    }
    assert f"env:CI_TOKEN: {len(TOKEN)} bytes" in [line["found"] for line in found]


def test_whether_the_running_gateway_accepts_callbacks_is_told(
    run: Run, new_gateway: NewGateway
) -> None:
    """Not only that its ports are its own."""
    gateway = new_gateway({"server": {"drain_delay": "30s"}})
    gateway.start()
    gateway.write()  # with its ports
    words = ("doctor", "-c", gateway.configuration, "--json")
    assert states(lines(run(*words).stdout))["gateway"] == "ok"
    gateway.signal(signal.SIGTERM)
    until(lambda: gateway.ask("/readyz").status == 503)
    result = run(*words)
    assert result.exit_code == 1
    (told,) = (line["found"] for line in lines(result.stdout) if line["what"] == "gateway")
    assert told == "runs, and accepts no callbacks: draining"


def test_it_changes_nothing(run: Run, new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    gateway.write()
    assert run("doctor", "-c", gateway.configuration).exit_code == 0
    assert [path.name for path in gateway.folder.iterdir()] == ["gateway.yaml"]


def test_a_configuration_with_mistakes_ends_with_2_and_each_of_them(
    run: Run, new_gateway: NewGateway
) -> None:
    gateway = new_gateway({"sources": {}, "journal": {"max_size": "huge"}})
    gateway.write()
    result = run("doctor", "-c", gateway.configuration, "--json")
    assert result.exit_code == 2
    assert [line["state"] for line in lines(result.stdout)] == ["fail", "fail"]


def test_a_port_that_somebody_else_has_fails(
    run: Run, served: Served, new_gateway: NewGateway
) -> None:
    gateway = new_gateway()
    gateway.port, gateway.admin_port = served.gateway.port, free_port()
    gateway.write()
    result = run("doctor", "-c", gateway.configuration, "--json")
    found = states(lines(result.stdout))
    assert (result.exit_code, found["server.listen"], found["admin.listen"]) == (1, "fail", "ok")


def of(findings: Iterable[Finding]) -> list[tuple[str, State]]:
    """What was looked at, and how it is."""
    return [(finding.what, finding.state) for finding in findings]


def test_a_journal_that_is_damaged_fails(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"something else " * 1000)
    assert ("journal", State.FAIL) in of(journal(Journal(path=path)))


def test_a_journal_that_cannot_be_written_is_told_with_the_cause(
    run: Run, new_gateway: NewGateway, tmp_path: Path
) -> None:
    """By commands that read it, too: SQLite says only that it cannot open it."""
    with small_disk(tmp_path / "disk", mib=6) as disk:
        gateway = new_gateway({"journal": {"path": str(disk / "journal.db")}})
        gateway.start()
        assert gateway.stop() == 0
        gateway.write()
        make_read_only(disk)
        found = lines(run("doctor", "-c", gateway.configuration, "--json").stdout)
        (told,) = (line for line in found if line["what"] == "journal")
        assert told["state"] == "fail"
        assert told["found"] == f"{disk / 'journal.db'}: its file system is read-only"
        assert "write" in told["advice"]
        listed = run("events", "list", "-c", gateway.configuration)
        assert listed.exit_code == 1
        assert listed.stderr.endswith("journal.db: its file system is read-only\n")


def test_a_large_journal_is_not_checked_for_ever(tmp_path: Path) -> None:
    """It says what checks it."""
    path = tmp_path / "journal.db"
    from_the_start = iter((0.0, *(1e6 for _ in range(10_000))))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA user_version = 1000; CREATE TABLE a (b UNIQUE);")
        db.executemany("INSERT INTO a VALUES (?)", [(str(n),) for n in range(20_000)])
        db.commit()
    found = list(journal(Journal(path=path), lambda: next(from_the_start)))
    assert found[0].state is State.WARN
    assert "verify" in found[0].advice


def test_a_journal_that_the_disk_cannot_hold_is_warned_of(tmp_path: Path) -> None:
    section = Journal(path=tmp_path / "new" / "journal.db", max_size=900 << 40)
    found = dict(of(journal(section)))
    assert (found["journal"], found["journal.max_size"]) == (State.OK, State.WARN)


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /srv rw - tmpfs tmpfs rw
31 22 0:26 / /srv/far\\040away rw - nfs4 host:/export rw
32 22 8:2 / /srv rw shared:2 - xfs /dev/sdb1 rw
33 22 0:27 / /box rw - overlay overlay rw
"""


@pytest.mark.parametrize(
    ("path", "found", "state"),
    [
        ("/var/journal.db", "ext4 at /", State.OK),
        ("/srv/journal.db", "xfs at /srv", State.OK),
        ("/srv/far away/journal.db", "nfs4 at /srv/far away", State.FAIL),
        ("/box/journal.db", "overlay at /box", State.WARN),
    ],
)
def test_a_file_system_that_does_not_keep_the_journal(path: str, found: str, state: State) -> None:
    """Of two mounts at one place the later one counts."""
    finding = file_system(Path(path), MOUNTS)
    assert finding.state is state
    assert finding.found.startswith(found)
    assert bool(finding.advice) is (state is not State.OK)


def test_this_machine_has_mounts(tmp_path: Path) -> None:
    assert not file_system(tmp_path).found.startswith("unknown")


def of_ports(listen: str, *proxies: str, admin: str = "127.0.0.1:9090") -> dict[str, State]:
    """What is said of what stands before them."""
    open_ = {"token": {"secrets": (Secret("env:A", b"0" * 16),)}}
    settings = Settings.model_validate(
        {
            "server": {"listen": listen, "trusted_proxies": proxies},
            "admin": {"listen": admin},
            "sources": {NAME: {"provider": PROVIDER, "verify": (open_,)}},
        }
    )
    return dict(of(proxy(settings)))


def test_a_port_that_the_world_reaches_without_tls() -> None:
    """Unless a proxy is named, and not the whole world as one."""
    what = "server.trusted_proxies"
    assert of_ports("0.0.0.0:8080") == {what: State.WARN}
    assert of_ports("[::1]:8080") == {what: State.OK}
    assert of_ports("0.0.0.0:8080", "10.0.0.0/8") == {what: State.OK}
    assert of_ports("0.0.0.0:8080", "10.0.0.0/8", "::/0") == {what: State.WARN}
    public = of_ports("localhost:8080", admin="gateway:9090")
    assert public == {what: State.OK, "admin port": State.WARN}


def test_a_clock_that_nobody_has_set(tmp_path: Path) -> None:
    assert clock(0.0, ()).state is State.FAIL
    written = tmp_path / "file"
    written.touch()
    now = written.stat().st_mtime
    assert clock(now, (written, tmp_path / "absent")).state is State.OK
    assert clock(now - 3600, (written,)).state is State.WARN


@pytest.mark.parametrize(
    ("soft", "state"), [(100, "fail"), (1024, "warn"), (4096, "ok"), (-1, "ok")]
)
def test_files_that_may_be_open(soft: int, state: str) -> None:
    assert files(soft, "of this shell").state == state


def test_the_limit_of_files_is_that_of_the_gateway(run: Run, new_gateway: NewGateway) -> None:
    """A unit or a container has another than the shell; where no gateway runs, that is told."""
    gateway = new_gateway()

    def told() -> str:
        gateway.write()  # with its ports
        found = lines(run("doctor", "-c", gateway.configuration, "--json").stdout)
        return next(line["found"] for line in found if line["what"] == "open files")

    assert told().endswith(", of this shell")
    gateway.launch(below=("sh", "-c", 'ulimit -S -n 333; exec "$@"', "sh"))
    gateway.until_ready()
    gateway.find_admin_port()
    assert told() == "at most 333, of the gateway"
    assert gateway.stop() == 0
    assert told().endswith(", of this shell")


@pytest.mark.parametrize(
    ("topic", "state", "words"),
    [
        (None, State.FAIL, "--create --topic jobs"),
        (Topic(3, 3, 2, has_leaders=True), State.OK, ""),
        (Topic(3, 3, 2, has_leaders=False), State.FAIL, "leader"),
        (Topic(3, 1, 2, has_leaders=True), State.FAIL, "few in sync"),
        (Topic(1, 1, 1, has_leaders=True), State.WARN, "three replicas"),
        (Topic(3, 3, 1, has_leaders=True), State.WARN, "min.insync.replicas=2"),
        (Topic(2, 2, 2, has_leaders=True), State.WARN, "no broker may stop"),
        (Topic(3, 3, None, has_leaders=True), State.WARN, "describe"),
    ],
)
def test_a_topic_that_does_not_keep_what_it_takes(
    topic: Topic | None, state: State, words: str
) -> None:
    finding = judged("jobs", topic, "localhost:9092")
    assert (finding.what, finding.state) == ("topic jobs", state)
    assert words in f"{finding.found} {finding.advice}"


def test_a_topic_that_takes_less_than_is_sent() -> None:
    """Kafka's own default takes what is the gateway's."""
    assert sized("jobs", 1_048_588, 1_048_576).state is State.OK
    finding = sized("jobs", 2_000, 1_048_576)
    assert (finding.what, finding.state) == ("topic jobs: max.message.bytes", State.WARN)
    assert "dead letters" in finding.advice


@pytest.mark.kafka
def test_topics_are_asked_for_and_never_made(
    run: Run, new_gateway: NewGateway, kafka: Broker, new_topic: Callable[..., str]
) -> None:
    topic = new_topic()
    gateway = new_gateway(publishing(kafka.bootstrap, topic, f"{topic}-absent"))
    gateway.write()
    for _ in range(2):
        result = run("doctor", "-c", gateway.configuration, "--json")
        found = lines(result.stdout)
        assert result.exit_code == 1
        assert states(found)["kafka"] == "ok"
        assert states(found)[f"topic {topic}"] == "warn"
        assert states(found)[f"topic {topic}-absent"] == "fail"
        assert "1 replica(s), 1 in sync, min.insync.replicas 1" in str(found)


def test_kafka_that_is_not_there_fails(run: Run, new_gateway: NewGateway) -> None:
    gateway = new_gateway(publishing(f"127.0.0.1:{free_port()}", "jobs"))
    gateway.write()
    result = run("doctor", "-c", gateway.configuration, "--json")
    assert (result.exit_code, states(lines(result.stdout))["kafka"]) == (1, "fail")


GROUP = [{"bearer": {"secrets": ["env:CI_TOKEN"]}}, {"addresses": ["192.0.2.0/24"]}]
VERIFY = [{"token": {"secrets": ["env:CI_TOKEN"]}}, {"any": GROUP}, {"buckets": ["b-1"]}]


@pytest.mark.parametrize(
    ("peer", "told", "state"),
    [
        ("127.0.0.5", "192.0.2.9", "ok"),
        ("127.0.0.5", "198.51.100.1", "fail"),
        ("192.0.2.9", "198.51.100.1", "ok"),
        ("198.51.100.1", "192.0.2.9", "fail"),
        ("", "192.0.2.9", "ok"),
        ("", "198.51.100.1", "fail"),
        ("", "nobody", "fail"),
    ],
)
def test_the_client_of_a_request_is_told_by_a_trusted_proxy_alone(
    run: Run, new_gateway: NewGateway, peer: str, told: str, state: str
) -> None:
    """As by the running gateway."""
    verify = [{"addresses": ["192.0.2.0/24"]}]
    gateway = new_gateway(
        {
            "server": {"listen": "127.0.0.1:0", "trusted_proxies": ["127.0.0.0/8"]},
            "sources": {NAME: {"provider": PROVIDER, "verify": verify}},
        }
    )
    gateway.write()
    file = gateway.folder / "callback.http"
    head = f"POST /callbacks/{NAME} HTTP/1.1\r\nX-Forwarded-For: {told}\r\n\r\n"
    file.write_bytes(head.encode() + callback("j1"))
    words = ["doctor", "-c", gateway.configuration, "--request", file, "--source", NAME, "--json"]
    found = run(*words, "--peer", peer)
    assert states(lines(found.stdout))["verify[0].addresses"] == state
    assert run(*words, "--peer", "nonsense").exit_code == 2


def test_a_request_with_too_many_hops_is_refused_before_any_check(
    run: Run, new_gateway: NewGateway
) -> None:
    """As by the running gateway; the checks are explained all the same."""
    server = {"listen": "127.0.0.1:0", "trusted_proxies": ["127.0.0.0/8"]}
    gateway = new_gateway({"server": server})
    gateway.write()
    file = gateway.folder / "callback.http"
    told = ", ".join(["192.0.2.1"] * 21)
    head = f"POST /callbacks/{NAME} HTTP/1.1\r\nX-Forwarded-For: {told}\r\n\r\n"
    file.write_bytes(head.encode() + callback("j1"))
    words = ["doctor", "-c", gateway.configuration, "--request", file, "--source", NAME, "--json"]
    found = run(*words, "--peer", "127.0.0.1")
    first, *others = lines(found.stdout)
    assert (first["what"], first["state"]) == ("server.trusted_proxies", "fail")
    assert first["found"] == "refused: a proxy tells of more than 20 hops"
    assert (bool(others), found.exit_code) == (True, 1)


def explained(
    run: Run, new_gateway: NewGateway, request: bytes, *words: str
) -> tuple[int, list[Line]]:
    """The exit code and what it says of `request`."""
    gateway = new_gateway({"sources": {NAME: {"provider": PROVIDER, "verify": VERIFY}}})
    gateway.write()
    file = gateway.folder / "callback.http"
    file.write_bytes(request)
    result = run(
        *("doctor", "-c", gateway.configuration, "--request", file, "--source", NAME, "--json"),
        *words,
    )
    return result.exit_code, lines(result.stdout)


def asked(token: str, body: bytes) -> bytes:
    """A saved request."""
    return f"POST /callbacks/{NAME}?token={token} HTTP/1.1\r\nHost: g\r\n\r\n".encode() + body


def test_a_request_is_explained_check_by_check(run: Run, new_gateway: NewGateway) -> None:
    """Of a group every check is asked; that another one refuses does no harm."""
    body = as_json(job(Tag="Transcode", Input={"BucketId": "b-1"}))
    code, found = explained(run, new_gateway, asked(TOKEN, body), "--peer", "192.0.2.7")
    assert (code, states(found)) == (
        0,
        {
            "verify[0].token": "ok",
            "verify[1].any.bearer": "ok",
            "verify[1].any.addresses": "ok",
            "verify[2].buckets": "ok",
            "content": "ok",
        },
    )


def test_every_check_that_refuses_says_why(run: Run, new_gateway: NewGateway) -> None:
    code, found = explained(run, new_gateway, asked("nonsense", callback("j1")))
    assert code == 1
    assert [(line["what"], line["state"]) for line in found[:4]] == [
        ("verify[0].token", "fail"),
        ("verify[1].any.bearer", "fail"),
        ("verify[1].any.addresses", "fail"),
        ("verify[2].buckets", "fail"),
    ]
    assert found[0]["found"] == "refused: the token is none of the live secrets"


def test_a_request_that_would_be_quarantined_is_warned_of(
    run: Run, new_gateway: NewGateway
) -> None:
    """Its checks on the content have nothing to look at."""
    _, found = explained(run, new_gateway, asked(TOKEN, b"<a>"), "--peer", "192.0.2.7")
    assert states(found)["content"] == "warn"
    assert "malformed_xml" in found[-1]["found"]


def test_a_signature_is_judged_at_the_time_that_is_told(
    run: Run, new_gateway: NewGateway, tmp_path: Path
) -> None:
    """As of the sender's own example."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    gateway = new_gateway(
        {
            "sources": {
                NAME: {
                    "provider": "standard-webhooks",
                    "verify": [{"standard_webhooks": {"secrets": ["file:signing"]}}],
                }
            }
        }
    )
    gateway.write()
    (gateway.folder / "signing").write_text(secret)
    file = tmp_path / "webhook.http"
    file.write_bytes(
        f"POST /callbacks/{NAME} HTTP/1.1\n"
        "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\n"
        "webhook-timestamp: 1614265330\n"
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n\n"
        '{"test": 2432232314}'.encode()
    )
    command = ("doctor", "-c", gateway.configuration, "--request", file, "--source", NAME, "--json")
    late = run(*command)
    in_time = run(*command, "--at", "2021-02-25T15:02:10Z")
    assert states(lines(late.stdout))["verify[0].standard_webhooks"] == "fail"
    assert states(lines(in_time.stdout))["verify[0].standard_webhooks"] == "ok"
    assert secret not in late.stdout + in_time.stdout


def test_what_is_no_request_or_no_source_is_a_mistake_of_use(
    run: Run, new_gateway: NewGateway
) -> None:
    assert explained(run, new_gateway, b"<a/>")[0] == 2
    gateway = new_gateway()
    gateway.write()
    file = gateway.configuration
    assert run("doctor", "-c", file, "--request", file).exit_code == 2
    assert run("doctor", "-c", file, "--request", file, "--source", "absent").exit_code == 2
