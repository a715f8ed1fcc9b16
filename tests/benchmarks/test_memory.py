"""Remembering, against joblib: digests, hits and misses, one process, medians."""

import itertools
import subprocess
import sys
import time
from functools import partial

import joblib
import numpy as np
import pytest
from faineant import Memory
from faineant.digest import digest

HITS = 200


def nothing_to_compare(ours, theirs):
    """Digests of two libraries differ; that each is the same again is what counts."""


VALUES = {
    "a 100 MB array": (lambda: np.random.default_rng(0).random(12_500_000), 3.5),
    "a list of 1,000,000 ints": (lambda: list(range(1_000_000)), 30),
    "a dict of 100,000 entries": (lambda: {f"key {i}": i for i in range(100_000)}, 10),
}


@pytest.mark.parametrize("name", VALUES)
def test_digest(against, name):
    make, target = VALUES[name]
    value = make()
    assert digest(value) == digest(make())
    against(
        partial(digest, value),
        partial(joblib.hash, value),
        title=f"digest of {name}",
        peer="joblib",
        target=target,
        same=nothing_to_compare,
    )


def identity(x):
    return x


def total(array):
    return float(array.sum())


def large(n):
    return np.full(n, 1.5)


@pytest.fixture
def remembered(tmp_path):
    """Both libraries' version of a function that remembers."""

    def both(function):
        ours = Memory(tmp_path / "ours", verbose=0).cache(function)
        return ours, joblib.Memory(tmp_path / "theirs", verbose=0).cache(function)

    return both


def repeated(function, *arguments):
    for _ in range(HITS):
        result = function(*arguments)
    return result


def test_warm_hit_of_a_scalar(against, remembered):
    ours, theirs = remembered(identity)
    against(
        partial(repeated, ours, 7),
        partial(repeated, theirs, 7),
        title=f"{HITS} warm hits, scalar argument",
        peer="joblib",
        target=10,
        rounds=15,
    )


def test_warm_hit_of_a_large_argument(against, remembered):
    ours, theirs = remembered(total)
    array = np.random.default_rng(0).random(12_500_000)
    against(
        partial(ours, array),
        partial(theirs, array),
        title="warm hit, 100 MB array argument",
        peer="joblib",
        target=3.5,
    )


def test_warm_hit_of_a_large_result(against, remembered):
    ours, theirs = remembered(large)
    assert ours(12_500_000).flags.writeable
    against(
        partial(ours, 12_500_000),
        partial(theirs, 12_500_000),
        title="warm hit, 100 MB array result, from the second on",
        peer="joblib",
        target=300,
    )


FIRST_HIT = """
import time
import numpy
from {library} import Memory
from a_module import large

cached = Memory({folder!r}, verbose=0).cache(large)
start = time.perf_counter()
array = cached(12_500_000)
seconds = time.perf_counter() - start
assert array.sum() == 1.5 * 12_500_000
print(seconds)
"""


def test_first_hit_of_a_large_result_in_a_process(against, tmp_path):
    (tmp_path / "a_module.py").write_text(
        "import numpy\n\n\ndef large(n):\n    return numpy.full(n, 1.5)\n"
    )

    def first_hit(library):
        text = FIRST_HIT.format(library=library, folder=str(tmp_path / library))
        program = [sys.executable, "-c", text]
        return float(subprocess.check_output(program, cwd=tmp_path, text=True))

    against(
        partial(first_hit, "faineant"),
        partial(first_hit, "joblib"),
        title="first hit in a process, 100 MB array result",
        peer="joblib",
        target=1,
        same=nothing_to_compare,
        tells_seconds=True,
    )


def test_cold_miss_of_a_trivial_function(against, remembered):
    ours, theirs = remembered(identity)
    numbers = itertools.count()

    def misses(function):
        for _ in range(HITS):
            function(next(numbers))

    against(
        partial(misses, ours),
        partial(misses, theirs),
        title=f"{HITS} cold misses of a trivial function",
        peer="joblib",
        target=3,
    )


def test_import(against):
    def imported(library):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", f"import {library}"], check=True)
        return time.perf_counter() - start

    def above_bare(library):
        return max(imported(library) - imported("sys"), 1e-4)

    against(
        partial(above_bare, "faineant"),
        partial(above_bare, "joblib"),
        title="import, above a bare interpreter",
        peer="joblib",
        target=8,
        rounds=11,
        same=nothing_to_compare,
        tells_seconds=True,
    )
