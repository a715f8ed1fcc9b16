"""Curves over parameters and samples, permutation tests and random searches, as scikit-learn."""

import numpy as np
import pandas as pd
import pytest
import sklearn.model_selection as theirs
from aiguille import model_selection as ours
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from scipy.stats import randint, uniform
from sklearn.neighbors import KNeighborsClassifier as TheirKNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(90, 4)) + np.repeat(np.eye(4)[:3], 30, axis=0) * 2
Y = np.repeat(["Ada", "Bea", "Cy"], 30)
MODELS = [KNeighborsClassifier(), DecisionTreeClassifier(random_state=0)]
PARAMETERS = {"KNeighborsClassifier": "n_neighbors", "DecisionTreeClassifier": "max_depth"}


def parameter_of(model):
    return PARAMETERS[type(model).__name__]


class Remembering:
    """A memory that counts what it was asked for the first time."""

    def __init__(self):
        self.known = {}

    def cache(self, function):
        def remembered(*args):
            key = function.__name__, repr(args)
            if key not in self.known:
                self.known[key] = function(*args)
            return self.known[key]

        return remembered


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_a_validation_curve_is_scikit_learn_s(model):
    options = {"param_name": parameter_of(model), "param_range": [1, 3, 8], "cv": 4}
    expected = theirs.validation_curve(model, X, Y, **options)
    for one, other in zip(ours.validation_curve(model, X, Y, **options), expected, strict=True):
        np.testing.assert_allclose(one, other)
    with pytest.raises(ValueError, match="param_range is empty"):
        ours.validation_curve(model, X, Y, param_name="x", param_range=[])


@pytest.mark.parametrize("model", MODELS, ids=repr)
@pytest.mark.parametrize("sizes", [[0.2, 0.5, 1.0], [20, 40], np.linspace(0.1, 1, 5)])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_learning_curve_is_scikit_learn_s(model, sizes, shuffle):
    options = {"train_sizes": sizes, "cv": 3, "shuffle": shuffle, "random_state": 3}
    expected = theirs.learning_curve(model, X, Y, **options)
    for one, other in zip(ours.learning_curve(model, X, Y, **options), expected, strict=True):
        np.testing.assert_allclose(one, other)


@pytest.mark.parametrize(
    ("sizes", "told"),
    [([0.5, 1.5], "give shares"), ([0, 5], "at most 60"), (["all"], "numbers or shares")],
)
def test_sizes_that_cannot_be_are_refused(sizes, told):
    with pytest.raises(ValueError, match=told):
        ours.learning_curve(MODELS[0], X, Y, cv=3, train_sizes=sizes)


@pytest.mark.filterwarnings("ignore:The groups parameter is ignored")
@pytest.mark.parametrize("groups", [None, np.tile([0, 1, 2], 30)])
@pytest.mark.parametrize("cv", [3, ours.KFold(3, shuffle=True, random_state=1)])
def test_a_permutation_test_is_scikit_learn_s(groups, cv):
    options = {"n_permutations": 12, "random_state": 5, "groups": groups}
    their_cv = cv if isinstance(cv, int) else theirs.KFold(3, shuffle=True, random_state=1)
    expected = theirs.permutation_test_score(
        TheirKNeighborsClassifier(), X[::2], Y[::2][:45], cv=their_cv, **half(options)
    )
    found = ours.permutation_test_score(
        KNeighborsClassifier(), X[::2], Y[::2][:45], cv=cv, **half(options)
    )
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other)


def half(options):
    groups = options["groups"]
    return options | {"groups": None if groups is None else groups[::2]}


def test_what_was_permuted_before_is_remembered():
    memory, model = Remembering(), KNeighborsClassifier()
    first = ours.permutation_test_score(model, X, Y, n_permutations=4, memory=memory, cv=3)
    assert len(memory.known) == 5
    second = ours.permutation_test_score(model, X, Y, n_permutations=4, memory=memory, cv=3)
    assert len(memory.known) == 5
    np.testing.assert_array_equal(first[1], second[1])
    with pytest.raises(ValueError, match="n_permutations=0"):
        ours.permutation_test_score(model, X, Y, n_permutations=0)


