"""Worker processes, as their parent sees them: how one is started, asked, and seen off.

- **A forked worker** is a copy of this process. Whatever existed then, it has: lambdas,
  closures, large arrays, tasks, nothing of it pickled.
- **A spawned worker** is a fresh interpreter. It imports what its tasks name; what has
  no name there, such as a function of the main program, travels by value.

Each has one pair of sockets of its own, and no lock is shared with another process.
`faineant.serving` is what happens on the other side.
"""

from __future__ import annotations

import abc
import contextlib
import io
import json
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
import warnings
import weakref
from collections.abc import Iterator, Mapping, Sequence
from types import BuiltinFunctionType, FunctionType
from typing import Any, NoReturn

from faineant.batches import NOTHING, Batch, columns, functions_of
from faineant.failures import UNKNOWN, Task, cause_of_death
from faineant.locks import Turn
from faineant.seeding import draw_by_name
from faineant.serving import Rules, Server, inherited_function
from faineant.threadpools import limited_variables
from faineant.tokens import Pipe, Tokens, inherited_tokens
from faineant.units import size_in_words
from faineant.wire import Lifeline, Parcel, Wire, nameless_file, packed

__all__ = ["Forked", "Spawned", "Worker", "dumps_for", "goes_by_identity"]

FRESH = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from faineant.serving import serve_fresh; serve_fresh(*map(int, sys.argv[2:6]))"
)
SHORTEST_LOOK, LONGEST_LOOK = 0.0001, 0.005  # seconds between looks whether a worker has gone


class YoungFunctionError(Exception):
    """A worker does not have a function: it was forked before that was used."""


class Worker(abc.ABC):
    """A worker process.

    Parameters
    ----------
    wire : Wire
        To it.
    tokens : Tokens or None
        Leave to start the second and later tasks of its batch.
    crash_file : int
        Where it writes what it was doing when it crashes.
    lifeline : Lifeline or None
        Takes it along when this process ends.

    Attributes
    ----------
    batch : Batch or None
        What it works on.
    done, n_sent : int
        How many tasks of it have ended, and how many it had when it was sent.
    since : float
        When the task that it works on began, or rather when the one before has ended.
    ready, begun : bool
        Whether it has said that it is, and that it begins a task; the latter only if the
        time of tasks is limited.
    """

    pid: int
    batch: Batch | None = None
    done = n_sent = 0
    since = 0.0
    ready = begun = False

    def __init__(
        self, wire: Wire, tokens: Tokens | None, crash_file: int, lifeline: Lifeline | None
    ):
        self.wire, self.tokens, self.crash_file, self.lifeline = wire, tokens, crash_file, lifeline
        self.started = time.monotonic()
        self.status: int | None = None
        self.peak = 0

    @abc.abstractmethod
    def parcel(self, batch: Batch) -> Parcel:
        """Give a batch as it can be sent.

        Raises
        ------
        Exception
            Something in it cannot be pickled.
        """

    def send(self, batch: Batch, parcel: Parcel) -> bool:
        """Send a batch; False if the worker has died while it was idle."""
        self.begin(batch)
        if len(batch) > 1 and self.tokens is not None:
            self.tokens.put(len(batch) - 1)
        try:
            self.wire.send(b"t", parcel)
        except OSError:
            self.batch = None
            return False
        return True

    def begin(self, batch: Batch) -> None:
        """Note what it works on."""
        self.batch, self.done, self.since, self.begun = batch, 0, time.monotonic(), False
        self.n_sent = len(batch)

    def take_back(self) -> Batch:
        """Take back those tasks of the batch that it has not begun."""
        if self.batch is None or self.tokens is None:
            return NOTHING
        kept = len(self.batch) - self.tokens.take_all()
        back, self.batch = self.batch[kept:], self.batch[:kept]
        return back

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        if self.status is None:
            try:
                pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            except ChildProcessError:  # somebody else has waited for it, or SIGCHLD is ignored
                self.status = UNKNOWN
                return False
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return self.status is None

    def sleeps(self) -> bool:
        """Tell whether it waits for something, as one that hangs does."""
        try:
            with open(f"/proc/{self.pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] == "S"
        except OSError:
            return True

    def kill(self) -> None:
        """Stop the process, whatever it does."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def has_gone(self, patience: float) -> bool:
        """Wait until the process has ended, at most so many seconds: often at first, then less."""
        deadline, pause = time.monotonic() + patience, SHORTEST_LOOK
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_LOOK)
        return True

    def end(self, patience: float) -> str:
        """See the process off, after so many seconds with force; say how it ended."""
        self.wire.close()
        deserted = patience > 0 and not self.has_gone(patience)
        self.kill()
        self.has_gone(math.inf)
        told = (
            "has closed the connection to its parent" if deserted else cause_of_death(self.status)
        )
        if not deserted and self.peak and self.status is not None and self.status < 0:
            told += f"; it had up to {size_in_words(self.peak)} in memory"
        if report := self.crash_report():
            told += f". It was here:\n{report}"
        self.let_go()
        return told

    def crash_report(self) -> str:
        """Give what a crashing worker has written about where it was."""
        if self.crash_file < 0 or not os.fstat(self.crash_file).st_size:
            return ""
        with open(self.crash_file, closefd=False, errors="replace") as file:
            file.seek(0)
            return file.read().strip()

    def let_go(self) -> None:
        """Close what belongs to this worker: in its parent at the end, in its siblings at once."""
        WORKERS.discard(self)
        self.wire.close()
        for pipe in (self.tokens, self.lifeline):
            if pipe is not None:
                pipe.close()
        if self.crash_file >= 0:
            os.close(self.crash_file)
            self.crash_file = -1


FORKING = Turn()
WORKERS: weakref.WeakSet[Worker] = weakref.WeakSet()


def leave_siblings() -> None:
    """Close the parent's ends in a child: a worker must see its parent go."""
    for worker in list(WORKERS):
        worker.let_go()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=leave_siblings)


