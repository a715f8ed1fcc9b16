"""Scaling, choosing columns and pipelines, against scikit-learn."""

from functools import partial

import numpy as np
import pytest
import sklearn.feature_selection
import sklearn.model_selection
import sklearn.pipeline
import sklearn.preprocessing
from aiguille.feature_selection import f_classif
from aiguille.model_selection import GridSearchCV
from aiguille.neighbors import NearestCentroid
from aiguille.pipeline import Pipeline
from aiguille.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from faineant import Memory
from joblib import Memory as TheirMemory
from sklearn.cluster import FeatureAgglomeration
from sklearn.feature_extraction.image import grid_to_graph


@pytest.fixture(scope="module")
def faces(haystack):
    """A thousand faces of 3,240 pixels, and whose they are."""
    return haystack[0][:, :3240].astype(float), haystack[1]


def nearly_equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", [StandardScaler, MinMaxScaler, Normalizer])
def test_scaling_faces(against, faces, kind):
    other = getattr(sklearn.preprocessing, kind.__name__)
    against(
        partial(kind().fit_transform, faces[0]),
        partial(other().fit_transform, faces[0]),
        title=f"`{kind.__name__}` of 1,000 faces of 3,240 pixels",
        peer="scikit-learn",
        same=nearly_equal,
    )


def test_f_of_pixels(against, faces):
    against(
        partial(f_classif, *faces),
        partial(sklearn.feature_selection.f_classif, *faces),
        title="`f_classif` of 1,000 faces of 3,240 pixels",
        peer="scikit-learn",
        same=nearly_equal,
    )


def test_a_search_over_parcels_and_shrinkage(against, faces, tmp_path):
    X, y = faces[0][:300, :1024], faces[1][:300]
    graph = grid_to_graph(32, 32)
    grid = {"parcels__n_clusters": [30, 100], "centroid__metric": ["euclidean", "manhattan"]}
    numbers = iter(range(1000))

    def scores(search, pipeline, memory):
        steps = [
            ("parcels", FeatureAgglomeration(connectivity=graph)),
            ("centroid", NearestCentroid()),
        ]
        # An empty folder each time: what one round has stored must not help the next.
        remembers = memory(tmp_path / str(next(numbers)), verbose=0)
        cv = sklearn.model_selection.KFold(3)
        return search(pipeline(steps, memory=remembers), grid, cv=cv).fit(X, y)

    against(
        partial(scores, GridSearchCV, Pipeline, Memory),
        partial(
            scores,
            sklearn.model_selection.GridSearchCV,
            sklearn.pipeline.Pipeline,
            TheirMemory,
        ),
        title="search over 2 x 2 parameters of a pipeline with an empty memory",
        memory=False,
        peer="scikit-learn",
        same=same_scores,
    )


def same_scores(ours, theirs):
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"]
    )
