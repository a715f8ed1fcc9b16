"""Trees of clusters, against scikit-learn."""

from functools import partial

import numpy as np
import pytest
import sklearn.cluster as theirs
import sklearn.metrics as their_metrics
from aiguille.cluster import FeatureAgglomeration, ward_tree
from aiguille.cluster.connectivity import edges_of
from aiguille.metrics import silhouette_score
from sklearn.feature_extraction.image import grid_to_graph


def same_tree(one, other):
    np.testing.assert_array_equal(one[0], np.sort(other[0], axis=1))
    np.testing.assert_allclose(one[1], other[-1], rtol=1e-6)


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("side", [256, 512])
def test_ward_on_a_grid(against, quick, side, colours):
    side //= 4 if quick else 1
    rough = np.random.default_rng(0).normal(size=(side, side, colours))
    X = rough.cumsum(axis=0).cumsum(axis=1).reshape(-1, colours)
    graph = grid_to_graph(side, side)
    edges = edges_of(graph, side * side)
    against(
        partial(ward_tree, X, edges),
        partial(theirs.ward_tree, X, connectivity=graph, return_distance=True),
        title=f"Ward on a grid, {side} x {side} pixels, {colours} number(s) each",
        peer="scikit-learn",
        target=3,
        why="both merge in a loop of Python; scikit-learn computes costs in compiled code, ours in "
        "Python, which takes longer the more numbers a pixel has",
        rounds=1 if side > 256 else 3,
        same=same_tree,
    )


def test_ward_without_a_graph(against):
    X = np.random.default_rng(0).normal(size=(4000, 20))
    against(
        partial(ward_tree, X),
        partial(theirs.ward_tree, X, return_distance=True),
        title="Ward without a graph, 4,000 x 20",
        peer="scikit-learn",
        target=1,
        rounds=3,
        same=same_tree,
    )


def test_features_of_faces(against, real_faces):
    X = real_faces[0]
    graph = grid_to_graph(56, 46)
    ours = FeatureAgglomeration(200, connectivity=graph)
    their = theirs.FeatureAgglomeration(200, connectivity=graph)

    def same_spread(one, other):
        np.testing.assert_allclose(
            ours.inverse_transform(one), their.inverse_transform(other), atol=1e-9
        )

    against(
        partial(ours.fit_transform, X),
        partial(their.fit_transform, X),
        title="FeatureAgglomeration(200), 800 faces of 2,576 pixels",
        peer="scikit-learn",
        target=1,
        rounds=3,
        same=same_spread,
    )


def test_silhouettes(against, quick):
    n = 1000 if quick else 5000
    X = np.random.default_rng(0).normal(size=(n, 20))
    labels = np.arange(n) % 8
    against(
        partial(silhouette_score, X, labels),
        partial(their_metrics.silhouette_score, X, labels),
        title=f"silhouettes of {n:,} samples in 8 groups",
        peer="scikit-learn",
        target=1,
        rounds=3,
        same=np.testing.assert_allclose,
    )
