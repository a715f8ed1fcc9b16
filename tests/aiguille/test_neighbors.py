"""Neighbours and typical faces: scikit-learn's answers wherever distances are distinct."""

import tracemalloc

import aiguille.neighbors
import numpy as np
import pytest
import sklearn.neighbors as theirs
from aiguille.neighbors import KNeighborsClassifier, NearestCentroid
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

METRICS = ["euclidean", "sqeuclidean", "cosine", "manhattan", "chebyshev"]


def random_problem(seed, n=120, d=6, classes=4):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, size=n)
    X = rng.normal(size=(n, d)) + y[:, None]
    return X[: n // 2], y[: n // 2], X[n // 2 :]


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**20),
    k=st.integers(1, 20),
    weights=st.sampled_from(["uniform", "distance", lambda d: 1 / (1 + d)]),
    metric=st.sampled_from(METRICS),
)
def test_predictions_and_probabilities_are_scikit_learn_s(seed, k, weights, metric):
    X, y, new = random_problem(seed)
    y = np.array(["a", "b", "c", "d"])[y]
    ours = KNeighborsClassifier(k, weights=weights, metric=metric).fit(X, y)
    other = theirs.KNeighborsClassifier(k, weights=weights, metric=metric, algorithm="brute")
    other.fit(X, y)
    assert ours.predict(new).tolist() == other.predict(new).tolist()
    np.testing.assert_allclose(ours.predict_proba(new), other.predict_proba(new), atol=1e-12)
    for one, two in zip(ours.kneighbors(new), other.kneighbors(new), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-12)
    assert ours.score(new, ours.predict(new)) == 1


def test_training_samples_are_not_their_own_neighbours_when_asked_without_samples():
    X, y, _ = random_problem(0)
    ours = KNeighborsClassifier(4).fit(X, y)
    other = theirs.KNeighborsClassifier(4).fit(X, y)
    assert ours.kneighbors(return_distance=False).tolist() == (
        other.kneighbors(return_distance=False).tolist()
    )
    doubled = KNeighborsClassifier(1).fit([[0.1], [0.1], [0.1], [5]], [0, 1, 0, 1])
    _, indices = doubled.kneighbors()
    assert indices.ravel().tolist() == [1, 0, 0, 0]


def test_a_sample_seen_before_gets_its_own_name_when_votes_are_weighted_by_distance():
    X, y, _ = random_problem(1)
    model = KNeighborsClassifier(15, weights="distance").fit(X, y)
    assert model.score(X, y) == 1


def test_equal_distances_go_to_the_lowest_index_and_drawn_votes_to_the_first_class():
    X = [[0.3], [0.1], [0.1], [-0.1]]
    model = KNeighborsClassifier(1).fit(X, ["d", "c", "b", "a"])
    assert model.predict([[0.2], [0.1]]).tolist() == ["d", "c"]
    assert KNeighborsClassifier(2).fit([[0], [2]], ["z", "y"]).predict([[1]]).tolist() == ["y"]


@pytest.mark.parametrize("weights", ["distance", lambda d: 1.0 * (d <= 3)])
def test_votes_by_distance_draw_where_scikit_learn_s_do(weights):
    places = np.cumsum(np.random.default_rng(0).integers(20, 60, size=(30, 1)), axis=0)
    X = np.append(places + np.array([2, -3, 6]), 0)[:, None]  # 1/2 = 1/3 + 1/6
    ours, other = (
        kind(3, weights=weights).fit(X, [*["b", "a", "a"] * 30, "b"])
        for kind in (KNeighborsClassifier, theirs.KNeighborsClassifier)
    )
    assert ours.predict_proba(places).tolist() == other.predict_proba(places).tolist()
    assert ours.predict(places).tolist() == ["a"] * 30


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
def test_typical_faces_are_scikit_learn_s(metric):
    X, y = load_digits(return_X_y=True)
    X = X + np.random.default_rng(0).normal(size=X.shape)
    ours = NearestCentroid(metric=metric).fit(X[::2], y[::2])
    if metric == "cosine":
        expected = X[1::2] @ ours.centroids_.T / np.linalg.norm(ours.centroids_, axis=1)
        assert ours.predict(X[1::2]).tolist() == expected.argmax(axis=1).tolist()
        return
    other = theirs.NearestCentroid(metric=metric).fit(X[::2], y[::2])
    np.testing.assert_allclose(ours.centroids_, other.centroids_)
    assert ours.predict(X[1::2]).tolist() == other.predict(X[1::2]).tolist()


