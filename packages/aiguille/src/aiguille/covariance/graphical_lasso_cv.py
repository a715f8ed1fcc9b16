"""How many of the features talk: the penalty under which samples left out are most likely.

Read `graphical_lasso_path`, then `GraphicalLassoCV`.
"""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.covariance.empirical import log_likelihood, mean_products, pseudo_inverse
from aiguille.covariance.graphical_lasso import SparseCovariance, covariance_that_varies
from aiguille.covariance.sparse_precision import Estimate, sparse_precision
from aiguille.parameters import check_real, check_whole
from aiguille.splitters import check_cv
from aiguille.validation import ConvergenceWarning, as_array

__all__ = ["GraphicalLassoCV", "graphical_lasso_path"]

Array = NDArray[Any]


def graphical_lasso_path(
    S: Array, alphas: Sequence[float], start: Array | None = None, **settings: Any
) -> list[Estimate]:
    """Solve the graphical lasso for one penalty after the other.

    The precision of one is a good beginning for the next, if they are in order.

    Parameters
    ----------
    S : ndarray of shape (n_features, n_features)
        A covariance with a positive diagonal.
    alphas : sequence of float
        The penalties, the largest first.
    start : ndarray of shape (n_features, n_features), optional
        Where to begin with the first.
    **settings
        As for `sparse_precision`.

    Returns
    -------
    list of Estimate

    Examples
    --------
    >>> S = np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> path = graphical_lasso_path(S, [0.5, 0.3, 0.1])
    >>> [round(float(found.precision[0, 1]), 2) for found in path]
    [0.0, -0.21, -0.48]
    """
    found = []
    for alpha in alphas:
        found.append(sparse_precision(S, alpha, start=start, **settings))
        start = found[-1].precision
    return found


