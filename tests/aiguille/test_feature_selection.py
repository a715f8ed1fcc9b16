"""Columns that tell classes apart: scikit-learn and scipy are the oracles."""

import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn.feature_selection as theirs
from aiguille.feature_selection import SelectKBest, f_classif, f_tail
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

GENERATOR = np.random.default_rng(0)
Y = np.repeat(["Ada", "Bea", "Cy"], [25, 5, 30])
X = GENERATOR.normal(size=(60, 12)) + np.repeat(np.eye(12)[:3], [25, 5, 30], axis=0)


@pytest.mark.parametrize("d1", [1, 2, 3, 11, 100, 5748])
@pytest.mark.parametrize("d2", [1, 2, 7, 60, 13000, 10**6])
def test_the_tail_of_f_is_that_of_scipy(d1, d2):
    F = np.r_[0, 1e-12, np.geomspace(1e-3, 1e4, 100), 1, 1 + np.linspace(-0.3, 0.3, 41)]
    expected = stats.f.sf(F, d1, d2)
    there = expected > 1e-280  # below, exp itself has fewer digits
    np.testing.assert_allclose(f_tail(F, d1, d2)[there], expected[there], rtol=1e-10)
    assert (f_tail(F, d1, d2)[~there] <= 1e-280).all()


@given(
    F=st.floats(1e-6, 1e6),
    d1=st.integers(1, 300),
    d2=st.integers(1, 3000),
)
def test_one_over_f_has_the_other_tail(F, d1, d2):
    assert f_tail(F, d1, d2) + f_tail(1 / F, d2, d1) == pytest.approx(1, abs=1e-10)


def test_the_ends_of_the_tail():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ends = f_tail([0, 1e-320, 1e308, np.inf, np.nan], 3, 7)
    np.testing.assert_allclose(ends, [1, 1, 0, 0, np.nan], atol=1e-200)
    assert f_tail(1.0, 5, 5).shape == ()


def test_scores_are_those_of_scikit_learn():
    F, p = f_classif(X, Y)
    expected_F, expected_p = theirs.f_classif(X, Y)
    np.testing.assert_allclose(F, expected_F, rtol=1e-10)
    np.testing.assert_allclose(p, expected_p, rtol=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(1, 5))
def test_scores_are_those_of_scipy_one_column_at_a_time(seed, n_classes, n_features):
    random = np.random.default_rng(seed)
    y = np.r_[np.arange(n_classes), random.integers(0, n_classes, 20)]
    samples = random.normal(size=(len(y), n_features))
    F, p = f_classif(samples, y)
    for column in range(n_features):
        expected = stats.f_oneway(*(samples[y == c, column] for c in range(n_classes)))
        assert F[column] == pytest.approx(expected.statistic, rel=1e-8)
        assert p[column] == pytest.approx(expected.pvalue, rel=1e-8)


def test_far_from_zero_nothing_is_lost():
    near = np.round(X * 2**10) / 2**10  # exact, also when it is moved
    np.testing.assert_allclose(f_classif(near + 2**40, Y)[0], f_classif(near, Y)[0], rtol=1e-9)


def test_float32_is_added_up_in_float64_and_integers_do_not_overflow():
    narrow = X.astype(np.float32)
    np.testing.assert_array_equal(f_classif(narrow, Y)[0], f_classif(narrow.astype(float), Y)[0])
    large = (X * 2**28).astype(np.int32)
    np.testing.assert_array_equal(f_classif(large, Y)[0], f_classif(large.astype(float), Y)[0])
    select = SelectKBest(k=3)
    assert select.fit_transform(narrow, Y).dtype == np.float32
    assert select.inverse_transform(select.transform(narrow)).dtype == np.float32


def test_a_column_that_names_the_class_has_infinite_f_and_one_that_never_varies_none():
    samples = np.c_[X[:, 0], np.unique(Y, return_inverse=True)[1] * 0.1, np.full(60, 0.1)]
    with pytest.warns(UserWarning, match=r"Features \[2\] are constant") as told:
        F, p = f_classif(samples, Y)
    assert len(told) == 1
    assert F[1] == np.inf
    assert p[1] == 0
    assert np.isnan([F[2], p[2]]).all()
    with pytest.warns(UserWarning, match="constant"):
        select = SelectKBest(k=2).fit(samples, Y)
    assert select.get_support(indices=True).tolist() == [0, 1]