def test_real_digits_are_named_as_scikit_learn_names_them_whatever_the_block(monkeypatch):
    X, y = load_digits(return_X_y=True)
    X = X + np.random.default_rng(0).normal(scale=1e-3, size=X.shape)  # no equal distances
    other = theirs.KNeighborsClassifier(3).fit(X[::2], y[::2]).predict(X[1::2])
    for memory in (aiguille.linalg.WORKING_MEMORY, 100_000):
        monkeypatch.setattr(aiguille.linalg, "WORKING_MEMORY", memory)
        ours = KNeighborsClassifier(3).fit(X[::2], y[::2]).predict(X[1::2])
        assert ours.tolist() == other.tolist()


@pytest.mark.parametrize(
    ("parameters", "kind", "words"),
    [
        ({"n_neighbors": 7}, ValueError, "n_neighbors = 7, n_samples = 6: ask for at most 6"),
        ({"n_neighbors": 0}, ValueError, "must be at least 1"),
        ({"n_neighbors": 2.5}, TypeError, "must be a whole number, got float"),
        ({"n_neighbors": True}, TypeError, "must be a whole number, got bool"),
        ({"metric": "hamming?"}, ValueError, "choose one of"),
        ({"weights": "near"}, ValueError, "'uniform', 'distance' or a function"),
        ({"weights": np.ones(6)}, ValueError, "'uniform', 'distance' or a function"),
    ],
)
def test_impossible_parameters_are_refused_by_fit(parameters, kind, words):
    with pytest.raises(kind, match=words):
        KNeighborsClassifier(**{"n_neighbors": 1, **parameters}).fit(np.eye(6), [0, 1] * 3)


def test_one_class_is_no_question():
    with pytest.raises(ValueError, match="one class only"):
        NearestCentroid().fit([[0], [1]], ["a", "a"])


@pytest.mark.parametrize("metric", METRICS)
def test_equal_distances_are_equal_however_the_samples_lie_in_memory(metric):
    X = np.random.default_rng(0).integers(0, 3, size=(60, 20)) / 10
    y = np.arange(60) % 2
    rows, columns = (
        KNeighborsClassifier(4, metric=metric).fit(samples, y).kneighbors(samples)
        for samples in (X, np.asfortranarray(X))
    )
    assert rows[1].tolist() == columns[1].tolist()
    assert rows[0].tolist() == columns[0].tolist()


@pytest.mark.filterwarnings("error")
def test_neighbours_without_any_weight_give_no_class_a_share():
    model = KNeighborsClassifier(2, weights=np.zeros_like).fit([[0], [1]], ["a", "b"])
    assert model.predict_proba([[0]]).tolist() == [[0, 0]]


def test_a_weights_function_must_give_a_weight_for_each_distance():
    model = KNeighborsClassifier(2, weights=lambda distances: [1.0]).fit([[0], [1]], ["a", "b"])
    with pytest.raises(ValueError, match=r"gave shape \(1,\) for distances of shape \(1, 2\)"):
        model.predict([[0]])


@pytest.mark.parametrize("kind", [KNeighborsClassifier, NearestCentroid])
def test_few_references_of_many_features_are_searched_in_blocks_too(kind, monkeypatch):
    X = np.random.default_rng(0).normal(size=(2000, 500))
    model = kind(**({"n_neighbors": 1} if kind is KNeighborsClassifier else {}))
    model.fit(X[:4], [0, 1, 2, 3])
    whole = model.predict(X)
    monkeypatch.setattr("aiguille.linalg.WORKING_MEMORY", 2**20)
    tracemalloc.start()
    in_blocks = model.predict(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 2**20 < X.nbytes
    assert in_blocks.tolist() == whole.tolist()


@pytest.mark.parametrize("metrics", [("euclidean", "cosine"), ("cosine", "euclidean")])
def test_another_metric_waits_for_the_next_fit(metrics):
    X, y, new = random_problem(0)
    model = KNeighborsClassifier(metric=metrics[0]).fit(X, y)
    before = model.predict(new)
    assert model.set_params(metric=metrics[1]).predict(new).tolist() == before.tolist()
