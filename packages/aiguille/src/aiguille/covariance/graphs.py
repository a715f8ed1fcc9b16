"""Who talks to whom: a Gaussian in which most pairs of features are silent.

Where the precision (the inverse of the covariance) is zero, two features do not vary together
once all others are known. A penalty on its entries makes many of them zero.

Read `graphical_lasso`, then `GraphicalLasso`, then the checks at the door. The work is done
by `sparse_precision` in `newton`.
"""

import warnings
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.covariance.empirical import EmpiricalCovariance, mean_products
from aiguille.covariance.newton import Estimate, sparse_precision
from aiguille.parameters import check_option, check_real, check_whole
from aiguille.validation import ConvergenceWarning, check_array, check_data

__all__ = ["GraphicalLasso", "graphical_lasso"]

Array = NDArray[Any]


def graphical_lasso(
    emp_cov: ArrayLike,
    alpha: float,
    *,
    mode: str = "cd",
    tol: float = 1e-4,
    enet_tol: float = 1e-4,
    max_iter: int = 100,
    return_costs: bool = False,
    return_n_iter: bool = False,
) -> tuple[Any, ...]:
    """Find a covariance near a given one whose inverse has many zeros.

    Parameters
    ----------
    emp_cov : array-like of shape (n_features, n_features)
        Covariance of samples. It may be singular: fewer samples than features are enough.
    alpha, mode, tol, enet_tol, max_iter
        As for `GraphicalLasso`.
    return_costs, return_n_iter : bool
        Whether to give these two as well.

    Returns
    -------
    covariance, precision : ndarrays of shape (n_features, n_features)
    costs : list of (objective, dual_gap)
        Only with `return_costs`.
    n_iter : int
        Only with `return_n_iter`.

    Raises
    ------
    ValueError
        If `emp_cov` is no covariance, or a feature in it does not vary.

    Examples
    --------
    >>> covariance, precision = graphical_lasso([[1, 0.5], [0.5, 1]], alpha=0.5)
    >>> precision
    array([[1., 0.],
           [0., 1.]])
    """
    model = GraphicalLasso(
        alpha,
        mode=mode,
        covariance="precomputed",
        tol=tol,
        enet_tol=enet_tol,
        max_iter=max_iter,
    ).fit(emp_cov)
    more = [model.costs_] * return_costs + [model.n_iter_] * return_n_iter
    return (model.covariance_, model.precision_, *more)


class SparseCovariance(EmpiricalCovariance):
    """What the graphical lasso with a given penalty and with a chosen one have in common.

    Both have the parameters ``tol``, ``enet_tol``, ``max_iter`` and ``mode``.
    """

    tol: float
    enet_tol: float
    max_iter: int
    mode: str
    costs_: list[tuple[float, float]]
    n_iter_: int

    def _settings(self) -> dict[str, Any]:
        """Check the parameters of the engine."""
        if self.mode == "lars":
            raise ValueError(
                "mode='lars' is not possible: Newton's method serves dense and sparse graphs; "
                "leave mode out."
            )
        check_option("mode", self.mode, ("cd",))
        return {
            "tol": check_real("tol", self.tol, open_low=True),
            "accuracy": check_real("enet_tol", self.enet_tol, open_low=True),
            "max_iter": check_whole("max_iter", self.max_iter),
        }

    def _keep(self, S: Array, alpha: float, settings: dict[str, Any]) -> Self:
        """Store what is found for a covariance; warn where it could be better."""
        found = inverse(S) if alpha == 0 else sparse_precision(S, alpha, **settings)
        if not found.converged:
            warnings.warn(what_to_raise(found, S, settings), ConvergenceWarning, stacklevel=3)
        # scikit-learn counts this constant twice, once in its log-likelihood.
        constant = 2 * len(S) * np.log(2 * np.pi)
        self.covariance_, self.precision_ = found.covariance, found.precision
        self.costs_ = [(cost + constant, gap) for cost, gap in found.costs]
        self.n_iter_ = len(found.costs) - 1
        return self


