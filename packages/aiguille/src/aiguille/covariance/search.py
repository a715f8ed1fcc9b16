"""How many of the features talk: the penalty under which samples left out are most likely.

Read `graphical_lasso_path`, then `GraphicalLassoCV`.
"""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.covariance.empirical import log_likelihood, mean_products, pseudo_inverse
from aiguille.covariance.graphs import SparseCovariance, covariance_that_varies
from aiguille.covariance.newton import Estimate, sparse_precision
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
            trials = search_grids(folds, largest_penalty(S), size, n_grids, settings)
        else:
            given = check_penalties(self.alphas)
            trials = tried(folds, given, settings, [None] * len(folds))
        warn_of_missed(trials, settings)
        self.alpha_ = best_of(trials)
        alphas = sorted(trials, reverse=True)
        plain = [fold.plain for fold in folds]
        table = np.array([*(trials[alpha].scores for alpha in alphas), plain])
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


class Trial(NamedTuple):
    """What became of one penalty on all folds."""

    scores: list[float]
    """Log-likelihoods of the test samples."""
    precisions: list[Array]
    missed: int
    """On how many folds the fit did not converge."""


def tried(
    folds: list[Fold],
    alphas: list[float],
    settings: dict[str, Any],
    starts: Sequence[Array | None],
) -> dict[float, Trial]:
    """Fit and score each penalty on each fold."""
    paths = [
        graphical_lasso_path(fold.train, alphas, start, **settings)
        for fold, start in zip(folds, starts, strict=True)
    ]
    trials = {}
    for alpha, found in zip(alphas, zip(*paths, strict=True), strict=True):
        precisions = [estimate.precision for estimate in found]
        scores = [
            log_likelihood(fold.test, precision)
            for fold, precision in zip(folds, precisions, strict=True)
        ]
        trials[alpha] = Trial(scores, precisions, sum(not e.converged for e in found))
    return trials


def search_grids(
    folds: list[Fold], largest: float, size: int, n_grids: int, settings: dict[str, Any]
) -> dict[float, Trial]:
    """Try a grid of penalties, then finer grids around the best so far."""
    trials: dict[float, Trial] = {}
    alphas = np.geomspace(largest, largest / 100, size)
    starts: Sequence[Array | None] = [None] * len(folds)
    for _ in range(n_grids):
        # Where the best did not move, a grid may meet a penalty of an older one.
        known = np.array([*trials])
        new = [a for a in alphas.tolist() if not np.isclose(known, a, rtol=1e-9, atol=0).any()]
        trials |= tried(folds, new, settings, starts)
        best = best_of(trials)
        # The best so far is a good beginning for all of the next grid.
        starts = trials[best].precisions
        order = sorted(trials, reverse=True)
        place = order.index(best)
        above = order[max(place - 1, 0)]
        below = order[place + 1] if place + 1 < len(order) else best / 100
        alphas = np.geomspace(above, below, size + 2)[1:-1]
    return trials


def best_of(trials: dict[float, Trial]) -> float:
    """Give the penalty with the highest mean score; of equal ones the smallest."""
    return max(sorted(trials), key=lambda alpha: float(np.mean(trials[alpha].scores)))


def warn_of_missed(trials: dict[float, Trial], settings: dict[str, Any]) -> None:
    """Tell how many fits on folds did not converge, and from which penalty down."""
    doubtful = [alpha for alpha, trial in trials.items() if trial.missed]
    if doubtful:
        warnings.warn(
            f"{sum(trials[alpha].missed for alpha in doubtful)} fits on folds, with alphas of up "
            f"to {max(doubtful):.2g}, did not converge to tol={settings['tol']:g}: raise "
            f"max_iter={settings['max_iter']} or tol, or give larger alphas.",
            ConvergenceWarning,
            stacklevel=3,
        )


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
