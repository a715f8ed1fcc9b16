"""Values in files of the user's own: dump, load and hash, by joblib's names."""

import io
import os
import threading

import joblib
import numpy as np
import pytest
from faineant import dump, hash, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=plain, level=st.integers(0, 9))
def test_what_is_dumped_is_loaded(tmp_path, value, level):
    file = tmp_path / "value"
    assert dump(value, file, compress=level) == [str(file)]
    assert load(file) == value


@pytest.mark.parametrize("mode", [None, "r", "c", "r+"])
@pytest.mark.parametrize("n", [10, 1_000_000])
def test_arrays_are_mapped_as_asked_and_the_file_stays_as_it_is(tmp_path, mode, n):
    value = {"a": np.arange(n), "b": np.asfortranarray(np.ones((3, n)))}
    dump(value, tmp_path / "arrays")
    for _ in range(2):
        found = load(tmp_path / "arrays", mmap_mode=mode)
        np.testing.assert_array_equal(found["a"], value["a"])
        np.testing.assert_array_equal(found["b"], value["b"])
        assert found["b"].flags.f_contiguous
        assert found["a"].flags.writeable == (mode != "r")
        if mode != "r":
            found["a"][:] = -1


def test_compressed_files_are_smaller(tmp_path):
    value = np.zeros(1_000_000)
    dump(value, tmp_path / "large")
    dump(value, tmp_path / "small", compress=True)
    assert os.path.getsize(tmp_path / "small") < os.path.getsize(tmp_path / "large") / 100
    np.testing.assert_array_equal(load(tmp_path / "small"), value)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    file = tmp_path / "value"
    dump("old", file)
    mapped = load(file, mmap_mode="c")
    with pytest.raises(TypeError, match="pickle"):
        dump(["new", threading.Lock()], file)
    assert load(file) == mapped == "old"
    assert os.listdir(tmp_path) == ["value"]


def test_a_file_that_has_changed_is_not_believed(tmp_path):
    file = tmp_path / "value"
    dump({"n": list(range(1000))}, file)
    content = file.read_bytes()
    for place in range(0, len(content), 97):
        if content[place]:
            file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(ValueError, match="is not what"):
                load(file)
    file.write_bytes(content[:500])
    with pytest.raises(ValueError, match="cut off"):
        load(file)


def test_what_another_library_wrote_is_refused_with_a_reason(tmp_path):
    joblib.dump([1, 2], tmp_path / "theirs")
    with pytest.raises(ValueError, match="does not start as an entry does"):
        load(tmp_path / "theirs")
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda folder: dump(1, folder / "x", compress=10), ValueError, "level from 0 to 9"),
        (lambda folder: dump(1, folder / "x", compress="lz4"), ValueError, "level from 0 to 9"),
        (lambda folder: dump(1, folder), IsADirectoryError, "is a folder; name a file"),
        (lambda folder: load(folder / "x", mmap_mode="w+"), ValueError, "mmap_mode='w\\+'"),
        (lambda folder: dump(1, io.BytesIO()), TypeError, "BytesIO"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(tmp_path, call, error, match):
    with pytest.raises(error, match=match):
        call(tmp_path)
    assert os.listdir(tmp_path) == []


def test_hash_is_equal_for_equal_values_and_not_for_others():
    array = np.arange(10.0)
    assert hash({"a": array, "b": 1}) == hash({"b": 1, "a": array.copy()})
    assert len({hash(array), hash(array[::-1]), hash(array.astype("f4")), hash(list(array))}) == 4
    assert len(hash(1)) == 32
