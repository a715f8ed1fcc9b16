"""Principal components, against scikit-learn."""

from functools import partial

import numpy as np
import pytest
import sklearn.decomposition as theirs
from aiguille.decomposition import PCA


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