@pytest.mark.parametrize("k", [1, 4, 12, "all"])
def test_the_columns_kept_are_those_of_scikit_learn(k):
    ours, other = SelectKBest(k=k).fit(X, Y), theirs.SelectKBest(k=k).fit(X, Y)
    np.testing.assert_array_equal(ours.get_support(), other.get_support())
    np.testing.assert_array_equal(ours.get_support(indices=True), other.get_support(indices=True))
    np.testing.assert_allclose(ours.pvalues_, other.pvalues_)
    kept = ours.transform(X)
    np.testing.assert_array_equal(kept, other.transform(X))
    np.testing.assert_array_equal(ours.inverse_transform(kept), other.inverse_transform(kept))


@pytest.mark.parametrize("k", range(1, 6))
def test_of_equal_scores_the_same_are_kept_as_by_scikit_learn(k):
    def score(samples, y):
        return np.array([1.0, 2.0, np.nan, 1.0, 2.0, 1.0])

    ours, other = (kind(score, k=k).fit(X[:, :6], Y) for kind in (SelectKBest, theirs.SelectKBest))
    np.testing.assert_array_equal(ours.get_support(), other.get_support())
    assert ours.pvalues_ is None


def test_scores_of_scikit_learn_can_be_used():
    ours = SelectKBest(theirs.f_regression, k=3).fit(X, X[:, 5])
    assert 5 in ours.get_support(indices=True)
    select = theirs.SelectKBest(f_classif, k=3).fit(X, Y)
    np.testing.assert_array_equal(select.get_support(), SelectKBest(k=3).fit(X, Y).get_support())


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_frames_come_out_with_the_names_of_the_columns_kept(container):
    pytest.importorskip(container)
    frame = pd.DataFrame(X, columns=list("abcdefghijkl"), index=range(100, 160))
    select = SelectKBest(k=3).set_output(transform=container)
    found = select.fit_transform(frame, Y)
    assert type(found).__module__.startswith(container)
    assert list(found.columns) == select.get_feature_names_out().tolist()
    np.testing.assert_array_equal(found.to_numpy(), frame[list(found.columns)].to_numpy())
    if container == "pandas":
        assert list(found.index) == list(range(100, 160))


@pytest.mark.parametrize(
    ("samples", "y", "told"),
    [
        (X, np.repeat("Ada", 60), "one class only, .*Ada.*at least 2"),
        (X[:4], np.arange(4), "each of the 4 classes has one sample"),
        (X, Y[:50], "60"),
        (np.where(X > 2, np.nan, X), Y, "contains NaN"),
        (X, X[:, 0], "continuous"),
        (X, None, "requires y"),
    ],
)
def test_what_cannot_be_scored_is_refused(samples, y, told):
    with pytest.raises(ValueError, match=told):
        SelectKBest(k=2).fit(samples, y)


def test_wrong_parameters_are_refused():
    for k in (0, -1):
        with pytest.raises(ValueError, match=f"k={k} is not possible"):
            SelectKBest(k=k).fit(X, Y)
    for k in ("some", 2.5, True, None):
        with pytest.raises(TypeError, match="must be a whole number"):
            SelectKBest(k=k).fit(X, Y)
    with pytest.raises(TypeError, match="score_func='f' must be a function"):
        SelectKBest("f").fit(X, Y)
    with pytest.raises(ValueError, match=r"shape \(3,\) for 12 features"):
        SelectKBest(lambda samples, y: np.ones(3)).fit(X, Y)
    with pytest.warns(UserWarning, match="k=13 is greater than n_features=12"):
        assert SelectKBest(k=13).fit_transform(X, Y).shape == (60, 12)
    with pytest.raises(ValueError, match="but 3 of 12 are kept"):
        SelectKBest(k=3).fit(X, Y).inverse_transform(X)
