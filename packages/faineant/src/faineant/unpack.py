"""A value from a file: what was packed (`faineant.pack`), verified before it is unpickled.

Small buffers are read, large ones are mapped, privately and copy-on-write: an array
of any size is there at once, and writing to it never touches the file. Large
buffers are hashed once for each file that a process meets, everything else whenever
it is read.
"""

from __future__ import annotations

import contextlib
import errno
import io
import mmap
import os
import pickle
import time
import zlib
from typing import Any, NamedTuple

from faineant.caller import warn_caller
from faineant.pack import MAPPED, PLAIN, ROW, ZLIB, CacheWarning, DamageError, places, read_head
from faineant.tree import tree_hash

__all__ = ["Content", "Span", "identity_of", "mapped_anew", "read"]

SETTLED = 50_000_000  # ns: a file younger than a tick of its clock could change and look the same
MAP_MODES = {None: None, "r": mmap.ACCESS_READ, "c": mmap.ACCESS_COPY, "r+": mmap.ACCESS_COPY}
VERIFIED: dict[tuple[int, ...], None] = {}  # files whose large buffers were hashed by this process


class Span(NamedTuple):
    """A buffer that stays in the file, and is mapped for each value."""

    place: int
    size: int


class Content(NamedTuple):
    """A file's content, verified, from which values can be made again and again.

    Attributes
    ----------
    identity : tuple of int
        Of the file.
    seconds : float
        What the value took to compute.
    stream : bytes
        The pickle.
    buffers : list
        The buffers, as bytes or spans of the map; a bytearray is for the one value
        that is made of it.
    whole : memoryview, optional
        The map of the file.
    """

    identity: tuple[int, ...]
    seconds: float
    stream: bytes
    buffers: list[Any]
    whole: memoryview | None = None

    def value(self, mmap_mode: str | None = "c") -> Any:
        """Make the value, new at each call unless it lies in a map.

        Parameters
        ----------
        mmap_mode : {"c", "r", "r+", None}
            With "r" its arrays cannot be changed.

        Returns
        -------
        object
            Equal to what was written.

        Raises
        ------
        DamageError
            It cannot be unpickled here.
        """
        try:
            if not self.buffers:
                return pickle.loads(self.stream)
            return pickle.loads(
                self.stream, buffers=[self.given(b, mmap_mode) for b in self.buffers]
            )
        except Exception as error:
            raise DamageError(
                f"it cannot be unpickled here ({type(error).__name__}: {error})"
            ) from error

    def given(self, buffer: Any, mmap_mode: str | None) -> Any:
        """Give a buffer that belongs to one value: bytes cannot be changed, so they are copied."""
        if type(buffer) is Span:
            assert self.whole is not None
            return self.whole[buffer.place : buffer.place + buffer.size]
        return bytearray(buffer) if type(buffer) is bytes and mmap_mode != "r" else buffer

    @property
    def size(self) -> int:
        """How many bytes it takes in memory; -1 if it is good for one value only."""
        if any(type(buffer) is bytearray for buffer in self.buffers):
            return -1
        kept = (len(buffer) for buffer in self.buffers if type(buffer) is bytes)
        return len(self.stream) + sum(kept)


