"""Graphs, images as graphs and patches, nearest agglomeration: scipy and scikit-learn agree."""

import aiguille.image as ours
import numpy as np
import pytest
import scipy.sparse.csgraph as csgraph
import sklearn.feature_extraction.image as theirs
from aiguille.cluster import ReNA, recursive_nearest_agglomeration
from aiguille.graph import (
    Graph,
    as_graph,
    connected_components,
    minimum_spanning_tree,
    nearest_neighbors_graph,
)
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.neighbors import kneighbors_graph


def random_graph(seed, n=40, m=50, levels=1000):
    rng = np.random.default_rng(seed)
    matrix = sparse.lil_matrix((n, n))
    for i, j in rng.integers(0, n, size=(m, 2)):
        if i != j:
            matrix[i, j] = matrix[j, i] = rng.integers(1, levels)
    return matrix.tocsr()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), m=st.integers(0, 90))
def test_parts_are_scipy_s(seed, m):
    matrix = random_graph(seed, m=m)
    n, labels = connected_components(as_graph(matrix))
    expected, their_labels = csgraph.connected_components(matrix, directed=False)
    assert n == expected
    assert labels.tolist() == their_labels.tolist()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**20), levels=st.sampled_from([3, 10**6]))
def test_a_spanning_tree_weighs_what_scipy_s_does_and_joins_the_same_parts(seed, levels):
    matrix = random_graph(seed, m=80, levels=levels)
    graph = as_graph(matrix)
    tree = minimum_spanning_tree(graph)
    assert tree.weights.sum() == pytest.approx(csgraph.minimum_spanning_tree(matrix).sum())
    n, labels = connected_components(graph)
    assert len(tree.edges) == graph.n_nodes - n
    assert connected_components(tree)[1].tolist() == labels.tolist()


@pytest.mark.parametrize("centre", [0, 999])
def test_stars_and_paths_are_one_part(centre):
    leaves = np.setdiff1d(np.arange(1000), [centre])
    star = as_graph(np.column_stack([np.full(999, centre), leaves]))
    path = as_graph(np.column_stack([np.arange(999), np.arange(1, 1000)]))
    assert connected_components(star)[0] == connected_components(path)[0] == 1


def test_a_graph_comes_out_of_every_container_the_same():
    matrix = random_graph(0)
    graph = as_graph(matrix)
    assert (graph.to_scipy() != matrix).nnz == 0
    assert as_graph(graph) is graph
    for other in (as_graph(matrix.toarray()), as_graph(graph.edges, 40)):
        assert other.edges.tolist() == graph.edges.tolist()
    half = as_graph(sparse.triu(matrix))
    assert half.weights.tolist() == graph.weights.tolist()


FORMATS = ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csr_array])
def test_every_form_of_a_sparse_matrix_goes_in_and_its_like_comes_out(form, kind):
    matrix = kind(random_graph(1)).asformat(form)
    graph = as_graph(matrix)
    assert graph.diagonal is None
    np.testing.assert_array_equal(graph.to_scipy().toarray(), matrix.toarray())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), dtype=st.sampled_from([np.int8, np.float32, np.float64, bool]))
def test_what_stands_on_a_diagonal_or_twice_comes_out_as_scipy_adds_it(seed, dtype):
    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, 6, size=(2, 20))
    places = np.concatenate([i, j]), np.concatenate([j, i])
    weights = np.tile(rng.integers(1, 9, 20), 2).astype(dtype)
    matrix = sparse.coo_matrix((weights, places), shape=(6, 6))  # some places are there twice
    expected = sum(
        sparse.coo_matrix(([float(w)], ([a], [b])), shape=(6, 6)).toarray()
        for w, a, b in zip(weights, *places, strict=True)
    )
    np.testing.assert_allclose(as_graph(matrix).to_scipy().toarray(), expected)


def test_small_indices_of_a_large_matrix_do_not_overflow():
    n = 100_000
    i = np.array([n - 2, 5], dtype=np.int32)
    j = np.array([n - 1, n - 1], dtype=np.int32)
    graph = as_graph(sparse.coo_matrix((np.ones(2), (i, j)), shape=(n, n)))
    assert graph.edges.tolist() == [[5, n - 1], [n - 2, n - 1]]


def test_a_graph_without_edges_or_nodes_goes_in_and_out():
    graph = as_graph(sparse.csr_matrix((4, 4)))
    assert (len(graph.edges), graph.n_nodes, graph.to_scipy().nnz) == (0, 4, 0)
    assert connected_components(graph)[1].tolist() == [0, 1, 2, 3]
    assert len(minimum_spanning_tree(graph).edges) == 0
    nothing = ours.grid_to_graph(2, 3, mask=np.zeros((2, 3), dtype=bool))
    assert nothing.to_scipy().shape == (0, 0)


