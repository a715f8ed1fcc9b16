"""The engines: who runs the tasks, and how tasks and results travel.

An engine is given numbered tasks while it has somebody idle, and hands back
outcomes as they come, in any order. There are two: threads of this process, and
worker processes, each with one pipe of its own and no lock shared with others.
A process is started by fork where that is safe, else by spawn:

- **fork**: a worker is a copy of this process, made when its first task is at
  hand. Whatever existed then, it has: lambdas, closures, large arrays, nothing
  of it pickled. A later task travels as a pickle of its arguments; one that cannot,
  or whose function is younger than the worker, gets a newly forked worker.
- **spawn**: a worker is a fresh interpreter; functions must be importable there.

`faineant.starting` decides which, and `faineant.serving` is what a worker does.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import signal
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType
from typing import Any, NoReturn, Protocol

from faineant.serving import HERE, Task, TaskError, packed, receive, send, serve, unpacked
from faineant.words import name_of

__all__ = [
    "Engine",
    "Failure",
    "Outcome",
    "Processes",
    "Threads",
    "WorkerDiedError",
]

CHECK_EVERY = 0.2  # seconds between looks at workers that say nothing
REMEMBERED_FUNCTIONS = 64


class WorkerDiedError(TaskError):
    """A worker process ended in the middle of a task."""


class WorkerTraceback(Exception):  # noqa: N818 - no error, but the story of one
    """The traceback of an error, as its worker saw it."""

    def __init__(self, text: str):
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


@dataclass(frozen=True)
class Failure:
    """What a task raised, and the worker's traceback as text, empty if the error has its own."""

    error: BaseException
    trace: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its value, or a `Failure`."""

    number: int
    value: Any


class Engine(Protocol):
    """What the loop in `faineant.parallel` needs."""

    def has_idle(self) -> bool:
        """Tell whether a task would be started at once."""

    def submit(self, number: int, task: Task) -> None:
        """Start a task."""

    def wait(self) -> list[Outcome]:
        """Wait until at least one task has ended."""

    def close(self) -> None:
        """Let idle workers go; stop those that still work."""


# -- threads ------------------------------------------------------------------------------------


class Threads:
    """An engine of threads: for functions that wait, or that free the GIL.

    Parameters
    ----------
    n_workers : int
        How many tasks run at once.
    """

    def __init__(self, n_workers: int):
        self.n_workers, self.n_running = n_workers, 0
        self.pool = ThreadPoolExecutor(n_workers, thread_name_prefix="faineant")
        self.ended: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def has_idle(self) -> bool:
        """Tell whether a task would be started at once."""
        return self.n_running < self.n_workers

    def submit(self, number: int, task: Task) -> None:
        """Start a task."""
        self.n_running += 1
        self.pool.submit(self.run, number, task)

    def run(self, number: int, task: Task) -> None:
        """Run a task, in a worker thread."""
        HERE.works = True
        function, args, kwargs = task
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            value = Failure(error)
        self.ended.put(Outcome(number, value))

    def wait(self) -> list[Outcome]:
        """Wait until a task has ended."""
        outcome = self.ended.get()
        self.n_running -= 1
        return [outcome]

    def close(self) -> None:
        """Let the threads end after what they are doing: a thread cannot be stopped."""
        self.pool.shutdown(wait=False, cancel_futures=True)


# -- processes ----------------------------------------------------------------------------------


class Processes:
    """An engine of worker processes.

    Parameters
    ----------
    n_workers : int
        How many tasks run at once.
    method : {"fork", "spawn"}
        How a worker is started.
    reason : str
        Why so; told where it stands in somebody's way.
    """

    def __init__(self, n_workers: int, method: str, reason: str = "it was asked for"):
        self.n_workers, self.method, self.reason = n_workers, method, reason
        self.workers: list[Worker] = []
        self.functions: dict[int, Any] = {}  # what a worker forked now would know
        self.ended: list[Outcome] = []
        self.owner = os.getpid()
        ENGINES.add(self)

    def has_idle(self) -> bool:
        """Tell whether a task would be started at once."""
        return len(self.workers) < self.n_workers or any(not each.busy for each in self.workers)

    def submit(self, number: int, task: Task) -> None:
        """Start a task: with an idle worker that can take it, or a new one."""
        self.remember(task[0])
        idle = next((worker for worker in self.workers if not worker.busy), None)
        if idle is not None:
            try:
                message = idle.message(task)
            except Exception as error:
                if self.method == "spawn":
                    self.ended.append(Outcome(number, Failure(self.unsendable(task, error))))
                    return
                message = None
            if message is not None and idle.send(number, task, message):
                return
            self.remove(idle)
        self.start(number, task)

    def remember(self, function: Any) -> None:
        """Keep a function, so that workers forked from now on can be told to use theirs."""
        if goes_by_identity(function):
            self.functions[id(function)] = function
            if len(self.functions) > REMEMBERED_FUNCTIONS:
                del self.functions[next(iter(self.functions))]

    def start(self, number: int, task: Task) -> None:
        """Start a worker on a task."""
        if self.method == "fork":
            with interrupts_later():
                self.workers.append(fork_worker(number, task, dict(self.functions)))
            return
        try:
            message = b"t", packed(task)
        except Exception as error:
            self.ended.append(Outcome(number, Failure(self.unsendable(task, error))))
            return
        with interrupts_later():
            worker = spawn_worker()
            self.workers.append(worker)
        worker.send(number, task, message)

    def unsendable(self, task: Task, error: BaseException | str) -> TaskError:
        """Say why a task cannot be sent to a fresh interpreter, and what would help."""
        return TaskError(
            f"{name_of(task[0])} or its arguments cannot be sent to a fresh interpreter "
            f"({error}). Workers are started by spawn, because {self.reason}: define the function "
            "in a module that can be imported, or use backend='threading', or n_jobs=1"
        )

    def wait(self) -> list[Outcome]:
        """Wait until at least one task has ended, or its worker has."""
        from multiprocessing.connection import wait

        while not self.ended:
            busy = {worker.connection: worker for worker in self.workers if worker.busy}
            for connection in wait(list(busy), CHECK_EVERY) or list(busy):
                worker = busy[connection]
                if worker.connection.poll():
                    self.ended += self.received(worker)
                elif not worker.alive():
                    self.ended += self.buried(worker)
        ended, self.ended = self.ended, []
        return ended

    def received(self, worker: Worker) -> list[Outcome]:
        """Receive what a worker has to say."""
        number, task = worker.number, worker.task
        try:
            answer, pieces = receive(worker.connection)
        except (EOFError, OSError):
            return self.buried(worker)
        if answer == b"h":  # a fresh interpreter has imported what it needs
            worker.greeted = True
            return []
        worker.task = None
        try:
            content = unpacked(pieces)
        except Exception as error:
            return [
                Outcome(number, Failure(TaskError(f"its result cannot be unpickled ({error})")))
            ]
        if answer == b"?":  # it could not unpickle the task
            if self.method == "spawn":
                return [Outcome(number, Failure(self.unsendable(task, content)))]
            self.remove(worker)
            self.start(number, task)
            return []
        return [Outcome(number, Failure(*content) if answer == b"!" else content)]

    def buried(self, worker: Worker) -> list[Outcome]:
        """Say what a dead worker died of."""
        self.workers.remove(worker)
        cause = worker.end(patience=1.0)
        hint = ""
        if self.method == "spawn" and not worker.greeted:
            hint = (
                "; a fresh interpreter imports the program first, so what it does must stand "
                "under if __name__ == '__main__':"
            )
        error = WorkerDiedError(f"the worker {worker.pid} that ran this task {cause}{hint}")
        return [Outcome(worker.number, Failure(error))]

    def remove(self, worker: Worker) -> None:
        """Stop one worker."""
        self.workers.remove(worker)
        worker.end(patience=0.0)

    def close(self) -> None:
        """Let idle workers go; stop those that still work."""
        workers, self.workers, self.ended = self.workers, [], []
        if self.owner != os.getpid():
            return  # a forked child must not stop its siblings
        for worker in workers:
            worker.connection.close()
            if worker.busy:
                worker.kill()
        for worker in workers:
            worker.end(patience=2.0)


ENGINES: weakref.WeakSet[Processes] = weakref.WeakSet()


@atexit.register
def close_all() -> None:
    """Close, when Python ends, what nobody has closed."""
    for engine in list(ENGINES):
        engine.close()


class Worker:
    """A worker process, as its parent sees it.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        This end of its pipe.
    pid : int
        Its number.
    known : dict of int to callable
        The functions that it has inherited, by their ``id``.
    process : multiprocessing.Process, optional
        What started it, unless that was a plain fork.
    """

    def __init__(self, connection: Any, pid: int, known: dict[int, Any], process: Any = None):
        self.connection, self.pid, self.known, self.process = connection, pid, known, process
        self.number, self.task, self.greeted = -1, None, False
        self.status: int | None = None

    task: Any

    @property
    def busy(self) -> bool:
        """Whether it has a task."""
        return self.task is not None

    def message(self, task: Task) -> tuple[bytes, list[memoryview]] | None:
        """Give a task as a message; None if its function is younger than the worker."""
        function, args, kwargs = task
        if self.process is not None or not goes_by_identity(function):
            return b"t", packed(task)
        if id(function) in self.known:
            return b"k", packed((id(function), args, kwargs))
        return None

    def send(self, number: int, task: Task, message: tuple[bytes, list[memoryview]]) -> bool:
        """Send a task; False if the worker has died while it was idle."""
        self.number, self.task = number, task
        try:
            send(self.connection, *message)
        except OSError:
            return False
        return True

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        if self.process is not None:
            return bool(self.process.is_alive())
        if self.status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it, or SIGCHLD is ignored
                self.status = UNKNOWN
                return False
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def kill(self) -> None:
        """Stop the process, whatever it does."""
        if self.process is not None:
            self.process.kill()
        elif self.alive():
            os.kill(self.pid, signal.SIGKILL)

    def end(self, patience: float) -> str:
        """See the process off, after so many seconds with force; say how it ended."""
        self.connection.close()
        deadline = time.monotonic() + patience
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.001)
        self.kill()
        while self.alive():
            time.sleep(0.001)
        return cause_of_death(self.process.exitcode if self.process is not None else self.status)


UNKNOWN = 1 << 16  # no exit code is as large
FORKING = threading.Lock()
CONNECTIONS: weakref.WeakSet[Any] = weakref.WeakSet()


def hang_up() -> None:
    """Close the parent's ends of all pipes in a child: a worker must see its parent go."""
    for connection in list(CONNECTIONS):
        connection.close()
    CONNECTIONS.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=hang_up)


