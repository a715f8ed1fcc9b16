"""Two ideas of the talk: neighbours vote, or a typical face stands for all.

`NearestCentroid` is its naive method: the mean of each class is a *typical face*, and a new face
gets the name of the nearest one. `KNeighborsClassifier` keeps all the faces, and the ``k``
nearest vote.
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier
from aiguille.linalg import WORKING_MEMORY, metric_named, nearest_rows
from aiguille.neighbors.search import NeighborSearch
from aiguille.neighbors.sharing import NeighborsEvaluation
from aiguille.neighbors.voting import Weights, check_search, growing_votes, vote_weights
from aiguille.validation import check_samples, check_training_set

__all__ = ["KNeighborsClassifier", "NearestCentroid"]

Array = NDArray[np.float64]


class NearestCentroid(Classifier):
    """Name a sample after the nearest class mean, the talk's "typical face".

    Parameters
    ----------
    metric : {"euclidean", "cosine", "manhattan"}
        How far apart two samples are. For "manhattan" the centroid is the
        median of each feature, which is what minimises that distance.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.
    centroids_ : ndarray of shape (n_classes, n_features)
        The mean (or median) of the training samples of each class.
    n_features_in_ : int
        Number of features seen by ``fit``.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, where ``fit`` was given a data frame.

    References
    ----------
    Tibshirani, Hastie, Narasimhan & Chu (2002), "Diagnosis of multiple cancer
    types by shrunken centroids of gene expression", PNAS 99(10).

    Examples
    --------
    >>> model = NearestCentroid().fit([[0], [2], [9], [11]], ["low", "low", "high", "high"])
    >>> model.centroids_.ravel()
    array([10.,  1.])
    >>> model.predict([[3], [8]])
    array(['low', 'high'], dtype='<U4')
    """

    def __init__(self, metric: str = "euclidean") -> None:
        self.metric = metric

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Average the samples of each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)
            At least two classes.
        """
        metric_named(self.metric)
        X, y = check_training_set(self, X, y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only ({self.classes_[0]!r}): "
                "the number of classes has to be greater than one."
            )
        typical = np.median if metric_named(self.metric) is metric_named("manhattan") else np.mean
        self.centroids_ = np.array([typical(X[codes == c], axis=0) for c in range(codes.max() + 1)])
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name each sample after the nearest centroid; of equally near ones, the first class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        X = check_samples(self, X)
        metric = metric_named(self.metric)
        _, nearest_class = nearest_rows(metric.embed(X), metric.embed(self.centroids_), 1, metric)
        return self.classes_[nearest_class[:, 0]]


class KNeighborsClassifier(NeighborSearch, Classifier):
    """Name a sample by a vote of its nearest neighbours among the training samples.

    Parameters
    ----------
    n_neighbors : int
        How many neighbours vote.
    weights : {"uniform", "distance"} or callable
        Whether each vote counts the same or as 1 / distance; a callable gets
        the distances, shape (n_queries, n_neighbors), and gives weights.
        Where a neighbour is at distance zero, only such neighbours vote.
    metric : {"euclidean", "cosine", "manhattan", "sqeuclidean", "chebyshev"}
        How far apart two samples are.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.
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
    set counts as nearer; a vote that ends in a draw goes to the first class.

    A search over many parameters and folds shares one matrix of distances between
    all samples, n² numbers of 8 bytes for each metric, where that takes no more than
    `aiguille.linalg.WORKING_MEMORY` (256 MiB, 5,792 samples), and n² bytes that tell
    which are exact. While it is made, and while equal distances are told apart, two or
    three times as much is in use.

    Where distances are weights, those of the neighbours are computed from their
    differences: a vote that is a draw then stays one.

    References
    ----------
    Cover & Hart (1967), "Nearest neighbor pattern classification", IEEE
    Transactions on Information Theory 13(1).

    Examples
    --------
    >>> model = KNeighborsClassifier(n_neighbors=3)
    >>> model.fit([[0], [1], [2], [8], [9]], ["low", "low", "low", "high", "high"])
    KNeighborsClassifier(n_neighbors=3)
    >>> model.predict([[3], [9]])
    array(['low', 'high'], dtype='<U4')
    >>> model.predict_proba([[6]]).round(2)
    array([[0.67, 0.33]])
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
        """Keep the training samples and their labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,)

        Raises
        ------
        ValueError
            If a parameter is not possible or ``n_neighbors`` exceeds the samples.
        """
        X, y = check_training_set(self, X, y)
        check_search(self, n_samples=len(X))
        self.classes_, self._codes = np.unique(y, return_inverse=True)
        self._keep(X)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Name each sample after the class with most votes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        votes = self._votes(X)
        named: NDArray[Any] = self.classes_[votes.argmax(axis=1)]
        return named

    def predict_proba(self, X: ArrayLike) -> Array:
        """Give the share of votes for each class.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            Columns in the order of ``classes_``; rows sum to one, or to zero
            where a ``weights`` function gives no neighbour any weight.
        """
        votes = self._votes(X)
        everything = votes.sum(axis=1, keepdims=True)
        shares: Array = votes / np.where(everything == 0, 1, everything)
        return shares

    def _votes(self, X: ArrayLike) -> Array:
        distances, indices = self.kneighbors(X)
        weighted = vote_weights(distances, self.weights)
        *_, votes = growing_votes(self._codes[indices], weighted, len(self.classes_))
        return votes

    @classmethod
    def share_evaluation(
        cls, estimators: Sequence[Self], X: ArrayLike, y: ArrayLike
    ) -> NeighborsEvaluation | None:
        """Offer one matrix of distances for many folds and parameters, if it is small enough.

        See `aiguille.sharing.SharedEvaluation`.
        """
        X, y = check_training_set(cls(), X, y)
        for estimator in estimators:
            metric_named(estimator.metric)
        n_metrics = len({estimator.metric for estimator in estimators})
        if 8 * len(X) ** 2 * n_metrics > WORKING_MEMORY:
            return None
        return NeighborsEvaluation(estimators, X, y)
