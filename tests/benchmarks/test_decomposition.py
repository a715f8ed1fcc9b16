"""Principal components, against scikit-learn."""

from functools import partial

import numpy as np
import pytest
import sklearn.decomposition as theirs
from aiguille.decomposition import PCA, IncrementalPCA


@pytest.fixture(scope="module")
def faces(haystack):
    """A thousand faces of 3,240 pixels."""
    return haystack[0][:, :3240].astype(float)


def same_variance(ours, theirs):
    """Ours are exact; theirs are random, and fall short in the last ones."""
    found, expected = ours.explained_variance_, theirs.explained_variance_
    np.testing.assert_allclose(found[:20], expected[:20], rtol=1e-2)
    assert (found >= expected * 0.999).all()


def test_components_of_faces(against, faces):
    against(
        partial(PCA(150).fit, faces),
        partial(theirs.PCA(150, random_state=0).fit, faces),
        title="`PCA(150)` of 1,000 faces of 3,240 pixels",
        peer="scikit-learn",
        target=1,
        same=same_variance,
    )


def same_squares(ours, theirs):
    """Both decompose the same rows, batch by batch."""
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, rtol=1e-6)


def test_components_of_faces_in_batches(against, faces):
    against(
        partial(IncrementalPCA(50, batch_size=100).fit, faces),
        partial(theirs.IncrementalPCA(50, batch_size=100).fit, faces),
        title="`IncrementalPCA(50)` of them, 100 at a time",
        peer="scikit-learn",
        target=1,
        same=same_squares,
    )


def test_components_of_many_samples(against):
    """Half of the time is one product. Theirs leaves out to centre, which costs digits."""
    X = np.random.default_rng(0).normal(size=(50_000, 60)) * np.geomspace(9, 1, 60)
    against(
        partial(PCA(10).fit, X),
        partial(theirs.PCA(10).fit, X),
        title="`PCA(10)` of 50,000 samples of 60 features",
        peer="scikit-learn",
        why="ours takes the mean away from the samples first, and so keeps digits where they are "
        "far from zero",
        same=same_squares,
    )
