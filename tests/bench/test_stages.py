"""What `python -m tests.bench.stages` compares: each stage keeps and tells more than the last."""

import sqlite3
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.bench.bodies import callback_json, callback_xml
from tests.bench.servers import staged_server
from tests.bench.staged import Stage


def post(url: str, body: str) -> int:
    """The status."""
    split = urlsplit(url)
    with closing(HTTPConnection(split.netloc, timeout=20)) as connection:
        connection.request("POST", split.path, body)
        return connection.getresponse().status


def subjects(folder: Path) -> list[str]:
    """Of the events in the journal."""
    with closing(sqlite3.connect(folder / "journal.db")) as db:
        return [subject for (subject,) in db.execute("SELECT subject FROM events ORDER BY seq")]


@pytest.mark.parametrize("stage", list(Stage), ids=lambda stage: stage.name.lower())
def test_each_stage_does_what_is_before_it(stage: Stage, tmp_path: Path) -> None:
    """Two callbacks, one of each form: two events, and a line for each."""
    with staged_server(stage.name.lower(), tmp_path) as served:
        for key, body in (("j1", callback_xml()), ("j2", callback_json())):
            assert post(served.url, body.replace("{ID}", key)) == HTTPStatus.OK
    if stage >= Stage.JOURNAL:
        assert len(subjects(tmp_path)) == 2
    if stage >= Stage.UNDERSTOOD:
        assert subjects(tmp_path) == ["j1", "j2"]
    told = (tmp_path / "gateway.log").read_text().count('"msg":"callback"')
    assert told == (2 if stage >= Stage.OBSERVED else 0)
