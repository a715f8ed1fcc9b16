"""Distances between the rows of two arrays, and who is nearest.

A squared Euclidean distance is |a|² + |b|² - 2 a·b, and all the a·b of two sets
of samples are one matrix product: the operation at which processors are best. It
has a price. Where a and b are close, two large numbers cancel and digits are
lost. So the product is the first guess, with a bound on its error (its *doubt*), and
wherever that bound could change an answer the distance is computed again
from the differences themselves (`exact`). What comes out does not depend on how
the work was cut into blocks: equal distances are equal, and the lowest index wins.

Read `Metric`, then `pairwise_distances`, then `nearest`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.validation import check_array

__all__ = [
    "METRICS",
    "WORKING_MEMORY",
    "Metric",
    "metric_named",
    "nearest",
    "nearest_rows",
    "pairwise_distances",
]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

WORKING_MEMORY = 256 * 2**20
"""Bytes that one block of distances may take; larger problems are cut into blocks."""

TOGETHER = 2**19
"""Ranks of one block of queries: they stay in the processor's cache until the nearest are found."""

IN_CACHE = 2**15
"""Numbers of a block of references that stays in the cache while all queries pass by."""

WIDE = 200
"""Features, from which the gaps of each pair are joined by themselves."""

CANCELLED = 1e8
"""A distance less than so many times its own doubt is computed again."""


@dataclass(frozen=True)
class Metric:
    """One way to measure how far apart two samples are.

    Neighbours are sorted by *ranks*, which grow with the distance and are
    cheaper: the squared distance for the Euclidean one.
    """

    embed: Callable[[Array], Array]
    """The rows that are really compared: unit vectors for the cosine."""
    quick: Callable[[Array], Callable[[Array], tuple[Array, Array]]]
    """Prepare references, (n, d), for queries: what comes out takes these, (m, d), and gives
    the ranks of all pairs, (m, n), and how wrong each row's may be, (m,). Its next call may write
    its ranks into the same array."""
    exact: Callable[[Array, Array], Array]
    """Ranks of pairs of rows, from their differences: (p, d), (p, d) -> (p,)."""
    distance: Callable[[Array], Array]
    """From ranks to distances."""
    rank: Callable[[float], float]
    """From a distance to its rank, up to a rounding."""


