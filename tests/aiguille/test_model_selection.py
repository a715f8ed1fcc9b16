"""Cross-validation and search against scikit-learn's, alone and one within the other."""

import aiguille.base
import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn.base
import sklearn.ensemble
import sklearn.model_selection as theirs
from aiguille.dummy import DummyClassifier
from aiguille.metrics import make_scorer, zero_one_loss
from aiguille.model_selection import (
    GridSearchCV,
    LeaveOneGroupOut,
    ParameterGrid,
    ShuffleSplit,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
    cross_validate,
)
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

X, Y = load_iris(return_X_y=True)
X = X + np.random.default_rng(0).normal(scale=0.3, size=X.shape)
TREE = LogisticRegression(max_iter=2000)


@pytest.mark.parametrize("scoring", [None, "accuracy", "balanced_accuracy"])
@pytest.mark.parametrize("cv", [None, 4, StratifiedKFold(3, shuffle=True, random_state=0)])
def test_scores_are_scikit_learn_s(scoring, cv):
    ours = cross_val_score(TREE, X, Y, scoring=scoring, cv=cv)
    assert ours.tolist() == theirs.cross_val_score(TREE, X, Y, scoring=scoring, cv=cv).tolist()


def test_several_scores_with_train_scores_estimators_and_indices():
    asked = {"scoring": ["accuracy", "balanced_accuracy"], "cv": 3, "return_train_score": True}
    ours = cross_validate(TREE, X, Y, **asked, return_estimator=True, return_indices=True)
    other = theirs.cross_validate(TREE, X, Y, **asked, return_estimator=True, return_indices=True)
    assert set(ours) == set(other)
    for name in ("test_accuracy", "train_balanced_accuracy"):
        assert ours[name].tolist() == other[name].tolist()
    assert [m.coef_.tolist() for m in ours["estimator"]] == [
        m.coef_.tolist() for m in other["estimator"]
    ]
    assert ours["indices"]["test"][1].tolist() == other["indices"]["test"][1].tolist()
    assert (ours["fit_time"] > 0).all()


def test_groups_reach_the_splitter():
    groups = np.arange(len(Y)) % 5
    ours = cross_val_score(TREE, X, Y, groups=groups, cv=LeaveOneGroupOut())
    other = theirs.cross_val_score(TREE, X, Y, groups=groups, cv=theirs.LeaveOneGroupOut())
    assert ours.tolist() == other.tolist()


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_predictions_of_unseen_samples_are_scikit_learn_s(method):
    cv = StratifiedKFold(4, shuffle=True, random_state=1)
    ours = cross_val_predict(TREE, X, Y, cv=cv, method=method)
    np.testing.assert_array_equal(ours, theirs.cross_val_predict(TREE, X, Y, cv=cv, method=method))


def test_a_class_that_a_fold_has_not_seen_gets_no_probability():
    y = np.array(["a", "b", "c"]).repeat(50)
    folds = [(np.arange(50, 150), np.arange(50)), (np.arange(50), np.arange(50, 150))]
    found = cross_val_predict(KNeighborsClassifier(), X, y, cv=folds, method="predict_proba")
    assert found.shape == (150, 3)
    assert (found[:50, 0] == 0).all()
    assert (found[50:, 0] == 1).all()


def test_frames_lists_and_unsupervised_estimators_are_welcome():
    frame, names = pd.DataFrame(X, columns=list("abcd")), pd.Series(Y).map({0: "x", 1: "y", 2: "z"})
    expected = cross_val_score(NearestCentroid(), X, Y).tolist()
    assert cross_val_score(NearestCentroid(), frame, names).tolist() == expected
    assert cross_val_score(NearestCentroid(), X.tolist(), Y.tolist()).tolist() == expected
    model = KMeans(2, n_init=1, random_state=0)
    assert cross_val_score(model, X).tolist() == theirs.cross_val_score(model, X).tolist()


def test_a_matrix_of_similarities_is_cut_both_ways():
    kernel = X @ X.T
    model = SVC(kernel="precomputed")
    assert cross_val_score(model, kernel, Y).tolist() == (
        theirs.cross_val_score(model, kernel, Y).tolist()
    )


GRID = [{"C": [0.01, 1]}, {"C": [1.0, 10.0], "fit_intercept": [False]}]


