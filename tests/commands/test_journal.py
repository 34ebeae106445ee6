"""`gateway journal`: the file checked, copied and made smaller."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.journal import Reader, Upkeep
from tests.commands.conftest import Run, Served
from tests.commands.kept import event, keep
from tests.e2e.fixtures import NewGateway


def test_verify_finds_nothing_in_a_running_gateway_and_its_backup(
    run: Run, served: Served, tmp_path: Path
) -> None:
    configuration, copy = served.gateway.configuration, tmp_path / "copy.db"

    verified = run("journal", "verify", "-c", configuration)
    backed_up = run("journal", "backup", copy, "-c", configuration)
    again = run("journal", "backup", copy, "-c", configuration)
    of_copy = run("journal", "verify", copy)

    assert (verified.exit_code, verified.stdout) == (0, f"{served.gateway.journal}: ok\n")
    assert backed_up.exit_code == 0
    assert backed_up.stdout.startswith(f"{copy}: ")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "is there already" in again.stderr
    assert (of_copy.exit_code, of_copy.stdout) == (0, f"{copy}: ok\n")
    with Reader(copy) as journal:
        assert journal.count() == len(served.ids)


def test_verify_says_what_is_wrong_and_what_to_do(run: Run, new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    gateway.write()
    keep(gateway, *(event(f"j{number}") for number in range(9)))
    with closing(sqlite3.connect(gateway.journal, isolation_level=None)) as db:
        db.execute("DELETE FROM events WHERE seq = 4")

    result = run("journal", "verify", "-c", gateway.configuration)

    assert (result.exit_code, result.stdout) == (1, "events 4 to 4 are missing\n")
    assert f"journal {gateway.journal} is damaged" in result.stderr
    assert "sqlite3 journal.db .recover | sqlite3 new.db" in result.stderr


def test_verify_of_a_file_gives_no_advice_about_the_journal(run: Run, tmp_path: Path) -> None:
    """The gateway goes on whatever is wrong with a backup."""
    backup = tmp_path / "backup.db"
    assert run("journal", "verify", backup).exit_code == 2
    backup.write_bytes(b"something else " * 1000)
    result = run("journal", "verify", backup)
    assert (result.exit_code, result.stdout) == (1, "file is not a database\n")
    assert result.stderr == f"gateway: journal {backup} is damaged\n"


def test_verify_of_what_sqlite_cannot_read(run: Run, new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    gateway.write()
    gateway.journal.write_bytes(b"something else " * 1000)
    result = run("journal", "verify", "-c", gateway.configuration)
    assert (result.exit_code, result.stdout) == (1, "file is not a database\n")
    assert "What to do" in result.stderr


def test_compact_gives_space_back_once_the_gateway_has_stopped(
    run: Run, new_gateway: NewGateway, served: Served
) -> None:
    gateway = new_gateway()
    gateway.write()
    keep(gateway, *(event(f"j{number}") for number in range(200)))
    with Upkeep(gateway.journal) as upkeep:
        upkeep.retain("9", [])
    before = gateway.journal.stat().st_size

    result = run("journal", "compact", "-c", gateway.configuration)
    running = run("journal", "compact", "-c", served.gateway.configuration)

    assert (result.exit_code, result.stderr) == (0, "")
    assert gateway.journal.stat().st_size < before / 2
    assert " before, " in result.stdout
    assert (running.exit_code, running.stdout) == (1, "")
    assert "another process has it open: stop the gateway first" in running.stderr
