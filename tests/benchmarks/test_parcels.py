"""How many parcels a face needs, chosen by nested cross-validation, with memories on both sides."""

import shutil
from functools import partial

import numpy as np
import pytest
from aiguille.cluster import FeatureAgglomeration
from aiguille.image import grid_to_graph
from aiguille.model_selection import GridSearchCV, KFold, cross_val_score
from aiguille.neighbors import KNeighborsClassifier
from aiguille.pipeline import Pipeline
from faineant import Memory
from sklearn.cluster import FeatureAgglomeration as TheirFeatureAgglomeration
from sklearn.feature_extraction.image import grid_to_graph as their_grid_to_graph
from sklearn.model_selection import GridSearchCV as TheirGridSearchCV
from sklearn.model_selection import KFold as TheirKFold
from sklearn.model_selection import cross_val_score as their_cross_val_score
from sklearn.neighbors import KNeighborsClassifier as TheirKNeighborsClassifier
from sklearn.pipeline import Pipeline as TheirPipeline

NUMBERS = {"parcels__n_clusters": [30, 50, 100, 200]}


def ours(X, y, shape, folder):
    """As written for the needle and the lazy one."""
    steps = [
        ("parcels", FeatureAgglomeration(connectivity=grid_to_graph(*shape))),
        ("knn", KNeighborsClassifier(1)),
    ]
    model = Pipeline(steps, memory=Memory(folder, verbose=0))
    search = GridSearchCV(model, NUMBERS, cv=KFold(5, shuffle=True, random_state=0))
    return cross_val_score(search, X, y, cv=KFold(5, shuffle=True, random_state=1))


def theirs(X, y, shape, folder):
    """As written for scikit-learn, with the same memory."""
    steps = [
        ("parcels", TheirFeatureAgglomeration(connectivity=their_grid_to_graph(*shape))),
        ("knn", TheirKNeighborsClassifier(1)),
    ]
    model = TheirPipeline(steps, memory=Memory(folder, verbose=0))
    search = TheirGridSearchCV(model, NUMBERS, cv=TheirKFold(5, shuffle=True, random_state=0))
    return their_cross_val_score(search, X, y, cv=TheirKFold(5, shuffle=True, random_state=1))


@pytest.fixture(params=["cold", "warm"])
def folders(request, tmp_path):
    """Two folders, and whether they are emptied before each round."""
    return tmp_path / "ours", tmp_path / "theirs", request.param


def run(function, X, y, shape, folder, state):
    if state == "cold":
        shutil.rmtree(folder, ignore_errors=True)
    return function(X, y, shape, folder)


def test_parcels_chosen_by_nested_cross_validation(against, real_faces, folders, quick):
    X, y = real_faces
    shape = (56, 46)
    if quick:
        images = X[:200].reshape(-1, *shape)[:, ::3, ::3]  # of twenty people
        X, y, shape = images.reshape(len(images), -1), y[:200], images.shape[1:]
    mine, peers, state = folders
    against(
        partial(run, ours, X, y, shape, mine, state),
        partial(run, theirs, X, y, shape, peers, state),
        title=f"parcels of {len(X)} faces, k chosen by nested 5 x 5, {state} memory",
        peer="scikit-learn",
        target=5 if state == "cold" else None,
        why="a tree takes both about as long here, and ours grows 30 of them, scikit-learn 105; "
        "the rest of ours is telling the samples apart for the memory, and pooling them",
        rounds=3,
        same=np.testing.assert_allclose,
    )
