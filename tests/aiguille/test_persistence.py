"""Pickles of fitted estimators: of this version, and of those before it, which are kept here.

Each file in `pickles` holds an estimator, samples, and what it said of them. Those of a new
version are made by ``python tests/aiguille/test_persistence.py``, once, when it is released.
"""

import copy
import pickle
import sys
import warnings
from pathlib import Path

import aiguille
import numpy as np
import pytest
from aiguille.base import Classifier, clone
from aiguille.cluster import FeatureAgglomeration, KMeans
from aiguille.decomposition import PCA
from aiguille.discriminant_analysis import LinearDiscriminantAnalysis
from aiguille.feature_selection import SelectKBest
from aiguille.linear_model import Ridge, RidgeCV
from aiguille.model_selection import GridSearchCV
from aiguille.naive_bayes import GaussianNB
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from aiguille.pipeline import make_pipeline
from aiguille.preprocessing import MinMaxScaler, StandardScaler
from aiguille.validation import InconsistentVersionWarning

FOLDER = Path(__file__).parent / "pickles"
KEPT = sorted(FOLDER.glob("*.pickle"))
EXAMPLES = {
    "centroid": NearestCentroid(),
    "kmeans": KMeans(3, n_init=2, random_state=0),
    "lda": LinearDiscriminantAnalysis(),
    "naive_bayes": GaussianNB(),
    "neighbors": KNeighborsClassifier(3),
    "parcels": FeatureAgglomeration(2),
    "pca": PCA(2),
    "pipeline": make_pipeline(StandardScaler(), SelectKBest(k=2), KNeighborsClassifier(1)),
    "ridge": Ridge(0.5),
    "ridge_cv": RidgeCV(),
    "search": GridSearchCV(NearestCentroid(), {"metric": ["euclidean", "manhattan"]}, cv=3),
    "stretch": MinMaxScaler(),
}


def task():
    """Three small groups of samples."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 5)
    return rng.normal(size=(15, 4)) + 3 * np.eye(4)[y], y


def answers(model, X):
    """What a fitted estimator says of samples, by the name of the method."""
    asked = ("predict", "predict_proba", "transform")
    return {name: getattr(model, name)(X) for name in asked if hasattr(model, name)}


def make(folder, version):
    """Write the pickles of this version."""
    X, y = task()
    for name, example in EXAMPLES.items():
        model = clone(example).fit(X, y)
        kept = {"model": pickle.dumps(model, 4), "X": X[::3], "said": answers(model, X[::3])}
        (folder / f"{name}-{version}.pickle").write_bytes(pickle.dumps(kept, 4))


class Unversioned(NearestCentroid):
    """Pickled as if its version were older, or not told."""

    version: str | None = None

    def __getstate__(self):
        state = {**super().__getstate__(), "_aiguille_version": self.version}
        return state if self.version else {k: v for k, v in state.items() if k[:9] != "_aiguille"}


class Elder(Unversioned):
    version = "0.0.7"


def test_there_are_kept_pickles_and_they_are_small():
    assert len(KEPT) >= len(EXAMPLES)
    assert all(file.stat().st_size < 10_000 for file in KEPT)


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_a_pickle_of_another_version_is_read_and_says_the_same(file):
    kept = pickle.loads(file.read_bytes())
    of_this_version = file.stem.endswith(f"-{aiguille.__version__}")
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("default")
        model = pickle.loads(kept["model"])
    assert len(heard) == (not of_this_version)
    for name, said in kept["said"].items():
        np.testing.assert_allclose(getattr(model, name)(kept["X"]), said, atol=1e-12)


@pytest.mark.parametrize(("kind", "told"), [(Unversioned, "unknown"), (Elder, "0.0.7")])
def test_a_pickle_of_another_version_is_named_once(kind, told):
    model = make_pipeline(StandardScaler(), kind(), memory=None)
    pickled = pickle.dumps([kind(), model])
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("default")
        pickle.loads(pickled)
    [warning] = heard
    assert warning.category is InconsistentVersionWarning
    assert warning.filename == __file__
    assert f"version {told}" in str(warning.message)
    assert f"this is {aiguille.__version__}" in str(warning.message)
    assert "fit it again" in str(warning.message)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_carries_the_version_and_the_estimator_does_not(protocol):
    model = KNeighborsClassifier(1).fit([[0], [1]], ["a", "b"])
    pickled = pickle.dumps(model, protocol)
    assert b"_aiguille_version" in pickled
    assert aiguille.__version__.encode() in pickled
    for again in (pickle.loads(pickled), copy.copy(model), copy.deepcopy(model)):
        assert vars(again).keys() == vars(model).keys()
        assert again.predict([[0.1]]) == ["a"]


def test_an_estimator_of_somebody_else_carries_it_too():
    class Mine(Classifier):
        pass

    assert Mine().__getstate__() == {"_aiguille_version": aiguille.__version__}


if __name__ == "__main__":
    make(FOLDER, sys.argv[1] if len(sys.argv) > 1 else aiguille.__version__)
