"""The file as a whole: what it becomes, and how its mistakes are told."""

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.settings import (
    Address,
    Buckets,
    Kafka,
    Mistake,
    Secret,
    Settings,
    SettingsError,
    Surroundings,
    Token,
    load,
    parse,
    render,
)

ENVIRON = {"CI_TOKEN": "0123456789abcdef", "SHORT": "short", "BINARY": "\udcff"}
WORLD = Surroundings(ENVIRON, Path("/etc/gateway"), {"tencent-ci"})

CONTRACT = """\
server:   {listen: "0.0.0.0:8080", workers: 1, max_body: 1MiB, trusted_proxies: []}
admin:    {listen: "127.0.0.1:9090"}
journal:  {path: var/journal.db, max_size: 8GiB, retention: 7d}
sources:
  media:
    provider: tencent-ci
    verify:
      - token: {secrets: ["env:CI_TOKEN"]}
      - buckets: ["test-1250000000"]
    expect_every: 10m
kafka:    {bootstrap_servers: ["localhost:9092"], mode: structured}
routes:
  - {topic: ci.jobs,     match: {type: "com.tencentcloud.ci.job.*"}}
  - {topic: ci.failures, match: {outcome: [failure, canceled]}, key: bucket}
  - {topic: ci.queues,   match: {data.job.queue_id: p*}, key: data.job.queue_id}
dead_letter: {topic: gateway.dead-letter}
"""

SMALLEST = """\
sources:
  media: {provider: tencent-ci, verify: [{token: {secrets: ["env:CI_TOKEN"]}}]}
"""

KAFKA = """\
kafka:
  bootstrap_servers: ["localhost:9092"]
"""

SASL = """\
  security_protocol: SASL_SSL
  sasl_mechanism: PLAIN
  sasl_plain_username: gateway
"""

TLS = """\
  security_protocol: SSL
"""


def mistakes(text: str) -> list[str]:
    """What is said about `text`, one line each."""
    with pytest.raises(SettingsError) as refusal:
        parse(text, "gateway.yaml", WORLD)
    return str(refusal.value).splitlines()


def test_the_documented_file_becomes_settings() -> None:
    settings = parse(CONTRACT, "gateway.yaml", WORLD)
    media = settings.sources["media"]
    first, second, third = settings.routes
    assert settings.server.listen == Address("0.0.0.0", 8080)
    assert settings.server.max_body == 1 << 20
    assert settings.journal.retention == 7 * 86400
    assert [entry.name for entry in media.verify] == ["token", "buckets"]
    (token,), (buckets,) = (entry.members for entry in media.verify)
    assert token == Token(secrets=(Secret("env:CI_TOKEN", b"0123456789abcdef"),))
    assert buckets == Buckets(("test-1250000000",))
    assert media.expect_every == 600
    assert (first.name, first.key) == ("ci.jobs", "subject")
    assert first.match == {"type": ("com.tencentcloud.ci.job.*",)}
    assert (second.match, second.key) == ({"outcome": ("failure", "canceled")}, "bucket")
    assert (third.match, third.key) == ({"data.job.queue_id": ("p*",)}, "data.job.queue_id")
    assert settings.warnings == ()


def test_a_source_is_all_that_a_file_needs() -> None:
    settings = parse(SMALLEST, "gateway.yaml", WORLD)
    assert settings.server.listen == Address("0.0.0.0", 8080)
    assert settings.admin.listen == Address("127.0.0.1", 9090)
    assert (settings.server.workers, settings.server.trusted_proxies) == (1, ())
    assert (settings.server.drain_delay, settings.server.body_timeout) == (1, 10)
    assert settings.journal.max_size == 8 << 30
    assert (settings.kafka, settings.routes, settings.dead_letter) == (None, (), None)


def test_the_journal_lies_beside_the_file_and_not_where_the_command_was_given(
    tmp_path: Path,
) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(SMALLEST)
    settings = load(file, ENVIRON, providers={"tencent-ci"})
    assert settings.journal.path == tmp_path / "var/journal.db"


