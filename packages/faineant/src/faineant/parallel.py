"""Use every core: a loop whose turns run in several workers, its results in order.

``Parallel(n_jobs=2)(delayed(f)(x) for x in xs)`` reads like the loop that it
replaces, ``[f(x) for x in xs]``. A task is a triple ``(function, args, kwargs)``,
and an instance of `Parallel` takes any iterable of such triples.

Here are the parameters, and who works for which. Then read `faineant.loop`, which
draws the tasks and orders the results, and `faineant.engines`, who run them.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import re
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, ParamSpec

from faineant.configured import AUTO, backend_named, check_verbose, defaults, effective_n_jobs
from faineant.cores import check_count, check_n_jobs, cpu_count
from faineant.engines import Engine, Processes, Serial, Threads
from faineant.failures import Task
from faineant.lines import show
from faineant.loop import Loop, Plan
from faineant.progress import Progress, reporter
from faineant.seeding import check_seed
from faineant.serving import Rules, inside_worker
from faineant.starting import start_method, threads_are_free
from faineant.words import shortened

__all__ = ["Parallel", "delayed"]

P = ParamSpec("P")
RETURNS = ("list", "generator", "generator_unordered")
ON_ERROR = ("raise", "return", "debug")


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
    return Delayed(task_of, function)


class Delayed(functools.partial[Task]):
    """Gives calls of a function as tasks, and has the function's name and signature.

    It is made anew for each turn of a loop, so it looks for them only when asked.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(self.args[0], name)

    @property
    def __wrapped__(self) -> Any:
        """The function."""
        return self.args[0]


