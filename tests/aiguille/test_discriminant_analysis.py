"""Linear discriminant analysis agrees with scikit-learn's, within 1e-7; directions up to sign."""

import numpy as np
import pytest
from aiguille.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn import discriminant_analysis as theirs


def task(n_classes, n_features=4, n=90):
    rng = np.random.default_rng(0)
    y = np.arange(n) % n_classes
    return rng.normal(size=(n, n_features)) + rng.normal(size=(n_classes, n_features))[y], y


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ((2,), {}),
        ((3,), {}),
        ((5,), {"n_components": 2}),
        ((3,), {"priors": [0.2, 0.3, 0.5]}),
        ((4, 200, 40), {}),
    ],
)
def test_it_says_what_scikit_learns_says(given, params):
    X, y = task(*given)
    ours = LinearDiscriminantAnalysis(**params).fit(X, y)
    other = theirs.LinearDiscriminantAnalysis(**params).fit(X, y)
    for name in ["coef_", "intercept_", "means_", "xbar_", "explained_variance_ratio_"]:
        one, two = getattr(ours, name), getattr(other, name)
        np.testing.assert_allclose(one, two, 1e-7, 1e-9, err_msg=name)
    for name in ["predict_proba", "decision_function", "predict"]:
        one, two = getattr(ours, name)(X), getattr(other, name)(X)
        np.testing.assert_allclose(one, two, 1e-7, 1e-9, err_msg=name)
    for name in ["transform"]:
        one, two = np.abs(ours.transform(X)), np.abs(other.transform(X))
        np.testing.assert_allclose(one, two, 1e-7, 1e-9, err_msg=name)
    np.testing.assert_allclose(np.abs(ours.scalings_), np.abs(other.scalings_), 1e-7, 1e-9)


def test_float32_stays_and_constant_columns_do_no_harm():
    X, y = task(3)
    X[:, 1] = 7
    placed = LinearDiscriminantAnalysis().fit(X, y).transform(X.astype(np.float32))
    assert placed.dtype == np.float32
    assert np.isfinite(placed).all()


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"n_components": 3}, "at most 2"),
        ({"solver": "eigen"}, "solver='eigen'"),
        ({"priors": [0.5, 0.5]}, "one for each of the 3 classes"),
    ],
)
def test_bad_parameters_are_told(params, told):
    with pytest.raises(ValueError, match=told):
        LinearDiscriminantAnalysis(**params).fit(*task(3))


def test_samples_that_tell_nothing_are_told():
    with pytest.raises(ValueError, match="all the same"):
        LinearDiscriminantAnalysis().fit([[0.0], [0.0], [1.0], [1.0]], [0, 0, 1, 1])
    with pytest.raises(ValueError, match="must be more than"):
        LinearDiscriminantAnalysis().fit([[0.0], [1.0]], [0, 1])
    with pytest.warns(UserWarning, match="normalized"):
        LinearDiscriminantAnalysis(priors=[1, 1, 2]).fit(*task(3))


@pytest.mark.parametrize("priors", [[0, 1], [0, 0.5, 0.5]])
def test_a_class_that_cannot_be_has_probability_zero(priors):
    X, y = task(len(priors))
    proba = LinearDiscriminantAnalysis(priors=priors).fit(X, y).predict_proba(X)
    assert (proba[:, 0] == 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1)
