"""What happens in a worker process.

A worker answers a batch of tasks with their results: those of long tasks one by one,
those of short ones some at a time. Kinds of messages to it: ``t`` is a batch, ``r`` brings
the rules. From it: ``h`` says that it is ready, ``b`` that a task begins, ``=`` are
results, ``*`` is a large one, ``?`` says that a batch could not be unpickled, ``1`` and
``2`` are lines that its tasks have printed.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from faineant.batches import rows
from faineant.failures import Task, TaskError, described
from faineant.lines import take_over
from faineant.seeding import reseed, seed_task
from faineant.tokens import Pipe, Tokens
from faineant.wire import (
    LARGE,
    Dumps,
    Lifeline,
    Parcel,
    Wire,
    packed,
    plain_dumps,
    unpacked,
)

__all__ = ["HERE", "Answer", "Rules", "Server", "inherited_function", "inside_worker", "opened"]

ATOMS = frozenset({int, float, bool, type(None)})  # they cannot change after their task has ended
TEXTS = frozenset({str, bytes})
SOON = 0.005  # seconds after which results that are there are sent


@dataclass(frozen=True, slots=True)
class Rules:
    """What a worker must know of the loop that it works for."""

    one_by_one: bool = False  # send each result before the next task begins
    timed: bool = False  # say when a task begins: what it imports may take its time
    seed: int | None = None
    threads: int = 1  # that BLAS and OpenMP may use


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the next tasks of a batch."""

    values: list[Any]  # atoms, `Sealed` or `Failed`
    seconds: float
    ended: bool


class Sealed(bytes):
    """A pickled result: as it was when its task ended."""


class Failed(Sealed):
    """A pickled `Failure`."""


SEALED = frozenset({Sealed, Failed})
URGENT = frozenset({Failed, Parcel})


class Here(threading.local):
    """Whether this thread is a worker's."""

    works = False


HERE = Here()
PROCESS_WORKS = False
INHERITED: Mapping[int, Any] = {}


def inside_worker() -> bool:
    """Tell whether this code is run by a worker, where nested loops run serially.

    Returns
    -------
    bool
        True in a worker process, all of it, and in a worker thread.
    """
    return PROCESS_WORKS or HERE.works


def inherited_function(number: int) -> Any:
    """Give a function that this worker had when it was forked: pickles name it by this."""
    return INHERITED[number]


def opened(value: Sealed) -> Any:
    """Give the result, or `Failure`, that was sealed."""
    return pickle.loads(value)


