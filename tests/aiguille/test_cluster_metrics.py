"""Agreement of groupings and their fit: as scikit-learn has them."""

import numpy as np
import pytest
import sklearn.metrics as theirs
from aiguille import metrics as ours
from aiguille.datasets import make_blobs
from hypothesis import given, settings
from hypothesis import strategies as st

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@settings(max_examples=60)
@given(pairs=pairs)
def test_agreement_is_scikit_learn_s(pairs):
    one, other = np.array(pairs).T
    assert ours.adjusted_rand_score(one, other) == pytest.approx(
        theirs.adjusted_rand_score(one, other)
    )
    for average in ("arithmetic", "geometric", "min", "max"):
        assert ours.normalized_mutual_info_score(
            one, other, average_method=average
        ) == pytest.approx(
            theirs.normalized_mutual_info_score(one, other, average_method=average), abs=1e-9
        )


def test_names_of_groups_mean_nothing():
    names = np.array(["north", "south", "east"])[np.arange(30) % 3]
    assert ours.adjusted_rand_score(names, np.arange(30) % 3) == 1
    assert ours.normalized_mutual_info_score(np.arange(30) % 3, names) == pytest.approx(1)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
def test_silhouettes_are_scikit_learn_s(metric):
    X, y = make_blobs([40, 30, 1], 3, cluster_std=3.0, random_state=0)
    expected = theirs.silhouette_samples(X, y, metric=metric)
    np.testing.assert_allclose(ours.silhouette_samples(X, y, metric=metric), expected, atol=1e-9)
    assert ours.silhouette_score(X, y, metric=metric) == pytest.approx(expected.mean())
    distances = theirs.pairwise_distances(X, metric=metric)
    np.testing.assert_allclose(
        ours.silhouette_samples(distances, y, metric="precomputed"), expected, atol=1e-9
    )


def test_blocks_of_distances_give_the_same(monkeypatch):
    X, y = make_blobs(100, random_state=0)
    whole = ours.silhouette_samples(X, y)
    monkeypatch.setattr("aiguille.linalg.WORKING_MEMORY", 8 * 100 * 7)
    np.testing.assert_allclose(ours.silhouette_samples(X, y), whole)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: ours.silhouette_score([[1], [2], [3]], [0, 0, 0]), "Number of labels is 1"),
        (lambda: ours.silhouette_score([[1], [2], [3]], [0, 1, 2]), "here 2"),
        (lambda: ours.silhouette_score([[1], [2]], [0, 1, 2]), "inconsistent"),
        (
            lambda: ours.silhouette_score([[1], [2], [3]], [0, 0, 1], metric="precomputed"),
            "needs distances",
        ),
        (lambda: ours.adjusted_rand_score([0, 1], [0]), "inconsistent"),
        (
            lambda: ours.normalized_mutual_info_score([0], [0], average_method="mean"),
            "average_method='mean' is not possible",
        ),
    ],
)
def test_what_cannot_be_judged_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
