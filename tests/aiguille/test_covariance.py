"""Covariances, against scikit-learn and against what the best solution must fulfil."""

import warnings

import aiguille.covariance as ours
import numpy as np
import pytest
import sklearn.covariance as theirs
from aiguille.covariance import EmpiricalCovariance, GraphicalLasso, GraphicalLassoCV, LedoitWolf
from aiguille.splitters import LeaveOneOut, ShuffleSplit
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st

X = np.random.default_rng(0).normal(size=(60, 8)) @ np.random.default_rng(1).normal(size=(8, 8))
SCALED = X / X.std(axis=0)
S = ours.empirical_covariance(SCALED)
TIGHT = {"tol": 1e-8, "enet_tol": 1e-8, "max_iter": 2000}


@pytest.fixture(autouse=True)
def _no_warning_leaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def broken_conditions(S, alpha, W, P):
    """Tell by how much the gradient misses zero, in parts of alpha, and W the inverse of P."""
    assert (np.linalg.eigvalsh(P) > 0).all()
    np.testing.assert_allclose(W @ P, np.eye(len(P)), atol=1e-6)
    pull = S - W
    on = pull + alpha * np.sign(P) * (1 - np.eye(len(P)))
    off = np.maximum(np.abs(pull) - alpha, 0)
    return np.abs(np.where(P != 0, on, off)).max() / alpha


