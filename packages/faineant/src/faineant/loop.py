"""The loop: which tasks still need work, who gets them, and in what order results come back.

Tasks are drawn in the caller's thread, and only when somebody is idle. Short ones go
out in batches, sized by how long the ones before took. A result that is early is kept
until its turn comes. The way of a task:

    drawn -> remembered already? -> waits for somebody idle -> runs -> handed over
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from faineant.ahead import Ahead
from faineant.batches import Batch, Queue, functions_of
from faineant.engines import Engine, Processes, Report
from faineant.failures import Failure, Task, WorkerDiedError, explained, short_call
from faineant.progress import Progress
from faineant.remembered import Known
from faineant.words import shortened

__all__ = ["Loop", "Plan"]

AHEAD = 8  # how many results for each worker a generator may be ahead of its reader
OVERDUE = 0.02  # seconds after which a batch is shared with workers that have nothing to do
WORTH = 0.005  # seconds that a batch of short tasks should take
MOST = 500  # tasks in a batch; beyond, nothing is gained
FASTER = 4  # how fast batches grow


@dataclass(frozen=True)
class Plan:
    """What a loop does with its tasks; the parameters of `faineant.Parallel`."""

    in_order: bool = True
    lazily: bool = False  # whether results wait for a reader
    batch_size: int | None = None
    window: float | None = None  # the most tasks that are drawn and not yet done with
    on_error: str = "raise"
    retries: int = 0
    report: Callable[[Progress], Any] | None = None


class Pace:
    """Says how many tasks a batch should have, from how long tasks took.

    Parameters
    ----------
    size : int or None
        A fixed size; None to measure.
    most : int
        The most.
    """

    def __init__(self, size: int | None, most: int):
        self.fixed, self.most = size is not None, min(most, MOST if size is None else size)
        self.size = self.most if self.fixed else 1

    def learn(self, count: int, seconds: float) -> None:
        """Learn from tasks that have run."""
        if not self.fixed and count:
            ideal = int(WORTH * count / max(seconds, 1e-9))
            self.size = max(1, min(ideal, FASTER * self.size, self.most))


class Early:
    """Results that wait for their turn, in runs whose numbers follow each other.

    Parameters
    ----------
    in_order : bool
        Whether each has a turn; else all are due at once.
    """

    def __init__(self, in_order: bool):
        self.in_order, self.due, self.count = in_order, 0, 0
        self.runs: dict[int, list[Any]] = {}

    def __len__(self) -> int:
        return self.count

    def add(self, numbers: Sequence[int], values: list[Any]) -> None:
        """Keep the results of tasks, given in the order of their numbers."""
        self.count += len(values)
        if values and list(numbers) == list(range(numbers[0], numbers[0] + len(values))):
            self.runs[numbers[0]] = values
        else:
            pairs = zip(numbers, values, strict=True)
            self.runs.update((number, [value]) for number, value in pairs)

    def take(self, enough: float) -> list[Any]:
        """Give the results that are due, until there are enough."""
        results: list[Any] = []
        while len(results) < enough and self.runs:
            first = self.due if self.in_order else next(iter(self.runs))
            if first not in self.runs:
                break
            run = self.runs.pop(first)
            self.due += len(run)
            results += run
        self.count -= len(results)
        return results


class Loop:
    """Runs tasks on an engine.

    Parameters
    ----------
    engine : Engine
        Who works.
    tasks : iterable of tasks
        Drawn one by one.
    plan : Plan
        How.
    """

    def __init__(self, engine: Engine, tasks: Any, plan: Plan):
        self.engine, self.plan = engine, plan
        self.tasks = iter(tasks)
        self.drawing, self.may_share = True, False
        self.recalls = False  # whether the task that was looked at last may be remembered
        self.n_drawn = self.n_done = self.n_failed = self.n_known = self.n_read = 0
        self.queue = Queue()
        self.n_running = 0
        self.early = Early(plan.in_order)
        self.tries: dict[int, int] = {}
        self.pace = Pace(plan.batch_size, engine.most)
        self.known = Known()
        self.begun = time.perf_counter()
        self.total = len(tasks) if hasattr(tasks, "__len__") else None
        if isinstance(engine, Processes):
            source = tasks if isinstance(tasks, list | tuple) else None
            engine.look_ahead = Ahead(source, self.draw_ahead).inherited

    def results(self) -> Iterator[list[Any]]:
        """Run the tasks; give some results at a time, as they come due."""
        try:
            yield from self.runs()
        finally:
            if isinstance(self.engine, Processes):
                self.engine.forget_tasks()

    def runs(self) -> Iterator[list[Any]]:
        """Feed the engine, take what it reports, and give what is due."""
        while True:
            if self.engine.width > 1 or not self.early:
                self.feed()
            enough = self.pace.size if self.plan.lazily else math.inf
            if results := self.early.take(enough):
                self.n_read += len(results)
                if self.plan.lazily and isinstance(self.engine, Processes):
                    self.engine.give_back_threads()  # the reader's own code comes next
                yield results
                if self.plan.lazily:
                    self.take(self.engine.wait(0.0) if self.n_running else [])
                continue
            if not self.n_running and not self.queue:
                if not self.drawing:
                    return
                if self.engine.has_idle():
                    continue
            looked = self.look_ahead()
            stalled = not looked and self.may_share and self.engine.has_idle()
            reports = self.engine.wait(0.0 if looked else OVERDUE if stalled else None)
            self.take(reports)
            if stalled and not reports:
                self.may_share = False
                self.put_back(self.engine.take_back())

    # -- drawing ---------------------------------------------------------------------------------

    def feed(self) -> None:
        """Give work to whoever is idle."""
        while self.engine.has_idle():
            batch = self.next_batch()
            if batch is None:
                return
            self.n_running += len(batch)
            self.engine.submit(batch)
            self.may_share = True

    def next_batch(self) -> Batch | None:
        """Give the tasks that are to run next, if there are any."""
        size = self.pace.size
        while len(self.queue) < size and self.draw(size - len(self.queue)):
            if self.recalls and self.queue:
                break  # nobody shall be idle while the others are looked up
        if not self.queue:
            return None
        if not self.drawing:  # share what is left
            size = min(size, math.ceil(len(self.queue) / self.engine.width))
        batch = self.queue.take(size)
        if self.tries:  # what is tried again goes alone: it may take its worker with it
            places = (n for n, number in enumerate(batch.numbers) if number in self.tries)
            size = next(places, size) or 1
            self.queue.prepend(batch[size:])
        return batch[:size]

    def draw(self, count: int) -> bool:
        """Draw at most so many tasks; False if no more can be drawn now."""
        room = self.room()
        count = min(count, room)
        if count <= 0 or not self.drawing:
            return False
        if self.recalls:
            return self.draw_and_look_up(count, room)
        drawn = list(itertools.islice(self.tasks, count))
        self.drawing = len(drawn) == count
        batch = Batch(range(self.n_drawn, self.n_drawn + len(drawn)), drawn)
        self.n_drawn += len(drawn)
        self.queue.append(batch if are_plain(drawn) else self.unknown(batch))
        return self.drawing

    def draw_and_look_up(self, count: int, room: int) -> bool:
        """Draw until so many more must run, or for a while; one is looked up before the next."""
        end, last = time.perf_counter() + WORTH, self.n_drawn + room
        numbers, tasks = [], []
        for number, task in zip(range(self.n_drawn, last), self.tasks, strict=False):
            self.n_drawn += 1
            if self.must_run(number, task):
                numbers.append(number)
                tasks.append(task)
            if len(tasks) >= count or time.perf_counter() > end:
                break
        else:
            self.drawing = self.n_drawn == last
        self.queue.append(Batch(numbers, tasks))
        return self.drawing

    def look_ahead(self) -> bool:
        """Look tasks up while everybody is busy, until one must run; False if there is none."""
        ahead = self.recalls and not self.queue and self.drawing and self.room() > 0
        if ahead:
            self.draw(1)
        return ahead

    def unknown(self, batch: Batch) -> Batch:
        """Give those tasks that must run."""
        numbered = zip(batch.numbers, batch.tasks, strict=True)
        kept = [(number, task) for number, task in numbered if self.must_run(number, task)]
        return Batch([number for number, _ in kept], [task for _, task in kept])

    def must_run(self, number: int, task: Task) -> bool:
        """Tell whether a task's result is not remembered, nor on its way."""
        check_task(task, number)
        recall = getattr(task[0], "recall", None)
        self.recalls = recall is not None
        if recall is None:
            return True
        known = self.known.look_up(recall, number, task)
        if known:
            self.early.add([number], list(known))
            self.n_known += 1
            self.tell(1, task)
        return known is None

    def draw_ahead(self) -> tuple[int, Task] | None:
        """Draw one more task to wait for its turn; None if there is none now."""
        before = len(self.queue)
        if len(self.queue) < AHEAD * self.engine.width:
            self.draw(1)
        if len(self.queue) == before:
            return None
        last = self.queue.batches[-1]
        return last.numbers[-1], last.tasks[-1]

    def room(self) -> int:
        """Say how many tasks may be drawn now."""
        window = self.plan.window
        if window is None:
            if not self.plan.lazily:
                return MOST
            # Some for each worker; more only for a reader that has already read as many.
            most = self.engine.width * 2 * self.pace.size
            window = max(self.engine.width * AHEAD, min(most, self.n_read))
        if self.engine.width == 1:
            window = 1
        waiting = len(self.queue) + self.n_running + self.known.n_held
        return int(min(window - waiting - len(self.early) * self.plan.lazily, MOST))

    # -- results ---------------------------------------------------------------------------------

    def take(self, reports: Sequence[Report]) -> None:
        """Take note of what has ended."""
        for report in reports:
            batch, values = report.batch, report.values
            self.n_running -= len(batch)
            self.pace.learn(len(batch), report.seconds)
            if Failure in set(map(type, values)):
                batch, values = self.without_failures(batch, values)
            self.early.add(batch.numbers, values)
            if self.known.held:
                for number in report.batch.numbers:
                    self.look_up_again(self.known.waited_for(number))
            self.put_back(report.again)
            if batch:
                self.tell(len(batch), batch.tasks[-1])

    def without_failures(self, batch: Batch, values: list[Any]) -> tuple[Batch, list[Any]]:
        """Deal with the tasks that have failed; give what is to be handed over."""
        numbers, tasks, kept = [], [], []
        for number, task, value in zip(batch.numbers, batch.tasks, values, strict=True):
            if type(value) is Failure:
                if self.is_tried_again(number, task, value):
                    continue
                value = self.failed(number, task, value)
            numbers.append(number)
            tasks.append(task)
            kept.append(value)
        return Batch(numbers, tasks), kept

    def look_up_again(self, waiting: list[tuple[int, Task]]) -> None:
        """Look for the results of tasks that waited for an equal one."""
        for number, task in waiting:
            self.queue.append(self.unknown(Batch([number], [task])))

    def is_tried_again(self, number: int, task: Task, failure: Failure) -> bool:
        """Run a task again whose worker has died, as often as was asked for."""
        tries = self.tries.get(number, 0)
        if not isinstance(failure.error, WorkerDiedError) or tries >= self.plan.retries:
            return False
        self.tries[number] = tries + 1
        self.queue.prepend(Batch([number], [task]))
        return True

    def failed(self, number: int, task: Task, failure: Failure) -> BaseException:
        """Do with an error what was asked for: raise it, or give it in the result's place."""
        self.n_failed += 1
        error = explained(failure, number, task)
        if self.plan.on_error == "return":
            return error
        self.tell(1, task)
        if self.plan.on_error == "debug":
            function, args, kwargs = task
            self.engine.close()
            function(*args, **kwargs)
            error.add_note("Replayed in the caller's process, it did not fail.")
        raise error

    def put_back(self, batch: Batch) -> None:
        """Put tasks that have not begun back to the front of the queue."""
        if batch:
            self.n_running -= len(batch)
            self.pace.learn(1, WORTH)
            self.queue.prepend(batch)

    def tell(self, count: int, task: Task) -> None:
        """Report how far it has come."""
        self.n_done += count
        if self.plan.report is not None:
            seconds = time.perf_counter() - self.begun
            total = self.total if self.drawing else self.n_drawn
            self.plan.report(
                Progress(self.n_done, self.n_failed, self.n_known, total, seconds, short_call(task))
            )


def are_plain(drawn: list[Any]) -> bool:
    """Tell at once, as far as that goes, whether all are tasks that nothing remembers."""
    if set(map(type, drawn)) != {tuple} or set(map(len, drawn)) != {3}:
        return False
    functions = functions_of(drawn)
    return all(map(callable, functions)) and not any(hasattr(each, "recall") for each in functions)


def check_task(task: Any, number: int) -> None:
    """Raise where something is no task."""
    if not isinstance(task, tuple) or len(task) != 3 or not callable(task[0]):
        raise TypeError(
            f"task {number} is {shortened(task, 60)}, and a task is a triple (function, args, "
            "kwargs): write delayed(f)(x), not f(x)"
        )