class Server:
    """A worker, as it sees itself.

    Parameters
    ----------
    wire : Wire
        To the parent.
    tokens : Tokens or None
        Leave to start the second and later tasks of a batch.
    rules : Rules
        Of the loop.
    inherited : mapping or sequence
        The tasks that existed when it was forked, or parcels of them.
    dumps : callable
        Pickles what plain pickle cannot.
    """

    def __init__(
        self,
        wire: Wire,
        tokens: Tokens | None,
        rules: Rules,
        inherited: Mapping[int, Any] | Sequence[Any] = (),
        dumps: Dumps = plain_dumps,
    ):
        self.wire, self.tokens, self.rules, self.inherited = wire, tokens, rules, inherited
        self.dumps, self.forked_by_task = dumps, False
        self.flush_lines: Callable[[], None] = lambda: None

    def settle(self, crash_file: int, known: Mapping[int, Any]) -> None:
        """Become a worker: the parent decides about Ctrl-C, and nested loops run serially."""
        global PROCESS_WORKS, INHERITED
        PROCESS_WORKS, INHERITED = True, known
        # A handler, not SIG_IGN: programs that a task starts would inherit that.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        if hasattr(signal, "pthread_sigmask"):  # held back while this process was forked
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)  # the parent's event loop is not ours to wake
        if hasattr(os, "register_at_fork"):  # a child of a task must not keep the wire open
            os.register_at_fork(after_in_child=self.let_go)
        sys.stdin = open(os.devnull)  # noqa: SIM115
        if crash_file >= 0:
            faulthandler.enable(crash_file, all_threads=False)
        if self.rules.seed is None:
            reseed()
        self.flush_lines = take_over(self.say)

    def let_go(self) -> None:
        """Be no worker any more, in a child that a task has forked."""
        self.forked_by_task = True
        self.wire.close()

    def serve(self) -> None:
        """Run batches until the parent closes the connection."""
        with contextlib.suppress(EOFError, OSError):
            self.wire.send(b"h", Parcel(b"", []))
            while True:
                _, pieces = self.wire.receive()
                try:
                    numbers, found = unpacked(pieces)
                    tasks = self.tasks_of(numbers) if found is None else rows(found)
                except Exception as error:
                    self.wire.send(b"?", packed(f"{type(error).__name__}: {error}"))
                    continue
                del pieces
                if self.rules.timed:
                    self.wire.send(b"b", Parcel(b"", []))
                self.run(numbers, tasks)
                del numbers, tasks, found  # the next batch may need the room

    def tasks_of(self, numbers: Sequence[int]) -> list[Task]:
        """Give tasks that were inherited."""
        return [self.task_of(self.inherited[number]) for number in numbers]

    def task_of(self, content: Any) -> Task:
        """Give an inherited task, also one that was pickled before the fork."""
        if isinstance(content, Parcel):
            task: Task = unpacked([content.stream, *content.buffers])
            return task
        return content  # type: ignore[no-any-return]

    def run(self, numbers: Sequence[int], tasks: list[Task]) -> None:
        """Run a batch, and send what comes of it."""
        values: list[Any] = []
        tokens, seed, clock = self.tokens, self.rules.seed, time.perf_counter
        soon = 0.0 if self.rules.one_by_one else SOON
        begun, last = clock(), len(tasks) - 1
        for position, task in enumerate(tasks):
            if position and tokens is not None and not tokens.take():
                break  # the parent has taken the others back
            if seed is not None:
                seed_task(seed, numbers[position])
            value = self.value_of(task)
            values.append(value)
            now = clock()
            if (now - begun > soon or type(value) in URGENT) and position < last:
                self.send(values, now - begun, ended=False)
                values, begun = [], now
        self.send(values, clock() - begun, ended=True)

    def send(self, values: list[Any], seconds: float, ended: bool) -> None:
        """Send results, a large one in a message of its own, and before them what was printed."""
        self.flush_lines()
        large = values.pop() if values and type(values[-1]) is Parcel else None
        if large is not None:
            if values:
                self.send(values, seconds, ended=False)
            self.wire.send(b"*", large)
            values, seconds = [], 0.0
        if ended or values:
            self.wire.send(b"=", packed(Answer(values, seconds, ended)))

    def value_of(self, task: Task) -> Any:
        """Run a task; give its result, or its failure, as it can be sent."""
        function, args, kwargs = task
        try:
            value = function(*args, **kwargs)
        except BaseException as error:
            if self.forked_by_task:
                self.end_with_task(error)
            return Failed(described(error))
        if self.forked_by_task:
            self.end_with_task(None)
        if type(value) in ATOMS or (type(value) in TEXTS and len(value) < LARGE):
            return value
        result = f"its result, a {type(value).__name__},"
        try:
            parcel = self.parcel_of(value)
        except Exception as error:
            problem = f"{result} cannot be pickled ({error}); return something plainer"
            return Failed(described(TaskError(problem)))
        try:
            parcel.lay_out()
        except OSError as error:
            problem = f"{result} cannot be sent ({error}); return something smaller"
            return Failed(described(TaskError(problem)))
        return Sealed(parcel.stream) if parcel.file is None and not parcel.buffers else parcel

    def end_with_task(self, error: BaseException | None) -> NoReturn:
        """End, in a child that the task has forked, as a program would end there."""
        status = 0 if error is None else 1
        if isinstance(error, SystemExit) and isinstance(error.code, int | None):
            status = error.code or 0
        elif error is not None:
            traceback.print_exception(error)
        self.flush_lines()
        os._exit(status & 0xFF)

    def parcel_of(self, value: Any) -> Parcel:
        """Pickle a result."""
        try:
            return packed(value)
        except Exception:
            if self.dumps is plain_dumps:
                raise
            return packed(value, self.dumps)

    def say(self, name: str, data: bytes) -> None:
        """Send what a task has printed; end where nobody is there any more."""
        try:
            self.wire.send(b"1" if name == "stdout" else b"2", Parcel(data, []))
        except OSError:  # not raised: a signal's handler may print on the way to the end
            os._exit(1)


def serve_fresh(end: int, crash_file: int, inlet: int, lifeline: int) -> None:
    """Be a worker in a fresh interpreter: the first message brings the rules."""
    import socket

    from faineant.byvalue import packed_by_value
    from faineant.byvalue.rebuilt import adopt_main

    if inlet >= 0:
        for descriptor in (end, crash_file, inlet, lifeline):
            os.set_inheritable(descriptor, False)  # not by programs that tasks start
        Lifeline(lifeline).hold()
        wire, tokens = Wire(socket.socket(fileno=end)), Pipe(inlet)
    else:  # Windows
        shared = sys.stdin.buffer.read()
        wire, tokens = Wire(socket.fromshare(shared)), None  # type: ignore[attr-defined]
    adopt_main()
    rules, sys.argv = unpacked(wire.receive()[1])
    server = Server(wire, tokens, rules, dumps=packed_by_value)
    server.settle(crash_file, {})
    server.serve()
