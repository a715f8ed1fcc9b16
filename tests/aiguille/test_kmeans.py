"""k-means: the groups, means and draws of scikit-learn's."""

import warnings

import numpy as np
import pytest
from aiguille.cluster import KMeans
from aiguille.cluster.cells import Cells, fine_enough, mostly_equal
from aiguille.cluster.guesses import Guesses
from aiguille.cluster.lloyd import nearest_means, refilled
from aiguille.cluster.seeding import k_means_plus_plus
from aiguille.datasets import make_blobs
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as TheirKMeans

BLOBS, GROUPS = make_blobs(400, 5, centers=6, cluster_std=2.5, random_state=0)
WEIGHTS = np.random.default_rng(0).integers(0, 4, 400)


def same(ours, other, X):
    np.testing.assert_array_equal(ours.labels_, other.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, other.cluster_centers_, rtol=1e-6, atol=1e-9)
    assert ours.inertia_ == pytest.approx(other.inertia_)
    np.testing.assert_array_equal(ours.predict(X), other.predict(X))
    np.testing.assert_allclose(ours.transform(X), other.transform(X), rtol=1e-6, atol=1e-6)
    assert ours.score(X) == pytest.approx(other.score(X))


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("init", ["k-means++", "random", BLOBS[:7]], ids=["++", "random", "given"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_groups_are_those_of_scikit_learn_from_the_same_seed(weights, init, seed):
    options = {"init": init, "n_init": 1, "random_state": seed}
    ours = KMeans(7, **options).fit(BLOBS, sample_weight=weights)
    other = TheirKMeans(7, **options).fit(BLOBS, sample_weight=weights)
    same(ours, other, BLOBS)
    assert ours.n_iter_ == other.n_iter_


@pytest.mark.parametrize(
    ("n_features", "k"), [(1, 5), (3, 8), (3, 40), (20, 8), (20, 40), (90, 35), (600, 3)]
)
def test_few_or_many_features_and_groups_give_the_same(n_features, k):
    X = make_blobs(5000, n_features, centers=20, cluster_std=4, random_state=1)[0]
    ours = KMeans(k, init=X[:k], tol=0).fit(X)
    other = TheirKMeans(k, init=X[:k], tol=0, n_init=1).fit(X)
    same(ours, other, X)
    assert ours.n_iter_ == other.n_iter_


@pytest.mark.parametrize(("n_samples", "n_features", "k"), [(5000, 1, 20), (20000, 2, 7)])
def test_cells_give_the_groups_of_scikit_learn(n_samples, n_features, k):
    X = make_blobs(n_samples, n_features, centers=20, cluster_std=2, random_state=1)[0]
    X[0] = 1000  # far away from all cells
    assert fine_enough(X, k)
    ours = KMeans(k, init=X[:k], tol=0).fit(X)
    other = TheirKMeans(k, init=X[:k], tol=0, n_init=1).fit(X)
    same(ours, other, X)
    assert ours.n_iter_ == other.n_iter_


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n_clusters=st.integers(1, 30),
    n_samples=st.integers(30, 300),
    n_features=st.integers(1, 4),
    digits=st.integers(0, 2),
)
def test_cells_change_nothing(seed, n_clusters, n_samples, n_features, digits):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n_samples, n_features)).round(digits)
    centers = generator.normal(size=(n_clusters, n_features)).round(digits)
    cells = Cells.of(X)
    labels = cells.of_samples(cells.nearest(cells.rows, centers))
    np.testing.assert_array_equal(labels, nearest_means(X, centers))
    assert cells.weights(np.ones(n_samples)).sum() == n_samples


@pytest.mark.parametrize("n_clusters", [1, 3, 40])
@pytest.mark.parametrize("size", [1e-140, 1.0, 1e140])
def test_guesses_in_float32_are_checked(n_clusters, size):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(500, 70)) * size
    # Squared distances from these two differ by some 1e-12 of the squares: too little for
    # float32, and a thousand times what float64 can tell on any machine.
    centers = X[:n_clusters] * (1 + 1e-6)
    centers[-1] = X[0]
    X[100:200] = (X[0] + X[1]) / 2
    np.testing.assert_array_equal(Guesses.of(X).nearest(X, centers), nearest_means(X, centers))


