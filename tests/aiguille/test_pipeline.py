"""Estimators in a row: as one estimator, with a memory, and mixed with scikit-learn's."""

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn.model_selection as their_selection
import sklearn.pipeline as theirs
from aiguille.base import clone, is_classifier
from aiguille.model_selection import GridSearchCV, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from aiguille.pipeline import Pipeline, make_pipeline
from aiguille.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler
from faineant import Memory
from sklearn import cluster, decomposition, linear_model

GENERATOR = np.random.default_rng(0)
X = (GENERATOR.normal(size=(60, 5)) + np.repeat(np.eye(5)[:3], 20, axis=0) * 2) * [1, 9, 1, 50, 1]
Y = np.repeat(["Ada", "Bea", "Cy"], 20)


def scaled_knn(**options):
    steps = [("scale", StandardScaler()), ("knn", KNeighborsClassifier(3))]
    return Pipeline(steps, **options)


class Counted(StandardScaler):
    """A scaler that notes in a file how often it is fitted."""

    def __init__(self, log, *, with_std=True):
        super().__init__(with_std=with_std)
        self.log = log

    def fit(self, X, y=None, sample_weight=None):
        with open(self.log, "a") as log:
            log.write(".")
        return super().fit(X, y, sample_weight)


def test_it_does_what_its_steps_do_in_a_row():
    model = scaled_knn().fit(X, Y)
    by_hand = KNeighborsClassifier(3).fit(StandardScaler().fit_transform(X), Y)
    samples = StandardScaler().fit(X).transform(X[::7])
    np.testing.assert_array_equal(model.predict(X[::7]), by_hand.predict(samples))
    np.testing.assert_array_equal(model.predict_proba(X[::7]), by_hand.predict_proba(samples))
    assert model.score(X, Y) == by_hand.score(StandardScaler().fit_transform(X), Y)
    assert model.classes_.tolist() == ["Ada", "Bea", "Cy"]
    assert model.n_features_in_ == 5
    assert is_classifier(model)


def test_scikit_learn_s_pipeline_of_the_same_steps_does_the_same():
    ours, other = scaled_knn(), theirs.Pipeline(scaled_knn().steps)
    for scores in (cross_val_score, their_selection.cross_val_score):
        np.testing.assert_array_equal(scores(ours, X, Y, cv=4), scores(other, X, Y, cv=4))


def test_steps_of_scikit_learn_work_in_it():
    model = make_pipeline(StandardScaler(), decomposition.PCA(2), KNeighborsClassifier()).fit(X, Y)
    other = theirs.make_pipeline(
        StandardScaler(), decomposition.PCA(2), KNeighborsClassifier()
    ).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    regression = make_pipeline(StandardScaler(), linear_model.LinearRegression()).fit(X, X[:, 0])
    assert regression.score(X, X[:, 0]) == pytest.approx(1)
    assert not is_classifier(regression)
    groups = make_pipeline(StandardScaler(), cluster.KMeans(3, n_init=1, random_state=0))
    assert len(set(groups.fit_predict(X).tolist())) == 3


def test_steps_are_found_by_name_by_place_and_in_slices():
    model = make_pipeline(StandardScaler(), Normalizer(), KNeighborsClassifier())
    assert len(model) == 3
    assert model[0] is model["standardscaler"] is model.named_steps["standardscaler"]
    assert isinstance(model[:-1], Pipeline)
    np.testing.assert_allclose(
        model[:-1].fit_transform(X), Normalizer().fit_transform(StandardScaler().fit_transform(X))
    )


def test_parameters_of_steps_and_steps_themselves_can_be_set():
    model = scaled_knn().set_params(knn__n_neighbors=7, scale=MinMaxScaler(), scale__clip=True)
    assert model.get_params()["knn__n_neighbors"] == 7
    assert model["scale"].clip
    copy = clone(model)
    assert copy.get_params()["scale__clip"]
    assert copy["knn"] is not model["knn"]
    with pytest.raises(ValueError, match=r"Invalid parameter 'nn__k'.*'scale', 'knn'"):
        model.set_params(nn__k=1, knn__n_neighbors=2)
    assert model["knn"].n_neighbors == 7


def test_a_step_may_be_left_out():
    for nothing in "passthrough", None:
        model = scaled_knn().set_params(scale=nothing).fit(X, Y)
        np.testing.assert_array_equal(
            model.predict(X), KNeighborsClassifier(3).fit(X, Y).predict(X)
        )
    np.testing.assert_allclose(
        Pipeline([("scale", StandardScaler()), ("last", "passthrough")]).fit_transform(X),
        StandardScaler().fit_transform(X),
    )


