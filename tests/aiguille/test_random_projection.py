"""Random projections, against scikit-learn with the same seed, or with the same directions."""

import numpy as np
import pytest
import sklearn.random_projection as theirs
from aiguille.random_projection import (
    GaussianRandomProjection,
    SparseRandomProjection,
    johnson_lindenstrauss_min_dim,
    sparse_directions,
)

KINDS = [GaussianRandomProjection, SparseRandomProjection]
X = np.random.default_rng(0).normal(size=(20, 50))


def test_the_projection_is_scikit_learn_s():
    ours = GaussianRandomProjection(7, random_state=3).fit_transform(X)
    other = theirs.GaussianRandomProjection(7, random_state=3).fit_transform(X)
    np.testing.assert_allclose(ours, other, atol=1e-12)


@pytest.mark.parametrize("n_samples", [500, 1, [3, 40]])
@pytest.mark.parametrize("eps", [0.05, 0.3, 0.9, [0.1, 0.2]])
def test_enough_features_are_as_many_as_scikit_learn_says(n_samples, eps):
    other = theirs.johnson_lindenstrauss_min_dim(n_samples, eps=eps)
    np.testing.assert_array_equal(johnson_lindenstrauss_min_dim(n_samples, eps=eps), other)


@pytest.mark.parametrize("density", ["auto", 1 / 3, 0.01, 1.0])
def test_sparse_directions_have_as_many_entries_as_asked_and_of_both_signs(density):
    wide = np.zeros((2, 400))
    ours = SparseRandomProjection(200, density=density, random_state=0).fit(wide)
    other = theirs.SparseRandomProjection(200, density=density, random_state=0).fit(wide)
    assert ours.density_ == other.density_
    entries = ours.components_[ours.components_ != 0]
    assert entries.size / ours.components_.size == pytest.approx(ours.density_, rel=0.15)
    assert (entries > 0).mean() == pytest.approx(0.5, abs=0.1)
    np.testing.assert_allclose(np.abs(entries), np.abs(other.components_).max())


@pytest.mark.parametrize("kind", KINDS)
def test_distances_stay_nearly_as_they_were(kind):
    many = np.random.default_rng(0).normal(size=(30, 3000))
    wanted = johnson_lindenstrauss_min_dim(30, eps=0.3)
    projected = kind(eps=0.3, random_state=0).fit_transform(many)
    assert projected.shape == (30, wanted)
    pairs = np.triu_indices(30, 1)
    before, after = (((A[pairs[0]] - A[pairs[1]]) ** 2).sum(axis=1) for A in (many, projected))
    np.testing.assert_allclose(after / before, 1, atol=0.3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prepared", [False, True])
def test_the_way_back_gives_what_projects_to_the_same(kind, prepared):
    model = kind(7, compute_inverse_components=prepared, random_state=0).fit(X)
    assert hasattr(model, "inverse_components_") == prepared
    projected = model.transform(X)
    back = model.inverse_transform(projected)
    expected = np.linalg.lstsq(model.components_, projected.T)[0].T  # the shortest of all
    np.testing.assert_allclose(back, expected, atol=1e-9)
    np.testing.assert_allclose(model.transform(back), projected, atol=1e-9)
    whole = kind(200, random_state=0, compute_inverse_components=prepared).fit(X)
    np.testing.assert_allclose(whole.inverse_transform(whole.transform(X)), X, atol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_both_ways(kind):
    model = kind(7, compute_inverse_components=True, random_state=0).fit(X.astype(np.float32))
    projected = model.transform(X.astype(np.float32))
    assert model.components_.dtype == projected.dtype == np.float32
    assert model.inverse_transform(projected).dtype == np.float32
    np.testing.assert_allclose(projected, kind(7, random_state=0).fit(X).transform(X), atol=1e-4)


def test_a_seed_is_a_set_of_directions():
    one, two = (sparse_directions(4, 9, 0.5, np.random.RandomState(3)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert (one != sparse_directions(4, 9, 0.5, np.random.RandomState(4))).any()


@pytest.mark.parametrize("kind", KINDS)
def test_auto_refuses_to_make_more_features_than_there_are(kind):
    with pytest.raises(ValueError, match="at most 4"):
        kind().fit(np.eye(4))


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: SparseRandomProjection(2, density=0).fit(X), ValueError, "density=0"),
        (lambda: SparseRandomProjection(2, density=1.1).fit(X), ValueError, "at most 1"),
        (lambda: SparseRandomProjection(2, density="few").fit(X), TypeError, "density='few'"),
        (lambda: GaussianRandomProjection(0).fit(X), ValueError, "n_components=0"),
        (lambda: GaussianRandomProjection("all").fit(X), TypeError, "n_components='all'"),
        (
            lambda: GaussianRandomProjection(2).fit(X).inverse_transform(X),
            ValueError,
            "there are 2",
        ),
        (lambda: johnson_lindenstrauss_min_dim(0), ValueError, "n_samples=0"),
        (lambda: johnson_lindenstrauss_min_dim(5, eps=[0.5, 1.0]), ValueError, "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(call, error, told):
    with pytest.raises(error, match=told):
        call()


@pytest.mark.parametrize("kind", KINDS)
def test_sums_that_overflow_are_told(kind):
    model = kind(2, random_state=0).fit(X)
    assert np.isfinite(model.transform(X * 1e60)).all()
    model.components_ = np.ones((2, 50))
    with pytest.raises(ValueError, match="whose sums overflow"):
        model.transform(np.full((1, 50), 3e38, dtype=np.float32))
