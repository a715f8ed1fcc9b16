"""Arrays in, clear errors out: every estimator looks at its input through this door.

Three questions are asked of what comes in: is it an array of finite numbers
(`check_array`), does it fit what was learned (`check_samples`), and do the
targets name classes (`check_class_labels`)? An error says what was given, what
is possible and what to do. Where scikit-learn has words for an error, ours
begin with them, so that tools and people who look for these words find them.
"""

import sys
import warnings
from collections.abc import Sized
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ConvergenceWarning",
    "DataConversionWarning",
    "NotFittedError",
    "check_array",
    "check_class_labels",
    "check_consistent_length",
    "check_data",
    "check_fitted",
    "check_numbers",
    "check_same_kind",
    "check_sample_weight",
    "check_samples",
    "check_training_set",
    "check_weights",
    "n_rows",
    "not_fitted_error",
    "outer_stacklevel",
    "take_rows",
]


class NotFittedError(ValueError, AttributeError):
    """An estimator was asked to predict before it was fitted."""


class ConvergenceWarning(UserWarning):
    """An algorithm has stopped before it was done: its result is not the best."""


class DataConversionWarning(UserWarning):
    """The input was understood, but only after a change of its shape."""


def outer_stacklevel() -> int:
    """Give the ``stacklevel`` with which a warning points to the line that called this package.

    It does not depend on which of our functions call each other on the way.
    """
    package, level = __name__.partition(".")[0], 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    return level


def check_array(
    X: ArrayLike, *, name: str = "X", min_samples: int = 1, keep_float32: bool = False
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

    Returns
    -------
    ndarray of shape (n_samples, n_features), float64
        The same numbers row by row in memory (sums then do not depend on how ``X``
        was laid out); not a copy where ``X`` is such an array already.

    Raises
    ------
    ValueError
        If ``X`` is empty, not two-dimensional, text, complex, or has NaN or infinity.
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
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        what = "NaN" if np.isnan(array[row, column]) else "infinity (inf)"
        raise ValueError(
            f"Input {name} contains {what}, first in row {row}, column {column}: "
            "drop such rows or fill in a number."
        )
    return array


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


def check_class_labels(y: ArrayLike) -> NDArray[Any]:
    """Give the targets as a one-dimensional array of class labels.

    Raises
    ------
    ValueError
        If ``y`` is None, empty, has more than one column, is not finite, or
        holds measurements (1.5) rather than names of classes.

    Examples
    --------
    >>> check_class_labels(["Ada", "Bea"])
    array(['Ada', 'Bea'], dtype='<U3')
    """
    if y is None:
        raise ValueError(
            "This estimator requires y to be passed, but the target y is None: "
            "give one class label for each row of X."
        )
    try:
        labels = np.asarray(y)
    except ValueError:
        raise ValueError(
            "y should be a 1d array of one label for each sample, but its entries are lists "
            "that differ in length."
        ) from None
    if labels.ndim == 2 and labels.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. "
            "Please change the shape of y to (n_samples,), for example using y.ravel().",
            DataConversionWarning,
            stacklevel=2,
        )
        labels = labels.ravel()
    if labels.ndim != 1:
        raise ValueError(
            f"y should be a 1d array of one label for each sample, "
            f"got an array of shape {labels.shape} instead."
        )
    if labels.size == 0:
        raise ValueError("y is empty: give one class label for each row of X.")
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            what = "NaN" if np.isnan(labels).any() else "infinity"
            raise ValueError(f"Input y contains {what}: drop these samples or name their class.")
        if (labels != np.rint(labels)).any():
            raise ValueError(
                f"Unknown label type: continuous. y holds measurements such as "
                f"{labels[labels != np.rint(labels)][0]}, not classes: a classifier needs labels."
            )
    if labels.dtype.kind == "O":
        labels = plain_labels(labels)
    return labels


def plain_labels(labels: NDArray[np.object_]) -> NDArray[Any]:
    """Labels of object dtype as what they are: all text, all numbers, or an error."""
    kinds = {type(label).__name__ for label in labels}
    if all(isinstance(label, str) for label in labels):
        return labels
    if all(isinstance(label, (bool, int, float, np.generic)) for label in labels):
        return check_class_labels(np.array(labels.tolist()))
    raise ValueError(
        f"Unknown label type: unknown. y holds values of type {', '.join(sorted(kinds))}: "
        "use text or whole numbers, of one kind."
    )


