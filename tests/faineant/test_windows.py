"""The paths for Windows, on a Linux that behaves as Windows does.

There is no ``fcntl`` and no ``fork``; bytes of files are locked; a file that is
open or mapped can be neither replaced nor removed.
"""

import errno
import os
import types
from pathlib import Path

import numpy as np
import pytest
from faineant import Memory, claims, dump, files, load, locks

linux = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="asks Linux who has a file")
pytestmark = linux

SIMULATION = '''
import errno
import fcntl
import os
import types

from faineant import claims, files, locks


def locking(descriptor, mode, count):
    """Lock as msvcrt does, as far as one byte goes."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise OSError(errno.EACCES, "Permission denied") from None


def in_use(path):
    """Whether this process has a file open or mapped."""
    path = os.path.realpath(path)
    with open("/proc/self/maps") as maps:
        if any(line.rstrip().endswith(f" {path}") for line in maps):
            return True
    links = []
    for number in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            pass
    return path in links


def unless_in_use(function):
    def guarded(*paths, **options):
        for path in paths:
            if os.path.exists(path) and in_use(path):
                raise PermissionError(errno.EACCES, "The file is in use", os.fspath(path))
        return function(*paths, **options)

    return guarded


def simulate(put):
    put(locks, "fcntl", None)
    put(locks, "msvcrt", types.SimpleNamespace(LK_NBLCK=2, locking=locking))
    put(claims, "SEPARATE", True)
    put(files, "GENERATIONS", True)
    for name in ("replace", "rename", "unlink"):
        put(os, name, unless_in_use(getattr(os, name)))
'''


@pytest.fixture
def simulation():
    module = types.ModuleType("simulation")
    exec(SIMULATION, vars(module))
    return module


@pytest.fixture
def windows(simulation, monkeypatch):
    """Let this process behave as on Windows."""
    simulation.simulate(monkeypatch.setattr)
    return simulation


def large(x):
    return np.full(300_000, x)


def grown(x, by):
    return np.full(300_000, x) + next(by)


def names(memory):
    return sorted(file.name for file in memory.location.rglob("*.entry"))


def test_results_are_kept_and_nothing_is_left_over(memory, windows):
    cached = memory.cache(large)
    for x in (1, 2, 1, 2):
        np.testing.assert_array_equal(cached(x), large(x))
    assert cached.cache_info()[:2] == (2, 2)
    assert len(names(memory)) == 2
    assert not list(memory.location.rglob("*.part"))


def test_a_mapped_result_is_replaced_by_a_new_generation(memory, windows):
    cached = memory.cache(grown, ignore=["by"])
    first = cached(1, iter([0]))
    mapped = cached(1, iter([]))
    for generation in (1, 2):
        assert cached.call(1, iter([generation]))[0][0] == 1 + generation
        newest = cached(1, iter([]))
        assert newest[0] == 1 + generation
        assert len(names(memory)) == 1 + generation
    np.testing.assert_array_equal(mapped, first)
    other = Memory(memory.location, verbose=0).cache(grown, ignore=["by"])
    assert other(1, iter([]))[0] == 3


def test_a_mapped_result_is_not_forgotten_before_it_is_let_go(memory, windows):
    cached = memory.cache(large)
    cached(1)
    mapped = cached(1)
    with pytest.raises(PermissionError, match="in use"):
        cached.forget(1)
    assert cached.check_call_in_cache(1)
    del mapped
    assert cached.forget(1)
    assert names(memory) == []


def test_clearing_and_reducing_pass_over_what_is_mapped_and_come_back(memory, windows):
    cached = memory.cache(large)
    cached(1), cached(2)
    mapped = cached(1)
    memory.reduce_size(items_limit=0)
    assert [entry.call for entry in cached.entries()] == ["large(1)"]
    cached.clear()
    assert len(names(memory)) == 1
    np.testing.assert_array_equal(mapped, large(1))
    del mapped
    memory.reduce_size(items_limit=0)
    assert names(memory) == []


def test_a_limit_is_kept_there_too(tmp_path, windows):
    memory = Memory(tmp_path / "cache", verbose=0, limit="10 MB")
    cached = memory.cache(large)
    for x in range(10):  # 24 MB in all
        cached(x)
        assert sum(entry.size for entry in cached.entries()) <= 10_000_000


def test_of_several_processes_one_computes_there_too(start, tmp_path, windows):
    (tmp_path / "simulation.py").write_text(SIMULATION, encoding="utf-8")
    program = """
        import os, time
        import simulation
        from faineant import Memory

        simulation.simulate(setattr)
        memory = Memory("cache", verbose=0)

        def note():
            with open("computed", "a") as file:
                file.write("x")

        @memory.cache(ignore=["note"])
        def slow(x, note):
            note()
            time.sleep(0.5)
            return x

        assert slow(1, note) == 1
    """
    processes = [start(program) for _ in range(6)]
    for process in processes:
        assert process.communicate(timeout=50)[1] == ""
    assert (tmp_path / "computed").read_text() == "x"
    assert not list((tmp_path / "cache").rglob("*.part"))


def test_a_lock_is_waited_for_and_refused_at_once_if_asked(tmp_path, windows):
    part = str(tmp_path / "f" / "1.part")
    claim = claims.claimed(part)
    assert claims.claimed(part, wait=False) is False
    claims.remove_abandoned(Path(part))
    assert os.path.exists(part)
    claims.release(claim)
    assert not os.path.exists(part)
    assert claims.claimed(part, wait=False)


def test_without_any_locks_nobody_waits(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "fcntl", None)
    monkeypatch.setattr(locks, "msvcrt", None)
    part = str(tmp_path / "1.part")
    assert claims.claimed(part) is None


def test_a_dumped_file_that_is_mapped_is_not_replaced_and_stays_whole(tmp_path, windows):
    file = tmp_path / "value"
    dump(large(1), file)
    mapped = load(file, mmap_mode="c")
    with pytest.raises(PermissionError, match="in use"):
        dump(large(2), file)
    assert os.listdir(tmp_path) == ["value"]
    np.testing.assert_array_equal(mapped, load(file))
    del mapped
    dump(large(2), file)
    assert load(file)[0] == 2


def test_a_replacement_that_fails_for_another_reason_is_an_error(tmp_path, monkeypatch):
    def refuse(*paths):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        files.write_alone(str(tmp_path / "1.entry"), [b"x"])
    assert os.listdir(tmp_path) == []


def test_the_simulation_refuses_what_windows_refuses(tmp_path, windows):
    file = tmp_path / "open"
    with open(file, "wb"), pytest.raises(PermissionError):
        os.unlink(file)
    os.unlink(file)
