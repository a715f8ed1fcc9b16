"""Trees of clusters where only neighbours in a graph may merge: pixels, say.

The rule is the plain one: of all edges, merge the cheapest, again and again. On a graph no
shorter way is exact: a merged cluster can be nearer to a neighbour than both its halves
were neighbours of it, so pairs that are each other's nearest may not merge out of turn.

What makes it quick is that the cost of an edge between two living clusters never changes:

- an edge belongs to the younger of its ends, which had to compute its cost anyway, and of
  its edges a cluster has only the cheapest in the common heap. When that comes up and leads
  to a dead cluster, the next is looked for, which is rare: one time in six;
- nothing is ever removed. The dead are skipped when they come up; the lists of neighbours
  only grow, and are read once, when their cluster merges;
- the loop is plain Python, since numpy's calls pay only for many neighbours or features. Of
  a large image it spends most of its time waiting for memory, because merges jump from one
  place to another. So sizes and means are no objects, each somewhere, but stand in compact
  arrays (`array.array`, `struct`), which give Python numbers quickly.

Read `merged`, the loop, then what an edge costs: `WardCosts` and `LinkedCosts`.
"""

from array import array
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain, repeat
from math import dist
from struct import Struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["structured_linkage", "structured_ward"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Tree = tuple[Indices, Array]
MANY = 48  # neighbours, from which numpy is quicker than a loop
WIDE = 32  # features, from which it is
TOGETHER = 2**15  # numbers of one call: they fit the processor's cache


class Costs(Protocol):
    """What the loop asks."""

    def merge(self, a: int, b: int, new: int, near: list[int]) -> None:
        """Make a new cluster of two; its living neighbours are given."""
        ...

    def of(self, cluster: int, near: list[int]) -> list[float]:
        """Give what merging with each of some neighbours would cost."""
        ...


def structured_ward(X: Array, edges: Indices) -> Tree:
    """Merge neighbours so that the variance within clusters grows least.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    edges : ndarray of shape (n_edges, 2)
        Of a connected graph, each pair once, the smaller number first.

    Returns
    -------
    children : ndarray of shape (n_samples - 1, 2)
        Row ``i`` names the two that became cluster ``n_samples + i``.
    distances : ndarray of shape (n_samples - 1,)
        Square roots of twice the growth of the sum of squares.

    References
    ----------
    Ward (1963), "Hierarchical grouping to optimize an objective function", JASA 58(301).
    """
    d = X.shape[1]
    costs = np.empty(len(edges))
    step = max(1, TOGETHER // d)
    for some in (slice(start, start + step) for start in range(0, len(edges), step)):
        gaps = X[edges[some, 0]] - X[edges[some, 1]]
        costs[some] = 0.5 * np.einsum("ij,ij->i", gaps, gaps)
    rule = GreyCosts(X) if d == 1 else FewCosts(X) if d < WIDE else WardCosts(X)
    children, merging = merged(len(X), edges, costs, rule)
    return children, np.sqrt(2 * merging)


def structured_linkage(n_samples: int, edges: Indices, lengths: Array, linkage: str) -> Tree:
    """Merge neighbours by the longest, mean or shortest of the edges between clusters.

    Parameters
    ----------
    n_samples : int
    edges : ndarray of shape (n_edges, 2)
        Of a connected graph, each pair once, the smaller number first.
    lengths : ndarray of shape (n_edges,)
    linkage : {"complete", "average", "single"}

    Returns
    -------
    children, distances
        As `structured_ward` gives.
    """
    return merged(n_samples, edges, lengths, LinkedCosts(n_samples, edges, lengths, linkage))


def merged(n: int, edges: Indices, costs: Array, rule: Costs) -> Tree:
    """Merge the cheapest edge until one cluster is left."""
    # One object for each number, not one for each mention, keeps more of them in the cache.
    numbers = list(range(2 * n - 1))
    # One empty list for all who have none yet, or no more: the fewer lists there come to be, the
    # less often Python searches all of them for garbage.
    nobody: list[int] = []
    near = [*neighbours_of(n, edges, numbers), *[nobody] * (n - 1)]
    alive = bytearray(b"\1") * n + bytearray(n - 1)
    # Sorted once, the nodes come up one after the other; the heap has only what is new.
    coming = chain(cheapest_first(edges, costs), repeat((np.inf, 2 * n, 2 * n)))
    upcoming = next(coming)
    heap: list[tuple[float, int, int]] = []
    ones, others, merging = [], [], []
    for new in numbers[n:]:
        while True:
            if heap and heap[0] < upcoming:
                cost, a, b = heappop(heap)
            else:
                (cost, a, b), upcoming = upcoming, next(coming)
            if not alive[a]:
                continue
            if alive[b]:
                break
            older = [c for c in near[a] if c < a and alive[c]]
            if older:
                found = rule.of(a, older)
                cost = min(found)
                heappush(heap, (cost, a, older[found.index(cost)]))
        ones.append(a)
        others.append(b)
        merging.append(cost)
        alive[a] = alive[b] = 0
        both = [c for c in {*near[a], *near[b]} if alive[c]]
        near[a] = near[b] = nobody
        rule.merge(a, b, new, both)
        near[new], alive[new] = both, 1
        if both:
            found = rule.of(new, both)
            cost = min(found)
            heappush(heap, (cost, new, both[found.index(cost)]))
            for c in both:
                near[c].append(new)
    pairs = np.array([ones, others], dtype=np.intp).T
    return np.sort(pairs, axis=1), np.array(merging, dtype=np.float64)


def cheapest_first(edges: Indices, costs: Array) -> Iterator[tuple[float, int, int]]:
    """Give the cheapest edge of each node to one of smaller number, in order."""
    low, high = edges.T
    order = np.lexsort((low, costs, high))
    order = order[np.diff(high[order], prepend=-1) != 0]
    order = order[np.lexsort((high[order], costs[order]))]
    return zip(costs[order].tolist(), high[order].tolist(), low[order].tolist(), strict=True)


def neighbours_of(n: int, edges: Indices, numbers: list[int]) -> list[list[int]]:
    """Give the neighbours of each node."""
    one, other = np.concatenate([edges, edges[:, ::-1]]).T
    flat = [numbers[node] for node in other[np.argsort(one, kind="stable")].tolist()]
    ends = np.cumsum(np.bincount(one, minlength=n)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class WardCosts:
    """Ward's costs: the sizes and the means of clusters are all they need.

    Means of many features take long to fetch. So a cluster gets the row of one of the two
    it is made of, which was just read, and its costs are kept until it merges.
    """

    def __init__(self, X: Array) -> None:
        n = len(X)
        self.sizes = array("d", np.repeat([1.0, 0.0], [n, n - 1]).tobytes())
        self.means = X.copy()
        self.row = list(range(2 * n - 1))
        self.gap = np.empty(X.shape[1])
        self.found: dict[int, dict[int, float]] = {}

    def merge(self, a: int, b: int, new: int, near: list[int]) -> None:
        self.sizes[new] = size = self.sizes[a] + self.sizes[b]
        self.row[new] = self.row[a]
        mean = self.means[self.row[a]]
        # Written so, the mean of two equal numbers is that number, without rounding.
        step = np.subtract(self.means[self.row[b]], mean, out=self.gap)
        step *= self.sizes[b] / size
        mean += step
        self.found.pop(a, None)
        self.found.pop(b, None)

    def of(self, cluster: int, near: list[int]) -> list[float]:
        if cluster in self.found:
            known = self.found[cluster]
            return [known[c] for c in near]
        found = self.of_many(cluster, near) if len(near) >= MANY else self.of_few(cluster, near)
        self.found[cluster] = dict(zip(near, found, strict=True))
        return found

    def of_few(self, cluster: int, near: list[int]) -> list[float]:
        """Row by row: a copy of all of them would take longer than the calls."""
        sizes, means, row, gap = self.sizes, self.means, self.row, self.gap
        size, mean = sizes[cluster], means[row[cluster]]
        found = []
        for c in near:
            np.subtract(means[row[c]], mean, out=gap)
            found.append(float(gap.dot(gap)) * (size * (m := sizes[c]) / (size + m)))
        return found

    def of_many(self, cluster: int, near: list[int]) -> list[float]:
        gaps = self.means.take([self.row[c] for c in near], axis=0)
        gaps -= self.means[self.row[cluster]]
        size, weights = self.sizes[cluster], np.frombuffer(self.sizes).take(near)
        costs: Array = np.einsum("ij,ij->i", gaps, gaps) * (size * weights / (size + weights))
        return list(costs.tolist())


class FewCosts(WardCosts):
    """The same for few features: the colours of pixels, which have a handful of neighbours.

    Each mean is taken as a tuple from the bytes of the array.
    """

    def __init__(self, X: Array) -> None:
        super().__init__(X)
        self.bytes = bytearray(X.tobytes() + bytes((len(X) - 1) * X.shape[1] * X.itemsize))
        self.means = np.frombuffer(self.bytes).reshape(-1, X.shape[1])
        mean = Struct(f"{X.shape[1]}d")
        self.width, self.take, self.put = mean.size, mean.unpack_from, mean.pack_into

    def merge(self, a: int, b: int, new: int, near: list[int]) -> None:
        sizes, means, width = self.sizes, self.bytes, self.width
        sizes[new] = size = sizes[a] + sizes[b]
        share = sizes[b] / size
        pairs = zip(self.take(means, width * a), self.take(means, width * b), strict=True)
        self.put(means, width * new, *[x + (y - x) * share for x, y in pairs])

    def of(self, cluster: int, near: list[int]) -> list[float]:
        if len(near) >= MANY:
            return self.of_many(cluster, near)
        sizes, means, width, take = self.sizes, self.bytes, self.width, self.take
        size, mean = sizes[cluster], take(means, width * cluster)
        return [
            (gap := dist(mean, take(means, width * c)))
            * gap
            * (size * (m := sizes[c]) / (size + m))
            for c in near
        ]


class GreyCosts(FewCosts):
    """The same for one feature: the means are numbers."""

    def __init__(self, X: Array) -> None:
        super().__init__(X)
        self.greys = array("d", self.bytes)
        self.means = np.frombuffer(self.greys).reshape(self.means.shape)

    def merge(self, a: int, b: int, new: int, near: list[int]) -> None:
        sizes, means = self.sizes, self.greys
        sizes[new] = size = sizes[a] + sizes[b]
        means[new] = means[a] + (means[b] - means[a]) * (sizes[b] / size)

    def of(self, cluster: int, near: list[int]) -> list[float]:
        if len(near) >= MANY:
            return self.of_many(cluster, near)
        sizes, means = self.sizes, self.greys
        size, mean = sizes[cluster], means[cluster]
        return [
            (gap := means[c] - mean) * gap * (size * (m := sizes[c]) / (size + m)) for c in near
        ]


class LinkedCosts:
    """Lengths of the edges between clusters, and how those of two become one."""

    def __init__(self, n: int, edges: Indices, lengths: Array, linkage: str) -> None:
        self.near: list[dict[int, float]] = [{} for _ in range(2 * n - 1)]
        for (i, j), length in zip(edges.tolist(), lengths.tolist(), strict=True):
            self.near[i][j] = self.near[j][i] = length
        self.sizes = [1] * n + [0] * (n - 1)
        self.linkage = linkage

    def merge(self, a: int, b: int, new: int, near: list[int]) -> None:
        one, other = self.near[a], self.near[b]
        size_a, size_b = self.sizes[a], self.sizes[b]
        self.sizes[new] = size_a + size_b
        both: dict[int, float] = {}
        for c in near:
            if c not in other:
                length = one[c]
            elif c not in one:
                length = other[c]
            elif self.linkage == "average":
                length = (size_a * one[c] + size_b * other[c]) / (size_a + size_b)
            else:
                length = (max if self.linkage == "complete" else min)(one[c], other[c])
            both[c] = self.near[c][new] = length
        self.near[new], self.near[a], self.near[b] = both, {}, {}

    def of(self, cluster: int, near: list[int]) -> list[float]:
        lengths = self.near[cluster]
        return [lengths[c] for c in near]
