"""Estimators in a row: as one estimator, with a memory, and mixed with scikit-learn's."""

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import sklearn.model_selection as their_selection
import sklearn.pipeline as theirs
from aiguille.base import clone, is_classifier
from aiguille.feature_selection import SelectKBest
from aiguille.model_selection import GridSearchCV, cross_val_score
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from aiguille.pipeline import Pipeline, make_pipeline
from aiguille.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler
from aiguille.validation import NotFittedError
from faineant import Memory
from sklearn import cluster, decomposition, linear_model
from sklearn.utils import get_tags

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


class CountedParcels(cluster.FeatureAgglomeration):
    """Parcels that note in a file how often they are fitted."""

    def __init__(self, n_clusters=2, *, log=None):
        super().__init__(n_clusters)
        self.log = log

    def fit(self, X, y=None):
        with open(self.log, "a") as log:
            log.write(".")
        return super().fit(X, y)


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
        ([("a", StandardScaler), ("b", NearestCentroid())], TypeError, r"write StandardScaler\(\)"),
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


def test_a_notebook_shows_the_steps_in_their_order():
    shown = make_pipeline(StandardScaler(), linear_model.Ridge(), KNeighborsClassifier(7))
    page = shown._repr_html_()
    places = [page.index(f"<b>{name}</b>") for name in shown.named_steps]
    assert places == sorted(places)
    assert page.count("<details>") == 2  # ours open to their parameters
    assert "<td>n_neighbors</td>" in page
    assert "Ridge()" in page
    assert page.count("<details") == page.count("</details>")
    hostile = Pipeline([("<script>", "passthrough"), ("b", KNeighborsClassifier())])
    assert "<script>" not in hostile._repr_html_()
    assert Pipeline("nonsense")._repr_html_()


def test_parts_of_a_fitted_row_are_fitted_and_so_is_a_row_of_fitted_steps():
    model = scaled_knn().fit(X, Y)
    np.testing.assert_array_equal(model[:-1].transform(X), model["scale"].transform(X))
    again = Pipeline([("scale", model["scale"]), ("knn", model["knn"])])
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    for steps in (
        [("scale", StandardScaler()), ("knn", model["knn"])],
        [("scale", StandardScaler())],
    ):
        with pytest.raises(NotFittedError):
            Pipeline(steps)[:1].transform(X)


def test_after_a_fit_that_failed_no_step_answers_with_what_others_do_not_know():
    model = scaled_knn().fit(X, Y)
    with pytest.raises(ValueError, match="60"):
        model.fit(X, Y[:50])
    with pytest.raises(NotFittedError):
        model.predict(X)
    groups = make_pipeline(StandardScaler(), SelectKBest(k=2))
    with pytest.raises(ValueError, match="60"):
        groups.fit_transform(X, Y[:50])
    with pytest.raises(NotFittedError):
        groups.transform(X)


def test_the_columns_seen_are_told_when_the_first_step_is_left_out():
    frame = pd.DataFrame(X, columns=list("abcde"))
    model = scaled_knn().set_params(scale="passthrough").fit(frame, Y)
    assert model.n_features_in_ == 5
    assert model.feature_names_in_.tolist() == list("abcde")
    with pytest.raises(AttributeError, match=r"'knn'.*does not provide get_feature_names_out"):
        model.get_feature_names_out()
    with pytest.raises(ValueError, match="pass input_features"):
        make_pipeline("passthrough").get_feature_names_out()


def test_steps_are_attributes_of_the_named_steps():
    model = scaled_knn()
    assert model.named_steps.scale is model["scale"]
    with pytest.raises(AttributeError, match=r"no step 'nn'; there are \['scale', 'knn'\]"):
        model.named_steps.nn  # noqa: B018
    with pytest.raises(KeyError, match=r"no step 'nn'"):
        model["nn"]


def test_wrong_parameters_of_steps_leave_the_others_as_they_were():
    model = scaled_knn().set_params(scale="passthrough")
    with pytest.raises(ValueError, match="scale='passthrough' is no estimator"):
        model.set_params(knn__n_neighbors=9, scale__clip=True)
    assert model["knn"].n_neighbors == 3
    assert model.set_params(scale__clip=True, scale=MinMaxScaler())["scale"].clip


