"""Name a sample after those that look like it.

Two ideas of the talk. `NearestCentroid` is its naive method: the mean of each
class is a *typical face*, and a new face gets the name of the nearest one.
`KNeighborsClassifier` keeps all the faces, and the ``k`` nearest vote.

Both stand on one search (`aiguille.linalg.nearest`). Many ``k`` and many folds of the
same samples need the distances only once: `NeighborsEvaluation`, at the end,
is what makes a nested search over ``k`` cheap.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.base import Classifier
from aiguille.linalg import (
    WORKING_MEMORY,
    Metric,
    exact_ranks,
    metric_named,
    nearest,
    nearest_rows,
    parts,
)
from aiguille.validation import check_fitted, check_samples, check_training_set

__all__ = ["KNeighborsClassifier", "NearestCentroid"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Weights = Literal["uniform", "distance"] | Callable[[Array], Array]


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


class KNeighborsClassifier(Classifier):
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
        self._samples = metric_named(self.metric).embed(X)
        self.n_samples_fit_ = len(X)
        self.effective_metric_ = self.metric
        return self

    def kneighbors(
        self,
        X: ArrayLike | None = None,
        n_neighbors: int | None = None,
        return_distance: bool = True,
    ) -> Indices | tuple[Array, Indices]:
        """Find the nearest training samples of each sample.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), optional
            By default the training samples, none of which is its own neighbour.
        n_neighbors : int, optional
            By default the parameter of that name.
        return_distance : bool
            Whether to give the distances too.

        Returns
        -------
        distances, indices : ndarrays of shape (n_queries, n_neighbors)
            The nearest first; only the indices without ``return_distance``.
        """
        check_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        check_n_neighbors(k, self.n_samples_fit_ - (X is None))
        metric = metric_named(self.effective_metric_)
        weighed = self.weights != "uniform"
        if X is None:
            distances, indices = nearest_rows(self._samples, self._samples, k + 1, metric, weighed)
            distances, indices = without_self(distances, indices)
        else:
            queries = metric.embed(check_samples(self, X))
            distances, indices = nearest_rows(queries, self._samples, k, metric, weighed)
        return (distances, indices) if return_distance else indices

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
    ) -> "NeighborsEvaluation | None":
        """Offer one matrix of distances for many folds and parameters, if it is small enough.

        See `aiguille.base.SharedEvaluation`.
        """
        X, y = check_training_set(cls(), X, y)
        for estimator in estimators:
            metric_named(estimator.metric)
        n_metrics = len({estimator.metric for estimator in estimators})
        if 8 * len(X) ** 2 * n_metrics > WORKING_MEMORY:
            return None
        return NeighborsEvaluation(estimators, X, y)


def check_search(estimator: KNeighborsClassifier, n_samples: int) -> None:
    """Raise if a parameter of a neighbour search is not possible with so many samples."""
    metric_named(estimator.metric)
    weights = estimator.weights
    named = isinstance(weights, str) and weights in ("uniform", "distance")
    if not named and not callable(weights):
        raise ValueError(
            f"weights={weights!r} is not possible: give 'uniform', 'distance' or a function."
        )
    check_n_neighbors(estimator.n_neighbors, n_samples)


def check_n_neighbors(k: Any, n_samples: int) -> None:
    """Raise unless there can be ``k`` neighbours among so many samples."""
    if not isinstance(k, (int, np.integer)) or isinstance(k, bool):
        raise TypeError(f"n_neighbors={k!r} must be a whole number, got {type(k).__name__}.")
    if k < 1:
        raise ValueError(f"n_neighbors={k} must be at least 1.")
    if k > n_samples:
        raise ValueError(
            f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, "
            f"n_samples = {n_samples}: ask for at most {n_samples} neighbours, "
            "or train on more samples."
        )


def without_self(distances: Array, indices: Indices) -> tuple[Array, Indices]:
    """Drop from each row the sample that it belongs to, or the last where it is not there."""
    own = indices == np.arange(len(indices))[:, None]
    # A sample may not be among its nearest when others are equal to it.
    own[~own.any(axis=1), -1] = True
    shape = (len(indices), indices.shape[1] - 1)
    return distances[~own].reshape(shape), indices[~own].reshape(shape)


def vote_weights(distances: Array, weights: Weights) -> Array:
    """How much the vote of each neighbour counts, shape (n_queries, n_neighbors)."""
    if callable(weights):
        given = np.asarray(weights(distances), dtype=np.float64)
        if given.shape != distances.shape:
            raise ValueError(
                f"The weights function gave shape {given.shape} for distances of shape "
                f"{distances.shape}: it must give one weight for each distance."
            )
        return given
    if weights == "uniform":
        return np.ones_like(distances)
    # A neighbour at distance zero is the answer: then none farther has a say.
    same = distances == 0
    with np.errstate(divide="ignore"):
        return np.where(same.any(axis=1, keepdims=True), same, 1 / distances)


def growing_votes(codes: Indices, weights: Array, n_classes: int) -> Iterator[Array]:
    """Votes for each class when 1, 2, ... of the nearest neighbours vote.

    Parameters
    ----------
    codes : ndarray of shape (n_queries, n_neighbors)
        The classes of the neighbours, the nearest first.
    weights : ndarray of shape (n_queries, n_neighbors)

    Yields
    ------
    ndarray of shape (n_queries, n_classes)
        The same array each time, with one more vote in each row.
    """
    votes = np.zeros((len(codes), n_classes))
    rows = np.arange(len(codes))
    for neighbour in range(codes.shape[1]):
        votes[rows, codes[:, neighbour]] += weights[:, neighbour]
        yield votes


class NeighborsEvaluation:
    """Predictions for any fold and any parameters from one matrix of distances.

    The largest ``k`` asked for is searched once; the votes for smaller ones are
    found on the way to it.
    """

    def __init__(
        self, estimators: Sequence[KNeighborsClassifier], X: Array, y: NDArray[Any]
    ) -> None:
        self.estimators = estimators
        self.classes, self.codes = np.unique(y, return_inverse=True)
        self.X = X
        self.tables: dict[str, DistanceTable] = {}

    def prepare(self) -> None:
        """Compute the distances, once for each metric."""
        for metric in {estimator.metric for estimator in self.estimators}:
            self.tables[metric] = DistanceTable(self.X, metric_named(metric))

    def own_score(self, number: int, y_true: ArrayLike, y_pred: NDArray[Any]) -> float:
        """Give the accuracy, which is what a classifier's ``score`` is."""
        return float(np.mean(np.asarray(y_true) == y_pred))

    def predictions(
        self, train: Indices, test: Indices, which: Sequence[int]
    ) -> list[NDArray[Any]]:
        """Give what the estimators numbered ``which``, fitted on ``train``, say of ``test``."""
        chosen = [self.estimators[number] for number in which]
        for estimator in chosen:
            check_search(estimator, n_samples=len(train))
        found: dict[int, NDArray[Any]] = {}
        for metric in {estimator.metric for estimator in chosen}:
            group = [place for place, e in enumerate(chosen) if e.metric == metric]
            k = max(chosen[place].n_neighbors for place in group)
            weighed = any(chosen[place].weights != "uniform" for place in group)
            distances, indices = self.tables[metric].nearest(train, test, k, weighed)
            # As after a fit: a class that is not in train cannot win, not even with no vote.
            present, codes_of_train = np.unique(self.codes[train], return_inverse=True)
            classes, codes = self.classes[present], codes_of_train[indices]
            for weights in unique([chosen[place].weights for place in group]):
                same = [place for place in group if chosen[place].weights == weights]
                wanted = {place: chosen[place].n_neighbors for place in same}
                numbers = vote_winners(codes, distances, weights, wanted, len(classes))
                found |= {place: classes[winners] for place, winners in numbers.items()}
        return [found[place] for place in range(len(chosen))]


