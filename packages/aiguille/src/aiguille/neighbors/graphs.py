"""Who is near whom, without the zeros: a sparse matrix in three arrays.

Of n samples most are no neighbours of a given one. A *compressed* matrix keeps, row by row, only
the columns that are there and their values, and where each row begins. That is also how
scipy.sparse keeps it, so `to_scipy` hands the arrays over as they are.
"""

import importlib
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NeighborsGraph"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mode = Literal["connectivity", "distance"]


@final
@dataclass(frozen=True, eq=False)
class NeighborsGraph:
    """A directed graph from samples to their neighbours, as a compressed sparse matrix.

    Parameters
    ----------
    data : ndarray of shape (n_edges,)
        Ones, or distances.
    indices : ndarray of shape (n_edges,)
        The column, the neighbour, of each edge.
    indptr : ndarray of shape (n_queries + 1,)
        Row i has the edges from ``indptr[i]`` up to ``indptr[i + 1]``.
    shape : tuple of int
        (n_queries, n_samples).

    Notes
    -----
    An edge may have the distance zero, between equal samples. `toarray` cannot show it.

    Examples
    --------
    >>> from aiguille.neighbors import kneighbors_graph
    >>> graph = kneighbors_graph([[0], [1], [5]], n_neighbors=1)
    >>> graph
    NeighborsGraph(3 x 3, 3 edges)
    >>> graph.toarray()
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 1., 0.]])
    """

    data: Array
    indices: Indices
    indptr: Indices
    shape: tuple[int, int]

    def __repr__(self) -> str:
        return f"NeighborsGraph({self.shape[0]} x {self.shape[1]}, {len(self.data)} edges)"

    def tocoo(self) -> tuple[Array, tuple[Indices, Indices]]:
        """Give the edges as a list.

        Returns
        -------
        data : ndarray of shape (n_edges,)
        coordinates : (rows, columns), ndarrays of shape (n_edges,)
        """
        rows = np.repeat(np.arange(self.shape[0]), np.diff(self.indptr))
        return self.data, (rows, self.indices)

    def toarray(self) -> Array:
        """Give the whole matrix, zero where there is no edge.

        Returns
        -------
        ndarray of shape (n_queries, n_samples)
        """
        data, where = self.tocoo()
        whole = np.zeros(self.shape)
        whole[where] = data
        return whole

    def to_scipy(self) -> Any:
        """Give a ``scipy.sparse.csr_matrix`` on the same arrays.

        Raises
        ------
        ImportError
            If there is no scipy.
        """
        sparse = importlib.import_module("scipy.sparse")
        return sparse.csr_matrix((self.data, self.indices, self.indptr), shape=self.shape)
