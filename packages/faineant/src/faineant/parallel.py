"""Use every core: a loop whose turns run in several workers, its results in order.

``Parallel(n_jobs=2)(delayed(f)(x) for x in xs)`` reads like the loop that it
replaces, ``[f(x) for x in xs]``. A task is a triple ``(function, args, kwargs)``,
and an instance of `Parallel` takes any iterable of such triples.

The loop is `in_order`: it draws tasks only when a worker is idle, in the
caller's thread and process, and keeps early results until their turn comes.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, ParamSpec

from faineant.serving import Task, inside_worker
from faineant.starting import start_method
from faineant.words import call_in_words, shortened
from faineant.workers import Engine, Failure, Processes, Threads, WorkerTraceback

__all__ = ["Parallel", "cpu_count", "delayed", "effective_n_jobs"]

P = ParamSpec("P")
BACKENDS = ("fork", "spawn", "threading", "sequential")
RETURNS = ("list", "generator")
AHEAD = 8  # how many results for each worker a generator may be ahead of its reader


def delayed(function: Callable[P, Any]) -> Callable[P, Task]:
    """Make a function that, called, gives the call as a task instead of running it.

    Parameters
    ----------
    function : callable
        What the tasks will run.

    Returns
    -------
    callable
        It returns ``(function, args, kwargs)``.

    Examples
    --------
    >>> delayed(max)(1, 2)
    (<built-in function max>, (1, 2), {})
    """

    def task(*args: P.args, **kwargs: P.kwargs) -> Task:
        return function, args, kwargs

    with contextlib.suppress(AttributeError):
        functools.update_wrapper(task, function)
    return task


class Parallel:
    """Runs tasks in several workers and gives their results in order.

    Parameters
    ----------
    n_jobs : int, optional
        How many tasks run at once; -1 for one on each core that this process
        may use, -2 for one less, and so on. With 1, or None, the loop is a
        plain one in the caller's process, good for debugging.
    backend : {"fork", "spawn", "threading", "sequential"}, optional
        Who works. By default processes: forked where that is safe (Linux, as
        long as GNU OpenMP has not started threads), else spawned.
    return_as : {"list", "generator"}
        With "generator", results are handed over as they are asked for, and
        work starts when the first one is.
    verbose : int
        0 says nothing, 1 how long it took, 10 also each result; to stderr.

    Raises
    ------
    TypeError, ValueError
        A parameter is none of these, or a task is no task.

    Notes
    -----
    The first task that raises ends the loop: the others are stopped and its
    exception is raised here, with the worker's traceback and a note that says
    which task it was. A task whose worker dies raises `WorkerDiedError`.

    ``with Parallel(...) as parallel:`` keeps the workers for several loops; they
    see the program's variables as they were when they were started.
    A `Parallel` inside a worker runs its tasks one after the other.

    Examples
    --------
    >>> from math import sqrt
    >>> Parallel(n_jobs=2)(delayed(sqrt)(i**2) for i in range(7))
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """

    def __init__(
        self,
        n_jobs: int | None = None,
        *,
        backend: str | None = None,
        return_as: str = "list",
        verbose: int = 0,
    ):
        check_n_jobs(n_jobs)
        if backend is not None and backend not in BACKENDS:
            raise ValueError(f"backend={backend!r} is none of {', '.join(BACKENDS)}")
        if backend == "fork" and not hasattr(os, "fork"):
            raise ValueError(f"backend='fork': there is no fork on {sys.platform}; use 'spawn'")
        if return_as not in RETURNS:
            raise ValueError(f"return_as={return_as!r} is none of {', '.join(RETURNS)}")
        self.n_jobs, self.backend = n_jobs, backend
        self.return_as, self.verbose = return_as, verbose
        self.kept: Engine | None = None
        self.keeping = self.running = False

    def __call__(self, tasks: Iterable[Task]) -> Any:
        """Run tasks.

        Parameters
        ----------
        tasks : iterable of (function, args, kwargs)
            Drawn one by one, as workers are free for them.

        Returns
        -------
        list or generator
            Their results, in the order of the tasks.
        """
        try:
            results = self.results(iter(tasks))
        except TypeError:
            raise TypeError(
                f"{shortened(tasks, 60)} gives no tasks; call with an iterable, like "
                "Parallel(n_jobs=2)(delayed(f)(x) for x in xs)"
            ) from None
        if self.return_as == "generator":
            return results
        with contextlib.closing(results):
            return list(results)

    def results(self, tasks: Iterator[Task]) -> Generator[Any, None, None]:
        """Run tasks and generate their results."""
        start, count = time.perf_counter(), 0
        with contextlib.closing(self.work(checked(tasks))) as results:
            for count, result in enumerate(results, start=1):
                if self.verbose >= 10:
                    say(f"task {count} done, {time.perf_counter() - start:.1f} s")
                yield result
        if self.verbose > 0:
            say(f"{count} tasks done in {time.perf_counter() - start:.1f} s")

    def work(self, tasks: Iterator[Task]) -> Generator[Any, None, None]:
        """Choose who works, and let them."""
        n_jobs = effective_n_jobs(self.n_jobs)
        if n_jobs == 1 or self.backend == "sequential":
            yield from one_by_one(tasks)
            return
        if self.running:
            raise RuntimeError(
                "this Parallel is at work: use up or close its generator first, or take another one"
            )
        engine = self.kept or self.engine(n_jobs)
        finished, self.running = False, True
        try:
            window = AHEAD * n_jobs if self.return_as == "generator" else math.inf
            yield from in_order(engine, tasks, window)
            finished = True
        finally:
            self.running = False
            if self.keeping and finished:
                self.kept = engine
            else:  # workers in the middle of something are of no use to the next loop
                self.kept = None
                engine.close()

    def engine(self, n_jobs: int) -> Engine:
        """Make the engine that was asked for."""
        if self.backend == "threading":
            return Threads(n_jobs)
        if self.backend is not None:
            return Processes(n_jobs, self.backend)
        return Processes(n_jobs, *start_method())

    def __enter__(self) -> Parallel:
        self.keeping = True
        return self

    def __exit__(self, *exception: object) -> None:
        self.keeping = False
        if self.kept is not None:
            self.kept.close()
            self.kept = None

    def __repr__(self) -> str:
        return f"Parallel(n_jobs={self.n_jobs}, backend={self.backend!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return make_parallel, (self.n_jobs, self.backend, self.return_as, self.verbose)


def make_parallel(
    n_jobs: int | None, backend: str | None, return_as: str, verbose: int
) -> Parallel:
    """Make a Parallel anew, in a copy or another process: workers do not travel."""
    return Parallel(n_jobs, backend=backend, return_as=return_as, verbose=verbose)


def one_by_one(tasks: Iterator[Task]) -> Iterator[Any]:
    """Run tasks here, as a plain loop."""
    for number, (function, args, kwargs) in enumerate(tasks):
        try:
            result = function(*args, **kwargs)
        except Exception as error:
            error.add_note(note(number, (function, args, kwargs)))
            raise
        yield result


def in_order(engine: Engine, tasks: Iterator[Task], window: float) -> Iterator[Any]:
    """Run tasks on an engine; at most `window` of them are drawn and not yet handed over."""
    numbered = enumerate(tasks)
    running: dict[int, Task] = {}
    early: dict[int, Any] = {}
    due, drawing = 0, True
    while True:
        while drawing and engine.has_idle() and len(running) + len(early) < window:
            drawn = next(numbered, None)
            drawing = drawn is not None
            if drawn is not None:
                running[drawn[0]] = drawn[1]
                engine.submit(*drawn)
        while due in early:
            yield early.pop(due)
            due += 1
        if running:
            for outcome in engine.wait():
                task = running.pop(outcome.number)
                if isinstance(outcome.value, Failure):
                    raise explained(outcome.value, outcome.number, task)
                early[outcome.number] = outcome.value
        elif not early and not drawing:
            return


def explained(failure: Failure, number: int, task: Task) -> BaseException:
    """Give a task's error with a note of the task and with the worker's traceback."""
    error = failure.error
    error.add_note(note(number, task))
    if failure.trace:
        error.__cause__ = WorkerTraceback(failure.trace)
    return error


def note(number: int, task: Task) -> str:
    """Say which task it was."""
    call = " ".join(call_in_words(*task, longest=80).split())  # on one line, arrays too
    return f"This was task {number} (counted from 0): {call}"


def checked(tasks: Iterator[Any]) -> Iterator[Task]:
    """Raise where something is no task."""
    for number, task in enumerate(tasks):
        if not isinstance(task, tuple) or len(task) != 3 or not callable(task[0]):
            raise TypeError(
                f"task {number} is {shortened(task, 60)}, and a task is a triple (function, args, "
                "kwargs): write delayed(f)(x), not f(x)"
            )
        yield task


def say(message: str) -> None:
    """Tell the user how it goes."""
    print(f"[Parallel] {message}", file=sys.stderr, flush=True)


# -- how many --------------------------------------------------------------------------------------


def check_n_jobs(n_jobs: Any) -> None:
    """Raise unless it is a number of workers."""
    if n_jobs is None:
        return
    if isinstance(n_jobs, bool) or not hasattr(n_jobs, "__index__"):
        raise TypeError(f"n_jobs={n_jobs!r} is no whole number; give 2, or -1 for every core")
    if n_jobs == 0:
        raise ValueError("n_jobs=0 would do nothing; give 1 for a plain loop, -1 for every core")


def effective_n_jobs(n_jobs: int | None = -1) -> int:
    """Say how many workers a number of jobs means here.

    Parameters
    ----------
    n_jobs : int, optional
        As for `Parallel`.

    Returns
    -------
    int
        At least 1; inside a worker always 1.

    Examples
    --------
    >>> effective_n_jobs(3)
    3
    >>> effective_n_jobs(-1) == cpu_count()
    True
    """
    check_n_jobs(n_jobs)
    if n_jobs is None or inside_worker():
        return 1
    return int(n_jobs) if n_jobs > 0 else max(1, cpu_count() + 1 + int(n_jobs))


def cpu_count() -> int:
    """Count the cores that this process may use.

    Returns
    -------
    int
        At least 1; respects the process's affinity and the quota of its
        control group, so that a container counts what it was given.
    """
    try:
        available = len(os.sched_getaffinity(0))
    except AttributeError:  # neither macOS nor Windows has it
        available = os.cpu_count() or 1
    return max(1, min(available, math.ceil(min(quotas(), default=available))))


def quotas() -> Iterator[float]:
    """Give the processors' time that control groups allow, in cores."""
    for folder in control_groups():
        with contextlib.suppress(OSError, ValueError):
            quota, period = (folder / "cpu.max").read_text().split()
            yield int(quota) / int(period)
        with contextlib.suppress(OSError, ValueError):
            quota = (folder / "cpu.cfs_quota_us").read_text()
            period = (folder / "cpu.cfs_period_us").read_text()
            if int(quota) > 0:
                yield int(quota) / int(period)


def control_groups() -> Iterator[Path]:
    """List this process's control groups and those that they lie in."""
    root = Path("/sys/fs/cgroup")
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            base = root if not controllers else root / "cpu"
            group = base / path.lstrip("/")
            yield from (
                folder for folder in (group, *group.parents) if base in (folder, *folder.parents)
            )
