"""Loops over two workers, against joblib and its loky: from the first two tasks to a million.

Loops that are called *warm* run within ``with Parallel(n_jobs=2)``, ours and joblib's:
the workers are there already. What a process does first, or how much memory it takes, is
measured in a process of its own.
"""

import itertools
import os
import subprocess
import sys
from functools import partial
from math import sqrt

import faineant
import joblib
import numpy as np
import pytest
from faineant.units import size_in_words
from joblib.externals.loky import get_reusable_executor

N_JOBS = 2


@pytest.fixture(scope="module", autouse=True)
def no_worker_stays():
    """Let joblib's workers go, which wait for more for five minutes."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.fixture
def warm():
    """Give a loop of each library that keeps its workers."""
    with faineant.Parallel(N_JOBS) as ours, joblib.Parallel(N_JOBS) as theirs:
        yield ours, theirs


def equal_lists(ours, theirs):
    assert ours == theirs


def equal_arrays(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


def compared_there(ours, theirs):
    """Do nothing: the program that was measured has compared its results."""


def run(program, library, *numbers):
    """Run a program with a library; give the numbers that it prints."""
    command = [sys.executable, "-c", program.format(library=library), *map(str, numbers)]
    return [float(word) for word in subprocess.check_output(command, text=True).split()]


# -- the start ------------------------------------------------------------------------------------


FIRST = """
from math import sqrt
from time import perf_counter

start = perf_counter()
from {library} import Parallel, delayed

imported = perf_counter()
results = Parallel(n_jobs=2)(delayed(sqrt)(number) for number in (4, 9))
ended = perf_counter()
assert results == [2, 3]
print(ended - imported, ended - start)
"""
FROM = {
    "first two tasks in a fresh process": 0,
    "first two tasks in a fresh process, `from … import Parallel, delayed` included": 1,
}


@pytest.mark.parametrize("name", FROM)
def test_first_tasks_in_a_process(against, name):
    def took(library):
        return run(FIRST, library)[FROM[name]]

    against(
        partial(took, "faineant"),
        partial(took, "joblib"),
        title=name,
        peer="joblib",
        target=None if FROM[name] else 30,
        why="what is left is forking two workers and hearing from them",
        rounds=5,
        same=compared_there,
        tells_seconds=True,
        memory=False,
    )


# -- many short tasks -----------------------------------------------------------------------------


def roots(parallel, delayed, count):
    return parallel(delayed(sqrt)(number) for number in range(count))


def test_many_trivial_tasks(against, warm):
    ours, theirs = warm
    against(
        partial(roots, ours, faineant.delayed, 10_000),
        partial(roots, theirs, joblib.delayed, 10_000),
        title="10,000 trivial tasks, warm",
        peer="joblib",
        target=3,
        why="the caller's own Python is the limit: some 2 µs for each task",
        rounds=25,
        same=equal_lists,
        memory=False,
    )


def test_many_trivial_tasks_against_a_loop_without_with(against, warm):
    ours, _ = warm
    against(
        partial(roots, ours, faineant.delayed, 10_000),
        partial(roots, joblib.Parallel(N_JOBS), joblib.delayed, 10_000),
        title="10,000 trivial tasks, ours warm, joblib's without `with` (loky stays warm)",
        peer="joblib",
        target=3,
        why="the caller's own Python is the limit: some 2 µs for each task",
        rounds=25,
        same=equal_lists,
        memory=False,
    )


STREAMED = """
import sys
from math import sqrt
from time import perf_counter

from {library} import Parallel, delayed


def peak():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


some, many = map(int, sys.argv[1:])
start = perf_counter()
roots = Parallel(n_jobs=2, return_as="generator")(
    delayed(sqrt)(number * number) for number in range(many)
)
total = 0
for number, root in enumerate(roots):
    total += root
    if number == some:
        before = peak()