def test_a_search_finds_what_scikit_learn_s_finds_and_tables_it_alike():
    ours = GridSearchCV(TREE, GRID, cv=3, return_train_score=True).fit(X, Y)
    other = theirs.GridSearchCV(TREE, GRID, cv=3, return_train_score=True).fit(X, Y)
    assert set(ours.cv_results_) == set(other.cv_results_)
    for name in ours.cv_results_:
        if "time" not in name:
            assert np.all(ours.cv_results_[name] == other.cv_results_[name]), name
            mask = np.ma.getmaskarray(np.ma.asarray(ours.cv_results_[name]))
            assert (mask == np.ma.getmaskarray(np.ma.asarray(other.cv_results_[name]))).all()
    for name in ("best_params_", "best_score_", "best_index_", "n_splits_"):
        assert getattr(ours, name) == getattr(other, name)
    assert ours.predict_proba(X).tolist() == other.predict_proba(X).tolist()
    assert ours.classes_.tolist() == other.classes_.tolist()
    assert ours.score(X, Y) == other.score(X, Y)


def test_of_several_scores_one_chooses():
    search = GridSearchCV(TREE, GRID, scoring=["accuracy", "balanced_accuracy"], refit="accuracy")
    assert search.fit(X, Y).best_score_ == search.cv_results_["mean_test_accuracy"].max()
    with pytest.raises(ValueError, match=r"refit must say which of \['accuracy'"):
        GridSearchCV(TREE, GRID, scoring=["accuracy", "balanced_accuracy"]).fit(X, Y)
    with pytest.raises(ValueError, match="refit='f1' is not one of"):
        GridSearchCV(TREE, GRID, refit="f1").fit(X, Y)


def test_a_function_may_choose():
    search = GridSearchCV(TREE, GRID, refit=lambda results: 2).fit(X, Y)
    assert search.best_params_ == {"C": 1.0, "fit_intercept": False}


def test_without_refit_there_is_no_best_estimator_to_ask():
    search = GridSearchCV(TREE, GRID, refit=False).fit(X, Y)
    assert search.best_params_ in list(ParameterGrid(GRID))
    with pytest.raises(ValueError, match="refit=False, so it has no best"):
        search.predict(X)


def test_a_search_forgets_what_an_earlier_fit_found():
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 2]}, cv=2)
    search.fit(pd.DataFrame(X).add_prefix("x"), Y).fit(X, Y)
    assert not hasattr(search, "feature_names_in_")
    search.set_params(refit=False).fit(X, Y)
    assert not hasattr(search, "best_estimator_")
    with pytest.raises(ValueError, match="refit=False, so it has no best"):
        search.predict(X)


def test_scikit_learn_stacks_a_search():
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 5]}, cv=2)
    stack = sklearn.ensemble.StackingClassifier([("search", search)]).fit(X, Y)
    assert stack.stack_method_ == ["predict_proba"]
    assert stack.score(X, Y) > 0.9


def test_a_search_has_the_methods_of_what_it_searches():
    assert hasattr(GridSearchCV(KNeighborsClassifier(), {}), "predict_proba")
    assert not hasattr(GridSearchCV(NearestCentroid(), {}), "predict_proba")
    assert not hasattr(GridSearchCV(KNeighborsClassifier(), {}), "transform")
    with pytest.raises(ValueError, match="not fitted yet"):
        GridSearchCV(KNeighborsClassifier(), {}).predict_proba(X)


