"""Programs written for joblib run with only the import changed: the same code with both."""

import datetime
import pickle
import time

import faineant
import joblib
import numpy as np
import pytest
from faineant import HeldValue, Memory, Result, expires_after

LIBRARIES = (joblib, faineant)


class Log(list):
    """What was called; a constant to both libraries' hashes."""

    def __reduce__(self):
        return Log, ()


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.__name__)
def library(request):
    return request.param


@pytest.fixture
def log():
    return Log()


def add(x, y, log, scale=1):
    log.append((x, y))
    return scale * (np.asarray(x) + y)


@pytest.fixture
def cached(library, tmp_path):
    """`add`, remembered by one of the two libraries."""
    return library.Memory(tmp_path, verbose=0).cache(add, ignore=["log"])


def test_parameters_have_joblib_s_names_and_places(library, tmp_path, log):
    memory = library.Memory(tmp_path, "local", None, True, 0, None)
    decorated = memory.cache(ignore=["log"], verbose=0, mmap_mode="r")(add)
    again = memory.cache(add, ["log"], 0, None, None)
    for function in (decorated, again):
        np.testing.assert_array_equal(function(np.arange(3), 1, log), [1, 2, 3])
    assert memory.eval(max, 3, 4) == 4
    assert decorated.func is add
    memory.clear(warn=False)
    decorated.clear(warn=False)


def test_a_call_is_forced_by_call_and_told_with_its_metadata(cached, log):
    assert cached(1, 2, log) == 3
    result, metadata = cached.call(1, 2, log)
    assert result == 3
    assert len(log) == 2
    assert metadata["duration"] >= 0
    assert abs(metadata["time"] - time.time()) < 60
    assert metadata["input_args"]["x"] == "1"


def test_a_call_is_looked_up_without_running(cached, log):
    assert not cached.check_call_in_cache(1, 2, log)
    cached(1, 2, log)
    assert cached.check_call_in_cache(1, 2, log)
    assert len(log) == 1


def test_a_result_is_shelved_loaded_pickled_and_cleared(cached, log):
    shelved = cached.call_and_shelve(np.arange(4), 1, log)
    np.testing.assert_array_equal(shelved.get(), [1, 2, 3, 4])
    travelled = pickle.loads(pickle.dumps(shelved))
    np.testing.assert_array_equal(travelled.get(), [1, 2, 3, 4])
    np.testing.assert_array_equal(cached.call_and_shelve(np.arange(4), 1, log).get(), shelved.get())
    assert len(log) == 1
    assert isinstance(shelved.args_id, str)
    shelved.clear()
    with pytest.raises(KeyError):
        shelved.get()
    cached(np.arange(4), 1, log)
    assert len(log) == 2


def test_results_expire(library, tmp_path, log):
    memory = library.Memory(tmp_path, verbose=0)
    until = library.expires_after(seconds=0.3)
    cached = memory.cache(add, ignore=["log"], cache_validation_callback=until)
    cached(1, 2, log), cached(1, 2, log)
    assert len(log) == 1
    assert cached.check_call_in_cache(1, 2, log)
    time.sleep(0.35)
    assert not cached.check_call_in_cache(1, 2, log)
    cached(1, 2, log)
    assert len(log) == 2


def test_a_check_of_the_user_s_own_gets_the_metadata(library, tmp_path, log):
    seen = []

    def check(metadata):
        seen.append(metadata)
        return metadata["duration"] > 1000

    memory = library.Memory(tmp_path, verbose=0)
    cached = memory.cache(add, ignore=["log"], cache_validation_callback=check)
    cached(1, 2, log), cached(1, 2, log)
    assert len(log) == 2
    assert {"duration", "time", "input_args"} <= set(seen[0])


def test_a_memory_without_a_location_has_all_methods(library, log):
    memory = library.Memory(None, verbose=0)
    cached = memory.cache(add)
    assert cached(1, 2, log) == cached(1, 2, log) == 3
    assert cached.call(1, 2, log)[0] == 3
    assert not cached.check_call_in_cache(1, 2, log)
    assert cached.call_and_shelve(1, 2, log).get() == 3
    assert len(log) == 4
    cached.clear()
    memory.clear()
    memory.reduce_size()


