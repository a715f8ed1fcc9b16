"""What is remembered already: tasks of remembering functions whose results need no worker.

A function that has `recall` is asked first. What it remembers is sent nowhere. Of equal
tasks one runs; the others wait, and then each gets what is remembered as a copy of its
own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faineant.failures import Task

__all__ = ["Known"]


class Known:
    """Looks tasks up, and lets equal ones wait for the first."""

    def __init__(self) -> None:
        self.keys: dict[int, tuple[Any, str]] = {}  # the tasks that run, by their numbers
        self.held: dict[tuple[Any, str], list[tuple[int, Task]]] = {}

    @property
    def n_held(self) -> int:
        """How many tasks wait for an equal one."""
        return sum(map(len, self.held.values()))

    def look_up(
        self, recall: Callable[..., Any], number: int, task: Task
    ) -> tuple[Any] | tuple[()] | None:
        """Look for a task's result.

        Parameters
        ----------
        recall : callable
            Given arguments, it gives the call's key, and what is found or None.
        number : int
            The task's.
        task : tuple
            The task.

        Returns
        -------
        tuple or None
            With the result; empty if the task waits for an equal one; None if it must run.
        """
        try:
            key, found = recall(task[1], task[2])
        except Exception:
            return None  # whatever is wrong, the call itself tells it better
        if found is not None:
            return (found.value,)
        name = id(task[0]), key
        if name in self.held:
            self.held[name].append((number, task))
            return ()
        self.keys[number], self.held[name] = name, []
        return None

    def waited_for(self, number: int) -> list[tuple[int, Task]]:
        """Give the tasks that have waited for one that has ended: they can be looked up now."""
        name = self.keys.pop(number, None)
        return self.held.pop(name, []) if name is not None else []