def test_settings_reach_a_child_process_whole() -> None:
    settings = parse(CONTRACT, "gateway.yaml", WORLD)
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_a_journal_too_small_to_be_of_use_is_a_mistake() -> None:
    least = parse(f"journal: {{max_size: 128KiB}}\n{SMALLEST}", "gateway.yaml", WORLD)
    assert least.journal.max_size == 128 << 10
    with pytest.raises(SettingsError) as refusal:
        parse(f"journal: {{max_size: 131071}}\n{SMALLEST}", "gateway.yaml", WORLD)
    assert refusal.value.mistakes == (
        Mistake(
            "gateway.yaml:1:21",
            "journal.max_size",
            "must be 128KiB or more: a smaller journal is full at once",
        ),
    )


def test_a_mistake_has_its_place_its_path_and_what_would_be_right() -> None:
    with pytest.raises(SettingsError) as refusal:
        parse("sources:\n  media:\n    verify: yes\n", "gateway.yaml", WORLD)
    assert refusal.value.mistakes == (
        Mistake("gateway.yaml:2:3", "sources.media.provider", "is required"),
        Mistake("gateway.yaml:3:13", "sources.media.verify", "must be a list"),
    )


def test_an_error_survives_its_way_between_processes() -> None:
    error = SettingsError((Mistake("gateway.yaml:1:1", "", "is empty"),))
    assert str(pickle.loads(pickle.dumps(error))) == "gateway.yaml:1:1: is empty"


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
server: {lisen: "0.0.0.0:8080", workers: zwei, max_body: 1Mib}
journal:
  path:
  retention: 3d
  retention: 0s
sources:
  "bad name": {provider: x, verify: []}
  media:
    provider: tencent-ci
    verify:
      - tokn: {secrets: []}
      - token: {secrets: [literal, "env:NO"]}
routes:
  - {topic: "a b", match: {outcom: x}}
  - {topic: 1, key: shoe}
