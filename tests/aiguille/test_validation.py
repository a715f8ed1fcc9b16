"""Bad input: one clear error that says what was given, what is possible, what to do."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from aiguille.neighbors import KNeighborsClassifier
from aiguille.parameters import check_random_state
from aiguille.validation import check_array, check_class_labels

GOOD, NAMES = np.arange(12.0).reshape(6, 2), ["a", "b"] * 3


def fit(X, y=NAMES):
    return KNeighborsClassifier(1).fit(X, y)


@pytest.mark.parametrize(
    ("X", "kind", "words"),
    [
        (np.arange(6), ValueError, r"Expected 2D array, got 1D .*reshape\(-1, 1\)"),
        (np.zeros((6, 2, 2)), ValueError, r"got 3D array of shape \(6, 2, 2\).*reshape\(len\(X\)"),
        (3, ValueError, "got 0D array"),
        (np.zeros((0, 2)), ValueError, "0 sample"),
        (np.zeros((6, 0)), ValueError, "0 feature"),
        ([[1, np.nan]] * 6, ValueError, "contains NaN, first in row 0, column 1"),
        ([[1, -np.inf]] * 6, ValueError, "infinity"),
        ([["1", "2"]] * 6, ValueError, "must hold numbers, got dtype <U1"),
        (np.array([["x", 1]] * 6, dtype=object), ValueError, "could not convert string"),
        (np.eye(6) * 1j, ValueError, "Complex data not supported"),
        (scipy.sparse.eye_array(6), TypeError, r"sparse.*toarray\(\)"),
        (np.zeros((5, 2)), ValueError, "X has 5, y has 6"),
    ],
)
def test_unusable_samples_are_explained(X, kind, words):
    with pytest.raises(kind, match=words):
        fit(X)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (None, "requires y to be passed"),
        ([], "y is empty"),
        ([["a"], ["b", "c"]] * 3, "y should be a 1d array.*differ in length"),
        ([0.5, 1, 2, 3, 4, 5], "Unknown label type: continuous.*0.5"),
        ([1, np.nan, 1, 1, 1, 1], "y contains NaN"),
        ([1, np.inf, 1, 1, 1, 1], "y contains infinity"),
        (np.zeros((6, 2)), "y should be a 1d array"),
        (np.array([1, "a", 1, 1, 1, 1], dtype=object), "Unknown label type: unknown.*int, str"),
    ],
)
def test_unusable_labels_are_explained(y, words):
    with pytest.raises(ValueError, match=words):
        fit(GOOD, y)


def test_a_column_of_labels_is_flattened_with_a_warning():
    with pytest.warns(UserWarning, match="A column-vector y was passed"):
        model = fit(GOOD, np.array(NAMES)[:, None])
    assert model.predict(GOOD).tolist() == NAMES


def test_other_numbers_of_features_than_fitted_are_refused():
    with pytest.raises(
        ValueError, match="X has 3 features, but KNeighborsClassifier is expecting 2"
    ):
        fit(GOOD).predict(np.zeros((1, 3)))


def test_names_of_columns_are_remembered_and_compared():
    frame = pd.DataFrame(GOOD, columns=["width", "height"])
    model = fit(frame)
    assert model.feature_names_in_.tolist() == ["width", "height"]
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- depth\n"):
        model.predict(frame.rename(columns={"width": "depth"}))
    with pytest.raises(ValueError, match="same order"):
        model.predict(frame[["height", "width"]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(GOOD)
    with pytest.warns(UserWarning, match="fitted without feature names"):
        fit(GOOD).predict(frame)
    assert not hasattr(model.fit(GOOD, NAMES), "feature_names_in_")


def test_labels_of_object_dtype_are_taken_for_what_they_are():
    assert check_class_labels(np.array([1, 2], dtype=object)).dtype.kind == "i"
    assert check_class_labels(pd.Series(["a", "b"])).tolist() == ["a", "b"]


def test_good_arrays_are_not_copied():
    assert check_array(GOOD) is GOOD


def test_a_seed_is_what_scikit_learn_makes_of_it():
    generator = np.random.RandomState(3)
    assert check_random_state(generator) is generator
    assert check_random_state(np.int64(0)).randint(1000) == np.random.RandomState(0).randint(1000)
    with pytest.raises(ValueError, match="cannot be used to seed"):
        check_random_state(np.random.default_rng(0))


@pytest.mark.parametrize(
    ("X", "kind", "words"),
    [
        (pd.DataFrame({"a": ["x"] * 6}), ValueError, "X must hold numbers.*'x'.*leave out"),
        ([[1, 2], [3]] * 3, ValueError, "X must hold numbers, in rows of equal length"),
        ([[object()]] * 6, TypeError, "X must hold numbers.*not 'object'"),
        ([[10**400]] * 6, ValueError, "X must hold numbers.*too large"),
    ],
)
def test_what_numpy_cannot_read_is_explained_too(X, kind, words):
    with pytest.raises(kind, match=words):
        fit(X)


def test_arrays_come_out_row_by_row_however_they_were_laid_out():
    for X in (np.asfortranarray(GOOD), GOOD[:, ::-1], pd.DataFrame(GOOD)):
        assert check_array(X).flags.c_contiguous


@pytest.mark.parametrize(
    ("y", "weights", "words"),
    [(NAMES[:4], None, "X has 6, y has 4"), (NAMES, [1, 2], "X has 6, sample_weight has 2")],
)
def test_a_score_needs_an_entry_for_each_sample(y, weights, words):
    with pytest.raises(ValueError, match=words):
        fit(GOOD).score(GOOD, y, sample_weight=weights)
