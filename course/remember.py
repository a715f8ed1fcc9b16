"""The memory of the course: what was computed once is not computed again.

The course lives by what it teaches. Chapters wrap their slow steps with
``@memory.cache``, and the run of a whole chapter goes through the same memory.
"""

from __future__ import annotations

from pathlib import Path

from faineant import Memory

__all__ = ["in_words", "memory", "report"]

ROOT = Path(__file__).resolve().parent.parent

memory = Memory(ROOT / ".cache" / "course", verbose=0)


def report() -> str:
    """Say what the memory was good for in this process.

    Returns
    -------
    str
        A sentence, as `in_words` gives it.
    """
    info = memory.cache_info()
    return in_words(info.hits, info.misses, info.seconds_saved)


def in_words(hits: int, misses: int, seconds_saved: float) -> str:
    """Say how many steps were remembered, and what that saved.

    Parameters
    ----------
    hits, misses : int
        Steps found in the memory, and steps that had to be computed.
    seconds_saved : float
        What the steps found took when they were computed.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> in_words(7, 2, 41.3)
    '7 of 9 steps remembered, 41 s saved.'
    >>> in_words(1, 110, 0.0)  # a first run: a step that comes twice is no news
    '110 steps computed; from now on they are remembered.'
    """
    if hits >= max(1, misses) or seconds_saved >= 1:
        steps = "step" if hits + misses == 1 else "steps"
        saved = f"{seconds_saved:.{0 if seconds_saved >= 10 else 1}f} s"
        return f"{hits} of {hits + misses} {steps} remembered, {saved} saved."
    if misses == 1:
        return "1 step computed; from now on it is remembered."
    return f"{misses} steps computed; from now on they are remembered."
