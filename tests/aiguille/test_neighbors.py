"""Neighbours and typical faces: scikit-learn's answers wherever distances are distinct."""

import tracemalloc

import aiguille.neighbors
import numpy as np
import pytest
import sklearn.neighbors as theirs
from aiguille.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    NearestCentroid,
    NearestNeighbors,
    kneighbors_graph,
)
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


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**20),
    k=st.integers(1, 20),
    weights=st.sampled_from(["uniform", "distance", lambda d: 1 / (1 + d)]),
    metric=st.sampled_from(METRICS),
    targets=st.sampled_from([(), (1,), (3,)]),
)
def test_means_of_neighbours_are_scikit_learn_s(seed, k, weights, metric, targets):
    X, _, new = random_problem(seed)
    y = np.random.default_rng(seed).normal(size=(len(X), *targets))
    ours = KNeighborsRegressor(k, weights=weights, metric=metric).fit(X, y)
    other = theirs.KNeighborsRegressor(k, weights=weights, metric=metric, algorithm="brute")
    expected = other.fit(X, y).predict(new)
    assert ours.predict(new).shape == expected.shape
    np.testing.assert_allclose(ours.predict(new), expected, atol=1e-12)


def test_a_sample_seen_before_gets_its_own_number_when_weighted_by_distance():
    X, y, _ = random_problem(2)
    assert KNeighborsRegressor(9, weights="distance").fit(X, y).predict(X).tolist() == y.tolist()


def test_small_integers_do_not_overflow_in_a_mean():
    y = np.full(4, 120, dtype=np.int8)
    assert KNeighborsRegressor(4).fit(np.eye(4), y).predict(np.eye(4)).tolist() == [120] * 4


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("weights", [np.zeros_like, lambda d: np.full_like(d, np.nan)])
def test_neighbours_without_any_weight_have_no_mean(weights):
    model = KNeighborsRegressor(2, weights=weights).fit([[0], [1]], [1, 2])
    with pytest.raises(ValueError, match="neighbours of sample 0 add up to"):
        model.predict([[0]])


@pytest.mark.parametrize("y", [[1.0, np.nan], [1.0], None, ["a", "b"], np.zeros((2, 1, 1))])
def test_targets_that_are_no_numbers_are_refused(y):
    with pytest.raises(ValueError, match="y"):
        KNeighborsRegressor(1).fit([[0], [1]], y)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**20),
    metric=st.sampled_from(METRICS),
    share=st.floats(0.01, 0.9),
    nearest_first=st.booleans(),
    itself=st.booleans(),
)
def test_samples_within_a_radius_are_scikit_learn_s(seed, metric, share, nearest_first, itself):
    X, _, new = random_problem(seed)
    new = None if itself else new
    radius = float(np.quantile(aiguille.linalg.pairwise_distances(X, metric=metric), share)) + 1e-6
    ours = NearestNeighbors(radius=radius, metric=metric).fit(X)
    other = theirs.NearestNeighbors(radius=radius, metric=metric, algorithm="brute").fit(X)
    found = ours.radius_neighbors(new, sort_results=nearest_first)
    expected = other.radius_neighbors(new, sort_results=nearest_first)
    for one, two in zip(zip(*found, strict=True), zip(*expected, strict=True), strict=True):
        assert one[1].tolist() == two[1].tolist()
        np.testing.assert_allclose(one[0], two[0], atol=1e-7)
    for mode in ("connectivity", "distance"):
        graph, their_graph = (
            search.radius_neighbors_graph(new, mode=mode, sort_results=nearest_first)
            for search in (ours, other)
        )
        np.testing.assert_allclose(graph.toarray(), their_graph.toarray(), atol=1e-7)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("mode", ["connectivity", "distance"])
@pytest.mark.parametrize("itself", [True, False])
def test_graphs_made_at_once_are_scikit_learn_s(metric, mode, itself):
    X, *_ = random_problem(3)
    asked = {"metric": metric, "mode": mode, "include_self": itself}
    for name, size in (("kneighbors_graph", 5), ("radius_neighbors_graph", 0.7)):
        ours = getattr(aiguille.neighbors, name)(X, size, **asked)
        expected = getattr(theirs, name)(X, size, **asked)
        np.testing.assert_allclose(ours.toarray(), expected.toarray(), atol=1e-7)
        assert (ours.to_scipy() != ours.toarray()).sum() == 0
        data, (rows, columns) = ours.tocoo()
        assert len(data) == len(rows) == len(columns) == expected.nnz


def test_samples_exactly_at_the_radius_are_within_in_any_block(monkeypatch):
    # Far from zero, where a matrix product loses digits, as whole numbers do not.
    X = np.random.default_rng(0).integers(0, 6, size=(150, 2)) + 1e6
    gaps = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    for memory in (aiguille.linalg.WORKING_MEMORY, 20_000):
        monkeypatch.setattr(aiguille.linalg, "WORKING_MEMORY", memory)
        search = NearestNeighbors(radius=2.0).fit(X)
        _, plain = search.radius_neighbors(X)
        distances, ordered = search.radius_neighbors(X, sort_results=True)
        for row in range(len(X)):
            near = np.flatnonzero(gaps[row] <= 2)
            assert plain[row].tolist() == near.tolist()
            assert (
                ordered[row].tolist() == near[np.argsort(gaps[row, near], kind="stable")].tolist()
            )
            assert distances[row].tolist() == np.sort(gaps[row, near]).tolist()


def test_a_radius_is_searched_in_blocks(monkeypatch):
    X = np.random.default_rng(0).normal(size=(2000, 10))
    monkeypatch.setattr(aiguille.linalg, "WORKING_MEMORY", 2**20)
    search = NearestNeighbors(radius=1.0).fit(X)
    tracemalloc.start()
    search.radius_neighbors_graph()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 2**20 < 8 * len(X) ** 2


def test_a_search_needs_no_more_samples_than_it_is_asked_for():
    search = NearestNeighbors().fit([[0.0], [1.0]])
    assert search.radius_neighbors(return_distance=False)[0].tolist() == [1]
    with pytest.raises(ValueError, match="ask for at most 2 neighbours"):
        search.kneighbors([[0.0]])


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.radius_neighbors(radius=-1), "radius=-1"),
        (lambda s: s.radius_neighbors(return_distance=False, sort_results=True), "leave one"),
        (lambda s: s.radius_neighbors_graph(mode="near"), "mode='near'"),
        (lambda s: s.kneighbors_graph(mode="near"), "mode='near'"),
        (lambda s: s.radius_neighbors([[1.0]]), "1 features"),
        (lambda s: s.set_params(radius=-2.0).fit(np.eye(2)), "radius=-2"),
        (lambda s: s.set_params(n_neighbors=0).fit(np.eye(2)), "n_neighbors=0"),
        (lambda s: s.set_params(metric="?").fit(np.eye(2)), "choose one of"),
    ],
)
def test_what_cannot_be_searched_is_refused(ask, words):
    with pytest.raises(ValueError, match=words):
        ask(NearestNeighbors().fit(np.eye(8)))


def test_a_graph_cannot_be_changed_in_part():
    graph = kneighbors_graph(np.eye(3), 1)
    with pytest.raises(AttributeError):
        graph.data = None
