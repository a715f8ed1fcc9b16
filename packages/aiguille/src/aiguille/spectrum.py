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

Read `largest_eigenvectors`, which chooses, then these three.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiguille.validation import ConvergenceWarning

__all__ = [
    "Links",
    "block_lanczos",
    "chebyshev_subspace",
    "eliminate",
    "largest_eigenvectors",
    "thin_slices",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

SMALL = 200
"""Nodes up to which all eigenvectors at once are the fastest."""
THICK = 1e10
"""The sum of cubes of slices, which is what elimination costs, from which on it is avoided."""
SLICE = 48
"""Thinner slices are put together: a matrix product of fewer rows is mostly overhead."""
SHIFT = 1e-9
"""Added to the eigenvalues of I - N so that it has an inverse."""


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


def largest_eigenvectors(
    N: "Array | Links",
    known: Array,
    component: Indices,
    n_vectors: int,
    random: np.random.RandomState,
    tol: float = 1e-9,
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
    else:
        order, bounds = np.arange(n_nodes), np.array([0, n_nodes])
    if (np.diff(bounds).astype(float) ** 3).sum() > THICK:
        return chebyshev_subspace(N, known, start, n_vectors, tol)
    if isinstance(N, Links):
        number = np.empty_like(order)
        number[order] = np.arange(n_nodes)
        solve = eliminate(slices_of(N.renumbered(number), bounds))
    else:
        solve = eliminate([(np.eye(n_nodes) * (1 + SHIFT) - N, None)])
    vectors = np.empty((n_nodes, n_vectors))
    vectors[order] = block_lanczos(solve, known[order], start, n_vectors, tol)
    return vectors


# Thin graphs: elimination, and Lanczos' method on the inverse


def thin_slices(links: Links, component: Indices) -> tuple[Indices, Indices]:
    """Cut a graph into slices such that edges go only to the next slice, or stay inside.

    The slices are the nodes that are one step, two steps and so on away from one end of the
    graph, which is what is farthest from any node.

    Parameters
    ----------
    links : Links
    component : ndarray of shape (n_nodes,)
        The connected part of each node.

    Returns
    -------
    order : ndarray of shape (n_nodes,)
        The nodes, slice by slice.
    bounds : ndarray of shape (n_slices + 1,)
        Where each slice begins in that order.

    References
    ----------
    George & Liu (1979), "An implementation of a pseudoperipheral node finder", ACM
    Transactions on Mathematical Software 5(3).

    Examples
    --------
    >>> path = Links(np.array([[0, 2], [1, 2], [1, 3]]), np.ones(3), 4)
    >>> order, bounds = thin_slices(path, np.zeros(4, dtype=int))
    >>> order.tolist(), bounds.tolist()  # so few nodes are one slice
    ([0, 2, 1, 3], [0, 4])
    """
    rows, columns, _ = links.both_ways()
    begins = np.searchsorted(rows, np.arange(links.n_nodes + 1))
    _, ends = np.unique(component, return_index=True)
    for _ in range(2):
        step = steps_from(ends, begins, columns)
        # The node of each part that is farthest away: the last one in this order.
        order = np.lexsort((step, component))
        ends = order[np.flatnonzero(np.diff(component[order], append=-1))]
    step = steps_from(ends, begins, columns)
    order = np.lexsort((step, component))
    new = np.diff(step[order], prepend=-1) != 0
    new |= np.diff(component[order], prepend=-1) != 0
    bounds = [0]
    for bound in np.flatnonzero(new):
        if bound - bounds[-1] >= SLICE:
            bounds.append(int(bound))
    return order, np.array([*bounds, links.n_nodes])


def steps_from(starts: Indices, begins: Indices, neighbours: Indices) -> Indices:
    """Count the steps to each node from the nearest start; one step of all at once."""
    step = np.full(len(begins) - 1, -1)
    claim = np.empty(len(step), dtype=np.intp)
    front, steps = starts, 0
    while len(front):
        step[front] = steps
        steps += 1
        counts = begins[front + 1] - begins[front]
        # The places of all their neighbours: a range for each node, one after the other.
        places = np.repeat(begins[front] - np.cumsum(counts) + counts, counts)
        found = neighbours[places + np.arange(len(places))]
        found = found[step[found] < 0]
        step[found] = steps
        # Each new node once: of several claims, the one whose number stays.
        numbers = np.arange(len(found))
        claim[found] = numbers
        front = found[claim[found] == numbers]
    return step


def slices_of(links: Links, bounds: Indices) -> list[tuple[Array, Array | None]]:
    """Give I - N, shifted, as its blocks on the diagonal and those between slices."""
    n_slices = len(bounds) - 1
    i, j = links.edges.T
    slice_i, slice_j = (np.searchsorted(bounds, k, side="right") - 1 for k in (i, j))
    order = np.argsort(2 * slice_i + (slice_j > slice_i), kind="stable")
    cuts = np.searchsorted((2 * slice_i + (slice_j > slice_i))[order], np.arange(2 * n_slices + 1))
    blocks: list[tuple[Array, Array | None]] = []
    for number in range(n_slices):
        start, middle, stop = bounds[number : number + 3].tolist() + [0] * (number + 2 > n_slices)
        inside = order[cuts[2 * number] : cuts[2 * number + 1]]
        across = order[cuts[2 * number + 1] : cuts[2 * number + 2]]
        own = np.eye(middle - start) * (1 + SHIFT)
        a, b = i[inside] - start, j[inside] - start
        own[a, b] = own[b, a] = -links.weights[inside]
        following = None
        if number + 1 < n_slices:
            following = np.zeros((middle - start, stop - middle))
            following[i[across] - start, j[across] - middle] = -links.weights[across]
        blocks.append((own, following))
    return blocks


def eliminate(blocks: list[tuple[Array, Array | None]]) -> Callable[[Array], Array]:
    """Prepare to solve A x = b, where A has blocks on its diagonal and beside it only.

    The first slice is eliminated: what it does to the second one is a correction of that
    one's block, the Schur complement. Then the second, and so on: the cost is that of small dense
    inverses and products, the operations at which processors are best.

    Parameters
    ----------
    blocks : list of (own, following)
        A[s, s] and A[s, s + 1] of each slice s; None in the last one. A is symmetric.

    Returns
    -------
    callable
        ``solve(b)`` for b of shape (n, k).

    References
    ----------
    Golub & Van Loan (2013), "Matrix computations", 4th edition, section 4.5.

    Examples
    --------
    >>> A = np.array([[2.0, -1, 0], [-1, 2, -1], [0, -1, 2]])
    >>> solve = eliminate([(A[:2, :2], A[:2, 2:]), (A[2:, 2:], None)])
    >>> solve(A @ [[1.0], [2.0], [3.0]]).round(10).ravel()
    array([1., 2., 3.])
    """
    inverses: list[Array] = []
    carries: list[Array] = []
    correction: Array | float = 0.0
    for own, following in blocks:
        inverse = np.linalg.inv(own - correction)
        # Rounding makes halves differ, which would grow from slice to slice.
        inverse = (inverse + inverse.T) / 2
        inverses.append(inverse)
        if following is not None:
            carries.append(inverse @ following)
            correction = following.T @ carries[-1]
    sizes = [len(inverse) for inverse in inverses]
    cuts = np.cumsum(sizes)[:-1]

    def solve(b: Array) -> Array:
        parts = np.split(np.array(b, dtype=np.float64), cuts)
        for number, carry in enumerate(carries):
            parts[number + 1] -= carry.T @ parts[number]
        parts = [inverse @ part for inverse, part in zip(inverses, parts, strict=True)]
        for number in range(len(carries) - 1, -1, -1):
            parts[number] -= carries[number] @ parts[number + 1]
        return np.concatenate(parts)

    return solve


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
        basis = np.empty((n, known.shape[1] + (max_steps + 1) * width), order="F")
        basis[:, : known.shape[1]] = known
        small = np.zeros((max_steps * width, max_steps * width))
        last = known.shape[1]
        basis[:, last : last + width], _ = orthonormal_to(basis[:, :last], best)
        for step in range(1, max_steps + 1):
            product = apply(basis[:, last : last + width])
            last += width
            spanned = basis[:, known.shape[1] : last]
            small[: step * width, (step - 1) * width : step * width] = spanned.T @ product
            left, remainder = orthonormal_to(basis[:, :last], product)
            basis[:, last : last + width] = left
            corner = small[: step * width, : step * width]
            values, vectors = np.linalg.eigh(np.triu(corner) + np.triu(corner, 1).T)
            values, vectors = values[::-1][:width], vectors[:, ::-1][:, :width]
            residual = np.linalg.norm(remainder @ vectors[-width:, :n_vectors], axis=0)
            worst = float((residual / np.abs(values[:n_vectors])).max())
            if worst <= tol:
                break
        best = spanned @ vectors
        if worst <= tol:
            return best[:, :n_vectors]
    warn_of_residual(worst, tol)
    return best[:, :n_vectors]


def orthonormal_to(basis: Array, vectors: Array) -> tuple[Array, Array]:
    """Give an orthonormal basis of what vectors add to another, Q, and R such that it is Q R."""
    vectors = vectors - basis @ (basis.T @ vectors)
    Q, R = np.linalg.qr(vectors)
    # Twice is enough: the first time leaves the roundings of what it took away.
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


# Thick graphs: polynomials


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
