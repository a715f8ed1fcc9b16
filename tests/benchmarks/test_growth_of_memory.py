"""How remembering grows with what is remembered, and with who else writes.

A folder with as many entries as a size says is filled once for each library, and is there for
all tests. Ours and diskcache meet a million entries, joblib 100,000: it would write the others
for ten minutes. Opening is measured in a process of its own, from making the memory to
the first result.
"""

import itertools
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import faineant
import joblib
import pytest

PLACE = "FOLDER_OF_ENTRIES"
ENTRIES = [1_000, 10_000, 100_000, 1_000_000]
MOST_OF_JOBLIB = 100_000
SOME = 200
WRITTEN = 1_000


def identity(x: int) -> int:
    return x


def remembered(library: str, folder: str) -> Callable[[int], int]:
    """Give the function that remembers in a folder."""
    if library == "diskcache":
        import diskcache

        return diskcache.Cache(folder).memoize()(identity)
    kind = {"faineant": faineant.Memory, "joblib": joblib.Memory}[library]
    return kind(folder, verbose=0).cache(identity)


def call(cached: Callable[[int], int], numbers: Sequence[int]) -> float:
    """Call for numbers, and tell the seconds for each."""
    start = perf_counter()
    for number in numbers:
        assert cached(number) == number
    return (perf_counter() - start) / len(numbers)


def filled(library: str, entries: int) -> str:
    """Give the folder with so many entries, made when it is first asked for."""
    folder = Path(os.environ[PLACE]) / library / str(entries)
    full = folder.with_suffix(".full")
    if not full.exists():
        call(remembered(library, str(folder)), range(entries))
        full.touch()
    return str(folder)


# -- what is measured -----------------------------------------------------------------------------


def hit(library: str, entries: int) -> float:
    """Ask for entries, another one each time."""
    cached = remembered(library, filled(library, entries))
    call(cached, range(3))
    step = entries // SOME
    return min(call(cached, range(first, entries, step)) for first in (1, 2, 3))


def miss(library: str, entries: int) -> float:
    """Add some that nobody has asked for: a folder serves the comparisons with all peers."""
    cached = remembered(library, filled(library, entries))
    fresh = itertools.count(time.time_ns())
    call(cached, list(itertools.islice(fresh, 3)))
    return min(call(cached, list(itertools.islice(fresh, SOME))) for _ in range(2))


def opening(library: str, entries: int) -> float:
    """Open the folder in a fresh process and ask for one."""
    folder = filled(library, entries)
    text = f"import {__name__} as this; print(this.opened({library!r}, {folder!r}))"
    program = [sys.executable, "-W", "ignore", "-c", text]
    here = Path(__file__).parent
    return min(float(subprocess.check_output(program, cwd=here, text=True)) for _ in range(5))


def opened(library: str, folder: str) -> float:
    """Tell how long it takes until the first result is there; called in a fresh process."""
    if library == "diskcache":
        import diskcache  # noqa: F401
    assert faineant.Memory  # it is not the import that is measured
    assert joblib.Memory
    start = perf_counter()
    assert remembered(library, folder)(7) == 7
    return perf_counter() - start


def limiting(library: str, entries: int) -> float:
    """Remove some of them: a hundredth."""
    memory = {"faineant": faineant, "joblib": joblib}[library].Memory(
        filled(library, entries), verbose=0
    )
    start = perf_counter()
    memory.reduce_size(items_limit=entries - entries // 100)
    return perf_counter() - start


def writing(library: str, processes: int) -> float:
    """Write entries, in as many processes at the same time as there are said to be."""
    folder = tempfile.mkdtemp(dir=os.environ[PLACE])
    remembered(library, f"{folder}/first")(0)
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
    begin = context.Barrier(processes + 1)
    writers = [
        context.Process(
            target=written,
            args=(library, f"{folder}/all", range(place, WRITTEN, processes), begin),
        )
        for place in range(processes)
    ]
    for writer in writers:
        writer.start()
    begin.wait()
    start = perf_counter()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    return perf_counter() - start


def written(library: str, folder: str, numbers: range, begin: Any) -> None:
    """Write some of the entries, when all are there to begin."""
    begin.wait()
    call(remembered(library, folder), numbers)


CASES = {
    "hit": (hit, "hit, another one each time, entries"),
    "miss": (miss, "miss, one more to keep, entries"),
    "opening": (opening, "open the location, first hit, entries"),
    "limiting": (limiting, "remove one of a hundred, entries"),
    "writing": (writing, f"write {WRITTEN:,} entries, processes at once"),
}
WHY = {
    ("hit", "diskcache"): "each entry is a file of its own, which is opened, read and checked; "
    "diskcache reads a row of one database, which stays open",
    ("miss", "diskcache"): "it adds a row to one database; ours makes a file for each result",
    ("miss", "joblib"): "both make a file, which takes the system most of the time",
}


def measured(name: str, who: str, sizes: list[int]) -> list[tuple[float, float]]:
    """Give the seconds of each size; called in a process of its own."""
    case, peer = name.split()
    work, library = CASES[case][0], peer if who == "theirs" else "faineant"
    most = MOST_OF_JOBLIB if library == "joblib" else max(sizes)
    return [(work(library, size), 0.0) for size in sizes if size <= most]


@pytest.fixture(scope="session")
def folder_of_entries():
    """Where the folders are made; millions of files are nothing for pytest to keep.

    They go at the end of the session: for some minutes, an ext4 without a journal looks at each
    file that has just been removed whenever one is made, and that would slow down other rows.
    """
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLACE, folder)
        yield


# What removes entries is the last that needs them. Diskcache has no limit of their number.
PEERS = ("joblib", "diskcache")
PAIRS = [(c, p) for c in CASES for p in PEERS if (c, p) != ("limiting", "diskcache")]


@pytest.mark.parametrize(("case", "peer"), PAIRS)
def test_growth_of_memory(growth, folder_of_entries, quick, case, peer):
    pytest.importorskip(peer)
    sizes = [1, 2, 4, 8] if case == "writing" else ENTRIES[: 3 if quick else None]
    row = growth(
        f"{case} {peer}",
        title=CASES[case][1],
        peer=peer,
        sizes=sizes,
        why=WHY.get((case, peer), ""),
    )
    assert min(row.ours.seconds) > 0
