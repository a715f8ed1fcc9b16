"""What a value is: equal values have equal digests, changed values have others."""

import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import pathlib
import pickle
import random
import threading

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from faineant.digest import DigestError, Walk, digest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
KEYS = st.integers() | st.text() | st.binary() | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(KEYS, inner)
        | st.frozensets(KEYS)
        | st.sets(KEYS)
    ),
    max_leaves=20,
)
LONG_DICTS = st.dictionaries(st.text(), VALUES, min_size=9) | st.dictionaries(
    st.integers(), st.integers(), min_size=9
)
LONG_LISTS = st.lists(st.integers(), min_size=9) | st.lists(st.text(), min_size=9)


def exact(value):
    """Write a value so that two are written alike if and only if they are the same: the oracle."""
    if isinstance(value, dict):
        pairs = sorted((exact(key), exact(item)) for key, item in value.items())
        return f"dict{pairs}"
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}{sorted(map(exact, value))}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}{[exact(item) for item in value]}"
    return f"{type(value).__name__}:{value!r}"


def unshared(value):
    """Copy a value so that no two parts are one object, dicts and sets in another order."""
    if isinstance(value, dict):
        return {unshared(key): unshared(item) for key, item in reversed(value.items())}
    if isinstance(value, set | frozenset):
        return type(value)(map(unshared, sorted(value, key=repr, reverse=True)))
    if isinstance(value, list | tuple):
        return type(value)(map(unshared, value))
    if isinstance(value, str):
        return "".join(list(value))
    return pickle.loads(pickle.dumps(value))


@given(VALUES | LONG_LISTS | LONG_DICTS)
def test_equal_values_have_equal_digests_whatever_they_share(value):
    assert digest(unshared(value)) == digest(value)
    assert digest([value, value]) == digest([value, unshared(value)])


@given(VALUES, VALUES)
def test_digests_differ_exactly_where_values_do(one, other):
    assert (digest(one) == digest(other)) == (exact(one) == exact(other))


@given(LONG_DICTS, st.data())
def test_one_changed_entry_changes_the_digest_of_a_long_dict(values, data):
    key = data.draw(st.sampled_from(list(values)))
    assert digest(values | {key: [values[key]]}) != digest(values)
    del (without := dict(values))[key]
    assert digest(without) != digest(values)
    assert digest(without | {key * 3 + type(key)(1): values[key]}) != digest(values)


@given(LONG_LISTS, st.data())
def test_one_changed_item_changes_the_digest_of_a_long_list(values, data):
    place = data.draw(st.integers(0, len(values) - 1))
    changed = copy.copy(values)
    changed[place] = changed[place] * 2 + type(changed[place])(1)
    assert digest(changed) != digest(values)


