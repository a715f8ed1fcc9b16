"""Naive Bayes agrees with scikit-learn's, within 1e-7 (1e-5 for parts)."""

import numpy as np
import pytest
from aiguille.naive_bayes import GaussianNB
from sklearn import naive_bayes as theirs

LEARNED = ["theta_", "var_", "class_prior_", "class_count_"]
SAID = ["predict_proba", "predict_log_proba", "predict_joint_log_proba"]


@pytest.fixture
def task():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=90)
    return rng.normal(size=(90, 4)) * [1, 2, 5, 0.1] + y[:, None], np.array(["a", "b", "c"])[y]


def assert_agree(ours, other, X, rtol=1e-7):
    for name in [*LEARNED, "epsilon_"]:
        np.testing.assert_allclose(getattr(ours, name), getattr(other, name), rtol, err_msg=name)
    for name in SAID:
        one, two = getattr(ours, name)(X), getattr(other, name)(X)
        np.testing.assert_allclose(one, two, rtol, 1e-12, err_msg=name)
    np.testing.assert_array_equal(ours.predict(X), other.predict(X))


@pytest.mark.parametrize("params", [{}, {"priors": [0.2, 0.3, 0.5]}, {"var_smoothing": 0.1}])
def test_it_says_what_scikit_learns_says(task, params):
    X, y = task
    assert_agree(GaussianNB(**params).fit(X, y), theirs.GaussianNB(**params).fit(X, y), X)


def test_parts_are_learned_as_scikit_learn_does(task):
    X, y = task
    ours, other = GaussianNB(), theirs.GaussianNB()
    for part in np.array_split(np.arange(90), 4):
        ours.partial_fit(X[part], y[part], ["a", "b", "c"])
        other.partial_fit(X[part], y[part], ["a", "b", "c"])
    # Theirs takes the new part's epsilon from variances that hold the old one's: up to 1e-5.
    assert_agree(ours, other, X, 1e-5)
    np.testing.assert_allclose(ours.theta_, GaussianNB().fit(X, y).theta_)


def test_a_weight_of_two_is_the_sample_twice(task):
    X, y = task
    times = np.arange(90) % 3
    ours = GaussianNB().fit(X, y, times)
    twice = GaussianNB().fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    for name in LEARNED:
        np.testing.assert_allclose(getattr(ours, name), getattr(twice, name))


def test_far_samples_and_constant_columns_have_probabilities(task):
    proba = (
        GaussianNB()
        .fit([[1, 0], [1, 1], [1, 8], [1, 9]], [0, 0, 1, 1])
        .predict_proba([[1e6, -1e6], [1, 3]])
    )
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    same = GaussianNB().fit([[1.0], [1.0]], [0, 1]).predict_proba([[1.0]])
    np.testing.assert_allclose(same, [[0.5, 0.5]])


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"priors": [0.5, 0.5]}, "one for each of the 3 classes"),
        ({"priors": [-0.5, 0.5, 1]}, "non-negative"),
        ({"priors": [0.5, 0.5, 1]}, "sum of the priors"),
        ({"var_smoothing": -1}, "var_smoothing=-1"),
    ],
)
def test_bad_parameters_are_told(task, params, told):
    with pytest.raises(ValueError, match=told):
        GaussianNB(**params).fit(*task)


def test_parts_with_unknown_classes_are_refused(task):
    X, y = task
    with pytest.raises(ValueError, match="first call"):
        GaussianNB().partial_fit(X, y)
    with pytest.raises(ValueError, match="do not exist"):
        GaussianNB().partial_fit(X, y, ["a", "b"])
    with pytest.raises(ValueError, match="give more than 0"):
        GaussianNB(var_smoothing=0).fit([[0.0], [1.0]], [0, 1])


def test_numbers_of_any_size_are_named_or_refused(task):
    X, y = task
    expected = GaussianNB().fit(X, y).predict_proba(X)
    for size in (1e-60, 1e60):
        found = GaussianNB().fit(X * size, y).predict_proba(X * size)
        np.testing.assert_allclose(found, expected, atol=1e-9)
    with pytest.raises(ValueError, match="Scale X first"):
        GaussianNB().fit(X * 1e200, y)


def test_samples_too_far_for_any_class_are_told():
    with pytest.raises(ValueError, match="squares overflow"):
        GaussianNB().fit([[0.0], [1.0]], [0, 1]).predict([[1e200]])
