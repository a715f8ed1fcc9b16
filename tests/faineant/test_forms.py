"""One value may have several forms: caches, flags, gaps and chunks make no difference."""

import copy
import functools
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from faineant.digest import DigestError, digest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import KDTree

INTEGERS = st.none() | st.integers(-(2**63), 2**63 - 1)
TEXTS = st.none() | st.text(max_size=30)
COLUMNS = (
    st.lists(INTEGERS)
    | st.lists(TEXTS)
    | st.lists(st.none() | st.booleans())
    | st.lists(st.none() | st.lists(INTEGERS, max_size=3))
    | st.lists(st.none() | st.fixed_dictionaries({"a": INTEGERS, "b": TEXTS}))
)


class Circle:
    def __init__(self, radius):
        self.radius = radius

    @functools.cached_property
    def area(self):
        return 3 * self.radius**2


TIMES = pd.date_range("2010-08-28", periods=3, tz="Europe/Paris")
USED = {
    "a cached property": (lambda: Circle(2), lambda circle: circle.area),
    "a masked array": (lambda: np.ma.array([1.0, 2.0]), lambda array: array.fill_value),
    "a sparse matrix": (lambda: scipy.sparse.csr_array(np.eye(3)), lambda matrix: matrix @ matrix),
    "a search tree": (lambda: KDTree(np.eye(3)), lambda tree: tree.query(np.ones((1, 3)))),
    "an index": (lambda: pd.Index(["a", "b"]), lambda index: (index.is_unique, index.get_loc("b"))),
    "times": (lambda: TIMES.copy(), lambda index: (index.get_loc(index[0]), index.array[0])),
    "nullable numbers": (lambda: pd.Series([1, None], dtype="Int64"), lambda s: s.value_counts()),
    "Arrow's numbers": (lambda: pd.Series([1], dtype="int64[pyarrow]"), lambda s: s.groupby(s)),
    "a frame": (lambda: pd.DataFrame({"a": [1], "b": ["x"]}), lambda frame: repr(frame["b"])),
    "a frame of polars": (lambda: pl.DataFrame({"a": [1, 2]}), lambda frame: frame["a"].n_unique()),
    "a table": (lambda: pa.table({"a": [1, None]}), lambda table: table["a"].null_count),
}


@pytest.mark.parametrize("name", USED)
def test_use_and_a_round_trip_through_pickle_make_no_difference(name):
    make, use = USED[name]
    value = make()
    before = digest(value)
    use(value)
    assert digest(value) == before
    assert digest(pickle.loads(pickle.dumps(value))) == before
    assert digest(copy.deepcopy(value)) == before == digest(make())


@given(COLUMNS, st.data())
def test_neither_chunks_nor_slices_of_arrow_count(column, data):
    array = pa.array(column)
    cut = data.draw(st.integers(0, len(column)))
    pieces = pa.chunked_array([array[:cut], array[cut:]], type=array.type)
    assert digest(pieces) == digest(pa.chunked_array([array]))
    assert digest(array[cut:]) == digest(pa.array(column[cut:], type=array.type))
    table = pa.table({"a": pieces})
    assert digest(table) == digest(pickle.loads(pickle.dumps(table)))


@given(COLUMNS, st.data())
def test_neither_chunks_nor_slices_nor_flags_of_polars_count(column, data):
    series = pl.Series("a", column)
    cut = data.draw(st.integers(0, len(column)))
    frame, whole = series.to_frame(), digest(series)
    pieces = pl.concat([frame[:cut], frame[cut:]], rechunk=False)
    assert digest(pieces) == digest(frame)
    assert digest(series[cut:]) == digest(pl.Series("a", column[cut:], dtype=series.dtype))
    assert digest(pickle.loads(pickle.dumps(series))) == whole
    assert digest(pl.Series("b", column)) != whole