"""
    attributes = (
        "must be id, source, provider, type, subject, tag, outcome, event_name, bucket, region "
        "or a dotted path such as data.job.queue_id"
    )
    size = "must be a size such as 1MiB, 500MB or a number of bytes"
    literal = "a secret stands in the environment or a file: env:NAME or file:/path"
    secrets = "sources.media.verify[1].token.secrets"
    assert mistakes(text) == [
        "gateway.yaml:1:10: server.lisen: unknown key; did you mean listen?",
        "gateway.yaml:1:42: server.workers: must be a whole number",
        f"gateway.yaml:1:58: server.max_body: {size}",
        "gateway.yaml:3:8: journal.path: is empty: give a value or remove the key",
        "gateway.yaml:5:3: journal.retention: the key stands here twice",
        "gateway.yaml:7:3: sources.bad name: must match pattern '^[A-Za-z0-9_-]{1,64}$'",
        "gateway.yaml:7:26: sources.bad name.provider: unknown provider; known are tencent-ci",
        "gateway.yaml:7:37: sources.bad name.verify: must not be empty",
        "gateway.yaml:11:9: sources.media.verify[0].tokn: unknown key; did you mean token?",
        f"gateway.yaml:12:27: {secrets}[0]: {literal}",
        f"gateway.yaml:12:36: {secrets}[1]: env:NO is not set",
        "gateway.yaml:14:3: routes: publishes to Kafka, but there is no kafka section",
        "gateway.yaml:14:13: routes[0].topic: must match pattern '^[A-Za-z0-9._-]{1,249}$'",
        f"gateway.yaml:14:28: routes[0].match.outcom: {attributes}",
        "gateway.yaml:15:13: routes[1].topic: must be text: put it in quotes",
        f"gateway.yaml:15:21: routes[1].key: {attributes}",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "1:2: not YAML: expected the node content, but found '<stream end>'"),
        ("{}", "1:1: sources: is required"),
        ("sources: {}", "1:10: sources: must not be empty"),
        (SMALLEST + "journal: {path: ''}", "3:17: journal.path: must be the path of a file"),
        (SMALLEST + "journal: {retention: 0s}", "3:22: journal.retention: must be longer than 0"),
        (SMALLEST + "server: {workers: 0}", "3:19: server.workers: {more} 1"),
        (SMALLEST + "kafka: {bootstrap_servers: ['a:0']}", "3:29: {broker}"),
        (SMALLEST + "kafka: {bootstrap_servers: ['a:1'], ssl: 1}", "3:37: {unknown}"),
        (SMALLEST + KAFKA + "  compression_type: snappy", "5:21: {codec}"),
        (SMALLEST + KAFKA + SASL + "  sasl_plain_password: env:BINARY", "8:24: {password}"),
        (SMALLEST + KAFKA + TLS + "  ssl_cafile: no.pem", "6:15: {file}"),
        (SMALLEST + KAFKA + "dead_letter: {topic: ..}", "5:22: dead_letter.topic: {topic}"),
    ],
)
def test_what_does_not_fit_is_told_in_plain_words(text: str, said: str) -> None:
    words = {
        "more": "must be greater than or equal to",
        "broker": "kafka.bootstrap_servers[0]: must name a port from 1 to 65535",
        "unknown": f"kafka.ssl: unknown key; known here are {', '.join(Kafka.model_fields)}",
        "codec": "kafka.compression_type: snappy needs the Python package snappy",
        "password": "kafka.sasl_plain_password: env:BINARY is not UTF-8 text",
        "file": "kafka.ssl_cafile: /etc/gateway/no.pem is not a file that can be read",
        "topic": "must not be . or ..",
    }
    assert mistakes(text) == [f"gateway.yaml:{said.format(**words)}"]


def test_a_literal_secret_is_never_repeated() -> None:
    said = mistakes(SMALLEST.replace("env:CI_TOKEN", "canary-4f1c9a"))
    assert ["canary" in line for line in said] == [False]


def test_a_short_secret_is_a_warning_and_not_a_mistake() -> None:
    settings = parse(SMALLEST.replace("CI_TOKEN", "SHORT"), "gateway.yaml", WORLD)
    assert settings.warnings == (
        "sources.media.verify[0].token.secrets[0]: env:SHORT is shorter than 16 bytes",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file or directory"), (b"a: \xff", "is not UTF-8 text")],
)
def test_a_file_that_cannot_be_read_is_one_mistake(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    file = tmp_path / "gateway.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as refusal:
        load(file, {}, providers=())
    assert render(refusal.value.mistakes) == f"{file}: {message}"


def test_kafka_gets_its_own_names_and_only_what_was_set(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    kafka = """\
kafka:
  bootstrap_servers: ["[::1]:9092"]
  mode: binary
  security_protocol: SASL_SSL
  sasl_mechanism: SCRAM-SHA-512
  sasl_plain_username: gateway
  sasl_plain_password: env:SHORT
  ssl_cafile: ca.pem
"""
    settings = parse(SMALLEST + kafka, "gateway.yaml", Surroundings(ENVIRON, tmp_path))
    assert settings.kafka is not None
    assert settings.kafka.options() == {
        "bootstrap_servers": ("[::1]:9092",),
        "client_id": "gateway",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "gateway",
        "sasl_plain_password": "short",
        "ssl_cafile": str(tmp_path / "ca.pem"),
        "ssl_check_hostname": True,
        "linger_ms": 15,
        "batch_size": 122880,
        "max_request_size": 1048576,
        "request_timeout_ms": 3000,
    }


WORDS = ["tencent-ci", "env:CI_TOKEN", "a b", "10m", "a:1", "token", "topic", "[", "\n", ""]
leaves = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS)
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(leaves, inner, max_size=3)
)
sections = st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), trees)


@given(sections)
def test_whatever_stands_in_a_file_it_is_settings_or_mistakes(
    tree: dict[str, object],
) -> None:
    with suppress(SettingsError):
        assert parse(yaml.safe_dump(tree), "gateway.yaml", WORLD).sources


def test_reading_settings_loads_none_of_the_heavy_libraries() -> None:
    heavy = {"aiohttp", "kafka", "lxml", "jsonschema_rs", "prometheus_client", "rich", "sqlite3"}
    script = "import sys, gateway.settings; print(*sys.modules)"
    root = str(Path(__file__).parents[2])
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert heavy & set(loaded.stdout.split()) == set()
