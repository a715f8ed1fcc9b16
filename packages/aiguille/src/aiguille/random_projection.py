"""Fewer features by chance: random projections keep distances nearly as they were.

Read `johnson_lindenstrauss_min_dim` for how many features are enough, then `RandomProjection`,
which needs directions only; `gaussian_directions` and `sparse_directions` draw them.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.parameters import check_random_state, check_real, check_whole
from aiguille.transformers import Transformer
from aiguille.validation import check_array, check_data, check_fitted, check_samples

__all__ = [
    "GaussianRandomProjection",
    "SparseRandomProjection",
    "gaussian_directions",
    "johnson_lindenstrauss_min_dim",
    "sparse_directions",
]

Numbers = NDArray[np.float64]


def johnson_lindenstrauss_min_dim(n_samples: ArrayLike, *, eps: ArrayLike = 0.1) -> Any:
    """Tell how many random features keep all squared distances within a share ``eps``.

    Parameters
    ----------
    n_samples : int or array-like of int
        At least 1.
    eps : float or array-like of float
        Between 0 and 1.

    Returns
    -------
    int, or ndarray of int where an array was given

    References
    ----------
    Dasgupta & Gupta (2003), "An elementary proof of a theorem of Johnson and Lindenstrauss",
    Random Structures & Algorithms 22(1).

    Examples
    --------
    >>> johnson_lindenstrauss_min_dim(1000, eps=0.5)
    331
    >>> johnson_lindenstrauss_min_dim(1000, eps=[0.1, 0.5])
    array([5920,  331])
    """
    for count in np.ravel(n_samples):
        check_whole("n_samples", count)
    for share in np.ravel(eps):
        if not 0 < check_real("eps", share, open_low=True) < 1:
            raise ValueError(f"eps={share} is not possible: give a number between 0 and 1.")
    shares = np.asarray(eps, dtype=np.float64)
    enough = 4 * np.log(n_samples) / (shares**2 / 2 - shares**3 / 3)
    return int(enough) if np.ndim(enough) == 0 else enough.astype(np.int64)


def gaussian_directions(
    n_components: int, n_features: int, random: np.random.RandomState
) -> Numbers:
    """Draw directions from a Gaussian, so that lengths stay the same on average.

    Parameters
    ----------
    n_components, n_features : int
    random : RandomState

    Returns
    -------
    ndarray of shape (n_components, n_features)

    References
    ----------
    Dasgupta & Gupta (2003), "An elementary proof of a theorem of Johnson and Lindenstrauss",
    Random Structures & Algorithms 22(1).

    Examples
    --------
    >>> gaussian_directions(2, 3, np.random.RandomState(0)).round(1)
    array([[ 1.2,  0.3,  0.7],
           [ 1.6,  1.3, -0.7]])
    """
    return random.normal(scale=1 / np.sqrt(n_components), size=(n_components, n_features))


def sparse_directions(
    n_components: int, n_features: int, density: float, random: np.random.RandomState
) -> Numbers:
    """Draw directions whose entries are plus or minus one number, or mostly zero.

    They keep distances nearly as well as a Gaussian does, though a feature counts in few of them.

    Parameters
    ----------
    n_components, n_features : int
    density : float
        The share of entries that are not zero, more than 0 and at most 1.
    random : RandomState

    Returns
    -------
    ndarray of shape (n_components, n_features)

    References
    ----------
    Achlioptas (2003), "Database-friendly random projections", Journal of Computer and System
    Sciences 66(4). Li, Hastie & Church (2006), "Very sparse random projections", KDD.

    Examples
    --------
    >>> sparse_directions(4, 4, 0.25, np.random.RandomState(0))
    array([[ 0.,  0.,  0.,  0.],
           [ 0.,  0.,  0.,  1.],
           [ 1.,  0.,  0.,  0.],
           [ 0.,  1., -1., -1.]])
    """
    # One number between 0 and 1 tells both: those at the ends are entries, and the end is the sign.
    drawn = random.random_sample((n_components, n_features))
    size = 1 / np.sqrt(density * n_components)
    return np.where(drawn >= 1 - density / 2, size, np.where(drawn < density / 2, -size, 0.0))


class RandomProjection(Transformer):
    """Base of transformers that project samples onto directions drawn at random."""

    components_: NDArray[Any]
    n_components: int | str
    eps: float
    compute_inverse_components: bool
    random_state: Any

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Draw directions.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Only its shape and dtype count.
        y : ignored
        """
        samples = check_data(self, X, keep_float32=True)
        wanted = check_n_components(self.n_components, self.eps, *samples.shape)
        random = check_random_state(self.random_state)
        self.n_components_ = wanted
        self.components_ = self._directions(wanted, samples.shape[1], random).astype(samples.dtype)
        if self.compute_inverse_components:
            self.inverse_components_ = np.linalg.pinv(self.components_)
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Project samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_components_)
        """
        samples = check_samples(self, X, keep_float32=True)
        return finite_product(samples, self.components_.T)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Give the shortest samples of which ``transform`` makes these.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_components_)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            What the directions hold of the samples; all of them, only if they are as many as
            the features.
        """
        check_fitted(self)
        projected = check_array(X, keep_float32=True)
        if projected.shape[1] != self.n_components_:
            raise ValueError(
                f"X has {projected.shape[1]} columns, but there are {self.n_components_} "
                "components: give as many columns as transform gives."
            )
        if self.compute_inverse_components:
            return finite_product(projected, self.inverse_components_.T)
        return finite_product(projected, np.linalg.pinv(self.components_).T)

    def _directions(self, n: int, width: int, random: np.random.RandomState) -> Numbers:
        raise NotImplementedError(f"{type(self).__name__} draws no directions")

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


