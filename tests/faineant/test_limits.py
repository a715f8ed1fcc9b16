"""How much is kept: a limit on the fly, cleaning up by hand, and a level in memory."""

import contextlib
import datetime
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from faineant import CacheWarning, Memory


def noise(seed, n=10_000):
    return np.random.default_rng(seed).random(n)


def size_on_disk(memory) -> int:
    """The bytes of all results, as the disk tells."""
    size = 0
    for file in memory.location.rglob("*.entry"):
        with contextlib.suppress(FileNotFoundError):  # another process has removed it
            size += file.stat().st_size
    return size


def kept_calls(cached) -> set[str]:
    return {entry.call for entry in cached.entries()}


def test_a_limit_is_never_exceeded(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0, limit="1 MB")
    cached = memory.cache(noise)
    for seed in range(40):  # 3.2 MB in all
        np.testing.assert_array_equal(cached(seed), noise(seed))
        assert size_on_disk(memory) <= 1_000_000
    assert cached.check_call_in_cache(39)
    assert size_on_disk(memory) > 700_000, "what there is room for is kept"


def test_what_was_used_last_stays(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0, limit="500 kB")
    cached = memory.cache(noise)
    for seed in range(20):
        cached(seed)
        time.sleep(0.01)
        cached(0)
    assert cached.check_call_in_cache(0)
    assert not cached.check_call_in_cache(1)


def test_what_took_long_to_compute_outlives_what_did_not(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0)

    @memory.cache
    def slow(seed, seconds):
        time.sleep(seconds)
        return noise(seed)

    slow(0, 0.5)
    for seed in range(1, 6):
        slow(seed, 0)
    time.sleep(0.05)
    memory.reduce_size(items_limit=1)
    assert kept_calls(slow) == {"slow(0, 0.5)"}


def test_a_result_larger_than_the_limit_is_returned_and_costs_a_warning(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0, limit="100 kB")
    cached = memory.cache(noise)
    cached(1)
    with pytest.warns(CacheWarning, match=r"801 kB, and the limit is 100 kB"):
        assert len(cached(2, 100_000)) == 100_000
    assert kept_calls(cached) == {"noise(1)"}, "nothing had to go for what there is no room for"


def test_a_limit_counts_what_was_there_before_and_what_others_write(tmp_path):
    unlimited = Memory(tmp_path / "cache", verbose=0).cache(noise)
    for seed in range(10):
        unlimited(seed)
    limited = Memory(tmp_path / "cache", verbose=0, limit="500 kB")
    limited.cache(noise)(10)
    assert size_on_disk(limited) <= 500_000
    for seed in range(11, 20):
        unlimited(seed)
    limited.cache(noise)(20)
    assert size_on_disk(limited) <= 500_000


def test_forgetting_and_clearing_make_room(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0, limit="500 kB")
    cached = memory.cache(noise)
    for seed in range(5):
        cached(seed)
    for seed in range(5):
        assert cached.forget(seed)
    for seed in range(5, 10):
        cached(seed)
    assert len(cached.entries()) == 5
    cached.clear()
    for seed in range(5):
        cached(seed)
    assert len(cached.entries()) == 5


def test_a_damaged_count_is_made_anew(tmp_path):
    memory = Memory(tmp_path / "cache", verbose=0, limit="500 kB")
    cached = memory.cache(noise)
    for seed in range(4):
        cached(seed)
    for content in (b"", b"\xff" * 20, b"much"):
        (memory.location / "faineant-3" / "bytes").write_bytes(content)
        for seed in range(4, 9):
            cached(seed)
            assert size_on_disk(memory) <= 500_000


def test_many_processes_keep_one_limit(start, tmp_path):
    program = """
        import os
        from faineant import Memory

        memory = Memory("cache", verbose=0, limit="300 kB")

        @memory.cache
        def text(n):
            return os.urandom(10_000)

        for n in range(100):
            text((os.getpid(), n))
    """
    processes = [start(program) for _ in range(4)]
    memory, most = Memory(tmp_path / "cache", verbose=0), 0
    while any(process.poll() is None for process in processes):
        most = max(most, size_on_disk(memory) if memory.location.exists() else 0)
    for process in processes:
        assert process.communicate()[1] == ""
    assert size_on_disk(memory) <= 300_000
    assert most <= 300_000 + 4 * 11_000, "one result for each writer"


def test_reducing_keeps_what_was_used_last(memory):
    cached = memory.cache(noise)
    for seed in range(6):
        cached(seed)
        time.sleep(0.02)
    cached(0)
    memory.reduce_size(items_limit=3)
    assert kept_calls(cached) == {"noise(0)", "noise(4)", "noise(5)"}
    memory.reduce_size(bytes_limit="100 kB")
    assert kept_calls(cached) == {"noise(0)"}
    memory.reduce_size()
    assert kept_calls(cached) == {"noise(0)"}
    memory.reduce_size(bytes_limit=0)
    assert cached.entries() == []


def test_what_nobody_has_asked_for_goes_by_its_age(memory):
    cached = memory.cache(noise)
    cached(0), cached(1)
    time.sleep(0.3)
    cached(1), cached(2)
    memory.reduce_size(age_limit=datetime.timedelta(seconds=0.2))
    assert kept_calls(cached) == {"noise(1)", "noise(2)"}