def read(
    descriptor: int,
    secret: bytes,
    name: str,
    mmap_mode: str | None = "c",
    *,
    always: bool = False,
) -> Content:
    """Read a file, if it is what was written.

    Parameters
    ----------
    descriptor : int
        The file, open for reading, at its beginning.
    secret : bytes
        The key that it was signed with.
    name : str
        What it must be kept under.
    mmap_mode : {"c", "r", "r+", None}
        How large buffers are mapped: "c" privately, so that they can be changed
        and the file cannot; "r" read-only; None reads them. "r+" means "c": a
        file is never changed.
    always : bool
        Whether large buffers are hashed although this process has done so before.

    Returns
    -------
    Content
        From which the value can be made.

    Raises
    ------
    DamageError
        Not signed with this key, changed, cut off, or of another name.
    """
    status = os.fstat(descriptor)
    head, start = read_head(descriptor, secret)
    if head.name != name:
        raise DamageError("it holds the result of another call")
    identity = identity_of(status)
    trusted = identity in VERIFIED and not always
    whole: memoryview | None = None
    met_large = False
    pieces: list[Any] = []
    rows = list(ROW.iter_unpack(head.rows))
    for place, (stored, size, kept, expected) in zip(
        places(head.rows, head.start), rows, strict=True
    ):
        if place + stored > status.st_size:
            raise DamageError("it is cut off")
        large = kept == PLAIN and stored >= MAPPED and bool(pieces)  # the stream is never mapped
        met_large |= large
        if large and whole is None and MAP_MODES[mmap_mode] is not None:
            whole = mapped(descriptor, status.st_size, mmap_mode)
        piece: Any
        if large and whole is not None:
            piece = whole[place : place + stored]
        elif place + stored <= len(start):
            piece = start[place : place + stored]
        else:
            piece = read_piece(descriptor, place, stored)
            if not large or mmap_mode == "r":
                piece = bytes(piece)
        if not (large and trusted) and tree_hash(memoryview(piece)) != expected:
            raise DamageError("its content has changed")
        if large and whole is not None:
            piece = Span(place, stored)
        pieces.append(zlib.decompress(piece, bufsize=size) if kept == ZLIB else piece)
    if place + stored < status.st_size:
        raise DamageError("something has been added to its end")
    settled = met_large and time.time_ns() - status.st_ctime_ns > SETTLED
    if settled and identity_of(os.fstat(descriptor)) == identity:
        remember_verified(identity)
    return Content(identity, head.seconds, pieces[0], pieces[1:], whole)


def remember_verified(identity: tuple[int, ...]) -> None:
    """Remember that the large buffers of a file were hashed."""
    VERIFIED[identity] = None
    if len(VERIFIED) > 100_000:
        with contextlib.suppress(RuntimeError):  # another thread has just added one
            VERIFIED.pop(next(iter(VERIFIED)), None)


def mapped_anew(descriptor: int, content: Content, mmap_mode: str | None) -> Content | None:
    """Map a file again whose content is known, without reading or verifying anything else.

    Parameters
    ----------
    descriptor : int
        The file, open for reading.
    content : Content
        What it held.
    mmap_mode : {"c", "r", "r+"}
        How to map it.

    Returns
    -------
    Content or None
        None if it is another file by now, too young to be sure of that, or cannot be mapped.
    """
    identity = identity_of(os.fstat(descriptor))
    if identity != content.identity or identity not in VERIFIED:
        return None
    whole = mapped(descriptor, identity[2], mmap_mode)
    return None if whole is None else content._replace(whole=whole)


def identity_of(status: os.stat_result) -> tuple[int, ...]:
    """Give what changes when a file does."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def read_piece(descriptor: int, place: int, size: int) -> bytearray:
    """Read a piece into memory of its own."""
    os.lseek(descriptor, place, os.SEEK_SET)
    piece = bytearray(size)
    left = memoryview(piece)
    with io.FileIO(descriptor, closefd=False) as file:
        while left:
            count = file.readinto(left[: 1 << 30])
            if not count:
                raise DamageError("it is cut off")
            left = left[count:]
    return piece


def mapped(descriptor: int, size: int, mmap_mode: str | None) -> memoryview | None:
    """Map a file; None where that is not to be had, and it must be read.

    The map costs a descriptor, and a private one counts as memory that might be needed.
    """
    access = MAP_MODES[mmap_mode]
    assert access is not None
    try:
        return memoryview(mmap.mmap(descriptor, size, access=access))
    except OSError as error:
        if error.errno != errno.ENOMEM or access == mmap.ACCESS_READ:
            return None
    try:
        shown = memoryview(mmap.mmap(descriptor, size, access=mmap.ACCESS_READ))
    except OSError:
        return None
    warn_caller(
        f"there is no memory for a changeable map of {size / 1e6:.0f} MB: the arrays in this "
        "result are read-only; copy what you want to change",
        CacheWarning,
    )
    return shown
