"""Our chance against scikit-learn's."""

import warnings

import numpy as np
import pandas as pd
import pytest
from aiguille.base import clone
from aiguille.dummy import DummyClassifier
from aiguille.validation import DataConversionWarning, NotFittedError
from hypothesis import given
from hypothesis import strategies as st
from sklearn import dummy as theirs
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import check_estimator

STRATEGIES = ["prior", "most_frequent", "stratified", "uniform", "constant"]
LABELS = st.one_of(
    st.lists(st.integers(-3, 3), min_size=1, max_size=30),
    st.lists(st.sampled_from(["Ada", "Bea", "Émile"]), min_size=1, max_size=30),
    st.lists(st.booleans(), min_size=1, max_size=30),
)


def pair(**params):
    """Make ours and theirs; a RandomState for each, so that neither advances the other's."""
    return DummyClassifier(**params), theirs.DummyClassifier(**params)


@given(
    y=LABELS,
    strategy=st.sampled_from(STRATEGIES),
    seed=st.integers(0, 2**32 - 1),
    weighted=st.booleans(),
    n_unseen=st.integers(1, 20),
)
def test_chance_guesses_as_scikit_learns_does(y, strategy, seed, weighted, n_unseen):
    weights = np.arange(1, len(y) + 1) if weighted else None
    known, unseen = np.zeros((len(y), 2)), np.zeros((n_unseen, 2))
    ours, other = pair(strategy=strategy, random_state=seed, constant=y[0])
    for model in (ours, other):
        model.fit(known, y, sample_weight=weights)
    assert ours.classes_.tolist() == other.classes_.tolist()
    assert ours.class_prior_.tolist() == other.class_prior_.tolist()
    assert ours.n_classes_ == other.n_classes_
    assert ours.predict(unseen).tolist() == other.predict(unseen).tolist()
    np.testing.assert_array_equal(ours.predict_proba(unseen), other.predict_proba(unseen))
    with np.errstate(divide="ignore"):
        expected = other.predict_log_proba(unseen)
    np.testing.assert_array_equal(ours.predict_log_proba(unseen), expected)
    assert ours.score(known, y) == pytest.approx(other.score(known, y))


@pytest.mark.parametrize("strategy", ["stratified", "uniform"])
def test_a_random_state_object_is_advanced_as_scikit_learn_advances_it(strategy):
    samples, y = np.zeros((50, 1)), ["a"] * 30 + ["b"] * 15 + ["c"] * 5
    ours, other = (
        kind(strategy=strategy, random_state=np.random.RandomState(1)).fit(samples, y)
        for kind in (DummyClassifier, theirs.DummyClassifier)
    )
    for _ in range(3):
        assert ours.predict(samples).tolist() == other.predict(samples).tolist()
        np.testing.assert_array_equal(ours.predict_proba(samples), other.predict_proba(samples))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_predictions_have_the_type_of_the_classes(strategy):
    model = DummyClassifier(strategy=strategy, constant="Ada").fit([[0], [0]], ["Ada", "Beatrix"])
    assert model.predict([[0]]).dtype == model.classes_.dtype == np.dtype("<U7")


@pytest.mark.parametrize("strategy", ["prior", "most_frequent"])
def test_scikit_learns_own_checks_pass(strategy):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_estimator(DummyClassifier(strategy=strategy), on_skip=None)


@pytest.mark.parametrize("strategy", ["stratified", "uniform"])
def test_drawn_guesses_fail_those_checks_alone_that_scikit_learns_own_fail(strategy):
    # Guesses that are drawn one after the other change with the order of the samples.
    def failed(model):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = check_estimator(model, on_skip=None, on_fail=None)
        return {check["check_name"] for check in told if check["status"] == "failed"}

    ours, other = pair(strategy=strategy, random_state=0)
    assert failed(ours) <= failed(other)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_scikit_learn_cross_validates_ours_as_its_own(strategy):
    X, y = np.zeros((60, 1)), np.repeat([0, 1, 2], [30, 20, 10])
    ours, other = pair(strategy=strategy, random_state=0, constant=1)
    assert cross_val_score(ours, X, y).tolist() == cross_val_score(other, X, y).tolist()


def test_samples_may_be_anything_that_can_be_counted():
    y = ["a", "a", "b"]
    frame = pd.DataFrame({"height": [1.0, np.nan, 3.0], "name": list("xyz")})
    for samples in (np.zeros((3, 8, 8)), ["one", "two", "three"], [[1], [1, 2], []], frame):
        assert DummyClassifier().fit(samples, y).predict(samples).tolist() == ["a", "a", "a"]
    assert DummyClassifier().fit(frame, y).feature_names_in_.tolist() == ["height", "name"]
    assert DummyClassifier().fit(np.zeros((3, 7)), y).n_features_in_ == 7


def test_a_copy_has_the_parameters_and_has_learned_nothing():
    model = DummyClassifier(strategy="constant", constant="b").fit([[0], [0]], ["a", "b"])
    copied = clone(model)
    assert repr(copied) == "DummyClassifier(constant='b', strategy='constant')"
    with pytest.raises(NotFittedError, match="not fitted yet"):
        copied.predict([[0]])


@pytest.mark.parametrize(
    ("params", "y", "message"),
    [
        ({"strategy": "clever"}, ["a", "b"], "strategy='clever' must be one of"),
        ({"strategy": "constant"}, ["a", "b"], "Constant target value has to be specified"),
        ({"strategy": "constant", "constant": "c"}, ["a", "b"], r"are: \['a', 'b'\]"),
        ({"strategy": "constant", "constant": ["a", "b"]}, ["a", "b"], "must be present"),
        ({}, ["a", "b", "c"], "inconsistent numbers of samples: X has 2, y has 3"),
        ({}, [[0, 1], [1, 0]], "y should be a 1d array"),
        ({}, [0.5, 1.5], "Unknown label type"),
        ({}, None, "requires y to be passed"),
    ],
)
def test_what_cannot_be_learned_is_refused(params, y, message):
    with pytest.raises(ValueError, match=message):
        DummyClassifier(**params).fit([[0], [0]], y)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="sample_weight has 1"):
        DummyClassifier().fit([[0], [0]], [0, 1], sample_weight=[1.0])
    with pytest.raises(ValueError, match="adds up to zero"):
        DummyClassifier().fit([[0], [0]], [0, 1], sample_weight=[0.0, 0.0])


def test_a_column_of_labels_is_flattened_with_a_warning():
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        model = DummyClassifier().fit([[0], [0]], [["a"], ["a"]])
    assert model.predict([[0]]).tolist() == ["a"]
