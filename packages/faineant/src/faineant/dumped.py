"""One value in one file, under a name that the user gives: `dump` and `load`.

The file is the one that `Memory` keeps results in (`faineant.pack`), signed with
a key that everybody knows: that finds damage, and does not say who wrote it. Load
only what you trust, as with pickle.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from faineant.files import READ, write_alone
from faineant.pack import DamageError, Head, Packed, sealed
from faineant.unpack import read

__all__ = ["dump", "load"]

EVERYBODY = b"faineant.dump: whoever reads this file trusts whoever wrote it"
NAME = "dump"


def dump(value: Any, filename: str | os.PathLike[str], compress: bool | int = 0) -> list[str]:
    """Write a value to a file, whole or not at all.

    Parameters
    ----------
    value : object
        Anything that can be pickled. Large buffers, such as those of numpy's
        arrays, are written as they are, without a copy.
    filename : path-like
        The file; one that is there is replaced when the new one is complete.
    compress : bool or int
        Whether to compress with zlib, and how well, 1 to 9; True is 3. What is
        compressed cannot be mapped.

    Returns
    -------
    list of str
        The one file's name, as joblib gives it.

    Raises
    ------
    OSError
        It cannot be written there; nothing is left behind.
    ValueError
        `compress` is no level.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file] = dump({"a": 1}, f"{folder}/value")
    ...     load(file)
    {'a': 1}
    """
    if isinstance(compress, bool):
        compress = 3 if compress else 0
    if not isinstance(compress, int) or not 0 <= compress <= 9:
        raise ValueError(f"compress={compress!r}: it is True, False, or a level from 0 to 9")
    file = os.path.abspath(os.fspath(filename))
    if os.path.isdir(file):
        raise IsADirectoryError(f"{filename} is a folder; name a file")
    head = Head(NAME, 0.0, time.time())
    write_alone(file, sealed(Packed(value), EVERYBODY, head, compress))
    return [os.fspath(filename)]


def load(filename: str | os.PathLike[str], mmap_mode: str | None = None) -> Any:
    """Read a value from a file that `dump` wrote.

    Parameters
    ----------
    filename : path-like
        The file. It is unpickled: load only what you trust.
    mmap_mode : {None, "r", "c", "r+"}
        None reads buffers of 1 MiB and more into memory; "r" maps them
        read-only, "c" so that they can be changed and the file stays as it is.
        "r+" means "c": a file is never changed.

    Returns
    -------
    object
        Equal to what was dumped.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is not what `dump` wrote, or has changed since.
    """
    if mmap_mode not in (None, "r", "c", "r+"):
        raise ValueError(f"mmap_mode={mmap_mode!r}: it is None, 'r', 'c' or 'r+' (as 'c')")
    descriptor = os.open(Path(filename), READ)
    try:
        return read(descriptor, EVERYBODY, NAME, mmap_mode).value(mmap_mode)
    except DamageError as error:
        raise ValueError(f"{filename} is not what faineant.dump wrote: {error}") from error
    finally:
        os.close(descriptor)
