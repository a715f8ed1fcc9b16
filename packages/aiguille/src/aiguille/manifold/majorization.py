"""Scaling by majorisation: points move until their distances fit a table, or its order.

Read `smacof`, then its one step, `guttman_transform`; then `Ordered` and `isotonic`, which find
distances that rise with the dissimilarities where only their order counts.
"""

import warnings
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.manifold.classical import check_dissimilarities
from aiguille.parameters import check_option, check_random_state, check_real, check_whole
from aiguille.validation import ConvergenceWarning, check_array

__all__ = ["guttman_transform", "isotonic", "smacof"]

Array = NDArray[np.float64]


def smacof(
    dissimilarities: ArrayLike,
    *,
    metric: bool = True,
    n_components: int = 2,
    init: ArrayLike | None = None,
    n_init: int = 1,
    max_iter: int = 300,
    eps: float = 1e-6,
    random_state: Any = None,
    return_n_iter: bool = False,
    normalized_stress: bool | Literal["auto"] = "auto",
) -> Any:
    """Move points until their distances fit a table: scaling by majorising a function.

    The misfit, the *stress*, has no simple minimum. But it lies below a parabola that touches
    it where the points are, and whose minimum is known. Going there makes the stress
    smaller; then comes the next parabola. There is no step size to choose.

    Parameters
    ----------
    dissimilarities : array-like of shape (n_samples, n_samples)
        Symmetric.
    metric : bool
        Whether distances are to equal the dissimilarities; else they are to rise with them, and
        a dissimilarity of 0 stands for an unknown one.
    n_components : int
        How many coordinates; ``init`` goes before.
    init : array-like of shape (n_samples, n_components), optional
        Where to begin; drawn by default.
    n_init : int
        How many times to begin, of which the best is kept.
    max_iter : int
        The most steps of each.
    eps : float
        How little the stress falls at the end, as a share of the sum of squared distances.
    random_state : int, RandomState or None
        For where to begin.
    return_n_iter : bool
        Whether to give the number of steps too.
    normalized_stress : bool or "auto"
        Whether to give the stress as the root of its share of the squared distances (Kruskal's
        Stress-1); "auto" does so unless ``metric``.

    Returns
    -------
    points : ndarray of shape (n_samples, n_components)
    stress : float
        Half the sum of squared differences, over all ordered pairs.
    n_iter : int
        Only with ``return_n_iter``.

    References
    ----------
    de Leeuw (1977), "Applications of convex analysis to multidimensional scaling", in Recent
    developments in statistics. Kruskal (1964), "Nonmetric multidimensional scaling: a
    numerical method", Psychometrika 29.

    Examples
    --------
    >>> D = [[0.0, 3, 5], [3, 0, 4], [5, 4, 0]]
    >>> points, stress = smacof(D, random_state=0)
    >>> float(np.linalg.norm(points[0] - points[2]).round(1)), stress < 1e-2
    (5.0, True)
    """
    D = check_dissimilarities(dissimilarities)
    n_components = check_whole("n_components", n_components)
    n_init, max_iter = check_whole("n_init", n_init), check_whole("max_iter", max_iter)
    eps = check_real("eps", eps)
    check_option("normalized_stress", normalized_stress, (True, False, "auto"))
    random = check_random_state(random_state)
    share = not metric if normalized_stress == "auto" else bool(normalized_stress)
    if init is not None:
        n_init, init = 1, check_array(init, name="init")
        if len(init) != len(D):
            raise ValueError(
                f"init has {len(init)} rows where there are {len(D)} samples: give a place for "
                "each."
            )
    best: tuple[Array, float, int] | None = None
    settled = True
    for _ in range(n_init):
        start = random.uniform(size=(len(D), n_components)) if init is None else init
        points, stress, n_iter, ended = majorize(D, start, metric, max_iter, eps, share)
        if best is None or stress < best[1]:
            best, settled = (points, stress, n_iter), ended
    assert best is not None
    if not settled:
        warnings.warn(
            f"the stress still fell by more than eps={eps:g} after max_iter={max_iter} steps: "
            "raise max_iter, or eps.",
            ConvergenceWarning,
            stacklevel=2,
        )
    return best if return_n_iter else best[:2]


