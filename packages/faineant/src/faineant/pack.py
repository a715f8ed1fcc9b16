"""A value to one file and back: header, pickle stream, then the buffers.

::

    magic, sizes, time | name | a row for each piece | facts (JSON) | signature
    stream | small buffer ... | (to the next page) large buffer ...

A row says how long its piece is and what it hashes to, and the signature covers
all that stands before it, so it covers everything. Nothing is unpickled before
the signature and the hashes were found right, for a pickle can run any code.
Whoever cannot sign cannot hand us one.

Large buffers are not read but mapped, privately and copy-on-write: an array of
any size is there at once, and writing to it never touches the file. They are
hashed once for each file that a process meets, everything else at each load.
"""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
import pickle
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from hmac import compare_digest
from typing import Any, NamedTuple

from faineant.digest import tree_hash

__all__ = ["CacheWarning", "Content", "DamageError", "Head", "Packed", "read", "read_head", "write"]

MAGIC = b"faineant"
FORMAT = 3
FIXED = struct.Struct(">8sIIIIdd")  # magic, format, pieces, sizes of name and facts, two times
ROW = struct.Struct(">QQB32s")  # bytes in the file, bytes in memory, how it is kept, its hash
PLAIN, ZLIB = 0, 1
PAGE = 4096
MAPPED = 1 << 20  # from this size on a buffer is mapped
FIRST = 1 << 14  # read at once: all of a small file
SIGNATURE = 32
HEADER_LIMIT = 1 << 28
SETTLED = 50_000_000  # ns: a file younger than a tick of its clock could change and look the same
MAP_MODES = {None: None, "r": mmap.ACCESS_READ, "c": mmap.ACCESS_COPY, "r+": mmap.ACCESS_COPY}
VERIFIED: dict[tuple[int, ...], None] = {}  # files whose large buffers were hashed by this process


class CacheWarning(UserWarning):
    """Something keeps a result from being remembered; it is computed instead."""


class DamageError(Exception):
    """A file is not what was once written under this name with this signature."""


class Packed:
    """A value, pickled once, its large buffers left where they are.

    Parameters
    ----------
    value : object
        Anything that can be pickled.
    """

    def __init__(self, value: Any):
        buffers: list[pickle.PickleBuffer] = []
        # A buffer that is not contiguous stays in the stream.
        stream = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        self.pieces = [memoryview(stream), *(buffer.raw() for buffer in buffers)]


class Head(NamedTuple):
    """What a file says about itself before its content.

    Attributes
    ----------
    name : str
        Under which it was kept: a file that was renamed is another's.
    seconds : float
        What the value took to compute.
    created : float
        When, in seconds since 1970.
    facts : bytes
        Whatever else, as JSON.
    rows : bytes
        The table of its pieces.
    start : int
        Where the first piece begins.
    """

    name: str
    seconds: float
    created: float
    facts: bytes = b"{}"
    rows: bytes = b""
    start: int = 0


class Content:
    """A file's content, verified, from which values can be made again and again.

    Parameters
    ----------
    head : Head
        What the file says about itself.
    stream : bytes
        The pickle.
    buffers : list
        The buffers, as bytes; those that were mapped or may be given away, as they are.
    """

    __slots__ = ("buffers", "seconds", "stream")

    def __init__(self, head: Head, stream: bytes, buffers: list[Any]):
        self.seconds, self.stream, self.buffers = head.seconds, stream, buffers

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
            given = self.buffers
            if mmap_mode != "r":  # bytes cannot be changed, and each caller gets its own
                given = [bytearray(each) if type(each) is bytes else each for each in given]
            return pickle.loads(self.stream, buffers=given)
        except Exception as error:
            raise DamageError(
                f"it cannot be unpickled here ({type(error).__name__}: {error})"
            ) from error


def sealed(packed: Packed, secret: bytes, head: Head, level: int = 0) -> list[Any]:
    """Give the chunks of bytes that a packed value is written as.

    Parameters
    ----------
    packed : Packed
        The value.
    secret : bytes
        The key to sign with.
    head : Head
        What the file shall say about itself; the rows are not known yet.
    level : int
        Of compression with zlib, 1 to 9; 0 does not compress.

    Returns
    -------
    list of bytes and memoryview
        The whole file in its order.
    """
    pieces: list[Any] = packed.pieces
    if level:
        pieces = [zlib.compress(piece, level) for piece in pieces]
    kept = ZLIB if level else PLAIN
    rows = b"".join(
        ROW.pack(len(piece), before.nbytes, kept, tree_hash(memoryview(piece)))
        for piece, before in zip(pieces, packed.pieces, strict=True)
    )
    label = head.name.encode()
    sizes = FORMAT, len(pieces), len(label), len(head.facts)
    signed = FIXED.pack(MAGIC, *sizes, head.seconds, head.created) + label + rows + head.facts
    chunks: list[Any] = [signed, signature(secret, signed)]
    end = len(signed) + SIGNATURE
    for place, piece in zip(places(rows, end), pieces, strict=True):
        if place > end:
            chunks.append(bytes(place - end))
        chunks.append(piece)
        end = place + len(piece)
    return chunks


