"""How the file of an entry is written, replaced and read on each system.

Linux and macOS rename over a file that somebody has open or mapped: they keep the
old one. Windows refuses that, so there a new result gets the name of the next
generation, and whoever looks takes the newest.
"""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Any

from faineant import pack
from faineant.claims import Claim, open_in_folder
from faineant.locks import shut
from faineant.signing import signing_key

__all__ = [
    "READ",
    "list_folder",
    "newest",
    "part_of",
    "read_head",
    "remove",
    "size_of",
    "write_alone",
    "write_claimed",
]

FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
READ = os.O_RDONLY | FLAGS
WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | FLAGS
GENERATIONS = os.name == "nt"  # a file that is open or mapped is neither replaced nor removed


def part_of(entry: str) -> str:
    """Give the unfinished file of an entry."""
    return f"{entry.removesuffix('.entry')}.part"


def newest(entry: str) -> str:
    """Give the file that now holds an entry."""
    return names_of(entry)[-1] if has_generations(entry) else entry


def has_generations(file: str) -> bool:
    """Tell whether a file in use may be followed by another one: not if a user has named it."""
    return GENERATIONS and file.endswith(".entry")


def names_of(entry: str) -> list[str]:
    """List the files that hold or held an entry, the newest last."""
    stem, names = entry.removesuffix(".entry"), [entry]
    while os.path.exists(following := f"{stem}.{len(names)}.entry"):
        names.append(following)
    return names


def write_claimed(entry: str, chunks: list[Any], claim: Claim) -> os.stat_result:
    """Write an entry into the claimed file, and give it its name."""
    if claim.size:
        os.ftruncate(claim.descriptor, 0)
        os.lseek(claim.descriptor, 0, os.SEEK_SET)
    claim.size = 1  # a second try must empty it first
    pack.write(claim.descriptor, chunks)
    status = os.fstat(claim.descriptor)
    if not status.st_nlink:
        raise FileNotFoundError(errno.ENOENT, "the folder was removed meanwhile")
    os.replace(claim.part, entry)
    claim.kept = True
    return status


def write_alone(entry: str, chunks: list[Any]) -> os.stat_result:
    """Write an entry where the claim is another file, or there is none."""
    part = f"{entry.removesuffix('.entry')}.{os.getpid()}-{os.urandom(4).hex()}.part"
    descriptor = open_in_folder(part, WRITE)
    try:
        try:
            pack.write(descriptor, chunks)
            status = os.fstat(descriptor)
        finally:
            shut(descriptor)
        replace(part, entry)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
    return status


def replace(part: str, entry: str) -> None:
    """Give a finished file its name; where that is in use, the name of the next generation."""
    try:
        os.replace(part, newest(entry))
    except PermissionError:
        if not has_generations(entry):
            raise
        os.replace(part, f"{entry.removesuffix('.entry')}.{len(names_of(entry))}.entry")


def remove(entry: str) -> None:
    """Remove an entry, with all that came before it under its name."""
    for file in reversed(names_of(entry) if GENERATIONS else [entry]):
        os.unlink(file)


def read_head(entry: str) -> pack.Head:
    """Read and verify no more than the head of an entry."""
    descriptor = os.open(newest(entry), READ)
    try:
        return pack.read_head(descriptor, signing_key())[0]
    finally:
        os.close(descriptor)


def size_of(entry: str) -> int:
    """Give the size of an entry, 0 if it is not there."""
    try:
        return os.stat(newest(entry)).st_size
    except OSError:
        return 0


def list_folder(folder: Path) -> list[Path]:
    """List a folder, empty if it is not there."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
