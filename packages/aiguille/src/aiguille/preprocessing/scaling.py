"""Bring columns, or rows, to a common scale.

Distances add up columns: one in grams counts a million times as much as one in tons. How the
mean and the deviation of a column are found is told in `moments`.
"""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_option
from aiguille.preprocessing.moments import add_moments, noise_of_variance
from aiguille.transformers import OneToOne
from aiguille.validation import (
    check_array,
    check_data,
    check_fitted,
    check_sample_weight,
    check_samples,
)

__all__ = ["MinMaxScaler", "Normalizer", "StandardScaler"]

Numbers = NDArray[np.float64]


class StandardScaler(OneToOne):
    """Give each column mean 0 and variance 1.

    Parameters
    ----------
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    with_mean, with_std : bool
        Whether to subtract the mean, and to divide by the standard deviation.

    Attributes
    ----------
    mean_, var_ : ndarray of shape (n_features,)
        Of the samples seen, or None where both are not wanted.
    scale_ : ndarray of shape (n_features,)
        What columns are divided by: the standard deviation, 1 for a column that does not
        vary; None without ``with_std``.
    n_samples_seen_ : int or float
        How many samples there were; their weight, if they were weighted.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    See Also
    --------
    add_moments : how the mean and the variance are found part by part.

    Examples
    --------
    >>> StandardScaler().fit_transform([[0, 5], [2, 5], [4, 5]])
    array([[-1.22474487,  0.        ],
           [ 0.        ,  0.        ],
           [ 1.22474487,  0.        ]])
    """

    largest_number = np.inf

    def __init__(self, *, copy: bool = True, with_mean: bool = True, with_std: bool = True) -> None:
        self.copy = copy
        self.with_mean = with_mean
        self.with_std = with_std

    def fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Find the mean and the deviation of each column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
        """
        self.__dict__.pop("_moments", None)
        return self.partial_fit(X, y, sample_weight)

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike | None = None, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
        """
        before = getattr(self, "_moments", None)
        samples = (check_data if before is None else check_samples)(self, X, keep_float32=True)
        weights = check_sample_weight(sample_weight, len(samples))
        with np.errstate(over="ignore", invalid="ignore"):
            moments = add_moments(before, samples, weights)
        check_no_overflow(moments.scatter, "the variance")
        self._moments = moments
        self.n_samples_seen_ = moments.weight if sample_weight is not None else int(moments.weight)
        variance = moments.scatter / moments.weight
        # Rounding leaves a constant column a little variance, which is none.
        variance[variance <= noise_of_variance(moments)] = 0.0
        self.mean_ = moments.mean if self.with_mean or self.with_std else None
        self.var_ = variance if self.with_std else None
        self.scale_ = np.where(variance > 0, np.sqrt(variance), 1.0) if self.with_std else None
        return self

    mean_: Any
    scale_: Any

    def transform(self, X: ArrayLike, copy: bool | None = None) -> NDArray[Any]:
        """Scale samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        copy : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        samples = check_samples(self, X, keep_float32=True)
        scaled = samples - self.mean_ if self.with_mean else samples * 1.0
        if self.scale_ is not None:
            scaled /= self.scale_  # in place: to fetch new memory costs as much as to divide
        return scaled.astype(samples.dtype, copy=False)

    def inverse_transform(self, X: ArrayLike, copy: bool | None = None) -> NDArray[Any]:
        """Give scaled samples their old scale.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        copy : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        scaled = check_scaled(self, X)
        samples = scaled * self.scale_ if self.scale_ is not None else scaled * 1.0
        if self.with_mean:
            samples = samples + self.mean_
        return samples.astype(scaled.dtype, copy=False)


def check_no_overflow(values: Numbers, what: str) -> None:
    """Raise if numbers were so large that what was made of them is infinite."""
    columns = np.flatnonzero(~np.isfinite(values))
    if columns.size:
        raise ValueError(
            f"{what} of column {columns[0]} is too large for float64: divide the column by a "
            "constant first."
        )


