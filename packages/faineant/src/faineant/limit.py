"""A limit on the size of a folder, kept while it is written to.

How many bytes are kept stands in a small file, which is locked while somebody
adds to it. When there would be too many, what is least worth keeping is removed
first (`faineant.entries`). Files that nobody has counted are found at the next
such clean-up: it looks at the folder itself.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from faineant.entries import entries, evict
from faineant.files import size_of
from faineant.ledger import Ledger
from faineant.locks import lock, open_to_lock, shut

__all__ = ["Limit"]

FLAGS = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
SLACK = 0.9  # a clean-up goes so far, not to be needed again at once


class Limit:
    """Counts the bytes that are kept in a folder, and makes room.

    Parameters
    ----------
    root : str
        The folder with a folder for each function.
    ledger : Ledger
        Of this folder.
    most : int or None
        The most bytes to be kept; None only goes on with a count that another
        process with a limit has begun.
    """

    def __init__(self, root: str, ledger: Ledger, most: int | None):
        self.root, self.ledger, self.most = root, ledger, most
        self.file = f"{root}/bytes"

    @contextlib.contextmanager
    def room(self, size: int, instead_of: str | None = None) -> Iterator[bool]:
        """Make room for bytes that are kept within the block, and count them.

        Nobody else counts meanwhile: a clean-up that saw the folder between the
        count and the file would take one entry for none.

        Parameters
        ----------
        size : int
            Bytes; negative for what was removed.
        instead_of : str, optional
            An entry that will be replaced, if it is there.

        Yields
        ------
        bool
            False if there is no room for so much at all; nothing is removed then.
        """
        if self.most is None and not os.access(self.file, os.F_OK):
            yield True  # nobody counts
            return
        if self.most is not None and size > self.most:
            yield False
            return
        with self.count() as count:
            if count is None:
                yield True
                return
            total = self.kept(count) + more(size, instead_of)
            if self.most is not None and total > self.most:
                room = max(0, min(int(SLACK * self.most), self.most - size))
                total = evict(self.root, self.ledger, bytes_limit=room) + more(size, instead_of)
            yield True
            os.lseek(count, 0, os.SEEK_SET)
            os.write(count, b"%020d" % max(total, 0))

    def removed(self, size: int) -> None:
        """Count bytes that are kept no more."""
        with self.room(-size):
            pass

    @contextlib.contextmanager
    def counted_anew(self) -> Iterator[None]:
        """Let nobody add while files are removed; afterwards, the next one counts the folder."""
        with self.count(create=False) as count:
            yield
            if count is not None:
                os.ftruncate(count, 0)

    @contextlib.contextmanager
    def count(self, create: bool = True) -> Iterator[int | None]:
        """Open and lock the count; None if nobody counts."""
        try:
            flags = FLAGS | (os.O_CREAT if create and self.most is not None else 0)
            descriptor = open_to_lock(self.file, flags)
        except FileNotFoundError:
            yield None
            return
        try:
            lock(descriptor)
            yield descriptor
        finally:
            shut(descriptor)

    def kept(self, count: int) -> int:
        """Give the bytes that are kept, counted anew if need be."""
        try:
            return int(os.read(count, 21))
        except ValueError:  # new, or damaged
            return sum(entry.size for entry in entries(self.root, self.ledger))


def more(size: int, instead_of: str | None) -> int:
    """Say how many more bytes there will be; what is replaced may have been removed by now."""
    return size if instead_of is None else size - size_of(instead_of)
