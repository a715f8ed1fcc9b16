"""Room for deep recursion: what nests deeper than Python allows is tried again on a larger stack.

A chain of helpers a hundred functions long is nothing special, and to walk through
it takes some fifteen frames for each of them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from faineant.locks import Turn

__all__ = ["deeply"]

T = TypeVar("T")
FRAMES = 50_000
STACK = 256 << 20  # address space; only what is used becomes memory
ONE_AT_A_TIME = Turn()  # the limit and the size belong to the whole process


class Deep(threading.Thread):
    """Runs a function with room for many frames, and keeps what it gives or raises."""

    def __init__(self, function: Callable[[], Any]):
        super().__init__(name="faineant-deep", daemon=True)
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Run the function."""
        try:
            self.result = self.function()
        except BaseException as error:
            self.error = error


def deeply(function: Callable[[], T]) -> T:
    """Call a function, once more with a larger stack if Python's limit is too low for it.

    Parameters
    ----------
    function : callable
        Takes no arguments, and can be called again after it has failed halfway.

    Returns
    -------
    object
        What it returns.

    Raises
    ------
    RecursionError
        The larger stack does not suffice either.

    Examples
    --------
    >>> def depth(n):
    ...     return n and 1 + depth(n - 1)
    >>> deeply(lambda: depth(3_000))
    3000
    """
    try:
        return function()
    except RecursionError:
        if isinstance(threading.current_thread(), Deep):
            raise
    with ONE_AT_A_TIME.lock:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, FRAMES))  # whoever starts a thread needs some frames too
        try:
            thread = started(Deep(function))
            thread.join()
        finally:
            sys.setrecursionlimit(limit)
    if thread.error is not None:
        raise thread.error
    result: T = thread.result
    return result


def started(thread: Deep) -> Deep:
    """Start a thread with a large stack."""
    try:
        usual = threading.stack_size(STACK)
        try:
            thread.start()
        finally:
            threading.stack_size(usual)
    except (ValueError, RuntimeError) as error:
        raise RecursionError(f"no larger stack is to be had: {error}") from error
    return thread