def metric_named(name: str) -> Metric:
    """Look a metric up by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if not isinstance(name, str) or name not in METRICS:
        raise ValueError(f"metric={name!r} is not known; choose one of {sorted(METRICS)}.")
    return METRICS[name]


def pairwise_distances(
    X: ArrayLike, Y: ArrayLike | None = None, metric: str = "euclidean"
) -> Array:
    """Compute the distance of each row of ``X`` to each row of ``Y``.

    Parameters
    ----------
    X : array-like of shape (n_samples_X, n_features)
    Y : array-like of shape (n_samples_Y, n_features), optional
        ``X`` itself by default; its diagonal is zero then.
    metric : str
        "euclidean" (or "l2"), "sqeuclidean", "cosine", "manhattan" (or "l1",
        "cityblock") or "chebyshev".

    Returns
    -------
    ndarray of shape (n_samples_X, n_samples_Y), float64

    Raises
    ------
    ValueError
        If the numbers of features differ or the metric has no such name.

    Notes
    -----
    Relative errors are below 1e-7: where a matrix product loses digits, the
    differences are computed. Squares must fit into a float: Euclidean distances
    refuse values beyond some 1e150, and take differences below 1e-160 for none. A
    row of zeros has the cosine distance 1 to every other row, and 0 to another row
    of zeros.

    Examples
    --------
    >>> pairwise_distances([[0, 0], [3, 4]])
    array([[0., 5.],
           [5., 0.]])
    """
    chosen = metric_named(metric)
    A = chosen.embed(check_array(X))
    B = A if Y is None else chosen.embed(check_array(Y, name="Y"))
    if A.shape[1] != B.shape[1]:
        raise ValueError(
            f"X has {A.shape[1]} features and Y has {B.shape[1]}: both need the same columns."
        )
    ranks, doubt = chosen.quick(B)(A)
    rows, columns = places_of(ranks < CANCELLED * doubt[:, None])
    ranks[rows, columns] = exact_ranks(A, B, rows, columns, chosen)
    return chosen.distance(ranks)


def nearest_rows(
    queries: Array, references: Array, k: int, metric: Metric, to_the_digit: bool = False
) -> tuple[Array, Indices]:
    """Find the ``k`` nearest references of each query; all rows are embedded already.

    The distances are those of the first guess where their order is beyond doubt, and
    exact with ``to_the_digit``.

    Returns
    -------
    distances, indices : ndarrays of shape (n_queries, k)
        The nearest first; of equal distances the lowest index.
    """
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), dtype=np.intp)
    ranks_of = metric.quick(references)
    for part in query_parts(len(queries), references):
        block = queries[part]
        ranks, doubt = ranks_of(block)
        exact = partial(exact_ranks, block, references, metric=metric)
        ranks, indices[part] = nearest(ranks, k, doubt, exact, to_the_digit)
        distances[part] = metric.distance(ranks)
    return distances, indices


def nearest(
    ranks: Array,
    k: int,
    doubt: Array,
    exact: Callable[[Indices, Indices], Array],
    to_the_digit: bool = False,
) -> tuple[Array, Indices]:
    """Find the ``k`` smallest entries of each row, in order; of equal ones the lowest index.

    Parameters
    ----------
    ranks : ndarray of shape (m, n)
        Ranks that may be off by ``doubt``.
    k : int
        At most ``n``.
    doubt : ndarray of shape (m,)
        The largest error in each row.
    exact : callable
        ``exact(rows, columns)`` gives the ranks of these pairs without error.
    to_the_digit : bool
        Whether the ranks that come out are to be without error too, not just in order.

    Returns
    -------
    ranks, indices : ndarrays of shape (m, k)
    """
    row, column = rivals(ranks, k, doubt)
    rank = ranks.ravel()[row * ranks.shape[1] + column]
    first = np.searchsorted(row, np.arange(len(ranks)))
    # Sorted by rank, then stably by row: where numbers of rows have two bytes, numpy counts
    # them instead of comparing. Equal ranks come in any order; they are looked at again.
    order = np.argsort(rank)
    number = row.astype(np.min_scalar_type(len(ranks)))
    order = order[np.argsort(number[order], kind="stable")]
    winners = order[first[:, None] + np.arange(k)]
    found = rank[winners]
    # One more than asked for tells whether the last one could be another.
    there = np.append(first[1:], len(row)) - first > k
    following = np.where(there, rank[order[np.where(there, first + k, 0)]], np.inf)
    gaps = np.diff(found, axis=1, append=following[:, None])
    close = (gaps <= 2 * doubt[:, None]).any(axis=1) | (found[:, 0] < CANCELLED * doubt)
    if to_the_digit:
        close |= doubt > 0
    if close.any():
        last = np.where(close, found[:, -1] + 2 * doubt, -np.inf)
        undecided = np.flatnonzero(rank <= last[row])
        rank[undecided] = exact(row[undecided], column[undecided])
        # The sort is stable, and columns ascend: of equal ranks the lowest comes first.
        order = undecided[np.lexsort((rank[undecided], row[undecided]))]
        first = np.searchsorted(row[undecided], np.flatnonzero(close))
        winners[close] = order[first[:, None] + np.arange(k)]
        found = rank[winners]
    return found, column[winners]


def rivals(ranks: Array, k: int, doubt: Array) -> tuple[Indices, Indices]:
    """Give the pairs that can be among the ``k`` smallest of their row, row by row."""
    # The k-th smallest of some columns is no less than that of all columns, and cheaper. The
    # more columns, the fewer rivals: with about √(20 n k) both cost the same.
    step = max(1, round(np.sqrt(ranks.shape[1] / (20 * k))))
    limit = np.partition(ranks[:, ::step], k - 1, axis=1)[:, k - 1] + 2 * doubt
    return places_of(ranks <= limit[:, None])


def places_of(mask: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Give rows and columns of what is true, much sooner than `numpy.nonzero` of two axes."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def exact_ranks(A: Array, B: Array, rows: Indices, columns: Indices, metric: Metric) -> Array:
    """Ranks of the pairs (A[rows], B[columns]) from their differences."""
    ranks = np.empty(len(rows))
    for part in parts(len(rows), A.shape[1]):
        ranks[part] = metric.exact(A[rows[part]], B[columns[part]])
    return ranks


def parts(n_rows: int, n_columns: int, at_most: int | None = None) -> Iterator[slice]:
    """Cut rows into slices, a few arrays of which fit into the working memory."""
    step = max(1, WORKING_MEMORY // (8 * 8 * n_columns))
    return slices(n_rows, step if at_most is None else min(step, at_most))


def slices(length: int, step: int) -> Iterator[slice]:
    """Cut an axis into slices of one length, the last of which may be shorter."""
    return (slice(start, start + step) for start in range(0, length, step))


def query_parts(n_queries: int, references: Array) -> Iterator[slice]:
    """Cut queries into slices whose ranks stay in the cache, unless that is too few for a product.

    A slice is copied when it is moved to the centre: it may be wider than its ranks.
    """
    at_most = max(128, TOGETHER // len(references))
    return parts(n_queries, max(references.shape), at_most)


class Room:
    """An array of so many columns that serves again and again: to touch new memory takes long."""

    def __init__(self, n_columns: int):
        self.array = np.empty((0, n_columns))

    def rows(self, n_rows: int) -> Array:
        """Give so many rows, with whatever is in them."""
        if len(self.array) < n_rows:
            self.array = np.empty((n_rows, self.array.shape[1]))
        return self.array[:n_rows]


# The metrics


def squared_euclidean(B: Array) -> Callable[[Array], tuple[Array, Array]]:
    """|a|² + |b|² - 2 a·b for all pairs, as one matrix product, and a bound on its error."""
    # Distances do not change when all samples move; near zero fewer digits cancel.
    centre = B.mean(axis=0)
    right, size = moved_with_squares(B, centre, column=-2)
    room = Room(len(B))

    def ranks_of(A: Array) -> tuple[Array, Array]:
        if A is B:
            moved, size_A = right[:, :-2], size
            ranks = moved @ moved.T
            ranks *= -2.0
            ranks += np.add.outer(size, size)  # in this order the matrix is symmetric
        else:
            # (-2a, 1, |a|²) · (b, |b|², 1): the product adds the squares on its way, where
            # sums after it would go through all pairs twice more.
            left, size_A = moved_with_squares(A, centre, column=-1)
            left[:, :-2] *= -2.0
            ranks = np.matmul(left, right.T, out=room.rows(len(A)))
        # A sum of d products is off by at most d roundings of its size.
        doubt = 2 * EPSILON * (A.shape[1] + 8) * (size_A + size.max())
        return ranks, doubt

    return ranks_of


def moved_with_squares(X: Array, centre: Array, column: int) -> tuple[Array, Array]:
    """Give X - centre with two columns more, its squared lengths and ones; and these lengths."""
    n_samples, n_features = X.shape
    moved = np.empty((n_samples, n_features + 2))
    moved[:, n_features:] = 1.0
    inner = np.subtract(X, centre, out=moved[:, :n_features])
    moved[:, column] = size = np.einsum("ij,ij->i", inner, inner)
    return moved, size


def with_finite_squares(X: Array) -> Array:
    """Give back what came, unless squared distances could be too large for a float."""
    largest = max(float(X.max()), -float(X.min()))
    most = float(np.sqrt(np.finfo(np.float64).max / (16 * X.shape[1])))
    if largest > most:
        raise ValueError(
            f"X has values as large as {largest:.0e}, whose squares overflow: the most for "
            f"Euclidean distances is {most:.0e}; divide all samples by a constant."
        )
    return X


def squared_differences(a: Array, b: Array) -> Array:
    """Compute |a - b|² of pairs of rows."""
    difference = a - b
    difference *= difference
    total: Array = difference.sum(axis=1)
    return total


def unit_rows(X: Array) -> Array:
    """Scale rows to length one; rows of zeros point into a direction of their own."""
    # Powers of two change no digit, and keep the squares from overflow and underflow.
    _, exponents = np.frexp(np.abs(X).max(axis=1, keepdims=True))
    X = np.ldexp(X, -exponents)
    length = np.sqrt(np.einsum("ij,ij->i", X, X))
    empty = length == 0
    return np.column_stack([X / np.where(empty, 1.0, length)[:, None], empty])


def by_differences(
    join: np.ufunc,
) -> tuple[
    Callable[[Array], Callable[[Array], tuple[Array, Array]]], Callable[[Array, Array], Array]
]:
    """Make ``quick`` and ``exact`` of a metric that joins the gaps of all features."""

    def exact(a: Array, b: Array) -> Array:
        gaps = a - b
        ranks: Array = join.reduce(np.abs(gaps, out=gaps), axis=1)
        return ranks

    def quick(B: Array) -> Callable[[Array], tuple[Array, Array]]:
        room = Room(len(B))

        def ranks_of(A: Array) -> tuple[Array, Array]:
            ranks = room.rows(len(A))
            n_features = B.shape[1]
            # Few gaps are joined much sooner for many samples at once than for each by itself.
            narrow = n_features < WIDE
            for some in slices(len(B), max(1, IN_CACHE // n_features)):
                block = B[some].T.copy() if narrow else B[some]
                gaps = np.empty_like(block)
                for a, found in zip(A, ranks[:, some], strict=True):
                    np.subtract(block, a[:, None] if narrow else a, out=gaps)
                    np.abs(gaps, out=gaps)
                    join.reduce(gaps, axis=0 if narrow else 1, out=found)
            doubt = np.zeros(len(A))
            if join is np.add and n_features > 1:
                # Sums depend on their order, here and in `exact`, by a rounding for each term.
                doubt = EPSILON * (n_features - 1) * ranks.max(axis=1)
            return ranks, doubt

        return ranks_of

    return quick, exact


def unchanged(values: Any) -> Any:
    """Give back what came."""
    return values


EPSILON = float(np.finfo(np.float64).eps)
EUCLIDEAN = Metric(
    with_finite_squares, squared_euclidean, squared_differences, np.sqrt, lambda d: d * d
)
SQEUCLIDEAN = Metric(
    with_finite_squares, squared_euclidean, squared_differences, unchanged, unchanged
)
# |u - v|² = 2 (1 - cos) for unit vectors u and v.
COSINE = Metric(
    unit_rows,
    squared_euclidean,
    squared_differences,
    lambda ranks: ranks / 2,
    lambda distance: 2 * distance,
)
MANHATTAN = Metric(unchanged, *by_differences(np.add), unchanged, unchanged)
CHEBYSHEV = Metric(unchanged, *by_differences(np.maximum), unchanged, unchanged)

METRICS: dict[str, Metric] = {
    "euclidean": EUCLIDEAN,
    "l2": EUCLIDEAN,
    "sqeuclidean": SQEUCLIDEAN,
    "cosine": COSINE,
    "manhattan": MANHATTAN,
    "l1": MANHATTAN,
    "cityblock": MANHATTAN,
    "chebyshev": CHEBYSHEV,
}
"""The metrics by name."""
