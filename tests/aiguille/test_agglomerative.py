"""Trees of clusters: scikit-learn's wherever costs are distinct."""

import tracemalloc

import aiguille.cluster as ours
import numpy as np
import pytest
import sklearn.cluster as theirs
from aiguille.cluster import AgglomerativeClustering, FeatureAgglomeration, ward
from aiguille.cluster.agglomerative import pooled
from aiguille.cluster.connectivity import edges_of, pieces
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.image import grid_to_graph
from sklearn.metrics import adjusted_rand_score

LINKAGES = ["ward", "complete", "average", "single"]


def drawn(seed, n=60, d=3):
    return np.random.default_rng(seed).normal(size=(n, d))


def assert_same_tree(one, other):
    np.testing.assert_array_equal(np.sort(one.children_, axis=1), np.sort(other.children_, axis=1))
    np.testing.assert_allclose(one.distances_, other.distances_, rtol=1e-9)
    assert one.n_leaves_ == other.n_leaves_
    assert one.n_clusters_ == other.n_clusters_
    assert one.n_connected_components_ == other.n_connected_components_
    assert adjusted_rand_score(one.labels_, other.labels_) == 1


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    n=st.integers(2, 80),
    linkage=st.sampled_from(LINKAGES),
    metric=st.sampled_from(["euclidean", "manhattan", "cosine"]),
)
def test_without_a_graph_trees_are_scikit_learn_s(seed, n, linkage, metric):
    X = drawn(seed, n)
    metric = "euclidean" if linkage == "ward" else metric
    asked = {"n_clusters": min(n, 4), "linkage": linkage, "metric": metric}
    one = AgglomerativeClustering(**asked).fit(X)
    other = theirs.AgglomerativeClustering(
        **asked, compute_full_tree=True, compute_distances=True
    ).fit(X)
    assert_same_tree(one, other)


@pytest.mark.parametrize(("n", "d"), [(300, 1), (1500, 7), (300, 90), (50, 400)])
def test_ward_s_tree_of_few_and_of_many_features_is_scikit_learn_s(n, d):
    X = drawn(n, n, d)
    children, distances = ours.ward_tree(X)
    expected = theirs.ward_tree(X, return_distance=True)
    np.testing.assert_array_equal(children, np.sort(expected[0], axis=1))
    np.testing.assert_allclose(distances, expected[-1], rtol=1e-9)


@pytest.mark.parametrize("d", [1, 3])
def test_tight_groups_far_apart_are_told_apart_to_the_last_digits(d):
    tight, where = drawn(10, 200, d), np.repeat([0.0, 1.0, 5.0, 7.0], 50)
    # Powers of two: what is near zero is the same as what is far from it.
    X = np.round(tight * 2**20) / 2**20
    children, distances = ours.ward_tree(X / 2**12 + 2.0**10 * where[:, None])
    for group in range(4):
        of_group = np.arange(50 * group, 50 * group + 50)
        expected = theirs.ward_tree(X[of_group], return_distance=True)[-1] / 2**12
        low = [
            distance
            for distance, pair in zip(distances, children, strict=True)
            if np.isin(leaves_of(children, pair, 200), of_group).all()
        ]
        np.testing.assert_allclose(low, expected, rtol=1e-7)


def leaves_of(children, pair, n):
    waiting, leaves = list(pair), []
    while waiting:
        node = waiting.pop()
        if node < n:
            leaves.append(node)
        else:
            waiting.extend(children[node - n])
    return leaves


@pytest.mark.parametrize(
    "X", [np.ones((500, 3)), np.eye(60), np.indices((20, 20)).reshape(2, -1).T.astype(float)]
)
def test_samples_at_equal_distances_need_few_rounds(X, monkeypatch):
    rounds, search = [], ward.nearest_clusters
    monkeypatch.setattr(ward, "nearest_clusters", lambda *a: rounds.append(1) or search(*a))
    children, distances = ours.ward_tree(X)
    assert len(rounds) < 60
    assert sorted(children.ravel()) == list(range(2 * len(X) - 2))
    total = ((X - X.mean(axis=0)) ** 2).sum()
    np.testing.assert_allclose((distances**2).sum() / 2, total)


@pytest.mark.parametrize("edges", [None, np.array([[0, 1], [1, 2]])])
def test_values_whose_squares_overflow_are_refused(edges):
    with pytest.raises(ValueError, match=r"squares overflow.*divide all samples"):
        ours.ward_tree([[1e200], [0.0], [-1e200]], edges)


