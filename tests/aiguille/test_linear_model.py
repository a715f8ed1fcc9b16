"""Least squares with and without a penalty, as scikit-learn's."""

import numpy as np
import pytest
from aiguille.linear_model import (
    LinearRegression,
    Ridge,
    RidgeClassifier,
    RidgeCV,
    ridge_regression,
)
from aiguille.linear_model.decomposed import Decomposed, ridge_weights
from aiguille.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn import linear_model as theirs
from sklearn import model_selection as their_selection

GENERATOR = np.random.default_rng(0)
TALL = GENERATOR.normal(size=(60, 5)) + 3
WIDE = GENERATOR.normal(size=(20, 50)) - 1
WEIGHTS = GENERATOR.random(60) + 0.1


def targets(X, count=None):
    generator = np.random.default_rng(1)
    truth = X @ generator.normal(size=(X.shape[1], count or 1)) + 7
    noisy = truth + generator.normal(size=truth.shape)
    return noisy if count else noisy[:, 0]


def same(ours, other, X):
    np.testing.assert_allclose(ours.coef_, other.coef_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.intercept_, other.intercept_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.predict(X), other.predict(X), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("X", [TALL, WIDE], ids=["tall", "wide"])
@pytest.mark.parametrize("count", [None, 3])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
def test_weights_are_those_of_scikit_learn(X, count, fit_intercept, weighted):
    y, weights = targets(X, count), WEIGHTS[: len(X)] if weighted else None
    for name, options in {"LinearRegression": {}, "Ridge": {"alpha": 2.5}}.items():
        kinds = {"LinearRegression": LinearRegression, "Ridge": Ridge}
        ours = kinds[name](**options, fit_intercept=fit_intercept).fit(X, y, weights)
        other = getattr(theirs, name)(**options, fit_intercept=fit_intercept).fit(X, y, weights)
        same(ours, other, X)
        assert ours.score(X, y, weights) == pytest.approx(other.score(X, y, weights))


def test_each_target_may_have_its_own_penalty():
    y, alphas = targets(TALL, 3), [0.1, 10.0, 1000.0]
    same(Ridge(alphas).fit(TALL, y), theirs.Ridge(alphas).fit(TALL, y), TALL)
    np.testing.assert_allclose(
        ridge_regression(TALL, y, 3.0), theirs.ridge_regression(TALL, y, 3.0), rtol=1e-6
    )


@pytest.mark.parametrize("X", [TALL, WIDE], ids=["tall", "wide"])
@pytest.mark.parametrize("alpha", [1e-9, 1e-4, 1e2, 1e9])
def test_one_penalty_is_served_to_as_many_digits_as_all(X, alpha):
    X, Y = X * 10.0 ** -np.arange(X.shape[1]).clip(0, 4), targets(X, 2)
    decomposed = Decomposed.of(X, np.ones(len(X)), centre=True).solve(Y, np.full(2, alpha))
    for one, all_ in zip(
        ridge_weights(X, Y, np.ones(len(X)), np.full(2, alpha), centre=True),
        decomposed,
        strict=True,
    ):
        np.testing.assert_allclose(one, all_, rtol=1e-8, atol=1e-9 * np.abs(all_).max())


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e60])
def test_numbers_of_any_size_are_met(size):
    y = targets(TALL)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for model in (LinearRegression(), Ridge(1e-30), RidgeCV([1e-30])):
            if size >= 1 or isinstance(model, LinearRegression):
                fitted = model.fit(TALL * size, y).predict(TALL * size)
                np.testing.assert_allclose(fitted, LinearRegression().fit(TALL, y).predict(TALL))
            else:  # beside such samples the penalty is all
                np.testing.assert_allclose(model.fit(TALL * size, y).coef_, 0, atol=1e-100)
    with pytest.raises(ValueError, match="divide it by a constant"):
        ridge_weights(
            np.array([[1.7e308], [-1.7e308]]), np.ones((2, 1)), np.ones(2), np.ones(1), centre=True
        )


def test_columns_that_say_the_same_share_the_weight():
    X = np.column_stack([TALL[:, 0], TALL[:, 0], np.ones(60)])
    model = LinearRegression().fit(X, targets(TALL))
    assert model.rank_ == 1
    assert model.coef_[0] == pytest.approx(model.coef_[1])
    assert model.coef_[2] == pytest.approx(0)


