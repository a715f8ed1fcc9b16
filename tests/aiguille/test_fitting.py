"""Models fitted together: the same as each alone, for less, and only where it is safe."""

import aiguille.cluster.agglomerative
import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn.cluster
import sklearn.model_selection as theirs
import sklearn.neighbors
import sklearn.pipeline
from aiguille.base import clone
from aiguille.cluster import AgglomerativeClustering, FeatureAgglomeration
from aiguille.decomposition import PCA
from aiguille.fitting import shared_fits
from aiguille.image import grid_to_graph
from aiguille.linear_model import Ridge, RidgeClassifier
from aiguille.model_selection import GridSearchCV, KFold, cross_val_score, validation_curve
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import Pipeline, make_pipeline
from aiguille.preprocessing import StandardScaler
from faineant import Memory, Parallel
from sklearn.datasets import load_digits

X, Y = load_digits(return_X_y=True)
X, Y = X[:240] + np.random.default_rng(0).normal(scale=0.1, size=(240, 64)), Y[:240]
PIXELS = grid_to_graph(8, 8)

# What differs, and the models.
FAMILIES = {
    "trees": [FeatureAgglomeration(k) for k in (2, 9, 30)],
    "trees on a grid": [FeatureAgglomeration(k, connectivity=PIXELS) for k in (30, 5)],
    "heights": [
        AgglomerativeClustering(None, distance_threshold=d, linkage="average") for d in (10, 30)
    ],
    "two linkages": [
        AgglomerativeClustering(k, linkage=linkage)
        for k in (2, 7)
        for linkage in ("ward", "complete")
    ],
    "components": [PCA(k) for k in (2, 10, 0.5, "mle", None)],
    "whitened": [PCA(k, whiten=w, svd_solver="full") for k in (2, 5) for w in (True, False)],
    "penalties": [Ridge(alpha, fit_intercept=i) for alpha in (0, 1, 100) for i in (True, False)],
    "penalties of classes": [RidgeClassifier(alpha) for alpha in (0.1, 10.0)],
}


def learned(model):
    return {name: value for name, value in vars(model).items() if name.endswith("_")}


@pytest.mark.parametrize("models", FAMILIES.values(), ids=FAMILIES.keys())
def test_together_they_learn_what_each_learns_alone(models):
    together = shared_fits(models)(X, Y)
    for model, fitted in zip(models, together, strict=True):
        assert fitted is not model
        assert learned(model) == {}
        assert repr(fitted) == repr(model)
        alone = learned(clone(model).fit(X, Y))
        assert set(alone) == set(learned(fitted))
        for name, value in alone.items():
            np.testing.assert_allclose(
                getattr(fitted, name), value, rtol=1e-9, atol=1e-9, err_msg=name
            )


@pytest.mark.parametrize("models", FAMILIES.values(), ids=FAMILIES.keys())
def test_together_they_remember_the_names_of_columns(models):
    frame = pd.DataFrame(X, columns=[f"pixel {i}" for i in range(64)])
    for fitted in shared_fits(models)(frame, Y):
        assert fitted.feature_names_in_[3] == "pixel 3"


@pytest.fixture
def trees(monkeypatch, tmp_path):
    """Count the trees that are grown, in a file: a list would be part of a memory's keys."""
    log = tmp_path / "trees"
    grow = aiguille.cluster.agglomerative.grown_tree

    def counting(X, *others):
        with open(log, "a") as file:
            file.write(".")
        return grow(X, *others)

    monkeypatch.setattr(aiguille.cluster.agglomerative, "grown_tree", counting)
    return lambda: log.stat().st_size


def parcels_and_neighbours(**options):
    steps = [
        ("scale", StandardScaler(with_std=False)),
        ("parcels", FeatureAgglomeration(connectivity=PIXELS)),
        ("knn", KNeighborsClassifier()),
    ]
    return Pipeline(steps, **options)


GRID = {"parcels__n_clusters": [4, 10, 25], "knn__n_neighbors": [1, 3]}


class Alone(Pipeline):
    """A pipeline that is fitted alone because it says itself how it is fitted."""

    def fit(self, X, y=None, **fit_params):
        return super().fit(X, y, **fit_params)


def test_a_search_over_parcels_grows_one_tree_for_each_fold(trees):
    together = GridSearchCV(parcels_and_neighbours(), GRID, cv=4, return_train_score=True)
    together.fit(X, Y)
    assert trees() == 4 + 1  # the last is that of the best, on all samples
    alone = GridSearchCV(
        Alone(parcels_and_neighbours().steps), GRID, cv=4, return_train_score=True
    ).fit(X, Y)
    assert trees() == 5 + 4 * 6 + 1
    for name, values in alone.cv_results_.items():
        if name.startswith(("mean_test", "split", "rank", "mean_train")):
            np.testing.assert_array_equal(together.cv_results_[name], values, err_msg=name)