# Plain and shrunk


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("kind", [EmpiricalCovariance, LedoitWolf])
def test_covariances_are_scikit_learn_s(kind, centred):
    one = kind(assume_centered=centred).fit(X)
    other = getattr(theirs, kind.__name__)(assume_centered=centred).fit(X)
    np.testing.assert_allclose(one.covariance_, other.covariance_, atol=1e-10)
    np.testing.assert_allclose(one.get_precision(), other.get_precision(), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(one.mahalanobis(X), other.mahalanobis(X), rtol=1e-6)
    assert one.score(X) == pytest.approx(other.score(X))


@pytest.mark.parametrize("norm", ["frobenius", "spectral"])
@pytest.mark.parametrize("scaling", [True, False])
@pytest.mark.parametrize("squared", [True, False])
def test_the_distance_to_another_covariance_is_scikit_learn_s(norm, scaling, squared):
    options = {"norm": norm, "scaling": scaling, "squared": squared}
    one, other = EmpiricalCovariance().fit(X), theirs.EmpiricalCovariance().fit(X)
    truth = np.eye(8)
    assert one.error_norm(truth, **options) == pytest.approx(other.error_norm(truth, **options))


@pytest.mark.parametrize("centred", [False, True])
def test_functions_are_scikit_learn_s(centred):
    same = {"assume_centered": centred}
    np.testing.assert_allclose(
        ours.empirical_covariance(X, **same), theirs.empirical_covariance(X, **same)
    )
    np.testing.assert_allclose(ours.ledoit_wolf(X, **same)[0], theirs.ledoit_wolf(X, **same)[0])
    assert ours.ledoit_wolf_shrinkage(X, **same) == pytest.approx(
        theirs.ledoit_wolf_shrinkage(X, **same)
    )
    assert ours.log_likelihood(S, np.eye(8)) == pytest.approx(theirs.log_likelihood(S, np.eye(8)))


def test_a_precision_leaves_out_directions_without_variance():
    twice = np.column_stack([X, X[:, 0]])
    ours_, theirs_ = (
        kind().fit(twice).precision_ for kind in (EmpiricalCovariance, theirs.EmpiricalCovariance)
    )
    np.testing.assert_allclose(ours_, theirs_, rtol=1e-5, atol=1e-6)


def test_a_singular_precision_makes_samples_impossible():
    assert ours.log_likelihood(np.eye(2), np.diag([1.0, 0.0])) == -np.inf


@pytest.mark.parametrize(
    "estimate",
    [ours.empirical_covariance, ours.ledoit_wolf, EmpiricalCovariance().fit, LedoitWolf().fit],
)
def test_a_single_sample_is_warned_of(estimate):
    with pytest.warns(UserWarning, match="Only one sample available"):
        estimate([[1.0, 2.0]])


def test_squares_that_overflow_are_refused():
    with pytest.raises(ValueError, match="squares overflow: divide the samples"):
        EmpiricalCovariance().fit(X * 1e200)


def test_a_covariance_of_other_features_is_refused():
    with pytest.raises(ValueError, match=r"comp_cov has shape \(3, 3\), expected \(8, 8\)"):
        EmpiricalCovariance().fit(X).error_norm(np.eye(3))


# Sparse precisions


@pytest.mark.parametrize("alpha", [0.02, 0.05, 0.3, 0.6])
def test_sparse_precisions_are_scikit_learn_s(alpha):
    one = GraphicalLasso(alpha, **TIGHT).fit(SCALED)
    other = theirs.GraphicalLasso(alpha, **TIGHT).fit(SCALED)
    np.testing.assert_allclose(one.precision_, other.precision_, atol=1e-5)
    np.testing.assert_allclose(one.covariance_, other.covariance_, atol=1e-5)
    assert ((one.precision_ == 0) == (other.precision_ == 0)).all()
    assert one.costs_[-1][0] == pytest.approx(other.costs_[-1][0], abs=1e-6)
    assert one.score(X) == pytest.approx(other.score(X), abs=1e-3)


def test_without_a_penalty_the_precision_is_the_inverse():
    one, other = (kind(alpha=0).fit(SCALED) for kind in (GraphicalLasso, theirs.GraphicalLasso))
    np.testing.assert_allclose(one.precision_, other.precision_)
    assert one.n_iter_ == other.n_iter_ == 0


def test_an_infinite_penalty_leaves_only_variances():
    np.testing.assert_allclose(
        GraphicalLasso(np.inf).fit(X).covariance_, np.diag(X.var(axis=0)), atol=1e-12
    )


@pytest.mark.parametrize("assume_centered", [False, True])
def test_a_covariance_serves_as_well_as_samples(assume_centered):
    fitted = GraphicalLasso(0.1, assume_centered=assume_centered).fit(SCALED)
    covariance = ours.empirical_covariance(SCALED, assume_centered=assume_centered)
    given = GraphicalLasso(0.1, covariance="precomputed").fit(covariance)
    np.testing.assert_allclose(fitted.precision_, given.precision_, atol=1e-12)
    W, P, costs, steps = ours.graphical_lasso(
        covariance, 0.1, return_costs=True, return_n_iter=True
    )
    np.testing.assert_array_equal(P, given.precision_)
    np.testing.assert_array_equal(W, given.covariance_)
    assert (costs, steps) == (given.costs_, given.n_iter_)


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(2, 30), st.floats(0.02, 0.9))
@settings(max_examples=40, deadline=None)
def test_no_change_of_an_entry_makes_a_solution_better(seed, width, n_samples, share):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(n_samples, width)) @ rng.normal(size=(width, width))
    samples /= samples.std(axis=0)
    covariance = ours.empirical_covariance(samples)
    found = ours.sparse_precision(covariance, share, tol=1e-9, accuracy=1e-8)
    assert found.converged
    assert broken_conditions(covariance, share, found.covariance, found.precision) < 1e-3


@pytest.mark.parametrize("alpha", [0.1, 1e-3, 1e-6])
def test_features_may_depend_on_each_other(alpha):
    dependent = np.column_stack([SCALED, SCALED[:, 0], SCALED[:, 1] + SCALED[:, 2]])
    model = GraphicalLasso(alpha).fit(dependent)
    covariance = ours.empirical_covariance(dependent)
    assert broken_conditions(covariance, alpha, model.covariance_, model.precision_) < 1e-2


def test_fewer_samples_than_features_are_enough():
    few = np.random.default_rng(0).normal(size=(10, 40))
    model = GraphicalLasso(0.05, tol=1e-7).fit(few)
    covariance = ours.empirical_covariance(few)
    assert broken_conditions(covariance, 0.05, model.covariance_, model.precision_) < 1e-3


def test_the_cost_falls_and_the_gap_bounds_what_is_left():
    costs = np.array(GraphicalLasso(0.05, tol=1e-9).fit(SCALED).costs_)
    assert (np.diff(costs[:, 0]) < 1e-11).all()
    assert (costs[:, 0] - costs[-1, 0] <= costs[:, 1] + 1e-9).all()


