"""What a worker inherits that is about to be forked: tasks need not be sent to it then.

A list's tasks exist, and all are inherited. From other iterables, tasks with large
buffers are drawn ahead of their turn, for to fork a worker is faster than to copy the
buffers. That must not change what a task is given: an iterable may use one buffer, or
one list, for all its tasks. So what a pickle holds is pickled as the task is drawn, and
no more tasks are drawn ahead once one has a buffer in the memory of an earlier one.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from faineant.batches import Batch
from faineant.failures import Task
from faineant.wire import Dumps, Parcel, packed

__all__ = ["Ahead", "Inherited"]

Inherited: TypeAlias = Mapping[int, Any] | Sequence[Any]
Span: TypeAlias = tuple[int, int]


class Ahead:
    """Draws tasks ahead where that is safe and worth it.

    Parameters
    ----------
    source : list, tuple or None
        All tasks, if they exist already.
    draw : callable
        Draws one more task into the loop's queue, and gives it with its number; None if
        there is none, or too many wait.
    """

    def __init__(self, source: Sequence[Task] | None, draw: Callable[[], tuple[int, Task] | None]):
        self.source, self.draw = source, draw
        self.spans: list[Span] = []
        self.drawn: dict[int, tuple[Task, Parcel]] = {}
        self.safe = True

    def inherited(self, batch: Batch, dumps: Dumps) -> tuple[Inherited, Inherited]:
        """Say what a worker inherits.

        Parameters
        ----------
        batch : Batch
            What it is forked for.
        dumps : callable
            What pickles tasks for it.

        Returns
        -------
        tasks : mapping or sequence
            By their numbers.
        contents : mapping or sequence
            What the worker has of them: tasks, or parcels of tasks.
        """
        if self.source is not None:
            return self.source, self.source
        tasks = dict(zip(batch.numbers, batch.tasks, strict=True))
        contents: dict[int, Any] = {**tasks}
        first = not self.spans
        if not all(number in self.drawn for number in tasks):
            self.note(batch.tasks[-1], dumps)
        if not first:  # the one before it has its own memory, in a worker of its own
            self.draw_more(dumps)
        for number, (task, parcel) in self.drawn.items():
            tasks[number], contents[number] = task, parcel
        return tasks, contents

    def draw_more(self, dumps: Dumps) -> None:
        """Draw tasks whose buffers lie apart from all before them."""
        while self.safe and (drawn := self.draw()) is not None:
            number, task = drawn
            parcel = self.note(task, dumps)
            if parcel is not None:
                self.drawn[number] = task, parcel

    def note(self, task: Task, dumps: Dumps) -> Parcel | None:
        """Note where a task's buffers lie; where that cannot be told, it is not safe to go on."""
        if not self.safe:
            return None
        try:
            parcel = packed(task, dumps)
        except Exception:
            self.safe = False
            return None
        spans = [span_of(buffer) for buffer in parcel.buffers]
        self.safe = bool(spans) and all(map(self.is_apart, spans))
        for span in spans:
            bisect.insort(self.spans, span)
        return parcel if self.safe else None

    def is_apart(self, span: Span) -> bool:
        """Tell whether memory is none of those that were noted."""
        start, end = span
        place = bisect.bisect(self.spans, span)
        before = self.spans[place - 1][1] if place else 0
        after = self.spans[place][0] if place < len(self.spans) else end
        return before <= start < end <= after


def span_of(buffer: memoryview) -> Span:
    """Say where the memory of an array begins and ends; nowhere for what does not tell."""
    array = getattr(buffer.obj, "__array_interface__", None)
    if array is None or array.get("strides") is not None:
        return 0, 0
    return array["data"][0], array["data"][0] + buffer.nbytes
