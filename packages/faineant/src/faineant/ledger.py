"""The ledger: a sqlite table of what is kept, when it was used and what it cost.

The talk's slide says "sqlite (locks :( )". So no call ever waits for this table:
what happens is noted in memory, and a thread that lives for a moment writes it
down every few seconds; the rest is written when the process ends.

The files are the truth, and the table is about them. It may be lost, locked or
damaged at any time: what it does not know, or knows of another version of a file,
is read from the files again (`faineant.entries`). It is opened for a moment only,
and not while this process forks.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = ["Ledger", "Row"]

EVERY = 5.0  # seconds between two writes
MANY = 20_000  # so many news are written at once
MOST = 200_000  # more are not kept in mind while the table is locked
TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    place TEXT PRIMARY KEY, size INTEGER, changed INTEGER, key TEXT, function TEXT, call TEXT,
    created REAL, seconds REAL, used REAL
) WITHOUT ROWID
"""
KEEP = "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
USE = "UPDATE entries SET used = max(used, ?) WHERE place = ?"
GONE = "DELETE FROM entries WHERE place = ?"
LOCK = threading.Lock()  # held while a table is open
LEDGERS: weakref.WeakSet[Ledger] = weakref.WeakSet()


class Row(NamedTuple):
    """What the table knows of one file.

    Attributes
    ----------
    size, changed : int
        Bytes, and the time of its last change in ns: of another file under
        this name the row knows nothing.
    key, function, call : str
        What it is the result of.
    created, seconds, used : float
        When it was computed, how long that took, and when it was last asked for.
    """

    size: int
    changed: int
    key: str
    function: str
    call: str
    created: float
    seconds: float
    used: float


class Ledger:
    """Notes what happens to the files of one folder, and writes it down now and then.

    Parameters
    ----------
    folder : str
        Where the files are; the table is ``ledger.sqlite`` in it.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> ledger = Ledger(folder.name)
    >>> ledger.kept("f/1.entry", Row(90, 0, "1", "m.f", "f(1)", 0.0, 2.5, 0.0))
    >>> ledger.flush()
    True
    >>> ledger.rows()["f/1.entry"].seconds
    2.5
    >>> folder.cleanup()
    """

    def __init__(self, folder: str):
        self.folder, self.file = folder, os.path.join(folder, "ledger.sqlite")
        self.start_over()
        LEDGERS.add(self)

    def start_over(self) -> None:
        """Know of no news."""
        self.news: dict[str, Row] = {}
        self.uses: dict[str, float] = {}
        self.due = time.time() + 1
        self.usable, self.writing = True, False

    def kept(self, place: str, row: Row) -> None:
        """Note that a file was written; `place` is its path below the folder, with slashes."""
        self.news[place] = row
        if len(self.news) > MANY or row.created > self.due:
            self.flush_soon()

    def used(self, place: str) -> None:
        """Note that a file was asked for."""
        self.uses[place] = now = time.time()
        if now > self.due:
            self.flush_soon()

    def flush_soon(self) -> None:
        """Write the news down in a thread of their own."""
        self.due = time.time() + EVERY
        if not self.writing:
            self.writing = True
            try:
                threading.Thread(target=self.flush, name="faineant ledger", daemon=True).start()
            except RuntimeError:  # the interpreter ends, or there is no room for threads
                self.writing = False

    def flush(self, gone: Iterable[str] = ()) -> bool:
        """Write the news down now, unless somebody else is writing.

        Parameters
        ----------
        gone : iterable of str
            Files that are not there any more.

        Returns
        -------
        bool
            Whether the table now says all that is known.
        """
        with LOCK:
            self.writing = False
            news, self.news = self.news, {}
            uses, self.uses = self.uses, {}
            gone = list(gone)
            if not self.usable or not (news or uses or gone):
                return self.usable
            written = self.write(news, uses, gone)
            if written is None and len(news) + len(uses) < MOST:  # locked: another time
                self.news, self.uses = news | self.news, uses | self.uses
            return bool(written)

    def write(
        self,
        news: dict[str, Row],
        uses: dict[str, float],
        gone: list[str],
    ) -> bool | None:
        """Write into the table; None if it is locked."""
        if not os.path.isdir(self.folder):
            return False  # removed meanwhile: there is nothing to tell about
        try:
            import sqlite3  # costs 8 ms, and most programs end before it is needed
        except ImportError:  # a Python that was built without it
            self.usable = False
            return False
        try:
            with contextlib.closing(sqlite3.connect(self.file, timeout=0)) as table, table:
                table.execute("PRAGMA synchronous = OFF")  # the files are the truth
                table.execute(TABLE)
                # In the table's own order, so that each of its pages is fetched once.
                table.executemany(KEEP, [(place, *row) for place, row in sorted(news.items())])
                table.executemany(USE, [(when, place) for place, when in sorted(uses.items())])
                table.executemany(GONE, [(place,) for place in gone])
        except sqlite3.Error as error:
            return self.mend(error)
        return True

    def mend(self, error: Exception) -> bool | None:
        """Do what can be done after an error: wait, begin a new table, or do without."""
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return None
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")):
            for file in (self.file, f"{self.file}-journal"):
                with contextlib.suppress(OSError):
                    os.unlink(file)
            return None
        self.usable = False  # a full or read-only disk, or no table can be made here
        return False

    def rows(self, folder: str | None = None) -> dict[str, Row]:
        """Read the table.

        Parameters
        ----------
        folder : str, optional
            Only what is known of files in this folder.

        Returns
        -------
        dict of str to Row
            By place; empty where the table cannot be read now.
        """
        self.flush()
        if not os.path.exists(self.file):
            return {}
        try:
            import sqlite3
        except ImportError:
            return {}
        where = "" if folder is None else "WHERE place >= ? AND place < ?"
        given = () if folder is None else (f"{folder}/", f"{folder}0")  # "0" comes after "/"
        try:
            with LOCK, contextlib.closing(sqlite3.connect(self.file, timeout=0.2)) as table:
                found = table.execute(f"SELECT * FROM entries {where}", given).fetchall()
        except sqlite3.Error as error:
            self.mend(error)
            return {}
        return {row[0]: Row(*row[1:]) for row in found if well_formed(row)}


def well_formed(row: tuple[Any, ...]) -> bool:
    """Tell whether a row holds what it should: sqlite keeps anything in any column."""
    place, size, changed, *texts, created, seconds, used = row
    return all(isinstance(text, str) for text in (place, *texts)) and all(
        isinstance(number, int | float) for number in (size, changed, created, seconds, used)
    )


# -- what must not cross a fork, nor be lost at the end ------------------------------------------


def forget_news() -> None:
    """Leave the news to the parent of a forked child: who has them writes them down."""
    LOCK.release()
    for ledger in LEDGERS:
        ledger.start_over()


def flush_all() -> None:
    """Write down what is left when the process ends."""
    for ledger in list(LEDGERS):
        ledger.flush()


atexit.register(flush_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=forget_news
    )