def task_of(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Task:
    """Give a call as a task."""
    return function, args, kwargs


class Parallel:
    """Runs tasks in several workers and gives their results in order.

    Parameters
    ----------
    n_jobs : int, optional
        How many tasks run at once; -1 for one on each core that this process may use,
        -2 for one less, and so on. With 1 the loop is a plain one in the caller's
        process, good for debugging. None is what `parallel_config` says, else 1.
    backend : str or executor, optional
        Who works: ``"fork"``, ``"spawn"``, ``"threads"``, ``"serial"``, any
        `concurrent.futures.Executor`, or what gives one, such as dask's ``Client``. By
        default processes: forked where that is safe (see `why`), else spawned; threads
        on a Python without GIL. joblib's names are understood: ``"loky"`` and
        ``"multiprocessing"`` mean the default.
    return_as : {"list", "generator", "generator_unordered"}
        With a generator, results are handed over as they are asked for, and work
        starts when the first one is; unordered, whichever is there first.
    verbose : int, optional
        0 says nothing, 1 how long it took, 10 also each task; to stderr.
    timeout : float, optional
        The seconds that each task may take. A process that takes longer is stopped, a
        thread is given up. Kept neither by a plain loop nor by an executor.
    pre_dispatch : int, str, optional
        How many tasks may be drawn and not be done with; an expression such as
        ``"2 * n_jobs"``, or ``"all"``. A result that is to be read from a generator
        counts as well. By default some for each worker.
    batch_size : int or "auto"
        How many tasks a worker is given at once; by default so many that they take
        some milliseconds. Those that wait behind a slow one are given to others.
    prefer : {"processes", "threads"}, optional
        Who shall work unless `backend` says so.
    require : "sharedmem", optional
        Let tasks change the caller's objects: threads, or a plain loop.
    on_error : {"raise", "return", "debug"}
        What becomes of a task's error: raised here at once, while the others are
        stopped; put in the place of the result; or the task is run again, here, so
        that a debugger finds it where it fails.
    retries : int
        How often a task is run again whose worker has died.
    progress : bool or callable
        True draws a bar if stderr is a terminal or a notebook; a callable is given each
        event, with ``done``, ``total``, ``failed``, ``known``, ``seconds`` and ``call``.
    seed : int, optional
        Seeds `random` and numpy's global generator for each task, the same for any number
        and kind of workers. Without it, workers draw different numbers.

    Raises
    ------
    TypeError, ValueError
        A parameter is none of these, or a task is no task.

    Notes
    -----
    A task's error keeps its type, its worker's traceback is its cause, and a note says
    which task it was. A task whose worker dies raises `WorkerDiedError`, one that takes
    too long `TaskTimeoutError`, one that cannot be sent or cannot send its result
    `TaskError`.

    ``with Parallel(...) as parallel:`` keeps the workers for several loops; they
    see the program's variables as they were when they were started.
    A `Parallel` inside a worker runs its tasks one after the other.

    Give each task objects of its own: several short tasks are drawn before they are sent.
    A task of a function that `Memory` caches is looked up first, and sent nowhere if its
    result is remembered; of equal ones, one runs.

    Examples
    --------
    >>> from math import sqrt
    >>> Parallel(n_jobs=2)(delayed(sqrt)(i**2) for i in range(7))
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """

    def __init__(
        self,
        n_jobs: int | None = None,
        backend: Any = None,
        return_as: str = "list",
        verbose: int | None = None,
        timeout: float | None = None,
        pre_dispatch: int | str | None = None,
        batch_size: int | str = "auto",
        *,
        prefer: str | None = None,
        require: str | None = None,
        on_error: str = "raise",
        retries: int = 0,
        progress: bool | Callable[[Progress], Any] = False,
        seed: int | None = None,
    ):
        given = {name: value for name, value in locals().items() if name not in ("self", "given")}
        told = defaults()
        self.parameters = given | {"n_jobs": told.n_jobs if n_jobs is None else n_jobs}
        if backend is None and prefer is None and require is None:
            backend, prefer, require = told.backend, told.prefer, told.require
        self.backend, self.named = backend, backend_named(backend, prefer, require)
        self.parameters |= {"backend": backend, "prefer": prefer, "require": require}
        check_n_jobs(n_jobs)
        if self.named == "fork" and not hasattr(os, "fork"):
            raise ValueError(f"backend='fork': there is no fork on {sys.platform}; use 'spawn'")
        check_choice("return_as", return_as, RETURNS)
        check_choice("on_error", on_error, ON_ERROR)
        check_count("retries", retries, 0)
        if batch_size != "auto":
            check_count("batch_size", batch_size, 1)
        check_timeout(timeout)
        check_verbose(verbose)
        check_seed(seed)
        reporter(progress)
        self.n_jobs, self.return_as = self.parameters["n_jobs"], return_as
        self.verbose = told.verbose if verbose is None else verbose
        self.timeout, self.pre_dispatch, self.batch_size = timeout, pre_dispatch, batch_size
        self.on_error, self.retries, self.progress, self.seed = on_error, retries, progress, seed
        self.inner_max_num_threads = told.inner_max_num_threads
        tasks_ahead(pre_dispatch, 1)
        self.kept: Engine | None = None
        self.keeping = self.running = self.forks_hang = False

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
        if not hasattr(type(tasks), "__iter__") and not hasattr(type(tasks), "__getitem__"):
            raise TypeError(
                f"{shortened(tasks, 60)} gives no tasks; call with an iterable, like "
                "Parallel(n_jobs=2)(delayed(f)(x) for x in xs)"
            )
        results = self.work(tasks)
        if self.return_as != "list":
            return one_by_one(results)
        with contextlib.closing(results):
            return [result for some in results for result in some]

    def why(self) -> str:
        """Say who would work, and why.

        Returns
        -------
        str
            A sentence.

        Examples
        --------
        >>> Parallel(n_jobs=1).why()
        'Tasks run one after the other in this process, for n_jobs is 1.'
        """
        kind, reason = self.choice()
        return f"{WORKS[kind]}, for {reason}."

    def choice(self) -> tuple[str, str]:
        """Choose who works; say why."""
        if inside_worker():
            return "serial", "this is a worker already"
        if self.named not in (AUTO, *WORKS):
            return "executor", "it was given as the backend"
        if self.named == "serial":
            return "serial", "that was asked for"
        if effective_n_jobs(self.n_jobs) == 1:
            return "serial", "n_jobs is 1"
        if self.forks_hang:
            return "spawn", "a forked worker did not report within a second"
        if self.named != AUTO:
            return self.named, "they were asked for"
        if threads_are_free() and self.seed is None:
            return "threads", "this Python has no GIL"
        return start_method()

    def work(self, tasks: Iterable[Task]) -> Generator[list[Any], None, None]:
        """Let somebody work; give some results at a time."""
        if self.running:
            raise RuntimeError(
                "this Parallel is at work: use up or close its generator first, or take another one"
            )
        with one_traceback(), contextlib.ExitStack() as stack:
            tell = stack.enter_context(self.told())
            engine = self.kept or self.engine()
            loop = Loop(engine, tasks, self.plan(engine.width, tell))
            if isinstance(engine, Processes):
                engine.show = getattr(tell, "show", show)
            finished, self.running = False, True
            try:
                yield from loop.results()
                finished = True
            finally:
                self.running = False
                self.forks_hang |= isinstance(engine, Processes) and engine.forks_hang
                if self.keeping and finished:
                    self.kept = engine
                else:  # workers in the middle of something are of no use to the next loop
                    self.kept = None
                    engine.close()

    def engine(self) -> Engine:
        """Make the engine that is chosen."""
        kind, _ = self.choice()
        width = effective_n_jobs(self.n_jobs)
        threads = self.inner_max_num_threads or max(1, cpu_count() // width)
        careful = self.on_error != "raise" or self.retries > 0
        rules = Rules(careful, self.timeout is not None, self.seed, threads)
        if kind == "serial":
            return Serial(rules)
        if kind == "threads":
            return Threads(width, rules, self.timeout)
        if kind == "executor":
            from faineant.executors import Borrowed

            return Borrowed(self.named, self.n_jobs, rules)
        return Processes(width, rules, kind, self.timeout)

    def plan(self, width: int, tell: Callable[[Progress], Any] | None) -> Plan:
        """Say how the loop goes."""
        return Plan(
            in_order=self.return_as != "generator_unordered",
            lazily=self.return_as != "list",
            batch_size=None if self.batch_size == "auto" else int(self.batch_size),
            window=tasks_ahead(self.pre_dispatch, width),
            on_error=self.on_error,
            retries=self.retries,
            report=tell,
        )

    @contextlib.contextmanager
    def told(self) -> Iterator[Callable[[Progress], Any] | None]:
        """Tell how it goes, as `progress` and `verbose` want it."""
        ask = reporter(self.progress)
        last = Progress(0, 0, 0, 0, 0.0)
        start = time.perf_counter()

        def tell(event: Progress) -> None:
            nonlocal last
            last = event
            if ask is not None:
                ask(event)
            if self.verbose >= 10:
                say(f"task {event.done} done, {event.seconds:.1f} s: {event.call}")

        if ask is None and self.verbose <= 0:
            yield None
            return
        if aside := getattr(ask, "aside", None):
            tell.show = shown_beside(aside)  # type: ignore[attr-defined]
        try:
            yield tell
        finally:
            if close := getattr(ask, "close", None) if self.progress is True else None:
                close()
        if self.verbose > 0:
            say(f"{last.done} tasks done in {time.perf_counter() - start:.1f} s")

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
        return make_parallel, (self.parameters,)


WORKS = {
    "serial": "Tasks run one after the other in this process",
    "threads": "Tasks run in threads of this process",
    "fork": "Tasks run in forked processes",
    "spawn": "Tasks run in fresh interpreters",
    "executor": "An executor runs the tasks",
}


def make_parallel(parameters: dict[str, Any]) -> Parallel:
    """Make a Parallel anew, in a copy or another process: workers do not travel."""
    return Parallel(**parameters)


def one_by_one(results: Generator[list[Any], None, None]) -> Generator[Any, None, None]:
    """Give results singly."""
    with contextlib.closing(results):
        for some in results:
            yield from some


@contextlib.contextmanager
def one_traceback() -> Iterator[None]:
    """Let Ctrl-C tell where it came, and not of what was just being dealt with there."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        interrupt.__suppress_context__ = True
        raise


def shown_beside(aside: Callable[[bytes], Any]) -> Callable[[str, bytes], None]:
    """Show what workers print without breaking the bar."""

    def show_beside(name: str, data: bytes) -> None:
        with aside(data):
            show(name, data)

    return show_beside


def say(message: str) -> None:
    """Tell the user how it goes."""
    print(f"[Parallel] {message}", file=sys.stderr, flush=True)


# -- at the door ----------------------------------------------------------------------------------


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """Raise unless a value is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name}={value!r} is none of {', '.join(choices)}")


def check_timeout(timeout: Any) -> None:
    """Raise unless it is a time."""
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        raise TypeError(f"timeout={timeout!r} is no number of seconds; give 2.5, or None")
    if not timeout > 0:
        raise ValueError(f"timeout={timeout!r} would let no task run; give seconds, or None")


def tasks_ahead(pre_dispatch: Any, n_jobs: int) -> float | None:
    """Give the most tasks that are drawn and not yet done with.

    Examples
    --------
    >>> tasks_ahead("2 * n_jobs", 4), tasks_ahead("all", 4), tasks_ahead(3, 4)
    (8, inf, 3)
    """
    if pre_dispatch is None:
        return None
    if pre_dispatch == "all":
        return math.inf
    if isinstance(pre_dispatch, str):
        found = re.fullmatch(r"\s*(?:(\d+(?:\.\d+)?)\s*\*)?\s*n_jobs\s*", pre_dispatch)
        if found is None:
            raise ValueError(
                f"pre_dispatch={pre_dispatch!r} is not understood; give a number, 'all', or a "
                "multiple such as '2 * n_jobs'"
            )
        return max(1, int(float(found[1] or 1) * n_jobs))
    check_count("pre_dispatch", pre_dispatch, 1)
    return int(pre_dispatch)
