"""Principal components: as scikit-learn finds them, all at once or part by part."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import scipy.stats
import sklearn.decomposition as theirs
from aiguille.decomposition import PCA, IncrementalPCA, principal_axes, randomized_svd
from aiguille.decomposition.gaussian import likely_dimension
from hypothesis import given, settings
from hypothesis import strategies as st

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


@pytest.mark.parametrize("solver", ["auto", "full", "covariance_eigh"])
@pytest.mark.parametrize("shape", [(4000, 30), (30, 4000), (900, 600)])
@pytest.mark.parametrize("n_components", [None, 0.7, 10])
def test_long_and_wide_samples_have_the_components_of_scikit_learn(solver, shape, n_components):
    generator = np.random.default_rng(1)
    X = generator.normal(size=shape) * np.geomspace(9, 1, shape[1])
    ours = PCA(n_components, svd_solver=solver).fit(X)
    other = theirs.PCA(n_components, svd_solver="full").fit(X)
    assert ours.n_components_ == other.n_components_
    np.testing.assert_allclose(ours.singular_values_[:29], other.singular_values_[:29], rtol=1e-9)
    np.testing.assert_allclose(ours.components_[:9], other.components_[:9], atol=1e-7)
    assert ours.noise_variance_ == pytest.approx(other.noise_variance_)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("dimension", [1, 3, 7])
def test_the_likeliest_dimension_is_that_of_scikit_learn(seed, dimension):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(80, dimension)) @ generator.normal(size=(dimension, 10))
    X += generator.normal(size=X.shape) / 5
    ours, other = PCA("mle").fit(X), theirs.PCA("mle").fit(X)
    assert ours.n_components_ == other.n_components_
    np.testing.assert_allclose(ours.components_, other.components_, atol=1e-7)
    assert ours.noise_variance_ == pytest.approx(other.noise_variance_)


def test_a_dimension_is_told_where_variances_are_equal_or_nothing():
    assert likely_dimension(np.array([4.0, 4.0, 1.0, 1.0, 1.0]), 100) == 2
    assert likely_dimension(np.zeros(3), 5) == 1
    assert likely_dimension(np.ones(1), 5) == 1
    assert PCA("mle").fit(np.ones((5, 3))).n_components_ == 1
    assert PCA("mle").fit(np.arange(5.0)[:, None]).n_components_ == 1


@pytest.mark.parametrize("n_components", [1, 4, 11, 12])
def test_probabilities_are_those_of_scikit_learn(n_components):
    ours, other = PCA(n_components).fit(TALL), theirs.PCA(n_components).fit(TALL)
    np.testing.assert_allclose(ours.score_samples(TALL), other.score_samples(TALL), rtol=1e-6)
    assert ours.score(TALL) == pytest.approx(other.score(TALL))
    np.testing.assert_allclose(ours.get_covariance(), other.get_covariance(), atol=1e-8)
    np.testing.assert_allclose(ours.get_precision() @ ours.get_covariance(), np.eye(12), atol=1e-7)


@given(st.integers(1, 5), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_samples_are_as_probable_as_in_a_gaussian_of_that_covariance(k, whiten, seed):
    X = np.random.default_rng(seed).normal(size=(40, 6)) * [9, 5, 4, 3, 2, 1]
    model = PCA(k, whiten=whiten).fit(X)
    expected = scipy.stats.multivariate_normal(model.mean_, model.get_covariance()).logpdf(X)
    np.testing.assert_allclose(model.score_samples(X), expected, rtol=1e-8)


def test_parts_give_the_covariance_of_scikit_learn():
    ours, other = IncrementalPCA(5).fit(TALL), theirs.IncrementalPCA(5).fit(TALL)
    np.testing.assert_allclose(ours.get_covariance(), other.get_covariance(), rtol=1e-6)
    np.testing.assert_allclose(ours.get_precision(), other.get_precision(), rtol=1e-6)


@pytest.mark.parametrize("X", [WIDE, np.column_stack([TALL, np.ones(600)])])
def test_what_is_flat_has_no_density_and_says_so(X):
    with pytest.raises(ValueError, match="leave no variance in some of the"):
        PCA().fit(X).score_samples(X)


@pytest.mark.parametrize("shape", [(5000, 20), (20, 5000)])
def test_no_digit_is_lost_far_from_zero(shape):
    X = np.random.default_rng(0).normal(size=shape)
    far, near = PCA(10).fit(X + 1e6), PCA(10).fit(X)
    np.testing.assert_allclose(far.explained_variance_, near.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(far.components_, near.components_, atol=1e-6)


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
        ("all", "full", TypeError, "must be a whole number"),
        ("mle", "randomized", ValueError, "and not with svd_solver='randomized'"),
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


@pytest.mark.parametrize("n_components", [None, 1, 5])
@pytest.mark.parametrize("shape", [(1300, 8), (700, 40), (45, 90)])
@pytest.mark.parametrize("batch_size", [None, 41])
def test_batches_give_what_scikit_learn_s_batches_give(n_components, shape, batch_size):
    X = np.random.default_rng(2).normal(size=shape) * np.geomspace(9, 1, shape[1]) + 50
    ours = IncrementalPCA(n_components, batch_size=batch_size)
    other = theirs.IncrementalPCA(n_components, batch_size=batch_size).fit(X)
    ours.fit(X)
    assert (ours.n_components_, ours.batch_size_) == (other.n_components_, other.batch_size_)
    for attribute in ["explained_variance_", "explained_variance_ratio_", "mean_", "var_"]:
        np.testing.assert_allclose(getattr(ours, attribute), getattr(other, attribute), rtol=1e-6)
    assert ours.noise_variance_ == pytest.approx(other.noise_variance_, abs=1e-12)


def test_a_part_that_is_refused_changes_nothing():
    model = IncrementalPCA(2, batch_size=100).fit(TALL)
    before = model.components_
    broken = TALL.copy()
    broken[350, 1] = np.nan
    with pytest.raises(ValueError, match=r"Input X\[300:400\] contains NaN, first in row 50"):
        model.fit(broken)
    with pytest.raises(ValueError, match=r"Input X contains NaN"):
        model.partial_fit(broken)
    broken[350, 1] = 1e200
    with pytest.raises(ValueError, match=r"Input X\[300:400\] holds 1e\+200, first in row 50"):
        model.fit(broken)
    assert model.components_ is before
    assert model.n_samples_seen_ == 600


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_a_file_larger_than_memory_is_learned_and_transformed(tmp_path, dtype):
    pytest.importorskip("resource")
    size = (640_000 // np.dtype(dtype).itemsize, 100)  # 64 megabytes
    there = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", dtype, size)
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 5, (10_000, 100), dtype=np.uint8)
    for start in range(0, len(there), 10_000):
        there[start : start + 10_000] = noise + generator.integers(0, 200, (10_000, 1))
    there.flush()
    program = """
        import resource, sys
        import numpy as np
        from aiguille.decomposition import IncrementalPCA

        def used():  # of its own: pages of the file do not count
            with open("/proc/self/status") as status:
                told = dict(line.split(":") for line in status)
            return int(told["VmData"].split()[0])

        X = np.load(sys.argv[1], mmap_mode="r")
        IncrementalPCA(2, batch_size=5000).fit(X[:9000]).transform(X[:9000])
        # What is asked for beyond 32 megabytes of data is refused by the system.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, ((used() + 32 * 1024) * 1024, most))
        model = IncrementalPCA(2, batch_size=5000).fit(X)
        along = model.transform(X)
        assert model.n_samples_seen_ == len(along) == len(X)
        assert model.explained_variance_ratio_[0] > 0.99
    """
    if not os.path.exists("/proc/self/status"):
        pytest.skip("needs a system that counts memory")
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path / "X.npy")],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