# -- forked ---------------------------------------------------------------------------------------


class Forked(Worker):
    """A worker that is a copy of this process.

    Parameters
    ----------
    rules : Rules
        Of the loop.
    known : dict of int to callable
        Functions that it may be asked to use later, by their ``id``.
    tasks, contents : mapping or sequence
        The tasks that exist already, by their numbers, and what it has of them.
    """

    def __init__(
        self,
        rules: Rules,
        known: dict[int, Any],
        tasks: Mapping[int, Task] | Sequence[Task],
        contents: Mapping[int, Any] | Sequence[Any],
    ):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()  # else both processes would write what is buffered
        # One at a time: a pipe's end must not slip into the child that another thread forks.
        with FORKING.lock, without_interrupts():
            ours, theirs = socket.socketpair()
            lifeline = Lifeline()
            super().__init__(Wire(ours), inherited_tokens(), nameless_file(), lifeline)
            self.known, self.inherited = known, tasks
            try:
                self.pid = forked()
            except OSError:
                self.let_go()
                raise
            if self.pid == 0:
                ours.close()
                lifeline.hold()
                server = Server(Wire(theirs), self.tokens, rules, contents)
                work(server, known, self.crash_file)
            theirs.close()
            WORKERS.add(self)

    def parcel(self, batch: Batch) -> Parcel:
        """Give a batch as it can be sent: what was inherited needs only to be named."""
        if all(map(self.has, batch.numbers, batch.tasks)):
            return packed((batch.numbers, None))
        for function in functions_of(batch.tasks):
            if goes_by_identity(function) and id(function) not in self.known:
                raise YoungFunctionError
        return packed((batch.numbers, columns(batch.tasks)), self.dumps)

    def has(self, number: int, task: Task) -> bool:
        """Tell whether a task has been inherited."""
        try:
            return self.inherited[number] is task
        except LookupError:
            return False

    def dumps(self, value: Any, beside: Any) -> bytes:
        """Pickle a batch."""
        return dumps_for(self.known, value, beside)


