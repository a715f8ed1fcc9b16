"""Affinity propagation: scikit-learn's examples and groups, round for round."""

import sys
import tracemalloc
import warnings

import numpy as np
import pytest
import sklearn.cluster as theirs
from aiguille.cluster import AffinityPropagation, affinity_propagation
from aiguille.validation import ConvergenceWarning
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_blobs


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    damping=st.sampled_from([0.6, 0.8]),
    preference=st.sampled_from([None, -20, -200]),
)
def test_groups_and_rounds_are_scikit_learn_s(seed, damping, preference):
    X, _ = make_blobs(90, centers=4, random_state=seed)
    parameters = {"damping": damping, "preference": preference, "max_iter": 400}
    ours = AffinityPropagation(**parameters, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = theirs.AffinityPropagation(**parameters, random_state=0).fit(X)
    if other.n_iter_ == 400:
        return
    ours.fit(X)
    assert ours.labels_.tolist() == other.labels_.tolist()
    assert ours.cluster_centers_indices_.tolist() == other.cluster_centers_indices_.tolist()
    assert ours.n_iter_ == other.n_iter_
    # Theirs has the preferences on its diagonal afterwards, ours the similarities.
    between = ~np.eye(90, dtype=bool)
    np.testing.assert_allclose(
        ours.affinity_matrix_[between], other.affinity_matrix_[between], atol=1e-9
    )
    assert ours.predict(X[::2] + 0.1).tolist() == other.predict(X[::2] + 0.1).tolist()


@pytest.mark.parametrize("size", [8, 8 * 90 * 7, 2**20])
def test_the_block_does_not_matter(monkeypatch, size):
    X, _ = make_blobs(90, centers=4, random_state=0)
    expected = AffinityPropagation(random_state=0).fit(X)
    monkeypatch.setattr(sys.modules["aiguille.cluster.affinity"], "CACHE", size)
    found = AffinityPropagation(random_state=0).fit(X)
    assert found.labels_.tolist() == expected.labels_.tolist()
    assert found.n_iter_ == expected.n_iter_


def test_given_similarities_group_as_samples_do_and_stay_as_they_are():
    X, _ = make_blobs(60, centers=3, random_state=1)
    S = -((X[:, None] - X) ** 2).sum(axis=2)
    before = S.copy()
    ours = AffinityPropagation(affinity="precomputed", random_state=0).fit(S)
    other = theirs.AffinityPropagation(affinity="precomputed", random_state=0).fit(S)
    assert ours.labels_.tolist() == other.labels_.tolist()
    assert (before == S).all()
    assert (affinity_propagation(S, random_state=0)[1] == ours.labels_).all()
    with pytest.raises(ValueError, match="Fit on samples instead"):
        ours.predict(S)


def test_messages_that_do_not_settle_are_told():
    X, _ = make_blobs(60, centers=3, random_state=1)
    with pytest.warns(ConvergenceWarning, match="raise damping or max_iter"):
        model = AffinityPropagation(max_iter=2, random_state=0).fit(X)
    assert model.n_iter_ == 2


def test_without_examples_all_labels_are_minus_one():
    X, _ = make_blobs(60, centers=3, random_state=1)
    with pytest.warns(ConvergenceWarning, match="will not have any cluster centers"):
        model = AffinityPropagation(max_iter=1, preference=-1e9, random_state=0).fit(X)
    assert (model.labels_ == -1).all()
    with pytest.warns(ConvergenceWarning, match="all labels are -1"):
        assert (model.predict(X) == -1).all()


def test_memory_is_four_arrays_of_all_pairs():
    X, _ = make_blobs(600, random_state=0)
    tracemalloc.start()
    AffinityPropagation(damping=0.7, random_state=0).fit(X)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4.5 * 8 * 600**2


@pytest.mark.parametrize(("preference", "labels"), [(-10, [0, 0, 0]), (10, [0, 1, 2])])
def test_equal_samples_are_one_group_or_each_its_own(preference, labels):
    with pytest.warns(UserWarning, match="mutually equal similarities"):
        model = AffinityPropagation(preference=preference).fit(np.zeros((3, 2)))
    assert model.labels_.tolist() == labels


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"damping": 0.4}, "damping=0.4"),
        ({"damping": 1.0}, "damping=1.0"),
        ({"preference": [1, 2]}, "give one finite number, or 4 of them"),
        ({"affinity": "rbf"}, "affinity='rbf'"),
        ({"affinity": "precomputed"}, "needs a square array"),
        ({"max_iter": 0}, "max_iter=0"),
    ],
)
def test_impossible_parameters_are_refused(parameters, words):
    with pytest.raises(ValueError, match=words):
        AffinityPropagation(**parameters).fit(np.arange(8.0).reshape(4, 2))
