"""Principal components of samples that come part by part: `IncrementalPCA`."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.decomposition.axes import Numbers, principal_axes
from aiguille.decomposition.components import Components
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
        y : ignored
        """
        self.__dict__.pop("components_", None)
        given = check_data(self, X, keep_float32=True)
        size = 5 * given.shape[1] if self.batch_size is None else self.batch_size
        self.batch_size_ = check_whole("batch_size", size)
        least = self.n_components or 1
        start = 0
        while start < len(given):
            end = start + self.batch_size_
            if len(given) - end < least:  # too few are left for a part of their own
                end = len(given)
            self._learn(given[start:end])
            start = end
        return self

    def partial_fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from some more samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The first time at least as many as there are components.
        y : ignored
        """
        first = not hasattr(self, "components_")
        given = (check_data if first else check_samples)(self, X, keep_float32=True)
        self._learn(given)
        return self

    def _learn(self, given: NDArray[Any]) -> None:
        """Decompose the components so far, as long as they are, beside the new samples."""
        n, mean = len(given), given.mean(axis=0, dtype=np.float64)
        rows = given - mean
        scatter = np.einsum("ij,ij->j", rows, rows)
        if not hasattr(self, "components_"):
            most = min(given.shape)
            n_components = most if self.n_components is None else self.n_components
            if check_whole("n_components", n_components) > most:
                raise ValueError(
                    f"n_components={n_components} must be less or equal to the batch number of "
                    f"samples {n} for the first partial_fit call, and to the number of features "
                    f"{given.shape[1]}."
                )
            seen, total_mean, total_scatter = n, mean, scatter
        else:
            before, n_components = self.n_samples_seen_, self.n_components_
            seen, apart = before + n, mean - self.mean_
            total_mean = self.mean_ + apart * (n / seen)
            total_scatter = self.var_ * before + scatter + apart**2 * (before * n / seen)
            shift = np.sqrt(before * n / seen) * -apart
            rows = np.vstack([self.singular_values_[:, None] * self.components_, rows, shift])
        values, axes = principal_axes(rows, min(rows.shape), "full")
        variances = values**2 / max(seen - 1, 1)
        everything = total_scatter.sum()
        self.n_samples_seen_, self.n_components_ = seen, n_components
        self.components_, self.singular_values_ = axes[:n_components], values[:n_components]
        self.mean_, self.var_ = total_mean, total_scatter / seen
        self.explained_variance_ = variances[:n_components]
        shares = values**2 / everything if everything > 0 else np.zeros(len(values))
        self.explained_variance_ratio_ = shares[:n_components]
        left_out = variances[n_components:]
        self.noise_variance_ = float(left_out.mean()) if left_out.size else 0.0
