"""Samples at the door: an array of finite numbers, one row for each.

`check_array` asks all questions; `as_array` makes the array. The helpers at the end count and
take rows of whatever holds samples.
"""

from collections.abc import Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "LARGEST_NUMBER",
    "as_array",
    "check_array",
    "check_consistent_length",
    "n_rows",
    "take_rows",
]


# Moments of moments are fourth powers of samples: of larger numbers they would be infinite.
LARGEST_NUMBER = 1e70


def check_array(
    X: ArrayLike,
    *,
    name: str = "X",
    min_samples: int = 1,
    keep_float32: bool = False,
    estimator: Any = None,
) -> NDArray[Any]:
    """Give a two-dimensional array of finite float64 numbers, or say what is wrong.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Numbers of any real dtype: an array, nested lists, a data frame.
    name : str
        What the errors call it.
    min_samples : int
        How many rows there must be.
    keep_float32 : bool
        Whether float32 (and float16) comes as float32; else all becomes float64.
    estimator : estimator, optional
        Who will compute with the numbers: they must not be beyond its ``largest_number``.

    Returns
    -------
    ndarray of shape (n_samples, n_features), float64
        The same numbers row by row in memory (sums then do not depend on how ``X``
        was laid out); not a copy where ``X`` is such an array already.

    Raises
    ------
    ValueError
        If ``X`` is empty, not two-dimensional, text, complex, or has NaN, infinity or
        numbers that are too large for the estimator.
    TypeError
        If ``X`` is sparse or holds things that are no numbers.

    Examples
    --------
    >>> check_array([[1, 2], [3, 4]])
    array([[1., 2.],
           [3., 4.]])
    >>> check_array([1, 2])
    Traceback (most recent call last):
    ...
    ValueError: Expected 2D array, got 1D array of shape (2,) instead for X. Reshape your data: \
X.reshape(-1, 1) if it has one feature, X.reshape(1, -1) if it is one sample.
    """
    if hasattr(X, "toarray"):
        raise TypeError(
            f"{name} is sparse ({type(X).__name__}), but dense data is required: "
            f"pass {name}.toarray() if it fits into memory."
        )
    array = as_array(X, name)
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has dtype {array.dtype}.")
    if array.dtype.kind in "USMm":
        raise ValueError(
            f"{name} must hold numbers, got dtype {array.dtype}; "
            "turn its values into numbers first, for example with .astype(float)."
        )
    narrow = keep_float32 and array.dtype.kind == "f" and array.dtype.itemsize <= 4
    array = as_array(array, name, dtype=np.float32 if narrow else np.float64)
    if array.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {array.ndim}D array of shape {array.shape} instead "
            f"for {name}. {advice_on_shape(array, name)}"
        )
    n_samples, n_features = array.shape
    if n_samples < min_samples:
        raise ValueError(
            f"Found array with {n_samples} sample(s) (shape={array.shape}) while a minimum of "
            f"{min_samples} is required for {name}."
        )
    if n_features < 1:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is "
            f"required for {name}."
        )
    total = sum_of_squares(array)
    if not (np.isfinite(total) or np.isfinite(array).all()):
        row, column = np.argwhere(~np.isfinite(array))[0]
        what = "NaN" if np.isnan(array[row, column]) else "infinity (inf)"
        raise ValueError(
            f"Input {name} contains {what}, first in row {row}, column {column}: "
            "drop such rows or fill in a number."
        )
    if estimator is not None:
        check_magnitude(estimator, array, total, name)
    return array


def sum_of_squares(array: NDArray[Any]) -> float:
    """Square all numbers and add them up; the result is finite only if all of them are.

    BLAS reads the array once and writes nothing: the cheapest look at all of its numbers.
    """
    flat = array.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.dot(flat, flat))


def check_magnitude(estimator: Any, samples: NDArray[Any], total: float, name: str) -> None:
    """Refuse numbers beyond ``estimator.largest_number``, given the sum of their squares."""
    most = getattr(estimator, "largest_number", LARGEST_NUMBER)
    if samples.dtype == np.float32 or total < most**2:
        return
    beyond = np.abs(samples) > most
    if beyond.any():
        row, column = np.argwhere(beyond)[0]
        raise ValueError(
            f"Input {name} holds {samples[row, column]:.3g}, first in row {row}, column {column}, "
            f"and {type(estimator).__name__} multiplies squares: beyond {most:g} squares of "
            "squares overflow. Scale X first, for example with MinMaxScaler."
        )


def as_array(values: Any, name: str, dtype: Any = None) -> NDArray[Any]:
    """Make an array, row by row in memory; numpy's own complaint gets a name and advice."""
    try:
        return np.asarray(values, dtype=dtype, order="C")
    except (ValueError, TypeError, OverflowError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{name} must hold numbers, in rows of equal length ({error}): "
            "leave out or translate what is no number."
        ) from None


def advice_on_shape(array: NDArray[Any], name: str) -> str:
    """How to make two dimensions of another number."""
    if array.ndim == 1:
        return (
            f"Reshape your data: {name}.reshape(-1, 1) if it has one feature, "
            f"{name}.reshape(1, -1) if it is one sample."
        )
    if array.ndim == 0:
        return f"Reshape your data: [[{name}]] is one sample with one feature."
    return f"Reshape your data: {name}.reshape(len({name}), -1) makes a row of each sample."


def check_consistent_length(**arrays: Sized) -> None:
    """Raise unless all arrays have as many rows; the keywords name them in the error."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {counts}. "
            "Each row of X needs its own entry."
        )


def n_rows(X: Any) -> int:
    """Count the samples of an array, a list or a data frame."""
    if hasattr(X, "shape") and len(X.shape) > 0:
        return int(X.shape[0])
    return len(X) if isinstance(X, Sized) else len(np.asarray(X))


def take_rows(X: Any, indices: NDArray[np.intp]) -> Any:
    """Take some samples of an array, a list or a data frame, as the same kind of thing.

    Examples
    --------
    >>> take_rows(["a", "b", "c"], np.array([2, 0]))
    ['c', 'a']
    """
    if hasattr(X, "iloc"):
        return X.iloc[indices]
    if hasattr(X, "shape"):
        return X[indices]
    if isinstance(X, (list, tuple)):
        return type(X)(X[index] for index in indices)
    return np.asarray(X)[indices]