def test_samples_of_a_grid_are_never_drawn_twice():
    grid = {"a": [1, 2, 3], "b": ["x", "y"]}
    found = list(ours.ParameterSampler(grid, 5, random_state=0))
    assert len({tuple(each.values()) for each in found}) == 5
    sampler = ours.ParameterSampler(grid, 100)
    assert len(sampler) == len(list(sampler)) == 6
    assert found == list(ours.ParameterSampler(grid, 5, random_state=0))


def test_distributions_are_drawn_from():
    sampler = ours.ParameterSampler({"a": uniform(2, 1), "b": [1, 2]}, 50, random_state=0)
    found = list(sampler)
    assert len(sampler) == len(found) == 50
    assert all(2 <= each["a"] <= 3 for each in found)
    assert {each["b"] for each in found} == {1, 2}
    with pytest.raises(TypeError, match="must be a dict"):
        ours.ParameterSampler([3], 5)
    with pytest.raises(ValueError, match="n_iter=0"):
        ours.ParameterSampler({"a": [1]}, 0)


@pytest.mark.parametrize("model", MODELS, ids=repr)
@pytest.mark.parametrize("listed", [True, False])
def test_a_random_search_finds_what_a_grid_of_the_same_parameters_finds(model, listed):
    name = parameter_of(model)
    choices = {name: list(range(1, 20)) if listed else randint(1, 20)}
    search = ours.RandomizedSearchCV(model, choices, n_iter=6, cv=3, random_state=2).fit(X, Y)
    tried = list(search.cv_results_[f"param_{name}"])
    grid = theirs.GridSearchCV(model, {name: tried}, cv=3).fit(X, Y)
    np.testing.assert_allclose(
        search.cv_results_["mean_test_score"], grid.cv_results_["mean_test_score"]
    )
    assert search.best_params_ == grid.best_params_
    np.testing.assert_array_equal(search.predict(X), grid.predict(X))
    frame = pd.DataFrame(search.cv_results_)
    assert list(frame[f"param_{name}"]) == tried
    assert len(frame) == 6


def test_a_nested_random_search_is_that_of_a_grid_of_what_it_draws():
    choices = {"n_neighbors": list(range(1, 12))}
    search = ours.RandomizedSearchCV(
        KNeighborsClassifier(), choices, n_iter=5, cv=3, random_state=0
    )
    drawn = [
        {k: [v] for k, v in each.items()}
        for each in ours.ParameterSampler(choices, 5, random_state=0)
    ]
    grid = ours.GridSearchCV(KNeighborsClassifier(), drawn, cv=3)
    np.testing.assert_allclose(
        ours.cross_val_score(search, X, Y, cv=3), ours.cross_val_score(grid, X, Y, cv=3)
    )
    assert ours.RandomizedSearchCV.share_evaluation([search], X, Y) is not None


@pytest.mark.parametrize("seed", [None, np.random.RandomState(0)], ids=["none", "generator"])
def test_a_search_that_draws_anew_each_time_shares_nothing(seed):
    search = ours.RandomizedSearchCV(
        KNeighborsClassifier(), {"n_neighbors": [1, 2, 3]}, n_iter=2, cv=3, random_state=seed
    )
    assert ours.RandomizedSearchCV.share_evaluation([search], X, Y) is None
    assert ours.cross_val_score(search, X, Y, cv=3).shape == (3,)


def test_searches_of_both_libraries_take_estimators_of_both():
    choices = {"metric": ["euclidean", "manhattan"]}
    inside = theirs.RandomizedSearchCV(NearestCentroid(), choices, n_iter=2, cv=3).fit(X, Y)
    own = ours.RandomizedSearchCV(NearestCentroid(), choices, n_iter=2, cv=3).fit(X, Y)
    assert inside.best_score_ == pytest.approx(own.best_score_)
    assert theirs.cross_val_score(own, X, Y, cv=3).shape == (3,)
