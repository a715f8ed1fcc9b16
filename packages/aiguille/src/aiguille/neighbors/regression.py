"""Give a sample the mean of what its neighbours have."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Regressor
from aiguille.neighbors.search import NeighborSearch
from aiguille.neighbors.voting import Weights, check_search, vote_weights
from aiguille.validation import check_consistent_length, check_data, check_numbers

__all__ = ["KNeighborsRegressor", "weighted_means"]

Array = NDArray[np.float64]


class KNeighborsRegressor(NeighborSearch, Regressor):
    """Predict the mean of the numbers of the nearest training samples.

    Parameters
    ----------
    n_neighbors : int
        Over how many neighbours the mean is taken.
    weights : {"uniform", "distance"} or callable
        Whether each neighbour counts the same or as 1 / distance; a callable gets
        the distances, shape (n_queries, n_neighbors), and gives weights.
        Where a neighbour is at distance zero, only such neighbours count.
    metric : {"euclidean", "cosine", "manhattan", "sqeuclidean", "chebyshev"}
        How far apart two samples are.

    Attributes
    ----------
    n_samples_fit_ : int
        Number of training samples.
    effective_metric_ : str
        The metric used, also if the parameter is set anew before the next ``fit``.
    n_features_in_ : int
        Number of features seen by ``fit``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    Notes
    -----
    Of equally distant neighbours the one with the lowest index in the training
    set counts as nearer.

    References
    ----------
    Altman (1992), "An introduction to kernel and nearest-neighbor nonparametric
    regression", The American Statistician 46(3).

    Examples
    --------
    >>> model = KNeighborsRegressor(n_neighbors=2).fit([[0], [1], [2], [9]], [0, 10, 20, 30])
    >>> model.predict([[0], [6]])
    array([ 5., 25.])
    """

    def __init__(
        self,
        n_neighbors: int = 5,
        *,
        weights: Weights = "uniform",
        metric: str = "euclidean",
    ) -> None:
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.metric = metric

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Keep the training samples and their numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)

        Raises
        ------
        ValueError
            If a parameter is not possible or ``n_neighbors`` exceeds the samples.
        """
        X = check_data(self, X)
        y = check_numbers(y)
        check_consistent_length(X=X, y=y)
        check_search(self, n_samples=len(X))
        self._targets = y.copy()
        self._keep(X)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Give the weighted mean of the nearest training samples' numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_targets)

        Raises
        ------
        ValueError
            If a ``weights`` function gives the neighbours of a sample weights that add up to zero.
        """
        distances, indices = self.kneighbors(X)
        return weighted_means(self._targets[indices], vote_weights(distances, self.weights))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def weighted_means(values: Array, weights: Array) -> Array:
    """Average over the second axis.

    Parameters
    ----------
    values : ndarray of shape (n_queries, n_neighbors) or (n_queries, n_neighbors, n_targets)
    weights : ndarray of shape (n_queries, n_neighbors)

    Returns
    -------
    ndarray of shape (n_queries,) or (n_queries, n_targets)
    """
    total = weights.sum(axis=1)
    if not (np.isfinite(total) & (total != 0)).all():
        bad = int(np.flatnonzero(~(np.isfinite(total) & (total != 0)))[0])
        raise ValueError(
            f"The weights of the neighbours of sample {bad} add up to {total[bad]}, so they have "
            "no mean: let the weights function give finite numbers, some of them above zero."
        )
    # Shares first: very small weights would make products that underflow.
    shares = weights / total[:, None]
    means: Array = np.einsum("qn,qn...->q...", shares, values)
    return means
