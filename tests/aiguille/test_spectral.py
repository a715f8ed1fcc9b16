"""Eigenvectors of graphs, the groups and the maps that they give: scikit-learn's answers."""

import warnings

import numpy as np
import pytest
import scipy.sparse
import sklearn.cluster as their_cluster
import sklearn.manifold as their_manifold
from aiguille import laplacian, spectrum
from aiguille.cluster import SpectralClustering, spectral_clustering
from aiguille.cluster.spectral import cluster_qr, discretize
from aiguille.graph import Graph, as_graph, nearest_neighbors_graph
from aiguille.image import grid_to_graph, img_to_graph
from aiguille.laplacian import neighbour_affinity, rbf_affinity, spectral_embedding
from aiguille.manifold import SpectralEmbedding
from aiguille.neighbors import kneighbors_graph
from aiguille.spectrum import eigenvectors, elimination
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits, make_circles
from sklearn.metrics import adjusted_rand_score


def moons(n=300, seed=0):
    """Two half circles, one in the other's arms."""
    random = np.random.default_rng(seed)
    angle = np.pi * random.random(n)
    side = np.arange(n) % 2
    x = np.column_stack([np.cos(angle) + side, (1 - 2 * side) * np.sin(angle) + side / 2])
    return x + random.normal(scale=0.04, size=x.shape), side


def random_links(seed, n, n_edges):
    """A connected graph: a path, and edges anywhere."""
    random = np.random.default_rng(seed)
    pairs = random.integers(0, n, size=(n_edges, 2))
    path = np.column_stack([np.arange(n - 1), np.arange(1, n)])
    pairs = np.sort(np.concatenate([path, pairs[pairs[:, 0] != pairs[:, 1]]]), axis=1)
    pairs = np.unique(pairs, axis=0)
    return Graph(pairs, n, random.uniform(0.1, 1, size=len(pairs)))


def dense_answer(N, known, n_vectors):
    """All eigenvectors at once."""
    whole = N.toarray() if isinstance(N, spectrum.Links) else N
    _, vectors = np.linalg.eigh(whole - 3 * known @ known.T)
    return vectors[:, ::-1][:, :n_vectors]


def assert_same_lines(one, other, atol=1e-6):
    """Compare vectors up to their signs."""
    np.testing.assert_allclose(np.abs((one * other).sum(axis=0)), 1, atol=atol)


# Eigenvectors


@pytest.mark.parametrize(
    "graph",
    [
        random_links(0, 700, 0),
        random_links(1, 600, 500),
        random_links(2, 400, 3000),
        neighbour_affinity(moons(900)[0], 12),
        neighbour_affinity(np.random.default_rng(3).normal(size=(500, 20)), 8),
    ],
    ids=["path", "sparse", "thick", "moons", "cloud"],
)
def test_elimination_and_polynomials_find_the_eigenvectors_of_the_whole_matrix(graph, monkeypatch):
    N, scale, component = laplacian.normalized(graph)
    known = laplacian.flat_parts(scale, component)
    expected = dense_answer(N, known, 3)
    seeds = np.random.RandomState(0)
    found = spectrum.largest_eigenvectors(N, known, component, 3, seeds)
    assert_same_lines(found, expected)
    monkeypatch.setattr(eigenvectors, "is_thick", lambda bounds: True)
    if len(graph.edges) > 1.2 * graph.n_nodes:  # a path has none but tiny gaps
        found = spectrum.largest_eigenvectors(N, known, component, 3, seeds, tol=1e-7)
        assert_same_lines(found, expected)


@pytest.mark.parametrize("large", [100, 1000])
def test_a_large_array_gives_the_same_eigenvectors_as_all_at_once(large, monkeypatch):
    monkeypatch.setattr(eigenvectors, "LARGE", large)
    N, scale, component = laplacian.normalized(rbf_affinity(moons(500)[0], 20.0))
    known = laplacian.flat_parts(scale, component)
    found = spectrum.largest_eigenvectors(N, known, component, 4, np.random.RandomState(0))
    assert_same_lines(found, dense_answer(N, known, 4))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**20), n=st.integers(2, 300), density=st.floats(0, 3), slices=st.data())
