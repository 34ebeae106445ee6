"""Several receivers on one journal, and what is left of one that was killed."""

import os
import subprocess
import sys
from pathlib import Path

from gateway.journal import Reader, Writer
from tests.journal.entries import callback, identity

PROJECT = Path(__file__).parents[2]


def start(path: Path, prefix: str, *, count: int, size: int) -> subprocess.Popen[str]:
    """Start a receiver."""
    arguments = [str(path), prefix, str(count), str(size)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.journal.child", *arguments],
        cwd=PROJECT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_receivers_that_open_a_new_journal_at_once_lose_nothing(path: Path) -> None:
    prefixes = ["a", "b", "c"]
    receivers = [start(path, prefix, count=300, size=3) for prefix in prefixes]
    for receiver in receivers:
        receiver.communicate(timeout=60)
    assert [receiver.returncode for receiver in receivers] == [0, 0, 0]

    with Reader(path) as reader:
        records = reader.read(0, limit=2_000, max_bytes=1 << 30)
    assert [record.seq for record in records] == list(range(1, 901))
    for prefix in prefixes:
        names = [record.event.json.decode().strip('"') for record in records]
        of_one = [name for name in names if name.startswith(prefix)]
        assert of_one == [f"{prefix}-{number}" for number in range(300)]


def test_what_had_a_receipt_before_sigkill_is_there_after_it(path: Path) -> None:
    told: set[str] = set()
    for life in range(3):
        with start(path, f"life {life}", count=1_000_000, size=8) as receiver:
            assert receiver.stdout is not None
            for _ in range(40):
                told.update(receiver.stdout.readline().split())
            receiver.kill()
            told.update(receiver.stdout.read().split())

    with Reader(path) as reader:
        records = reader.read(0, limit=1_000_000, max_bytes=1 << 30)
        assert told - {record.event.id for record in records} == set()
        assert len(told) >= 3 * 40 * 8
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
    with Writer(path, max_size=1 << 30) as writer:
        (receipt,) = writer.append([callback("life 0-0")])
        assert receipt.duplicate
        assert identity("life 0-0") in told