def test_sizes_are_reduced_by_the_same_parameters(library, tmp_path, log):
    memory = library.Memory(tmp_path, verbose=0)
    cached = memory.cache(add, ignore=["log"])
    for x in range(5):
        cached(np.full(1000, x), 0, log)
        time.sleep(0.02)
    memory.reduce_size(items_limit=2)
    assert cached.check_call_in_cache(np.full(1000, 4), 0, log)
    assert not cached.check_call_in_cache(np.full(1000, 0), 0, log)
    memory.reduce_size(age_limit=datetime.timedelta(days=1))
    assert cached.check_call_in_cache(np.full(1000, 4), 0, log)
    memory.reduce_size(bytes_limit="1K")
    assert not cached.check_call_in_cache(np.full(1000, 4), 0, log)


def test_large_results_are_mapped_on_request(library, tmp_path):
    memory = library.Memory(tmp_path, mmap_mode="r", verbose=0)
    cached = memory.cache(np.ones)
    cached(300_000)
    found = cached(300_000)
    np.testing.assert_array_equal(found, np.ones(300_000))
    assert not found.flags.writeable


def test_values_are_dumped_loaded_and_hashed(library, tmp_path):
    value = {"a": np.arange(10), "b": "text"}
    [file] = library.dump(value, tmp_path / "value", compress=3)
    loaded = library.load(file, mmap_mode=None)
    np.testing.assert_array_equal(loaded["a"], value["a"])
    assert library.hash(value) == library.hash(loaded)
    assert library.hash(value) != library.hash({**value, "b": "other"})


# -- what joblib has not ------------------------------------------------------------------------


def test_one_call_is_forgotten(memory, log):
    cached = memory.cache(add, ignore=["log"])
    cached(1, 2, log), cached(3, 4, log)
    assert cached.forget(1, 2, log)
    assert not cached.forget(1, 2, log)
    cached(3, 4, log), cached(1, 2, log)
    assert log == [(1, 2), (3, 4), (1, 2)]
    assert cached.forget()
    assert cached.entries() == []


def test_a_key_is_the_same_however_the_call_is_written(memory, log):
    cached = memory.cache(add, ignore=["log"])
    assert cached.key(1, 2, log) == cached.key(1, y=2, log=None, scale=1) != cached.key(1, 3, log)
    plain = Memory(None).cache(add)
    assert plain.key(1, 2, None) == plain.key(1, y=2, log=None)


def test_a_result_is_known_by_what_it_is_and_where(memory, log):
    cached = memory.cache(add, ignore=["log"])
    held = cached.call_and_shelve(1, 2, log)
    assert isinstance(held, Result)
    assert held == cached.call_and_shelve(1, 2, log) != cached.call_and_shelve(1, 3, log)
    assert len({held, cached.call_and_shelve(1, 2, log)}) == 1
    assert held.func_id == cached.name
    assert held.args_id == cached.key(1, 2, log)
    assert held.duration >= 0
    assert str(memory.location) in repr(held)


def test_what_no_store_can_keep_is_held_as_it_is(memory):
    cached = memory.cache(lambda: lambda: 3)
    with pytest.warns(faineant.CacheWarning, match="cannot be pickled"):
        held = cached.call_and_shelve()
    assert isinstance(held, HeldValue)
    assert held.get()() == 3
    held.clear()
    with pytest.raises(KeyError):
        held.get()


def test_an_expiry_travels_through_pickle_and_says_what_it_is(memory):
    expiry = pickle.loads(pickle.dumps(expires_after(minutes=1, seconds=30)))
    assert repr(expiry) == "expires_after(seconds=90)"
    assert expiry({"time": time.time() - 80})
    assert not expiry({"time": time.time() - 100})
    with pytest.raises(TypeError, match="such as expires_after"):
        memory.cache(add, cache_validation_callback=30)


def test_what_cannot_be_seen_in_the_code_is_named_by_hand(tmp_path, memory, log):
    table = tmp_path / "table.csv"
    table.write_text("1,2\n")

    def total(log):
        log.append("total")
        return sum(map(int, table.read_text().split(",")))

    cached = memory.cache(total, ignore=["log"], uses=[str(table)])
    assert cached(log) == cached(log) == 3
    table.write_text("1,20\n")
    assert cached(log) == 21
    table.write_text("1,2\n")
    assert cached(log) == 3
    assert len(log) == 2