def majorize(
    D: Array, points: Array, metric: bool, max_iter: int, eps: float, share: bool
) -> tuple[Array, float, int, bool]:
    """Take steps from one start; give points, stress, their number, and whether they settled."""
    targets = D
    order = None if metric else Ordered(D)
    distances = distances_between(points)
    stress, n_iter, settled = np.inf, 0, False
    for n_iter in range(1, max_iter + 1):
        if order is not None:
            # At first the dissimilarities themselves: a random start has nothing to tell.
            targets = order.targets(D if n_iter == 1 else distances)
        points = guttman_transform(points, distances, targets)
        distances = distances_between(points)
        before, stress = stress, float(((distances - targets) ** 2).sum()) / 2
        size = float((distances**2).sum()) / 2
        if before - stress < eps * size or size == 0:
            settled = True
            break
    if share:
        stress = float(np.sqrt(stress / size)) if size > 0 else 0.0
    return points, stress, n_iter, settled


def guttman_transform(points: Array, distances: Array, targets: Array) -> Array:
    """Move each point to the mean of where the others would have it.

    Point j would have i in its own direction, as far away as the target says. This is the
    minimum of the parabola that touches the stress.

    Parameters
    ----------
    points : ndarray of shape (n_samples, n_components)
    distances, targets : ndarrays of shape (n_samples, n_samples)
        Of the points, and wanted.

    Returns
    -------
    ndarray of shape (n_samples, n_components)
        Around zero.

    References
    ----------
    Guttman (1968), "A general nonmetric technique for finding the smallest coordinate space
    for a configuration of points", Psychometrika 33(4).

    Examples
    --------
    >>> points = np.array([[0.0], [1.0]])
    >>> guttman_transform(points, np.array([[0, 1.0], [1, 0]]), np.array([[0, 4.0], [4, 0]]))
    array([[-2.],
           [ 2.]])
    """
    # Points that coincide have no direction; a tiny distance lets them part slowly.
    ratio = targets / np.where(distances > 0, distances, 1e-5)
    moved: Array = (ratio.sum(axis=1)[:, None] * points - ratio @ points) / len(points)
    return moved


def distances_between(points: Array) -> Array:
    """Compute all distances from differences, coordinate by coordinate: few are the quickest."""
    squares = np.zeros((len(points), len(points)))
    for x in points.T:
        gaps = np.subtract.outer(x, x)
        gaps *= gaps
        squares += gaps
    return np.sqrt(squares, out=squares)


class Ordered:
    """Which of the dissimilarities is larger, prepared once for all steps."""

    def __init__(self, D: Array) -> None:
        self.rows, self.columns = np.nonzero(np.triu(D, 1))
        given = D[self.rows, self.columns]
        order = np.argsort(given, kind="stable")
        # What differs by rounding only is equal.
        larger = np.diff(given[order], prepend=-np.inf) > 1e-12 * given.max(initial=0.0)
        self.rank = np.empty(len(given), dtype=np.intp)
        self.rank[order] = np.cumsum(larger) - 1
        self.counts: Array = np.bincount(self.rank).astype(np.float64)

    def targets(self, distances: Array) -> Array:
        """Give what is nearest to distances and rises with the dissimilarities, of one size."""
        n = len(distances)
        given = distances[self.rows, self.columns]
        # Equal dissimilarities get equal targets.
        means = np.bincount(self.rank, given, len(self.counts)) / self.counts
        fitted = isotonic(means, self.counts)[self.rank]
        length = np.sqrt((fitted**2).sum())
        fitted = fitted * (np.sqrt(n * (n - 1) / 2) / length) if length > 0 else fitted
        targets = np.zeros((n, n))
        targets[self.rows, self.columns] = targets[self.columns, self.rows] = fitted
        return targets


def isotonic(values: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Give the sequence that never falls and is nearest to another in weighted squares.

    Neighbours that fall are pooled: both get their mean. Here each round pools whole runs of
    blocks that fall, all at once, instead of going from left to right.

    Parameters
    ----------
    values : array-like of shape (n,)
    weights : array-like of shape (n,), optional
        Positive; ones by default.

    Returns
    -------
    ndarray of shape (n,)

    References
    ----------
    Barlow, Bartholomew, Bremner & Brunk (1972), "Statistical inference under order
    restrictions", Wiley: pooling in any order leads to the same.

    Examples
    --------
    >>> isotonic([1.0, 3.0, 2.0, 4.0])
    array([1. , 2.5, 2.5, 4. ])
    """
    means = np.asarray(values, dtype=np.float64)
    mass = np.ones(len(means)) if weights is None else np.asarray(weights, dtype=np.float64)
    block = np.arange(len(means))
    while True:
        rises = np.append(True, np.diff(means) >= 0)[: len(means)]
        if rises.all():
            fitted: Array = means[block]
            return fitted
        number = np.cumsum(rises) - 1
        sums = np.bincount(number, means * mass)
        mass = np.bincount(number, mass).astype(np.float64)
        means = sums / mass
        block = number[block]
