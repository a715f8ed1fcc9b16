"""Graphs of features, against scikit-learn."""

from functools import partial

import aiguille.covariance as ours
import numpy as np
import pytest
import sklearn.covariance as theirs


def currencies(n_samples, n_features=30):
    """Samples of features that talk to a few others each, all of variance one."""
    rng = np.random.default_rng(0)
    links = np.triu(rng.uniform(size=(n_features, n_features)) < 0.1, k=1)
    P = np.where(links, rng.uniform(-0.6, 0.6, links.shape), 0)
    P += P.T
    P += np.diag(0.1 + np.abs(P).sum(axis=0))
    X = rng.multivariate_normal(np.zeros(n_features), np.linalg.inv(P), size=n_samples)
    return X / X.std(axis=0)


def near(atol):
    """Compare precisions of models."""

    def same(one, other):
        np.testing.assert_allclose(one.precision_, other.precision_, atol=atol)

    return same


@pytest.mark.parametrize("n_samples", [200, 600])
def test_a_graph_with_a_penalty_that_is_chosen(against, n_samples):
    X = currencies(n_samples)
    against(
        partial(ours.GraphicalLassoCV().fit, X),
        partial(theirs.GraphicalLassoCV().fit, X),
        title=f"`GraphicalLassoCV`, 30 variables, {n_samples} samples",
        peer="scikit-learn",
        target=1,
        rounds=5,
        same=near(0.01),
    )


@pytest.mark.parametrize("alpha", [0.1, 0.001])
def test_a_graph_with_a_given_penalty(against, alpha):
    X = currencies(600)
    against(
        partial(ours.GraphicalLasso(alpha).fit, X),
        partial(theirs.GraphicalLasso(alpha).fit, X),
        title=f"`GraphicalLasso`, 30 variables, `alpha` = {alpha:g}",
        peer="scikit-learn",
        target=1,
        rounds=11,
        same=near(0.01),
    )


# Its gap stays a little too wide for a hundred sweeps.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_graph_of_more_features_than_samples(against):
    X = currencies(60, 100)
    against(
        partial(ours.GraphicalLasso(0.2).fit, X),
        partial(theirs.GraphicalLasso(0.2).fit, X),
        title="`GraphicalLasso`, 100 variables, 60 samples",
        peer="scikit-learn",
        target=1,
        rounds=3,
        same=near(0.01),
    )
