"""Nearest neighbours judged and searched, against scikit-learn."""

from functools import partial

import aiguille.model_selection as ours
import pytest
import sklearn.model_selection as theirs
from aiguille.neighbors import KNeighborsClassifier
from sklearn.neighbors import KNeighborsClassifier as TheirKNeighborsClassifier

GRID = {"n_neighbors": range(1, 11)}
FACES = {"real_faces": "800 faces of 2,576 pixels", "haystack": "1,000 faces of 4,200 pixels"}


@pytest.mark.parametrize("faces", FACES)
def test_nested_search_over_ten_k(against, request, faces):
    X, y = request.getfixturevalue(faces)
    search = ours.GridSearchCV(KNeighborsClassifier(), GRID, cv=5)
    their_search = theirs.GridSearchCV(TheirKNeighborsClassifier(), GRID, cv=5)
    against(
        partial(ours.cross_val_score, search, X, y, cv=5),
        partial(theirs.cross_val_score, their_search, X, y, cv=5),
        title=f"nested 5 x 5 folds over ten `k`, {FACES[faces]}",
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