@given(COLUMNS, COLUMNS)
def test_columns_differ_exactly_where_their_values_do(one, other):
    arrow, polars = (pa.array(one), pa.array(other)), (pl.Series(one), pl.Series(other))
    exact = [(str(array.type), array.to_pylist()) for array in arrow]
    assert (digest(arrow[0]) == digest(arrow[1])) == (exact[0] == exact[1])
    exact = [(str(series.dtype), series.to_list()) for series in polars]
    assert (digest(polars[0]) == digest(polars[1])) == (exact[0] == exact[1])


def test_what_lies_under_a_null_does_not_count():
    held = pa.py_buffer(np.array([1, 99, 3])), pa.py_buffer(b"\xfd")
    hidden = pa.Array.from_buffers(pa.int64(), 3, [held[1], held[0]])
    assert digest(hidden) == digest(pa.array([1, None, 3]))
    masked = pd.arrays.IntegerArray(np.array([1, 77]), np.array([False, True]))
    assert digest(masked) == digest(pd.array([1, None], dtype="Int64"))


def test_a_frame_is_its_columns_however_they_came_together():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [3, 4]})
    grown = pd.DataFrame({"a": [1, 2]})
    grown["b"] = [0.5, 1.5]
    grown["c"] = [3, 4]
    assert digest(grown) == digest(frame) == digest(frame[["c", "b", "a"]][["a", "b", "c"]])
    for changed in (frame[["c", "b", "a"]], frame.rename(columns={"a": "d"}), frame.iloc[::-1]):
        assert digest(changed) != digest(frame)
    for place in np.ndindex(frame.shape):
        changed = frame.copy()
        changed.iloc[place] += 1
        assert digest(changed) != digest(frame)


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
def test_each_cell_of_a_frame_counts(library):
    cells = {"a": [1, 2, None], "b": ["x", None, "z"], "c": [True, False, None]}
    others = {"a": 7, "b": "other", "c": None}
    digests = {digest(library(cells))}
    for name, column in cells.items():
        for place in range(3):
            changed = [*column[:place], others[name], *column[place + 1 :]]
            digests.add(digest(library(cells | {name: changed})))
    assert len(digests) == 9  # a null instead of a null is no change


def test_gaps_between_fields_do_not_count_and_fields_do():
    dtype = np.dtype([("a", "i1"), ("b", "f8")], align=True)
    dirty = np.frombuffer(bytes(range(32)), dtype=dtype).copy()
    clean = np.zeros(2, dtype)
    clean["a"], clean["b"] = dirty["a"], dirty["b"]
    assert digest(dirty) == digest(clean)
    assert digest(dirty[0]) == digest(clean[0])
    clean["a"][1] += 1
    assert digest(dirty) != digest(clean)
    assert digest(dirty[1]) != digest(clean[1])


def test_long_doubles_count_by_their_numbers():
    third = np.longdouble(1) / 3
    dirty = np.full(48, 0xAB, dtype=np.uint8).view(np.longdouble)
    dirty[:] = [third, 2, 3]
    assert digest(dirty[:1] * 1) == digest(np.array([third]))
    assert digest(third) == digest(np.longdouble(1) / 3) != digest(np.longdouble(2) / 3)


def test_categories_count_whatever_numbers_they_have():
    later = pl.Series(["z", "x"], dtype=pl.Categorical)[1:]
    assert digest(later) == digest(pl.Series(["x"], dtype=pl.Categorical))
    assert digest(later) != digest(pl.Series(["x"]))
    pandas = [pd.Categorical(["a"], list(order)) for order in ("ab", "ba")]
    assert digest(pandas[0]) != digest(pandas[1])


def test_a_column_of_objects_is_refused_by_polars():
    with pytest.raises(DigestError, match=r"polars.*has no value to go by"):
        digest(pl.Series([Circle(1)], dtype=pl.Object))


def test_what_a_library_no_longer_has_leaves_what_pickle_keeps(monkeypatch):
    table = pa.table({"a": [1, 2]})
    monkeypatch.delattr(pa.types, "is_null")
    assert digest(table) == digest(pa.table({"a": [1, 2]})) != digest(pa.table({"a": [1, 3]}))