def check_training_set(
    estimator: Any, X: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Check what ``fit`` was given; remember the number and names of the features.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features), float64
    y : ndarray of shape (n_samples,)
    """
    remember_features(estimator, X)
    samples = check_array(X)
    labels = check_class_labels(y)
    check_consistent_length(X=samples, y=labels)
    estimator.n_features_in_ = samples.shape[1]
    return samples, labels


def check_data(
    estimator: Any, X: ArrayLike, *, min_samples: int = 1, keep_float32: bool = False
) -> NDArray[Any]:
    """Check what ``fit`` was given without targets; remember the features.

    Parameters
    ----------
    estimator : estimator
        It gets ``n_features_in_``, and ``feature_names_in_`` from a data frame.
    X : array-like of shape (n_samples, n_features)
    min_samples, keep_float32
        As for `check_array`.

    Returns
    -------
    ndarray of shape (n_samples, n_features)
    """
    remember_features(estimator, X)
    samples = check_array(X, min_samples=min_samples, keep_float32=keep_float32)
    estimator.n_features_in_ = samples.shape[1]
    return samples


def check_numbers(y: ArrayLike | None, *, name: str = "y", columns: bool = True) -> NDArray[Any]:
    """Give the targets of a regression: finite numbers, one or several for each sample.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or (n_samples, n_targets)
    name : str
        What the errors call it.
    columns : bool
        Whether there may be several; else a single column is made flat, with a warning.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ValueError
        If it is None, empty, no numbers, not finite, or has too many dimensions.
    """
    if y is None:
        raise ValueError(
            f"This estimator requires {name} to be passed, but the target {name} is None: "
            "give a number for each row of X."
        )
    values = as_array(y, name)
    if values.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has dtype {values.dtype}.")
    values = as_array(values, name, dtype=np.float64)
    if not columns and values.ndim == 2 and values.shape[1] == 1:
        warnings.warn(
            f"A column-vector {name} was passed when a 1d array was expected. "
            f"Please change the shape of {name} to (n_samples,), for example using "
            f"{name}.ravel().",
            DataConversionWarning,
            stacklevel=3,
        )
        values = values.ravel()
    if values.ndim not in ((1, 2) if columns else (1,)):
        raise ValueError(
            f"{name} should be a 1d array of one number for each sample, got an array of shape "
            f"{values.shape} instead."
        )
    if values.size == 0:
        raise ValueError(f"{name} is empty: give a number for each row of X.")
    if not np.isfinite(values).all():
        what = "NaN" if np.isnan(values).any() else "infinity (inf)"
        raise ValueError(f"Input {name} contains {what}: drop these samples or fill in a number.")
    return values


def check_samples(estimator: Any, X: ArrayLike, *, keep_float32: bool = False) -> NDArray[Any]:
    """Check samples that a fitted estimator is to look at.

    Raises
    ------
    NotFittedError
        If the estimator has not been fitted.
    ValueError
        As `check_array`, and if the features are not those seen by ``fit``.
    """
    check_fitted(estimator)
    check_feature_names(estimator, X)
    samples = check_array(X, keep_float32=keep_float32)
    if samples.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {samples.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input, as many as it was fitted on."
        )
    return samples


def check_fitted(estimator: Any) -> None:
    """Raise `NotFittedError` unless ``fit`` has left its marks (attributes ending in ``_``)."""
    if not any(name.endswith("_") and not name.startswith("__") for name in vars(estimator)):
        raise not_fitted_error(
            f"This {type(estimator).__name__} instance is not fitted yet: call 'fit' with "
            "training samples before using this estimator."
        )


def not_fitted_error(message: str) -> NotFittedError:
    """Make the error; where scikit-learn is loaded, one that its ``except`` catches too.

    Examples
    --------
    >>> raise not_fitted_error("call fit first")
    Traceback (most recent call last):
    ...
    aiguille.validation.NotFittedError: call fit first
    """
    theirs = sys.modules.get("sklearn.exceptions")
    if theirs is None:
        return NotFittedError(message)

    class BothNotFittedError(NotFittedError, theirs.NotFittedError):  # type: ignore[name-defined, misc]
        def __reduce__(self) -> tuple[Any, ...]:
            return not_fitted_error, (message,)

    BothNotFittedError.__name__ = NotFittedError.__name__
    BothNotFittedError.__qualname__ = NotFittedError.__qualname__
    return BothNotFittedError(message)


def check_consistent_length(**arrays: Sized) -> None:
    """Raise unless all arrays have as many rows; the keywords name them in the error."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {counts}. "
            "Each row of X needs its own entry."
        )