def test_ward_s_tree_without_a_graph_keeps_no_table_of_distances():
    X = drawn(0, 2000, 4)
    ours.ward_tree(X[:10])
    tracemalloc.start()
    ours.ward_tree(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(X) ** 2 / 3


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    side=st.integers(2, 14),
    d=st.sampled_from([1, 2, 3, 5, 31, 32, 50]),
    linkage=st.sampled_from(LINKAGES),
)
def test_on_a_grid_trees_are_scikit_learn_s(seed, side, d, linkage):
    X = drawn(seed, side * side, d)
    asked = {"n_clusters": 3, "linkage": linkage, "connectivity": grid_to_graph(side, side)}
    one = AgglomerativeClustering(**asked).fit(X)
    other = theirs.AgglomerativeClustering(
        **asked, compute_full_tree=True, compute_distances=True
    ).fit(X)
    assert_same_tree(one, other)


@pytest.mark.parametrize("d", [1, 3, 40])
@pytest.mark.parametrize("linkage", LINKAGES)
def test_a_hub_with_many_neighbours_is_merged_exactly(linkage, d):
    n = 300
    star = np.stack([np.zeros(n - 1, dtype=int), np.arange(1, n)], axis=1)
    ring = np.stack([np.arange(1, n - 1), np.arange(2, n)], axis=1)
    edges = np.concatenate([star, ring])
    matrix = sparse.coo_array((np.ones(len(edges)), edges.T), shape=(n, n))
    X = drawn(5, n, d)
    one = AgglomerativeClustering(5, linkage=linkage, connectivity=edges).fit(X)
    other = theirs.AgglomerativeClustering(
        5,
        linkage=linkage,
        connectivity=(matrix + matrix.T).tocsr(),
        compute_full_tree=True,
        compute_distances=True,
    ).fit(X)
    assert_same_tree(one, other)


def test_a_graph_in_pieces_is_completed_as_scikit_learn_does():
    X = drawn(2, 30)
    matrix = sparse.block_diag([np.ones((10, 10)), np.ones((15, 15)), np.ones((5, 5))]).tocsr()
    with pytest.warns(UserWarning, match="3 > 1"):
        one = AgglomerativeClustering(2, connectivity=matrix).fit(X)
    with pytest.warns(UserWarning, match="3 > 1"):
        other = theirs.AgglomerativeClustering(
            2, connectivity=matrix, compute_full_tree=True, compute_distances=True
        ).fit(X)
    assert_same_tree(one, other)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**20), n=st.integers(1, 40), m=st.integers(0, 50))
def test_pieces_are_the_connected_components(seed, n, m):
    pairs = np.random.default_rng(seed).integers(0, n, size=(m, 2))
    edges = edges_of(pairs, n) if m else np.empty((0, 2), dtype=int)
    matrix = sparse.coo_array((np.ones(len(edges)), edges.T), shape=(n, n))
    count, labels = connected_components(matrix, directed=False)
    found = pieces(n, edges)
    assert found.max() + 1 == count
    assert len(set(zip(found, labels, strict=True))) == count


@pytest.mark.parametrize("linkage", LINKAGES)
def test_equal_samples_merge_first_and_cost_nothing(linkage):
    X = np.repeat(drawn(1, 6), 5, axis=0)
    for graph in (None, np.ones((30, 30))):
        model = AgglomerativeClustering(6, linkage=linkage, connectivity=graph).fit(X)
        np.testing.assert_allclose(model.distances_[:24], 0, atol=1e-7)
        assert adjusted_rand_score(model.labels_, np.repeat(np.arange(6), 5)) == 1


@pytest.mark.parametrize("linkage", LINKAGES)
def test_a_flat_picture_has_a_tree_too(linkage):
    model = AgglomerativeClustering(3, linkage=linkage, connectivity=grid_to_graph(20, 20))
    model.fit(np.full((400, 1), 0.1))
    assert (model.distances_ == 0).all()
    assert sorted(set(model.labels_)) == [0, 1, 2]


def test_one_tree_serves_every_number_of_clusters():
    X = drawn(3)
    children, _ = ours.ward_tree(X)
    for k in (1, 2, 7, 60):
        expected = theirs.AgglomerativeClustering(k).fit_predict(X)
        assert adjusted_rand_score(ours.cut_tree(children, k), expected) == 1


@settings(max_examples=60, deadline=None)
@given(data=st.data(), n=st.integers(1, 60))
def test_many_cuts_of_one_tree_are_those_made_one_by_one(data, n):
    children = ours.ward_tree(drawn(n, n))[0] if n > 1 else np.empty((0, 2), dtype=int)
    ks = data.draw(st.lists(st.integers(1, n), max_size=6))
    many = ours.cut_tree(children, ks)
    assert many.shape == (len(ks), n)
    for k, labels in zip(ks, many, strict=True):
        np.testing.assert_array_equal(labels, ours.cut_tree(children, k))
        assert set(labels) == set(range(k))


