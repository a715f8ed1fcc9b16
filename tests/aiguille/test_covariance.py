"""Covariances, against scikit-learn."""

import numpy as np
import pytest
import sklearn.covariance as theirs
from aiguille.covariance import EmpiricalCovariance, GraphicalLasso, LedoitWolf
from aiguille.validation import ConvergenceWarning

X = np.random.default_rng(0).normal(size=(60, 8)) @ np.random.default_rng(1).normal(size=(8, 8))


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("kind", [EmpiricalCovariance, LedoitWolf])
def test_covariances_are_scikit_learn_s(kind, centred):
    ours = kind(assume_centered=centred).fit(X)
    other = getattr(theirs, kind.__name__)(assume_centered=centred).fit(X)
    np.testing.assert_allclose(ours.covariance_, other.covariance_, atol=1e-10)
    np.testing.assert_allclose(ours.precision_, other.precision_, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(ours.mahalanobis(X), other.mahalanobis(X), rtol=1e-6)
    assert ours.score(X) == pytest.approx(other.score(X))


@pytest.mark.parametrize("alpha", [0.05, 0.3, 1.0])
def test_sparse_precisions_are_scikit_learn_s(alpha):
    scaled = X / X.std(axis=0)
    ours = GraphicalLasso(alpha, tol=1e-7).fit(scaled)
    other = theirs.GraphicalLasso(alpha, tol=1e-7, enet_tol=1e-8, max_iter=500).fit(scaled)
    np.testing.assert_allclose(ours.precision_, other.precision_, atol=1e-4)
    np.testing.assert_allclose(ours.covariance_, other.covariance_, atol=1e-4)
    assert ((ours.precision_ == 0) == (other.precision_ == 0)).all()


def test_a_constant_feature_is_refused():
    with pytest.raises(ValueError, match="feature 1 of X is constant"):
        GraphicalLasso().fit([[1, 2], [2, 2], [4, 2]])


def test_too_few_sweeps_are_told():
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        GraphicalLasso(0.01, tol=1e-12, max_iter=1).fit(X)