@pytest.mark.parametrize(
    "wrong",
    [{"items_limit": -1}, {"age_limit": datetime.timedelta(-1)}, {"bytes_limit": "all of it"}],
)
def test_limits_that_make_no_sense_are_refused(memory, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        memory.reduce_size(**wrong)


@pytest.fixture
def fast(tmp_path) -> Memory:
    return Memory(tmp_path / "cache", verbose=0, level="memory", memory_limit="1 MB")


def test_what_is_in_memory_is_not_looked_for_on_the_disk(fast, monkeypatch):
    cached = fast.cache(noise)
    cached(1), cached(1)
    for name in ("open", "stat"):
        monkeypatch.setattr(os, name, lambda *_, **__: pytest.fail("the disk was asked"))
    cached(1)
    monkeypatch.undo()
    assert cached.cache_info()[:2] == (2, 1)


def test_each_caller_gets_a_copy_of_its_own(fast):
    cached = fast.cache(noise)
    expected = cached(1).copy()
    for _ in range(3):
        found = cached(1)
        np.testing.assert_array_equal(found, expected)
        found[:] = 0


def test_memory_holds_no_more_than_its_limit(fast):
    cached = fast.cache(noise)
    for _ in range(2):
        for seed in range(40):
            cached(seed)
    recent = fast.store.recent
    assert 0 < recent.size <= 1_000_000
    assert recent.size == sum(seen.size for seen in recent.seen.values())
    cached.clear()
    assert recent.size == 0


def test_what_is_forgotten_is_forgotten_in_memory_too(fast):
    cached = fast.cache(noise)
    cached(1), cached(1)
    cached.forget(1)
    assert not cached.check_call_in_cache(1)
    cached(1)
    assert cached.cache_info().misses == 2
    cached.call(1)
    cached.clear()
    cached(1)
    assert cached.cache_info().misses == 4


def test_threads_share_the_level_in_memory(fast):
    cached = fast.cache(noise)
    with ThreadPoolExecutor(8) as threads:
        for seed, found in enumerate(threads.map(cached, [n % 20 for n in range(400)])):
            np.testing.assert_array_equal(found, noise(seed % 20))
    assert cached.cache_info().misses == 20


def test_what_is_forgotten_while_others_read_is_forgotten_in_memory_too(fast):
    cached = fast.cache(lambda x: "x" * 3000)

    def read(together):
        together.wait()
        for _ in range(20):
            fast.store.get(cached.name, key)

    key = cached.key(0)
    for _ in range(100):
        cached(0)
        together = threading.Barrier(3)
        readers = [threading.Thread(target=read, args=(together,)) for _ in range(2)]
        for reader in readers:
            reader.start()
        together.wait()
        cached.forget(0)
        for reader in readers:
            reader.join()
        assert fast.store.get(cached.name, key) is None


def test_what_another_process_computed_anew_is_not_taken_for_what_memory_holds(fast):
    good = [True]
    cached = fast.cache(lambda: time.perf_counter(), cache_validation_callback=lambda _: good[0])
    other = Memory(fast.location, verbose=0).cache(cached.__wrapped__)
    first = cached()
    assert cached() == first
    second, _ = other.call()
    assert cached() == second != first


def test_a_level_in_front_of_nothing_is_refused():
    with pytest.raises(ValueError, match="give a location, too"):
        Memory(None, level="memory")


def test_processes_killed_at_random_moments_leave_only_whole_results_within_the_limit(
    start, run, tmp_path
):
    program = """
        import random
        import numpy as np
        from faineant import Memory

        memory = Memory("cache", verbose=0, limit="3 MB")

        @memory.cache
        def grown(n):
            return np.full(100 + n * 1000, n)

        print("ready", flush=True)
        while True:
            n = random.randrange(60)
            found = grown.call(n)[0] if random.random() < 0.3 else grown(n)
            assert len(found) == 100 + n * 1000 and (found == n).all()
    """
    chance = random.Random(0)
    for _ in range(3):
        processes = [start(program) for _ in range(3)]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            time.sleep(chance.random() / 4)
            process.kill()
            assert process.communicate()[1] == ""
    memory = Memory(tmp_path / "cache", verbose=0)
    kept = memory.entries()
    assert len(kept) > 3
    assert all(entry.own for entry in kept)
    assert [trouble for entry in kept if (trouble := memory.store.trouble(entry))] == []
    assert run(program.replace("while True", "for _ in range(20)")) == "ready\n"
    assert size_on_disk(memory) <= 3_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_child_forked_while_a_thread_writes_holds_up_nobody(run):
    printed = run(
        """
        import os, signal, threading, time, warnings
        from faineant import Memory

        @Memory("cache", verbose=0, limit="1 GB").cache
        def f(x):
            return x

        def write(number):
            for x in range(200):
                f((number, x))

        if __name__ == "__main__":
            warnings.simplefilter("ignore", DeprecationWarning)  # forking while threads run
            threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(3)]
            for thread in threads:
                thread.start()
            children = []
            while any(thread.is_alive() for thread in threads) and len(children) < 100:
                child = os.fork()
                if not child:
                    time.sleep(40)
                    os._exit(0)
                children.append(child)
                time.sleep(0.005)
            for thread in threads:
                thread.join(20)
            print([thread.is_alive() for thread in threads], flush=True)
            for child in children:
                os.kill(child, signal.SIGKILL)
            os._exit(0)
        """
    )
    assert printed.split("\n")[0] == "[False, False, False]"
