"""Values that have several forms: caches, flags, gaps and chunks that are no part of the value.

A frame is the same however its columns came together, a table however it is cut
into chunks, an object whether or not it has computed a cached property. So what
pickle would keep of such a value is replaced here by what does count. Libraries
are known by the names of their classes; none is imported unless a value is its own.

Read `settled`, then the function of one library. Where a library has changed too
much for its function, what pickle would keep counts, gaps and all: a result may
then be computed once more, and is never taken for another.
"""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["settled"]

# What is raised where a library is not as it was.
UNKNOWN = (AttributeError, TypeError, ValueError, LookupError, NotImplementedError)
COMPUTED = {"cached_property", "CachedProperty"}
SPARSE_FLAGS = {"_has_canonical_format", "_has_sorted_indices", "has_canonical_format"}
TREE_COUNTS = slice(7, 11)  # how often a search tree was asked, among what it pickles


def settled(value: Any, reduce: Callable[[Any], Any]) -> Any:
    """Replace what pickle would keep of a value by what counts.

    Parameters
    ----------
    value : object
        Any object.
    reduce : callable
        Gives what pickle would keep.

    Returns
    -------
    str or tuple
        The same in the one form that all equal values share.

    Examples
    --------
    >>> from functools import cached_property
    >>> class Circle:
    ...     area = cached_property(lambda self: 3)
    >>> circle = Circle()
    >>> circle.area, vars(circle)
    (3, {'area': 3})
    >>> settled(circle, lambda circle: circle.__reduce_ex__(5))[2]
    """
    library = str(type(value).__module__).partition(".")[0]
    if library == "polars" and (taken := taken_apart(value)) is not None:
        return taken  # what pickle would keep takes a copy of everything
    reduced = reduce(value)
    if isinstance(reduced, str):
        return reduced
    reduced = without_computed(type(value), reduced)
    form = FORMS.get(library)
    if form is None:
        return reduced
    try:
        return form(value, reduced)
    except UNKNOWN:
        return reduced