class GraphicalLassoCV(SparseCovariance):
    """Estimate a sparse precision matrix, with the penalty under which other samples are likely.

    A coarse grid of penalties is tried on folds of the samples, then finer ones around the best.

    Parameters
    ----------
    alphas : int or array-like of shape (n_alphas,)
        The number of penalties in each grid, at least 2, or the penalties themselves.
    n_refinements : int
        The number of grids; of no use where `alphas` are given.
    cv : int, splitter or iterable of (train, test), optional
        Folds; 5 by default.
    tol, enet_tol, max_iter, mode
        As for `GraphicalLasso`.
    assume_centered : bool
        Whether the features' means are zero, in all samples and in each fold.

    Attributes
    ----------
    alpha_ : float
        The penalty that was chosen.
    cv_results_ : dict of ndarrays of shape (n_alphas,)
        "alphas" from the largest to zero, which stands for no penalty; the log-likelihood of
        the samples left out as "split0_test_score" and so on, with "mean_test_score" and
        "std_test_score".
    location_, covariance_, precision_, costs_, n_iter_
        As for ``GraphicalLasso(alpha_)`` on all samples.

    Warns
    -----
    ConvergenceWarning
        If a gap is larger than `tol` at the end.

    Notes
    -----
    As in scikit-learn, the samples left out are centred on their own mean, except for the
    score without a penalty; unlike there, they are not where `assume_centered` says so.

    References
    ----------
    Friedman, Hastie & Tibshirani (2008), "Sparse inverse covariance estimation with the
    graphical lasso", Biostatistics 9(3).

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 3))
    >>> X[:, 1] += X[:, 0]
    >>> np.sign(GraphicalLassoCV().fit(X).precision_)
    array([[ 1., -1., -1.],
           [-1.,  1.,  0.],
           [-1.,  0.,  1.]])
    """

    def __init__(
        self,
        *,
        alphas: int | ArrayLike = 4,
        n_refinements: int = 4,
        cv: Any = None,
        tol: float = 1e-4,
        enet_tol: float = 1e-4,
        max_iter: int = 100,
        mode: str = "cd",
        assume_centered: bool = False,
    ) -> None:
        self.alphas = alphas
        self.n_refinements = n_refinements
        self.cv = cv
        self.tol = tol
        self.enet_tol = enet_tol
        self.max_iter = max_iter
        self.mode = mode
        self.assume_centered = assume_centered

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Choose the penalty, and estimate from all samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            At least two features.
        y : array-like, optional
            Handed to ``cv``, where it cuts by classes.
        """
        settings = self._settings()
        n_grids = check_whole("n_refinements", self.n_refinements)
        centred = self._centred(X, min_samples=2)
        if centred.shape[1] < 2:
            raise ValueError(
                f"Found array with 1 feature(s) (shape={centred.shape}) while a minimum of 2 is "
                "required: a single feature goes with no other."
            )
        S = covariance_that_varies(centred)
        splits = check_cv(self.cv, y).split(centred, y)
        folds = [
            fold_of(centred[train], centred[test], self.assume_centered, f"X in fold {number}")
            for number, (train, test) in enumerate(splits)
        ]
        if np.ndim(self.alphas) == 0:
            size = check_whole("alphas", self.alphas, at_least=2)
            scores = search_grids(folds, largest_penalty(S), size, n_grids, settings)
        else:
            scores = scores_of(folds, check_penalties(self.alphas), settings)[0]
        alphas = sorted(scores, reverse=True)
        self.alpha_ = best_of(scores)
        table = np.array([*(scores[alpha] for alpha in alphas), [fold.plain for fold in folds]])
        self.cv_results_ = {"alphas": np.array([*alphas, 0.0])}
        for number, column in enumerate(table.T):
            self.cv_results_[f"split{number}_test_score"] = column
        with np.errstate(invalid="ignore"):  # a plain covariance may be singular
            self.cv_results_["mean_test_score"] = table.mean(axis=1)
            self.cv_results_["std_test_score"] = table.std(axis=1)
        return self._keep(S, self.alpha_, settings)


class Fold(NamedTuple):
    """What training and test samples of a fold come down to."""

    train: Array
    """Covariance of shape (n_features, n_features)."""
    test: Array
    plain: float
    """Log-likelihood of the test samples without a penalty."""


def fold_of(train: Array, test: Array, assume_centered: bool, where: str) -> Fold:
    """Compute the covariances of a fold."""
    if len(test) < 2 and not assume_centered:
        raise ValueError(
            f"{where} has {len(test)} test sample(s), which have no covariance: "
            "ask for fewer folds."
        )
    mean, own = (0, 0) if assume_centered else (train.mean(axis=0), test.mean(axis=0))
    S = covariance_that_varies(train - mean, where)
    plain = log_likelihood(mean_products(test - mean), pseudo_inverse(S))
    return Fold(S, mean_products(test - own), plain)


def search_grids(
    folds: list[Fold], largest: float, size: int, n_grids: int, settings: dict[str, Any]
) -> dict[float, list[float]]:
    """Score a grid of penalties, then finer grids around the best so far."""
    scores: dict[float, list[float]] = {}
    alphas = np.geomspace(largest, largest / 100, size)
    starts = None
    for _ in range(n_grids):
        # Where the best did not move, a grid may meet a penalty of an older one.
        new = [
            alpha for alpha in alphas.tolist() if not np.isclose(alpha, [*scores], 1e-9, 0).any()
        ]
        added, precisions = scores_of(folds, new, settings, starts)
        scores |= added
        best = best_of(scores)
        # The best of the last grid is a good beginning for all of the next.
        starts = precisions.get(best, starts)
        order = sorted(scores, reverse=True)
        place = order.index(best)
        above = order[max(place - 1, 0)]
        below = order[place + 1] if place + 1 < len(order) else best / 100
        alphas = np.geomspace(above, below, size + 2)[1:-1]
    return scores


def scores_of(
    folds: list[Fold],
    alphas: list[float],
    settings: dict[str, Any],
    starts: list[Array] | None = None,
) -> tuple[dict[float, list[float]], dict[float, list[Array]]]:
    """Give the log-likelihoods of all test samples, and the precisions, for each penalty."""
    begin = starts if starts is not None else [None] * len(folds)
    paths = [
        graphical_lasso_path(fold.train, alphas, start, **settings)
        for fold, start in zip(folds, begin, strict=True)
    ]
    missed = sum(not found.converged for path in paths for found in path)
    if missed:
        warnings.warn(
            f"{missed} of {len(folds) * len(alphas)} fits on folds did not converge to "
            f"tol={settings['tol']:g} in max_iter={settings['max_iter']} steps: raise max_iter or "
            "tol, or give larger alphas.",
            ConvergenceWarning,
            stacklevel=4,
        )
    scores, precisions = {}, {}
    for number, alpha in enumerate(alphas):
        precisions[alpha] = [path[number].precision for path in paths]
        scores[alpha] = [
            log_likelihood(fold.test, precision)
            for fold, precision in zip(folds, precisions[alpha], strict=True)
        ]
    return scores, precisions


def best_of(scores: dict[float, list[float]]) -> float:
    """Give the penalty with the highest mean score; of equal ones the smallest."""
    return max(sorted(scores), key=lambda alpha: float(np.mean(scores[alpha])))


def largest_penalty(S: Array) -> float:
    """Give the least penalty under which no two features go together."""
    largest = float(np.abs(S - np.diag(S.diagonal())).max())
    if largest == 0:
        raise ValueError(
            "no two features of X vary together, so there is no grid of alphas to try: give "
            "alphas, or use EmpiricalCovariance."
        )
    return largest


def check_penalties(alphas: Any) -> list[float]:
    """Give penalties that the user chose, the largest first."""
    given = as_array(alphas, "alphas").ravel().tolist()
    if not given:
        raise ValueError("alphas is empty: give penalties of more than 0, or how many to try.")
    return sorted({check_real("alphas", alpha, open_low=True) for alpha in given}, reverse=True)