class MinMaxScaler(OneToOne):
    """Stretch each column to an interval.

    Parameters
    ----------
    feature_range : tuple of (float, float)
        The least and the greatest value of each column.
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    clip : bool
        Whether what lies outside of what ``fit`` has seen is brought to the bounds.

    Attributes
    ----------
    min_, scale_ : ndarray of shape (n_features,)
        A value ``x`` becomes ``x * scale_ + min_``.
    data_min_, data_max_, data_range_ : ndarray of shape (n_features,)
        What was seen.
    n_samples_seen_, n_features_in_ : int
        Number of samples, and of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> MinMaxScaler().fit_transform([[0, 10], [5, 20], [10, 30]])
    array([[0. , 0. ],
           [0.5, 0.5],
           [1. , 1. ]])
    """

    largest_number = np.inf

    data_min_: Numbers
    data_max_: Numbers
    n_samples_seen_: int

    def __init__(
        self,
        feature_range: tuple[float, float] = (0, 1),
        *,
        copy: bool = True,
        clip: bool = False,
    ) -> None:
        self.feature_range = feature_range
        self.copy = copy
        self.clip = clip

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the least and the greatest value of each column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        self.__dict__.pop("data_min_", None)
        return self.partial_fit(X, y)

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        least, greatest = check_range(self.feature_range)
        known = hasattr(self, "data_min_")
        samples = (check_samples if known else check_data)(self, X, keep_float32=True)
        lowest, highest = (part(axis=0).astype(np.float64) for part in (samples.min, samples.max))
        if known:
            lowest = np.minimum(self.data_min_, lowest)
            highest = np.maximum(self.data_max_, highest)
        with np.errstate(over="ignore"):
            self.data_range_ = highest - lowest
        check_no_overflow(self.data_range_, "the range")
        self.data_min_, self.data_max_ = lowest, highest
        self.n_samples_seen_ = len(samples) + (self.n_samples_seen_ if known else 0)
        noise = 10 * np.finfo(self.data_range_.dtype).eps
        width = np.where(self.data_range_ > noise, self.data_range_, 1)
        self.scale_ = (greatest - least) / width
        self.min_ = least - self.data_min_ * self.scale_
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Stretch samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        samples = check_samples(self, X, keep_float32=True)
        scaled: NDArray[Any] = samples * self.scale_
        scaled += self.min_
        if self.clip:
            scaled.clip(*self.feature_range, out=scaled)
        return scaled.astype(samples.dtype, copy=False)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Give stretched samples their old values.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        scaled = check_scaled(self, X)
        samples: NDArray[Any] = (scaled - self.min_) / self.scale_
        return samples.astype(scaled.dtype, copy=False)


def check_range(feature_range: Any) -> tuple[float, float]:
    """Give the least and the greatest value that are wanted, or say why they cannot be."""
    if np.shape(feature_range) != (2,):
        raise ValueError(
            f"feature_range={feature_range!r} is not possible: give the least and the greatest "
            "value, such as (0, 1)."
        )
    least, greatest = feature_range
    if not least < greatest:
        raise ValueError(
            f"Minimum of desired feature range must be smaller than maximum. Got {feature_range}."
        )
    return least, greatest


class Normalizer(OneToOne):
    """Give each row length 1.

    Parameters
    ----------
    norm : {"l2", "l1", "max"}
        What its length is: the root of the sum of squares, the sum of absolute values, or
        the greatest of these.
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Examples
    --------
    >>> Normalizer().fit_transform([[3, 4], [0, 0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """

    largest_number = np.inf

    def __init__(self, norm: Literal["l2", "l1", "max"] = "l2", *, copy: bool = True) -> None:
        self.norm = norm
        self.copy = copy

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn the number of columns, which is all that there is to learn.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored
        """
        check_option("norm", self.norm, ("l2", "l1", "max"))
        check_data(self, X)
        return self

    def transform(self, X: ArrayLike, copy: bool | None = None) -> NDArray[Any]:
        """Give each row length 1; a row of zeros stays one.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        copy : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        fitted = hasattr(self, "n_features_in_")  # it need not be: there is nothing to know
        samples = (
            check_samples(self, X, keep_float32=True)
            if fitted
            else check_array(X, keep_float32=True)
        )
        return rows_of_length_one(samples, self.norm)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


def rows_of_length_one(X: NDArray[Any], norm: str) -> NDArray[Any]:
    """Divide each row by its length; a row of zeros stays one."""
    lengths = row_lengths(X, norm)
    rows = X / np.where(lengths == 0, 1, lengths)[:, None]
    # Squares of huge numbers are infinite and those of tiny ones nothing: such rows, which are
    # rare, are measured by their largest entry first.
    odd = ~((lengths > 1e-140) & (lengths < 1e140))
    if odd.any():
        largest = row_lengths(X[odd], "max")
        near_one = X[odd] / np.where(largest == 0, 1, largest)[:, None]
        lengths = row_lengths(near_one, norm)
        rows[odd] = near_one / np.where(lengths == 0, 1, lengths)[:, None]
    return rows.astype(X.dtype, copy=False)


def row_lengths(X: NDArray[Any], norm: str) -> Numbers:
    """Give the length of each row, added up in float64."""
    lengths: Numbers
    with np.errstate(over="ignore"):
        if norm == "max":
            lengths = np.maximum(X.max(axis=1), -X.min(axis=1)).astype(np.float64)
        elif norm == "l1":
            lengths = np.abs(X).sum(axis=1, dtype=np.float64)
        else:
            lengths = np.sqrt(np.einsum("ij,ij->i", X, X, dtype=np.float64))
    return lengths


def check_scaled(estimator: Any, X: ArrayLike) -> NDArray[Any]:
    """Check scaled samples that are to get their old scale: their columns have no names."""
    check_fitted(estimator)
    scaled = check_array(X, keep_float32=True)
    if scaled.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {scaled.shape[1]} features, but {type(estimator).__name__} was fitted on "
            f"{estimator.n_features_in_}: give as many columns as transform gives."
        )
    return scaled
