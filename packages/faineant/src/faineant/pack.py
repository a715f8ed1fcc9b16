"""A value to one file and back: header, pickle stream, then the buffers.

::

    magic | length of header | header (JSON) | signature | stream | buffer | buffer ...

Stream and buffers start at multiples of a page. The header says where each lies
and what it hashes to; the signature covers the header, so it covers everything.
Nothing is unpickled before the signature and all hashes were found right, for a
pickle can run any code. Whoever cannot sign cannot hand us one.
"""

from __future__ import annotations

import hmac
import json
import os
import pickle
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from faineant.digest import tree_hash

__all__ = ["DamageError", "Packed", "read", "read_header", "write"]

MAGIC = b"faineant"
FORMAT = 1
PAGE = 4096
SIGNATURE_SIZE = 32
HEADER_LIMIT = 1 << 28


class DamageError(Exception):
    """A file is not what was once written under this key with this signature."""


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


def write(file: BinaryIO, packed: Packed, facts: dict[str, Any], secret: bytes) -> None:
    """Write a packed value.

    Parameters
    ----------
    file : binary file
        Open for writing, empty.
    packed : Packed
        The value.
    facts : dict
        What else the header shall tell, as JSON can.
    secret : bytes
        The key to sign with.
    """
    pieces = [[piece.nbytes, tree_hash(piece).hex()] for piece in packed.pieces]
    header = json.dumps({"format": FORMAT, "facts": facts, "pieces": pieces}).encode()
    file.write(MAGIC + struct.pack(">Q", len(header)) + header)
    file.write(hmac.digest(secret, MAGIC + header, "sha256"))
    for piece in packed.pieces:
        file.write(bytes(-file.tell() % PAGE))
        file.write(piece)
    file.flush()


def read_header(file: BinaryIO, secret: bytes) -> dict[str, Any]:
    """Read the header of a packed file.

    Parameters
    ----------
    file : binary file
        Open for reading, at its beginning.
    secret : bytes
        The key that it was signed with.

    Returns
    -------
    dict
        ``facts`` and ``pieces``.

    Raises
    ------
    DamageError
        Not signed with this key, or changed since.
    """
    start = file.read(len(MAGIC) + 8)
    if len(start) < len(MAGIC) + 8 or not start.startswith(MAGIC):
        raise DamageError("it does not start as an entry does")
    (size,) = struct.unpack(">Q", start[len(MAGIC) :])
    header = file.read(min(size, HEADER_LIMIT))
    signature = file.read(SIGNATURE_SIZE)
    if not hmac.compare_digest(signature, hmac.digest(secret, MAGIC + header, "sha256")):
        raise DamageError("its signature is wrong")
    content: dict[str, Any] = json.loads(header)
    if content["format"] != FORMAT:
        raise DamageError(f"its format is {content['format']}, and this version reads {FORMAT}")
    return content


def read(
    file: BinaryIO, secret: bytes, check: Callable[[dict[str, Any]], None]
) -> tuple[Any, dict[str, Any]]:
    """Read a packed value, if the file is what was written.

    Parameters
    ----------
    file : binary file
        Open for reading, at its beginning.
    secret : bytes
        The key that it was signed with.
    check : callable
        Called with the facts; raises `DamageError` if they are of something else.

    Returns
    -------
    value : object
        Equal to what was written; its arrays own their memory and can be changed.
    facts : dict
        What the header tells.

    Raises
    ------
    DamageError
        Not signed with this key, changed, cut off, or not to be unpickled here.
    """
    content = read_header(file, secret)
    check(content["facts"])
    left = os.fstat(file.fileno()).st_size
    pieces = []
    for size, expected in content["pieces"]:
        if size > left:
            raise DamageError("it is cut off")
        file.seek(-file.tell() % PAGE, os.SEEK_CUR)
        piece = bytearray(size)
        if file.readinto(piece) != size:  # type: ignore[attr-defined]
            raise DamageError("it is cut off")
        if tree_hash(memoryview(piece)).hex() != expected:
            raise DamageError("its content has changed")
        pieces.append(piece)
    try:
        return pickle.loads(pieces[0], buffers=pieces[1:]), content["facts"]
    except Exception as error:
        raise DamageError(
            f"it cannot be unpickled here ({type(error).__name__}: {error})"
        ) from error
