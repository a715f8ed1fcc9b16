"""Where results live: real damage, real processes, real kills."""

import errno
import os
import pickle
import shutil
import signal
import stat
import threading
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from faineant import CacheWarning, Memory, pack, unpack
from faineant.signing import key_in, signing_key

posix = pytest.mark.skipif(os.name != "posix", reason="locks and modes are POSIX's")


def grow(n):
    return {"n": n, "array": np.arange(n), "text": "x" * n}


def entries(memory) -> list[Path]:
    return sorted(memory.location.rglob("*.entry"))


def leftovers(memory) -> list[Path]:
    """Files that belong to no entry and are not the table about them."""
    return [
        file
        for file in memory.location.rglob("*")
        if file.is_file() and file.suffix != ".entry" and not file.name.startswith("ledger.sqlite")
    ]


@pytest.fixture
def kept(memory):
    """A cached function with one entry, and that entry."""
    cached = memory.cache(grow)
    cached(2000)
    [entry] = entries(memory)
    return cached, entry


def replaced(entry: Path, content: bytes) -> None:
    """Put other content in place of an entry, as a rename would."""
    entry.unlink()
    entry.write_bytes(content)


def test_any_flipped_bit_is_found_and_the_call_computed_again(kept):
    cached, entry = kept
    good = entry.read_bytes()
    meaningful = [place for place in range(len(good)) if good[place]]
    for step, place in enumerate(meaningful[:: len(meaningful) // 60]):
        bad = bytearray(good)
        bad[place] ^= 1 << step % 8
        replaced(entry, bytes(bad))
        fresh = Memory(cached.memory.location, verbose=0).cache(grow)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = fresh(2000)
        np.testing.assert_array_equal(found["array"], np.arange(2000))
        assert found["text"] == "x" * 2000
        if fresh.cache_info().misses:
            assert [entry.name in str(each.message) for each in caught] == [True]
            assert entry.read_bytes() != bytes(bad), "the damaged entry was not replaced"
        else:
            raise AssertionError(f"byte {place} was changed and nobody noticed")


@pytest.mark.parametrize("size", [0, 1, 10, 100, 5000, -1])
def test_a_file_that_was_cut_off_is_computed_again(kept, size):
    cached, entry = kept
    replaced(entry, entry.read_bytes()[:size])
    with pytest.warns(CacheWarning, match="is not used"):
        assert cached(2000)["n"] == 2000
    assert cached(2000)["n"] == 2000
    assert cached.cache_info()[:2] == (1, 2)


@pytest.mark.parametrize("compress", [False, True])
def test_a_file_with_something_added_is_computed_again(tmp_path, compress):
    memory = Memory(tmp_path, verbose=0, compress=compress)
    cached = memory.cache(grow)
    cached(2000)
    [entry] = entries(memory)
    replaced(entry, entry.read_bytes() + b"\0")
    with pytest.warns(CacheWarning, match=f"{entry.name} is not used: something has been added"):
        cached(2000)
    assert cached.cache_info().misses == 2


def unpicklable(x):
    return lambda: x


@pytest.mark.parametrize("damage", ["a file", "a result", "the disk"])
def test_a_warning_points_to_the_line_that_called(memory, monkeypatch, damage):
    cached = memory.cache(unpicklable if damage == "a result" else grow)
    if damage == "a file":
        cached(3)
        [entry] = entries(memory)
        replaced(entry, b"")
    if damage == "the disk":
        monkeypatch.setattr("faineant.store.write_claimed", full)
    with pytest.warns(CacheWarning) as caught:
        cached(3)
    assert [warning.filename for warning in caught] == [__file__]


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_an_entry_under_another_name_is_not_believed(memory):
    cached = memory.cache(grow)
    cached(1), cached(2)
    one, other = entries(memory)
    replaced(one, other.read_bytes())
    with pytest.warns(CacheWarning, match="another call"):
        assert [cached(n)["n"] for n in (1, 2)] == [1, 2]


class Trap:
    """Unpickled, it would do what its sender wants."""

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


def test_what_somebody_else_wrote_is_never_unpickled(kept, tmp_path):
    cached, entry = kept
    trap = Trap()
    trap.place = tmp_path / "sprung"
    name = f"{cached.name}\n{entry.name.partition('.')[0]}"
    forged = pack.sealed(pack.Packed(trap), b"the key of somebody else" * 2, pack.Head(name, 0, 0))
    replaced(entry, b"".join(forged))
    with pytest.warns(CacheWarning, match="signature is wrong"):
        assert cached(2000)["n"] == 2000
    assert not trap.place.exists()


@posix
def test_the_key_is_made_once_and_only_its_owner_can_read_it(key):
    assert len(signing_key()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key_in.cache_clear()
    assert signing_key() == key.read_bytes()


@posix
def test_users_with_different_keys_do_not_disturb_each_other(memory, tmp_path, monkeypatch):
    cached = memory.cache(grow)
    cached(1)
    monkeypatch.setenv("FAINEANT_KEY", str(tmp_path / "other-key"))
    theirs = Memory(memory.location, verbose=0).cache(grow)
    theirs(1), theirs(1)
    assert theirs.cache_info()[:2] == (1, 1)
    cached(1)
    assert cached.cache_info()[:2] == (1, 1)
    assert len(entries(memory)) == 2


@posix
def test_the_usual_key_must_not_be_open_to_others(tmp_path, monkeypatch, memory):
    monkeypatch.delenv("FAINEANT_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "faineant").mkdir()
    file = tmp_path / "faineant" / "key"
    file.write_bytes(bytes(32))
    file.chmod(0o644)
    key_in.cache_clear()
    try:
        with pytest.warns(UserWarning, match="open to others"):
            assert memory.eval(len, "a") == 1
        assert signing_key() != bytes(32)
    finally:
        key_in.cache_clear()


def test_a_location_that_cannot_be_written_costs_one_warning(tmp_path):
    (tmp_path / "file").touch()
    cached = Memory(tmp_path / "file" / "cache", verbose=0).cache(grow)
    with pytest.warns(CacheWarning, match="nothing can be kept") as caught:
        assert [cached(n)["n"] for n in (1, 1, 2)] == [1, 1, 2]
    assert len(caught) == 1
    assert cached.cache_info().misses == 3


def fails(number):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_location_that_cannot_be_looked_at_costs_one_warning(tmp_path, monkeypatch):
    def refuse(path, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    location = tmp_path / "of somebody else" / "cache"
    stat_of, make = os.stat, os.makedirs

    def closed(path, *args, **kwargs):
        there = isinstance(path, str | os.PathLike) and str(path).startswith(str(location))
        return refuse(path) if there else stat_of(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", closed)
    monkeypatch.setattr(
        os,
        "makedirs",
        lambda path, *a, **k: refuse(path) if str(location) in str(path) else make(path, *a, **k),
    )
    cached = Memory(location, verbose=0).cache(grow)
    with pytest.warns(CacheWarning, match="nothing can be kept in"):
        assert cached(1)["n"] == 1


def test_a_full_disk_costs_a_warning_and_leaves_nothing(memory, monkeypatch):
    cached = memory.cache(grow)
    with monkeypatch.context() as patch:
        patch.setattr(pack, "write", fails(errno.ENOSPC))
        with pytest.warns(CacheWarning, match="No space left"):
            assert cached(1)["n"] == 1
    assert entries(memory) == leftovers(memory) == []
    assert cached(1)["n"] == 1
    assert len(entries(memory)) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_disk_that_fills_up_while_writing_is_noticed(tmp_path):
    with open("/dev/full", "wb") as full, pytest.raises(OSError, match="No space left"):
        pack.write(
            full.fileno(), pack.sealed(pack.Packed(grow(10)), bytes(32), pack.Head("f", 0, 0))
        )


def test_where_there_are_no_locks_results_are_kept_all_the_same(memory, monkeypatch):
    monkeypatch.setattr("faineant.locks.fcntl", None)
    cached = memory.cache(grow)
    cached(1), cached(1)
    assert cached.cache_info()[:2] == (1, 1)
    cached.clear()
    assert not cached.check_call_in_cache(1)


def test_a_result_whose_class_has_gone_is_computed_again(tmp_path, monkeypatch):
    memory = Memory(tmp_path, verbose=0)
    cached = memory.cache(maker)
    cached()
    with monkeypatch.context() as patch:
        patch.setattr(pickle, "loads", fails(errno.EINVAL))
        with pytest.warns(CacheWarning, match="cannot be unpickled here"):
            assert cached() == "made"


def maker():
    return "made"


def test_a_folder_removed_in_the_middle_of_a_call_does_no_harm(memory):
    @memory.cache
    def f(x):
        shutil.rmtree(memory.location)
        return x

    with pytest.warns(CacheWarning, match="cannot be kept"):
        assert f(1) == 1
    assert leftovers(memory) == []


COMPUTES = """
    import os, sys, time
    from faineant import Memory

    memory = Memory("cache", verbose=0)

    @memory.cache
    def slow(x):
        with open("calls", "a") as calls:
            calls.write(f"{os.getpid()}\\n")
        deadline = time.monotonic() + 40
        while os.path.exists("hold") and time.monotonic() < deadline:
            time.sleep(0.01)
        return x + 1

    print(slow(1), memory.cache_info().misses)
"""


def wait_for(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


def calls(tmp_path) -> int:
    file = tmp_path / "calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


@posix
def test_of_several_processes_one_computes_and_the_others_wait(start, tmp_path):
    (tmp_path / "hold").touch()
    processes = [start(COMPUTES) for _ in range(4)]
    wait_for(lambda: calls(tmp_path) == 1)
    time.sleep(0.3)  # long enough for the others to arrive; if they are late, all is well too
    (tmp_path / "hold").unlink()
    told = [process.communicate(timeout=40) for process in processes]
    assert Counter(told) == {("2 1\n", ""): 1, ("2 0\n", ""): 3}
    assert calls(tmp_path) == 1


@posix
def test_an_owner_that_is_killed_is_succeeded_by_one_who_waits(start, tmp_path):
    (tmp_path / "hold").touch()
    owner = start(COMPUTES)
    wait_for(lambda: calls(tmp_path) == 1)
    heir = start(COMPUTES)
    time.sleep(0.3)
    assert heir.poll() is None
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    wait_for(lambda: calls(tmp_path) == 2)
    (tmp_path / "hold").unlink()
    assert heir.communicate(timeout=40)[0].strip() == "2 1"
    assert not list((tmp_path / "cache").rglob("*.part"))


@posix
def test_a_child_that_lives_on_does_not_keep_its_parent_s_claim(start, run, tmp_path):
    program = COMPUTES.replace(
        "deadline =",
        "if not os.path.exists('orphan'):\n"
        "            child = os.fork()\n"
        "            if child == 0:\n"
        "                sys.stdout.close(); sys.stderr.close(); os.close(1); os.close(2)\n"
        "                open('orphan', 'w').close()\n"
        "                while os.path.exists('orphan'):\n"
        "                    time.sleep(0.01)\n"
        "                os._exit(0)\n"
        "        deadline =",
    )
    (tmp_path / "hold").touch()
    owner = start(program)
    try:
        wait_for(lambda: (tmp_path / "orphan").exists())
        owner.send_signal(signal.SIGKILL)
        owner.communicate()
        (tmp_path / "hold").unlink()
        assert run(program).strip() == "2 1"
    finally:
        (tmp_path / "orphan").unlink()


@posix
def test_a_function_that_forks_and_returns_twice_is_kept_once(run):
    program = """
        import os
        from faineant import Memory

        memory = Memory("cache", verbose=0)

        @memory.cache
        def twice():
            child = os.fork()
            if child:
                os.waitpid(child, 0)
            return "parent" if child else "child"

        if twice() == "child":
            os._exit(0)
        print(twice(), memory.cache_info()[:2])
    """
    assert run(program) == "parent (1, 1)\n"


@posix
def test_threads_of_one_process_wait_for_each_other(memory):
    running = []

    @memory.cache(ignore=["note"])
    def slow(x, note):
        note.append(x)
        time.sleep(0.1)
        return x

    threads = [threading.Thread(target=slow, args=(1, running)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert running == [1]


def test_a_write_killed_at_any_moment_leaves_nothing_that_is_believed(start, run, tmp_path):
    program = """
        import sys, warnings
        import numpy as np
        from faineant import Memory

        warnings.simplefilter("error")  # a damaged entry would warn
        memory = Memory("cache", verbose=0)

        @memory.cache
        def big(x):
            return np.full(3_000_000, x)

        print("ready", flush=True)
        while True:
            assert big.call(7)[0][-1] == 7
    """
    once = program.replace("while True", "for _ in 'a'")
    for pause in (0.005, 0.02, 0.05, 0.11):
        process = start(program)
        assert process.stdout.readline() == "ready\n"
        time.sleep(pause)
        process.kill()
        process.communicate()
        assert run(once.replace("big.call(7)[0]", "big(7)")) == "ready\n"
    assert run(once) == "ready\n"
    assert not list((tmp_path / "cache").rglob("*.part")), "the next owner takes the file over"


def test_clearing_while_somebody_computes_lets_them_finish(start, tmp_path):
    (tmp_path / "hold").touch()
    process = start(COMPUTES)
    wait_for(lambda: calls(tmp_path) == 1)
    Memory(tmp_path / "cache").clear()
    (tmp_path / "hold").unlink()
    assert process.communicate(timeout=40) == ("2 1\n", "")
    assert len(entries(Memory(tmp_path / "cache"))) == 1


def test_a_worker_forked_inside_a_cached_function_can_use_the_cache(run):
    program = """
        from faineant import Memory, Parallel, delayed

        memory = Memory("cache", verbose=0)

        @memory.cache
        def inner(x):
            return x * x

        @memory.cache
        def outer(n):
            return sum(Parallel(n_jobs=2)(delayed(inner)(x % 3) for x in range(n)))

        if __name__ == "__main__":
            print(outer(9), outer(9), inner(2), inner.cache_info()[:2])
    """
    assert run(program) == "15 15 4 (7, 0)\n", "six of nine are equal to others"


def test_faineant_needs_nothing_but_python(run):
    program = (
        "import sys, faineant\nprint([name for name in ('numpy', 'joblib') if name in sys.modules])"
    )
    assert run(program) == "[]\n"


def large(n):
    return {"a": np.arange(n), "b": np.zeros(n), "note": [1]}


@pytest.fixture
def mapped(memory):
    """A cached function with an entry of two large buffers."""
    cached = memory.cache(large)
    cached(200_000)
    return cached


def test_a_large_result_can_be_changed_and_the_cache_stays_as_it_was(mapped):
    [entry] = entries(mapped.memory)
    before = entry.read_bytes()
    for _ in range(2):
        found = mapped(200_000)
        found["a"][:] = -1
        found["b"] += 5
        found["note"].append(2)
    assert mapped(200_000)["a"][7] == 7
    assert mapped(200_000)["note"] == [1]
    assert entry.read_bytes() == before
    assert mapped.cache_info().misses == 1


@pytest.mark.parametrize("n", [3, 2000, 7000, 200_000])
@pytest.mark.parametrize("mode", ["c", "r", "r+", None])
def test_each_way_of_mapping_gives_equal_results_that_are_nobody_else_s(memory, n, mode):
    store, name = memory.store, "f"
    with store.claim(name, "00") as claim:
        store.put(name, "00", pack.Packed(large(n)), 0.5, claim)
    for _ in range(3):
        found = store.get(name, "00", mode)
        assert found.seconds == 0.5
        np.testing.assert_array_equal(found.value["a"], np.arange(n))
        np.testing.assert_array_equal(found.value["b"], np.zeros(n))
        assert found.value["a"].flags.writeable == (mode != "r")
        if mode != "r":
            found.value["a"][:] = 99


@pytest.mark.parametrize("compress", [True, 1, 9])
def test_what_is_compressed_comes_back_and_is_smaller(tmp_path, compress):
    store = Memory(tmp_path, compress=compress).store
    with store.claim("f", "00") as claim:
        store.put("f", "00", pack.Packed(large(200_000)), 0.5, claim)
    found = store.get("f", "00").value
    np.testing.assert_array_equal(found["a"], np.arange(200_000))
    found["b"][0] = 1
    assert os.path.getsize(store.entry("f", "00")) < 1_000_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"compress": 10},
        {"compress": "lz4"},
        {"verify": "never"},
        {"mmap_mode": "w+"},
        {"backend": "s3"},
        {"limit": "much"},
        {"limit": 0},
        {"limit": "-1 GB"},
        {"level": "ram"},
        {"level": "memory", "memory_limit": "some"},
    ],
)
def test_what_a_memory_cannot_do_is_said_at_once(tmp_path, wrong):
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        Memory(tmp_path, **wrong)


def flip(entry: Path, place: int) -> None:
    with open(entry, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 4]))


@pytest.mark.parametrize("place", [5000, -1])
def test_a_flipped_bit_in_a_large_buffer_is_found_after_it_was_verified(mapped, place):
    [entry] = entries(mapped.memory)
    time.sleep(0.1)  # now the file is old enough to be verified once only
    mapped(200_000), mapped(200_000)
    flip(entry, place % entry.stat().st_size)
    with pytest.warns(CacheWarning, match="content has changed"):
        assert mapped(200_000)["a"][7] == 7


def test_large_buffers_are_hashed_once_or_always(mapped, monkeypatch):
    hashed = []
    real = unpack.tree_hash
    monkeypatch.setattr(
        unpack, "tree_hash", lambda piece: (hashed.append(len(piece)), real(piece))[1]
    )
    time.sleep(0.1)
    for _ in range(3):
        mapped(200_000)
    assert hashed.count(1_600_000) == 2
    careful = Memory(mapped.memory.location, verify="always").store
    [entry] = entries(mapped.memory)
    for _ in range(3):
        assert careful.get(mapped.name, entry.name.partition(".")[0])
    assert hashed.count(1_600_000) == 8


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM])
def test_where_nothing_can_be_mapped_large_results_come_back_all_the_same(
    mapped, monkeypatch, number
):
    real = unpack.mmap.mmap

    def refuse(*args, access):
        if number == errno.ENOMEM and access == unpack.mmap.ACCESS_READ:
            return real(*args, access=access)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(unpack.mmap, "mmap", refuse)
    expected = (
        pytest.warns(CacheWarning, match="read-only")
        if number == errno.ENOMEM
        else warnings.catch_warnings()
    )
    with expected:
        found = mapped(200_000)
    assert found["a"][7] == 7
    assert found["a"].flags.writeable == (number == errno.EMFILE)
