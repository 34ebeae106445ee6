"""What lists print: tables and colour on a terminal, plain lines and JSON elsewhere."""

import json
import os
import subprocess
import sys

from gateway.journal import Reader
from tests.commands.conftest import Run, Served
from tests.commands.terminal import seen
from tests.e2e.gateway import TOKEN, callback

ESCAPE = "\x1b["


def test_a_terminal_shows_a_table_with_a_header_and_coloured_states(
    run: Run, served: Served
) -> None:
    words = ("events", "list", "-c", served.gateway.configuration)
    shown = seen(*words, environ={})
    assert "outcome" in shown.splitlines()[0]
    assert "\x1b[32msuccess" in shown
    assert "\x1b[1;31mfailure" in shown
    assert ESCAPE not in run(*words).output


def test_who_has_set_no_color_sees_none(served: Served) -> None:
    """https://no-color.org"""
    words = ("events", "list", "-c", served.gateway.configuration)
    shown = seen(*words, environ={"NO_COLOR": "1"})
    assert "success" in shown
    assert "\x1b[32m" not in shown


def test_an_id_is_whole_on_a_narrow_terminal(served: Served) -> None:
    """Other commands take nothing less."""
    shown = seen("events", "list", "-c", served.gateway.configuration, environ={}, width=60)
    with Reader(served.gateway.journal) as journal:
        ids = [record.event.id for record in journal.newest(3)]
    assert ids
    assert all(each in shown for each in ids)


def test_json_is_an_object_on_each_line_also_on_a_narrow_terminal(served: Served) -> None:
    words = ("doctor", "-c", served.gateway.configuration, "--json")
    shown = seen(*words, environ={"CI_TOKEN": TOKEN}, width=40)
    assert ESCAPE not in shown
    assert {"state", "what", "found", "advice"} <= json.loads(shown.splitlines()[0]).keys()


def test_what_the_output_cannot_spell_is_escaped(served: Served) -> None:
    """A locale of another time is no reason for a traceback."""
    event = served.gateway.post(callback("片头")).document["events"][0]
    shown = subprocess.run(
        [sys.executable, "-m", "gateway", "events", "show", event,
         "-c", served.gateway.configuration],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"}, capture_output=True, check=True,
    )  # fmt: skip
    served.ids.append(event)
    assert b"\\u7247\\u5934" in shown.stdout


def test_a_bar_goes_to_the_terminal_and_never_into_what_is_piped(run: Run, served: Served) -> None:
    words = ("journal", "verify", "-c", served.gateway.configuration)
    shown = seen(*words, environ={})
    assert "structure" in shown
    assert ": ok" in shown
    piped = run(*words)
    assert (piped.stdout, piped.stderr) == (f"{served.gateway.journal}: ok\n", "")
