"""The engine of other machines: whoever runs them, a `concurrent.futures.Executor` leads there.

Python's own executors are such, and so are those of clusters: dask's, MPI's, and
more. They all take a function and give a future, so one engine serves them all.
What differs is only how far away the tasks run, and this file assumes the worst:

- **The executor's pickles are not ours.** Python's process pool breaks for good when
  one task cannot be unpickled. So tasks travel in a `Box`, a pickle that we make
  and that only `run_box` opens, there; each result comes back in a box of its own.
  What goes wrong with one stays with that one, and functions of ``__main__``, lambdas
  and closures travel by value whatever the executor knows about them.
- **The executor fails in its own words.** All that a task raises comes back as a
  value, so an exception of the future itself means that a worker was lost.
- **The executor is somebody else's.** It is never shut down here.
"""

from __future__ import annotations

import pickle
import queue
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any

from faineant.batches import NOTHING, Batch
from faineant.byvalue import packed_by_value
from faineant.cores import cpu_count
from faineant.engines import Report
from faineant.failures import Failure, Task, TaskError, WorkerDiedError, described
from faineant.seeding import kept_state, seed_task
from faineant.serving import HERE, Rules
from faineant.wire import packed, unpacked
from faineant.words import name_of

__all__ = ["Borrowed", "as_executor"]

LOOK_AFTER = 0.2  # seconds; where a thread that waits cannot be interrupted, Ctrl-C is seen then
NO_LIMIT = 1 << 30


def as_executor(backend: Any) -> Executor | None:
    """Give the executor that something is, or has.

    Parameters
    ----------
    backend : object
        An executor, or anything that has one to give by ``get_executor()``, as
        dask's `Client` has.

    Returns
    -------
    concurrent.futures.Executor or None
        None if it is neither.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> pool = ThreadPoolExecutor(2)
    >>> as_executor(pool) is pool, as_executor("fork")
    (True, None)
    """
    if isinstance(backend, Executor):
        return backend
    if isinstance(backend, type) or not callable(getattr(backend, "get_executor", None)):
        return None
    executor = backend.get_executor()
    return executor if isinstance(executor, Executor) else None


class Borrowed:
    """An engine of workers that somebody else's executor has.

    Parameters
    ----------
    backend : Executor, or an object with ``get_executor()``
        It stays open when the engine is closed.
    n_jobs : int, optional
        How many batches it is given at once; None or -1 for as many as it has
        workers, -2 for one less, and so on. If it does not tell how many it has,
        one for each core here.
    rules : Rules, optional
        Of the loop. Threads of BLAS and OpenMP are left to the executor's owner.

    Raises
    ------
    TypeError
        It is no executor and has none.
    """

    most = NO_LIMIT

    def __init__(self, backend: Any, n_jobs: int | None = None, rules: Rules | None = None):
        executor = as_executor(backend)
        if executor is None:
            raise TypeError(
                f"backend={backend!r} is no executor; give a concurrent.futures.Executor, or an "
                "object whose get_executor() returns one, like dask's Client"
            )
        self.executor, self.seed = executor, rules.seed if rules else None
        self.width = width_for(n_jobs, known_width(backend, executor) or cpu_count())
        self.running: dict[Future[Any], Batch] = {}
        self.ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def has_idle(self) -> bool:
        """Tell whether a batch would be started at once."""
        return len(self.running) < self.width

    def submit(self, batch: Batch) -> None:
        """Start a batch."""
        try:
            future = self.sent(batch)
        except TaskError as error:
            if len(batch) > 1:
                self.submit_singly(batch)
                return
            future = Future()
            future.set_exception(error)
        self.running[future] = batch
        future.add_done_callback(self.ended.put)

    def sent(self, batch: Batch) -> Future[Any]:
        """Hand a batch to the executor."""
        call: Callable[..., Any] = run_box
        tasks: Any = batch.tasks
        if isinstance(self.executor, ThreadPoolExecutor):
            call = run_tasks
        else:
            tasks = boxed_tasks(tasks)
        try:
            return self.executor.submit(call, tasks, list(batch.numbers), self.seed)
        except Exception as error:
            kind = WorkerDiedError if isinstance(error, BrokenExecutor) else TaskError
            raise kind(
                f"{self.name} takes no tasks ({type(error).__name__}: {error}); make a new one"
            ) from error

    def submit_singly(self, batch: Batch) -> None:
        """Start the tasks of a batch on their own: one of them cannot travel, the others may."""
        for place in range(len(batch)):
            self.submit(batch[place : place + 1])

    def wait(self, timeout: float | None = None) -> list[Report]:
        """Wait until at least one batch has ended, or the time is up."""
        end = None if timeout is None else time.monotonic() + timeout
        reports: list[Report] = []
        while not reports and self.running:
            left = LOOK_AFTER if end is None else min(LOOK_AFTER, end - time.monotonic())
            try:
                future = self.ended.get(timeout=max(0.0, left))
            except queue.Empty:
                if left <= 0:
                    break
                continue
            reports += self.reports_of(future)
        while not self.ended.empty():
            reports += self.reports_of(self.ended.get())
        return reports

    def reports_of(self, future: Future[Any]) -> list[Report]:
        """Say what became of a batch; nothing if its tasks were sent again, one by one."""
        batch = self.running.pop(future)
        if future.cancelled():
            return [failed(batch, WorkerDiedError(f"{self.name} has cancelled the task"))]
        error = future.exception()
        if error is not None:
            return [failed(batch, self.in_our_words(error))]
        values, seconds = future.result()
        if isinstance(values, Unopened):
            if len(batch) > 1:
                self.submit_singly(batch)
                return []
            return [failed(batch, unopenable(batch.tasks[0], values))]
        return [Report(batch, [opened(value) for value in values], seconds)]

    def in_our_words(self, error: BaseException) -> TaskError:
        """Say what happened to the worker."""
        if isinstance(error, TaskError):
            return error
        if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("faineant"):
            told = TaskError(f"the workers of {self.name} have no faineant; install it there too")
        else:
            told = WorkerDiedError(
                f"{self.name} has lost the task ({type(error).__name__}: {error})"
            )
        told.__cause__ = error
        return told

    @property
    def name(self) -> str:
        """The executor's, for messages."""
        return type(self.executor).__name__

    def take_back(self) -> Batch:
        """Give nothing: a batch that has left cannot be divided."""
        return NOTHING

    def close(self) -> None:
        """Cancel what has not begun; what runs, runs to its end there, and nobody listens."""
        running, self.running = list(self.running), {}
        self.ended = queue.SimpleQueue()
        for future in running:
            future.cancel()


