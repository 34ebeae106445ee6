"""Secrets, wherever a request or the configuration carries them, are told to nobody."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.journal import Reader
from tests.broker.fixtures import USER
from tests.broker.kafka import Broker
from tests.broker.waiting import until
from tests.e2e.fixtures import NewGateway, publishing
from tests.e2e.gateway import TOKEN, Gateway, callback
from tests.sources import NAME, PROVIDER, as_json, job

CANARY = "cAnArY"
OLD, PASSWORD = f"{CANARY}-old/token+%41", f"{CANARY}-password"
HEADERS = tuple(
    (name, f"{CANARY}-{name}")
    for name in ("Authorization", "Cookie", "X-Api-Key", "X-Auth-Token", "X-Client-Secret")
)
REWRITTEN = ("X-Original-URI", "X-Forwarded-Uri", "X-Original-URL", "X-Rewrite-URL", "Referer")
"""Headers in which proxies such as nginx tell what the URL was."""


def stored(gateway: Gateway) -> str:
    """All that the journal keeps beside the bodies: headers, proofs, events, quarantine."""
    told: list[object] = []
    with Reader(gateway.journal) as journal:
        for record in journal.newest(1000):
            headers, _, verified_by = journal.raw(record.seq)
            told += [headers.decode(), verified_by, record.event.json.decode()]
        for kept in journal.quarantine(1000):
            raw = journal.quarantined_raw(kept.id)
            assert raw is not None
            told += [raw.headers.decode(), raw.verified_by, kept]
    return str(told)


def leaks(text: str, *secrets: str) -> list[str]:
    """Which of the secrets are in it, as they are, encoded for a URL or in base64."""
    return [
        secret
        for secret in secrets
        for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())
        if form in text
    ]


def test_no_secret_of_a_request_is_kept_or_told(new_gateway: NewGateway) -> None:
    """Neither in the log, the metrics, the stored headers nor the events; both live secrets."""
    token = {"token": {"secrets": ["env:CI_TOKEN", "env:OLD_TOKEN"]}}
    sources = {NAME: {"provider": PROVIDER, "verify": [token]}}
    gateway = new_gateway({"sources": sources}, OLD_TOKEN=OLD)
    gateway.start()
    path, old = gateway.path, f"/callbacks/{NAME}/{quote(OLD, safe='')}"
    query = f"/callbacks/{NAME}?token={quote(OLD, safe='')}"
    for number, target in enumerate((path, old, query)):
        proxies = [(name, f"https://g{target}") for name in REWRITTEN]
        told = as_json(job(JobId="j", CallBack=f"https://g{target}", State=str(number)))
        assert gateway.post(told, *HEADERS, *proxies, path=target).status == 200
        assert gateway.post(b"<%d" % number, *HEADERS, *proxies, path=target).status == 200
    for target in (f"/callbacks/absent/{TOKEN}", f"/{TOKEN}", f"{path}/more", f"{path}{CANARY}"):
        assert gateway.post(callback("j"), path=target).status in (401, 404)
    until(lambda: gateway.log.read_text().count('"msg":"callback"') >= 10)
    texts = {
        "log": gateway.log.read_text(),
        "metrics": gateway.ask("/metrics").body.decode(),
        "journal": stored(gateway),
        "problem": gateway.post(b"", path=f"{path}{CANARY}").body.decode(),
    }
    found = {place: leaks(text, TOKEN, CANARY) for place, text in texts.items()}
    assert found == {place: [] for place in texts}


@pytest.mark.kafka
def test_no_password_of_kafka_is_told(
    kafka: Broker, new_topic: Callable[..., str], new_gateway: NewGateway, tmp_path: Path
) -> None:
    """Neither when the broker refuses it, nor by a check of the configuration."""
    (tmp_path / "password").write_text(PASSWORD)
    login = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": USER[0],
        "sasl_plain_password": f"file:{tmp_path / 'password'}",
    }
    sections = publishing(kafka.address("SASL_PLAINTEXT"), new_topic(), **login)
    gateway = new_gateway(sections)
    gateway.start()
    assert gateway.post(callback("j")).status == 200
    until(lambda: "Kafka does not answer" in json.dumps(gateway.ask("/readyz").document))
    told = gateway.log.read_text() + gateway.ask("/metrics").body.decode()
    assert "uthenticat" in told
    assert leaks(told, PASSWORD) == []
