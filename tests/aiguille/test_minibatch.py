"""k-means from small batches: the steps, draws and means of scikit-learn's."""

import warnings

import numpy as np
import pytest
from aiguille.cluster import KMeans, MiniBatchKMeans
from aiguille.cluster.minibatch import Means, learned, reassigned
from aiguille.datasets import make_blobs
from aiguille.validation import ConvergenceWarning
from sklearn.cluster import MiniBatchKMeans as TheirMiniBatchKMeans

X, GROUPS = make_blobs(3000, 5, centers=6, cluster_std=2.5, random_state=0)
WEIGHTS = np.random.default_rng(0).integers(1, 4, len(X))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("init", ["k-means++", "random", X[:7]], ids=["++", "random", "given"])
@pytest.mark.parametrize(
    "options", [{"batch_size": 100}, {"tol": 0.01}, {"batch_size": 64, "reassignment_ratio": 0.3}]
)
def test_means_are_those_of_scikit_learn_from_the_same_seed(weights, init, options):
    options = {"init": init, "random_state": 0, "max_iter": 20} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours = MiniBatchKMeans(7, **options).fit(X, sample_weight=weights)
        fixed = options | ({"n_init": 1} if not isinstance(init, str) else {})
        other = TheirMiniBatchKMeans(7, **fixed).fit(X, sample_weight=weights)
    np.testing.assert_allclose(ours.cluster_centers_, other.cluster_centers_)
    np.testing.assert_array_equal(ours.labels_, other.labels_)
    assert ours.inertia_ == pytest.approx(other.inertia_)
    assert (ours.n_steps_, ours.n_iter_) == (other.n_steps_, other.n_iter_)
    np.testing.assert_array_equal(ours.predict(X), other.predict(X))
    np.testing.assert_allclose(ours.transform(X), other.transform(X))


def test_batches_may_come_one_after_the_other():
    ours, other = (kind(6, random_state=0) for kind in (MiniBatchKMeans, TheirMiniBatchKMeans))
    for start in range(0, len(X), 500):
        part = slice(start, start + 500)
        ours.partial_fit(X[part], sample_weight=WEIGHTS[part])
        other.partial_fit(X[part], sample_weight=WEIGHTS[part])
        np.testing.assert_allclose(ours.cluster_centers_, other.cluster_centers_)
        np.testing.assert_array_equal(ours.labels_, other.labels_)
    assert ours.n_steps_ == 6
    assert ours.counts_.sum() == WEIGHTS.sum()


def test_a_mean_is_the_average_of_all_that_it_has_taken_in():
    means = Means(X[[0]] * 0, np.zeros(1))
    for start in range(0, len(X), 7):
        means, _ = learned(means, X[start : start + 7], WEIGHTS[start : start + 7].astype(float))
    np.testing.assert_allclose(means.centers[0], np.average(X, axis=0, weights=WEIGHTS))


def test_means_with_hardly_any_samples_begin_anew_at_samples_that_count():
    means = Means(np.zeros((3, 5)), np.array([1000.0, 1.0, 500.0]))
    weights = np.zeros(40)
    weights[7] = 1
    after = reassigned(means, X[:40], weights, 0.1, np.random.RandomState(0))
    np.testing.assert_array_equal(after.centers[1], X[7])
    assert after.counts.tolist() == [1000, 500, 500]
    assert means.counts.tolist() == [1000, 1, 500]


def test_groups_are_nearly_as_good_as_from_all_samples_at_once():
    few = MiniBatchKMeans(6, n_init=3, random_state=0, batch_size=200).fit(X)
    assert few.inertia_ < 1.05 * KMeans(6, n_init=3, random_state=0).fit(X).inertia_
    assert few.score(X) == pytest.approx(-few.inertia_)


def test_without_labels_the_inertia_is_an_estimate():
    model = MiniBatchKMeans(6, random_state=0, compute_labels=False).fit(X)
    assert not hasattr(model, "labels_")
    assert model.inertia_ == pytest.approx(-model.score(X), rel=0.1)


def test_float32_stays_float32_while_means_do_not_lose_digits():
    narrow = MiniBatchKMeans(6, random_state=0).fit(X.astype(np.float32))
    wide = MiniBatchKMeans(6, random_state=0).fit(X)
    assert narrow.cluster_centers_.dtype == np.float32
    assert narrow.transform(X.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(narrow.cluster_centers_, wide.cluster_centers_, rtol=1e-5)


def test_samples_without_weight_are_no_means():
    weights = np.zeros(len(X))
    weights[:8] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = MiniBatchKMeans(8, init="random", random_state=0, batch_size=32, max_iter=2)
        model.fit(X, sample_weight=weights)
    near = np.abs(model.cluster_centers_[:, None] - X[:8]).max(axis=2).min(axis=1)
    assert (near < 1e-9).all()


def test_to_stop_too_early_is_told_at_the_line_that_asked():
    with pytest.warns(ConvergenceWarning, match="raise max_iter=1") as told:
        MiniBatchKMeans(6, max_iter=1, batch_size=1500, random_state=0).fit_predict(X)
    assert told[0].filename == __file__


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"n_clusters": 0}, ValueError, "n_clusters=0 is not possible"),
        ({"n_clusters": 3001}, ValueError, "ask for at most 3000"),
        ({"init": "best"}, ValueError, "init='best' is not possible"),
        ({"init": X[:3]}, ValueError, "initial centers"),
        ({"batch_size": 0}, ValueError, "batch_size=0 is not possible"),
        ({"init_size": 0}, ValueError, "init_size=0 is not possible"),
        ({"max_no_improvement": -1}, ValueError, "max_no_improvement=-1 is not possible"),
        ({"n_init": "many"}, ValueError, "n_init='many' is not possible"),
        ({"tol": "low"}, TypeError, "must be a number"),
        ({"reassignment_ratio": -1}, ValueError, "reassignment_ratio=-1 is not possible"),
    ],
)
def test_what_cannot_be_is_refused(options, error, told):
    with pytest.raises(error, match=told):
        MiniBatchKMeans(**options).fit(X)
    with pytest.raises(error, match=told):
        MiniBatchKMeans(**options).partial_fit(X)