class GraphicalLasso(SparseCovariance):
    """Estimate a sparse precision matrix: zero where two features do not vary directly together.

    Parameters
    ----------
    alpha : float
        Penalty of the precision's entries off the diagonal; more gives more zeros. With 0
        there are none, and the covariance must be invertible.
    mode : {"cd"}
        There is one engine, Newton's method; scikit-learn's default is understood.
    covariance : {"precomputed"}, optional
        Whether ``fit`` is given a covariance in place of samples.
    tol : float
        The dual gap at which to stop: how much less than the least the objective may be missed.
    enet_tol : float
        How well the equations of any one step are solved, at best.
    max_iter : int
        The most steps; ten are usual.
    assume_centered : bool
        Whether the features' means are zero and need not be taken off.

    Attributes
    ----------
    location_, covariance_, precision_ : ndarrays
        As for `EmpiricalCovariance`; each of the last two is the inverse of the other.
    costs_ : list of (objective, dual_gap)
        Before each step and at the end. The gap is infinite as long as no bound is known.
    n_iter_ : int
        Steps that were needed.

    Warns
    -----
    ConvergenceWarning
        If the gap is larger than `tol` at the end.

    See Also
    --------
    GraphicalLassoCV : chooses `alpha`.

    References
    ----------
    Friedman, Hastie & Tibshirani (2008), "Sparse inverse covariance estimation with the
    graphical lasso", Biostatistics 9(3).

    Examples
    --------
    >>> GraphicalLasso(alpha=2).fit([[0, 0], [2, 4]]).precision_
    array([[1.  , 0.  ],
           [0.  , 0.25]])
    """

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        mode: str = "cd",
        covariance: str | None = None,
        tol: float = 1e-4,
        enet_tol: float = 1e-4,
        max_iter: int = 100,
        assume_centered: bool = False,
    ) -> None:
        self.alpha = alpha
        self.mode = mode
        self.covariance = covariance
        self.tol = tol
        self.enet_tol = enet_tol
        self.max_iter = max_iter
        self.assume_centered = assume_centered

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Estimate from samples ``X`` of shape (n_samples, n_features), or from a covariance."""
        alpha = check_real("alpha", self.alpha)
        check_option("covariance", self.covariance, (None, "precomputed"))
        settings = self._settings()
        if self.covariance is None:
            S = covariance_that_varies(self._centred(X, min_samples=2))
        else:
            S = check_covariance(check_data(self, X))
            self.location_ = np.zeros(len(S))
        return self._keep(S, alpha, settings)


def what_to_raise(found: Estimate, S: Array, settings: dict[str, Any]) -> str:
    """Say how far an estimate is from the best, why, and what helps."""
    steps, rank = len(found.costs) - 1, int(np.linalg.matrix_rank(S, hermitian=True))
    advice = (
        f"raise max_iter={settings['max_iter']}, alpha or tol."
        if steps >= settings["max_iter"]
        else "roundings let it fall no further: raise alpha or tol."
    )
    if rank < len(S):
        advice += f" Only {rank} of {len(S)} features are independent in these samples."
    return (
        f"the graphical lasso did not converge: after {steps} steps the gap is "
        f"{found.costs[-1][1]:.1e}, tol={settings['tol']:g}; {advice}"
    )


def inverse(S: Array) -> Estimate:
    """Give what is best without a penalty: the inverse, if there is one."""
    rank = int(np.linalg.matrix_rank(S, hermitian=True))
    if rank < len(S):
        raise ValueError(
            f"alpha=0 needs a covariance that can be inverted, but only {rank} of {len(S)} "
            "features are independent: give alpha > 0, more samples or fewer features."
        )
    P = np.linalg.inv(S)
    P = (P + P.T) / 2
    _, log_determinant = np.linalg.slogdet(P)
    misfit = float(np.sum(S * P))
    return Estimate(S, P, [(misfit - float(log_determinant), misfit - len(S))], True)


def covariance_that_varies(centred: Array, where: str = "X") -> Array:
    """Give the covariance of centred samples; refuse a feature that is always the same."""
    constant = np.flatnonzero(np.ptp(centred, axis=0) == 0)
    S = mean_products(centred)
    none = constant if len(constant) else np.flatnonzero(S.diagonal() < np.finfo(np.float64).tiny)
    if len(none):
        raise ValueError(
            f"feature {none[0]} of {where} is constant, and a precision would be infinite: "
            "leave constant features out."
        )
    return S


def check_covariance(covariance: ArrayLike) -> Array:
    """Give a covariance with a positive diagonal, or say what is wrong with it."""
    given: Array = check_array(covariance, name="the covariance")
    if given.shape[0] != given.shape[1]:
        raise ValueError(
            f"a covariance is square, got shape {given.shape}: give one row and one column for "
            "each feature, or samples and covariance=None."
        )
    largest = np.abs(given).max()
    if np.abs(given - given.T).max() > 1e-8 * largest:
        raise ValueError("a covariance is symmetric, but this one is not: give (S + S.T) / 2.")
    if (given.diagonal() < np.finfo(np.float64).tiny).any():
        feature = int(given.diagonal().argmin())
        raise ValueError(
            f"feature {feature} has the variance {given[feature, feature]:g}, and a precision "
            "would be infinite: leave constant features out."
        )
    S = (given + given.T) / 2
    smallest = np.linalg.eigvalsh(S)[0]
    if smallest < -1e-8 * largest:
        raise ValueError(
            f"a covariance has no negative eigenvalue, but this one has {smallest:.2g}: compute it "
            "from samples, or add a multiple of the identity."
        )
    return S
