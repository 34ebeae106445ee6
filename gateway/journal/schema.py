"""The journal's tables, and the steps that bring an older file up to them.

`events` is the log: `seq` has no gaps, because ignored repeats use up no number and only whole
callbacks are deleted, from the oldest on, never the newest. So the head is `max(seq)`, a lag is a
difference, and a number is never given twice. (AUTOINCREMENT would leave a gap at each repeat and
write one page more per commit.)

The columns stand in the order of their use: what is filtered by, the event, the raw bytes. A row's
first half kilobyte is in a page of the tree, the rest in pages of its own, so that a scan reads no
event and a reader of events no raw bytes. With 4 KiB pages an event of 8.5 KB costs 12 KiB of WAL
at 16 a commit. Larger pages are no faster, and worse as the journal grows, since each random id
changes a page of the index: with 1,000,000 events kept the CPU time of one more was 54 µs at 4 KiB,
70 at 8, 83 at 16, 114 at 32 KiB.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # `part` counts the new events of one callback from 0. Headers and body stand with the
        # first of them, which is row `seq - part`.
        """
        CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            part INTEGER NOT NULL,
            received_at TEXT NOT NULL,
            source TEXT NOT NULL,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            tag TEXT NOT NULL,
            outcome TEXT NOT NULL,
            verified_by TEXT NOT NULL,
            event BLOB NOT NULL,
            headers BLOB,
            body BLOB
        )
        """,
        """
        CREATE TABLE quarantine (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            source TEXT NOT NULL,
            received_at TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            seen INTEGER NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            verified_by TEXT NOT NULL,
            headers BLOB NOT NULL,
            body BLOB NOT NULL
        )
        """,
        "CREATE INDEX quarantine_age ON quarantine (last_seen)",
        """
        CREATE TABLE positions (
            route TEXT PRIMARY KEY,
            seq INTEGER NOT NULL,
            updated TEXT NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        # How and when callbacks left the quarantine. Not columns of it: those would stand behind
        # the raw bytes. What arrives once more is in quarantine once more.
        """
        CREATE TABLE resolutions (
            id BLOB PRIMARY KEY,
            resolution TEXT NOT NULL,
            resolved_at TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TRIGGER quarantine_again AFTER UPDATE OF seen ON quarantine
        BEGIN DELETE FROM resolutions WHERE id = NEW.id; END
        """,
        """
        CREATE TRIGGER quarantine_gone AFTER DELETE ON quarantine
        BEGIN DELETE FROM resolutions WHERE id = OLD.id; END
        """,
        # What a rewound route passes again, up to `replayed_to`, is marked with the id `replay`.
        "ALTER TABLE positions ADD COLUMN replay TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE positions ADD COLUMN replayed_to INTEGER NOT NULL DEFAULT 0",
        # A replay of chosen events on one route: a reader like a route's, which ends.
        """
        CREATE TABLE replays (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            route TEXT NOT NULL,
            state TEXT NOT NULL,
            position INTEGER NOT NULL,
            total INTEGER NOT NULL,
            rate REAL NOT NULL,
            started TEXT NOT NULL,
            UNIQUE (id, route)
        )
        """,
        # The numbers of its events, from `first` to `last`; ranges do not overlap.
        """
        CREATE TABLE replay_ranges (
            replay INTEGER NOT NULL,
            last INTEGER NOT NULL,
            first INTEGER NOT NULL,
            PRIMARY KEY (replay, last)
        ) WITHOUT ROWID
        """,
    ),
    (
        # What was counted of the events up to the position of their counter. `figure` is a JSON
        # array: a name and the values of its labels.
        """
        CREATE TABLE figures (
            figure TEXT PRIMARY KEY,
            value REAL NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        # Where the newest events were published, by their number.
        """
        CREATE TABLE publications (
            seq INTEGER NOT NULL,
            route TEXT NOT NULL,
            topic TEXT NOT NULL,
            partition INTEGER NOT NULL,
            "offset" INTEGER NOT NULL,
            PRIMARY KEY (seq, route)
        ) WITHOUT ROWID
        """,
    ),
    (
        # Which events a signed message stands for: `rows.message` makes the keys, `seq` is the
        # number of the first. It is forgotten with that event.
        """
        CREATE TABLE messages (
            message BLOB PRIMARY KEY,
            events BLOB NOT NULL,
            seq INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX messages_age ON messages (seq)",
        """
        CREATE TRIGGER messages_gone AFTER DELETE ON events
        BEGIN DELETE FROM messages WHERE seq = OLD.seq; END
        """,
    ),
)
"""Each is the step from version n to n + 1. A step that was released is never edited."""

VERSION: Final = len(MIGRATIONS)


def is_current(db: sqlite3.Connection) -> bool:
    """Whether there is nothing to migrate."""
    return version(db) == VERSION


def migrate(db: sqlite3.Connection) -> None:
    """Bring the file to `VERSION`; only the first of several processes finds something to do.

    Raises sqlite3.NotSupportedError for a file that a newer gateway has written.
    """
    with transaction(db):
        found = version(db)
        if found > VERSION:
            raise sqlite3.NotSupportedError(
                f"written by a newer gateway (schema {found}; this one knows up to {VERSION})"
            )
        for statement in (each for step in MIGRATIONS[found:] for each in step):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing. Takes the write lock at once, so that it never has to be upgraded."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:  # it failed, and SQLite has not rolled back by itself
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")


def version(db: sqlite3.Connection) -> int:
    """The schema of a file; 0 for an empty one."""
    (found,) = db.execute("PRAGMA user_version").fetchone()
    return int(found)