def test_blocks_that_nothing_joins_are_solved_as_if_alone():
    both = np.zeros((16, 16))
    both[:8, :8], both[8:, 8:] = S, 2 * S
    mixed = np.random.default_rng(0).permutation(16)
    found = ours.sparse_precision(both[np.ix_(mixed, mixed)], 0.1, tol=1e-8)
    alone = [ours.sparse_precision(part, 0.1, tol=1e-8) for part in (S, 2 * S)]
    back = np.argsort(mixed)
    P = found.precision[np.ix_(back, back)]
    np.testing.assert_allclose(P[:8, :8], alone[0].precision, atol=1e-6)
    np.testing.assert_allclose(P[8:, 8:], alone[1].precision, atol=1e-6)
    assert not P[:8, 8:].any()
    assert found.costs[-1][0] == pytest.approx(sum(a.costs[-1][0] for a in alone))


@pytest.mark.parametrize("scale", [1e-120, 1e-8, 1e8, 1e120])
def test_the_scale_of_all_features_makes_no_difference(scale):
    one = GraphicalLasso(0.1).fit(SCALED)
    other = GraphicalLasso(0.1 * scale**2).fit(SCALED * scale)
    assert ((one.precision_ == 0) == (other.precision_ == 0)).all()
    np.testing.assert_allclose(other.precision_ * scale**2, one.precision_, rtol=1e-3, atol=1e-5)


def test_narrow_numbers_do_not_overflow():
    bytes_ = np.clip(SCALED * 30, -120, 120).astype(np.int8)
    np.testing.assert_array_equal(
        GraphicalLasso(10).fit(bytes_).precision_,
        GraphicalLasso(10).fit(bytes_.astype(float)).precision_,
    )


def test_too_few_steps_are_told():
    with pytest.warns(ConvergenceWarning, match="after 1 steps .* raise max_iter=1, alpha or tol"):
        GraphicalLasso(0.01, tol=1e-12, max_iter=1).fit(X)


def test_a_hopeless_penalty_is_told():
    few = np.random.default_rng(0).normal(size=(5, 20))
    with pytest.warns(ConvergenceWarning, match="raise alpha or tol. Only 4 of 20 features are"):
        model = GraphicalLasso(1e-7).fit(few)
    assert np.isfinite(model.precision_).all()


@pytest.mark.parametrize(
    ("model", "given_", "message"),
    [
        (GraphicalLasso(), [[1, 0.1], [2, 0.1], [4, 0.1]], "feature 1 of X is constant"),
        (GraphicalLasso(), X[:1], "minimum of 2 is required"),
        (GraphicalLasso(-1), X, "alpha=-1 is not possible"),
        (GraphicalLasso(mode="lars"), X, "mode='lars' is not possible: Newton's method"),
        (GraphicalLasso(mode="x"), X, "mode='x' is not possible: give one of 'cd'"),
        (GraphicalLasso(0), X[:5], "only 4 of 8 features are independent: give alpha > 0"),
        (GraphicalLasso(covariance="precomputed"), X, "a covariance is square, got shape"),
        (GraphicalLasso(covariance="precomputed"), X[:8], "a covariance is symmetric"),
        (GraphicalLasso(covariance="precomputed"), S - np.eye(8) / 2, "no negative eigenvalue"),
        (GraphicalLasso(covariance="precomputed"), np.diag([1.0, 0]), "feature 1 has the variance"),
        (GraphicalLassoCV(), X[:, :1], "minimum of 2 is required: a single feature"),
        (GraphicalLassoCV(alphas=1), X, "alphas=1 is not possible: give a whole number of at le"),
        (GraphicalLassoCV(alphas=[]), X, "alphas is empty"),
        (GraphicalLassoCV(alphas=[0.1, 0.0]), X, "alphas=0.0 is not possible"),
        (GraphicalLassoCV(cv=LeaveOneOut()), X, "1 test sample.*ask for fewer folds"),
        (GraphicalLassoCV(), np.eye(60)[:, :3], "feature 0 of X in fold 0 is constant"),
        (
            GraphicalLassoCV(),
            [[1, 1], [1, -1], [-1, 1], [-1, -1]] * 5,
            "no two features of X vary together",
        ),
    ],
)
def test_what_cannot_be_is_refused(model, given_, message):
    with pytest.raises(ValueError, match=message):
        model.fit(given_)


