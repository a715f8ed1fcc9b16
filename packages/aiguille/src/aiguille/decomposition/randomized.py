"""The largest singular values and vectors of a matrix, from a few products with random ones."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aiguille.parameters import check_random_state

__all__ = ["randomized_svd"]

Numbers = NDArray[np.float64]


def randomized_svd(
    X: Numbers,
    n_components: int,
    *,
    n_oversamples: int = 10,
    n_iter: int | Literal["auto"] = "auto",
    random_state: Any = None,
) -> tuple[Numbers, Numbers, Numbers]:
    """Find the largest singular values by products with some random directions.

    What these directions span leans towards the wanted ones, more with each product. In
    the small space that is left, the decomposition is exact.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    n_components : int
        How many.
    n_oversamples : int
        How many more directions to take, so that the last ones are found too.
    n_iter : int or "auto"
        How many products; by default 7 for few components, else 4.
    random_state : None, int or RandomState
        For the directions.

    Returns
    -------
    U, singular_values, Vt : ndarrays
        Of shapes (n_samples, n_components), (n_components,), (n_components, n_features).

    References
    ----------
    Halko, Martinsson & Tropp (2011), "Finding structure with randomness: probabilistic
    algorithms for constructing approximate matrix decompositions", SIAM Review 53(2).

    Examples
    --------
    >>> X = np.outer([1.0, 2.0, 3.0], [1.0, 1.0])
    >>> randomized_svd(X, 1, random_state=0)[1].round(6)
    array([5.291503])
    """
    random = check_random_state(random_state)
    if n_iter == "auto":
        n_iter = 7 if n_components < 0.1 * min(X.shape) else 4
    width = min(n_components + n_oversamples, *X.shape)
    basis, _ = np.linalg.qr(X @ random.normal(size=(X.shape[1], width)))
    for _ in range(n_iter):
        basis, _ = np.linalg.qr(X.T @ basis)
        basis, _ = np.linalg.qr(X @ basis)
    U, values, Vt = np.linalg.svd(basis.T @ X, full_matrices=False)
    return (basis @ U)[:, :n_components], values[:n_components], Vt[:n_components]
