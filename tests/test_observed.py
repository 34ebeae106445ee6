"""The line of the log that each callback has, whatever its sender wrote into it."""

import io
import json
from typing import Any

import pytest

from gateway.core.model import Receipt
from gateway.core.pipeline import process
from gateway.intake.answer import durable
from gateway.observe.lines import LONGEST, Lines
from gateway.processes.observed import Observed
from tests.sources import as_json, callback, source_of

SOURCE = source_of("cloudevents")
HEADERS = [(b"Content-Type", b"application/cloudevents-batch+json")]
MINIMAL = {"specversion": "1.0", "id": "e1", "source": "https://x.org", "type": "a.b"}


def line(*events: dict[str, str]) -> dict[str, Any]:
    """What is logged of a batch of such events."""
    made = process(
        callback(as_json([MINIMAL | event for event in events]), headers=HEADERS), SOURCE
    )
    stream = io.BytesIO()
    lines = Lines(stream)
    answer = durable(made.entry, Receipt(duplicate=False))
    Observed(lines, {}).answered("media", answer, seconds=0.0, made=made, peer="127.0.0.1")
    lines.close()
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found


@pytest.mark.parametrize(("name", "letter"), [("type", "x"), ("subject", "é"), ("subject", '"')])
async def test_a_long_attribute_is_cut(name: str, letter: str) -> None:
    """In the line alone: the event has it whole."""
    assert line({name: letter * 1_000})[name] == letter * LONGEST


async def test_a_long_id_that_becomes_the_subject_is_cut() -> None:
    assert line({"id": "x" * 1_000})["subject"] == "x" * LONGEST


async def test_of_many_events_the_first_are_named_and_all_are_counted() -> None:
    """A callback may have thousands."""
    told = line(*({"id": str(number)} for number in range(100)))
    assert (len(told["events"]), told["count"]) == (20, 100)
    few = line(*({"id": str(number)} for number in range(20)))
    assert (len(few["events"]), few.get("count")) == (20, None)
