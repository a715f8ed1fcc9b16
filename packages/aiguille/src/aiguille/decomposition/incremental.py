"""Principal components of samples that come part by part: `IncrementalPCA`.

Read `learned` first: what is kept of the samples so far, and how it changes with some more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.decomposition.axes import Numbers, principal_axes
from aiguille.decomposition.components import Components, can_be_cut, part_of
from aiguille.parameters import check_whole
from aiguille.validation import check_data, check_samples

__all__ = ["IncrementalPCA"]


class IncrementalPCA(Components):
    """Find principal components of samples that come part by part.

    Only one part at a time is in memory, with the components of those before.

    Parameters
    ----------
    n_components : int, optional
        How many; by default as many as the first part has samples or features.
    whiten : bool
        Whether to give each component variance 1.
    copy : bool
        Ignored, and there because scikit-learn has it: the input is never changed.
    batch_size : int, optional
        How many samples ``fit`` takes at a time; by default five for each feature.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        The directions, of length one, by descending variance.
    explained_variance_, explained_variance_ratio_ : ndarray of shape (n_components,)
        The variance along each, and its share of all.
    singular_values_ : ndarray of shape (n_components,)
        Those of the centred samples.
    mean_, var_ : ndarray of shape (n_features,)
        Of the samples.
    noise_variance_ : float
        The mean variance along the directions that are left out.
    n_components_, n_samples_seen_, batch_size_, n_features_in_ : int
        How many components, samples, samples at a time, and features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Ross, Lim, Lin & Yang (2008), "Incremental learning for robust visual tracking",
    International Journal of Computer Vision 77.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 3)) * [9, 3, 1]
    >>> model = IncrementalPCA(n_components=1)
    >>> for part in np.array_split(X, 3):
    ...     model = model.partial_fit(part)
    >>> np.abs(model.components_).round(1)
    array([[1., 0., 0.]])
    """

    n_samples_seen_: int
    n_components_: int
    var_: Numbers
    singular_values_: Numbers

    def __init__(
        self,
        n_components: int | None = None,
        *,
        whiten: bool = False,
        copy: bool = True,
        batch_size: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.whiten = whiten
        self.copy = copy
        self.batch_size = batch_size

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the components, some samples at a time.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            An array is read ``batch_size`` rows at a time: a file that `numpy.memmap`
            shows as one may be larger than memory.
        y : ignored
        """
        if can_be_cut(X):
            check_data(self, X[:1])
            given: NDArray[Any] = X
        else:
            given = check_data(self, X, keep_float32=True)
        size = 5 * given.shape[1] if self.batch_size is None else self.batch_size
        self.batch_size_ = check_whole("batch_size", size)
        seen = None
        for start, stop in batches(len(given), self.batch_size_, self.n_components or 1):
            rows = part_of(self, given, start, stop)
            seen = learned(seen, rows, self._n_components(seen, rows.shape))
        assert seen is not None  # there is at least one sample
        return self._store(seen)

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The first time at least as many as there are components.
        y : ignored
        """
        first = not hasattr(self, "components_")
        rows = (check_data if first else check_samples)(self, X, keep_float32=True)
        seen = None
        if not first:
            seen = Seen(
                self.n_samples_seen_,
                self.mean_,
                self.var_ * self.n_samples_seen_,
                self.singular_values_,
                self.components_,
            )
        return self._store(learned(seen, rows, self._n_components(seen, rows.shape)))

    def _n_components(self, seen: "Seen | None", shape: tuple[int, ...]) -> int:
        """Give the number of components, which the first samples must suffice for."""
        if seen is not None:
            return len(seen.components)
        most = min(shape)
        if self.n_components is None:
            return most
        if check_whole("n_components", self.n_components) > most:
            raise ValueError(
                f"n_components={self.n_components} must be less or equal to the batch number of "
                f"samples {shape[0]} for the first partial_fit call, and to the number of "
                f"features {shape[1]}."
            )
        return self.n_components

    def _store(self, seen: "Seen") -> Self:
        n, values, scatter = seen.n_samples, seen.singular_values, float(seen.scatter.sum())
        self.n_samples_seen_, self.n_components_ = n, len(values)
        self.components_, self.singular_values_ = seen.components, values
        self.mean_, self.var_ = seen.mean, seen.scatter / n
        self.explained_variance_ = values**2 / max(n - 1, 1)
        shares = values**2 / scatter if scatter > 0 else np.zeros(len(values))
        self.explained_variance_ratio_ = shares
        self.noise_variance_ = seen.left_out / max(n - 1, 1)
        return self


@dataclass(frozen=True)
class Seen:
    """What is kept of samples that have passed by."""

    n_samples: int
    mean: Numbers
    scatter: Numbers
    """Squared distances from the mean, added up for each feature."""
    singular_values: Numbers
    components: Numbers
    left_out: float = 0.0
    """The mean square along the directions that were dropped with the last samples."""


def learned(seen: Seen | None, rows: NDArray[Any], n_components: int) -> Seen:
    """Learn from new samples beside what is kept of those before.

    The components so far, as long as their singular values, stand for the samples that they
    were found in: both have the same squares. So the new components are those of these
    few rows, the new samples and one row more, for the distance between the two means.
    """
    n, mean = len(rows), rows.mean(axis=0, dtype=np.float64)
    rows = rows - mean
    scatter = np.einsum("ij,ij->j", rows, rows)
    if seen is not None:
        before, apart = seen.n_samples, mean - seen.mean
        both = before + n
        shift = apart * np.sqrt(before * (n / both))
        rows = np.vstack([seen.singular_values[:, None] * seen.components, rows, shift])
        n, mean, scatter = both, seen.mean + apart * (n / both), seen.scatter + scatter + shift**2
    values, axes = principal_axes(rows, n_components)
    n_left_out = min(rows.shape) - n_components
    rest = max(float(np.vdot(rows, rows)) - float(values @ values), 0.0)
    return Seen(n, mean, scatter, values, axes, rest / n_left_out if n_left_out else 0.0)


def batches(n_samples: int, size: int, least: int) -> Iterator[tuple[int, int]]:
    """Cut samples into parts of a size; too few at the end go with those before them."""
    start = 0
    while start < n_samples:
        stop = start + size if n_samples - start - size >= least else n_samples
        yield start, stop
        start = stop