def test_slices_touch_only_the_next_and_elimination_solves(seed, n, density, slices):
    graph = random_links(seed, n, int(density * n))
    # Without some edges there are parts.
    kept = np.random.default_rng(seed).random(len(graph.edges)) < slices.draw(st.floats(0.5, 1))
    graph = Graph(graph.edges[kept], n, graph.weights[kept])
    links, _, component = laplacian.normalized(graph)
    order, bounds = spectrum.thin_slices(links, component)
    assert sorted(order) == list(range(n))
    assert (bounds[0], bounds[-1]) == (0, n)
    assert (np.diff(bounds) > 0).all()
    where = np.empty(n, dtype=int)
    where[order] = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    assert (np.abs(np.diff(where[links.edges], axis=1)) <= 1).all()
    moved = links.renumbered(np.argsort(order))
    halved = spectrum.Links(moved.edges, moved.weights / 2, n)  # well away from singular
    solve = spectrum.eliminate(spectrum.slices_of(halved, bounds))
    x = np.random.default_rng(seed).normal(size=(n, 3))
    b = x * (1 + elimination.SHIFT) - halved.toarray() @ x
    np.testing.assert_allclose(solve(b), x, atol=1e-10)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**20), n=st.integers(2, 60), density=st.floats(0, 3))
def test_products_with_neighbours_are_those_of_the_matrix(seed, n, density):
    links, _, _ = laplacian.normalized(random_links(seed, n, int(density * n)))
    product, order = spectrum.neighbour_product(links)
    V = np.random.default_rng(seed).normal(size=(n, 2))
    np.testing.assert_allclose(product(V[order]), (links.toarray() @ V)[order], atol=1e-12)


def test_images_are_thin_and_neighbours_in_many_dimensions_are_thick():
    image, _, component = laplacian.normalized(grid_to_graph(60, 60))
    assert not spectrum.is_thick(spectrum.thin_slices(image, component)[1])
    cloud = neighbour_affinity(np.random.default_rng(0).normal(size=(1500, 20)), 10)
    cloud, _, component = laplacian.normalized(cloud)
    assert spectrum.is_thick(spectrum.thin_slices(cloud, component)[1])


def test_equal_eigenvalues_are_all_found():
    torus = grid_to_graph(30, 30)
    around = [[i * 30, i * 30 + 29] for i in range(30)] + [[i, 870 + i] for i in range(30)]
    graph = Graph(np.concatenate([torus.edges, around]), 900)  # each eigenvalue four times
    N, scale, component = laplacian.normalized(graph)
    known = laplacian.flat_parts(scale, component)
    found = spectrum.largest_eigenvectors(N, known, component, 4, np.random.RandomState(0))
    expected = dense_answer(N, known, 4)
    np.testing.assert_allclose(np.linalg.svd(found.T @ expected)[1], 1, atol=1e-8)


def test_a_search_that_is_cut_short_says_so():
    N, scale, component = laplacian.normalized(random_links(0, 500, 0))
    known = laplacian.flat_parts(scale, component)
    start = np.random.default_rng(0).normal(size=(500, 4))
    with pytest.warns(ConvergenceWarning, match="raise eigen_tol"):
        spectrum.chebyshev_subspace(N, known, start, 3, 1e-12, max_products=10)


# The map


