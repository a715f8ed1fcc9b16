"""Maps of distances: scikit-learn's, and points that have the distances where there are such."""

import warnings

import numpy as np
import pytest
import sklearn.manifold as theirs
from aiguille.linalg import pairwise_distances
from aiguille.manifold import MDS, ClassicalMDS, classical_mds, isotonic, smacof
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.isotonic import isotonic_regression


def points(n=40, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


# Classical scaling


@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), n=st.integers(2, 40), d=st.integers(1, 4))
def test_points_are_found_again_from_their_distances(seed, n, d):
    D = pairwise_distances(points(n, d, seed))
    places, values = classical_mds(D, min(n, d))
    np.testing.assert_allclose(pairwise_distances(places), D, atol=1e-6)
    np.testing.assert_allclose((places**2).sum(axis=0), values.clip(0), atol=1e-9)


@pytest.mark.parametrize("metric", ["euclidean", "precomputed", "manhattan"])
def test_classical_maps_are_scikit_learn_s(metric):
    X = load_digits().data[:120]
    if metric == "precomputed":
        X = pairwise_distances(X)
    ours = ClassicalMDS(3, metric=metric).fit(X)
    other = theirs.ClassicalMDS(3, metric=metric).fit(X)
    np.testing.assert_allclose(ours.embedding_, other.embedding_, atol=1e-8)
    np.testing.assert_allclose(ours.eigenvalues_, other.eigenvalues_)
    np.testing.assert_allclose(ours.dissimilarity_matrix_, other.dissimilarity_matrix_, atol=1e-6)


def test_coordinates_that_are_not_there_are_zero_with_a_warning():
    D = 1.0 - np.eye(4)
    D[0, 1] = D[1, 0] = 5.0  # no triangle
    with pytest.warns(UserWarning, match="coordinates that are not there.*first 3 are zero"):
        places = ClassicalMDS(4, metric="precomputed").fit_transform(D)
    assert np.isfinite(places).all()
    assert not places[:, 3].any()
    with pytest.raises(ValueError, match="n_components=5 is more than the 4 samples"):
        classical_mds(D, 5)


# Majorisation


@pytest.mark.parametrize("metric_mds", [True, False])
@pytest.mark.parametrize("normalized_stress", ["auto", True, False])
def test_maps_are_scikit_learn_s_step_by_step(metric_mds, normalized_stress):
    X = load_digits().data[:40]
    for options in ({"init": "random", "n_init": 2}, {"init": "classical_mds"}):
        shared = {
            "metric_mds": metric_mds,
            "normalized_stress": normalized_stress,
            "random_state": 0,
            "max_iter": 60,
            **options,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 60 steps do not suffice
            ours = MDS(**shared).fit(X)
            other = theirs.MDS(**shared).fit(X)
        assert ours.n_iter_ == other.n_iter_
        np.testing.assert_allclose(ours.stress_, other.stress_, rtol=1e-6)
        np.testing.assert_allclose(ours.embedding_, other.embedding_, atol=1e-5)


def test_unknown_dissimilarities_are_zeros_as_in_scikit_learn():
    D = pairwise_distances(points(25)).round(1)
    D[3, 8] = D[8, 3] = D[0, 1] = D[1, 0] = 0
    ours = smacof(D, metric=False, random_state=0, return_n_iter=True)
    other = theirs.smacof(D, metric=False, random_state=0, return_n_iter=True, n_init=1)
    assert ours[2] == other[2]
    np.testing.assert_allclose(ours[0], other[0], atol=1e-6)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**20), n=st.integers(2, 20), k=st.integers(1, 3))
