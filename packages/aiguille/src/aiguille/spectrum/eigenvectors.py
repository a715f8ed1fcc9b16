"""The largest eigenvectors of a graph's normalised matrix, with numpy alone.

N has a weight N[i, j] between joined nodes, zeros on its diagonal, and eigenvalues of at most 1;
where the eigenvalue is 1, the eigenvectors are known beforehand. Wanted are the next ones, which
are the smallest of the Laplacian I - N. What makes them slow to find is that they lie close
together. Two ways lead to them, each good where the other is not:

- A *thin* graph (an image, points on a curve) has small eigenvalues close together. But it can be
  cut into slices that touch only the next one, and elimination slice by slice inverts I - N for
  little more than the slices themselves. In the inverse these eigenvalues lie far apart:
  a few steps of Lanczos' method find them (`eliminate`, `block_lanczos`).
- A *thick* graph (neighbours in many dimensions) is too costly to eliminate. But everything
  in it is a few steps away, so its eigenvalues are far apart as they are, and polynomials of N,
  which need only products, tell them from the rest (`chebyshev_subspace`).

Read `largest_eigenvectors`, which chooses, then `elimination` and `iterations`.
"""

import numpy as np
from numpy.typing import NDArray

from aiguille.spectrum.elimination import SHIFT, eliminate, is_thick, slices_of, thin_slices
from aiguille.spectrum.iterations import block_lanczos, chebyshev_subspace
from aiguille.spectrum.links import Links

__all__ = ["largest_eigenvectors"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

SMALL = 200
"""Nodes up to which all eigenvectors at once are the fastest."""
LARGE = 5000
"""Nodes of an array from which on it is not inverted."""


def largest_eigenvectors(
    N: "Array | Links",
    known: Array,
    component: Indices,
    n_vectors: int,
    random: np.random.RandomState,
    tol: float = 1e-8,
) -> Array:
    """Find the eigenvectors of a normalised matrix that come after those with eigenvalue 1.

    Parameters
    ----------
    N : ndarray of shape (n_nodes, n_nodes), or Links
        Symmetric, zeros on its diagonal, eigenvalues from -1 to 1.
    known : ndarray of shape (n_nodes, n_known)
        An orthonormal basis of the eigenvectors with eigenvalue 1.
    component : ndarray of shape (n_nodes,)
        The connected part of each node.
    n_vectors : int
        How many more; at most ``n_nodes - n_known``.
    random : RandomState
        For the vectors to start from.
    tol : float
        How far from an eigenvector a vector may be.

    Returns
    -------
    ndarray of shape (n_nodes, n_vectors)
        Orthonormal, the largest eigenvalue first.

    Examples
    --------
    A circle of six nodes, in two halves: the first eigenvector tells them apart.

    >>> half = np.array([[0, 1], [1, 2], [0, 2], [3, 4], [4, 5], [3, 5], [2, 3]])
    >>> N = Links(half, np.array([3, 3, 3, 3, 3, 3, 0.1]) / 6.05, 6)
    >>> flat = np.full((6, 1), 6**-0.5)
    >>> random = np.random.RandomState(0)
    >>> vector = largest_eigenvectors(N, flat, np.zeros(6, dtype=int), 1, random)[:, 0]
    >>> ((vector > 0) == (vector[0] > 0)).tolist()
    [True, True, True, False, False, False]
    """
    n_nodes = len(known)
    # Lanczos' method needs room for a few blocks of vectors.
    if n_nodes <= max(SMALL, 8 * (n_vectors + known.shape[1])):
        whole = N.toarray() if isinstance(N, Links) else N
        # What is known goes to the other end of the eigenvalues.
        _, vectors = np.linalg.eigh(whole - 3 * (known @ known.T))
        return np.ascontiguousarray(vectors[:, ::-1][:, :n_vectors])
    start = random.standard_normal((n_nodes, n_vectors + 2))
    if isinstance(N, Links):
        order, bounds = thin_slices(N, component)
        if is_thick(bounds):
            return chebyshev_subspace(N, known, start, n_vectors, tol)
        number = np.empty_like(order)
        number[order] = np.arange(n_nodes)
        solve = eliminate(slices_of(N.renumbered(number), bounds))
    elif n_nodes > LARGE:
        return chebyshev_subspace(N, known, start, n_vectors, tol)
    else:
        order = np.arange(n_nodes)
        solve = eliminate([(np.eye(n_nodes) * (1 + SHIFT) - N, None)])
    vectors = np.empty((n_nodes, n_vectors))
    vectors[order] = block_lanczos(solve, known[order], start, n_vectors, tol)
    return vectors
