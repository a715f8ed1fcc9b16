"""Remembering, against joblib: digests, hits and misses, one process, medians."""

import importlib
import itertools
import shutil
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
    "a 100 MB array": (lambda: np.random.default_rng(0).random(12_500_000), 3.5, ""),
    "a list of 1,000,000 ints": (
        lambda: list(range(1_000_000)),
        30,
        "the type of each element is looked at, and all are pickled",
    ),
    "a dict of 100,000 entries": (
        lambda: {f"key {i}": i for i in range(100_000)},
        10,
        "its keys are sorted, and all is pickled",
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_digest(against, name):
    make, target, why = VALUES[name]
    value = make()
    assert digest(value) == digest(make())
    against(
        partial(digest, value),
        partial(joblib.hash, value),
        title=f"digest of {name}",
        peer="joblib",
        target=target,
        why=why,
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


def repeated(function, *arguments, times=HITS):
    for _ in range(times):
        result = function(*arguments)
    return result


def test_warm_hit_of_a_scalar(against, remembered):
    ours, theirs = remembered(identity)
    against(
        partial(repeated, ours, 7),
        partial(repeated, theirs, 7),
        title="warm hit, scalar argument",
        peer="joblib",
        target=10,
        why="each hit makes the key of its call, and asks the system whether the file is the same",
        rounds=15,
        times=HITS,
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
        partial(repeated, ours, 12_500_000, times=10),
        partial(repeated, theirs, 12_500_000, times=10),
        title="warm hit, 100 MB array result, from the second on",
        peer="joblib",
        target=300,
        why="each hit maps the file anew, so that each caller has an array of its own",
        times=10,
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
        why="an array is checked against its digest when a process reads it first",
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
        title="cold miss of a trivial function",
        memory=False,
        peer="joblib",
        target=3,
        why="the file system takes most of the time: each entry is a file that is made, locked, "
        "written and renamed, so that it is there whole or not at all",
        times=HITS,
    )


@pytest.mark.parametrize(
    ("statement", "target"), [("import {}", 8), ("from {} import Memory", None)]
)
def test_import(against, statement, target):
    def took(statement):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - start

    def above_bare(library):
        return max(took(statement.format(library)) - took("import sys"), 1e-4)

    against(
        partial(above_bare, "faineant"),
        partial(above_bare, "joblib"),
        title=f"`{statement.format('…')}`, above a bare interpreter",
        peer="joblib",
        target=target,
        rounds=11,
        same=nothing_to_compare,
        tells_seconds=True,
    )


CROWD = """
import sys
from time import perf_counter

from {library} import Memory


def identity(x):
    return x


def remembered():
    return Memory({folder!r}, verbose=0).cache(identity)


if __name__ == "__main__":
    import {module}

    start = perf_counter()
    cached = {module}.remembered()
    for number in range(*map(int, sys.argv[1:])):
        assert cached(number) == number
    print(perf_counter() - start)
"""


class Crowd:
    """A function, with a folder in which many of its results are kept."""

    def __init__(self, folder, library, entries):
        self.folder, self.entries = folder, entries
        self.module = f"crowd_of_{library}_{entries}"
        text = CROWD.format(library=library, folder=str(folder / library), module=self.module)
        (folder / f"{self.module}.py").write_text(text)
        self.call(0, entries)
        self.cached = importlib.import_module(self.module).remembered()

    def call(self, *numbers):
        """Make the memory and call for numbers in a fresh process; tell how long that took."""
        program = [sys.executable, f"{self.module}.py", *map(str, numbers)]
        return float(subprocess.check_output(program, cwd=self.folder, text=True))


@pytest.fixture(scope="session")
def crowds(tmp_path_factory, quick):
    """Many entries in a folder of ours, as many in one of joblib's, and one in one of ours."""
    folder = tmp_path_factory.mktemp("crowds")
    many = 1_000 if quick else 100_000
    (folder / "one").mkdir()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(folder)
            patch.syspath_prepend(folder / "one")
            ours, theirs = Crowd(folder, "faineant", many), Crowd(folder, "joblib", many)
            yield ours, theirs, Crowd(folder / "one", "faineant", 1)
    finally:  # hundreds of thousands of files are nothing for pytest to keep
        shutil.rmtree(folder, ignore_errors=True)


def other_calls(cached, numbers):
    for number in itertools.islice(numbers, HITS):
        result = cached(number)
    return result


def test_hits_among_many(against, crowds):
    ours, theirs, _ = crowds
    numbers = range(0, ours.entries, 7)
    against(
        partial(other_calls, ours.cached, itertools.cycle(numbers)),
        partial(other_calls, theirs.cached, itertools.cycle(numbers)),
        title=f"hit among {ours.entries:,} entries, another one each time",
        peer="joblib",
        times=HITS,
    )


def test_warm_hit_among_many_against_one_alone(against, crowds):
    many, _, one = crowds
    against(
        partial(repeated, many.cached, 0),
        partial(repeated, one.cached, 0),
        title=f"warm hit among {many.entries:,} entries, against one alone",
        peer="faineant, one entry",
        times=HITS,
        rounds=15,
    )


def test_opening_a_crowded_location(against, crowds):
    ours, theirs, _ = crowds
    against(
        partial(ours.call, 7, 8),
        partial(theirs.call, 7, 8),
        title=f"open a location with {ours.entries:,} entries, first hit",
        peer="joblib",
        same=nothing_to_compare,
        tells_seconds=True,
    )


def as_many(ours, theirs):
    assert len(ours) == len(theirs)


def test_listing_many(against, crowds):
    ours, theirs, _ = crowds
    store = theirs.cached.store_backend
    against(
        lambda: list(ours.cached.entries()),
        store.get_items,
        title=f"list {ours.entries:,} entries",
        peer="joblib",
        rounds=3,
        same=as_many,
    )


def test_removing_some_of_many(against, crowds):
    ours, theirs, _ = crowds
    some = ours.entries // 100

    def removing(memory):
        for left in itertools.count(ours.entries - some, -some):
            memory.reduce_size(items_limit=left)
            yield

    their_memory = joblib.Memory(str(theirs.folder / "joblib"), verbose=0)
    against(
        partial(next, removing(ours.cached.memory)),
        partial(next, removing(their_memory)),
        title=f"remove {some:,} of {ours.entries:,} entries",
        memory=False,
        peer="joblib",
        rounds=3,
        same=nothing_to_compare,
    )