def test_the_stress_never_rises(seed, n, k):
    D = pairwise_distances(points(n, 5, seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        stress = [
            smacof(D, n_components=k, max_iter=steps, eps=0, random_state=seed)[1]
            for steps in (1, 2, 3, 10, 30)
        ]
    assert (np.diff(stress) <= 1e-9 * stress[0]).all()


@settings(max_examples=60)
@given(
    values=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60),
    seed=st.integers(0, 2**20),
)
def test_pooled_sequences_are_those_of_isotonic_regression(values, seed):
    weights = np.random.default_rng(seed).uniform(0.1, 3, size=len(values))
    ours = isotonic(values, weights)
    other = isotonic_regression(np.array(values), sample_weight=weights)
    np.testing.assert_allclose(ours, other, atol=1e-9)
    assert (np.diff(ours) >= 0).all()


def test_order_alone_draws_nearly_the_same_map():
    X = points(50, 2)
    D = pairwise_distances(X) ** 3  # no distances, but in their order
    model = MDS(metric_mds=False, metric="precomputed", init="classical_mds", max_iter=1000)
    places = model.fit(D).embedding_
    assert model.stress_ < 0.02
    one, other = (pairwise_distances(each)[np.triu_indices(50, 1)] for each in (X, places))
    assert np.corrcoef(one, other)[0, 1] > 0.99


def test_the_better_of_several_starts_is_kept():
    D = pairwise_distances(points(30, 6))
    random = np.random.RandomState(0)
    single = [smacof(D, random_state=random)[1] for _ in range(4)]
    assert smacof(D, n_init=4, random_state=np.random.RandomState(0))[1] == min(single)


def test_a_start_may_be_given():
    X = points(20, 2)
    found, stress, steps = smacof(pairwise_distances(X), init=X, n_init=3, return_n_iter=True)
    assert stress < 1e-20
    assert steps <= 2
    np.testing.assert_allclose(pairwise_distances(found), pairwise_distances(X), atol=1e-9)
    assert MDS().fit(X, init=X).stress_ < 1e-20
    with pytest.raises(ValueError, match="init has 3 rows where there are 20 samples"):
        smacof(pairwise_distances(X), init=X[:3])


def test_float32_stays_and_the_older_name_is_understood():
    X = points(15).astype(np.float32)
    assert MDS(random_state=0).fit_transform(X).dtype == np.float32
    assert ClassicalMDS().fit_transform(X).dtype == np.float32
    D = pairwise_distances(X)
    older = MDS(dissimilarity="precomputed", random_state=0).fit_transform(D)
    newer = MDS(metric="precomputed", random_state=0).fit_transform(D)
    np.testing.assert_array_equal(older, newer)


def test_steps_that_do_not_suffice_are_told():
    with pytest.warns(ConvergenceWarning, match="after max_iter=2 steps: raise max_iter"):
        MDS(max_iter=2, random_state=0).fit(points())


BAD = {
    "must be symmetric": ([[0, 1.0], [2.0, 0]], {"metric": "precomputed"}),
    "negative values, such as -1": ([[0, -1.0], [-1.0, 0]], {"metric": "precomputed"}),
    "square array": ([[0, 1.0, 2.0], [1.0, 0, 1.0]], {"metric": "precomputed"}),
    "NaN": ([[0, np.nan], [np.nan, 0]], {"metric": "precomputed"}),
    "1 sample": ([[0.0, 1.0]], {}),
    "metric='far' is not possible": ([[0.0], [1.0]], {"metric": "far"}),
    "metric_mds=True says so": ([[0.0], [1.0]], {"metric": True}),
    "two names of one thing": (
        [[0.0], [1.0]],
        {"metric": "manhattan", "dissimilarity": "precomputed"},
    ),
    "init='best' is not possible": ([[0.0], [1.0]], {"init": "best"}),
    "n_components=0": ([[0.0], [1.0]], {"n_components": 0}),
}


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_drawn_is_said(message):
    X, options = BAD[message]
    with pytest.raises(ValueError, match=message):
        MDS(**options).fit(X)


@pytest.mark.parametrize("metric_mds", [True, False])
@pytest.mark.parametrize("init", ["random", "classical_mds"])
def test_equal_samples_leave_no_nan(metric_mds, init):
    for X in (np.ones((5, 2)), np.repeat([[0.0], [1.0]], 4, axis=0)):
        model = MDS(metric_mds=metric_mds, init=init, random_state=0).fit(X)
        assert np.isfinite(model.embedding_).all()
        assert np.isfinite(model.stress_)
