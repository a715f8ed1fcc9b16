"""What is done with principal components once they are found: samples along them, and back.

Read `Components`, then `part_of`, by which it goes through files that do not fit into memory.
"""

from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.decomposition import gaussian
from aiguille.transformers import Transformer
from aiguille.validation import check_array, check_fitted, check_samples

__all__ = ["Components", "can_be_cut", "part_of"]

BLOCK = 2**20  # numbers that are taken from a file at once: eight megabytes


class Components(Transformer):
    """What both estimators do with components once they have them."""

    components_: NDArray[Any]
    explained_variance_: NDArray[Any]
    mean_: NDArray[Any]
    noise_variance_: float
    whiten: bool

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Say where samples lie along each component.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            An array is read some rows at a time: a file that `numpy.memmap` shows as one
            may be larger than memory.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
        """
        if can_be_cut(X):
            check_samples(self, X[:1])
            samples: NDArray[Any] = X
        else:
            samples = check_samples(self, X, keep_float32=True)
        narrow = samples.dtype.kind == "f" and samples.dtype.itemsize <= 4
        along = np.empty((len(samples), len(self.components_)), np.float32 if narrow else float)
        stretch = whitening(self.explained_variance_) if self.whiten else 1.0
        size = max(1, BLOCK // samples.shape[1])
        for start in range(0, len(samples), size):
            rows = part_of(self, samples, start, start + size)
            along[start : start + size] = (rows - self.mean_) @ self.components_.T / stretch
        return along

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Make samples of positions along the components.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            What of the samples the components hold.
        """
        check_fitted(self)
        along = check_array(X, keep_float32=True)
        if along.shape[1] != len(self.components_):
            raise ValueError(
                f"X has {along.shape[1]} columns, but there are {len(self.components_)} "
                "components: give as many columns as transform gives."
            )
        stretched = along * whitening(self.explained_variance_) if self.whiten else along
        samples: NDArray[Any] = stretched @ self.components_ + self.mean_
        return samples.astype(along.dtype, copy=False)

    def get_covariance(self) -> NDArray[Any]:
        """Give the covariance of the features, as the components and noise explain it.

        Returns
        -------
        ndarray of shape (n_features, n_features)
            Of the samples themselves: ``whiten`` is no matter.
        """
        check_fitted(self)
        return gaussian.covariance(self.components_, self.explained_variance_, self.noise_variance_)

    def get_precision(self) -> NDArray[Any]:
        """Give the inverse of the covariance, without inverting a large matrix.

        Returns
        -------
        ndarray of shape (n_features, n_features)

        Raises
        ------
        ValueError
            If there is no variance along some direction, and so no inverse.
        """
        check_fitted(self)
        return gaussian.precision(self.components_, self.explained_variance_, self.noise_variance_)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


def whitening(variances: NDArray[Any]) -> NDArray[Any]:
    """Give the deviations to divide by; a component without variance is left alone."""
    deviations: NDArray[Any] = np.sqrt(variances)
    deviations[deviations <= np.finfo(deviations.dtype).eps] = 1
    return deviations


# Samples some rows at a time


def can_be_cut(X: Any) -> TypeGuard[NDArray[Any]]:
    """Whether rows can be taken of what was given before all of it is read and checked."""
    return isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "biuf"


def part_of(estimator: Any, X: NDArray[Any], start: int, stop: int) -> NDArray[Any]:
    """Give some rows, checked; an error names them."""
    whole = start == 0 and stop >= len(X)
    name = "X" if whole else f"X[{start}:{min(stop, len(X))}]"
    return check_array(X[start:stop], name=name, keep_float32=True, estimator=estimator)
