"""The engines: who runs the tasks. The loop in `faineant.loop` drives them all alike.

An engine is given batches of numbered tasks while somebody is idle, and hands back
reports of them as they come, in any order:

- `Serial`: this thread, one task after the other, as a plain loop does.
- `Threads`: threads of this process, for functions that wait or free the GIL.
- `Processes`: workers that are forked or spawned (`faineant.workers`).

`faineant.executors` has the fourth, for any executor of Python's or of a cluster's.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import operator
import os
import queue
import signal
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from faineant.batches import NOTHING, Batch, functions_of
from faineant.failures import Failure, Task, TaskError, TaskTimeoutError, WorkerDiedError
from faineant.lines import show
from faineant.seeding import kept_state, seed_task
from faineant.serving import HERE, SEALED, SOON, Rules, opened
from faineant.threadpools import limit, limit_libraries
from faineant.units import time_in_words
from faineant.wire import Dumps, readable, unpacked
from faineant.words import name_of
from faineant.workers import Forked, Spawned, Worker, dumps_for, goes_by_identity

__all__ = ["Engine", "Processes", "Report", "Serial", "Threads"]

LOOK_AFTER = 0.2  # seconds between looks at workers that say nothing
SECONDS_TO_REPORT = 1.0  # a forked worker that has not done so, and sleeps, hangs
SECONDS_TO_LEAVE = 1.0  # for a thread that has nothing to do
DEAR = 4 << 20  # bytes; to send so many takes longer than to fork a worker that has them
REMEMBERED_FUNCTIONS = 64


@dataclass(frozen=True, slots=True)
class Report:
    """What became of some tasks: a value or a `Failure` for each, and the seconds they took."""

    batch: Batch
    values: list[Any]
    seconds: float
    again: Batch = NOTHING  # tasks of a dead worker that it had not begun


class Engine(Protocol):
    """What the loop needs of whoever runs its tasks."""

    width: int  # how many tasks run at once
    most: int  # how many tasks a batch may have

    def has_idle(self) -> bool:
        """Tell whether a batch would be started at once."""

    def submit(self, batch: Batch) -> None:
        """Start a batch."""

    def wait(self, timeout: float | None = None) -> list[Report]:
        """Wait until there is something to report, at most so many seconds."""

    def take_back(self) -> Batch:
        """Take back tasks that wait behind another one of their batch."""

    def close(self) -> None:
        """Let idle workers go; stop those that still work."""


# -- here -----------------------------------------------------------------------------------------


class Serial:
    """An engine that is no more than a loop in the caller's thread."""

    width = most = 1

    def __init__(self, rules: Rules):
        self.rules = rules
        self.batch: Batch | None = None

    def has_idle(self) -> bool:
        """Tell whether a batch would be started at once."""
        return self.batch is None

    def submit(self, batch: Batch) -> None:
        """Keep a batch until it is waited for."""
        self.batch = batch

    def wait(self, timeout: float | None = None) -> list[Report]:
        """Run the batch."""
        batch, self.batch = self.batch, None
        if batch is None:
            return []
        begun = time.perf_counter()
        (number,), (task,) = batch.numbers, batch.tasks
        function, args, kwargs = task
        try:
            with seeded(self.rules.seed, number):
                value = function(*args, **kwargs)
        except Exception as error:
            value = Failure(error)
        return [Report(batch, [value], time.perf_counter() - begun)]

    def take_back(self) -> Batch:
        """Give nothing: nobody else is there."""
        return NOTHING

    def close(self) -> None:
        """Do nothing: nobody works here but the caller."""


@contextlib.contextmanager
def seeded(seed: int | None, number: int) -> Iterator[None]:
    """Seed the global generators for a task, and put the caller's numbers back."""
    if seed is None:
        yield
        return
    with kept_state():
        seed_task(seed, number)
        yield


# -- threads --------------------------------------------------------------------------------------


