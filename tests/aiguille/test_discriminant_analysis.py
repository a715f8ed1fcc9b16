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


SHRUNK = [None, 0.0, 0.3, 1.0, "auto"]


@pytest.mark.parametrize("solver", ["lsqr", "eigen"])
@pytest.mark.parametrize("shrinkage", SHRUNK)
@pytest.mark.parametrize("given", [(2,), (5, 3, 60), (3, 1, 20)])
@pytest.mark.parametrize("weighted", [False, True])
def test_with_a_covariance_it_says_what_scikit_learns_says(solver, shrinkage, given, weighted):
    X, y = task(*given)
    X *= 10.0 ** np.arange(X.shape[1])
    priors = np.arange(1, given[0] + 1) / np.arange(1, given[0] + 1).sum() if weighted else None
    params = {"solver": solver, "shrinkage": shrinkage, "priors": priors}
    ours = LinearDiscriminantAnalysis(**params).fit(X, y)
    other = theirs.LinearDiscriminantAnalysis(**params).fit(X, y)
    names = ["coef_", "intercept_", "covariance_"]
    # Otherwise theirs are shares of a sum in which some are negative.
    if solver == "eigen" and shrinkage != "auto" and not weighted:
        names.append("explained_variance_ratio_")
    for name in names:
        one, two = getattr(ours, name), getattr(other, name)
        scale = np.abs(two).max()
        np.testing.assert_allclose(one, two, 1e-6, 1e-9 * scale, err_msg=name)
    np.testing.assert_allclose(ours.predict_proba(X), other.predict_proba(X), atol=1e-8)
    if solver == "eigen":
        one, two = np.abs(ours.transform(X)), np.abs(other.transform(X))
        assert one.shape == two.shape
        assert (ours.explained_variance_ratio_ >= 0).all()
        assert ours.explained_variance_ratio_.sum() <= 1 + 1e-12
        np.testing.assert_allclose(one, two, 1e-5, 1e-5)


def test_shrinking_helps_where_samples_are_few():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(size=(200, 60)) + 0.5 * y[:, None] * (np.arange(60) < 10)
    scores = [
        LinearDiscriminantAnalysis("lsqr", shrinkage=share)
        .fit(X[:70], y[:70])
        .score(X[70:], y[70:])
        for share in (None, "auto")
    ]
    assert scores[1] > scores[0] + 0.05


def test_a_covariance_is_kept_where_it_is_made_or_asked_for():
    X, y = task(3)
    y[:10] = 0  # classes that are not alike in number
    other = theirs.LinearDiscriminantAnalysis(store_covariance=True).fit(X, y)
    model = LinearDiscriminantAnalysis(store_covariance=True).fit(X, y)
    np.testing.assert_allclose(model.covariance_, other.covariance_)
    assert not hasattr(LinearDiscriminantAnalysis().fit(X, y), "covariance_")
    model.set_params(solver="lsqr").fit(X, y)
    np.testing.assert_allclose(model.covariance_, other.covariance_)
    assert not hasattr(model, "scalings_")  # which "svd" had left
    with pytest.raises(NotImplementedError, match="transform needs solver='svd' or 'eigen'"):
        model.transform(X)


def test_a_covariance_without_an_inverse_is_told():
    X, y = task(3, 100, 40)
    for samples in (X, np.column_stack([X[:, :2], X[:, 0] + X[:, 1]]), X[:, :2] * [1, 0]):
        with pytest.raises(ValueError, match=r"no inverse.*give shrinkage='auto'"):
            LinearDiscriminantAnalysis("eigen").fit(samples, y)
        assert LinearDiscriminantAnalysis("lsqr").fit(samples, y).predict(samples).size == 40
    assert LinearDiscriminantAnalysis("eigen", shrinkage="auto").fit(X, y).score(X, y) > 0.9


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
        ({"solver": "qr"}, "give one of 'svd', 'lsqr', 'eigen'"),
        ({"shrinkage": 0.1}, "not possible with solver='svd'"),
        ({"solver": "lsqr", "shrinkage": 1.1}, "shrinkage=1.1"),
        ({"solver": "lsqr", "shrinkage": "much"}, "give one of 'auto'"),
        ({"priors": [0.0, 0.0, 0.0]}, "sum of the priors should be 1"),
        ({"priors": [-1, 1, 1]}, "non-negative"),
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
