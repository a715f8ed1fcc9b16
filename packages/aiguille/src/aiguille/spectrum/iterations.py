"""Eigenvectors from products alone: Lanczos' method in blocks, and polynomials.

Both look for them in a space that a few random vectors and the matrix span. `block_lanczos`
keeps all that was spanned, and needs the fewest products; `chebyshev_subspace` keeps a few
vectors, and needs more products, which have to be cheap.
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aiguille.spectrum.links import Links, neighbour_product
from aiguille.validation import ConvergenceWarning

__all__ = ["block_lanczos", "chebyshev_subspace"]

Array = NDArray[np.float64]


def block_lanczos(
    apply: Callable[[Array], Array],
    known: Array,
    start: Array,
    n_vectors: int,
    tol: float,
    max_steps: int = 30,
    max_restarts: int = 20,
) -> Array:
    """Find the eigenvectors of a symmetric matrix whose eigenvalues are largest, from products.

    The products of a few vectors with the matrix, the products of these, and so on span a space
    that soon holds the eigenvectors wanted. An orthonormal basis of it turns the matrix into a
    small one. Rounding would let the basis lose its right angles: each new block is made
    orthogonal to all before. As many equal eigenvalues are found as a block has vectors.

    Parameters
    ----------
    apply : callable
        ``apply(V)`` multiplies the matrix with V of shape (n, k).
    known : ndarray of shape (n, n_known)
        Orthonormal eigenvectors that are not searched for.
    start : ndarray of shape (n, block)
        At least as many vectors as are wanted.
    n_vectors : int
    tol : float
        The residual, as a share of the eigenvalue, at which a vector is good.
    max_steps, max_restarts : int
        Products until the basis is made anew from the best vectors, and how often that is done.

    Returns
    -------
    ndarray of shape (n, n_vectors)

    References
    ----------
    Golub & Underwood (1977), "The block Lanczos method for computing eigenvalues", in
    Mathematical Software III.

    Examples
    --------
    >>> values = np.arange(100.0)[:, None]
    >>> start = np.random.RandomState(0).standard_normal((100, 2))
    >>> found = block_lanczos(lambda V: values * V, np.zeros((100, 0)), start, 1, 1e-9)
    >>> int(np.abs(found[:, 0]).argmax())
    99
    """
    n, width = start.shape
    max_steps = max(2, min(max_steps, (n - known.shape[1]) // width))
    best: Array = start
    worst = np.inf
    for _ in range(max_restarts):
        # Column by column in memory, since it grows by columns.
        basis = np.empty((n, known.shape[1] + (max_steps + 1) * width), order="F")
        basis[:, : known.shape[1]] = known
        small = np.zeros((max_steps * width, max_steps * width))
        last = known.shape[1]
        basis[:, last : last + width], _ = orthonormal_to(basis[:, :last], best)
        for step in range(1, max_steps + 1):
            product = apply(basis[:, last : last + width])
            last += width
            # In exact arithmetic, only the last two blocks are not at right angles yet.
            product -= known @ (known.T @ product)
            near = basis[:, max(known.shape[1], last - 2 * width) : last]
            part = near.T @ product
            product -= near @ part
            done = step * width
            small[done - len(part) : done, done - width : done] = part
            left, remainder = orthonormal_to(basis[:, :last], product)
            basis[:, last : last + width] = left
            corner = small[:done, :done]
            values, vectors = np.linalg.eigh(np.triu(corner) + np.triu(corner, 1).T)
            values, vectors = values[::-1][:width], vectors[:, ::-1][:, :width]
            residual = np.linalg.norm(remainder @ vectors[-width:, :n_vectors], axis=0)
            worst = float((residual / np.abs(values[:n_vectors])).max())
            if worst <= tol:
                break
        best = basis[:, known.shape[1] : last] @ vectors
        if worst <= tol:
            return best[:, :n_vectors]
    warn_of_residual(worst, tol)
    return best[:, :n_vectors]


def orthonormal_to(basis: Array, vectors: Array) -> tuple[Array, Array]:
    """Give an orthonormal basis of what vectors add to another, Q, and R such that it is Q R."""
    Q, R = np.linalg.qr(vectors)
    # What was a rounding before may be large now, by the length that it lost.
    Q, again = np.linalg.qr(Q - basis @ (basis.T @ Q))
    return Q, again @ R


def warn_of_residual(residual: float, tol: float) -> None:
    """Say that the vectors are not as good as asked for."""
    warnings.warn(
        f"the eigenvectors of the graph have residuals of {residual:.0e}, more than {tol:.0e}: "
        "raise eigen_tol, or choose an affinity whose groups stand out more.",
        ConvergenceWarning,
        stacklevel=6,
    )


def chebyshev_subspace(
    N: "Array | Links",
    known: Array,
    start: Array,
    n_vectors: int,
    tol: float,
    max_products: int = 4000,
) -> Array:
    """Find the eigenvectors of a matrix with the largest eigenvalues by polynomials of it.

    A Chebyshev polynomial stays between -1 and 1 on an interval and grows as fast as any
    beyond. The interval covers the eigenvalues that are not wanted: what a product with the
    polynomial leaves of some vectors leans towards those that are. Where the interval ends is
    learnt on the way.

    Parameters
    ----------
    N : ndarray of shape (n, n), or Links
        Symmetric, with eigenvalues from -1 to 1.
    known : ndarray of shape (n, n_known)
        Orthonormal eigenvectors that are not searched for.
    start : ndarray of shape (n, block)
        More vectors than are wanted.
    n_vectors : int
    tol : float
        The residual at which a vector is good.
    max_products : int

    Returns
    -------
    ndarray of shape (n, n_vectors)

    References
    ----------
    Zhou, Saad, Tiago & Chelikowsky (2006), "Self-consistent-field calculations using
    Chebyshev-filtered subspace iteration", Journal of Computational Physics 219(1).

    Examples
    --------
    >>> N = np.diag(np.linspace(-1, 1, 50))
    >>> start = np.random.RandomState(0).standard_normal((50, 3))
    >>> found = chebyshev_subspace(N, np.eye(50)[:, 49:], start, 1, 1e-9)
    >>> int(np.abs(found[:, 0]).argmax())
    48
    """
    product, order = (N.__matmul__, None) if isinstance(N, np.ndarray) else neighbour_product(N)
    if order is not None:
        known, start = known[order], start[order]
    done, worst, vectors = 0, np.inf, start
    while True:
        vectors, _ = orthonormal_to(known, vectors)
        image = product(vectors)
        values, turn = np.linalg.eigh(vectors.T @ image)
        vectors, image = vectors @ turn[:, ::-1], image @ turn[:, ::-1]
        values = values[::-1]
        residual = image[:, :n_vectors] - vectors[:, :n_vectors] * values[:n_vectors]
        worst = float(np.linalg.norm(residual, axis=0).max())
        if worst <= tol or done >= max_products:
            break
        cut = float(np.clip(values[-1], -0.5, 0.999999))
        centre, half = (cut - 1) / 2, (cut + 1) / 2
        # The degree that lets the first vector grow by a million, if it is not too high.
        reach = np.arccosh(max((values[0] - centre) / half, 1 + 1e-9))
        degree = int(np.clip(np.arccosh(1e6) / reach, 4, 100))
        before, vectors = vectors, (image - centre * vectors) / half
        for _ in range(degree - 1):
            following = product(vectors)
            following -= centre * vectors
            following *= 2 / half
            following -= before
            before, vectors = vectors, following
        done += degree
    if worst > tol:
        warn_of_residual(worst, tol)
    if order is not None:
        found = np.empty_like(vectors)
        found[order] = vectors
        vectors = found
    return np.ascontiguousarray(vectors[:, :n_vectors])