def test_several_beginnings_give_the_best():
    one, many = (KMeans(6, n_init=n, random_state=3, init="random") for n in (1, 12))
    assert many.fit(BLOBS).inertia_ <= one.fit(BLOBS).inertia_
    same(many, TheirKMeans(6, n_init=12, random_state=3, init="random").fit(BLOBS), BLOBS)


def test_rows_that_occur_many_times_are_counted_once():
    colours = np.random.default_rng(0).integers(0, 6, (6000, 3)).astype(float)
    assert len(Cells.of(colours - colours.mean(axis=0)).rows) == 6**3
    assert mostly_equal(colours - 2.5)
    assert not mostly_equal(np.random.default_rng(0).normal(size=(6000, 3)))
    ours = KMeans(5, init=colours[:5]).fit(colours)
    other = TheirKMeans(5, init=colours[:5], n_init=1).fit(colours)
    assert ours.inertia_ == pytest.approx(other.inertia_)
    np.testing.assert_allclose(ours.cluster_centers_, other.cluster_centers_)


def test_a_mean_without_samples_moves_to_the_one_that_is_worst_off():
    X = np.array([[0.0], [0.1], [0.2], [9.0], [20.0]])
    start = np.array([[0.1], [1000.0], [2000.0]])
    ours = KMeans(3, init=start).fit(X)
    other = TheirKMeans(3, init=start, n_init=1).fit(X)
    assert ours.inertia_ == pytest.approx(other.inertia_)
    assert sorted(np.bincount(ours.labels_).tolist()) == [1, 1, 3]


def test_no_group_gives_away_its_only_sample():
    X = np.array([[0.0], [0.1], [0.2], [50.0]])
    # The farthest sample from its mean is alone there: a group that loses it has no mean left.
    labels = refilled(X, np.array([[0.1], [40.0], [900.0]]), np.array([0, 0, 0, 1]))
    assert np.bincount(labels).tolist() == [2, 1, 1]
    weights = np.array([1.0, 1.0, 1.0, 1e-12])
    model = KMeans(3, init=[[0.1], [40.0], [900.0]]).fit(X, sample_weight=weights)
    assert sorted(model.cluster_centers_.ravel().tolist())[-1] == pytest.approx(50)