def test_an_edge_weighs_the_mean_of_both_directions():
    assert as_graph([[0, 2.0], [4.0, 0]]).weights.tolist() == [3.0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (np.ones((2, 3)), "no graph in an array of shape"),
        ([["a", "b"], ["c", "d"]], "no graph in an array"),
        (np.full((5, 5), np.nan), "NaN or infinity"),
        (np.array([[0, 1], [1, 7], [0, 2]]), "not 0 to 4"),
        (np.eye(3), "has 3 nodes where 5 are needed"),
        (sparse.csr_matrix(np.ones((2, 3))), "is square"),
    ],
)
def test_what_is_no_graph_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        as_graph(wrong, 5)


def test_edges_out_of_order_are_refused_by_the_class_itself():
    with pytest.raises(ValueError, match="two nodes i < j"):
        Graph(np.array([[1, 0]]), 2)


def test_neighbours_are_scikit_learn_s_also_among_equal_samples():
    X = np.random.default_rng(0).normal(size=(60, 3))
    matrix = kneighbors_graph(X, 4, mode="distance")
    expected = matrix.maximum(matrix.T).toarray()
    np.testing.assert_allclose(nearest_neighbors_graph(X, 4).to_scipy().toarray(), expected)
    equal = nearest_neighbors_graph(np.zeros((9, 2)), 2)
    assert (np.bincount(equal.edges.ravel(), minlength=9) >= 2).all()
    with pytest.raises(ValueError, match="n_neighbors=60"):
        nearest_neighbors_graph(X, 60)


@pytest.mark.parametrize("shape", [(5, 4), (4, 3, 5), (2, 6), (1, 1)])
@pytest.mark.parametrize("masked", [False, True])
def test_images_become_scikit_learn_s_graphs(shape, masked):
    rng = np.random.default_rng(1)
    image = rng.normal(size=shape)
    mask = rng.random(shape) < 0.7 if masked and image.size > 1 else None
    graph, expected = ours.img_to_graph(image, mask=mask), theirs.img_to_graph(image, mask=mask)
    np.testing.assert_array_equal(graph.to_scipy().toarray(), expected.toarray())
    grid, their_grid = (
        ours.grid_to_graph(*shape, mask=mask),
        theirs.grid_to_graph(*shape, mask=mask),
    )
    np.testing.assert_array_equal(grid.to_scipy().toarray(), their_grid.toarray())


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), shape=st.tuples(*[st.integers(2, 5)] * 3))
def test_masked_volumes_become_scikit_learn_s_graphs(seed, shape):
    rng = np.random.default_rng(seed)
    volume, mask = rng.integers(0, 4, shape).astype(np.float32), rng.random(shape) < 0.6
    mask.flat[0] = True  # scikit-learn wants a pixel
    graph, expected = ours.img_to_graph(volume, mask=mask), theirs.img_to_graph(volume, mask=mask)
    np.testing.assert_array_equal(graph.to_scipy().toarray(), expected.toarray())
    assert graph.weights.dtype == np.float32
    grid, their_grid = (library.grid_to_graph(*shape, mask=mask) for library in (ours, theirs))
    np.testing.assert_array_equal(grid.to_scipy().toarray(), their_grid.toarray())


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 2), (6, 5, 4)])
def test_patches_of_any_kind_go_out_and_back_as_scikit_learn_s(dtype, shape):
    image = np.random.default_rng(4).integers(0, 255, shape).astype(dtype)
    patches = ours.extract_patches_2d(image, (3, 4))
    expected = theirs.extract_patches_2d(image, (3, 4))
    np.testing.assert_array_equal(patches, expected)
    assert patches.dtype == expected.dtype
    patches[0] = 0  # the image is not what is changed
    assert (ours.extract_patches_2d(image, (3, 4)) == expected).all()
    back, their_back = (
        library.reconstruct_from_patches_2d(expected, shape) for library in (ours, theirs)
    )
    np.testing.assert_allclose(back, their_back)
    assert back.dtype == their_back.dtype


def test_differences_of_small_whole_numbers_do_not_wrap_around():
    assert ours.img_to_graph(np.array([[0, 255], [3, 1]], dtype=np.uint8)).weights.max() == 255
    with pytest.raises(ValueError, match="mask has 2 entries"):
        ours.grid_to_graph(2, 2, mask=np.ones(2, dtype=bool))