def test_samples_go_back_through_all_steps():
    model = make_pipeline(StandardScaler(), MinMaxScaler()).fit(X)
    np.testing.assert_allclose(model.inverse_transform(model.transform(X)), X)
    assert not hasattr(make_pipeline(Normalizer(), MinMaxScaler()), "inverse_transform")


def test_methods_are_those_of_the_last_step():
    assert not hasattr(make_pipeline(StandardScaler(), NearestCentroid()), "predict_proba")
    assert not hasattr(scaled_knn(), "transform")
    assert not hasattr(make_pipeline(StandardScaler()), "predict")


def test_names_and_frames_go_through():
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = make_pipeline(StandardScaler(), MinMaxScaler()).set_output(transform="pandas")
    assert list(model.fit_transform(frame).columns) == list("abcde")
    assert model.get_feature_names_out().tolist() == list("abcde")
    assert model.feature_names_in_.tolist() == list("abcde")


def test_a_search_goes_over_parameters_of_any_step():
    grid = {"scale": [StandardScaler(), "passthrough"], "knn__n_neighbors": [1, 3, 5]}
    search = GridSearchCV(scaled_knn(), grid, cv=3).fit(X, Y)
    expected = their_selection.GridSearchCV(scaled_knn(), grid, cv=3).fit(X, Y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )
    assert search.best_params_["knn__n_neighbors"] == expected.best_params_["knn__n_neighbors"]
    assert len(pd.DataFrame(search.cv_results_)) == 6


@pytest.mark.parametrize("kind", ["faineant", "joblib"])
def test_with_a_memory_a_transformer_is_fitted_once_for_each_fold(kind, tmp_path):
    log = tmp_path / "log"
    memories = {"faineant": Memory, "joblib": joblib.Memory}
    memory = memories[kind](tmp_path / "memory", verbose=0)
    grid = {"knn__n_neighbors": [1, 2, 3, 4]}
    plain = GridSearchCV(scaled_knn(), grid, cv=3, refit=False).fit(X, Y)
    model = scaled_knn(memory=memory).set_params(scale=Counted(str(log)))
    search = GridSearchCV(model, grid, cv=3, refit=False).fit(X, Y)
    assert log.read_text() == 3 * "."
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], plain.cv_results_["mean_test_score"]
    )
    GridSearchCV(model, {"scale__with_std": [True, False]}, cv=3, refit=False).fit(X, Y)
    assert log.read_text() == 6 * "."  # those without deviation


def test_a_remembered_transformer_is_as_good_as_a_fitted_one(tmp_path):
    first = scaled_knn(memory=Memory(tmp_path, verbose=0)).fit(X, Y)
    second = scaled_knn(memory=Memory(tmp_path, verbose=0)).fit(X, Y)
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
    np.testing.assert_array_equal(second["scale"].mean_, StandardScaler().fit(X).mean_)


def test_arguments_of_fit_go_to_the_step_that_is_named():
    weights = np.arange(60)
    model = scaled_knn().fit(X, Y, scale__sample_weight=weights)
    np.testing.assert_allclose(model["scale"].mean_, np.average(X, axis=0, weights=weights))
    with pytest.raises(ValueError, match=r"stepname__parameter.*\['scale', 'knn'\]"):
        scaled_knn().fit(X, Y, sample_weight=weights)


@pytest.mark.parametrize(
    ("steps", "error", "told"),
    [
        ([], ValueError, "at least one"),
        ([("a", StandardScaler()), ("a", StandardScaler())], ValueError, "not unique"),
        ([("a__b", StandardScaler())], ValueError, "without '__'"),
        ([("memory", StandardScaler())], ValueError, "name of a parameter"),
        ([("a", NearestCentroid()), ("b", NearestCentroid())], TypeError, "intermediate steps"),
        ([("a", StandardScaler()), ("b", 3)], TypeError, "Last step"),
    ],
)
def test_steps_that_cannot_be_are_refused(steps, error, told):
    with pytest.raises(error, match=told):
        Pipeline(steps).fit(X, Y)


def test_a_wrong_memory_is_refused():
    with pytest.raises(TypeError, match="has no cache method"):
        scaled_knn(memory="folder").fit(X, Y)


def test_it_tells_what_it_does_if_asked(capsys):
    make_pipeline(StandardScaler(), KNeighborsClassifier(), verbose=True).fit(X, Y)
    assert capsys.readouterr().out == (
        "[Pipeline] step 1 of 2: standardscaler\n[Pipeline] step 2 of 2: kneighborsclassifier\n"
    )


def test_a_function_on_frames_can_be_the_first_step():
    frame = pd.DataFrame(X, columns=list("abcde"))
    chosen = FunctionTransformer(lambda samples: samples[["a", "c"]])
    model = make_pipeline(chosen, KNeighborsClassifier()).fit(frame, Y)
    assert model[-1].n_features_in_ == 2
    assert model.score(frame, Y) > 0.5
