"""Sharing distances between folds and parameters: the same scores, and only where it is safe."""

import aiguille.linalg
import aiguille.neighbors
import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn.model_selection as theirs
import sklearn.neighbors
from aiguille.base import Classifier
from aiguille.metrics import confusion_matrix, make_scorer
from aiguille.model_selection import (
    GridSearchCV,
    KFold,
    LeaveOneOut,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from aiguille.neighbors import KNeighborsClassifier
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

X, Y = load_digits(return_X_y=True)
X, Y = X[:300] + np.random.default_rng(0).normal(scale=2, size=(300, 64)), Y[:300]
K = {"n_neighbors": list(range(1, 8))}


class Plain(KNeighborsClassifier):
    """The same classifier, which does not share because it says how it predicts."""

    def predict(self, X):
        return super().predict(X)


@pytest.fixture
def fits(monkeypatch):
    """Count the fits of neighbours: what is shared is not fitted."""
    counted = []
    fit = KNeighborsClassifier.fit

    def counting(self, X, y):
        counted.append(len(X))
        return fit(self, X, y)

    monkeypatch.setattr(KNeighborsClassifier, "fit", counting)
    return counted


def test_a_nested_search_fits_nothing_and_scores_as_scikit_learn_does(fits):
    ours = cross_val_score(GridSearchCV(KNeighborsClassifier(), K, cv=4), X, Y, cv=3)
    assert fits == []
    model = sklearn.neighbors.KNeighborsClassifier()
    other = theirs.cross_val_score(theirs.GridSearchCV(model, K, cv=4), X, Y, cv=3)
    assert ours.tolist() == other.tolist()


GRIDS = st.fixed_dictionaries(
    {},
    optional={
        "n_neighbors": st.lists(st.integers(1, 30), min_size=1, max_size=4),
        "weights": st.lists(st.sampled_from(["uniform", "distance"]), min_size=1, max_size=2),
        "metric": st.lists(st.sampled_from(["euclidean", "cosine", "manhattan"]), min_size=1),
    },
)


@settings(max_examples=25)
@given(grid=GRIDS, seed=st.integers(0, 99), ties=st.booleans(), train=st.booleans())
def test_shared_and_plain_evaluation_agree_to_the_last_bit(grid, seed, ties, train):
    rng = np.random.default_rng(seed)
    samples = rng.integers(0, 3, size=(90, 3)) / 10 if ties else rng.normal(size=(90, 3))
    names = np.array(["a", "b", "c"])[rng.integers(0, 3, size=90)]
    cv = KFold(3, shuffle=True, random_state=seed)
    found = [
        GridSearchCV(model, grid, cv=cv, return_train_score=train).fit(samples, names)
        for model in (KNeighborsClassifier(), Plain())
    ]
    one, two = (search.cv_results_ for search in found)
    assert one.keys() == two.keys()
    for name in one:
        if "time" not in name:
            assert np.all(one[name] == two[name]), name
    nested = [
        cross_val_score(GridSearchCV(model, grid, cv=2), samples, names, cv=cv).tolist()
        for model in (KNeighborsClassifier(), Plain())
    ]
    assert nested[0] == nested[1]


@pytest.mark.parametrize("weights", ["distance", np.reciprocal])
@pytest.mark.parametrize("mapped", [False, True])
def test_votes_by_distance_draw_shared_or_not(weights, mapped, tmp_path):
    # A folder of its own: joblib clears the common one when other loops end.
    parallel = joblib.Parallel(2, max_nbytes=100, temp_folder=tmp_path) if mapped else None
    places = np.cumsum(np.random.default_rng(0).integers(20, 60, size=30))
    samples = (places[:, None] + [0, 2, -3, 6]).reshape(-1, 1)  # 1/2 = 1/3 + 1/6
    names = np.tile(["b", "b", "a", "a"], 30)
    shared, plain = (
        cross_val_score(
            kind(3, weights=weights), samples, names, cv=LeaveOneOut(), parallel=parallel
        )
        for kind in (KNeighborsClassifier, Plain)
    )
    assert shared.tolist() == plain.tolist()
    assert not shared[::4].any()  # a draw goes to the first class


def test_every_way_to_ask_gives_what_plain_fits_give(fits):
    cv = StratifiedKFold(4, shuffle=True, random_state=0)
    scorers = {"a": "accuracy", "b": "balanced_accuracy"}
    asked = {"cv": cv, "scoring": scorers, "return_train_score": True}
    shared = cross_validate(KNeighborsClassifier(), X, Y, **asked)
    predicted = cross_val_predict(KNeighborsClassifier(), X, Y, cv=cv)
    assert fits == []
    plain = cross_validate(Plain(), X, Y, **asked)
    assert fits != []
    for name in ("test_a", "test_b", "train_a", "train_b"):
        assert shared[name].tolist() == plain[name].tolist()
    assert predicted.tolist() == cross_val_predict(Plain(), X, Y, cv=cv).tolist()


def test_a_search_over_searches_shares_too(fits):
    outer = {"cv": [2, 3], "estimator__weights": ["uniform", "distance"]}
    shared = GridSearchCV(GridSearchCV(KNeighborsClassifier(), K), outer, cv=3, refit=False)
    scores = shared.fit(X, Y).cv_results_["mean_test_score"]
    assert fits == []
    plain = GridSearchCV(GridSearchCV(Plain(), K), outer, cv=3, refit=False)
    assert scores.tolist() == plain.fit(X, Y).cv_results_["mean_test_score"].tolist()


class OtherScore(KNeighborsClassifier):
    def score(self, X, y):
        return 0.25


class OtherDistance(KNeighborsClassifier):
    def kneighbors(self, X=None, n_neighbors=None, return_distance=True):
        return super().kneighbors(X, n_neighbors, return_distance)


class Mixin:
    def predict_proba(self, X):
        return super().predict_proba(X)


class Mixed(Mixin, KNeighborsClassifier):
    pass


class Beside(Classifier):
    def score(self, X, y):
        return 0.25


class MixedBehind(KNeighborsClassifier, Beside):
    """Whose score is that of a class beside the one that shares, not of its base."""


class OnlyMore(KNeighborsClassifier):
    """Adds, and replaces nothing."""

    def explain(self):
        return "by its neighbours"


@pytest.mark.parametrize("kind", [Plain, OtherScore, OtherDistance, Mixed, MixedBehind])
def test_a_subclass_that_replaces_anything_is_fitted(kind, fits):
    scores = cross_val_score(kind(), X, Y, cv=3)
    assert len(fits) == 3
    assert (scores == 0.25).all() == (kind in (OtherScore, MixedBehind))


def test_a_subclass_that_only_adds_still_shares(fits):
    cross_val_score(OnlyMore(), X, Y, cv=3)
    assert fits == []


def test_a_search_that_replaces_fit_is_fitted(fits):
    class Search(GridSearchCV):
        def fit(self, X, y, **more):
            return super().fit(X, y, **more)

    cross_val_score(Search(KNeighborsClassifier(), K, cv=2), X, Y, cv=3)
    assert len(fits) == 3  # each search shares among its candidates, then fits the best


@pytest.mark.parametrize(
    "asked",
    [
        {"return_estimator": True},
        {"scoring": lambda model, X, y: 1.0},
        {"scoring": make_scorer(lambda y, p: p.max(), response_method="predict_proba")},
        {"error_score": 0.0},
    ],
)
def test_what_needs_a_fitted_model_gets_one(asked, fits):
    cross_validate(KNeighborsClassifier(), X, Y, cv=3, **asked)
    assert len(fits) == 3


def test_too_many_samples_for_the_memory_are_fitted(fits, monkeypatch):
    expected = cross_val_score(KNeighborsClassifier(), X, Y, cv=3)
    assert fits == []
    monkeypatch.setattr(aiguille.neighbors.classification, "WORKING_MEMORY", 8 * len(X) ** 2 - 1)
    assert cross_val_score(KNeighborsClassifier(), X, Y, cv=3).tolist() == expected.tolist()
    assert len(fits) == 3


def test_impossible_parameters_say_the_same_shared_or_not():
    for model in (KNeighborsClassifier(), Plain()):
        with pytest.raises(ValueError, match="n_neighbors = 250, n_samples = 200"):
            GridSearchCV(model, {"n_neighbors": [1, 250]}, cv=3).fit(X, Y)


def engine(tasks):
    """The smallest engine there is."""
    return [function(*args, **kwargs) for function, args, kwargs in tasks]


@pytest.mark.parametrize("parallel", [engine, joblib.Parallel(2, prefer="threads")])
@pytest.mark.parametrize("model", [KNeighborsClassifier(), Plain()])
def test_any_engine_runs_the_folds(model, parallel):
    search = GridSearchCV(model, K, cv=3)
    expected = cross_val_score(search, X, Y, cv=3)
    assert cross_val_score(search, X, Y, cv=3, parallel=parallel).tolist() == expected.tolist()
    search.set_params(parallel=parallel)
    assert search.fit(X, Y).best_params_ == GridSearchCV(model, K, cv=3).fit(X, Y).best_params_


@pytest.mark.parametrize("model", [KNeighborsClassifier(), Plain()])
def test_any_memory_remembers_the_scores(model, fits, tmp_path, monkeypatch):
    memory = joblib.Memory(tmp_path, verbose=0)
    first = cross_val_score(model, X, Y, cv=3, memory=memory)
    monkeypatch.setattr(aiguille.neighbors.sharing, "DistanceTable", None)
    fits.clear()
    again = cross_val_score(model, X, Y, cv=3, memory=memory)
    assert fits == []
    assert again.tolist() == first.tolist()


@pytest.mark.parametrize("weights", [np.zeros_like, np.negative])
def test_a_class_that_no_training_sample_has_is_never_predicted(weights):
    sorted_names = np.sort(Y)
    shared, plain = (
        cross_val_predict(model(weights=weights), X, sorted_names, cv=KFold(3))
        for model in (KNeighborsClassifier, Plain)
    )
    assert shared.tolist() == plain.tolist()


@pytest.mark.parametrize("metric", [["cosine"], None])
def test_a_metric_that_is_no_name_is_refused_before_anything_is_shared(metric):
    with pytest.raises(ValueError, match="choose one of"):
        cross_val_score(KNeighborsClassifier(metric=metric), X, Y, cv=3)


def test_a_weights_function_may_write_into_the_distances_that_it_gets():
    def sharp(distances):
        distances += 1
        return np.power(distances, -9, out=distances)

    shared, plain = (
        GridSearchCV(kind(weights=sharp), K, cv=3).fit(X, Y).cv_results_["mean_test_score"]
        for kind in (KNeighborsClassifier, Plain)
    )
    assert shared.tolist() == plain.tolist()


class ByColumn:
    """Cuts by what a column of the frame says."""

    def split(self, X, y=None, groups=None):
        for value in (0, 1):
            yield np.flatnonzero(X["half"] != value), np.flatnonzero(X["half"] == value)


def test_scorers_and_splitters_get_rows_of_what_the_user_gave():
    frame = pd.DataFrame(X[:, :9]).add_prefix("pixel").assign(half=np.arange(300) % 2)
    names = pd.Series(Y, index=[f"photo {number}" for number in range(300)])
    weight = pd.Series(np.arange(300), index=names.index)

    def weighted(y_true, y_pred):
        return np.average(y_true == y_pred, weights=weight[y_true.index])

    shared, plain = (
        cross_val_score(
            GridSearchCV(kind(), K, cv=ByColumn(), scoring=make_scorer(weighted)), frame, names
        )
        for kind in (KNeighborsClassifier, Plain)
    )
    assert shared.tolist() == plain.tolist()


@pytest.mark.parametrize("model", [KNeighborsClassifier(), Plain()])
def test_a_score_is_one_number_shared_or_not(model):
    whole = make_scorer(lambda y_true, y_pred: 1)
    assert cross_val_score(model, X, Y, scoring=whole, cv=2).dtype == np.float64
    for asked in (model, GridSearchCV(model, K, cv=2, scoring=make_scorer(confusion_matrix))):
        scoring = make_scorer(confusion_matrix) if asked is model else None
        with pytest.raises(ValueError, match="a score must be a number, but scoring=make_scorer"):
            cross_val_score(asked, X, Y, scoring=scoring, cv=2)


def test_folds_in_blocks_agree_with_whole_ones(monkeypatch):
    ties = np.round(X[:, :3] / 8)
    whole = cross_val_predict(KNeighborsClassifier(), ties, Y, cv=3)
    monkeypatch.setattr(aiguille.linalg, "WORKING_MEMORY", 50_000)
    assert cross_val_predict(KNeighborsClassifier(), ties, Y, cv=3).tolist() == whole.tolist()