def known_width(backend: Any, executor: Executor) -> int | None:
    """Count an executor's workers, where it tells."""
    client = backend if backend is not executor else getattr(backend, "_client", None)
    nthreads = getattr(client, "nthreads", None)  # dask's
    if callable(nthreads):
        return int(sum(nthreads().values()))
    # No executor has a public name for it, but Python's, loky's and MPI's share this one.
    width = getattr(executor, "_max_workers", None)
    return width if isinstance(width, int) else None


def width_for(n_jobs: int | None, known: int) -> int:
    """Say how many batches run at once."""
    if n_jobs is None:
        return known
    return n_jobs if n_jobs > 0 else max(1, known + 1 + n_jobs)


def failed(batch: Batch, error: BaseException) -> Report:
    """Report the same failure for all tasks of a batch."""
    return Report(batch, [Failure(error) for _ in batch.numbers], 0.0)


# -- boxes ----------------------------------------------------------------------------------------


class Box:
    """A pickled value that an executor passes on as it is.

    Parameters
    ----------
    pieces : sequence
        The pickle and its large buffers.
    """

    def __init__(self, pieces: Sequence[Any]):
        self.pieces = pieces

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        stream, *buffers = self.pieces
        # What is a bytearray here is writable there, as an array should be.
        carrier = pickle.PickleBuffer if protocol >= 5 else bytearray
        return Box, ([stream, *map(carrier, buffers)],)

    def __dask_tokenize__(self) -> str:
        """Differ from every other box: dask would run equal calls once, also random ones."""
        return uuid.uuid4().hex


class Unopened(str):
    """Why a box could not be opened."""


def boxed(value: Any) -> Box:
    """Pickle a value for a place that may share nothing with this one."""
    parcel = packed(value, packed_by_value)
    return Box([parcel.stream, *parcel.buffers])


def boxed_tasks(tasks: Sequence[Task]) -> Box:
    """Pickle tasks; say what to do if they cannot be."""
    try:
        return boxed(list(tasks))
    except Exception as error:
        raise TaskError(
            f"{name_of(tasks[0][0])} or its arguments cannot be sent to another process ({error}); "
            "let the task open or make there what cannot travel"
        ) from error


def unopenable(task: Task, problem: Unopened) -> TaskError:
    """Say why a task has not begun."""
    return TaskError(
        f"{name_of(task[0])} or its arguments cannot be unpickled by the worker ({problem}); "
        "modules that it needs must be installed there as they are here"
    )


def opened(value: Any) -> Any:
    """Give the result, or `Failure`, that came back."""
    if not isinstance(value, Box):
        return value
    try:
        return unpacked(value.pieces)
    except Exception as error:
        return Failure(TaskError(f"its result cannot be unpickled ({error})"))


# -- there ----------------------------------------------------------------------------------------


def run_box(box: Box, numbers: list[int], seed: int | None) -> tuple[Any, float]:
    """Run the tasks in a box; give each result in a box of its own, and the seconds."""
    try:
        tasks = unpacked(box.pieces)
    except Exception as error:
        return Unopened(f"{type(error).__name__}: {error}"), 0.0
    return run_tasks(tasks, numbers, seed, away=True)


def run_tasks(
    tasks: Sequence[Task], numbers: list[int], seed: int | None, away: bool = False
) -> tuple[Any, float]:
    """Run tasks one after the other; give their results or failures, and the seconds."""
    begun = time.perf_counter()
    outcome: Callable[[Task], Any] = boxed_outcome if away else outcome_here
    values = []
    # The thread is not ours, nor are the generators: both are left as they were.
    with working(), nullcontext() if seed is None else kept_state():
        for number, task in zip(numbers, tasks, strict=True):
            if seed is not None:
                seed_task(seed, number)
            values.append(outcome(task))
    return values, time.perf_counter() - begun


@contextmanager
def working() -> Iterator[None]:
    """Be a worker for a while: nested loops run serially."""
    before, HERE.works = HERE.works, True
    try:
        yield
    finally:
        HERE.works = before


def outcome_here(task: Task) -> Any:
    """Run a task in the caller's process."""
    function, args, kwargs = task
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return Failure(error)


def boxed_outcome(task: Task) -> Box:
    """Run a task in another process; box what comes of it."""
    function, args, kwargs = task
    try:
        value = function(*args, **kwargs)
    except BaseException as error:
        return Box([described(error)])
    try:
        return boxed(value)
    except Exception as error:
        problem = f"its result, a {type(value).__name__}, cannot be sent ({error}); "
        return Box([described(TaskError(f"{problem}return something plainer or smaller"))])
