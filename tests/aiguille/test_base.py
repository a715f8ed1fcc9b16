"""What users rely on of every estimator: parameters, clone, repr, both libraries together."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from aiguille.base import clone, is_classifier
from aiguille.dummy import DummyClassifier
from aiguille.model_selection import GridSearchCV, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from aiguille.preprocessing import MinMaxScaler
from aiguille.validation import NotFittedError
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError as TheirNotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV as TheirGridSearchCV
from sklearn.model_selection import cross_val_score as their_cross_val_score
from sklearn.neighbors import KNeighborsClassifier as TheirKNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, Y = load_iris(return_X_y=True)


def test_parameters_are_stored_untouched():
    weights = np.ones(3)
    assert KNeighborsClassifier(weights=weights).weights is weights


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(KNeighborsClassifier()) == "KNeighborsClassifier()"
    assert repr(KNeighborsClassifier(3, metric="cosine")) == (
        "KNeighborsClassifier(metric='cosine', n_neighbors=3)"
    )


def test_parameters_of_an_inner_estimator_are_read_and_set_by_a_double_underscore():
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1]})
    search.set_params(estimator__metric="cosine", cv=3)
    assert search.get_params()["estimator__metric"] == "cosine"
    assert search.cv == 3


def test_an_inner_estimator_is_set_before_its_parameters():
    search = GridSearchCV(NearestCentroid(), {})
    search.set_params(estimator__n_neighbors=2, estimator=KNeighborsClassifier())
    assert search.estimator.n_neighbors == 2


def test_an_unknown_parameter_is_named_with_the_known_ones_and_nothing_is_set():
    model = KNeighborsClassifier()
    with pytest.raises(ValueError, match=r"'k'.*metric.*n_neighbors.*weights"):
        model.set_params(n_neighbors=1, k=3)
    assert model.n_neighbors == 5


def test_a_clone_is_unfitted_with_equal_parameters_of_its_own():
    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 2]}).fit(X, Y)
    copied = clone(search)
    assert not hasattr(copied, "best_estimator_")
    assert copied.param_grid == search.param_grid
    assert copied.estimator is not search.estimator


def test_clone_takes_scikit_learn_s_estimators_and_asks_those_that_clone_themselves():
    class Frozen:
        def get_params(self, deep=True):
            return {}

        def __sklearn_clone__(self):
            return self

    frozen = Frozen()
    assert clone(frozen) is frozen
    assert clone(Ridge(alpha=3)).alpha == 3
    assert sklearn.clone(KNeighborsClassifier(3)).n_neighbors == 3


@pytest.mark.parametrize("what", [KNeighborsClassifier, 3, "text"])
def test_what_is_no_estimator_cannot_be_cloned(what):
    with pytest.raises(TypeError, match="Cannot clone"):
        clone(what)


def test_classifiers_of_both_libraries_are_recognised():
    ours = [KNeighborsClassifier(), GridSearchCV(NearestCentroid(), {}), DummyClassifier()]
    assert all(is_classifier(model) and sklearn.base.is_classifier(model) for model in ours)
    assert is_classifier(TheirKNeighborsClassifier())
    assert not is_classifier(Ridge())
    assert not is_classifier(GridSearchCV(Ridge(), {}))


def test_our_estimators_work_in_scikit_learn_s_tools():
    ours = their_cross_val_score(KNeighborsClassifier(3), X, Y)
    theirs = their_cross_val_score(TheirKNeighborsClassifier(3), X, Y)
    assert ours.tolist() == theirs.tolist()
    grid = {"kneighborsclassifier__n_neighbors": [1, 5]}
    search = TheirGridSearchCV(make_pipeline(StandardScaler(), KNeighborsClassifier()), grid)
    assert search.fit(X, Y).best_params_ == {"kneighborsclassifier__n_neighbors": 5}


def test_scikit_learn_s_estimators_work_in_our_tools():
    forest = RandomForestClassifier(n_estimators=5, random_state=0)
    assert cross_val_score(forest, X, Y).tolist() == their_cross_val_score(forest, X, Y).tolist()
    search = GridSearchCV(forest, {"max_depth": [1, 3]}, cv=3).fit(X, Y)
    theirs = TheirGridSearchCV(forest, {"max_depth": [1, 3]}, cv=3).fit(X, Y)
    assert search.best_params_ == theirs.best_params_
    assert search.best_score_ == theirs.best_score_


def test_not_fitted_is_one_error_for_both_libraries_and_can_be_pickled():
    for kind in (NotFittedError, TheirNotFittedError, ValueError, AttributeError):
        with pytest.raises(kind, match="not fitted yet: call 'fit'"):
            KNeighborsClassifier().predict(X)
    with pytest.raises(NotFittedError) as caught:
        KNeighborsClassifier().predict(X)
    again = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(again, NotFittedError)
    assert str(again) == str(caught.value)


def test_aiguille_never_imports_scikit_learn_or_scipy():
    program = (
        "import sys, aiguille.model_selection as m, aiguille.neighbors as n, aiguille.metrics\n"
        "model = m.GridSearchCV(n.KNeighborsClassifier(), {'n_neighbors': [1, 2]}, cv=2)\n"
        "m.cross_val_score(model, [[i] for i in range(20)], [0, 1] * 10, cv=2)\n"
        "m.cross_val_score(n.NearestCentroid(), [[i] for i in range(20)], [0, 1] * 10, cv=2)\n"
        "try: n.KNeighborsClassifier().predict([[1]])\n"
        "except ValueError: pass\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted(loaded & {'sklearn', 'scipy', 'joblib', 'pandas', 'faineant'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_fitted_estimators_survive_pickle_and_copies():
    model = KNeighborsClassifier(3).fit(X, Y)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert again.predict(X).tolist() == model.predict(X).tolist()


@pytest.mark.parametrize("model", [KNeighborsClassifier(1), NearestCentroid(), DummyClassifier()])
def test_a_score_that_cannot_be_is_refused(model):
    samples, names = [[0], [1], [2]], ["a", "b", "b"]
    model.fit(samples, names)
    with pytest.raises(ValueError, match="y holds numbers and prediction holds text"):
        model.score(samples, [0, 1, 1])
    for weights, words in ([1, np.nan, 1], "finite number"), ([0, 0, 0], "at least one"):
        with pytest.raises(ValueError, match=words):
            model.score(samples, names, sample_weight=weights)


def test_a_parameter_of_what_is_no_estimator_is_refused():
    with pytest.raises(ValueError, match="metric='cosine' is no estimator"):
        KNeighborsClassifier(metric="cosine").set_params(metric__p=2)


def test_a_copy_gives_the_frames_that_were_asked_for():
    scaler = MinMaxScaler().set_output(transform="pandas")
    assert type(clone(scaler).fit_transform([[1.0], [2.0]])).__name__ == "DataFrame"
    other = clone(scaler).set_output(transform="default")
    assert isinstance(other.fit_transform([[1.0], [2.0]]), np.ndarray)
    assert type(scaler.fit_transform([[1.0], [2.0]])).__name__ == "DataFrame"
