"""The random numbers of tasks: the same for the same seed, wherever and in which order they run.

A task draws from the global generators, `random`'s and numpy's old one. If each
task went on where the one before it stopped, its numbers would depend on which
worker ran what before. So each task starts from a seed of its own: a digest of
the loop's seed and the task's number. Digests of neighbours have nothing in
common, which cannot be said of ``seed + number``, where task 1 of seed 0 would
repeat task 0 of seed 1.

numpy is never imported here. Since numpy 2.4 its generator, `numpy.random`, is only
loaded when it is used for the first time.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import operator
import random
import struct
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

__all__ = ["check_seed", "draw_by_name", "kept_state", "reseed", "seed_task"]

WORDS = struct.Struct("<16I")  # a digest's 512 bits as numpy takes them


def seed_task(seed: int, number: int) -> None:
    """Start the global generators of `random` and, if it is loaded, numpy for one task.

    Parameters
    ----------
    seed : int
        The loop's, as `check_seed` allows it.
    number : int
        The task's, from 0.

    Notes
    -----
    Each generator has a stream of its own, so numpy's does not depend on what
    else is loaded. Where a task itself is the first to import numpy, numpy's
    generator starts at random as ever: import it outside the task. Generators
    that a task makes itself (``numpy.random.default_rng()``) are its own affair.

    Examples
    --------
    >>> with kept_state():
    ...     seed_task(7, number=3)
    ...     first = random.random()
    ...     seed_task(7, number=3)
    ...     first == random.random()
    True
    """
    random.seed(int.from_bytes(stream(seed, number, "random"), "little"))
    # The attribute, not the module: the task may be the first to use what numpy loads late.
    generator = getattr(sys.modules.get("numpy"), "random", None)
    if generator is not None:
        generator.seed(WORDS.unpack(stream(seed, number, "numpy")))


def reseed() -> None:
    """Start the global generators anew, from the system's entropy.

    A forked worker needs it: it has its parent's generators, and so have its
    siblings. Python starts `random` anew in a forked process, numpy does not.
    """
    random.seed()
    if generator := numpy_random():
        generator.seed()


@contextlib.contextmanager
def kept_state() -> Iterator[None]:
    """Put the global generators back when the block ends, as if nothing had been drawn in it.

    Where numpy's was loaded only in the block, there is nothing to go back to:
    it starts anew, as it does when it is loaded.

    Examples
    --------
    >>> with kept_state():
    ...     drawn = random.random()
    >>> random.random() == drawn
    True
    """
    state = random.getstate()
    generator = numpy_random()
    # Not the old form of state: a user may have put another kind of generator there.
    numpy_state = generator.get_state(legacy=False) if generator else None
    try:
        yield
    finally:
        random.setstate(state)
        if generator:
            generator.set_state(numpy_state)
        elif generator := numpy_random():
            generator.seed()


def check_seed(seed: Any) -> None:
    """Raise unless tasks can be seeded with it.

    Parameters
    ----------
    seed : int or None
        A whole number from 0, of any size, numpy's too; None for no seed.

    Raises
    ------
    TypeError
        It is no whole number; True and False are none.
    ValueError
        It is negative.
    """
    if seed is None:
        return
    try:
        whole = None if isinstance(seed, bool) else operator.index(seed)
    except TypeError:
        whole = None
    if whole is None:
        raise TypeError(f"seed={seed!r} is no whole number; give one from 0, or None for no seed")
    if whole < 0:
        raise ValueError(f"seed={seed!r} is negative; give a whole number from 0")


def stream(seed: int, number: int, name: str) -> bytes:
    """Derive the 64 bytes that start one generator for one task.

    They are the same on every platform and for every version of Python: BLAKE2b,
    with the generator's name as its personalisation, of the task's number in 8
    bytes and the seed in as many as it needs, least significant first.
    """
    seed = operator.index(seed)
    content = number.to_bytes(8, "little") + seed.to_bytes((seed.bit_length() + 7) // 8, "little")
    return hashlib.blake2b(content, person=name.encode()).digest()


def numpy_random() -> ModuleType | None:
    """Give numpy's generator if it is loaded, and whole: a fork may cut an import short."""
    module = sys.modules.get("numpy.random")
    return module if hasattr(module, "seed") else None


def global_method(module: str, name: str) -> Any:
    """Give a function of the global generator: pickles name it by this, without its state."""
    return getattr(importlib.import_module(module), name)


def draw_by_name(value: Any) -> tuple[Any, ...] | None:
    """Say how a function such as ``random.randint`` is pickled, which is a generator's method.

    Its pickle would hold the generator as it is now, and all workers would draw the same.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    tuple or None
        For `pickle`; None if it is no method of a global generator.
    """
    owner = getattr(value, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        return None
    if owner is getattr(random.random, "__self__", None):
        return global_method, ("random", value.__name__)
    numbers = sys.modules.get("numpy.random")
    if numbers is not None and owner is getattr(numbers.random, "__self__", None):
        return global_method, ("numpy.random", value.__name__)
    return None