@pytest.mark.parametrize("X", [TALL, WIDE], ids=["tall", "wide"])
@pytest.mark.parametrize("count", [None, 2])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_penalty_is_chosen_by_leaving_samples_out(X, count, fit_intercept):
    y, alphas = targets(X, count), [0.01, 0.1, 1.0, 10.0, 100.0]
    ours = RidgeCV(alphas, fit_intercept=fit_intercept, store_cv_results=True).fit(X, y)
    other = theirs.RidgeCV(alphas, fit_intercept=fit_intercept, store_cv_results=True).fit(X, y)
    assert ours.alpha_ == other.alpha_
    assert ours.best_score_ == pytest.approx(other.best_score_)
    np.testing.assert_allclose(ours.cv_results_, other.cv_results_, rtol=1e-6, atol=1e-9)
    same(ours, other, X)


def test_the_penalty_is_chosen_by_leaving_folds_out():
    y, alphas = targets(WIDE, 2), [0.01, 1.0, 100.0]
    ours, other = (kind(alphas=alphas, cv=4).fit(WIDE, y) for kind in (RidgeCV, theirs.RidgeCV))
    assert ours.alpha_ == other.alpha_
    assert ours.best_score_ == pytest.approx(other.best_score_)
    same(ours, other, WIDE)


def test_errors_of_samples_left_out_are_those_of_models_without_them():
    y, errors = targets(TALL), []
    for left_out in range(len(TALL)):
        others = np.arange(len(TALL)) != left_out
        model = Ridge(3.0).fit(TALL[others], y[others], WEIGHTS[others])
        errors.append((model.predict(TALL[[left_out]])[0] - y[left_out]) ** 2)
    found = RidgeCV([3.0], store_cv_results=True).fit(TALL, y, WEIGHTS)
    np.testing.assert_allclose(found.cv_results_[:, 0], errors)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_classes_are_named_as_scikit_learn_names_them(n_classes, weighted):
    y = np.array(["Ada", "Bea", "Cy", "Dora"])[np.arange(60) % n_classes]
    X = TALL + np.eye(5)[np.arange(60) % n_classes] * 2
    weights = WEIGHTS if weighted else None
    ours, other = (kind(0.7).fit(X, y, weights) for kind in (RidgeClassifier, their_classifier))
    same_coefficients = (ours.coef_, other.coef_), (ours.intercept_, other.intercept_)
    for one, another in same_coefficients:
        np.testing.assert_allclose(one.ravel(), another.ravel(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.decision_function(X), other.decision_function(X), atol=1e-8)
    np.testing.assert_array_equal(ours.predict(X), other.predict(X))


def their_classifier(alpha):
    return theirs.RidgeClassifier(alpha)


def test_regressors_are_judged_on_plain_folds():
    y, grid = targets(TALL), {"alpha": [0.1, 10.0, 1000.0]}
    np.testing.assert_allclose(
        cross_val_score(Ridge(), TALL, y, cv=4), cross_val_score(Ridge(), TALL, y, cv=KFold(4))
    )
    search = GridSearchCV(Ridge(), grid, cv=4, scoring="neg_mean_squared_error").fit(TALL, y)
    other = their_selection.GridSearchCV(
        theirs.Ridge(), grid, cv=4, scoring="neg_mean_squared_error"
    ).fit(TALL, y)
    np.testing.assert_allclose(
        search.cv_results_["mean_test_score"], other.cv_results_["mean_test_score"]
    )
    assert search.best_params_ == other.best_params_


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: Ridge(-1.0).fit(TALL, targets(TALL)), ValueError, "alpha=-1.0 is not possible"),
        (lambda: Ridge("much").fit(TALL, targets(TALL)), TypeError, "must be a number"),
        (lambda: Ridge([1, 2]).fit(TALL, targets(TALL)), ValueError, "each of the 1 targets"),
        (lambda: RidgeCV([0.0]).fit(TALL, targets(TALL)), ValueError, "alphas=0.0"),
        (lambda: RidgeCV().fit([[1]], [1]), ValueError, "one is left out"),
        (lambda: RidgeClassifier().fit(TALL, np.ones(60)), ValueError, "one class only"),
        (lambda: LinearRegression().fit(TALL, [1, 2]), ValueError, "inconsistent numbers"),
        (lambda: LinearRegression().fit(TALL, ["a"] * 60), ValueError, "must hold numbers"),
    ],
)
def test_what_cannot_be_is_refused(call, error, told):
    with pytest.raises(error, match=told):
        call()