def cause_of_death(status: int | None) -> str:
    """Say how a process ended."""
    if status == UNKNOWN:
        return "has ended; its exit code is not known, for somebody else has taken it"
    if status is None or status >= 0:
        return f"left with exit code {status}"
    with contextlib.suppress(ValueError):
        return f"was killed by signal {-status} ({signal.Signals(-status).name})"
    return f"was killed by signal {-status}"


def goes_by_identity(function: Any) -> bool:
    """Tell whether a function is one object for good: a name may be given to another one later."""
    return isinstance(function, FunctionType | BuiltinFunctionType | type) or hasattr(
        type(function), "check_call_in_cache"
    )


@contextlib.contextmanager
def interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back until a new worker is known: else nobody would stop it."""
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield  # no other thread is interrupted, and a handler from outside Python is left alone
        return
    caught: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if caught:
            signal.raise_signal(signal.SIGINT)


def fork_worker(number: int, task: Task, known: dict[int, Any]) -> Worker:
    """Fork a worker; it inherits its first task."""
    from multiprocessing.connection import Pipe

    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()  # else both processes would write what is buffered
    # One at a time: a pipe's end must not slip into the child that another thread forks.
    with FORKING, without_interrupts():
        ours, theirs = Pipe()
        CONNECTIONS.add(ours)
        pid = forked()
        if pid == 0:
            work(theirs, known, task)
        theirs.close()
    worker = Worker(ours, pid, known)
    worker.number, worker.task = number, task
    return worker


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back in this thread: a child must not act on it before it is a worker."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def forked() -> int:
    """Fork, without Python's warning of other threads: `start_method` has looked at them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process", DeprecationWarning)
        return os.fork()


def work(connection: Any, known: dict[int, Any], task: Task) -> NoReturn:
    """Be a forked worker, and never go back to what the parent was doing."""
    status = 1
    try:
        serve(connection, known, task)
        status = 0
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def spawn_worker() -> Worker:
    """Start a worker as a fresh interpreter."""
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    CONNECTIONS.add(ours)
    process = context.Process(target=serve, args=(theirs,), name="faineant worker")
    process.start()
    theirs.close()
    return Worker(ours, process.pid or 0, {}, process)