def test_a_search_within_a_search_is_two_nested_loops():
    inner = GridSearchCV(TREE, {"C": [0.01, 1, 100]}, cv=3)
    other = theirs.GridSearchCV(TREE, {"C": [0.01, 1, 100]}, cv=3)
    assert cross_val_score(inner, X, Y, cv=4).tolist() == (
        theirs.cross_val_score(other, X, Y, cv=4).tolist()
    )


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: cross_val_score(TREE, X, Y[:-1]), ValueError, "X has 150, y has 149"),
        (lambda: cross_val_score(TREE, X), ValueError, "requires y to be passed"),
        (lambda: cross_val_score(TREE, 3, Y), TypeError, "array of samples, got int"),
        (lambda: cross_val_score(TREE, X, Y, cv=51), ValueError, "51"),
        (lambda: cross_val_score(TREE, X, Y, scoring="acuracy"), ValueError, "'accuracy'"),
        (lambda: cross_val_score(TREE, X, Y, scoring=["accuracy"]), ValueError, "one name"),
        (lambda: cross_val_score(TREE, X, Y, parallel=2), TypeError, "parallel=2 is no engine"),
        (lambda: cross_val_score(TREE, X, Y, memory="x"), TypeError, "has no cache method"),
        (lambda: cross_val_score(TREE, X, Y, error_score="no"), ValueError, "'raise' or a number"),
        (lambda: cross_val_predict(TREE, X, Y, cv=ShuffleSplit()), ValueError, "exactly once"),
        (
            lambda: cross_val_score(TREE, X, Y, cv=[(range(150), [])]),
            ValueError,
            "150 samples to train on and 0 to test on",
        ),
        (
            lambda: cross_val_predict(TREE, X, Y, method="foresee"),
            AttributeError,
            "no method 'foresee'",
        ),
        (lambda: cross_validate(TREE, X, Y, scoring=[]), ValueError, "scoring is empty"),
        (lambda: GridSearchCV(TREE, {"D": [1]}).fit(X, Y), ValueError, "Invalid parameter 'D'"),
        (lambda: GridSearchCV(TREE, {"C": []}).fit(X, Y), ValueError, "at least one value"),
        (lambda: GridSearchCV(TREE, {"C": 1}).fit(X, Y), TypeError, r"write \[1\] for one"),
        (lambda: GridSearchCV(TREE, []).fit(X, Y), ValueError, "param_grid is empty"),
        (lambda: GridSearchCV(TREE, ["C"]).fit(X, Y), TypeError, "dict of names to values"),
        (lambda: GridSearchCV(TREE, None).fit(X, Y), TypeError, "dict of names to values"),
        (
            lambda: GridSearchCV(TREE, GRID, refit=lambda results: 99).fit(X, Y),
            IndexError,
            "the index 99, but the 4 candidates",
        ),
        (
            lambda: GridSearchCV(TREE, GRID, refit=lambda results: "best").fit(X, Y),
            TypeError,
            "a whole number, but gave 'best'",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


class Fails(DummyClassifier):
    """A classifier that cannot learn from an odd first label."""

    def fit(self, X, y):
        if y[0] == 1:
            raise RuntimeError("cannot learn this")
        return super().fit(X, y)


def test_a_failing_fit_is_an_error_that_names_the_model_or_a_score():
    y = np.r_[np.zeros(5), np.ones(5)].astype(int)
    folds = [(np.r_[0:7], np.r_[7:10]), (np.r_[5:10], np.r_[0:5])]
    with pytest.raises(RuntimeError, match="cannot learn") as caught:
        cross_val_score(Fails(), X[:10], y, cv=folds)
    assert "This happened to Fails(), trained on 5 samples." in caught.value.__notes__
    with pytest.warns(UserWarning, match="its score is nan: cannot learn this"):
        scores = cross_val_score(Fails(), X[:10], y, cv=folds, error_score=np.nan)
    assert np.isnan(scores).tolist() == [False, True]


def test_a_loss_is_turned_into_a_score():
    scorer = make_scorer(zero_one_loss, greater_is_better=False)
    losses = cross_val_score(NearestCentroid(), X, Y, scoring=scorer)
    assert losses.tolist() == pytest.approx((cross_val_score(NearestCentroid(), X, Y) - 1).tolist())


@pytest.mark.parametrize("cloned", [aiguille.base.clone, sklearn.base.clone])
@pytest.mark.parametrize("model", [KNeighborsClassifier(), NearestCentroid()])
def test_a_copy_of_a_search_works_with_the_same_engine_and_memory(model, cloned, tmp_path):
    parallel, memory = joblib.Parallel(2, prefer="threads"), joblib.Memory(tmp_path, verbose=0)
    grid = {"metric": ["euclidean", "cosine"]}
    search = cloned(GridSearchCV(model, grid, cv=2, parallel=parallel, memory=memory))
    assert search.parallel is parallel
    assert search.memory is memory
    search.set_params(memory=None)
    expected = cross_val_score(GridSearchCV(model, grid, cv=2), X, Y, cv=2)
    assert cross_val_score(search, X, Y, cv=2).tolist() == expected.tolist()


def test_a_scoring_that_names_nothing_is_refused():
    with pytest.raises(TypeError, match="scoring=3 is not possible: give a name"):
        cross_validate(KNeighborsClassifier(), X, Y, scoring=3)
