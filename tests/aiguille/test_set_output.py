"""Frames out of transformers, of pandas or polars, by their own setting or scikit-learn's."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from aiguille.base import clone
from aiguille.decomposition import PCA
from aiguille.feature_selection import SelectKBest
from aiguille.pipeline import make_pipeline
from aiguille.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, StandardScaler

GENERATOR = np.random.default_rng(0)
FRAME = pd.DataFrame(
    GENERATOR.normal(size=(30, 4)), columns=["age", "size", "left", "right"], index=range(100, 130)
)
Y = np.repeat(["Ada", "Bea", "Cy"], 10)
TRANSFORMERS = [
    FunctionTransformer(np.abs, feature_names_out="one-to-one"),
    FunctionTransformer(np.abs, feature_names_out="one-to-one", validate=True),
    MinMaxScaler(),
    Normalizer(),
    PCA(2),
    SelectKBest(k=2),
    StandardScaler(),
    make_pipeline(StandardScaler(), SelectKBest(k=2), MinMaxScaler()),
    make_pipeline(SelectKBest(k=3), PCA(2)),
    make_pipeline(StandardScaler(), "passthrough"),
]
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame}


@pytest.fixture(params=TRANSFORMERS, ids=repr)
def transformer(request):
    return clone(request.param)


@pytest.fixture
def expected(transformer):
    """What an array becomes, without any setting."""
    return clone(transformer).fit_transform(FRAME.to_numpy(), Y)


@pytest.mark.parametrize("container", KINDS)
def test_its_own_setting_makes_frames_with_the_names_it_tells(transformer, expected, container):
    transformer.set_output(transform=container)
    for found in (transformer.fit_transform(FRAME, Y), transformer.transform(FRAME)):
        assert isinstance(found, KINDS[container])
        assert list(found.columns) == transformer.get_feature_names_out().tolist()
        np.testing.assert_allclose(found.to_numpy(), expected)
    if container == "pandas":
        assert list(transformer.transform(FRAME[5:]).index) == list(range(105, 130))
    again = transformer.set_output(transform="default").fit_transform(FRAME, Y)
    assert type(again) is type(clone(transformer).fit_transform(FRAME, Y))


@pytest.mark.parametrize("container", KINDS)
def test_scikit_learn_s_setting_is_obeyed(transformer, expected, container):
    with sklearn.config_context(transform_output=container):
        fitted = transformer.fit(FRAME, Y)
        found = fitted.transform(FRAME)
        assert isinstance(found, KINDS[container])
        np.testing.assert_allclose(found.to_numpy(), expected)
        assert list(found.columns) == fitted.get_feature_names_out().tolist()


def test_its_own_setting_goes_before_that_of_scikit_learn(transformer):
    transformer.set_output(transform="pandas")
    with sklearn.config_context(transform_output="polars"):
        assert isinstance(transformer.fit_transform(FRAME, Y), pd.DataFrame)


def test_frames_of_polars_go_in_too(transformer, expected):
    given = pl.from_pandas(FRAME)
    transformer.set_output(transform="polars")
    found = transformer.fit_transform(given, Y)
    assert isinstance(found, pl.DataFrame)
    np.testing.assert_allclose(found.to_numpy(), expected)
    assert list(found.columns) == transformer.get_feature_names_out().tolist()


def test_without_a_setting_frames_become_arrays(transformer):
    found = transformer.fit_transform(FRAME, Y)
    functions = isinstance(transformer, FunctionTransformer) and not transformer.validate
    assert isinstance(found, pd.DataFrame if functions else np.ndarray)


@pytest.mark.parametrize("container", KINDS)
def test_frames_that_a_function_gives_become_those_that_are_wanted(container):
    def named(samples):
        return pd.DataFrame({"word": ["a", "b"], "number": [1, 2]})

    found = FunctionTransformer(named).set_output(transform=container).fit_transform(FRAME[:2])
    assert isinstance(found, KINDS[container])
    assert found["word"].to_list() == ["a", "b"]
    assert found["number"].to_numpy().dtype == np.int64
    back = FunctionTransformer(pl.from_pandas).set_output(transform="pandas").fit_transform(FRAME)
    pd.testing.assert_frame_equal(back, FRAME)
