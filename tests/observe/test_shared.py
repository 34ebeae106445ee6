"""The folder that a gateway's processes share: one for each gateway, and none stays behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.observe.shared import shared_folder

HOLDING = """
import sys
from gateway.observe.shared import hold
hold(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What a gateway that was killed has left."""
    folder = tmp_path / "gateway-metrics-left"
    folder.mkdir()
    (folder / "counter_receiver-0.db").write_bytes(bytes(65536))
    return folder


@pytest.fixture
def holder(left: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of that gateway which still lives."""
    command = [sys.executable, "-c", HOLDING, str(left)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.communicate()


def test_the_folder_is_there_while_it_is_used(tmp_path: Path) -> None:
    """For nobody else, and then gone with all that is in it."""
    with shared_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "counter_publisher.db").touch()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_gateway_has_left_goes_when_another_starts(
    tmp_path: Path, left: Path
) -> None:
    (tmp_path / "something-else").mkdir()
    with shared_folder(tmp_path) as folder:
        assert set(tmp_path.iterdir()) == {folder, tmp_path / "something-else"}


def test_what_any_process_still_uses_stays(
    tmp_path: Path, left: Path, holder: "subprocess.Popen[bytes]"
) -> None:
    """Such as a receiver that finishes what it has begun, after its parent was killed."""
    with shared_folder(tmp_path) as folder:
        assert set(tmp_path.iterdir()) == {folder, left}
    holder.communicate()
    with shared_folder(tmp_path) as folder:
        assert set(tmp_path.iterdir()) == {folder}


def test_two_gateways_do_not_share(tmp_path: Path) -> None:
    with shared_folder(tmp_path) as one, shared_folder(tmp_path) as other:
        assert set(tmp_path.iterdir()) == {one, other}
        assert one != other


def test_a_link_and_a_file_of_that_name_are_left_alone(tmp_path: Path) -> None:
    """Whoever put them into a folder that all may write to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (temporary / "gateway-metrics-link").symlink_to(elsewhere)
    (temporary / "gateway-metrics-file").touch()
    with shared_folder(temporary):
        assert elsewhere.is_dir()
        assert len(list(temporary.iterdir())) == 3
