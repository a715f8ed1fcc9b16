"""What can go wrong with a task, and how it is told.

An error that a task raised keeps its type. It brings its worker's traceback as its
cause, and a note says which task it was.
"""

from __future__ import annotations

import pickle
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from faineant.words import call_in_words

__all__ = [
    "Failure",
    "Task",
    "TaskError",
    "TaskTimeoutError",
    "WorkerDiedError",
    "WorkerTraceback",
    "cause_of_death",
    "described",
    "explained",
    "short_call",
]

Task: TypeAlias = tuple[Callable[..., Any], Sequence[Any], Mapping[str, Any]]
UNKNOWN = 1 << 16  # no exit code is as large


class TaskError(RuntimeError):
    """A task could not be handed to a worker, or could not hand over its result."""


class WorkerDiedError(TaskError):
    """A worker ended in the middle of a task."""


class TaskTimeoutError(TaskError, TimeoutError):
    """A task took longer than it was allowed."""


class WorkerTraceback(Exception):  # noqa: N818 - no error, but the story of one
    """The traceback of an error, as its worker saw it."""

    def __init__(self, text: str):
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


@dataclass(frozen=True, slots=True)
class Failure:
    """What a task raised, and the worker's traceback as text, empty if the error has its own."""

    error: BaseException
    trace: str = ""


def described(error: BaseException) -> bytes:
    """Pickle an error and its traceback; one that cannot travel is told in words.

    Parameters
    ----------
    error : BaseException
        What a task has raised.

    Returns
    -------
    bytes
        A pickled `Failure`.
    """
    trace = "".join(traceback.format_exception(error))
    if isinstance(error, SystemExit):
        error = TaskError(f"it called sys.exit({error.code!r})")
    try:
        content = pickle.dumps(Failure(error, trace), protocol=5)
        pickle.loads(content)
    except Exception as problem:
        kind = type(error)
        told = TaskError(
            f"{kind.__module__}.{kind.__qualname__}: {error} (the exception itself cannot be "
            f"pickled: {problem})"
        )
        content = pickle.dumps(Failure(told, trace), protocol=5)
    return content


def explained(failure: Failure, number: int, task: Task) -> BaseException:
    """Give a task's error, with a note of the task and with the worker's traceback.

    Parameters
    ----------
    failure : Failure
        What became of the task.
    number : int
        The task's, counted from 0.
    task : tuple
        The task itself.

    Returns
    -------
    BaseException
        The error, to be raised or handed over.
    """
    error = failure.error
    error.add_note(f"This was task {number} (counted from 0): {short_call(task)}")
    if failure.trace:
        error.__cause__ = WorkerTraceback(failure.trace)
    return error


def short_call(task: Task) -> str:
    """Write a task as one would type the call, on one line, long arguments shortened.

    Parameters
    ----------
    task : tuple
        A function, its arguments and its keyword arguments.

    Returns
    -------
    str
        Like ``f(1, x='a')``.

    Examples
    --------
    >>> short_call((max, (1, 2), {}))
    'max(1, 2)'
    """
    return " ".join(call_in_words(*task, longest=80).split())


def cause_of_death(status: int | None) -> str:
    """Say how a process ended.

    Parameters
    ----------
    status : int or None
        Its exit code, negative for a signal; `UNKNOWN` if nobody can tell.

    Returns
    -------
    str
        A sentence's end.

    Examples
    --------
    >>> cause_of_death(3)
    'left with exit code 3'
    """
    if status == UNKNOWN:
        return "has ended; its exit code is not known, for somebody else has taken it"
    if status is None or status >= 0:
        return f"left with exit code {status}"
    name = ""
    with suppress(ValueError):
        name = f" ({signal.Signals(-status).name})"
    hint = ", as the system does when memory runs out" if -status == KILL else ""
    return f"was killed by signal {-status}{name}{hint}"


KILL = getattr(signal, "SIGKILL", None)