def without_computed(kind: type, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out attributes that are computed when first asked for, and then kept."""
    state = reduced[2] if len(reduced) > 2 else None
    if type(state) is tuple and len(state) == 2 and type(state[0]) is dict:
        return with_state(reduced, (kept(kind, state[0]), state[1]))
    return with_state(reduced, kept(kind, state)) if type(state) is dict else reduced


def kept(kind: type, attributes: dict[str, Any]) -> dict[str, Any] | None:
    """Give the attributes that are not computed from others; None if there are none."""
    computed = [name for name in attributes if type(on_class(kind, name)).__name__ in COMPUTED]
    if not computed:
        return attributes
    return {name: held for name, held in attributes.items() if name not in computed} or None


def on_class(kind: type, name: str) -> Any:
    """Find an attribute of a class, as it stands there."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def with_state(reduced: tuple[Any, ...], state: Any) -> tuple[Any, ...]:
    """Put another state in its place."""
    return *reduced[:2], state, *reduced[3:]


# numpy: bytes between fields and in long doubles are what happened to be in memory.


def of_numpy(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Go by fields where there are gaps, and by the fill value that a masked array stands for."""
    numpy, kind = sys.modules["numpy"], type(value)
    if kind.__module__.startswith("numpy.ma") and isinstance(value, numpy.ma.MaskedArray):
        if value._fill_value is None:
            value = value[...]
            value.fill_value  # noqa: B018  (it is looked up, and then kept)
        return value.__reduce_ex__(5)  # type: ignore[no-any-return]
    if isinstance(value, numpy.generic) and has_gaps(value.dtype):
        return tuple, (kind, without_gaps(numpy.asarray(value)))
    if kind is numpy.ndarray and not value.dtype.hasobject and has_gaps(value.dtype):
        return tuple, (kind, without_gaps(value))
    return reduced


def has_gaps(dtype: Any) -> bool:
    """Tell whether there are bytes in it that belong to no number."""
    if dtype.subdtype:
        return has_gaps(dtype.subdtype[0])
    if dtype.names is None:
        return dtype.char in "gG"
    fields = [dtype.fields[name][0] for name in dtype.names]
    return sum(each.itemsize for each in fields) != dtype.itemsize or any(map(has_gaps, fields))


def without_gaps(array: Any) -> tuple[Any, ...]:
    """Give the bytes of an array that belong to its numbers, field by field."""
    flags, dtype = array.flags, array.dtype
    order = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
    if dtype.names is not None:
        return dtype, array.shape, order, [array[name] for name in dtype.names]
    size = dtype.itemsize // (2 if dtype.char == "G" else 1)
    used = 10 if sys.modules["numpy"].finfo(dtype).nmant == 63 else size
    flat = array.ravel(order).view("u1").reshape(-1, size)
    return dtype, array.shape, order, flat[:, :used]


# pandas: what was looked up once is kept in `_cache`, and columns may lie in any blocks.


def of_pandas(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out caches and what is masked, and go by columns."""
    if type(value).__module__ == "pandas.arrays" and type(reduced[1][-1]) is tuple:
        reduced = reduced[0], (*reduced[1][:-1], None), reduced[1][-1]  # as if it had attributes
    state = reduced[2] if len(reduced) > 2 else None
    if type(state) is tuple:  # of arrays that Cython pickles
        parts = [uncached(each) for each in state]
        return with_state(reduced, tuple(each for each in parts if type(each) is not dict or each))
    if type(state) is not dict:
        return reduced
    state = uncached(state) or None
    if state and {"_data", "_mask"} <= state.keys() and state["_mask"].any():
        state["_data"] = state["_data"].copy()
        state["_data"][state["_mask"]] = 0
    if state and hasattr(state.get("_mgr"), "blocks") and value.ndim == 2:
        state["_mgr"] = columns(state["_mgr"])
    return with_state(reduced, state)


def uncached(state: Any) -> Any:
    """Leave out what is kept only to be found faster."""
    if type(state) is not dict:
        return state
    return {name: held for name, held in state.items() if name not in ("_cache", "_readonly")}


def columns(manager: Any) -> tuple[Any, ...]:
    """List the axes and the columns of a frame, those of one dtype of numpy's together."""
    numpy = sys.modules["numpy"]
    alone: dict[int, Any] = {}
    together: dict[str, list[Any]] = {}
    for block in manager.blocks:
        places, values = list(map(int, block.mgr_locs)), block.values
        if type(values) is numpy.ndarray:
            together.setdefault(values.dtype.str, []).append((places, values))
        else:
            alone.update(zip(places, values if values.ndim == 2 else [values], strict=True))
    return list(manager.axes), alone, {kind: stacked(each) for kind, each in together.items()}


def stacked(blocks: list[tuple[list[int], Any]]) -> tuple[list[int], Any]:
    """Put the rows of blocks in the order of their places."""
    numpy = sys.modules["numpy"]
    places = [place for each, _ in blocks for place in each]
    values = blocks[0][1] if len(blocks) == 1 else numpy.concatenate([each for _, each in blocks])
    order = sorted(range(len(places)), key=places.__getitem__)
    if order != list(range(len(places))):
        values = values[order]
    return sorted(places), numpy.ascontiguousarray(values)


# Arrow and polars: values are the same in one chunk or many, sliced or whole.


def of_arrow(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Go by the schema and by what each column holds."""
    arrow = sys.modules["pyarrow"]
    if isinstance(value, arrow.Table | arrow.RecordBatch):
        return tuple, (type(value), value.schema, [held(each) for each in value.columns])
    if isinstance(value, arrow.Array | arrow.ChunkedArray):
        return tuple, (type(value), value.type, held(value))
    return reduced


def held(array: Any) -> tuple[Any, ...]:
    """Take an Arrow array apart: which values are there, and what these are."""
    arrow = sys.modules["pyarrow"]
    if isinstance(array, arrow.ChunkedArray):
        array = array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()
    size, valid = len(array), None
    if array.null_count and not arrow.types.is_null(array.type):
        valid = fixed(array.is_valid().cast(arrow.uint8()))
        array = array.drop_null()
    return size, valid, *present(array)


def present(array: Any) -> tuple[Any, ...]:
    """Take apart an Arrow array without nulls."""
    arrow, types, kind = sys.modules["pyarrow"], sys.modules["pyarrow"].types, array.type
    if types.is_null(kind):
        return ()
    if isinstance(kind, arrow.BaseExtensionType):
        return (held(array.storage),)
    if types.is_dictionary(kind):
        return held(array.indices), held(array.dictionary)
    if types.is_struct(kind):
        return tuple(held(each) for each in array.flatten())
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return held(array.value_lengths()), held(array.flatten())
    if types.is_string_view(kind) or types.is_binary_view(kind):
        array = array.cast(arrow.large_binary())
        kind = array.type
    if types.is_string(kind) or types.is_large_string(kind):
        return texts(array, 4 if types.is_string(kind) else 8)
    if types.is_binary(kind) or types.is_large_binary(kind):
        return texts(array, 4 if types.is_binary(kind) else 8)
    if types.is_boolean(kind):
        array = array.cast(arrow.uint8())
    return (fixed(array),)


def fixed(array: Any) -> pickle.PickleBuffer:
    """Give the bytes of an Arrow array whose values are of one size."""
    if array.type.bit_width % 8 or array.type.num_fields:
        raise NotImplementedError
    width, data = array.type.bit_width // 8, array.buffers()[1]
    return pickle.PickleBuffer(data.slice(array.offset * width, len(array) * width))


def texts(array: Any, width: int) -> tuple[Any, ...]:
    """Give the lengths of texts, and their bytes one after the other."""
    compute = importlib.import_module("pyarrow.compute")
    _, offsets, data = array.buffers()
    if not len(array) or data is None:
        return len(array), b""
    ends = memoryview(offsets).cast("B").cast("i" if width == 4 else "q")
    start, end = ends[array.offset], ends[array.offset + len(array)]
    return fixed(compute.binary_length(array)), pickle.PickleBuffer(data.slice(start, end - start))


def taken_apart(value: Any) -> tuple[Any, ...] | None:
    """Take a frame of polars apart by way of Arrow, if that is installed."""
    polars, kind = sys.modules["polars"], type(value)
    if kind not in (polars.DataFrame, polars.Series) or not importlib.util.find_spec("pyarrow"):
        return None
    importlib.import_module("pyarrow")
    series = value.get_columns() if kind is polars.DataFrame else [value]
    if any("Object" in str(each.dtype) for each in series):  # Arrow would get addresses
        return None
    try:
        parts = [(each.name, each.dtype, held(spelled_out(each).to_arrow())) for each in series]
    except (*UNKNOWN, polars.exceptions.PolarsError):
        return None
    return tuple, (kind, getattr(value, "height", None), parts)


def of_polars(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Put chunks together, where there is no Arrow to take them apart."""
    polars = sys.modules["polars"]
    if type(value) not in (polars.DataFrame, polars.Series):
        return reduced
    return value.rechunk().__reduce_ex__(5)  # type: ignore[no-any-return]


def spelled_out(series: Any) -> Any:
    """Write categories as texts; their numbers depend on what else a process has met."""
    polars = sys.modules["polars"]
    return series.cast(polars.String) if series.dtype == polars.Categorical else series


# scipy and scikit-learn: flags that say what was found out, and counts of use.


def of_scipy(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out what a sparse matrix found out about its own order."""
    state = reduced[2] if len(reduced) > 2 else None
    if not type(value).__module__.startswith("scipy.sparse") or type(state) is not dict:
        return reduced
    return with_state(reduced, {name: state[name] for name in state if name not in SPARSE_FLAGS})


def of_sklearn(value: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out how much a search tree was used."""
    state = reduced[2] if len(reduced) > 2 else None
    tree = type(value).__module__.startswith(("sklearn.neighbors._kd", "sklearn.neighbors._ball"))
    if not tree or type(state) is not tuple or len(state) < TREE_COUNTS.stop:
        return reduced
    return with_state(reduced, (*state[: TREE_COUNTS.start], *state[TREE_COUNTS.stop :]))


FORMS: dict[str, Callable[[Any, tuple[Any, ...]], tuple[Any, ...]]] = {
    "numpy": of_numpy,
    "pandas": of_pandas,
    "pyarrow": of_arrow,
    "polars": of_polars,
    "scipy": of_scipy,
    "sklearn": of_sklearn,
}
