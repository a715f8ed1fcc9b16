"""How loops grow: with the workers, the length of tasks, their number and the size of results.

Work is time of a processor that a task uses up, so it is the same for any number of workers.
All loops are warm: the workers are there. Against the plain loop it is told where workers begin
to pay: where the curves cross.
"""

from collections.abc import Callable
from contextlib import contextmanager
from math import sqrt
from time import perf_counter, thread_time
from typing import Any

import faineant
import joblib
import numpy as np
import pytest

WORK = 2.0  # seconds of a processor, in all
N_JOBS = 2


def busy(seconds: float) -> None:
    """Use up a processor's time."""
    end = thread_time() + seconds
    while thread_time() < end:
        pass


@contextmanager
def plain_loop(n_jobs: int) -> Any:
    """Give what runs tasks as `Parallel` does, one after the other."""
    yield lambda tasks: [function(*args, **kwargs) for function, args, kwargs in tasks]


LOOPS = {
    "faineant": (faineant.Parallel, faineant.delayed),
    "joblib": (joblib.Parallel, joblib.delayed),
    "plain loop": (plain_loop, joblib.delayed),
}


def tasks_of_workers(delayed: Any, _: int) -> list[Any]:
    return [delayed(busy)(WORK / 100)] * 100


def tasks_of_length(delayed: Any, microseconds: int) -> list[Any]:
    return [delayed(busy)(microseconds / 1e6)] * round(WORK * 1e6 / microseconds)


def tasks_in_number(delayed: Any, number: int) -> list[Any]:
    return [delayed(sqrt)(one) for one in range(number)]


def tasks_with_results(delayed: Any, size: int) -> list[Any]:
    return [delayed(np.full)(size // 8, float(one)) for one in range(8)]


Tasks = Callable[[Any, int], list[Any]]
LENGTHS = [10, 100, 1_000, 10_000, 100_000, 1_000_000]
CASES: dict[str, tuple[Tasks, str, list[int], str]] = {
    "workers": (
        tasks_of_workers,
        "100 tasks of 20 ms, workers",
        [1, 2, 4, 8],
        "joblib",
    ),
    "length": (
        tasks_of_length,
        "2 s of work over two workers, µs of each task",
        LENGTHS,
        "joblib",
    ),
    "length_plain": (
        tasks_of_length,
        "2 s of work over two workers and in a plain loop, µs of each task",
        LENGTHS,
        "plain loop",
    ),
    "number": (
        tasks_in_number,
        "trivial tasks over two workers, tasks",
        [100, 1_000, 10_000, 100_000],
        "joblib",
    ),
    "results": (
        tasks_with_results,
        "8 results from two workers, bytes of each",
        [1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000],
        "joblib",
    ),
}


def measured(name: str, who: str, sizes: list[int]) -> list[tuple[float, float]]:
    """Give the seconds of each size; called in a process of its own."""
    tasks, _, _, peer = CASES[name]
    library = peer if who == "theirs" else "faineant"
    parallel, delayed = LOOPS[library]
    told = []
    for size in sizes:
        n_jobs = size if name == "workers" else N_JOBS
        with parallel(n_jobs=n_jobs) as loop:
            loop(delayed(busy)(0.01) for _ in range(2 * n_jobs))  # all workers are there
            seconds = [timed(loop, tasks(delayed, size))]
            again = 0 if seconds[0] > 1.5 else 1 if seconds[0] > 0.2 else 4
            seconds += [timed(loop, tasks(delayed, size)) for _ in range(again)]
        told.append((min(seconds), 0.0))
    return told


def timed(loop: Callable[[list[Any]], list[Any]], tasks: list[Any]) -> float:
    """Tell how many seconds a loop took."""
    start = perf_counter()
    results = loop(tasks)
    passed = perf_counter() - start
    assert len(results) == len(tasks)
    return passed


@pytest.mark.parametrize("name", CASES)
def test_growth_of_parallel(growth, name):
    _, title, sizes, peer = CASES[name]
    row = growth(name, title=title, peer=peer, sizes=sizes)
    assert min(row.ours.seconds) > 0