def vote_winners(
    codes: Indices, distances: Array, weights: Weights, wanted: dict[int, int], n_classes: int
) -> dict[int, Indices]:
    """Give the codes of the winning classes for each number of neighbours that is wanted."""
    found = {}
    if callable(weights):
        # It may treat a neighbour by who else there is, or write into what it gets: ask it
        # for each k, with distances of its own.
        for place, k in wanted.items():
            weighted = vote_weights(distances[:, :k].copy(), weights)
            *_, votes = growing_votes(codes[:, :k], weighted, n_classes)
            found[place] = votes.argmax(axis=1)
        return found
    weighted = vote_weights(distances, weights)
    for k, votes in enumerate(growing_votes(codes, weighted, n_classes), start=1):
        for place in [place for place, number in wanted.items() if number == k]:
            found[place] = votes.argmax(axis=1)
    return found


class DistanceTable:
    """All distances between some samples, from which those of any fold are cut out."""

    def __init__(self, X: Array, metric: Metric) -> None:
        self.metric = metric
        self.samples = metric.embed(X)
        self.ranks, self.doubt = metric.quick(self.samples, self.samples)
        self.exact = np.zeros(self.ranks.shape, dtype=bool)

    def nearest(
        self, train: Indices, test: Indices, k: int, to_the_digit: bool
    ) -> tuple[Array, Indices]:
        """Give distances and positions in ``train`` of the nearest ``k`` of each in ``test``."""
        ranks = np.empty((len(test), k))
        indices = np.empty((len(test), k), dtype=np.intp)
        for part in parts(len(test), len(train)):
            exact = partial(self.exact_ranks, test[part], train)
            block = self.ranks[np.ix_(test[part], train)]
            doubt = self.doubt[test[part]]
            ranks[part], indices[part] = nearest(block, k, doubt, exact, to_the_digit)
        return self.metric.distance(ranks), indices

    def exact_ranks(self, test: Indices, train: Indices, rows: Indices, columns: Indices) -> Array:
        """Ranks of pairs of a test and a training sample, from their differences."""
        a, b = test[rows], train[columns]
        new = ~self.exact[a, b]  # asked before the ranks are read: a thread may write both
        ranks = self.ranks[a, b]
        ranks[new] = exact_ranks(self.samples, self.samples, a[new], b[new], self.metric)
        # Neighbours in one fold are neighbours in others: what was computed stays in the table,
        # unless an engine lends it to its workers for reading only, as joblib does.
        if self.ranks.flags.writeable and self.exact.flags.writeable:
            self.ranks[a, b] = ranks
            self.exact[a, b] = True
        return ranks


def unique(values: Sequence[Any]) -> list[Any]:
    """Each value once, in order, also where they cannot be hashed."""
    return [value for i, value in enumerate(values) if value not in values[:i]]