@pytest.mark.parametrize("drop_first", [True, False])
def test_places_are_scikit_learn_s(drop_first):
    affinity = neighbour_affinity(np.random.default_rng(0).normal(size=(700, 2)), 15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for given_as in (affinity, affinity.to_scipy(), affinity.to_scipy().toarray()):
            ours = spectral_embedding(given_as, n_components=3, drop_first=drop_first)
            other = their_manifold.spectral_embedding(
                affinity.to_scipy().tocsr(), n_components=3, drop_first=drop_first, random_state=0
            )
            np.testing.assert_allclose(ours, other, atol=1e-6 * np.abs(other).max())


@pytest.mark.parametrize("options", [{}, {"n_neighbors": 30}, {"affinity": "rbf"}])
def test_the_map_of_samples_is_scikit_learn_s(options):
    X = load_digits().data[:400]
    X += np.random.default_rng(0).normal(scale=1e-3, size=X.shape)  # no equal distances
    ours = SpectralEmbedding(3, random_state=0, **options).fit(X)
    other = their_manifold.SpectralEmbedding(3, random_state=0, **options).fit(X)
    np.testing.assert_allclose(ours.embedding_, other.embedding_, atol=1e-6)
    assert SpectralEmbedding(1).fit_transform(X.astype(np.float32)).dtype == np.float32
    for name in ("gamma_", "n_neighbors_"):
        assert getattr(ours, name, None) == getattr(other, name, None)


def test_neighbours_are_joined_as_scikit_learn_joins_them():
    X = np.random.default_rng(0).normal(size=(100, 2))
    ours = SpectralEmbedding(n_neighbors=7).fit(X).affinity_matrix_.to_scipy().toarray()
    other = their_manifold.SpectralEmbedding(n_neighbors=7).fit(X).affinity_matrix_.toarray()
    np.testing.assert_array_equal(ours, other)


def test_parts_of_a_graph_are_points_and_the_warning_is_one():
    X = np.concatenate([np.random.default_rng(i).normal(size=(30 + 40 * i, 2)) for i in range(3)])
    X[30:100] += 100
    X[100:] -= 100
    part = np.repeat(np.arange(3), [30, 70, 110])
    for affinity in ("rbf", "nearest_neighbors"):
        options = {"gamma": 0.5, "n_neighbors": 20}
        with pytest.warns(UserWarning, match="not fully connected.* 3 parts") as told:
            model = SpectralClustering(3, affinity=affinity, random_state=0, **options).fit(X)
        assert len(told) == 1
        assert adjusted_rand_score(model.labels_, part) == 1
        with pytest.warns(UserWarning, match="not fully connected") as told:
            places = SpectralEmbedding(2, affinity=affinity, **options).fit_transform(X)
        assert len(told) == 1
        for number in range(3):
            np.testing.assert_allclose(np.ptp(places[part == number], axis=0), 0, atol=1e-12)
        assert len(np.unique(places.round(9), axis=0)) == 3


def test_more_parts_than_groups_stay_whole():
    edges = np.array([[0, 1], [1, 2], [3, 4], [5, 6], [6, 7], [7, 8]])
    with pytest.warns(UserWarning, match="4 parts"):
        labels = spectral_clustering(Graph(edges, 10), n_clusters=2, random_state=0)
    assert len(set(labels.tolist())) == 2
    for part in ([0, 1, 2], [3, 4], [5, 6, 7, 8]):
        assert len(set(labels[part].tolist())) == 1


def test_isolated_nodes_are_at_zero_as_in_scikit_learn():
    whole = np.zeros((8, 8))
    whole[:6, :6] = rbf_affinity(moons(6)[0], 1.0)
    with pytest.warns(UserWarning, match="not fully connected"):
        ours = spectral_embedding(whole, n_components=1)
    with pytest.warns(UserWarning, match="not fully connected"):
        other = their_manifold.spectral_embedding(whole, n_components=1, random_state=0)
    np.testing.assert_allclose(ours, other, atol=1e-6)
    np.testing.assert_allclose(ours[6:], 0, atol=1e-12)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), n=st.integers(3, 40))