class Threads:
    """An engine of threads of this process.

    Parameters
    ----------
    width : int
        How many tasks run at once.
    rules : Rules
        Of the loop. With a seed the tasks take turns: the generators are everybody's.
    timeout : float, optional
        The seconds that a task may take. A thread cannot be stopped: what takes longer
        goes on, and nobody waits for it.
    """

    def __init__(self, width: int, rules: Rules, timeout: float | None = None):
        self.width, self.rules, self.timeout = width, rules, timeout
        self.most = 1000 if timeout is None else 1  # nothing is given up with what is late
        self.running: list[Share] = []
        self.undo = limit(rules.threads)
        self.begin()

    def begin(self) -> None:
        """Be without threads, and without locks that a thread may have."""
        self.batches: queue.SimpleQueue[Share | None] = queue.SimpleQueue()
        self.reports: queue.SimpleQueue[tuple[Share, Report, bool]] = queue.SimpleQueue()
        self.turn: Any = contextlib.nullcontext() if self.rules.seed is None else threading.Lock()
        self.threads: list[threading.Thread] = []
        self.owner = os.getpid()

    def own(self) -> None:
        """Begin anew in a forked child, which has none of its parent's threads."""
        if self.owner != os.getpid():
            if any(share.heard < len(share.batch) for share in self.running):
                raise RuntimeError(another_s("threads", self.owner))
            self.running = []
            self.begin()

    def has_idle(self) -> bool:
        """Tell whether a batch would be started at once."""
        return len(self.running) < self.width

    def submit(self, batch: Batch) -> None:
        """Start a batch."""
        self.own()
        share = Share(batch)
        self.running.append(share)
        if len(self.threads) < len(self.running):
            # A daemon: a program does not wait at its end for what it has given up.
            thread = threading.Thread(target=self.work, name="faineant worker", daemon=True)
            with interrupts_later():
                thread.start()
                self.threads.append(thread)
        self.batches.put(share)

    def work(self) -> None:
        """Run batches until there is none any more."""
        HERE.works = True
        while (share := self.batches.get()) is not None:
            share.thread = threading.current_thread()
            values, begun = [], time.perf_counter()
            while (due := share.next()) is not None:
                number, (function, args, kwargs) = due
                try:
                    with self.turn, seeded(self.rules.seed, number):
                        value = function(*args, **kwargs)
                except BaseException as error:
                    value = Failure(error)
                values.append(value)
                now = time.perf_counter()
                if now - begun > SOON or type(value) is Failure:
                    self.reports.put((share, share.report(values, now - begun), False))
                    values, begun = [], now
            seconds = time.perf_counter() - begun
            self.reports.put((share, share.report(values, seconds), True))
        self.batches.put(None)  # for the next thread, one that was given up among them

    def wait(self, timeout: float | None = None) -> list[Report]:
        """Wait until there is something to report, at most so many seconds."""
        self.own()
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            late = [share.began + self.timeout for share in self.running] if self.timeout else []
            first = min([*late, *([] if until is None else [until])], default=None)
            if reports := self.late():
                return reports
            try:
                pause = None if first is None else max(0.0, first - time.monotonic())
                share, report, ended = self.reports.get(timeout=pause)
            except queue.Empty:
                if until is not None and time.monotonic() >= until:
                    return self.late()
                continue
            if share not in self.running:
                continue  # it was given up
            share.heard += len(report.batch)
            if ended:
                self.running.remove(share)
            return [report]

    def late(self) -> list[Report]:
        """Give up what has taken too long."""
        reports: list[Report] = []
        if self.timeout is None or not self.reports.empty():  # what has ended is not late
            return reports
        for share in list(self.running):
            if time.monotonic() - share.began > self.timeout:
                self.running.remove(share)
                if share.thread in self.threads:
                    self.threads.remove(share.thread)
                error = TaskTimeoutError(f"{took_longer(self.timeout)}; its thread goes on")
                reports.append(share.report([Failure(error)], self.timeout))
        return reports

    def take_back(self) -> Batch:
        """Take back tasks that wait behind another one of their batch."""
        return functools.reduce(operator.add, (each.take_back() for each in self.running), NOTHING)

    def close(self) -> None:
        """Let idle threads go; one that works ends with what it does."""
        threads, running, self.running, self.threads = self.threads, self.running, [], []
        for share in running:
            share.take_back()
        if self.owner == os.getpid():
            self.batches.put(None)
            busy = {share.thread for share in running} | {threading.current_thread()}
            with interrupts_later():
                for thread in threads:
                    if thread not in busy:
                        thread.join(SECONDS_TO_LEAVE)
        self.undo()


