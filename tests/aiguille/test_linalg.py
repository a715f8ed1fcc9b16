"""Distances against scipy's, and neighbours against a brute-force search without rounding."""

from fractions import Fraction

import aiguille.linalg
import numpy as np
import pytest
from aiguille.linalg import METRICS, nearest_rows, pairwise_distances
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

SCIPY = {"manhattan": "cityblock", "l1": "cityblock", "l2": "euclidean"}
COARSE = st.integers(-3, 3).map(lambda number: number / 10)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_distances_are_scipy_s(metric):
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(40, 7)) + 100, rng.normal(size=(30, 7)) + 100
    expected = cdist(A, B, SCIPY.get(metric, metric))
    np.testing.assert_allclose(pairwise_distances(A, B, metric), expected, rtol=1e-7, atol=1e-15)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e8])
def test_close_rows_far_from_the_origin_keep_their_digits(offset):
    rng = np.random.default_rng(1)
    A = np.round(rng.normal(size=(20, 50)), 3) + offset
    B = A + 1e-7 * rng.normal(size=A.shape)
    np.testing.assert_allclose(pairwise_distances(A, B), cdist(A, B), rtol=1e-7)


def test_a_row_is_at_distance_zero_from_itself_and_the_matrix_is_symmetric():
    X = np.random.default_rng(2).normal(size=(30, 200)) + 1e5
    D = pairwise_distances(X)
    assert (np.diag(D) == 0).all()
    assert (D == D.T).all()


def test_rows_of_zeros_are_as_far_as_can_be_from_others_by_the_cosine():
    D = pairwise_distances([[0, 0], [1, 2], [0, 0]], metric="cosine")
    np.testing.assert_allclose(D, [[0, 1, 0], [1, 0, 1], [0, 1, 0]])


@settings(max_examples=60)
@given(
    X=st.integers(1, 4).flatmap(
        lambda d: arrays(np.float64, st.tuples(st.integers(2, 25), st.just(d)), elements=COARSE)
    ),
    data=st.data(),
)
def test_of_equal_distances_the_lowest_index_comes_first(X, data):
    """Numbers such as 0.1 are not exact in binary, so matrix products alone get ties wrong."""
    k = data.draw(st.integers(1, len(X)))
    queries = X[: data.draw(st.integers(1, len(X)))]
    _, indices = nearest_rows(queries, X, k, METRICS["manhattan"])
    exact = [
        [sum(abs(Fraction(float(a - b))) for a, b in zip(q, x, strict=True)) for x in X]
        for q in queries
    ]
    rounded = [[float(value) for value in row] for row in exact]
    expected = [sorted(range(len(X)), key=lambda i: (row[i], i))[:k] for row in rounded]
    found = np.take_along_axis(np.array(rounded), indices, axis=1)
    wanted = np.take_along_axis(np.array(rounded), np.array(expected), axis=1)
    np.testing.assert_allclose(found, wanted, atol=1e-12)

    _, indices = nearest_rows(queries, X, k, METRICS["euclidean"])
    squares = np.array([[((q - x) ** 2).sum() for x in X] for q in queries])
    assert indices.tolist() == np.argsort(squares, axis=1, kind="stable")[:, :k].tolist()


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "chebyshev"])
def test_neighbours_do_not_depend_on_the_size_of_the_blocks(metric, monkeypatch):
    rng = np.random.default_rng(3)
    X = rng.integers(0, 3, size=(80, 5)) / 10
    chosen = METRICS[metric]
    rows = chosen.embed(X)
    distances, indices = nearest_rows(rows, rows, 7, chosen)
    monkeypatch.setattr(aiguille.linalg, "WORKING_MEMORY", 10_000)
    in_blocks = nearest_rows(rows, rows, 7, chosen)
    assert indices.tolist() == in_blocks[1].tolist()
    np.testing.assert_allclose(distances, in_blocks[0], rtol=1e-7, atol=1e-15)


@pytest.mark.filterwarnings("ignore:overflow")
@pytest.mark.parametrize("metric", ["manhattan", "chebyshev"])
@pytest.mark.parametrize("n_features", [1, 3])
def test_samples_too_far_apart_for_a_float_are_no_neighbours(metric, n_features):
    X = np.zeros((5, n_features))
    X[:, 0] = [-1.7e308, 0, 1, 3, 1.7e308]
    _, indices = nearest_rows(X, X, 3, METRICS[metric])
    assert indices.tolist() == [[0, 1, 2], [1, 2, 3], [2, 1, 3], [3, 2, 1], [4, 1, 2]]


def test_float32_and_integers_are_accumulated_in_double_precision():
    X = np.random.default_rng(4).integers(0, 256, size=(20, 3000)).astype(np.uint8)
    assert pairwise_distances(X).dtype == np.float64
    np.testing.assert_allclose(pairwise_distances(X), cdist(X.astype(float), X.astype(float)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[1, 2]], [[1]]), "2 features and Y has 1"),
        (([[1, 2]], None, "euclid"), r"'euclid' is not known; choose one of \['chebyshev'"),
        (([[1, np.nan]],), "NaN, first in row 0, column 1"),
    ],
)
def test_bad_input_is_explained(arguments, words):
    with pytest.raises(ValueError, match=words):
        pairwise_distances(*arguments)


def test_the_cosine_knows_no_size():
    rng = np.random.default_rng(5)
    A, B = rng.normal(size=(9, 4)), rng.normal(size=(8, 4))
    for size in (1e-300, 1e-170, 1e200, 1e300):
        np.testing.assert_allclose(
            pairwise_distances(A * size, B, "cosine"), cdist(A, B, "cosine"), rtol=1e-7
        )


@pytest.mark.filterwarnings("error")
def test_values_whose_squares_overflow_are_refused_and_large_ones_are_not():
    A = np.random.default_rng(6).uniform(-1, 1, size=(9, 4))
    np.testing.assert_allclose(pairwise_distances(A * 1e152), cdist(A, A) * 1e152, rtol=1e-7)
    with pytest.raises(ValueError, match=r"as large as .*160, whose squares overflow.*divide"):
        pairwise_distances(A * 1e160)
