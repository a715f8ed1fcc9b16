"""Batches of tasks: how they wait, how they are divided, and how they travel.

Nearly all tasks of a loop call one function without keyword arguments. So a batch
travels in columns, where what all have alike stands once, and nothing here is done task by
task that can be done for all at once: of a trivial task, this is most of what it costs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import is_, itemgetter
from typing import Any

from faineant.failures import Task

__all__ = ["NOTHING", "Batch", "Columns", "Queue", "columns", "functions_of", "rows"]

Columns = tuple[list[Any], list[tuple[Any, ...]], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some tasks, each with its number.

    Examples
    --------
    >>> batch = Batch(range(7, 9), [(max, (1, 2), {}), (min, (3, 4), {})])
    >>> batch[1:], len(batch + batch[:1])
    (Batch(numbers=range(8, 9), tasks=[(<built-in function min>, (3, 4), {})]), 3)
    """

    numbers: Sequence[int]
    tasks: Sequence[Task]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, part: slice) -> Batch:
        return Batch(self.numbers[part], self.tasks[part])

    def __add__(self, other: Batch) -> Batch:
        return Batch([*self.numbers, *other.numbers], [*self.tasks, *other.tasks])


NOTHING = Batch((), ())


class Queue:
    """Tasks that wait, in the batches in which they came."""

    def __init__(self) -> None:
        self.batches: deque[Batch] = deque()
        self.count = 0

    def __len__(self) -> int:
        return self.count

    def append(self, batch: Batch) -> None:
        """Let tasks wait behind all others."""
        if batch:
            self.batches.append(batch)
            self.count += len(batch)

    def prepend(self, batch: Batch) -> None:
        """Let tasks wait before all others."""
        if batch:
            self.batches.appendleft(batch)
            self.count += len(batch)

    def take(self, count: int) -> Batch:
        """Give the first tasks, so many or all."""
        batch = NOTHING
        while len(batch) < count and self.batches:
            following = self.batches.popleft()
            batch = batch + following if batch else following
        self.count -= len(batch)
        self.prepend(batch[count:])
        return batch[:count]


def functions_of(tasks: Sequence[Task]) -> Collection[Any]:
    """Give the functions of tasks, each once; they need not be hashable."""
    functions = list(map(itemgetter(0), tasks))
    if all(map(is_, functions, repeat(functions[0]))):
        return functions[:1]
    return dict(zip(map(id, functions), functions, strict=True)).values()


def columns(tasks: Sequence[Task]) -> Columns:
    """Give the functions, arguments and keyword arguments of tasks.

    Examples
    --------
    >>> columns([(max, (1, 2), {}), (max, (3, 4), {})])
    ([<built-in function max>], [(1, 2), (3, 4)], [])
    """
    functions, args, kwargs = (list(map(itemgetter(place), tasks)) for place in range(3))
    if all(map(is_, functions, repeat(functions[0]))):
        functions = functions[:1]
    return functions, args, kwargs if any(kwargs) else []


def rows(found: Columns) -> list[Task]:
    """Give the tasks again.

    Examples
    --------
    >>> rows(columns([(max, (1, 2), {}), (max, (3, 4), {})]))
    [(<built-in function max>, (1, 2), {}), (<built-in function max>, (3, 4), {})]
    """
    functions, args, kwargs = found
    if len(functions) == 1:
        functions = functions * len(args)
    return list(zip(functions, args, kwargs or ({} for _ in args), strict=True))
