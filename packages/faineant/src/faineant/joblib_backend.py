"""joblib's loops on our workers: scikit-learn's ``n_jobs`` forks in milliseconds.

joblib lets others run its batches. It hands them over one by one, from the thread
that has started the loop and later from the callbacks of those that have ended, and
it wants to be called back the moment one ends. An engine of ours belongs to one
thread. So a `Driver` stands between them: a thread that owns the engine, starts
what comes in through a queue and settles the futures that joblib listens to.

joblib asks for one backend object and shares it: between loops that run at the same
time, and with loops inside tasks. Here each loop has a driver of its own; it is
started by the first batch and has ended, its workers too, when the loop has.
"""

from __future__ import annotations

import atexit
import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

from faineant.batches import Batch
from faineant.configured import effective_n_jobs
from faineant.cores import cpu_count
from faineant.engines import Engine, Processes
from faineant.failures import Failure, WorkerTraceback
from faineant.serving import Rules
from faineant.starting import start_method

__all__ = ["register_joblib"]

SOON = 0.01  # seconds until a batch that comes in while a worker is idle is started, at most
LATER = 0.1  # seconds until a loop that was given up is, while all workers are busy, at most


def register_joblib() -> None:
    """Let joblib, and so scikit-learn, run loops on our workers.

    Notes
    -----
    Afterwards ``backend="faineant"`` is one that joblib knows, in ``Parallel`` and
    in ``parallel_config``. ``n_jobs``, ``return_as``, ``timeout`` and
    ``inner_max_num_threads`` mean what they mean there. Loops inside tasks run
    serially. Workers are started for each loop and end with it.

    Raises
    ------
    ImportError
        There is no joblib.

    Examples
    --------
    >>> import joblib
    >>> from math import sqrt
    >>> register_joblib()
    >>> with joblib.parallel_config(backend="faineant", n_jobs=2):
    ...     joblib.Parallel()(joblib.delayed(sqrt)(i**2) for i in range(5))
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    import joblib  # type: ignore[import-not-found]

    joblib.register_parallel_backend("faineant", backend_class())


def backend_class() -> type:
    """Make the class that joblib wants: only here is joblib needed."""
    # Its own comment says that whoever writes a backend finds what he needs in this module.
    from joblib.parallel import (  # type: ignore[import-not-found]
        AutoBatchingMixin,
        ParallelBackendBase,
    )

    return type("FaineantBackend", (Backend, AutoBatchingMixin, ParallelBackendBase), {})


class Backend:
    """What joblib calls, in its order: configure, submit many times, then terminate."""

    supports_retrieve_callback = True
    supports_inner_max_num_threads = True

    # joblib's base class has them:
    nesting_level: int
    inner_max_num_threads: int | None
    reset_batch_stats: Callable[[], None]

    shared = True  # by all loops in a parallel_config; each gets a backend of its own from it
    driver: Driver | None = None

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Say how many workers a number of jobs means here."""
        return effective_n_jobs(n_jobs)

    def configure(self, n_jobs: int | None = 1, parallel: Any = None, **options: Any) -> int:
        """Prepare for a loop; give how many workers it will have.

        joblib looks elsewhere when told to fall back: for a single worker to its
        plain loop, and else to the backend that only this loop will use.
        """
        from joblib.parallel import FallbackToBackend, SequentialBackend

        width = self.effective_n_jobs(n_jobs)
        if width == 1:
            raise FallbackToBackend(SequentialBackend(nesting_level=self.nesting_level))
        if self.shared:
            own = type(self)(  # type: ignore[call-arg]
                nesting_level=self.nesting_level, inner_max_num_threads=self.inner_max_num_threads
            )
            own.shared = False
            raise FallbackToBackend(own)
        self.parallel, self.width = parallel, width
        return width

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], Any]) -> Future[Any]:
        """Take a batch of joblib's: one task for us."""
        if self.driver is None:
            threads = self.inner_max_num_threads or max(1, cpu_count() // self.width)
            self.driver = Driver(lambda: processes(self.width, Rules(threads=threads)))
        future: Future[Any] = Future()
        future.add_done_callback(callback)
        self.driver.inbox.put(Job(func, future))
        return future

    def retrieve_result_callback(self, future: Future[Any]) -> Any:
        """Give a batch's results, or raise its error."""
        return future.result()

    def terminate(self) -> None:
        """End the loop's workers."""
        self.abort_everything()
        self.reset_batch_stats()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Stop what runs and forget what waits; the next batch would start new workers."""
        driver, self.driver = self.driver, None
        if driver is not None:
            driver.stop()

    def get_nested_backend(self) -> tuple[Any, None]:
        """Say who runs a loop of joblib's inside a task: the worker alone."""
        from joblib.parallel import SequentialBackend

        return SequentialBackend(nesting_level=self.nesting_level + 1), None


def processes(width: int, rules: Rules) -> Engine:
    """Make the engine: worker processes, started as is best here."""
    return Processes(width, rules, start_method()[0])


class Job(NamedTuple):
    """A batch of joblib's, and the future that tells joblib what became of it."""

    function: Callable[[], Any]
    future: Future[Any]


class Driver:
    """A thread that runs jobs on an engine.

    Parameters
    ----------
    make_engine : callable
        Makes the engine, in the thread that will use it.
    """

    def __init__(self, make_engine: Callable[[], Engine]):
        self.make_engine = make_engine
        self.inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.running: dict[int, Future[Any]] = {}
        self.stopping = False
        self.thread = threading.Thread(target=self.run, name="faineant driver", daemon=True)
        self.thread.start()
        atexit.register(self.stop)  # a program may end in the middle of a generator

    def run(self) -> None:
        """Run jobs until told to stop; an engine that breaks fails them all."""
        try:
            engine = self.make_engine()
            try:
                self.drive(engine)
            finally:
                engine.close()
        except BaseException as error:
            if self.stopping:
                raise  # nobody waits for a result any more
            self.fail(error)

    def drive(self, engine: Engine) -> None:
        """Start jobs while somebody is idle, and settle those that have ended."""
        numbers = itertools.count()
        while not self.stopping:
            while engine.has_idle() and (job := self.next_job()):
                number = next(numbers)
                self.running[number] = job.future
                engine.submit(Batch([number], [(job.function, (), {})]))
            if self.running and not self.stopping:
                # Nobody can wake it up, so it looks up by itself when something may have come.
                for report in engine.wait(SOON if engine.has_idle() else LATER):
                    for number, value in zip(report.batch.numbers, report.values, strict=True):
                        settle(self.running.pop(number), value)

    def next_job(self) -> Job | None:
        """Give a job that waits, if there is one; while nothing runs, wait for it."""
        try:
            return self.inbox.get(block=not self.running and not self.stopping)
        except queue.Empty:
            return None

    def fail(self, error: BaseException) -> None:
        """Fail the jobs that run, and all that still come until joblib gives up."""
        for future in self.running.values():
            future.set_exception(error)
        while not self.stopping:
            if job := self.inbox.get():
                job.future.set_exception(error)

    def stop(self) -> None:
        """Stop, and wait until no worker is left."""
        self.stopping = True
        self.inbox.put(None)  # it may be waiting for a job
        if threading.current_thread() is not self.thread:
            self.thread.join()
        atexit.unregister(self.stop)


def settle(future: Future[Any], value: Any) -> None:
    """Tell joblib what became of a batch; its callback runs here, and may submit the next."""
    if not isinstance(value, Failure):
        future.set_result(value)
        return
    if value.trace:
        value.error.__cause__ = WorkerTraceback(value.trace)
    future.set_exception(value.error)