seconds = perf_counter() - start
assert total == many * (many - 1) / 2
print(seconds, peak() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="peaks are read in /proc")
def test_streaming_a_million_tasks(against, quick):
    some, many = (10_000, 100_000) if quick else (100_000, 1_000_000)
    first = {name: run(STREAMED, name, some, many) for name in ("joblib", "faineant")}
    theirs, ours = (size_in_words(int(growth)) for _, growth in first.values())

    def took(library):
        seconds, _ = first.pop(library, None) or run(STREAMED, library, some, many)
        return seconds

    against(
        partial(took, "faineant"),
        partial(took, "joblib"),
        title=f"{many:,} trivial tasks streamed; after the first {some:,}, the caller's peak "
        f"memory grows by {theirs} with joblib, by {ours} with ours",
        peer="joblib",
        target=2,
        rounds=2,
        same=compared_there,
        tells_seconds=True,
        memory=False,
    )


# -- large things ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large_array(quick):
    """An array of 1 GB; less where there is no room for the copies that joblib makes of it."""
    room = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4
    size = min(100_000_000 if quick else 1_000_000_000, room)
    return np.random.default_rng(0).random(size // 8)


def slices(array):
    length = -(-len(array) // 16)
    return [array[start : start + length] for start in range(0, len(array), length)]


def sums(parallel, delayed, array):
    return parallel(delayed(np.sum)(part) for part in slices(array))


def test_slices_of_a_large_array(against, warm, large_array):
    ours, theirs = warm
    against(
        partial(sums, ours, faineant.delayed, large_array),
        partial(sums, theirs, joblib.delayed, large_array),
        title=f"16 slices of an array of {size_in_words(large_array.nbytes)} summed, warm",
        peer="joblib",
        target=4,
        rounds=5,
        same=equal_lists,
        memory=False,
    )


def test_slices_of_a_large_array_against_a_plain_loop(against, warm, large_array):
    ours, _ = warm
    against(
        partial(sums, ours, faineant.delayed, large_array),
        lambda: [np.sum(part) for part in slices(large_array)],
        title=f"16 slices of an array of {size_in_words(large_array.nbytes)}, against a plain loop",
        peer="plain loop",
        target=1.8,
        why="a sum only reads, and memory is the limit; two workers are forked for each loop, so "
        "that they see what the array holds now",
        rounds=9,
        same=equal_lists,
        memory=False,
    )


def filled(parallel, delayed, length):
    return parallel(delayed(np.full)(length, float(number)) for number in range(16))


def filled_and_read(parallel, delayed, length):
    return [result.sum() for result in filled(parallel, delayed, length)]


READ = {
    "16 results of 50 MB": (filled, equal_arrays, 4),
    "16 results of 50 MB, and each is read": (filled_and_read, equal_lists, None),
}


@pytest.mark.parametrize("name", READ)
def test_large_results(against, warm, quick, name):
    ours, theirs = warm
    loop, same, target = READ[name]
    length = 625_000 if quick else 6_250_000
    against(
        partial(loop, ours, faineant.delayed, length),
        partial(loop, theirs, joblib.delayed, length),
        title=name,
        peer="joblib",
        target=target,
        rounds=2,
        same=same,
        memory=False,
    )


# -- what is remembered ---------------------------------------------------------------------------


def identity(x):
    return x


def mostly_known(parallel, delayed, cached, fresh):
    """Call for 2,000 numbers, ten of them, spread over all, for the first time."""
    numbers = [next(fresh) if number % 200 == 0 else number for number in range(2_000)]
    return parallel(delayed(cached)(number) for number in numbers)


def test_tasks_that_are_remembered(against, warm, tmp_path):
    ours, theirs = warm
    our_cached = faineant.Memory(tmp_path / "ours", verbose=0).cache(identity)
    their_cached = joblib.Memory(tmp_path / "theirs", verbose=0).cache(identity)
    for cached in our_cached, their_cached:
        assert [cached(number) for number in range(2_000)] == list(range(2_000))
    against(
        partial(mostly_known, ours, faineant.delayed, our_cached, itertools.count(2_000)),
        partial(mostly_known, theirs, joblib.delayed, their_cached, itertools.count(2_000)),
        title="2,000 tasks of which 1,990 are remembered",
        peer="joblib",
        target=10,
        why="each is looked up in the caller, one after the other, for what a hit of `Memory` "
        "costs",
        rounds=5,
        same=equal_lists,
        memory=False,
    )
