"""Graphs cut into groups, against scikit-learn."""

from functools import partial

import numpy as np
from aiguille.cluster import SpectralClustering
from aiguille.graph import Graph
from aiguille.image import img_to_graph
from sklearn.cluster import SpectralClustering as TheirSpectralClustering
from sklearn.metrics import adjusted_rand_score


def four_circles(size, noise):
    """A noisy picture of circles that touch."""
    x, y = np.indices((size, size)) * 100 / size
    circles = [(28, 24, 16), (40, 50, 14), (67, 58, 15), (24, 70, 14)]
    image = sum(1.0 * ((x - a) ** 2 + (y - b) ** 2 < r**2) for a, b, r in circles)
    return image + noise * np.random.default_rng(0).normal(size=image.shape)


def same_groups(mine, their):
    """Compare groups, whatever their numbers."""
    assert adjusted_rand_score(mine.labels_, their.labels_) >= 0.98


def test_groups_of_pixels(against):
    graph = img_to_graph(four_circles(128, noise=0.2))
    weights = np.exp(-10 * graph.weights / graph.weights.std()) + 1e-6
    affinity = Graph(graph.edges, graph.n_nodes, weights)
    options = {"affinity": "precomputed", "random_state": 0}
    against(
        partial(SpectralClustering(5, **options).fit, affinity),
        partial(TheirSpectralClustering(5, **options).fit, affinity.to_scipy().tocsr()),
        title="five groups of 128 x 128 pixels",
        peer="scikit-learn, arpack",
        target=1,
        same=same_groups,
    )


def test_groups_of_neighbours(against):
    random = np.random.default_rng(0)
    X = random.normal(size=(3000, 10)) + random.integers(0, 4, size=3000)[:, None]
    options = {"affinity": "nearest_neighbors", "random_state": 0}
    against(
        partial(SpectralClustering(4, **options).fit, X),
        partial(TheirSpectralClustering(4, **options).fit, X),
        title="four groups of 3,000 samples of 10 features, by 10 neighbours",
        peer="scikit-learn, arpack",
        target=1,
        rounds=5,
        same=same_groups,
    )