@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3), (7, 9, 1)])
@pytest.mark.parametrize("max_patches", [None, 5, 0.5, 1000])
def test_patches_are_scikit_learn_s(shape, max_patches):
    image = np.random.default_rng(2).normal(size=shape)
    found, expected = (
        library.extract_patches_2d(image, (3, 2), max_patches=max_patches, random_state=3)
        for library in (ours, theirs)
    )
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(7, 9), (7, 9, 3)])
@pytest.mark.parametrize("patch", [(3, 2), (7, 9), (1, 1), (5, 8)])
def test_patches_that_differ_are_averaged_as_scikit_learn_averages_them(shape, patch):
    image = np.random.default_rng(2).normal(size=shape)
    patches = ours.extract_patches_2d(image, patch)
    np.testing.assert_allclose(ours.reconstruct_from_patches_2d(patches, shape), image)
    patches = patches + np.random.default_rng(3).normal(size=patches.shape)
    np.testing.assert_allclose(
        ours.reconstruct_from_patches_2d(patches, shape),
        theirs.reconstruct_from_patches_2d(patches, shape),
    )


def test_a_patch_larger_than_the_image_and_too_few_patches_are_refused():
    with pytest.raises(ValueError, match="8 is more than 7"):
        ours.extract_patches_2d(np.zeros((7, 9)), (8, 2))
    with pytest.raises(ValueError, match="give all of them"):
        ours.reconstruct_from_patches_2d(np.zeros((3, 2, 2)), (7, 9))


def one_round(X, edges, labels):
    """Join each cluster to its nearest neighbour, with loops."""
    means = {c: X[labels == c].mean(axis=0) for c in np.unique(labels)}
    nearest = {}
    for a, b in edges:
        a, b = labels[a], labels[b]
        if a != b:
            length = ((means[a] - means[b]) ** 2).sum()
            for one, other in ((a, b), (b, a)):
                nearest[one] = min(nearest.get(one, (np.inf, -1)), (length, other))
    pairs = np.array([(one, other) for one, (_, other) in nearest.items()])
    return connected_components(as_graph(pairs))[1][labels]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**20))
def test_rounds_of_nearest_agglomeration_are_those_of_a_plain_loop(seed):
    X = np.random.default_rng(seed).normal(size=(80, 2))
    graph = ours.grid_to_graph(8, 10)
    labels = np.arange(80)
    for n_iter in (1, 2):
        labels = one_round(X, graph.edges, labels)
        found, _ = recursive_nearest_agglomeration(X, graph, 1, n_iter=n_iter)
        assert found.tolist() == labels.tolist()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), k=st.integers(1, 63), constant=st.booleans())
def test_there_are_as_many_groups_as_asked_for_and_each_hangs_together(seed, k, constant):
    X = np.random.default_rng(seed).normal(size=(64, 3)) * (not constant)
    graph = ours.grid_to_graph(8, 8)
    labels, _ = recursive_nearest_agglomeration(X, graph, k)
    inner = graph.edges[labels[graph.edges[:, 0]] == labels[graph.edges[:, 1]]]
    assert connected_components(Graph(inner, 64))[1].tolist() == labels.tolist()
    assert labels.max() + 1 == k


def test_groups_are_averaged_and_given_back():
    X = np.random.default_rng(0).normal(size=(5, 30)).astype(np.float32)
    for scaling in (False, True):
        model = ReNA(6, connectivity=ours.grid_to_graph(5, 6), scaling=scaling).fit(X)
        reduced = model.transform(X)
        assert reduced.dtype == np.float32
        back = model.inverse_transform(reduced)
        for group in range(6):
            inside = model.labels_ == group
            mean = X[:, inside].mean(axis=1, keepdims=True)
            np.testing.assert_allclose(back[:, inside], mean.repeat(inside.sum(), 1), atol=1e-6)
        np.testing.assert_allclose(model.transform(back), reduced, atol=1e-6)


def test_too_many_parts_and_too_few_rounds_are_told():
    X = np.random.default_rng(0).normal(size=(3, 8))
    apart = as_graph(np.array([[0, 1], [2, 3], [4, 5], [6, 7]]))
    with pytest.warns(UserWarning, match="the graph has 4 parts"):
        assert ReNA(2, connectivity=apart).fit(X).n_clusters_ == 4
    with pytest.warns(ConvergenceWarning, match="raise n_iter"):
        ReNA(1, connectivity=ours.grid_to_graph(2, 4), n_iter=1).fit(X)
    with pytest.raises(ValueError, match="n_clusters=9 is more than the 8 features"):
        ReNA(9).fit(X)
    with pytest.raises(ValueError, match="has 4 nodes where 8 are needed"):
        ReNA(2, connectivity=ours.grid_to_graph(2, 2)).fit(X)
