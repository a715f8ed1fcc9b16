"""What `Parallel` does where it is not told: `parallel_config` says so for a while."""

from __future__ import annotations

from contextvars import ContextVar, Token
from dataclasses import dataclass
from typing import Any

from faineant.cores import check_count, check_n_jobs, workers_for
from faineant.serving import inside_worker

__all__ = [
    "AUTO",
    "Defaults",
    "backend_named",
    "check_verbose",
    "defaults",
    "effective_n_jobs",
    "parallel_config",
]

AUTO = "auto"
ALIASES = {
    "loky": AUTO,
    "multiprocessing": AUTO,
    "processes": AUTO,
    "threading": "threads",
    "sequential": "serial",
}
NAMES = ("serial", "threads", "fork", "spawn")
PREFERENCES = {None: AUTO, "processes": AUTO, "threads": "threads"}


@dataclass(frozen=True)
class Defaults:
    """What holds for a `Parallel` that is made now."""

    backend: Any = None
    n_jobs: int | None = None
    verbose: int = 0
    prefer: str | None = None
    require: str | None = None
    inner_max_num_threads: int | None = None


CURRENT: ContextVar[Defaults] = ContextVar("faineant.parallel_config", default=Defaults())  # noqa: B039


def defaults() -> Defaults:
    """Give what holds now."""
    return CURRENT.get()


class parallel_config:  # noqa: N801 - joblib's name
    """Sets what every `Parallel` made in a block does where it is not told otherwise.

    Parameters
    ----------
    backend : str or executor, optional
        As for `Parallel`.
    n_jobs : int, optional
        As for `Parallel`.
    verbose : int, optional
        As for `Parallel`.
    prefer, require : str, optional
        As for `Parallel`.
    inner_max_num_threads : int, optional
        How many threads BLAS and OpenMP may use in each worker; by default the cores
        divided by the workers.

    Notes
    -----
    It holds for this thread, or this task of asyncio. Without ``with`` it holds until
    its `unregister` is called.

    Examples
    --------
    >>> from faineant import Parallel, delayed
    >>> with parallel_config(backend="threads", n_jobs=2):
    ...     Parallel()(delayed(abs)(-x) for x in range(3))
    [0, 1, 2]
    """

    def __init__(
        self,
        backend: Any = None,
        *,
        n_jobs: int | None = None,
        verbose: int | None = None,
        prefer: str | None = None,
        require: str | None = None,
        inner_max_num_threads: int | None = None,
    ):
        before = defaults()
        check_n_jobs(n_jobs)
        backend_named(backend, prefer, require)
        if inner_max_num_threads is not None:
            check_count("inner_max_num_threads", inner_max_num_threads, 1)
        check_verbose(verbose)
        self.token: Token[Defaults] | None = CURRENT.set(
            Defaults(
                before.backend if backend is None else backend,
                before.n_jobs if n_jobs is None else n_jobs,
                before.verbose if verbose is None else verbose,
                before.prefer if prefer is None else prefer,
                before.require if require is None else require,
                before.inner_max_num_threads
                if inner_max_num_threads is None
                else inner_max_num_threads,
            )
        )

    def __enter__(self) -> parallel_config:
        return self

    def __exit__(self, *exception: object) -> None:
        self.unregister()

    def unregister(self) -> None:
        """Let hold again what held before."""
        if self.token is not None:
            CURRENT.reset(self.token)
            self.token = None


def backend_named(backend: Any, prefer: str | None, require: str | None) -> Any:
    """Say which engine is meant.

    Parameters
    ----------
    backend : str, executor or None
        By name, or who runs the tasks.
    prefer, require : str or None
        What is wished, and what must be, where there is no name.

    Returns
    -------
    str or executor
        One of ``"auto"``, ``"serial"``, ``"threads"``, ``"fork"`` and ``"spawn"``, or the
        executor.

    Raises
    ------
    TypeError, ValueError
        There is no such engine.

    Examples
    --------
    >>> backend_named("threading", None, None)
    'threads'
    """
    if prefer not in PREFERENCES:
        raise ValueError(f"prefer={prefer!r} is none of 'processes', 'threads'")
    if require not in (None, "sharedmem"):
        raise ValueError(f"require={require!r} is not 'sharedmem'")
    if backend is None:
        return "threads" if require else PREFERENCES[prefer]
    if not isinstance(backend, str):
        from faineant.executors import as_executor

        if as_executor(backend) is None:
            raise TypeError(
                f"backend={backend!r} runs no tasks; give one of {', '.join(NAMES)}, or an "
                "executor such as concurrent.futures.ThreadPoolExecutor or dask's Client"
            )
        return backend
    name = ALIASES.get(backend, backend)
    if name not in (AUTO, *NAMES):
        raise ValueError(f"backend={backend!r} is none of {', '.join((*NAMES, *ALIASES))}")
    if require and name not in ("threads", "serial"):
        raise ValueError(
            f"require='sharedmem' rules out backend={backend!r}, which has memory of its own; "
            "use 'threads'"
        )
    return name


def check_verbose(verbose: Any) -> None:
    """Raise unless it says how much is told; True and False do, as 1 and 0."""
    if verbose is not None and not hasattr(verbose, "__index__"):
        raise TypeError(f"verbose={verbose!r} is no whole number; give 0, 1 or 10")


def effective_n_jobs(n_jobs: int | None = -1) -> int:
    """Say how many workers a number of jobs means here.

    Parameters
    ----------
    n_jobs : int, optional
        As for `Parallel`; None for what `parallel_config` says, else 1.

    Returns
    -------
    int
        At least 1; inside a worker always 1.

    Examples
    --------
    >>> effective_n_jobs(3)
    3
    >>> from faineant import cpu_count
    >>> effective_n_jobs(-1) == cpu_count()
    True
    """
    check_n_jobs(n_jobs)
    if inside_worker():
        return 1
    return workers_for(defaults().n_jobs if n_jobs is None else n_jobs)