def test_neighbouring_texts_are_not_confused():
    words = ["ab", "c", "", "d", "e", "f", "g", "h", "i", "j"]
    shifted = ["a", "bc", "", "d", "e", "f", "g", "h", "i", "j"]
    assert digest(words) != digest(shifted)
    assert digest(("ab", "c")) != digest(("a", "bc"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        ("a", b"a"),
        ([], ()),
        ({1}, frozenset({1})),
        (b"a", bytearray(b"a")),
        (collections.OrderedDict(a=1, b=2), collections.OrderedDict(b=2, a=1)),
        (np.float32(1), np.float64(1)),
        (np.arange(4), np.arange(4.0)),
        (np.arange(4), np.arange(4).reshape(2, 2)),
        (np.eye(3, 2), np.asfortranarray(np.eye(3, 2))),
        (np.arange(3), np.arange(3).astype(">i8")),
        (np.array([1, None]), np.array([2, None])),
        (np.square, np.sin),
        (pathlib.PurePosixPath("a"), "a"),
        (datetime.timedelta(1), datetime.timedelta(2)),
        (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
        (range(3), range(4)),
        (float, int),
        (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 0])),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})),
        (scipy.sparse.eye(3).tocsr(), scipy.sparse.eye(3).tocsc()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_change_a_result_changes_the_digest(one, other):
    assert digest(one) != digest(other)
    assert digest(one) == digest(copy.deepcopy(one))


# Pickling turns other byte orders into the machine's own, which is another dtype.
NATIVE = arrays.scalar_dtypes().map(lambda dtype: dtype.newbyteorder("="))


@given(arrays.arrays(NATIVE, arrays.array_shapes(min_dims=0, min_side=0)))
def test_an_array_and_its_copies_have_one_digest(array):
    expected = digest(array)
    assert digest(array.copy("A")) == expected
    assert digest(pickle.loads(pickle.dumps(array))) == expected


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, min_side=2)))
def test_a_view_that_is_not_contiguous_equals_its_copy(array):
    for view in (array[::2], array[..., ::-1], array[:, 1:]):
        assert digest(view) == digest(pickle.loads(pickle.dumps(view)))


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        np.array([np.nan, 1.0]),
        pd.DataFrame({"a": [1, 2], "b": ["x", None]}),
        scipy.sparse.eye(3).tocsr(),
        np.random.default_rng(0),
        random.Random(0),
        np.zeros((0, 3)),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array(["2010-08-28"], dtype="M8[D]"),
        collections.Counter("aab"),
        slice(1, 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_round_trip_through_pickle_makes_no_difference(value):
    assert digest(pickle.loads(pickle.dumps(value))) == digest(value)


def test_one_bit_of_a_large_array_counts():
    array = np.zeros(40 << 20, dtype=np.uint8)  # large enough for threads
    before = digest(array)
    for place in (0, 1 << 20, array.size - 1):
        array[place] = 1
        assert digest(array) != before
        array[place] = 0
    assert digest(array) == before


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class Slotted:
    __slots__ = ("x",)


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def test_objects_count_by_class_and_attributes():
    slotted, other = Slotted(), Slotted()
    slotted.x, other.x = 1, 2
    values = [Point(1, 2), Point(2, 1), slotted, other, Frozen(1), Frozen(2), *Colour]
    assert len({digest(value) for value in values}) == len(values)
    assert digest(Point(1, [2])) == digest(copy.deepcopy(Point(1, [2])))


def test_a_value_may_contain_itself():
    def ring(length):
        nodes = [[] for _ in range(length)]
        for node, following in zip(nodes, nodes[1:] + nodes[:1], strict=True):
            node.append(following)
        return nodes[0]

    assert digest(ring(2)) == digest(ring(2))
    assert digest(ring(2)) != digest(ring(3))


def test_a_dense_graph_is_walked_once():
    nodes = [Point(number, []) for number in range(60)]
    for node in nodes:
        node.y.extend(nodes)
    before = digest(nodes)
    assert digest(pickle.loads(pickle.dumps(nodes))) == before
    nodes[17].x = -1
    assert digest(nodes) != before


def test_two_loops_that_differ_only_in_where_they_lead_differ():
    def graph(again):
        root, inner = [], []
        leaf = [root]
        root.extend([leaf, inner])
        inner.append(leaf if again else [inner])
        return root

    assert digest(graph(again=True)) != digest(graph(again=False))


def test_a_lock_is_refused_by_naming_where_it_is():
    model = Point(1, {"deep": [0, threading.Lock()]})
    with pytest.raises(DigestError, match=r"attribute 'y', key 'deep', item 1: a _thread.lock"):
        digest(model)


def test_what_only_seems_to_have_a_name_is_refused():
    ufunc = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(DigestError, match="not to be found under its name"):
        digest(ufunc)


def test_too_deep_a_value_gets_a_clear_error():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(DigestError, match="nested too deep"):
        digest(nested)


def test_a_value_nested_deeper_than_pythons_limit_has_a_digest():
    def nested(end, depth=3000):
        for _ in range(depth):
            end = [end]
        return end

    assert digest(nested(1)) == digest(nested(1)) != digest(nested(2))


def test_one_walk_digests_short_lived_values_without_mixing_them_up():
    walk = Walk()
    assert len({walk.digest([number]) for number in range(1000)}) == 1000


def test_another_process_and_hash_seed_give_the_same_digests(run):
    program = """
        import numpy as np
        from faineant.digest import digest
        names = {f"name {number}" for number in range(50)}
        print(digest([names, {name: 1 for name in names}, np.arange(9.0), {1: 2, None: 3}]).hex())
    """
    assert run(program, PYTHONHASHSEED="1") == run(program, PYTHONHASHSEED="2")
