"""Every estimator in company: within scikit-learn's tools and the other way round, and with frames.

What another library's tool makes of one of our estimators is what ours makes of it.
"""

import inspect
import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import sklearn.model_selection as their_selection
import sklearn.pipeline as their_pipeline
from aiguille import model_selection, pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import all_estimators

THEIRS = dict(all_estimators())
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
LOOK_AT_NOTHING = {"DummyClassifier", "FunctionTransformer"}  # nor do scikit-learn's
NAMES = ["age", "size", "left", "right"]


@pytest.fixture(autouse=True)
def _no_word_about_steps():
    """KMeans of few steps has not converged, which is no matter here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*(converge|max_iter)")
        yield


def mark(model, X, y=None):
    """One number for what a model says of samples: its score, or whatever it says."""
    if hasattr(model, "score"):
        return model.score(X, y)
    if hasattr(model, "transform"):
        return float(np.abs(model.transform(X)).sum())
    if hasattr(model, "kneighbors"):
        return float(model.kneighbors(X)[0].sum())
    if hasattr(model, "embedding_"):
        return float(np.abs(model.embedding_).sum())
    return float(model.labels_.sum())


def one_value(model):
    """A grid with the value of one parameter that a model has."""
    name = sorted(model.get_params(deep=False))[0]
    return {name: [model.get_params()[name]]}


def same_answers(one, two, X):
    asked = [name for name in ("predict", "predict_proba", "transform") if hasattr(one, name)]
    assert asked == [name for name in asked if hasattr(two, name)]
    for name in asked:
        np.testing.assert_allclose(getattr(one, name)(X), getattr(two, name)(X), atol=1e-9)


def theirs_like(model):
    """scikit-learn's estimator of the same name, with the same parameters; or skip."""
    kind = THEIRS.get(type(model).__name__)
    if kind is None:
        pytest.skip("scikit-learn has none of that name")
    known = inspect.signature(kind).parameters
    params = model.get_params(deep=False).items()
    return kind(**{name: value for name, value in params if name in known and value is not None})


def test_ours_is_a_step_of_their_pipeline(model, task):
    X, y = task
    steps = [("stretch", MinMaxScaler()), ("ours", model)]
    there, here = their_pipeline.Pipeline(steps).fit(X, y), pickle.loads(pickle.dumps(model))
    stretched = MinMaxScaler().fit_transform(X)
    same_answers(here.fit(stretched, y), there["ours"], stretched)
    same_answers(pipeline.Pipeline(steps).fit(X, y), there, X)


def test_theirs_is_a_step_of_our_pipeline(model, task):
    X, y = task
    theirs = theirs_like(model)
    steps = [("stretch", MinMaxScaler()), ("theirs", theirs)]
    same_answers(their_pipeline.Pipeline(steps).fit(X, y), pipeline.Pipeline(steps).fit(X, y), X)


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_both_cross_validations_give_the_same_scores(model, task, whose):
    judged = model if whose == "ours" else theirs_like(model)
    scores = [
        selection.cross_val_score(judged, *task, cv=3, scoring=mark)
        for selection in (model_selection, their_selection)
    ]
    np.testing.assert_allclose(*scores)


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_both_searches_find_the_same(model, task, whose):
    judged = model if whose == "ours" else theirs_like(model)
    here, there = (
        selection.GridSearchCV(judged, one_value(judged), cv=3, scoring=mark).fit(*task)
        for selection in (model_selection, their_selection)
    )
    np.testing.assert_allclose(here.best_score_, there.best_score_)
    assert here.best_params_.keys() == there.best_params_.keys()
    same_answers(here.best_estimator_, there.best_estimator_, task[0])


@pytest.mark.parametrize("given", FRAMES)
def test_the_names_of_a_frame_s_columns_are_remembered_and_asked_for(model, task, given):
    X, y = task
    frame = FRAMES[given](dict(zip(NAMES, X.T, strict=True)))
    assert model.fit(frame, y).feature_names_in_.tolist() == NAMES
    if type(model).__name__ in LOOK_AT_NOTHING:
        return
    other = FRAMES[given](dict(zip("abcd", X.T, strict=True)))
    for name in ("predict", "transform"):
        if hasattr(model, name):
            with pytest.raises(ValueError, match="feature names should match"):
                getattr(model, name)(other)


@pytest.mark.parametrize("given", FRAMES)
@pytest.mark.parametrize("wanted", FRAMES)
@pytest.mark.parametrize("asked", ["by itself", "by scikit-learn"])
def test_frames_go_in_and_frames_with_names_come_out(transformer, task, given, wanted, asked):
    X, y = task
    frame = FRAMES[given](dict(zip(NAMES, X.T, strict=True)))
    plain = np.asarray(pickle.loads(pickle.dumps(transformer)).fit(frame, y).transform(frame))
    if asked == "by itself":
        transformer.set_output(transform=wanted)
    with sklearn.config_context(transform_output=wanted if asked != "by itself" else "default"):
        out = [transformer.fit_transform(frame, y), transformer.transform(frame)]
    for each in out:
        assert isinstance(each, FRAMES[wanted])
        np.testing.assert_allclose(each.to_numpy(), plain, atol=1e-12)
        if hasattr(transformer, "get_feature_names_out"):
            assert list(each.columns) == list(transformer.get_feature_names_out())