class GaussianRandomProjection(RandomProjection):
    """Project samples onto random directions, drawn from a Gaussian.

    Parameters
    ----------
    n_components : int or "auto"
        How many features to make; "auto" asks `johnson_lindenstrauss_min_dim`.
    eps : float
        The error allowed with "auto".
    compute_inverse_components : bool
        Whether ``fit`` prepares what ``inverse_transform`` needs; else each call does.
    random_state : None, int or RandomState
        A seed gives scikit-learn's directions.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features)
        The directions.
    inverse_components_ : ndarray of shape (n_features, n_components_)
        Their pseudo-inverse; with ``compute_inverse_components``.
    n_components_ : int
        How many they are.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Dasgupta & Gupta (2003), "An elementary proof of a theorem of Johnson and Lindenstrauss",
    Random Structures & Algorithms 22(1).

    Examples
    --------
    >>> GaussianRandomProjection(3, random_state=0).fit_transform(np.eye(8)).shape
    (8, 3)
    """

    def __init__(
        self,
        n_components: int | str = "auto",
        *,
        eps: float = 0.1,
        compute_inverse_components: bool = False,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.eps = eps
        self.compute_inverse_components = compute_inverse_components
        self.random_state = random_state

    def _directions(self, n: int, width: int, random: np.random.RandomState) -> Numbers:
        return gaussian_directions(n, width, random)


class SparseRandomProjection(RandomProjection):
    """Project samples onto random directions in which most features do not count.

    Parameters
    ----------
    n_components : int or "auto"
        How many features to make; "auto" asks `johnson_lindenstrauss_min_dim`.
    density : float or "auto"
        The share of entries that are not zero; "auto" is 1/√n_features, and 1/3 is Achlioptas'.
    eps : float
        The error allowed with "auto".
    compute_inverse_components : bool
        Whether ``fit`` prepares what ``inverse_transform`` needs; else each call does.
    random_state : None, int or RandomState
        A seed gives the same directions each time, though not scikit-learn's.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features)
        The directions, with their zeros: ``transform`` is one matrix product, at which
        processors are best.
    density_ : float
        The share of entries that are not zero, as asked for.
    inverse_components_ : ndarray of shape (n_features, n_components_)
        Their pseudo-inverse; with ``compute_inverse_components``.
    n_components_ : int
        How many they are.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Achlioptas (2003), "Database-friendly random projections", Journal of Computer and System
    Sciences 66(4). Li, Hastie & Church (2006), "Very sparse random projections", KDD.

    Examples
    --------
    >>> model = SparseRandomProjection(3, random_state=0).fit(np.eye(64))
    >>> model.density_, model.transform(np.eye(64)).shape
    (0.125, (64, 3))
    """

    def __init__(
        self,
        n_components: int | str = "auto",
        *,
        density: float | str = "auto",
        eps: float = 0.1,
        compute_inverse_components: bool = False,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.density = density
        self.eps = eps
        self.compute_inverse_components = compute_inverse_components
        self.random_state = random_state

    def _directions(self, n: int, width: int, random: np.random.RandomState) -> Numbers:
        if isinstance(self.density, str) and self.density == "auto":
            self.density_ = float(1 / np.sqrt(width))
        else:
            self.density_ = check_real("density", self.density, open_low=True, high=1.0)
        return sparse_directions(n, width, self.density_, random)


def check_n_components(n_components: Any, eps: float, n_samples: int, n_features: int) -> int:
    """Give the number of directions, or say why "auto" gives none."""
    if not (isinstance(n_components, str) and n_components == "auto"):
        return check_whole("n_components", n_components)
    wanted = int(johnson_lindenstrauss_min_dim(n_samples, eps=eps))
    if not 0 < wanted <= n_features:
        raise ValueError(
            f"eps={eps} and {n_samples} samples lead to {wanted} components, and X has "
            f"{n_features} features: set n_components to at least 1 and at most {n_features}."
        )
    return wanted


def finite_product(X: NDArray[Any], matrix: NDArray[Any]) -> NDArray[Any]:
    """Multiply samples with a matrix, in their dtype; sums that overflow are told."""
    with np.errstate(over="ignore", invalid="ignore"):
        product: NDArray[Any] = X @ matrix.astype(X.dtype, copy=False)
    if not np.isfinite(product).all():
        raise ValueError(
            f"X has values as large as {np.abs(X).max():.0e}, whose sums overflow: divide all "
            "samples by a constant."
        )
    return product
