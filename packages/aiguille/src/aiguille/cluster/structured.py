"""Trees of clusters where only neighbours in a graph may merge: pixels, say.

The rule is the plain one: of all edges, merge the cheapest, again and again. On a graph no
shorter way is exact: a merged cluster can be nearer to a neighbour than both its halves
were neighbours of it, so pairs that are each other's nearest may not merge out of turn.

What makes it quick is that the cost of an edge between two living clusters never changes:

- an edge belongs to the younger of its ends, which had to compute its cost anyway. Each
  cluster keeps its own edges sorted, and only its cheapest waits in the common heap: one
  entry for a cluster, not one for an edge;
- nothing is ever removed. The dead are skipped when they come up; the lists of neighbours
  only grow, and are read once, when their cluster merges;
- plain lists of Python numbers in the loop, where numpy's scalars would be slower; numpy for
  clusters with many neighbours or features, and for all edges at the start.

Read `merged`, the loop, then `WardCosts` and `LinkedCosts`: what an edge costs.
"""

from heapq import heappop, heappush
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["structured_linkage", "structured_ward"]

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Tree = tuple[Indices, Array]
MANY = 48  # neighbours, from which numpy is quicker than a loop
KEPT = 32  # edges that a cluster keeps sorted; it looks again when they are used up


class Costs(Protocol):
    """What the loop asks: who is near a new cluster, and what an edge would cost."""

    def merge(self, a: int, b: int, new: int, alive: bytearray) -> list[tuple[float, int]]:
        """Make a new cluster of two; give the cost and other end of each of its edges."""
        ...

    def again(self, cluster: int, alive: bytearray) -> list[tuple[float, int]]:
        """Give the edges to older clusters that live still."""
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
    differences = X[edges[:, 0]] - X[edges[:, 1]]
    costs = 0.5 * np.einsum("ij,ij->i", differences, differences)
    children, merging = merged(len(X), edges, costs, WardCosts(X, edges))
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
    own: list[Any] = [*sorted_edges(n, edges, costs), *[None] * (n - 1)]
    alive = bytearray(b"\1") * n + bytearray(n - 1)
    # Sorted once, the nodes come up one after the other; the heap has only what is new.
    first = [(mine[-1][0], cluster) for cluster, mine in enumerate(own[:n]) if mine]
    first.append((np.inf, -1))
    first.sort(reverse=True)
    heap: list[tuple[float, int]] = []
    children, distances = [], []
    new = n
    while new < 2 * n - 1:
        cost, a = heappop(heap) if heap and heap[0] < first[-1] else first.pop()
        if not alive[a]:
            continue
        mine = own[a]
        b = mine.pop()[1]
        if not alive[b]:
            while mine and not alive[mine[-1][1]]:
                mine.pop()
            if not mine:
                mine = own[a] = cheapest(rule.again(a, alive))
            if mine:
                heappush(heap, (mine[-1][0], a))
            continue
        children.append((b, a))
        distances.append(cost)
        alive[a] = alive[b] = 0
        own[a] = own[b] = None
        mine = own[new] = cheapest(rule.merge(a, b, new, alive))
        alive[new] = 1
        if mine:
            heappush(heap, (mine[-1][0], new))
        new += 1
    pairs = np.array(children, dtype=np.intp).reshape(-1, 2)
    return np.sort(pairs, axis=1), np.array(distances, dtype=np.float64)


def cheapest(found: list[tuple[float, int]]) -> list[tuple[float, int]]:
    """Sort edges, the cheapest last; keep a few of many."""
    found.sort(reverse=True)
    return found[-KEPT:] if len(found) > KEPT else found


