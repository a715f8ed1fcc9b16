"""Logistic regression: scikit-learn's weights when both are asked for all digits."""

import warnings

import numpy as np
import pytest
from aiguille.linear_model import LogisticRegression
from aiguille.linear_model.decomposed import singular_vectors
from aiguille.linear_model.logistic import logistic_weights, softmax_loss
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model as theirs

NAMES = np.array(["Ada", "Bea", "Cy", "Dora"])


def task(n, d, n_classes, seed=0):
    """Samples of classes that overlap."""
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(n_classes), rng.integers(n_classes, size=n - n_classes)])
    X = rng.normal(size=(n, d)) * rng.uniform(0.1, 5, d) + 3
    return X + rng.normal(size=(n_classes, d))[codes], NAMES[codes]


def assert_same_weights(ours, other, rtol=1e-4):
    for name in ["coef_", "intercept_"]:
        one, two = getattr(ours, name), getattr(other, name)
        np.testing.assert_allclose(one, two, rtol, rtol * np.abs(two).max(), err_msg=name)


def both(params, X, y, sample_weight=None):
    """Ours and theirs, fitted to the last digit."""
    exact = {"tol": 1e-12, "max_iter": 10_000}
    ours = LogisticRegression(**params, **exact).fit(X, y, sample_weight)
    other = theirs.LogisticRegression(**params, **exact, solver="newton-cg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs complains that no digit is left to gain
        return ours, other.fit(X, y, sample_weight)


@settings(max_examples=25, deadline=None)
@given(
    shape=st.sampled_from([(80, 3), (40, 40), (15, 60), (6, 1)]),
    n_classes=st.integers(2, 4),
    C=st.sampled_from([1e-3, 1.0, 1e3]),
    fit_intercept=st.booleans(),
    class_weight=st.sampled_from([None, "balanced", {"Ada": 3.0, "Bea": 0.5}]),
    weighted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_weights_are_those_of_scikit_learn(
    shape, n_classes, C, fit_intercept, class_weight, weighted, seed
):
    X, y = task(*shape, n_classes, seed)
    sample_weight = np.random.default_rng(seed).integers(1, 4, len(X)) / 2 if weighted else None
    params = {"C": C, "fit_intercept": fit_intercept, "class_weight": class_weight}
    ours, other = both(params, X, y, sample_weight)
    assert ours.coef_.shape == other.coef_.shape
    assert_same_weights(ours, other)
    for name in ["decision_function", "predict_proba", "predict_log_proba"]:
        one, two = getattr(ours, name)(X), getattr(other, name)(X)
        np.testing.assert_allclose(one, two, 1e-4, 1e-4 * np.abs(two).max(), err_msg=name)


def test_samples_too_many_and_wide_to_be_decomposed_are_told_apart_as_well():
    X, y = task(150, 150, 2)
    assert 150**3 > 40 * 150 * 150  # so that the short way is not taken
    for fit_intercept in (True, False):
        assert_same_weights(*both({"fit_intercept": fit_intercept}, X, y))


def test_no_penalty_is_an_infinite_c():
    X, y = task(200, 3, 3)
    assert_same_weights(*both({"C": np.inf}, X, y))


def test_the_default_goes_at_least_as_far_down_as_scikit_learn():
    X, y = task(300, 40, 4)

    def loss(model):
        truth = np.log(model.predict_proba(X))[np.arange(len(y)), np.searchsorted(NAMES, y)]
        return -truth.sum() + 0.5 * (model.coef_**2).sum()

    ours, other = LogisticRegression().fit(X, y), theirs.LogisticRegression(max_iter=1000).fit(X, y)
    assert loss(ours) < loss(other) + 1e-4
    assert ours.n_iter_.shape == (1,)


@settings(max_examples=30, deadline=None)
@given(n_sums=st.sampled_from([1, 3]), seed=st.integers(0, 1000))
def test_derivatives_are_those_of_the_loss(n_sums, seed):
    rng = np.random.default_rng(seed)
    sums, codes = rng.normal(size=(n_sums, 5)) * 3, rng.integers(max(n_sums, 2), size=5)
    shares = rng.dirichlet(np.ones(5))
    _, pull = softmax_loss(sums, codes, shares)
    for where in np.ndindex(sums.shape):
        away = np.zeros_like(sums)
        away[where] = 1e-5
        difference = (
            softmax_loss(sums + away, codes, shares)[0]
            - softmax_loss(sums - away, codes, shares)[0]
        )
        assert pull[where] == pytest.approx(difference / 2e-5, abs=1e-8)


def test_sums_of_any_size_have_a_loss():
    with np.errstate(all="raise", under="ignore"):
        for n_sums in (1, 3):
            sums = np.zeros((n_sums, 2))
            sums[-1] = [1e300, -1e300]
            loss, pull = softmax_loss(sums, np.array([max(n_sums, 2) - 1, 0]), np.full(2, 0.5))
            assert loss < 1
            assert np.isfinite(pull).all()


def test_a_weight_of_two_is_the_sample_twice_and_none_is_its_absence():
    X, y = task(60, 4, 3)
    times = np.arange(60) % 3
    exact = LogisticRegression(tol=1e-10, max_iter=1000)
    weighted = exact.fit(X, y, times).coef_
    repeated = exact.fit(np.repeat(X, times, axis=0), np.repeat(y, times)).coef_
    np.testing.assert_allclose(weighted, repeated, rtol=1e-6)


def test_the_scale_of_features_does_not_matter_without_a_penalty():
    X, y = task(100, 3, 2)
    model = LogisticRegression(C=np.inf, tol=1e-9, max_iter=1000)
    proba = model.fit(X, y).predict_proba(X)
    size = 1e60
    scales = np.array([1e-150, 1.0, 1e60])
    with np.errstate(over="raise", invalid="raise"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        np.testing.assert_allclose(model.fit(X * size, y).predict_proba(X * size), proba, 1e-4)
        assert np.isfinite(model.fit(X * scales, y).predict_proba(X * scales)).all()


@pytest.mark.parametrize("C", [1e8, np.inf])
def test_separable_classes_have_sure_and_finite_probabilities(C):
    X, y = np.array([[0.0], [1.0], [8.0], [9.0]]), [0, 0, 1, 1]
    with np.errstate(all="raise", under="ignore"):
        model = LogisticRegression(C=C).fit(X, y)
        assert model.predict([[1], [8]]).tolist() == [0, 1]
        assert np.isfinite(model.coef_).all()


def test_constant_and_repeated_columns_share_or_have_no_weight():
    X, y = task(50, 2, 3)
    X = np.column_stack([X[:, 0], X[:, 0], np.full(50, 7.0)])
    for C in (1.0, np.inf):
        model = LogisticRegression(C=C).fit(X, y)
        np.testing.assert_allclose(model.coef_[:, 0], model.coef_[:, 1], rtol=1e-6)
        np.testing.assert_allclose(model.coef_[:, 2], 0, atol=1e-9)
    nothing = LogisticRegression(tol=1e-9).fit(np.zeros((4, 2)), [0, 1, 1, 1])
    np.testing.assert_allclose(nothing.predict_proba([[0, 0]]), [[0.25, 0.75]], atol=1e-6)


def test_a_warm_start_goes_on_where_it_was():
    X, y = task(120, 20, 4)
    model = LogisticRegression(warm_start=True, tol=1e-7, max_iter=1000).fit(X, y)
    assert model.n_iter_[0] > 5
    coef = model.coef_
    assert model.fit(X, y).n_iter_[0] <= 1
    np.testing.assert_allclose(model.coef_, coef, atol=1e-5)
    other = model.fit(X[:, :7], y == "Ada")  # others: it begins anew
    assert other.coef_.shape == (1, 7)


def test_it_tells_when_it_has_not_converged():
    X, y = task(100, 10, 4)
    with pytest.warns(ConvergenceWarning, match="max_iter=2 steps: raise max_iter"):
        model = LogisticRegression(max_iter=2).fit(X, y)
    assert model.n_iter_.tolist() == [2]


@pytest.mark.parametrize(
    ("params", "y", "weights", "error", "told"),
    [
        ({"C": 0}, [0, 1, 1], None, ValueError, "C=0 is not possible"),
        ({"C": "1"}, [0, 1, 1], None, TypeError, "C='1' must be a number"),
        ({"tol": -1}, [0, 1, 1], None, ValueError, "tol=-1"),
        ({"max_iter": 1.5}, [0, 1, 1], None, TypeError, "max_iter=1.5"),
        ({"class_weight": "fair"}, [0, 1, 1], None, ValueError, "give None, 'balanced' or a dict"),
        ({"class_weight": {2: 1}}, [0, 1, 1], None, ValueError, r"has \[2\], but y has only"),
        ({"class_weight": {1: -1}}, [0, 1, 1], None, ValueError, "class_weight of 1=-1"),
        ({}, [1, 1, 1], None, ValueError, "one class only"),
        ({}, [0, 1, 1], [1, 0, 0], ValueError, "Only one class counts"),
        ({}, [0, 1, 1], [1, -1, 1], ValueError, "Negative values"),
        ({}, [0, 1], None, ValueError, "inconsistent numbers"),
    ],
)
def test_what_cannot_be_is_refused(params, y, weights, error, told):
    with pytest.raises(error, match=told):
        LogisticRegression(**params).fit([[0.0], [1.0], [2.0]], y, weights)


def test_values_that_overflow_are_told():
    X = np.array([[1.7e308], [1.0], [-1.7e308], [1.0]])
    with pytest.raises(ValueError, match="divide it by a constant"):
        logistic_weights(X, np.array([0, 1, 0, 1]), np.ones(4))


@settings(max_examples=60, deadline=None)
@given(
    shape=st.sampled_from([(30, 4), (4, 30), (9, 9), (1, 3), (3, 1)]),
    rank=st.integers(0, 4),
    decades=st.sampled_from([0.0, 3.0, 9.0, 18.0]),
    size=st.sampled_from([1e-250, 1.0, 1e250]),
    seed=st.integers(0, 1000),
)
def test_singular_vectors_are_those_of_a_decomposition(shape, rank, decades, size, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(shape[0], rank)) @ rng.normal(size=(rank, shape[1]))
    X = X * 10 ** rng.uniform(-decades, 0, shape[1]) * size
    U, values, Vt = singular_vectors(X)
    expected = np.linalg.svd(X, compute_uv=False)[: len(values)]
    np.testing.assert_allclose(values, expected, rtol=1e-7)
    np.testing.assert_allclose(U * values @ Vt, X, atol=1e-13 * max(expected, default=0) * 10)
    np.testing.assert_allclose(U.T @ U, np.eye(len(values)), atol=1e-8)
    np.testing.assert_allclose(Vt @ Vt.T, np.eye(len(values)), atol=1e-8)


def test_weights_come_from_a_plain_function():
    X, y = task(30, 4, 3)
    codes = np.searchsorted(NAMES, y)
    coef, intercept, descent = logistic_weights(X, codes, np.ones(30))
    model = LogisticRegression().fit(X, y)
    assert descent.converged
    np.testing.assert_array_equal(coef, model.coef_)
    np.testing.assert_array_equal(intercept, model.intercept_)
