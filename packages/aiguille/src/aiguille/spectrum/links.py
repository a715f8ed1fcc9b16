"""A sparse symmetric matrix as its links, and quick products with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Links", "neighbour_product"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Links:
    """The entries of a symmetric matrix with zeros on its diagonal: each pair once, i < j."""

    edges: Indices
    """Of shape (n_edges, 2)."""
    weights: Array
    """Of shape (n_edges,)."""
    n_nodes: int

    def both_ways(self) -> tuple[Indices, Indices, Array]:
        """Give rows, columns and values of all entries, sorted by row."""
        i, j = self.edges.T
        rows, columns = np.concatenate([i, j]), np.concatenate([j, i])
        order = np.argsort(rows, kind="stable")
        return rows[order], columns[order], np.concatenate([self.weights] * 2)[order]

    def renumbered(self, number: Indices) -> "Links":
        """Give the same links between nodes of other numbers."""
        return Links(np.sort(number[self.edges], axis=1), self.weights, self.n_nodes)

    def toarray(self) -> Array:
        """Give the whole matrix."""
        whole = np.zeros((self.n_nodes, self.n_nodes))
        i, j = self.edges.T
        whole[i, j] = whole[j, i] = self.weights
        return whole


def neighbour_product(links: Links) -> tuple[Callable[[Array], Array], Indices]:
    """Prepare products of a sparse matrix, for vectors whose nodes are put in a new order.

    The nodes with most neighbours come first. Then one step adds the first neighbour of all
    nodes, the next one the second neighbour of those that have one, which are the first
    so-and-so many, and so on: whole arrays all the time, and nothing is padded.

    Parameters
    ----------
    links : Links

    Returns
    -------
    product : callable
        ``product(V)`` for V of shape (n_nodes, k) in that order.
    order : ndarray of shape (n_nodes,)

    References
    ----------
    Saad (1989), "Krylov subspace methods on supercomputers", SIAM Journal on Scientific and
    Statistical Computing 10(6), for jagged diagonals.

    Examples
    --------
    >>> star = Links(np.array([[0, 2], [1, 2]]), np.array([5.0, 7.0]), 3)
    >>> product, order = neighbour_product(star)
    >>> product(np.array([[1.0], [10.0], [100.0]])[order]).ravel(), order
    (array([ 75., 500., 700.]), array([2, 0, 1]))
    """
    degree = np.bincount(links.edges.ravel(), minlength=links.n_nodes)
    order = np.argsort(-degree, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    rows, columns, weights = links.renumbered(number).both_ways()
    turn = np.arange(len(rows)) - np.searchsorted(rows, rows)
    by_turn = np.argsort(turn, kind="stable")
    cuts = np.cumsum(np.bincount(turn))[:-1]
    steps = list(
        zip(
            np.split(columns[by_turn], cuts),
            np.split(weights[by_turn][:, None], cuts),
            strict=True,
        )
    )

    def product(vectors: Array) -> Array:
        total = np.zeros_like(vectors)
        for neighbours, weight in steps:
            taken: Any = np.take(vectors, neighbours, axis=0)
            taken *= weight
            total[: len(taken)] += taken
        return total

    return product, order