class Share:
    """A batch on its way through a thread; others may take from its end."""

    thread: threading.Thread | None = None

    def __init__(self, batch: Batch):
        self.batch, self.told, self.heard = batch, 0, 0
        self.left = deque(range(len(batch)))
        self.began = time.monotonic()

    def next(self) -> tuple[int, Task] | None:
        """Begin the next task."""
        try:
            place = self.left.popleft()
        except IndexError:
            return None
        self.began = time.monotonic()
        return self.batch.numbers[place], self.batch.tasks[place]

    def report(self, values: list[Any], seconds: float) -> Report:
        """Report the next tasks."""
        begin, self.told = self.told, self.told + len(values)
        return Report(self.batch[begin : self.told], values, seconds)

    def take_back(self) -> Batch:
        """Take what has not begun."""
        begin = len(self.batch)
        with contextlib.suppress(IndexError):
            while True:
                begin = self.left.pop()
        taken, self.batch = self.batch[begin:], self.batch[:begin]
        return taken


# -- processes ------------------------------------------------------------------------------------


class Processes:
    """An engine of worker processes.

    Parameters
    ----------
    width : int
        How many tasks run at once.
    rules : Rules
        Of the loop.
    method : {"fork", "spawn"}
        How a worker is started.
    timeout : float, optional
        The seconds that a task may take; a worker that takes longer is killed.
    """

    def __init__(self, width: int, rules: Rules, method: str, timeout: float | None = None):
        self.width, self.rules, self.method, self.timeout = width, rules, method, timeout
        # Without pipes for tokens, or with an eye on each task's time, batches have one task.
        self.most = 4096 if os.name == "posix" and timeout is None else 1
        self.workers: list[Worker] = []
        self.leaving: list[Worker] = []  # stopped: a large memory takes its time to go
        self.functions: dict[int, Any] = {}  # what a worker forked now would know
        self.reports: list[Report] = []
        self.limits = contextlib.ExitStack()  # of threads, while workers are forked
        self.look_ahead: Callable[[Batch, Dumps], tuple[Any, Any]] = only_this
        self.show: Callable[[str, bytes], None] = show
        self.owner, self.forks_hang, self.looked = os.getpid(), False, 0.0
        ENGINES.add(self)

    def has_idle(self) -> bool:
        """Tell whether a batch would be started at once."""
        return len(self.workers) < self.width or any(each.batch is None for each in self.workers)

    def submit(self, batch: Batch) -> None:
        """Start a batch: with an idle worker that can take it, or a new one."""
        self.own()
        for function in functions_of(batch.tasks):
            self.remember(function)
        idle = next((worker for worker in self.workers if worker.batch is None), None)
        if idle is None:
            self.start(batch)
        elif not self.sent(idle, batch):
            self.remove(idle)
            self.start(batch)

    def own(self) -> None:
        """Forget, in a forked child, the workers of its parent."""
        if self.owner == os.getpid():
            return
        if any(worker.batch and worker.done < len(worker.batch) for worker in self.workers):
            raise RuntimeError(another_s("workers", self.owner))
        self.workers, self.leaving, self.owner = [], [], os.getpid()

    def forget_tasks(self) -> None:
        """Forget what workers have inherited: the next loop has tasks of its own."""
        self.look_ahead = only_this
        self.give_back_threads()
        self.see_off(self.leaving)
        for worker in self.workers:
            if isinstance(worker, Forked):
                worker.inherited = {}

    def remember(self, function: Any) -> None:
        """Keep a function, so that workers forked from now on can be told to use theirs."""
        if id(function) not in self.functions and goes_by_identity(function):
            self.functions[id(function)] = function
            if len(self.functions) > REMEMBERED_FUNCTIONS:
                del self.functions[next(iter(self.functions))]

    def sent(self, worker: Worker, batch: Batch) -> bool:
        """Send a batch to a worker; False if another one is needed for it."""
        try:
            parcel = worker.parcel(batch)
            if isinstance(worker, Forked) and parcel.beside > DEAR:
                return False
            parcel.lay_out()
        except Exception:
            if isinstance(worker, Forked):
                return False
            batch = self.without_what_cannot_travel(worker, batch)
            if not batch:
                return True
            parcel = worker.parcel(batch)
        return worker.send(batch, parcel)

    def start(self, batch: Batch) -> None:
        """Start a worker on a batch."""
        with interrupts_later():
            worker = self.new_worker(batch)
            self.workers.append(worker)
        if not self.sent(worker, batch):
            worker.begin(batch)  # it has died at once: this is told where it is waited for

    def new_worker(self, batch: Batch) -> Worker:
        """Fork or spawn a worker."""
        if self.method == "spawn":
            return Spawned(self.rules)
        self.limits.callback(limit_libraries(self.rules.threads))  # inherited, until it is undone
        known = dict(self.functions)
        tasks, contents = self.look_ahead(batch, functools.partial(dumps_for, known))
        return Forked(self.rules, known, tasks, contents)

    def give_back_threads(self) -> None:
        """Let the caller's own libraries have as many threads as before the first fork."""
        self.limits.close()

    def without_what_cannot_travel(self, worker: Worker, batch: Batch) -> Batch:
        """Report the tasks that cannot be sent; give the others."""
        good = NOTHING
        for place, task in enumerate(batch.tasks):
            one = batch[place : place + 1]
            try:
                parcel = worker.parcel(one)
                parcel.lay_out()
                parcel.close()
                good += one
            except Exception as error:
                problem = TaskError(
                    f"{name_of(task[0])} or its arguments cannot be sent to another interpreter "
                    f"({error}); send something plainer, or use backend='threads', or n_jobs=1"
                )
                self.reports.append(Report(one, [Failure(problem)], 0.0))
        return good

    def wait(self, timeout: float | None = None) -> list[Report]:
        """Wait until there is something to report, at most so many seconds."""
        self.own()
        until = None if timeout is None else time.monotonic() + timeout
        while not self.reports:
            busy = {worker.wire: worker for worker in self.workers if worker.batch is not None}
            now = time.monotonic()
            heard = readable(list(busy), self.patience(busy.values(), until, now))
            for wire in heard:
                self.hear(busy[wire])
            now = time.monotonic()
            if not heard or now - self.looked > LOOK_AFTER:  # some may never stop talking
                self.looked = now
                for worker in busy.values():
                    self.look_after(worker, now)
            if not heard and until is not None and now >= until:
                break
            if any(worker.batch is None for worker in busy.values()):
                break  # it is free for a task that waits, and may have been the last to speak
        reports, self.reports = self.reports, []
        return reports

    def patience(self, busy: Iterable[Worker], until: float | None, now: float) -> float:
        """Say how many seconds to wait until somebody must be looked after."""
        times = [now + LOOK_AFTER, *([] if until is None else [until])]
        if self.timeout is not None:
            times += [worker.since + self.timeout for worker in busy if worker.begun]
        return max(0.0, min(times) - now)

    def hear(self, worker: Worker) -> None:
        """Receive what a worker has to say."""
        try:
            kind, pieces = worker.wire.receive()
        except (EOFError, OSError):
            self.bury(worker)
            return
        if kind in STREAMS:
            self.show(STREAMS[kind], bytes(pieces[0]))
        elif kind == b"h":
            worker.ready = True
        elif kind == b"b":
            worker.begun, worker.since = True, time.monotonic()
        elif kind == b"*":
            self.report(worker, [value_in(pieces, unpacked)], 0.0)
        elif kind == b"=":
            answer = unpacked(pieces)
            self.report(worker, opened_values(answer.values), answer.seconds)
            if answer.ended:
                worker.batch = None
        else:
            self.misunderstood(worker, unpacked(pieces))

    def report(self, worker: Worker, values: list[Any], seconds: float) -> None:
        """Note results of a worker."""
        assert worker.batch is not None
        begin, worker.done = worker.done, worker.done + len(values)
        worker.since = time.monotonic()
        if values:
            self.reports.append(Report(worker.batch[begin : worker.done], values, seconds))

    def misunderstood(self, worker: Worker, complaint: str) -> None:
        """Give a batch to another worker, for this one could not unpickle it."""
        back = worker.take_back()
        batch, worker.batch = worker.batch, None
        assert batch is not None
        alone = worker.n_sent == 1
        if isinstance(worker, Forked):  # what it names is younger than the worker
            self.remove(worker)
            self.start(batch + back)
        elif not alone:  # it may be any of them: the first goes alone
            self.reports.append(Report(NOTHING, [], 0.0, back))
            if not self.sent(worker, batch):
                self.remove(worker)
                self.start(batch)
        else:
            problem = TaskError(f"it cannot be unpickled in a fresh interpreter ({complaint})")
            self.reports.append(Report(batch, [Failure(problem)], 0.0))

    def look_after(self, worker: Worker, now: float) -> None:
        """See whether a worker that says nothing is well."""
        late = self.timeout is not None and worker.begun and now - worker.since >= self.timeout
        until = now + LOOK_AFTER
        while worker.batch is not None and readable([worker.wire], 0.0):
            if not late:
                return
            if time.monotonic() > until:
                break
            self.hear(worker)  # the result may wait behind what the task has printed
        if worker.batch is None:
            return
        if not worker.alive():
            self.bury(worker)
        elif late:
            assert self.timeout is not None
            error = TaskTimeoutError(f"{took_longer(self.timeout)}; its worker was stopped")
            self.reports.append(Report(worker.batch, [Failure(error)], self.timeout))
            self.remove(worker)
        elif isinstance(worker, Forked) and not worker.ready and self.hangs(worker, now):
            batch = worker.batch
            self.method, self.forks_hang = "spawn", True
            self.remove(worker)
            self.start(batch)

    def hangs(self, worker: Worker, now: float) -> bool:
        """Tell whether a forked worker waits for a lock that a lost thread had."""
        silent = now - worker.started
        return silent > 10 * SECONDS_TO_REPORT or (silent > SECONDS_TO_REPORT and worker.sleeps())

    def bury(self, worker: Worker) -> None:
        """Say what a dead worker died of; what it had not begun is for others."""
        self.workers.remove(worker)
        back = worker.take_back()
        batch, seconds = worker.batch, time.monotonic() - worker.since
        worker.batch = None
        cause = worker.end(patience=1.0)
        if batch is None:
            return
        left = batch[worker.done :]
        if not left:  # it died between two tasks
            self.reports.append(Report(NOTHING, [], 0.0, back))
            return
        error = WorkerDiedError(
            f"the worker {worker.pid} that ran this task for {time_in_words(seconds)} {cause}"
        )
        self.reports.append(Report(left[-1:], [Failure(error)], seconds, left[:-1] + back))

    def take_back(self) -> Batch:
        """Take back tasks that wait behind another one of their batch."""
        return functools.reduce(operator.add, (each.take_back() for each in self.workers), NOTHING)

    def remove(self, worker: Worker) -> None:
        """Stop one worker. Another one can begin while its memory goes."""
        self.workers.remove(worker)
        worker.kill()
        self.leaving.append(worker)
        self.see_off(self.leaving[: -self.width])

    def see_off(self, leaving: list[Worker]) -> None:
        """Wait until stopped workers have gone."""
        self.leaving = self.leaving[len(leaving) :]
        for worker in leaving:
            worker.end(patience=0.0)

    def close(self) -> None:
        """Let idle workers go; stop those that still work."""
        workers, self.workers, self.reports = self.workers, [], []
        if self.owner != os.getpid():
            return  # a forked child must not stop its siblings
        with interrupts_later():  # who is impatient and types it twice leaves nobody behind, too
            for worker in workers:
                if worker.batch is not None:
                    worker.kill()
                worker.wire.close()
            for worker in workers:
                worker.end(patience=2.0)
            self.see_off(self.leaving)


