"""What is kept in a folder: the list of it, and which results go first when it gets too large.

The list comes from the folder itself. What is known of a file (whose result it
is, what that took) is taken from the ledger, and read from the file's head where
the ledger does not know this very file. So the ledger heals itself.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from faineant.facts import Facts
from faineant.ledger import Ledger, Row
from faineant.pack import DamageError, read_head
from faineant.signing import signer, signing_key

__all__ = ["Entry", "entries", "evict", "reasons_to_keep"]

LOAD = 0.01  # seconds: what took less to compute is not cheaper to lose
BLOCK = 4096  # bytes: a file takes no less
UNREADABLE = ""  # the function of a file that is not what was written


class Entry(NamedTuple):
    """One result that is kept.

    Attributes
    ----------
    function : str
        The qualified name of what was called; empty if the file is damaged.
    key : str
        The key of the call, 32 hexadecimal digits.
    call : str
        The call in words, arguments shortened.
    size : int
        Bytes on disk.
    created, used : float
        When it was computed and when it was last asked for, in seconds since 1970.
    seconds : float
        What it took to compute.
    file : str
        Where it is.
    own : bool
        Whether it carries a right signature of this user: others are never loaded.
    """

    function: str
    key: str
    call: str
    size: int
    created: float
    used: float
    seconds: float
    file: str
    own: bool


def entries(root: str, ledger: Ledger, folder: str | None = None) -> list[Entry]:
    """List what is kept, the newest last.

    Parameters
    ----------
    root : str
        The folder with a folder for each function.
    ledger : Ledger
        What is known of it already; it learns what it did not know.
    folder : str, optional
        The name of one of these folders, to list no other.

    Returns
    -------
    list of Entry
        Empty if there is no such folder.
    """
    known = ledger.rows(folder)
    ours = f".{signer(signing_key())}.entry"
    listed = []
    for place, status in files(root, folder):
        row = known.pop(place, None)
        file = f"{root}/{place}"
        if row is None or (row.size, row.changed) != (status.st_size, status.st_mtime_ns):
            row = row_of(file, status, ours)
            ledger.news[place] = row
        own = place.endswith(ours) and row.function != UNREADABLE
        listed.append(
            Entry(row.function, row.key, row.call, row.size, row.created,
                  max(row.used, ledger.uses.get(place, 0.0)), row.seconds, file, own)
        )  # fmt: skip
    ledger.flush(gone=known)
    return sorted(listed, key=lambda entry: (entry.created, entry.file))


def files(root: str, folder: str | None) -> Iterator[tuple[str, os.stat_result]]:
    """List the files of entries, as paths below the root, with their states."""
    for name in [folder] if folder else sorted(names_in(root)):
        for file in scanned(os.path.join(root, name)):
            if file.name.endswith(".entry"):
                with contextlib.suppress(OSError):  # removed meanwhile
                    yield f"{name}/{file.name}", file.stat()


def scanned(folder: str) -> list[os.DirEntry[str]]:
    """List a folder; empty if there is none."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def names_in(root: str) -> list[str]:
    """List the folders of functions."""
    return [each.name for each in scanned(root) if each.is_dir(follow_symlinks=False)]


def row_of(file: str, status: os.stat_result, ours: str) -> Row:
    """Read what a file says about itself."""
    key = os.path.basename(file).partition(".")[0]
    try:
        with open(file, "rb", buffering=0) as opened:
            secret = signing_key() if file.endswith(ours) else None
            head, _ = read_head(opened.fileno(), secret)
        function, key = head.name.split("\n", 1)
        call = Facts.read(head.facts).call
        return Row(status.st_size, status.st_mtime_ns, key, function, call, head.created,
                   head.seconds, head.created)  # fmt: skip
    except (DamageError, OSError, ValueError):
        made = status.st_mtime
        return Row(status.st_size, status.st_mtime_ns, key, UNREADABLE, "", made, 0.0, made)


def evict(
    root: str,
    ledger: Ledger,
    *,
    bytes_limit: float | None = None,
    items_limit: int | None = None,
    age_limit: float | None = None,
) -> int:
    """Remove what is least worth keeping, until the rest is within limits.

    Parameters
    ----------
    root, ledger
        As for `entries`.
    bytes_limit : float, optional
        The most bytes to be kept.
    items_limit : int, optional
        The most results to be kept.
    age_limit : float, optional
        Seconds: what nobody has asked for so long goes in any case.

    Returns
    -------
    int
        How many bytes are kept now.
    """
    now = time.time()
    kept = sorted(entries(root, ledger), key=lambda entry: reasons_to_keep(entry, now))
    size, count = sum(entry.size for entry in kept), len(kept)
    gone = []
    for entry in kept:
        within = size <= (size if bytes_limit is None else bytes_limit)
        within &= count <= (count if items_limit is None else items_limit)
        if within and (age_limit is None or now - entry.used <= age_limit):
            if age_limit is None:
                break
            continue
        try:
            os.unlink(entry.file)
        except FileNotFoundError:
            pass
        except OSError:  # Windows: somebody has it mapped; its turn comes again
            continue
        size, count = size - entry.size, count - 1
        gone.append(entry.file.removeprefix(f"{root}/"))
    ledger.flush(gone)
    return size


def reasons_to_keep(entry: Entry, now: float) -> float:
    """Weigh an entry: the seconds that it saves for each block of disk and second of idleness."""
    blocks = -(-entry.size // BLOCK)
    idle = max(now - entry.used, 1e-3)
    return (entry.seconds + LOAD) / (max(blocks, 1) * idle) if entry.function else 0.0