def test_a_tree_of_features_fitted_once_pools_as_one_fitted_for_each_number():
    X = drawn(9, 20, 36)
    fitted = FeatureAgglomeration(2, connectivity=grid_to_graph(6, 6)).fit(X)
    for k, labels in zip([3, 12, 5], ours.cut_tree(fitted.children_, [3, 12, 5]), strict=True):
        expected = FeatureAgglomeration(k, connectivity=grid_to_graph(6, 6)).fit_transform(X)
        np.testing.assert_array_equal(pooled(X, labels), expected)


@pytest.mark.parametrize(
    ("ks", "error", "told"),
    [
        ([2, 9], ValueError, "n_clusters=9 is more than the 5 samples; ask for at most 5"),
        ([0, 2], ValueError, "n_clusters=0 is not possible"),
        ([2.5], TypeError, "n_clusters=.*2.5.* must be a whole number"),
    ],
)
def test_cuts_that_cannot_be_are_refused(ks, error, told):
    with pytest.raises(error, match=told):
        ours.cut_tree(ours.ward_tree(drawn(0, 5))[0], ks)


@pytest.mark.parametrize("width", [2, 8])
def test_pooled_features_of_another_width_are_not_spread(width):
    model = FeatureAgglomeration(7).fit(drawn(0, 5, 20))
    with pytest.raises(ValueError, match=f"X has {width} columns where there are 7 clusters"):
        model.inverse_transform(np.ones((3, width)))


def test_a_memory_grows_one_tree_for_all_numbers():
    class Memory:
        kept, grown = {}, 0

        def cache(self, function):
            def call(*arguments):
                key = repr(arguments)
                if key not in self.kept:
                    self.grown += 1
                    self.kept[key] = function(*arguments)
                return self.kept[key]

            return call

    memory, X = Memory(), drawn(4, 10, 12)
    for k in (2, 3, 5):
        FeatureAgglomeration(k, memory=memory).fit(X)
    assert memory.grown == 1


@pytest.mark.parametrize("pooling", [np.mean, np.median, np.max])
def test_pooled_features_are_scikit_learn_s(pooling):
    X = drawn(6, 20, 36)
    asked = {"n_clusters": 7, "connectivity": grid_to_graph(6, 6), "pooling_func": pooling}
    one, other = FeatureAgglomeration(**asked).fit(X), theirs.FeatureAgglomeration(**asked).fit(X)
    pooled, expected = one.transform(X), other.transform(X)
    np.testing.assert_allclose(
        one.inverse_transform(pooled), other.inverse_transform(expected), atol=1e-12
    )
    assert one.transform(X.astype(np.float32)).dtype == np.float32


def test_a_threshold_decides_the_number_of_clusters():
    X = drawn(7)
    one = AgglomerativeClustering(None, distance_threshold=2.0).fit(X)
    other = theirs.AgglomerativeClustering(None, distance_threshold=2.0).fit(X)
    assert_same_tree(one, other)


def test_leaves_of_a_cluster_stand_side_by_side():
    children, _ = ours.ward_tree(drawn(8))
    order = ours.leaves_order(children)
    assert sorted(order) == list(range(60))
    labels = ours.cut_tree(children, 6)[order]
    assert (np.diff(labels) != 0).sum() == 5


@pytest.mark.parametrize("kind", ["sparse", "dense", "edges", "function", "object"])
def test_a_graph_may_be_given_in_many_ways(kind):
    matrix = grid_to_graph(4, 5)
    edges = edges_of(matrix, 20)

    class Graph:
        n_nodes = 20

    Graph.edges = edges
    given = {
        "sparse": matrix.tocsr(),
        "dense": matrix.toarray(),
        "edges": edges[::-1, ::-1],
        "function": lambda X: matrix,
        "object": Graph(),
    }[kind]
    np.testing.assert_array_equal(edges_of(given, 20), edges)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"n_clusters": 40}, "n_clusters=40 is more than the 32"),
        ({"n_clusters": 0}, "n_clusters=0 is not possible"),
        ({"linkage": "median"}, "linkage='median'"),
        ({"metric": "cosine"}, "'euclidean' only"),
        ({"n_clusters": None}, "exactly one"),
        ({"distance_threshold": 1.0}, "exactly one"),
        ({"connectivity": np.ones((3, 3))}, "give a sparse or square"),
        ({"connectivity": sparse.eye_array(3)}, "when X has 32 samples"),
        ({"connectivity": [[0, 32]]}, "names sample 32"),
    ],
)
def test_what_cannot_be_is_refused(parameters, told):
    with pytest.raises(ValueError, match=told):
        AgglomerativeClustering(**parameters).fit(drawn(0, 32))