def only_this(batch: Batch, dumps: Dumps) -> tuple[Any, Any]:
    """Let a worker inherit the batch that it is forked for."""
    tasks = dict(zip(batch.numbers, batch.tasks, strict=True))
    return tasks, tasks


STREAMS = {b"1": "stdout", b"2": "stderr"}
ENGINES: weakref.WeakSet[Processes] = weakref.WeakSet()


@atexit.register
def close_all() -> None:
    """Close, when Python ends, what nobody has closed."""
    for engine in list(ENGINES):
        engine.close()


def value_in(content: Any, opening: Callable[[Any], Any]) -> Any:
    """Open a result; say so where that fails."""
    try:
        return opening(content)
    except Exception as error:
        problem = f"its result cannot be unpickled ({type(error).__name__}: {error})"
        return Failure(TaskError(problem))


def opened_values(values: list[Any]) -> list[Any]:
    """Open those results that are sealed."""
    if set(map(type, values)).isdisjoint(SEALED):
        return values
    return [value_in(each, opened) if type(each) in SEALED else each for each in values]


def another_s(who: str, owner: int) -> str:
    """Say that a forked child cannot go on with its parent's loop."""
    return (
        f"these {who} belong to process {owner}, in the middle of its loop; in a forked child, "
        "make a Parallel of its own"
    )


def took_longer(timeout: float) -> str:
    """Say that a task took too long."""
    return f"it took longer than timeout={timeout:g} seconds"


@contextlib.contextmanager
def interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back until a new worker is known, or old ones have ended."""
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
