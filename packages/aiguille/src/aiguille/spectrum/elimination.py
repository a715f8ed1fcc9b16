"""Solve with a sparse matrix by cutting its graph into slices that touch only the next one.

In the order of slices the matrix has blocks on its diagonal and beside it, and no others. Then
eliminating is work on small dense blocks, which is what numpy is quick at.

Read `thin_slices`, then `eliminate`; `slices_of` makes the blocks of the one what the other takes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from aiguille.spectrum.links import Links

__all__ = ["SHIFT", "eliminate", "is_thick", "slices_of", "thin_slices"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

CHEAP = 1e8
"""The sum of cubes of slices, which is what elimination costs, up to which it is taken anyway."""
SLICE = 48
"""Thinner slices are put together: a matrix product of fewer rows is mostly overhead."""
SHIFT = 1e-9
"""Added to the eigenvalues of I - N so that it has an inverse."""


def thin_slices(links: Links, component: Indices) -> tuple[Indices, Indices]:
    """Cut a graph into slices such that edges go only to the next slice, or stay inside.

    The slices are the nodes that are one step, two steps and so on away from one end of the
    graph, which is what is farthest from any node; or, if that is cheaper, as they are numbered.

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
    ([3, 1, 2, 0], [0, 4])
    """
    rows, columns, _ = links.both_ways()
    begins = np.searchsorted(rows, np.arange(links.n_nodes + 1))
    _, ends = np.unique(component, return_index=True)
    # The node of each part that is farthest from its first one.
    order = np.lexsort((steps_from(ends, begins, columns), component))
    ends = order[np.flatnonzero(np.diff(component[order], append=-1))]
    step = steps_from(ends, begins, columns)
    order = np.lexsort((step, component))
    new = np.diff(step[order], prepend=-1) != 0
    new |= np.diff(component[order], prepend=-1) != 0
    bounds = [0]
    for bound in np.flatnonzero(new):
        if bound - bounds[-1] >= SLICE:
            bounds.append(int(bound))
    by_steps = np.array([*bounds, links.n_nodes])
    # As they are numbered, edges reach so far: in an image, to the next row.
    reach = int(np.diff(links.edges, axis=1).max(initial=1))
    by_number = np.append(np.arange(0, links.n_nodes, max(reach, SLICE)), links.n_nodes)
    if cost_of(by_number) < cost_of(by_steps):
        return np.arange(links.n_nodes), by_number
    return order, by_steps


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


def is_thick(bounds: Indices) -> bool:
    """Tell whether polynomials are better than elimination.

    How many they need goes with the steps from end to end, how much elimination takes with the
    slices' width.
    """
    n_slices = len(bounds) - 1
    return cost_of(bounds) > CHEAP and bounds[-1] / n_slices > 10 * n_slices


def cost_of(bounds: Indices) -> float:
    """Give the number of products that it takes to eliminate slices, but for a factor."""
    return float((np.diff(bounds).astype(np.float64) ** 3).sum())


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
    steps: list[tuple[slice, slice, Array, Array]] = []
    correction: Array | float = 0.0
    start = 0
    for own, following in blocks:
        inverse = inverse_by_halves(own - correction)
        carry = np.empty((len(own), 0)) if following is None else inverse @ following
        if following is not None:
            correction = following.T @ carry
        middle = start + len(own)
        stop = middle + carry.shape[1]
        # What comes back, inverse @ y[s] - carry @ x[s + 1], is one product.
        both = np.hstack([inverse, -carry])
        steps.append((slice(start, middle), slice(middle, stop), both[:, len(own) :].T, both))
        start = middle

    def solve(b: Array) -> Array:
        x = np.array(b, dtype=np.float64, order="C")
        for own, following, forth, _ in steps:
            x[following] += forth @ x[own]
        for own, following, _, back in reversed(steps):
            x[own] = back @ x[own.start : following.stop]
        return x

    return solve


def inverse_by_halves(A: Array) -> Array:
    """Invert a symmetric positive definite matrix: one half is eliminated, as in `eliminate`.

    That is products again, at twice the speed of the general inverse, which looks for pivots.
    """
    if len(A) <= 64:
        whole = np.linalg.inv(A)
        # Rounding makes it a little asymmetric, which would grow from slice to slice.
        even: Array = (whole + whole.T) / 2
        return even
    half = len(A) // 2
    first, across, second = A[:half, :half], A[:half, half:], A[half:, half:]
    carry = inverse_by_halves(first)
    inverse = np.empty_like(A)
    inverse[:half, :half] = carry
    carry = carry @ across
    below = inverse[half:, half:] = inverse_by_halves(second - across.T @ carry)
    back = carry @ below
    inverse[:half, :half] += back @ carry.T
    inverse[:half, half:] = -back
    inverse[half:, :half] = -back.T
    return inverse