def check_same_kind(**named: NDArray[Any]) -> None:
    """Refuse to compare names with numbers."""
    kinds = {name: "text" if y.dtype.kind in "OUST" else "numbers" for name, y in named.items()}
    if len(set(kinds.values())) > 1:
        told = " and ".join(f"{name} holds {kind}" for name, kind in kinds.items())
        raise ValueError(f"{told}, which are never equal: give both in the same form")


def check_weights(weights: NDArray[Any]) -> None:
    """Refuse weights that are no list of finite numbers, or that weigh nothing."""
    if weights.ndim != 1 or weights.dtype.kind not in "biuf" or not np.isfinite(weights).all():
        raise ValueError(
            f"sample_weight must be one finite number for each sample; got shape {weights.shape} "
            f"and dtype {weights.dtype}"
        )
    if weights.sum() == 0:
        raise ValueError("sample_weight adds up to zero: at least one sample must count")


def check_sample_weight(weights: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """Give one weight for each sample, not negative; ones for None, a number for all."""
    if weights is None:
        return np.ones(n_samples)
    given = as_array(weights, "sample_weight")
    if given.ndim == 0:
        given = np.full(n_samples, given)
    if given.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {given.shape}, expected {(n_samples,)}: one for each sample."
        )
    check_weights(given)
    if (given < 0).any():
        raise ValueError("Negative values in data passed to sample_weight: use weights >= 0.")
    return given.astype(np.float64)


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


# The names of the columns of a data frame


def column_names(X: Any) -> NDArray[np.object_] | None:
    """Columns' names of a data frame, or None where they are not all text."""
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = np.array(list(columns), dtype=object)
    textual = [isinstance(name, str) for name in names]
    if any(textual) and not all(textual):
        raise TypeError(
            "Feature names are only supported if all input features have string names, but X has "
            f"{sorted({type(name).__name__ for name in names})} as column name types: "
            "X.columns = X.columns.astype(str) makes them text."
        )
    return names if names.size and all(textual) else None


def remember_features(estimator: Any, X: Any) -> None:
    """Set or remove ``feature_names_in_``, for a new ``fit``."""
    names = column_names(X)
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def check_feature_names(estimator: Any, X: Any) -> None:
    """Compare a data frame's columns with those that ``fit`` saw."""
    seen, given = getattr(estimator, "feature_names_in_", None), column_names(X)
    kind = type(estimator).__name__
    if seen is None and given is None:
        return
    if seen is None:
        warnings.warn(
            f"X has feature names, but {kind} was fitted without feature names", stacklevel=3
        )
    elif given is None:
        warnings.warn(
            f"X does not have valid feature names, but {kind} was fitted with feature names",
            stacklevel=3,
        )
    elif len(seen) != len(given) or (seen != given).any():
        raise ValueError(
            "The feature names should match those that were passed during fit.\n"
            + difference_of_names(set(seen), set(given))
        )


def difference_of_names(seen: set[str], given: set[str]) -> str:
    """Tell which names are new, which are missing, or that only the order differs."""
    told = ""
    for title, names in (
        ("Feature names unseen at fit time:\n", sorted(given - seen)),
        ("Feature names seen at fit time, yet now missing:\n", sorted(seen - given)),
    ):
        if names:
            shown = [*names[:5], "..."] if len(names) > 5 else names
            told += title + "".join(f"- {name}\n" for name in shown)
    return told or "Feature names must be in the same order as they were in fit.\n"
