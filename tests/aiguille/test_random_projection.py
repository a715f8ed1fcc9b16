"""Random projections, against scikit-learn with the same seed."""

import numpy as np
import pytest
import sklearn.random_projection as theirs
from aiguille.random_projection import GaussianRandomProjection, johnson_lindenstrauss_min_dim


def test_the_projection_is_scikit_learn_s():
    X = np.random.default_rng(0).normal(size=(20, 50))
    ours = GaussianRandomProjection(7, random_state=3).fit_transform(X)
    other = theirs.GaussianRandomProjection(7, random_state=3).fit_transform(X)
    np.testing.assert_allclose(ours, other, atol=1e-12)


@pytest.mark.parametrize("eps", [0.05, 0.3, 0.9])
def test_enough_features_are_as_many_as_scikit_learn_says(eps):
    other = theirs.johnson_lindenstrauss_min_dim(500, eps=eps)
    assert johnson_lindenstrauss_min_dim(500, eps=eps) == other


def test_auto_refuses_to_make_more_features_than_there_are():
    with pytest.raises(ValueError, match="at most 4"):
        GaussianRandomProjection().fit(np.eye(4))