def test_a_search_within_a_cross_validation_chooses_as_scikit_learn_does():
    ours = GridSearchCV(parcels_and_neighbours(), GRID, cv=KFold(3))
    graph = sklearn.feature_extraction.image.grid_to_graph(8, 8)
    other = sklearn.pipeline.Pipeline(
        [
            ("scale", sklearn.preprocessing.StandardScaler(with_std=False)),
            ("parcels", sklearn.cluster.FeatureAgglomeration(connectivity=graph)),
            ("knn", sklearn.neighbors.KNeighborsClassifier()),
        ]
    )
    search = theirs.GridSearchCV(other, GRID, cv=theirs.KFold(3))
    expected = theirs.cross_val_score(search, X, Y, cv=theirs.KFold(4))
    assert cross_val_score(ours, X, Y, cv=KFold(4)).tolist() == expected.tolist()


@pytest.mark.parametrize("kind", ["faineant", "joblib"])
def test_a_memory_of_the_pipeline_keeps_the_trees(kind, tmp_path, trees):
    memory = {"faineant": Memory, "joblib": joblib.Memory}[kind](tmp_path / "memory", verbose=0)
    model = parcels_and_neighbours(memory=memory)
    first = GridSearchCV(model, GRID, cv=4).fit(X, Y)
    assert trees() == 5
    again = GridSearchCV(model, {**GRID, "knn__n_neighbors": [2]}, cv=4).fit(X, Y)
    # The best of another grid may need one more tree, on all samples.
    assert trees() <= 6
    assert first.best_score_ >= again.best_score_ - 1


def test_a_memory_of_the_search_keeps_whole_folds(tmp_path, trees):
    memory = Memory(tmp_path / "memory", verbose=0)
    for _ in range(2):
        GridSearchCV(parcels_and_neighbours(), GRID, cv=4, memory=memory, refit=False).fit(X, Y)
    assert trees() == 4


def test_folds_go_to_workers():
    plain, parallel = (
        GridSearchCV(parcels_and_neighbours(), GRID, cv=4, parallel=engine).fit(X, Y)
        for engine in (None, Parallel(n_jobs=2))
    )
    assert (
        plain.cv_results_["mean_test_score"].tolist()
        == parallel.cv_results_["mean_test_score"].tolist()
    )


def test_a_curve_over_the_number_of_parcels_needs_one_tree_a_fold(trees):
    validation_curve(
        parcels_and_neighbours(),
        X,
        Y,
        param_name="parcels__n_clusters",
        param_range=[2, 5, 9],
        cv=3,
    )
    assert trees() == 3


def test_one_that_cannot_be_fitted_is_named_though_it_was_tried_with_others():
    grid = {"parcels__n_clusters": [10, 65]}
    with pytest.raises(ValueError, match="n_clusters=65 is more than the 64") as caught:
        GridSearchCV(parcels_and_neighbours(), grid, cv=4).fit(X, Y)
    assert "n_clusters=65" in caught.value.__notes__[0]
    with pytest.warns(UserWarning, match="its score is nan"):
        search = GridSearchCV(parcels_and_neighbours(), grid, cv=4, error_score=np.nan).fit(X, Y)
    assert np.isnan(search.cv_results_["mean_test_score"]).tolist() == [False, True]


@pytest.mark.parametrize(
    "models",
    [
        [Ridge(1.0)],
        [PCA(k, svd_solver="randomized", random_state=0) for k in (2, 5)],
        [Ridge(fit_intercept=True), Ridge(fit_intercept=False)],
        [Ridge(1.0), RidgeClassifier(1.0)],
        [Alone([("ridge", Ridge(a))]) for a in (1, 2)],
        [Pipeline([(name, Ridge(1))]) for name in "ab"],
        [make_pipeline(Ridge(a), verbose=True) for a in (1, 2)],
        [make_pipeline(StandardScaler(with_mean=m), Ridge()) for m in (True, False)],
        [Pipeline([]), Pipeline([])],
        [make_pipeline(step, Ridge()) for step in (None, "passthrough")],
    ],
    ids=str,
)
def test_where_nothing_is_saved_or_known_each_is_fitted_alone(models):
    assert shared_fits(models) is None


def test_an_instance_that_replaces_a_method_is_fitted_alone():
    models = [Ridge(1.0), Ridge(2.0)]
    models[0].predict = lambda X: np.zeros(len(X))
    assert shared_fits(models) is None


def test_pipelines_without_transformers_share_what_their_last_steps_share():
    models = [make_pipeline("passthrough", Ridge(alpha)) for alpha in (1.0, 2.0)]
    for fitted in shared_fits(models)(X, Y):
        alone = make_pipeline("passthrough", clone(fitted[-1])).fit(X, Y)
        np.testing.assert_allclose(fitted.predict(X), alone.predict(X))


def test_what_cannot_be_compared_is_fitted_alone():
    models = [
        make_pipeline(FeatureAgglomeration(2, pooling_func=lambda x, axis: x.max(axis)), Ridge(a))
        for a in (1.0, 2.0)
    ]
    for model in models:
        model.steps[0] = ("parcels", clone(models[0].steps[0][1]))
        assert model.fit(X, Y).predict(X).shape == (240,)
    search = GridSearchCV(models[0], {"ridge__alpha": [1.0, 2.0]}, cv=3).fit(X, Y)
    assert np.isfinite(search.best_score_)
