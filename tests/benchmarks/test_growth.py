"""How time and memory grow with the number of samples, pixels or features.

Each estimator meets growing sizes in a fresh process: time is the shorter of two fits, memory
is what objects and arrays needed at most in another fit (what compiled code takes for itself
is not seen). Both grow with a power of the size, which is told beside scikit-learn's.
"""

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiguille.cluster
import aiguille.covariance
import aiguille.decomposition
import aiguille.neighbors
import numpy as np
import pytest
import sklearn.cluster
import sklearn.covariance
import sklearn.decomposition
import sklearn.neighbors
from aiguille.image import grid_to_graph
from sklearn.feature_extraction.image import grid_to_graph as their_grid


@dataclass(frozen=True)
class Case:
    """One job: its data for a size, and what is timed."""

    title: str
    sizes: list[int]
    data: Callable[[int], Any]
    ours: Callable[[Any], Any]
    theirs: Callable[[Any], Any]
    peer: str = "scikit-learn"
    why: str = ""  # ours is slower with the largest size, if it is


def cloud(n_features: int) -> Callable[[int], Any]:
    """Samples around five centres."""

    def drawn(n: int) -> Any:
        rng = np.random.default_rng(0)
        return rng.normal(size=(n, n_features)) + 4 * rng.integers(5, size=(n, 1))

    return drawn


def image(n: int) -> Any:
    """Numbers of pixels that are like their neighbours', and the side of the square."""
    side = round(n**0.5)
    rough = np.random.default_rng(0).normal(size=(side, side))
    return rough.cumsum(axis=0).cumsum(axis=1).reshape(-1, 1), side


def images(n: int) -> Any:
    """Twenty images of n pixels, and the side of the square."""
    side = round(n**0.5)
    rough = np.random.default_rng(0).normal(size=(20, side, side))
    return rough.cumsum(axis=1).cumsum(axis=2).reshape(20, -1), side


def ours_on_a_grid(given: Any) -> Any:
    X, side = given
    return aiguille.cluster.ward_tree(X, grid_to_graph(side, side).edges)


def theirs_on_a_grid(given: Any) -> Any:
    X, side = given
    return sklearn.cluster.ward_tree(X, connectivity=their_grid(side, side))


def groups(kind: Any, grid: Any) -> Callable[[Any], Any]:
    """Group pixels ten by ten."""

    def fit(given: Any) -> Any:
        X, side = given
        return kind(X.shape[1] // 10, connectivity=grid(side, side)).fit(X)

    return fit


def rows_of_three(n: int) -> Any:
    """300 samples of n features, each like the one before it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, n))
    X[:, 1:] += 0.6 * X[:, :-1]
    return X


def fitted(package: Any, name: str, **parameters: Any) -> Callable[[Any], Any]:
    """Fit an estimator."""
    return lambda X: getattr(package, name)(**parameters).fit(X)


def both(module: str, name: str, **parameters: Any) -> dict[str, Callable[[Any], Any]]:
    """Fit the estimators of one name in both libraries."""
    return {
        who: fitted(getattr(package, module), name, **parameters)
        for who, package in (("ours", aiguille), ("theirs", sklearn))
    }


def asked(package: Any) -> Callable[[Any], Any]:
    """Search the five nearest neighbours of all samples."""
    return lambda X: package.NearestNeighbors(n_neighbors=5).fit(X).kneighbors(X)


CASES = {
    "ward_on_a_grid": Case(
        "Ward on a grid, pixels",
        [16**2, 48**2, 96**2, 192**2],
        image,
        ours_on_a_grid,
        theirs_on_a_grid,
    ),
    "rena": Case(
        "ReNA, pixels of 20 images",
        [16**2, 48**2, 96**2, 192**2],
        images,
        groups(aiguille.cluster.ReNA, grid_to_graph),
        groups(sklearn.cluster.FeatureAgglomeration, their_grid),
        "scikit-learn, FeatureAgglomeration",
    ),
    "ward": Case(
        "Ward without a graph, samples",
        [100, 500, 2000, 10_000],
        cloud(20),
        aiguille.cluster.ward_tree,
        sklearn.cluster.ward_tree,
    ),
    "kmeans": Case(
        "KMeans(8), samples",
        [1000, 8000, 32_000, 128_000],
        cloud(20),
        **both("cluster", "KMeans", n_clusters=8, n_init=1, random_state=0),
    ),
    "affinity": Case(
        "AffinityPropagation, 30 rounds, samples",
        [40, 200, 1000, 4000],
        cloud(2),
        **both("cluster", "AffinityPropagation", max_iter=30, random_state=0),
    ),
    "pca": Case(
        "PCA(10), samples",
        [1000, 5000, 20_000, 100_000],
        cloud(200),
        **both("decomposition", "PCA", n_components=10),
        why="one matrix product is nearly all of both; ours takes the mean away first, which keeps "
        "digits",
    ),
    "neighbours": Case(
        "5 nearest neighbours of all, samples",
        [200, 1000, 5000, 20_000],
        cloud(20),
        asked(aiguille.neighbors),
        asked(sklearn.neighbors),
    ),
    "spectral": Case(
        "SpectralClustering(5), samples",
        [100, 500, 2000, 10_000],
        cloud(3),
        **both(
            "cluster",
            "SpectralClustering",
            n_clusters=5,
            affinity="nearest_neighbors",
            random_state=0,
        ),
        why="scikit-learn finds neighbours of three features with a tree, in compiled code; ours "
        "looks at all distances",
    ),
    "graphical_lasso": Case(
        "GraphicalLassoCV, one refinement, features",
        [2, 10, 50, 200],
        rows_of_three,
        **both("covariance", "GraphicalLassoCV", cv=3, n_refinements=1),
        why="ours multiplies whole matrices, also where most entries are zero; scikit-learn's "
        "compiled loop passes over these",
    ),
}


def measured(name: str, who: str, sizes: list[int]) -> list[tuple[float, float]]:
    """Give the seconds and the bytes of each size; called in a process of its own."""
    case = CASES[name]
    work = getattr(case, who)
    work(case.data(sizes[0]))  # what is loaded and prepared once is not counted
    told = []
    for size in sizes:
        data = case.data(size)
        seconds = [timed(work, data)]
        if seconds[0] < 1:
            seconds.append(timed(work, data))
        told.append((min(seconds), peak(work, data)))
    return told


def timed(work: Callable[[Any], Any], data: Any) -> float:
    """Tell how many seconds something took."""
    start = time.perf_counter()
    work(data)
    return time.perf_counter() - start


def peak(work: Callable[[Any], Any], data: Any) -> float:
    """Tell how many bytes something needed at most: objects and arrays."""
    tracemalloc.start()
    work(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return float(most)


@pytest.mark.parametrize("name", CASES)
def test_growth(growth, name):
    case = CASES[name]
    row = growth(name, title=case.title, peer=case.peer, sizes=case.sizes, why=case.why)
    assert min(row.ours.peaks) > 0
