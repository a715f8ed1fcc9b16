"""Fewer features by chance: random projections keep distances nearly as they were.

Read `johnson_lindenstrauss_min_dim` for how many features are enough, then
`GaussianRandomProjection`.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_random_state, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_data, check_samples

__all__ = ["GaussianRandomProjection", "johnson_lindenstrauss_min_dim"]


def johnson_lindenstrauss_min_dim(n_samples: int, *, eps: float = 0.1) -> int:
    """Tell how many random features keep all squared distances within a share ``eps``.

    Parameters
    ----------
    n_samples : int
    eps : float
        Between 0 and 1.

    References
    ----------
    Dasgupta & Gupta (2003), Random Structures & Algorithms 22(1).

    Examples
    --------
    >>> johnson_lindenstrauss_min_dim(1000, eps=0.5)
    331
    """
    n_samples = check_whole("n_samples", n_samples)
    eps = check_real("eps", eps, open_low=True)
    if eps >= 1:
        raise ValueError(f"eps={eps} is not possible: give a number between 0 and 1.")
    return int(4 * np.log(n_samples) / (eps**2 / 2 - eps**3 / 3))


class GaussianRandomProjection(Transformer):
    """Project samples onto random directions, drawn from a Gaussian.

    Parameters
    ----------
    n_components : int or "auto"
        How many features to make; "auto" asks `johnson_lindenstrauss_min_dim`.
    eps : float
        The error allowed with "auto".
    random_state : None, int or RandomState

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features)
    n_components_ : int

    Examples
    --------
    >>> import numpy as np
    >>> GaussianRandomProjection(3, random_state=0).fit_transform(np.eye(8)).shape
    (8, 3)
    """

    components_: NDArray[Any]

    def __init__(
        self, n_components: int | str = "auto", *, eps: float = 0.1, random_state: Any = None
    ) -> None:
        self.n_components = n_components
        self.eps = eps
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Draw directions for samples ``X`` of shape (n_samples, n_features)."""
        samples = check_data(self, X, keep_float32=True)
        n, width = samples.shape
        if isinstance(self.n_components, str) and self.n_components == "auto":
            wanted = johnson_lindenstrauss_min_dim(n, eps=self.eps)
            if not 0 < wanted <= width:
                raise ValueError(
                    f"eps={self.eps} and {n} samples lead to {wanted} components, and X has "
                    f"{width} features: set n_components to at least 1 and at most {width}."
                )
        else:
            wanted = check_whole("n_components", self.n_components)
        random = check_random_state(self.random_state)
        drawn = random.normal(scale=1 / np.sqrt(wanted), size=(wanted, width))
        self.n_components_, self.components_ = wanted, drawn.astype(samples.dtype)
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Project samples, to (n_samples, n_components_)."""
        samples = check_samples(self, X, keep_float32=True)
        return np.asarray(samples @ self.components_.T.astype(samples.dtype))

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)