def test_places_do_not_depend_on_the_order_of_nodes_nor_on_the_scale(seed, n):
    random = np.random.default_rng(seed)
    W = random.uniform(0.1, 1, size=(n, n))
    W += W.T
    order = random.permutation(n)
    ours = spectral_embedding(W, n_components=1)
    moved = spectral_embedding(7 * W[np.ix_(order, order)], n_components=1) * np.sqrt(7)
    # A vector's sign is that of its largest entry, of which there may be two.
    moved *= np.sign((moved * ours[order]).sum())
    gaps = np.diff(np.linalg.eigvalsh(W / np.sqrt(np.outer(W.sum(0), W.sum(0))))[-3:])
    if gaps.min() > 1e-3:
        np.testing.assert_allclose(moved, ours[order], atol=1e-7)


# Groups


@pytest.mark.parametrize("assign_labels", ["kmeans", "discretize", "cluster_qr"])
@pytest.mark.parametrize("affinity", ["rbf", "nearest_neighbors"])
def test_groups_of_any_shape_are_found(assign_labels, affinity):
    X, side = moons(400)
    options = {"affinity": affinity, "assign_labels": assign_labels, "gamma": 40.0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # neighbours may leave them apart
        ours = SpectralClustering(2, random_state=0, **options).fit(X)
    assert adjusted_rand_score(ours.labels_, side) == 1
    assert ours.labels_.dtype == np.intp


@pytest.mark.parametrize("assign_labels", ["kmeans", "discretize", "cluster_qr"])
def test_groups_of_pixels_are_scikit_learn_s(assign_labels):
    rows, columns = np.indices((40, 50))
    image = 1.0 * ((rows - 12) ** 2 + (columns - 14) ** 2 < 80)
    image += (rows - 25) ** 2 + (columns - 34) ** 2 < 120
    image += 0.2 * np.random.default_rng(0).normal(size=image.shape)
    graph = img_to_graph(image)
    graph = Graph(graph.edges, graph.n_nodes, np.exp(-3 * graph.weights / graph.weights.std()))
    options = {"n_clusters": 3, "assign_labels": assign_labels, "random_state": 0}
    ours = spectral_clustering(graph, **options)
    other = their_cluster.spectral_clustering(graph.to_scipy().tocsr(), **options)
    assert adjusted_rand_score(ours, other) > 0.98


def test_circles_in_a_circle():
    X, side = make_circles(600, factor=0.4, noise=0.05, random_state=0)
    model = SpectralClustering(2, gamma=30, assign_labels="cluster_qr").fit(X)
    assert adjusted_rand_score(model.labels_, side) == 1


@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), k=st.integers(1, 5))
def test_turned_memberships_are_read_off(seed, k):
    random = np.random.default_rng(seed)
    groups = np.concatenate([np.arange(k), random.integers(0, k, size=30)])
    rotation, _ = np.linalg.qr(random.normal(size=(k, k)))
    vectors = np.eye(k)[groups] @ rotation + random.normal(scale=0.01, size=(len(groups), k))
    assert adjusted_rand_score(cluster_qr(vectors), groups) == 1
    assert adjusted_rand_score(discretize(vectors, random_state=seed), groups) == 1
    their_labels = their_cluster._spectral.cluster_qr(vectors)
    assert adjusted_rand_score(cluster_qr(vectors), their_labels) == 1


def test_every_kind_of_precomputed_affinity_is_taken():
    X, side = moons(150)
    graph = neighbour_affinity(X, 12)
    found = [
        spectral_clustering(given_as, n_clusters=2, random_state=0)
        for given_as in (
            graph,
            graph.to_scipy(),
            graph.to_scipy().tocsr(),
            scipy.sparse.csr_array(graph.to_scipy()),
            graph.to_scipy().toarray(),
            graph.to_scipy().toarray().tolist(),
        )
    ]
    for labels in found:
        assert adjusted_rand_score(labels, found[0]) == 1
    model = SpectralClustering(2, affinity="precomputed", random_state=0).fit(graph)
    assert model.n_features_in_ == 150
    with pytest.warns(UserWarning, match="not symmetric"):
        labels = spectral_clustering(kneighbors_graph(X, 12), n_clusters=2, random_state=0)
    assert adjusted_rand_score(labels, side) > 0.8


