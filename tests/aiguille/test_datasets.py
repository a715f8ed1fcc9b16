"""Generators: how many, where, and the same again."""

import numpy as np
import pytest
from aiguille.datasets import make_blobs, make_moons


def test_blobs_are_where_they_were_asked_for():
    centers = np.array([[0, 0, 5], [9, -9, 0]])
    X, y = make_blobs([300, 500], centers=centers, cluster_std=[0.5, 2.0], random_state=0)
    assert np.bincount(y).tolist() == [300, 500]
    for number, deviation in enumerate([0.5, 2.0]):
        cloud = X[y == number]
        np.testing.assert_allclose(cloud.mean(axis=0), centers[number], atol=0.4)
        np.testing.assert_allclose(cloud.std(axis=0), deviation, rtol=0.15)


@pytest.mark.parametrize("make", [make_blobs, make_moons])
def test_a_seed_gives_the_same_samples_and_order_is_shuffled_if_wanted(make):
    (X, y), (again, _) = make(50, random_state=3), make(50, random_state=3)
    np.testing.assert_array_equal(X, again)
    assert not np.array_equal(y, np.sort(y))
    _, y = make(50, random_state=3, shuffle=False)
    np.testing.assert_array_equal(y, np.sort(y))


def test_samples_are_divided_evenly():
    X, y, centers = make_blobs(
        11, 4, centers=3, center_box=(2, 3), random_state=0, return_centers=True
    )
    assert X.shape == (11, 4)
    assert np.bincount(y).tolist() == [4, 4, 3]
    assert 2 <= centers.min() <= centers.max() <= 3
    assert make_blobs([1, 2], random_state=0)[1].size == 3
    assert np.bincount(make_moons((3, 7))[1]).tolist() == [3, 7]


def test_moons_are_half_circles_and_noise_is_as_asked():
    X, y = make_moons(1000, shuffle=False)
    np.testing.assert_allclose(np.hypot(*X[y == 0].T), 1)
    np.testing.assert_allclose(np.hypot(*(X[y == 1] - [1, 0.5]).T), 1)
    noisy, _ = make_moons(1000, shuffle=False, noise=0.2, random_state=0)
    np.testing.assert_allclose((noisy - X).std(), 0.2, rtol=0.1)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: make_blobs([1, 2], centers=3), "one for each of the 3 centers"),
        (lambda: make_blobs(9, centers=2, cluster_std=[1, 2, 3]), "one for each of the 2 centers"),
        (lambda: make_blobs(0), "n_samples=0 is not possible"),
        (lambda: make_moons(5, noise=-1.0), "noise=-1.0 is not possible"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, told):
    with pytest.raises(ValueError, match=told):
        call()
