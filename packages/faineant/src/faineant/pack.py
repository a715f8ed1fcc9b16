"""A value to one file and back: header, pickle stream, then the buffers.

::

    magic, sizes, time | name | a row for each piece | facts (JSON) | signature
    stream | small buffer ... | (to the next page) large buffer ...

A row says how long its piece is and what it hashes to, and the signature covers
all that stands before it, so it covers everything. Nothing is unpickled before
the signature and the hashes were found right, for a pickle can run any code.
Whoever cannot sign cannot hand us one.

Large buffers begin at a page, so that they can be mapped (`faineant.unpack`).
"""

from __future__ import annotations

import hashlib
import os
import pickle
import struct
import zlib
from collections.abc import Iterator
from hmac import compare_digest
from typing import Any, NamedTuple

from faineant.tree import tree_hash

__all__ = ["CacheWarning", "DamageError", "Head", "Packed", "read_head", "sealed", "write"]

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


def places(rows: bytes, start: int) -> Iterator[int]:
    """Say where each piece begins: after the one before it, large ones at the next page."""
    for stored, _, kept, _ in ROW.iter_unpack(rows):
        if kept == PLAIN and stored >= MAPPED:
            start += -start % PAGE
        yield start
        start += stored