def test_rows_stand_in_rows():
    inner = make_pipeline(StandardScaler(), SelectKBest(k=2))
    model = make_pipeline(inner, KNeighborsClassifier(3))
    search = GridSearchCV(model, {"pipeline__selectkbest__k": [1, 2, 3]}, cv=3).fit(X, Y)
    other = theirs.make_pipeline(theirs.make_pipeline(*inner), KNeighborsClassifier(3))
    expected = their_selection.GridSearchCV(other, search.param_grid, cv=3).fit(X, Y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], expected.cv_results_["mean_test_score"]
    )
    assert model.fit(X, Y)[0].get_feature_names_out().shape == (2,)


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (KNeighborsClassifier(), "classifier"),
        (linear_model.LogisticRegression(), "classifier"),
        (linear_model.Ridge(), "regressor"),
        (cluster.KMeans(), "clusterer"),
        (MinMaxScaler(), None),
        ("passthrough", None),
    ],
)
def test_scikit_learn_is_told_the_kind_of_the_last_step(last, kind):
    assert get_tags(make_pipeline(StandardScaler(), last)).estimator_type == kind


def test_scikit_learn_asks_for_decisions_and_probabilities_as_of_the_last_step():
    ours = make_pipeline(StandardScaler(), linear_model.LogisticRegression())
    other = theirs.make_pipeline(StandardScaler(), linear_model.LogisticRegression())
    for method in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        np.testing.assert_array_equal(
            their_selection.cross_val_predict(ours, X, Y, cv=3, method=method),
            their_selection.cross_val_predict(other, X, Y, cv=3, method=method),
        )
    scores = [
        their_selection.cross_val_score(model, X, Y, cv=3, scoring="roc_auc_ovr")
        for model in (ours, other)
    ]
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("kind", ["faineant", "joblib"])
def test_each_step_is_fitted_once_for_each_fold_and_value_of_its_own_parameters(kind, tmp_path):
    logs = [tmp_path / name for name in ("scale", "parcels")]
    memory = {"faineant": Memory, "joblib": joblib.Memory}[kind](tmp_path / "memory", verbose=0)
    steps = [
        ("scale", Counted(str(logs[0]))),
        ("parcels", CountedParcels(2, log=str(logs[1]))),
        ("knn", KNeighborsClassifier()),
    ]
    grid = {"parcels__n_clusters": [2, 3, 4, 5], "knn__n_neighbors": [1, 3, 5]}
    search = GridSearchCV(Pipeline(steps, memory=memory), grid, cv=3, refit=False).fit(X, Y)
    assert logs[0].read_text() == 3 * "."
    assert logs[1].read_text() == 3 * 4 * "."
    plain = GridSearchCV(theirs.Pipeline(steps), grid, cv=3, refit=False).fit(X, Y)
    table = pd.DataFrame(search.cv_results_)
    assert len(table) == 12
    assert sorted(set(table["param_parcels__n_clusters"])) == [2, 3, 4, 5]
    np.testing.assert_array_equal(
        table["mean_test_score"], pd.DataFrame(plain.cv_results_)["mean_test_score"]
    )
    before = logs[1].read_text()
    grid["knn__n_neighbors"] = [7]
    GridSearchCV(Pipeline(steps, memory=memory), grid, cv=3, refit=False).fit(X, Y)
    assert logs[1].read_text() == before


def test_scikit_learn_s_search_profits_from_the_memory_too(tmp_path):
    log = tmp_path / "log"
    memory = Memory(tmp_path / "memory", verbose=0)
    model = scaled_knn(memory=memory).set_params(scale=Counted(str(log)))
    grid = {"knn__n_neighbors": [1, 2, 3, 4]}
    their_selection.GridSearchCV(model, grid, cv=3, refit=False).fit(X, Y)
    assert log.read_text() == 3 * "."


@pytest.mark.parametrize("kind", ["faineant", "joblib"])
def test_what_is_remembered_has_the_form_that_is_wanted_now(kind, tmp_path):
    memory = {"faineant": Memory, "joblib": joblib.Memory}[kind](tmp_path, verbose=0)
    frame = pd.DataFrame(X, columns=list("abcde"))

    def fitted():
        seen = FunctionTransformer(lambda samples: samples)
        return make_pipeline(StandardScaler(), seen, memory=memory).fit_transform(frame)

    assert isinstance(fitted(), np.ndarray)
    with sklearn.config_context(transform_output="pandas"):
        assert list(fitted().columns) == list("abcde")
    assert isinstance(fitted(), np.ndarray)
    kept = make_pipeline(StandardScaler(), KNeighborsClassifier(), memory=memory)
    kept.set_output(transform="pandas").fit(frame, Y)
    assert kept[-1].feature_names_in_.tolist() == list("abcde")


def test_the_steps_given_stay_unfitted_with_a_memory(tmp_path):
    scaler = StandardScaler()
    given = [("scale", scaler), ("knn", KNeighborsClassifier())]
    Pipeline(given, memory=Memory(tmp_path, verbose=0)).fit(X, Y)
    assert not hasattr(scaler, "mean_")
    assert given[0][1] is scaler