# A penalty that is chosen


@pytest.fixture(scope="module")
def chain():
    """Samples of 12 features, each of which talks to the next one alone."""
    P = np.eye(12) + 0.4 * (np.eye(12, k=1) + np.eye(12, k=-1))
    return np.random.default_rng(0).multivariate_normal(np.zeros(12), np.linalg.inv(P), size=150)


@pytest.mark.parametrize(
    "options",
    [
        {"alphas": 4, "n_refinements": 3},
        {"alphas": 5, "n_refinements": 2, "cv": 3},
        {"alphas": [0.01, 0.3, 0.1]},
    ],
    ids=str,
)
def test_the_penalty_that_is_chosen_is_scikit_learn_s(chain, options):
    # On folds, scikit-learn takes a tenth of the sweeps.
    one = GraphicalLassoCV(**options, tol=1e-7).fit(chain)
    other = theirs.GraphicalLassoCV(**options, tol=1e-7, enet_tol=1e-8, max_iter=1000).fit(chain)
    assert one.alpha_ == pytest.approx(other.alpha_)
    assert one.cv_results_.keys() == other.cv_results_.keys()
    # Where a grid meets a penalty of an older one, scikit-learn tries it twice.
    rounded = np.round(other.cv_results_["alphas"], 12)
    order = np.unique(-rounded, return_index=True)[1]
    for name, column in one.cv_results_.items():
        np.testing.assert_allclose(column, other.cv_results_[name][order], atol=1e-4, err_msg=name)
    np.testing.assert_allclose(one.precision_, other.precision_, atol=1e-4)
    np.testing.assert_allclose(one.location_, other.location_, atol=1e-12)


def test_the_chosen_penalty_gives_the_model_of_that_penalty(chain):
    chosen = GraphicalLassoCV(cv=ShuffleSplit(3, random_state=0)).fit(chain)
    alone = GraphicalLasso(chosen.alpha_).fit(chain)
    np.testing.assert_array_equal(chosen.precision_, alone.precision_)
    assert (chosen.costs_, chosen.n_iter_) == (alone.costs_, alone.n_iter_)


def test_a_graph_is_found_again(chain):
    links = GraphicalLassoCV().fit(chain).precision_[np.triu_indices(12, k=1)]
    truth = np.eye(12, k=1)[np.triu_indices(12, k=1)] > 0
    assert np.abs(links[truth]).min() > 2 * np.abs(links[~truth]).max()


def test_folds_are_not_centred_where_all_is_said_to_be(chain):
    moved = chain + 3
    model = GraphicalLassoCV(assume_centered=True, alphas=[0.1, 0.5], cv=2).fit(moved)
    train, test = moved[75:], moved[:75]
    P = GraphicalLasso(0.1, assume_centered=True).fit(train).precision_
    away = ours.empirical_covariance(test, assume_centered=True)
    expected = ours.log_likelihood(away, P)
    assert model.cv_results_["split0_test_score"][1] == pytest.approx(expected, abs=1e-3)
    assert not model.location_.any()


def test_a_path_begins_each_penalty_where_the_last_ended():
    alphas = [0.5, 0.3, 0.1]
    path = ours.graphical_lasso_path(S, alphas, tol=1e-8)
    alone = [ours.sparse_precision(S, alpha, tol=1e-8) for alpha in alphas]
    for one, other in zip(path, alone, strict=True):
        np.testing.assert_allclose(one.precision, other.precision, atol=1e-4)
    again = ours.graphical_lasso_path(S, [0.1], start=path[-1].precision, tol=1e-6)
    assert len(again[0].costs) == 1  # nothing was left to do


def test_fits_on_folds_that_do_not_converge_are_told_of_once(chain):
    with pytest.warns(ConvergenceWarning) as told:
        GraphicalLassoCV(max_iter=1, tol=1e-9).fit(chain)
    messages = [str(warning.message) for warning in told]
    assert len(messages) == 2
    assert "fits on folds, with alphas of up to" in messages[0]
    assert "raise max_iter=1, alpha or tol" in messages[1]
