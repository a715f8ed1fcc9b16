"""Principal components: as scikit-learn finds them, all at once or part by part."""

import numpy as np
import pytest
import sklearn.decomposition as theirs
from aiguille.decomposition import PCA, IncrementalPCA, principal_axes, randomized_svd

GENERATOR = np.random.default_rng(0)
TALL = GENERATOR.normal(size=(600, 12)) @ GENERATOR.normal(size=(12, 12)) + 100
WIDE = GENERATOR.normal(size=(40, 8)) @ GENERATOR.normal(size=(8, 700))
WIDE += GENERATOR.normal(size=WIDE.shape) / 10
SQUARE = GENERATOR.normal(size=(30, 30))
MATRICES = {"tall": TALL, "wide": WIDE, "square": SQUARE}
LEARNED = [
    "components_",
    "explained_variance_",
    "explained_variance_ratio_",
    "singular_values_",
    "mean_",
]


@pytest.mark.parametrize("solver", ["auto", "full", "covariance_eigh", "randomized"])
@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("name", MATRICES)
def test_components_are_those_of_scikit_learn(solver, whiten, name):
    X = MATRICES[name]
    ours = PCA(5, whiten=whiten, svd_solver=solver, random_state=0).fit(X)
    other = theirs.PCA(5, whiten=whiten, svd_solver="full").fit(X)
    # Close singular values of pure noise: random directions get near them, not at them.
    tolerance = 0.2 if (solver, name) == ("randomized", "square") else 1e-7
    if tolerance < 0.1:
        for attribute in LEARNED:
            expected = getattr(other, attribute)
            np.testing.assert_allclose(
                getattr(ours, attribute), expected, rtol=1e-6, atol=tolerance
            )
        np.testing.assert_allclose(ours.transform(X), other.transform(X), rtol=1e-6, atol=1e-5)
        np.testing.assert_allclose(
            ours.inverse_transform(ours.transform(X)),
            other.inverse_transform(other.transform(X)),
            atol=1e-5,
        )
        assert ours.noise_variance_ == pytest.approx(other.noise_variance_)
    else:
        np.testing.assert_allclose(ours.singular_values_, other.singular_values_, rtol=tolerance)


@pytest.mark.parametrize("n_components", [None, 1, 12, 0.5, 0.9, 0.999999])
def test_as_many_as_were_asked_for_or_explain_a_share(n_components):
    ours, other = PCA(n_components).fit(TALL), theirs.PCA(n_components).fit(TALL)
    assert ours.n_components_ == other.n_components_
    np.testing.assert_allclose(ours.explained_variance_ratio_, other.explained_variance_ratio_)


def test_directions_of_hardly_any_variance_are_still_right():
    X = GENERATOR.normal(size=(700, 40)) * 10.0 ** -np.arange(40)
    ours = PCA(20, svd_solver="covariance_eigh").fit(X)
    other = theirs.PCA(20, svd_solver="full").fit(X)
    np.testing.assert_allclose(ours.singular_values_, other.singular_values_, rtol=1e-6)
    np.testing.assert_allclose(np.eye(20), ours.components_ @ ours.components_.T, atol=1e-9)


def test_axes_are_orthogonal_and_span_what_the_rows_do():
    values, axes = principal_axes(WIDE - WIDE.mean(axis=0), 39)
    np.testing.assert_allclose(axes @ axes.T, np.eye(39), atol=1e-9)
    np.testing.assert_allclose((values**2).sum(), WIDE.var(axis=0).sum() * len(WIDE))
    U, found, Vt = randomized_svd(WIDE, 8, random_state=0)
    np.testing.assert_allclose(found, np.linalg.svd(WIDE, compute_uv=False)[:8], rtol=1e-4)
    assert np.linalg.norm(WIDE - U * found @ Vt) < 0.2 * np.linalg.norm(WIDE)


def test_float32_stays_and_is_added_up_in_float64():
    far = (TALL + 1e4).astype(np.float32)
    model = PCA(3).fit(far)
    assert model.components_.dtype == model.transform(far).dtype == np.float32
    expected = theirs.PCA(3).fit(far.astype(np.float64))
    np.testing.assert_allclose(model.singular_values_, expected.singular_values_, rtol=1e-5)


def test_integers_do_not_overflow():
    X = np.array([[2**31 - 1, 0], [-(2**31), 1], [5, 2]], dtype=np.int32)
    np.testing.assert_allclose(
        PCA(1).fit(X).singular_values_, theirs.PCA(1).fit(X.astype(float)).singular_values_
    )


def test_samples_that_are_all_the_same_have_no_variance():
    model = PCA().fit(np.ones((4, 3)))
    assert model.explained_variance_ratio_.tolist() == [0, 0, 0]
    assert np.isfinite(PCA(whiten=True).fit_transform(np.ones((4, 3)))).all()


@pytest.mark.parametrize(
    ("n_components", "solver", "error", "told"),
    [
        (13, "full", ValueError, r"between 1 and min\(n_samples, n_features\)=12"),
        (0, "full", ValueError, "n_components=0 is not possible"),
        (1.5, "full", TypeError, "must be a whole number"),
        ("mle", "full", TypeError, "must be a whole number"),
        (0.5, "randomized", ValueError, "cannot tell"),
        (1, "arpack", ValueError, "svd_solver='arpack' is not possible"),
    ],
)
def test_what_cannot_be_is_refused(n_components, solver, error, told):
    with pytest.raises(error, match=told):
        PCA(n_components, svd_solver=solver).fit(TALL)


def test_columns_that_are_no_components_are_refused():
    with pytest.raises(ValueError, match="there are 2 components"):
        PCA(2).fit(TALL).inverse_transform(TALL)


@pytest.mark.parametrize("whiten", [False, True])
def test_parts_give_what_scikit_learn_s_parts_give(whiten):
    ours, other = IncrementalPCA(5, whiten=whiten), theirs.IncrementalPCA(5, whiten=whiten)
    for part in np.array_split(TALL, 7):
        ours.partial_fit(part)
        other.partial_fit(part)
    for attribute in [*LEARNED, "var_", "noise_variance_", "n_samples_seen_"]:
        np.testing.assert_allclose(
            getattr(ours, attribute), getattr(other, attribute), rtol=1e-6, atol=1e-7
        )
    np.testing.assert_allclose(ours.transform(TALL), other.transform(TALL), atol=1e-5)


def test_all_parts_together_find_what_is_found_at_once():
    parts = IncrementalPCA(batch_size=50).fit(TALL)
    np.testing.assert_allclose(parts.singular_values_, PCA().fit(TALL).singular_values_)
    assert parts.n_samples_seen_ == 600
    assert IncrementalPCA(5, batch_size=299).fit(TALL).n_samples_seen_ == 600
    with pytest.raises(ValueError, match="must be less or equal to the batch number of samples 3"):
        IncrementalPCA(5).partial_fit(TALL[:3])
