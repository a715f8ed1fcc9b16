"""The lazy one: never compute the same call twice, use every core.

It is lazy itself: what you name is imported when you name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faineant.digest import DigestError, hash
    from faineant.dumped import dump, load
    from faineant.entries import Entry
    from faineant.expiry import expires_after
    from faineant.held import HeldValue, Result
    from faineant.memory import CachedFunction, CacheInfo, Memory
    from faineant.parallel import Parallel, cpu_count, delayed, effective_n_jobs
    from faineant.serving import TaskError
    from faineant.store import CacheWarning
    from faineant.why import Why
    from faineant.workers import WorkerDiedError

__all__ = [
    "CacheInfo",
    "CacheWarning",
    "CachedFunction",
    "DigestError",
    "Entry",
    "HeldValue",
    "Memory",
    "Parallel",
    "Result",
    "TaskError",
    "Why",
    "WorkerDiedError",
    "cpu_count",
    "delayed",
    "dump",
    "effective_n_jobs",
    "expires_after",
    "hash",
    "load",
]

__version__ = "0.1.0"

HOMES = {
    "digest": ("DigestError", "hash"),
    "dumped": ("dump", "load"),
    "entries": ("Entry",),
    "expiry": ("expires_after",),
    "held": ("HeldValue", "Result"),
    "memory": ("CacheInfo", "CachedFunction", "Memory"),
    "pack": ("CacheWarning",),
    "parallel": ("Parallel", "cpu_count", "delayed", "effective_n_jobs"),
    "serving": ("TaskError",),
    "why": ("Why",),
    "workers": ("WorkerDiedError",),
}


def __getattr__(name: str) -> Any:
    """Import what is named, the first time that it is."""
    from importlib import import_module

    for home, names in HOMES.items():
        if name in names:
            value = getattr(import_module(f"faineant.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'faineant' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
