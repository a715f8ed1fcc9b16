"""The lazy one: never compute the same call twice, use every core.

It is lazy itself: what you name is imported when you name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from faineant.configured import effective_n_jobs, parallel_config
    from faineant.cores import cpu_count
    from faineant.digest import DigestError, hash
    from faineant.dumped import dump, load
    from faineant.entries import Entry
    from faineant.expiry import expires_after
    from faineant.failures import TaskError, TaskTimeoutError, WorkerDiedError
    from faineant.held import HeldValue, Result
    from faineant.joblib_backend import register_joblib
    from faineant.memory import CachedFunction, CacheInfo, Memory
    from faineant.parallel import Parallel, delayed
    from faineant.progress import Progress
    from faineant.store import CacheWarning
    from faineant.why import Why

__all__ = [
    "CacheInfo",
    "CacheWarning",
    "CachedFunction",
    "DigestError",
    "Entry",
    "HeldValue",
    "Memory",
    "Parallel",
    "Progress",
    "Result",
    "TaskError",
    "TaskTimeoutError",
    "Why",
    "WorkerDiedError",
    "cpu_count",
    "delayed",
    "dump",
    "effective_n_jobs",
    "expires_after",
    "hash",
    "load",
    "parallel_config",
    "register_joblib",
]

__version__ = "0.1.0"

HOMES = {
    "configured": ("effective_n_jobs", "parallel_config"),
    "cores": ("cpu_count",),
    "digest": ("DigestError", "hash"),
    "dumped": ("dump", "load"),
    "entries": ("Entry",),
    "expiry": ("expires_after",),
    "failures": ("TaskError", "TaskTimeoutError", "WorkerDiedError"),
    "held": ("HeldValue", "Result"),
    "joblib_backend": ("register_joblib",),
    "memory": ("CacheInfo", "CachedFunction", "Memory"),
    "pack": ("CacheWarning",),
    "parallel": ("Parallel", "delayed"),
    "progress": ("Progress",),
    "why": ("Why",),
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
