"""What is done with principal components once they are found: samples along them, and back."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.transformers import Transformer
from aiguille.validation import check_array, check_fitted, check_samples

__all__ = ["Components"]


class Components(Transformer):
    """What both estimators do with components once they have them."""

    components_: NDArray[Any]
    explained_variance_: NDArray[Any]
    mean_: NDArray[Any]
    whiten: bool

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Say where samples lie along each component.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components)
        """
        samples = check_samples(self, X, keep_float32=True)
        along: NDArray[Any] = (samples - self.mean_) @ self.components_.T
        if self.whiten:
            along = along / whitening(self.explained_variance_)
        return along.astype(samples.dtype, copy=False)

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

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


def whitening(variances: NDArray[Any]) -> NDArray[Any]:
    """Give the deviations to divide by; a component without variance is left alone."""
    deviations: NDArray[Any] = np.sqrt(variances)
    deviations[deviations <= np.finfo(deviations.dtype).eps] = 1
    return deviations
