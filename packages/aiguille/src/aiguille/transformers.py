"""What a transformer is: an estimator that turns samples into other samples.

It gives arrays, or data frames where that was asked for: ``set_output(transform="pandas")``
says so for one transformer, and where scikit-learn is loaded, its global setting holds. The
columns' names are those of ``get_feature_names_out``.
"""

import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Estimator
from aiguille.parameters import check_option
from aiguille.validation import check_fitted

__all__ = ["OneToOne", "Transformer"]

CONTAINERS = ("default", "pandas", "polars")


class Transformer(Estimator):
    """Base of estimators with ``transform``.

    A subclass defines ``fit`` and ``transform``, and ``fit_transform`` where both together
    are cheaper; what these give becomes a data frame by itself where one is wanted. Names
    of the new columns are numbered, unless it defines ``get_feature_names_out``:
    `OneToOne` does for transformers that keep the columns.

    Examples
    --------
    >>> import numpy as np
    >>> class Halves(Transformer):
    ...     def fit(self, X, y=None):
    ...         self.n_columns_ = 1
    ...         return self
    ...
    ...     def transform(self, X):
    ...         return np.asarray(X)[:, : self.n_columns_] / 2
    >>> Halves().fit_transform([[2, 5], [4, 7]])
    array([[1.],
           [2.]])
    """

    preserves_dtype: tuple[str, ...] = ("float64", "float32")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name in ("transform", "fit_transform"):
            if name in vars(cls):
                setattr(cls, name, in_wanted_form(vars(cls)[name]))

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from samples ``X``."""
        raise NotImplementedError(f"{type(self).__name__} has no fit")

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Turn samples into others."""
        raise NotImplementedError(f"{type(self).__name__} has no transform")

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None, **fit_params: Any) -> Any:
        """Learn from samples, and turn them into others.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), optional
        **fit_params
            More arguments of ``fit``, such as ``sample_weight``.

        Returns
        -------
        ndarray or data frame of shape (n_samples, n_features_out)
        """
        return self.fit(X, y, **fit_params).transform(X)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Choose what ``transform`` gives.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            An array, or a data frame of one of two kinds; None leaves it as it is.
        """
        if transform is not None:
            check_option("transform", transform, CONTAINERS)
            self._sklearn_output_config = {"transform": transform}
        return self

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Give the names of the columns that ``transform`` makes.

        Parameters
        ----------
        input_features : array-like of str, optional
            Of no use here, and there for the sake of pipelines.

        Returns
        -------
        ndarray of str objects
        """
        check_fitted(self)
        name = type(self).__name__.lower()
        return np.array([f"{name}{n}" for n in range(self._n_features_out)], dtype=object)

    @property
    def _n_features_out(self) -> int:
        """The number of columns that ``transform`` makes."""
        raise NotImplementedError(f"{type(self).__name__} does not tell its number of columns")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        theirs = importlib.import_module("sklearn.utils")
        tags.transformer_tags = theirs.TransformerTags(preserves_dtype=list(self.preserves_dtype))
        return tags


class OneToOne(Transformer):
    """Base of transformers that make one column of each, and keep its name."""

    n_features_in_: int

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Give the names of the columns, which are those of the input.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), optional
            By default the names that ``fit`` has seen, or x0, x1 and so on.

        Returns
        -------
        ndarray of str objects of shape (n_features,)
        """
        check_fitted(self)
        return names_of_features(self, input_features)

    @property
    def _n_features_out(self) -> int:
        return self.n_features_in_


def names_of_features(
    estimator: Any, input_features: ArrayLike | None = None
) -> NDArray[np.object_]:
    """Give the names of the columns that an estimator was fitted on.

    Raises
    ------
    ValueError
        If other names are given than it has seen, or not as many.
    """
    seen = getattr(estimator, "feature_names_in_", None)
    if input_features is None:
        numbered = [f"x{n}" for n in range(estimator.n_features_in_)]
        return np.array(numbered, dtype=object) if seen is None else seen
    given = np.asarray(input_features, dtype=object)
    if seen is not None and not np.array_equal(seen, given):
        raise ValueError("input_features is not equal to feature_names_in_")
    if len(given) != estimator.n_features_in_:
        raise ValueError(
            f"input_features should have length equal to number of features "
            f"({estimator.n_features_in_}), got {len(given)}"
        )
    return given


def in_wanted_form(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method that gives an array give a data frame where one is wanted."""

    @functools.wraps(method)
    def give(self: Any, X: Any, *args: Any, **kwargs: Any) -> Any:
        array = method(self, X, *args, **kwargs)
        container = wanted_container(self)
        if container == "default":
            return array
        if hasattr(array, "columns"):
            return frame_of_kind(container, array, getattr(X, "index", None))
        if not isinstance(array, np.ndarray):
            return array
        return as_frame(container, array, self.get_feature_names_out(), getattr(X, "index", None))

    return give


def wanted_container(transformer: Any) -> str:
    """Tell what a transformer is to give: its own setting, or scikit-learn's if that is loaded."""
    own: dict[str, str] = getattr(transformer, "_sklearn_output_config", {})
    if "transform" in own:
        return own["transform"]
    theirs = sys.modules.get("sklearn")
    return str(theirs.get_config()["transform_output"]) if theirs is not None else "default"


def as_frame(container: str, array: NDArray[Any], names: NDArray[np.object_], index: Any) -> Any:
    """Make a data frame of an array."""
    library = importlib.import_module(container)
    if container == "polars":
        return library.DataFrame(array, schema=list(names), orient="row")
    same_length = index is not None and hasattr(index, "__len__") and len(index) == len(array)
    return library.DataFrame(array, columns=names, index=index if same_length else None, copy=False)


def frame_of_kind(container: str, frame: Any, index: Any) -> Any:
    """Make a frame of the wanted kind of another, column by column: each keeps its dtype."""
    if type(frame).__module__.partition(".")[0] == container:
        return frame
    library = importlib.import_module(container)
    columns = {name: np.asarray(frame[name]) for name in frame.columns}
    # Text is told by looking into lists, not by the dtype of arrays.
    given = {name: c.tolist() if c.dtype.kind == "O" else c for name, c in columns.items()}
    if container == "polars":
        return library.DataFrame(given)
    same_length = index is not None and hasattr(index, "__len__") and len(index) == len(frame)
    return library.DataFrame(given, index=index if same_length else None)
