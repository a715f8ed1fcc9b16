"""The lazy one: never compute the same call twice, use every core."""

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