def signature(secret: bytes, signed: bytes) -> bytes:
    """Sign bytes with BLAKE2 and a key; a tenth of the time of an HMAC for so few."""
    return hashlib.blake2b(signed, key=secret, digest_size=SIGNATURE).digest()


def write(descriptor: int, chunks: list[Any]) -> None:
    """Write all chunks, small files with one call to the system.

    Parameters
    ----------
    descriptor : int
        A file open for writing, empty.
    chunks : list of bytes and memoryview
        What `sealed` gave.
    """
    if sum(map(len, chunks)) < MAPPED:
        chunks = [b"".join(chunks)]
    for chunk in chunks:
        left = memoryview(chunk)
        while left:
            left = left[os.write(descriptor, left[: 1 << 30]) :]


def read_head(descriptor: int, secret: bytes | None) -> tuple[Head, bytes]:
    """Read the head of a file.

    Parameters
    ----------
    descriptor : int
        The file, open for reading, at its beginning.
    secret : bytes or None
        The key that it was signed with; with None the head is not to be believed.

    Returns
    -------
    head : Head
        What the file says about itself.
    read : bytes
        All that was read, from the beginning of the file.

    Raises
    ------
    DamageError
        Not signed with this key, or changed since.
    """
    read = os.read(descriptor, FIRST)
    if len(read) < FIXED.size or not read.startswith(MAGIC):
        raise DamageError("it does not start as an entry does")
    _, version, pieces, name_size, facts_size, seconds, created = FIXED.unpack_from(read)
    if version != FORMAT:
        raise DamageError(f"its format is {version}, and this version reads {FORMAT}")
    name_end = FIXED.size + name_size
    rows_end = name_end + pieces * ROW.size
    end = rows_end + facts_size
    while len(read) < end + SIGNATURE:
        more = os.read(descriptor, end + SIGNATURE - len(read)) if end < HEADER_LIMIT else b""
        if not more:
            raise DamageError("it is cut off")
        read += more
    if secret is not None:
        found = read[end : end + SIGNATURE]
        if not compare_digest(found, signature(secret, read[:end])):
            raise DamageError("its signature is wrong")
    name = read[FIXED.size : name_end].decode(errors="replace")
    rows, facts = read[name_end:rows_end], read[rows_end:end]
    return Head(name, seconds, created, facts, rows, end + SIGNATURE), read


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
    pieces: list[Any] = []
    rows = list(ROW.iter_unpack(head.rows))
    for place, (stored, size, kept, expected) in zip(
        places(head.rows, head.start), rows, strict=True
    ):
        if place + stored > status.st_size:
            raise DamageError("it is cut off")
        large = kept == PLAIN and stored >= MAPPED and bool(pieces)  # the stream is never mapped
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
        pieces.append(zlib.decompress(piece, bufsize=size) if kept == ZLIB else piece)
    if time.time_ns() - status.st_ctime_ns > SETTLED and identity_of(os.fstat(descriptor)) == (
        identity
    ):
        VERIFIED[identity] = None
        if len(VERIFIED) > 100_000:
            VERIFIED.pop(next(iter(VERIFIED)), None)
    return Content(head, pieces[0], pieces[1:])


def identity_of(status: os.stat_result) -> tuple[int, ...]:
    """Give what changes when a file does."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def places(rows: bytes, start: int) -> Iterator[int]:
    """Say where each piece begins: after the one before it, large ones at the next page."""
    for stored, _, kept, _ in ROW.iter_unpack(rows):
        if kept == PLAIN and stored >= MAPPED:
            start += -start % PAGE
        yield start
        start += stored


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
    warnings.warn(
        f"there is no memory for a changeable map of {size / 1e6:.0f} MB: the arrays in this "
        "result are read-only; copy what you want to change",
        CacheWarning,
        stacklevel=6,
    )
    return shown
