"""How much each neighbour counts, and what the votes add up to."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from aiguille.linalg import metric_named
from aiguille.neighbors.search import check_n_neighbors

__all__ = ["Weights", "check_search", "growing_votes", "vote_weights"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Weights = Literal["uniform", "distance"] | Callable[[Array], Array]


def check_search(estimator: Any, n_samples: int) -> None:
    """Raise if a parameter of a neighbour search is not possible with so many samples."""
    metric_named(estimator.metric)
    weights = estimator.weights
    named = isinstance(weights, str) and weights in ("uniform", "distance")
    if not named and not callable(weights):
        raise ValueError(
            f"weights={weights!r} is not possible: give 'uniform', 'distance' or a function."
        )
    check_n_neighbors(estimator.n_neighbors, n_samples)


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
