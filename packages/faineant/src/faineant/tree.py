"""The hash of a buffer: a tree of SHA-256 with leaves of one size, made on several cores.

The leaves are of one size everywhere, so that the hash is the same on every machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from collections.abc import Callable
from threading import Thread

__all__ = ["tree_hash"]

LEAF = 1 << 20
WORTH_THREADS = 16 * LEAF


def tree_hash(buffer: memoryview) -> bytes:
    """Hash a buffer as a tree with leaves of 1 MiB, over threads if it is large.

    Parameters
    ----------
    buffer : memoryview
        Contiguous bytes.

    Returns
    -------
    bytes
        32 bytes.
    """
    leaves = [buffer[start : start + LEAF] for start in range(0, buffer.nbytes, LEAF)]
    if buffer.nbytes < WORTH_THREADS:
        hashes = list(map(leaf_hash, leaves))
    else:
        hashes = over_threads(leaf_hash, leaves, min(8, os.cpu_count() or 1))
    return hashlib.sha256(struct.pack(">Q", buffer.nbytes) + b"".join(hashes)).digest()


def leaf_hash(leaf: memoryview) -> bytes:
    """Hash a leaf; `hashlib` frees the GIL meanwhile."""
    return hashlib.sha256(leaf).digest()


def over_threads(
    function: Callable[[memoryview], bytes], items: list[memoryview], n_threads: int
) -> list[bytes]:
    """Call a function with each item, the n-th thread with every n-th; what it gives, in order."""
    results = [b""] * len(items)

    def work(number: int) -> None:
        results[number::n_threads] = map(function, items[number::n_threads])

    threads: list[Thread] = []
    with contextlib.suppress(RuntimeError):  # no room for threads, or the interpreter ends
        for number in range(1, n_threads):
            thread = Thread(target=work, args=(number,))
            thread.start()
            threads.append(thread)
    work(0)
    for thread in threads:
        thread.join()
    return [found or function(item) for found, item in zip(results, items, strict=True)]