def dumps_for(known: dict[int, Any], value: Any, beside: Any) -> bytes:
    """Pickle for a worker that has inherited some functions."""
    stream = io.BytesIO()
    InheritedFunctions(known, stream, beside).dump(value)
    return stream.getvalue()


class InheritedFunctions(pickle.Pickler):
    """Pickles functions that a worker has inherited as no more than their ``id``."""

    def __init__(self, known: dict[int, Any], stream: io.BytesIO, beside: Any):
        super().__init__(stream, protocol=5, buffer_callback=beside)
        self.known = known

    def reducer_override(self, value: Any) -> Any:
        """Say how a function is pickled."""
        if id(value) in self.known:
            return inherited_function, (id(value),)
        return draw_by_name(value) or NotImplemented


def goes_by_identity(function: Any) -> bool:
    """Tell whether a function is one object for good: a name may be given to another one later."""
    return isinstance(function, FunctionType | BuiltinFunctionType | type) or hasattr(
        type(function), "check_call_in_cache"
    )


def work(server: Server, known: dict[int, Any], crash_file: int) -> NoReturn:
    """Be a forked worker, and never go back to what the parent was doing."""
    status = 1
    try:
        try:
            os.environ.update(limited_variables(server.rules.threads))
            server.settle(crash_file, known)
            server.serve()
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    finally:
        os._exit(status)


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back in this thread: a child must not act on it before it is a worker."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
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


# -- spawned --------------------------------------------------------------------------------------


class Spawned(Worker):
    """A worker that is a fresh interpreter.

    Parameters
    ----------
    rules : Rules
        Of the loop.
    """

    def __init__(self, rules: Rules):
        with FORKING.lock, without_interrupts():
            ours, theirs = socket.socketpair()
            can_pass = os.name == "posix"
            tokens = Pipe() if can_pass else None
            lifeline = Lifeline() if can_pass else None
            super().__init__(Wire(ours), tokens, nameless_file() if can_pass else -1, lifeline)
            pipes = [pipe.inlet if pipe else -1 for pipe in (tokens, lifeline)]
            ends = [theirs.fileno(), self.crash_file, *pipes]
            self.process = subprocess.Popen(
                [sys.executable, *flags(), "-c", FRESH, json.dumps(sys.path), *map(str, ends)],
                pass_fds=[end for end in ends if end >= 0] if can_pass else (),
                stdin=None if can_pass else subprocess.PIPE,
                env=os.environ | limited_variables(rules.threads),
            )
            self.pid = self.process.pid
            if not can_pass:
                give_socket(self.process, theirs)
            theirs.close()
            WORKERS.add(self)
        with contextlib.suppress(OSError):  # it has died already, and that is told later
            self.wire.send(b"r", packed((rules, sys.argv)))

    def parcel(self, batch: Batch) -> Parcel:
        """Give a batch as it can be sent; what has no name elsewhere goes by value."""
        from faineant.byvalue import packed_by_value

        return packed((batch.numbers, columns(batch.tasks)), packed_by_value)

    def alive(self) -> bool:
        """Tell whether the process still runs."""
        if not hasattr(os, "wait4"):
            self.status = self.process.poll()
        elif not super().alive():
            self.process.returncode = self.status  # so that Popen does not wait for it again
        return self.status is None


def flags() -> list[str]:
    """Give the options with which this interpreter was started, as far as they matter."""
    options = [
        f"-X{name}" if on is True else f"-X{name}={on}" for name, on in sys._xoptions.items()
    ]
    options += [f"-W{rule}" for rule in sys.warnoptions]
    if sys.flags.optimize:
        options.append("-" + "O" * sys.flags.optimize)
    return options


def give_socket(process: subprocess.Popen[bytes], connection: socket.socket) -> None:
    """Hand a socket to a process on Windows, which reads it from its standard input."""
    assert process.stdin is not None
    process.stdin.write(connection.share(process.pid))  # type: ignore[attr-defined]
    process.stdin.close()
