"""Graphs of images, groups of pixels and affinity propagation, against scikit-learn."""

from functools import partial

import numpy as np
import sklearn.cluster as theirs
import sklearn.feature_extraction.image as their_image
from aiguille.cluster import AffinityPropagation, ReNA
from aiguille.image import grid_to_graph, reconstruct_from_patches_2d
from sklearn.datasets import make_blobs


def smooth_image(size):
    steps = np.random.default_rng(0).normal(size=(size, size))
    return steps.cumsum(axis=0).cumsum(axis=1)


def as_many_groups(ours, other):
    assert len(np.unique(ours.labels_)) == len(np.unique(other.labels_))


def same_groups(ours, other):
    np.testing.assert_array_equal(ours.labels_, other.labels_)


def test_an_image_in_a_thousand_groups(against, quick):
    side = 128 if quick else 512
    X = smooth_image(side).reshape(1, -1)
    grid = grid_to_graph(side, side)
    ward = theirs.FeatureAgglomeration(1000, connectivity=grid.to_scipy())
    against(
        partial(ReNA(1000, connectivity=grid).fit, X),
        partial(ward.fit, X),
        same=as_many_groups,
        title=f"{side} x {side} pixels to 1,000 groups: ReNA, and structured Ward of the peer",
        peer="scikit-learn",
        target=40,
        rounds=1,
    )


def test_affinity_propagation(against):
    X, _ = make_blobs(2000, centers=10, random_state=0)
    parameters = {"random_state": 0, "damping": 0.7, "max_iter": 400}
    against(
        partial(AffinityPropagation(**parameters).fit, X),
        partial(theirs.AffinityPropagation(**parameters).fit, X),
        same=same_groups,
        title="affinity propagation, 2,000 samples",
        peer="scikit-learn",
        target=1.5,
        why="both take the same steps over the same matrices with numpy, ours in fewer passes",
        rounds=3,
    )


def test_patches_put_back(against):
    patches = their_image.extract_patches_2d(smooth_image(200), (8, 8))
    against(
        partial(reconstruct_from_patches_2d, patches, (200, 200)),
        partial(their_image.reconstruct_from_patches_2d, patches, (200, 200)),
        same=np.testing.assert_allclose,
        title="an image of 200 x 200 pixels from its patches of 8 x 8",
        peer="scikit-learn",
        target=10,
        why="all patches are fetched from memory once, and that is most of it",
        rounds=5,
    )