def test_an_asymmetric_affinity_is_averaged_with_a_warning():
    random = np.random.default_rng(0)
    W = random.uniform(size=(30, 30)) * (random.uniform(size=(30, 30)) < 0.4)
    np.fill_diagonal(W, 0)
    expected = spectral_embedding((W + W.T) / 2, n_components=2)
    for given_as in (W, scipy.sparse.csr_matrix(W)):
        with pytest.warns(UserWarning, match="Array is not symmetric"):
            found = spectral_embedding(given_as, n_components=2)
        np.testing.assert_allclose(found, expected, atol=1e-8)


# What cannot be done


BAD = {
    "n_clusters=9 is more than the n_samples=5; ask for at most 5": {"n_clusters": 9},
    "n_clusters=0 is not possible": {"n_clusters": 0},
    "affinity='poly' is not possible": {"affinity": "poly"},
    "assign_labels='qr' is not possible": {"assign_labels": "qr"},
    "n_neighbors=6 is not possible.* at most 5": {
        "affinity": "nearest_neighbors",
        "n_neighbors": 6,
    },
    "gamma=-1 is not possible": {"gamma": -1},
    "n_components=6 is more than the 5 samples": {"n_components": 6},
    "affinity='precomputed' needs a square array": {"affinity": "precomputed"},
}


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_done_is_said(message):
    X = np.arange(10.0).reshape(5, 2)
    with pytest.raises(ValueError, match=message):
        SpectralClustering(**{"n_clusters": 2, **BAD[message]}).fit(X)


def test_weights_that_are_no_affinity_are_refused():
    W = np.ones((3, 3))
    W[0, 1] = W[1, 0] = -2
    for given_as in (W, as_graph(W), scipy.sparse.csr_matrix(W)):
        with pytest.raises(ValueError, match="negative values, such as -2"):
            spectral_embedding(given_as, n_components=1)
    W[0, 1] = W[1, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        spectral_embedding(W, n_components=1)
    with pytest.raises(ValueError, match="NaN"):
        spectral_embedding(scipy.sparse.csr_matrix(W), n_components=1)
    with pytest.raises(ValueError, match="square"):
        spectral_embedding(scipy.sparse.csr_matrix((3, 2)), n_components=1)
    with pytest.raises(ValueError, match=r"n_components=3 is more than .* at most 2"):
        spectral_embedding(np.ones((3, 3)), n_components=3)


def test_equal_samples_constant_columns_and_one_feature_leave_no_nan():
    X = np.repeat([[0.0, 1.0], [0.1, 1.0]], 4, axis=0)
    with pytest.warns(ConvergenceWarning, match="more than the 2 different samples"):
        labels = SpectralClustering(3, random_state=0).fit_predict(X)
    assert labels.shape == (8,)
    same = np.ones((6, 1))
    for model in (SpectralEmbedding(2), SpectralEmbedding(2, affinity="rbf")):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Graph is not fully connected")
            assert np.isfinite(model.fit_transform(same)).all()
    with pytest.raises(ValueError, match="1 sample"):
        SpectralEmbedding().fit([[1.0, 2.0]])


def test_a_graph_without_edges_is_all_at_zero():
    with pytest.warns(UserWarning, match="not fully connected"):
        places = spectral_embedding(np.eye(5), n_components=2)
    assert np.isfinite(places).all()


def test_whole_numbers_do_not_overflow():
    W = np.full((4, 4), 200, dtype=np.uint8)
    np.testing.assert_allclose(
        np.abs(spectral_embedding(W, n_components=1, drop_first=False)), 1 / np.sqrt(2400)
    )


def test_distances_make_a_graph_after_exp():
    X, side = moons(200)
    graph = nearest_neighbors_graph(X, 15)
    affinity = Graph(graph.edges, graph.n_nodes, np.exp(-graph.weights / graph.weights.std()))
    labels = spectral_clustering(affinity, n_clusters=2, assign_labels="cluster_qr")
    assert adjusted_rand_score(labels, side) > 0.9