def sorted_edges(n: int, edges: Indices, costs: Array) -> list[list[tuple[float, int]]]:
    """Give each node its edges to nodes of smaller number, the cheapest last."""
    order = np.lexsort((-edges[:, 0], -costs, edges[:, 1]))
    pairs = list(zip(costs[order].tolist(), edges[order, 0].tolist(), strict=True))
    ends = np.cumsum(np.bincount(edges[:, 1], minlength=n)).tolist()
    return [pairs[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def neighbours_of(n: int, edges: Indices) -> list[list[int]]:
    """Give the neighbours of each node."""
    one, other = np.concatenate([edges, edges[:, ::-1]]).T
    # One object for each number, not one for each mention, keeps more of it in the cache.
    numbers = list(range(n))
    flat = [numbers[node] for node in other[np.argsort(one, kind="stable")].tolist()]
    ends = np.cumsum(np.bincount(one, minlength=n)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


class WardCosts:
    """Sizes and means of clusters: all that Ward's cost needs.

    Grey and coloured pixels (up to three features) are kept in lists, since a handful of
    neighbours is quicker in plain Python; more features are kept in an array.
    """

    def __init__(self, X: Array, edges: Indices) -> None:
        n, d = X.shape
        self.neighbours = [*neighbours_of(n, edges), *[[] for _ in range(n - 1)]]
        self.sizes = [1.0] * n + [0.0] * (n - 1)
        self.d = d
        self.means: Any
        if d == 1:
            self.means = [*X[:, 0].tolist(), *[0.0] * (n - 1)]
        elif d <= 3:
            padded = np.concatenate([X, np.zeros((n, 3 - d))], axis=1)
            self.means = [*map(tuple, padded.tolist()), *[()] * (n - 1)]
        else:
            self.means = np.concatenate([X, np.zeros((n - 1, d))])

    def merge(self, a: int, b: int, new: int, alive: bytearray) -> list[tuple[float, int]]:
        neighbours, sizes, means = self.neighbours, self.sizes, self.means
        near = [c for c in {*neighbours[a], *neighbours[b]} if alive[c]]
        for c in near:
            neighbours[c].append(new)
        neighbours[new] = near
        neighbours[a] = neighbours[b] = []
        sizes[new] = size = sizes[a] + sizes[b]
        # The mean of two equal numbers is that number, without rounding.
        share = sizes[b] / size
        if 1 < self.d <= 3:
            (x, y, z), (u, v, w) = means[a], means[b]
            means[new] = x + (u - x) * share, y + (v - y) * share, z + (w - z) * share
        else:
            means[new] = means[a] + (means[b] - means[a]) * share
        return self.costs(new, near)

    def again(self, cluster: int, alive: bytearray) -> list[tuple[float, int]]:
        near = {c for c in self.neighbours[cluster] if c < cluster and alive[c]}
        return self.costs(cluster, list(near))

    def costs(self, cluster: int, near: list[int]) -> list[tuple[float, int]]:
        """Give what merging with each would cost; of many, only the cheapest few."""
        sizes, means = self.sizes, self.means
        size, mean = sizes[cluster], means[cluster]
        if self.d == 1 and len(near) < MANY:
            return [
                ((gap := means[c] - mean) * gap * (size * (m := sizes[c]) / (size + m)), c)
                for c in near
            ]
        if self.d <= 3 and len(near) < MANY:
            x, y, z = mean
            found = []
            for c in near:
                u, v, w = means[c]
                u, v, w, m = u - x, v - y, w - z, sizes[c]
                found.append(((u * u + v * v + w * w) * (size * m / (size + m)), c))
            return found
        if not near:
            return []
        others = np.array(near)
        gaps = means.take(others, axis=0) if self.d > 3 else np.array([means[c] for c in near])
        gaps = gaps.reshape(len(near), -1)
        gaps -= mean  # in place: rows of many features cost as much to move as to use
        weights = np.array([sizes[c] for c in near])
        costs = np.einsum("ij,ij->i", gaps, gaps) * (size * weights / (size + weights))
        if len(near) > KEPT:
            few = np.argpartition(costs, KEPT)[:KEPT]
            costs, others = costs[few], others[few]
        return list(zip(costs.tolist(), others.tolist(), strict=True))


class LinkedCosts:
    """Lengths of the edges between clusters, and how those of two become one."""

    def __init__(self, n: int, edges: Indices, lengths: Array, linkage: str) -> None:
        self.near: list[dict[int, float]] = [{} for _ in range(2 * n - 1)]
        for (i, j), length in zip(edges.tolist(), lengths.tolist(), strict=True):
            self.near[i][j] = self.near[j][i] = length
        self.sizes = [1] * n + [0] * (n - 1)
        self.linkage = linkage

    def merge(self, a: int, b: int, new: int, alive: bytearray) -> list[tuple[float, int]]:
        near, one, other = self.near, self.near[a], self.near[b]
        size_a, size_b = self.sizes[a], self.sizes[b]
        self.sizes[new] = size_a + size_b
        both: dict[int, float] = {c: length for c, length in one.items() if alive[c]}
        for c, length in other.items():
            if not alive[c]:
                continue
            before = both.get(c)
            if before is None:
                both[c] = length
            elif self.linkage == "average":
                both[c] = (size_a * before + size_b * length) / (size_a + size_b)
            else:
                both[c] = max(before, length) if self.linkage == "complete" else min(before, length)
        for c, length in both.items():
            near[c][new] = length
        near[new], near[a], near[b] = both, {}, {}
        return [(length, c) for c, length in both.items()]

    def again(self, cluster: int, alive: bytearray) -> list[tuple[float, int]]:
        return [(d, c) for c, d in self.near[cluster].items() if c < cluster and alive[c]]
