"""Agreement of groupings and their fit: as scikit-learn has them."""

import tracemalloc

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


def test_distances_of_all_pairs_are_never_in_memory_at_once():
    X, y = make_blobs(4000, random_state=0)
    tracemalloc.start()
    ours.silhouette_samples(X, y)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 4000**2


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_some_samples_are_drawn_as_scikit_learn_draws_them(metric):
    X, y = make_blobs(90, random_state=0)
    X = theirs.pairwise_distances(X) if metric == "precomputed" else X
    drawn = {"metric": metric, "sample_size": 40, "random_state": 3}
    expected = theirs.silhouette_score(X, y, **drawn)
    assert ours.silhouette_score(X, y, **drawn) == pytest.approx(expected)
    assert ours.silhouette_score(X, y, metric=metric) != pytest.approx(expected)
    with pytest.raises(ValueError, match="sample_size=91 is not possible"):
        ours.silhouette_score(X, y, sample_size=91)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    n_groups=st.integers(2, 8),
    text=st.booleans(),
    duplicates=st.booleans(),
)
def test_silhouettes_of_any_groups_are_scikit_learn_s(seed, n_groups, text, duplicates):
    generator = np.random.default_rng(seed)
    X = generator.integers(0, 3 if duplicates else 1000, (25, 2)).astype(float)
    y = np.append(np.arange(n_groups), generator.integers(0, n_groups, 25 - n_groups))
    y = np.array(["group " + str(label) for label in y]) if text else y - 3
    np.testing.assert_allclose(
        ours.silhouette_samples(X, y), theirs.silhouette_samples(X, y), atol=1e-9
    )


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
        (
            lambda: ours.silhouette_score(np.ones((3, 3)), [0, 0, 1], metric="precomputed"),
            "the diagonal of X contains non-zero",
        ),
        (lambda: ours.silhouette_score([[1], [np.nan], [3]], [0, 0, 1]), "contains NaN"),
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
