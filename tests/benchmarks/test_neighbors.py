"""Nearest neighbours judged and searched, against scikit-learn."""

from functools import partial

import aiguille.model_selection as ours
import numpy as np
import pytest
import sklearn.model_selection as theirs
from aiguille.neighbors import KNeighborsClassifier, KNeighborsRegressor, NearestNeighbors
from sklearn.neighbors import KNeighborsClassifier as TheirKNeighborsClassifier
from sklearn.neighbors import KNeighborsRegressor as TheirKNeighborsRegressor
from sklearn.neighbors import NearestNeighbors as TheirNearestNeighbors

GRID = {"n_neighbors": range(1, 11)}
THEIR_REGRESSOR = (TheirKNeighborsRegressor, {"algorithm": "brute"})
FACES = {"real_faces": "800 faces of 2,576 pixels", "haystack": "1,000 faces of 4,200 pixels"}


@pytest.mark.parametrize("faces", FACES)
def test_nested_search_over_ten_k(against, request, faces, quick):
    X, y = request.getfixturevalue(faces)
    some = np.isin(y, np.unique(y)[:: 2 if quick else 1])  # half of the people
    X, y = X[some], y[some]
    search = ours.GridSearchCV(KNeighborsClassifier(), GRID, cv=5)
    their_search = theirs.GridSearchCV(TheirKNeighborsClassifier(), GRID, cv=5)
    against(
        partial(ours.cross_val_score, search, X, y, cv=5),
        partial(theirs.cross_val_score, their_search, X, y, cv=5),
        title=f"nested 5 x 5 folds over ten `k`, {'half of ' * quick}{FACES[faces]}",
        peer="scikit-learn",
        target=8,
        rounds=5,
    )


@pytest.mark.parametrize("faces", FACES)
def test_plain_five_folds(against, request, faces):
    X, y = request.getfixturevalue(faces)
    against(
        partial(ours.cross_val_score, KNeighborsClassifier(), X, y, cv=5),
        partial(theirs.cross_val_score, TheirKNeighborsClassifier(), X, y, cv=5),
        title=f"five folds, `k` = 5, {FACES[faces]}",
        peer="scikit-learn",
        target=1,
        rounds=11,
    )


def cloud(n_samples, n_features):
    """Samples around no centre, and three numbers for each."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_samples, n_features))
    return X, X @ rng.normal(size=(n_features, 3))


def test_means_of_neighbours(against):
    X, y = cloud(4000, 50)
    models = [kind(5, **more) for kind, more in ((KNeighborsRegressor, {}), THEIR_REGRESSOR)]
    for model in models:
        model.fit(X[::2], y[::2])
    mine, their = (partial(model.predict, X[1::2]) for model in models)
    against(
        mine,
        their,
        title="three targets from 5 of 2,000 neighbours, 2,000 samples of 50 features",
        peer="scikit-learn, brute",
        target=1,
        why="half of the time is the same product of matrices for both; then compiled code keeps "
        "the five least as it goes, and ours passes over the distances thrice",
        same=np.testing.assert_allclose,
    )


def same_graph(mine, their):
    """Compare edges, in any order, and their distances."""
    np.testing.assert_allclose(mine.toarray(), their.toarray(), atol=1e-6)


def test_a_graph_within_a_radius(against):
    X, _ = cloud(4000, 50)
    mine, their = (
        partial(search.fit(X).radius_neighbors_graph, mode="distance")
        for search in (
            NearestNeighbors(radius=7.0),
            TheirNearestNeighbors(radius=7.0, algorithm="brute"),
        )
    )
    against(
        mine,
        their,
        title="graph of neighbours within a radius, 4,000 samples of 50 features",
        peer="scikit-learn, brute",
        target=1,
        same=same_graph,
    )
