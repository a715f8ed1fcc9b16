"""Keep the columns with the best scores."""

import warnings
from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.feature_selection.variance import f_classif
from aiguille.parameters import check_whole
from aiguille.transformers import Transformer, names_of_features
from aiguille.validation import (
    check_array,
    check_consistent_length,
    check_data,
    check_fitted,
    check_samples,
)

__all__ = ["SelectKBest"]


class SelectKBest(Transformer):
    """Keep the columns with the best scores.

    Parameters
    ----------
    score_func : callable
        Called with the samples and their targets, gives a score for each column, or scores
        and p-values: `f_classif`, or one of scikit-learn's.
    k : int or "all"
        How many columns to keep; of equal scores those further right.

    Attributes
    ----------
    scores_ : ndarray of shape (n_features,)
        The columns' scores.
    pvalues_ : ndarray of shape (n_features,) or None
        Their p-values, if ``score_func`` gives some.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> X = [[1, 7, 3], [2, 9, 3], [8, 7, 5], [9, 9, 6]]
    >>> select = SelectKBest(k=2).fit(X, ["low", "low", "high", "high"])
    >>> select.get_support(indices=True)
    array([0, 2])
    >>> select.transform([[5, 6, 7]])
    array([[5., 7.]])
    """

    def __init__(
        self, score_func: Callable[..., Any] = f_classif, *, k: int | Literal["all"] = 10
    ) -> None:
        self.score_func = score_func
        self.k = k

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Score the columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            Classes, or what else ``score_func`` takes.

        Raises
        ------
        ValueError
            If ``k`` is less than 1, or ``score_func`` gives another number of scores than
            there are columns.
        """
        if not callable(self.score_func):
            raise TypeError(
                f"score_func={self.score_func!r} must be a function of samples and targets, "
                "such as f_classif."
            )
        # What is text in k is not a number of columns, whatever it says.
        if not (isinstance(self.k, str) and self.k == "all"):
            check_whole("k", self.k)
        samples = check_data(self, X, keep_float32=True)
        if y is not None:
            check_consistent_length(X=samples, y=np.asarray(y))
        n_features = samples.shape[1]
        if self.k != "all" and self.k > n_features:
            warnings.warn(
                f"k={self.k} is greater than n_features={n_features}. All the features will be "
                f"returned: ask for at most {n_features}, or for k='all'.",
                stacklevel=2,
            )
        scored = self.score_func(samples, y)
        scores, p_values = scored if isinstance(scored, tuple | list) else (scored, None)
        self.scores_ = np.asarray(scores)
        self.pvalues_ = None if p_values is None else np.asarray(p_values)
        if self.scores_.shape != (n_features,):
            raise ValueError(
                f"score_func={self.score_func!r} gave scores of shape {self.scores_.shape} for "
                f"{n_features} features: it must give one for each."
            )
        return self

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Tell which columns are kept.

        Parameters
        ----------
        indices : bool
            Whether to give their places; else one truth value for each column.

        Returns
        -------
        ndarray of shape (n_features,), bool, or of shape (k,), int
        """
        check_fitted(self)
        kept = best(self.scores_, self.k)
        return np.flatnonzero(kept) if indices else kept

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Keep the best columns.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, k)
        """
        samples = check_samples(self, X, keep_float32=True)
        return np.ascontiguousarray(samples[:, self.get_support()])

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Put the columns back in their places, with zeros in those of the others.

        Parameters
        ----------
        X : array-like of shape (n_samples, k)

        Returns
        -------
        ndarray of shape (n_samples, n_features)

        Raises
        ------
        ValueError
            If there are not as many columns as are kept.
        """
        kept = self.get_support()
        chosen = check_array(X, keep_float32=True)
        if chosen.shape[1] != kept.sum():
            raise ValueError(
                f"X has {chosen.shape[1]} features, but {kept.sum()} of {len(kept)} are kept: "
                "X has a different shape than during fitting, give what transform gives."
            )
        samples = np.zeros((len(chosen), len(kept)), dtype=chosen.dtype)
        samples[:, kept] = chosen
        return samples

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Give the names of the columns that are kept.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), optional
            By default the names that ``fit`` has seen, or x0, x1 and so on.

        Returns
        -------
        ndarray of str objects of shape (k,)
        """
        names: NDArray[np.object_] = names_of_features(self, input_features)[self.get_support()]
        return names

    @property
    def _n_features_out(self) -> int:
        return int(self.get_support().sum())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def best(scores: NDArray[Any], k: int | Literal["all"]) -> NDArray[np.bool_]:
    """Mark the ``k`` largest scores; no number is the smallest."""
    if k == "all" or k >= len(scores):
        return np.ones(len(scores), dtype=bool)
    marked = np.zeros(len(scores), dtype=bool)
    order = np.argsort(np.where(np.isnan(scores), -np.inf, scores), kind="stable")
    marked[order[len(order) - k :]] = True
    return marked