@pytest.mark.parametrize("n_features", [1, 3, 40, 80])
def test_weights_of_any_size_keep_their_digits(n_features):
    generator = np.random.default_rng(0)
    X = generator.normal(size=(5000, n_features)) + np.repeat([[0.0], [30.0]], 2500, axis=0)
    weights = np.repeat([1.0, 1e-13], 2500)
    model = KMeans(2, init=X[[0, 2500]]).fit(X, sample_weight=weights)
    means = np.array([X[:2500].mean(axis=0), X[2500:].mean(axis=0)])
    order = model.cluster_centers_[:, 0].argsort()
    np.testing.assert_allclose(model.cluster_centers_[order], means, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_samples_without_weight_are_put_into_groups_but_make_none(init):
    weights = (np.arange(len(BLOBS)) < 6).astype(float)
    model = KMeans(6, init=init, random_state=0).fit(BLOBS, sample_weight=weights)
    np.testing.assert_allclose(
        np.sort(model.cluster_centers_, axis=0), np.sort(BLOBS[:6], axis=0), atol=1e-9
    )
    np.testing.assert_array_equal(model.labels_, model.predict(BLOBS))
    with pytest.raises(ValueError, match="n_clusters=7 is more than the 6 samples whose"):
        KMeans(7, init=init).fit(BLOBS, sample_weight=weights)


@pytest.mark.parametrize("size", [0.0, 1e-200, 1e-140, 1e60])
@pytest.mark.parametrize("n_features", [2, 10, 80])
def test_samples_of_any_size_give_finite_means_and_no_warning_but_ours(size, n_features):
    X = np.random.default_rng(0).normal(size=(5000, n_features)) * size
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = KMeans(3, random_state=0, max_iter=20).fit(X)
    assert np.isfinite(model.cluster_centers_).all()
    assert np.isfinite(model.inertia_)
    assert np.isfinite(model.transform(X)).all()


def test_squares_that_overflow_are_refused():
    with pytest.raises(ValueError, match="squares overflow"):
        KMeans(2).fit(BLOBS * 1e200)


def test_what_is_wrong_is_said_before_any_work(monkeypatch):
    monkeypatch.setattr("aiguille.cluster.kmeans.best_run", None)
    for options in ({"verbose": -1}, {"n_init": "many"}, {"init": "best"}, {"init": BLOBS[:3]}):
        with pytest.raises(ValueError, match=r"is not possible|initial centers"):
            KMeans(**options).fit(BLOBS)


@pytest.mark.parametrize("method", ["fit", "fit_predict", "fit_transform"])
def test_a_warning_points_to_the_line_that_asked(method):
    with pytest.warns(ConvergenceWarning) as told:
        getattr(KMeans(7, max_iter=2, tol=0, init=BLOBS[:7]), method)(BLOBS)
    assert told[0].filename == __file__


def test_fewer_distinct_samples_than_groups_are_told():
    X = np.repeat([[1.0, 2.0], [3.0, 4.0]], 5, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"\(2\) found smaller than n_clusters \(3\)"):
        assert KMeans(3, random_state=0).fit(X).inertia_ == 0
    with pytest.warns(ConvergenceWarning, match="raise max_iter"):
        KMeans(7, max_iter=2, tol=0, init=BLOBS[:7]).fit(BLOBS)


def test_far_from_zero_and_in_float32_groups_are_the_same():
    near = KMeans(6, random_state=0).fit(BLOBS)
    far = KMeans(6, random_state=0).fit(BLOBS + 1e7)
    np.testing.assert_array_equal(near.labels_, far.labels_)
    narrow = KMeans(6, random_state=0).fit(BLOBS.astype(np.float32))
    assert narrow.cluster_centers_.dtype == narrow.transform(BLOBS.astype(np.float32)).dtype
    assert narrow.cluster_centers_.dtype == np.float32


def test_first_means_are_samples_that_lie_apart():
    X = np.repeat(np.eye(4) * 100, 10, axis=0) + np.random.default_rng(0).normal(size=(40, 4))
    for seed in range(20):
        random = np.random.RandomState(seed)
        chosen = k_means_plus_plus(X, 4, np.ones(40), random)
        assert set(chosen.argmax(axis=1).tolist()) == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"n_clusters": 0}, ValueError, "n_clusters=0 is not possible"),
        ({"n_clusters": 401}, ValueError, "ask for at most 400"),
        ({"init": "best"}, ValueError, "init='best' is not possible"),
        ({"init": BLOBS[:3]}, ValueError, "initial centers"),
        ({"algorithm": "full"}, ValueError, "algorithm='full' is not possible"),
        ({"n_init": 0}, ValueError, "n_init=0 is not possible"),
        ({"tol": -1}, ValueError, "tol=-1 is not possible"),
        ({"max_iter": 1.5}, TypeError, "must be a whole number"),
    ],
)
def test_what_cannot_be_is_refused(options, error, told):
    with pytest.raises(error, match=told):
        KMeans(**options).fit(BLOBS)


def test_a_function_may_say_where_to_begin():
    def first(X, n_clusters, random_state):
        return X[:n_clusters]

    np.testing.assert_array_equal(
        KMeans(4, init=first, n_init=1).fit_predict(BLOBS),
        KMeans(4, init=BLOBS[:4]).fit(BLOBS).labels_,
    )
    assert KMeans(4, random_state=0).fit(BLOBS).get_feature_names_out().tolist() == [
        "kmeans0",
        "kmeans1",
        "kmeans2",
        "kmeans3",
    ]
