"""Our folds against scikit-learn's, and against what a fold must be."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn.model_selection as theirs
from aiguille import splitters as ours
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.base import clone as sklearn_clone
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

SEEDS = st.integers(0, 2**32 - 1)
LABELS = st.one_of(
    st.lists(st.integers(-3, 3), min_size=2, max_size=40),
    st.lists(st.sampled_from(["Ada", "Bea", "Cy", "Émile"]), min_size=2, max_size=40),
    st.lists(st.booleans(), min_size=2, max_size=40),
    st.lists(st.sampled_from([-1.0, 0.0, 12.0]), min_size=2, max_size=40),
)


def lists_of(cuts):
    return [(train.tolist(), test.tolist()) for train, test in cuts]


def outcome(make, *data):
    """The cuts, or the kind of error; the warnings are another test's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return lists_of(make().split(*data))
        except ValueError as error:
            return type(error)


def assert_same_cuts(name, *data, **params):
    expected = outcome(lambda: getattr(theirs, name)(**params), *data)
    assert outcome(lambda: getattr(ours, name)(**params), *data) == expected


# The same folds as scikit-learn's


@given(n=st.integers(1, 60), n_splits=st.integers(2, 12), seed=st.none() | SEEDS)
def test_kfold_cuts_as_scikit_learn_does(n, n_splits, seed):
    assert_same_cuts(
        "KFold", range(n), n_splits=n_splits, shuffle=seed is not None, random_state=seed
    )


@given(y=LABELS, n_splits=st.integers(2, 8), seed=st.none() | SEEDS)
def test_stratified_kfold_cuts_as_scikit_learn_does(y, n_splits, seed):
    shuffle = seed is not None
    assert_same_cuts("StratifiedKFold", y, y, n_splits=n_splits, shuffle=shuffle, random_state=seed)


@given(groups=LABELS, n_splits=st.integers(2, 6), seed=st.none() | SEEDS)
def test_group_kfold_cuts_as_scikit_learn_does(groups, n_splits, seed):
    shuffle = seed is not None
    assert_same_cuts(
        "GroupKFold", groups, None, groups, n_splits=n_splits, shuffle=shuffle, random_state=seed
    )


@given(n=st.integers(1, 20))
def test_leave_one_out_cuts_as_scikit_learn_does(n):
    assert_same_cuts("LeaveOneOut", range(n))


@given(groups=LABELS)
def test_leave_one_group_out_cuts_as_scikit_learn_does(groups):
    assert_same_cuts("LeaveOneGroupOut", groups, None, groups)


@given(
    n=st.integers(1, 60),
    n_splits=st.integers(2, 8),
    max_train_size=st.none() | st.integers(1, 20),
    test_size=st.none() | st.integers(1, 10),
    gap=st.integers(0, 10),
)
def test_time_series_split_cuts_as_scikit_learn_does(n, **params):
    assert_same_cuts("TimeSeriesSplit", range(n), **params)


SIZES = st.one_of(
    st.none(),
    st.integers(1, 30),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.sampled_from([0.1, 0.2, 0.25, 0.5, 0.75]),
)


@given(n=st.integers(1, 40), seed=SEEDS, test_size=SIZES, train_size=SIZES)
def test_shuffle_split_cuts_as_scikit_learn_does(n, seed, test_size, train_size):
    sizes = {"test_size": test_size, "train_size": train_size}
    assert_same_cuts("ShuffleSplit", range(n), n_splits=3, random_state=seed, **sizes)


@given(y=LABELS, seed=SEEDS, test_size=SIZES, train_size=SIZES)
def test_stratified_shuffle_split_cuts_as_scikit_learn_does(y, seed, test_size, train_size):
    sizes = {"test_size": test_size, "train_size": train_size}
    assert_same_cuts("StratifiedShuffleSplit", y, y, n_splits=3, random_state=seed, **sizes)


def test_many_classes_of_one_size_are_drawn_by_the_same_lots_as_scikit_learn_draws():
    y = np.repeat(np.arange(40), 10)
    for seed in range(20):
        assert_same_cuts("StratifiedShuffleSplit", y, y, test_size=0.33, random_state=seed)


def test_several_labels_for_a_sample_are_stratified_as_scikit_learn_does():
    y = np.array([[0, 1], [10, 1], [9, 0]] * 8)
    assert_same_cuts("StratifiedShuffleSplit", y, y, random_state=0, test_size=0.4)


@given(y=LABELS, seed=SEEDS, test_size=SIZES, train_size=SIZES, stratified=st.booleans())
def test_train_test_split_cuts_as_scikit_learn_does(y, seed, test_size, train_size, stratified):
    settings = {
        "test_size": test_size,
        "train_size": train_size,
        "random_state": seed,
        "stratify": y if stratified else None,
    }
    numbers = np.arange(len(y))

    def parts(library):
        try:
            X_train, X_test, y_train, y_test = library.train_test_split(numbers, y, **settings)
        except ValueError:
            return ValueError
        return X_train.tolist(), X_test.tolist(), y_train, y_test

    assert parts(ours) == parts(theirs)


@pytest.mark.parametrize("name", ["KFold", "StratifiedKFold", "GroupKFold"])
def test_a_random_state_object_is_advanced_as_scikit_learn_advances_it(name):
    y = np.repeat(["a", "b", "c", "d", "e", "f"], 5)
    mine, other = np.random.RandomState(3), np.random.RandomState(3)
    my_cv = getattr(ours, name)(shuffle=True, random_state=mine)
    other_cv = getattr(theirs, name)(shuffle=True, random_state=other)
    groups = y if name == "GroupKFold" else None
    for _ in range(3):
        assert lists_of(my_cv.split(y, y, groups)) == lists_of(other_cv.split(y, y, groups))
    assert mine.randint(10**6) == other.randint(10**6)


def test_without_a_seed_the_draws_come_from_numpys_global_generator():
    saved = np.random.get_state()
    try:
        np.random.seed(7)
        mine = lists_of(ours.ShuffleSplit(3).split(range(30)))
        np.random.seed(7)
        assert mine == lists_of(theirs.ShuffleSplit(3).split(range(30)))
    finally:
        np.random.set_state(saved)


# What folds must be


@given(y=LABELS, n_splits=st.integers(2, 6), seed=SEEDS)
def test_folds_test_each_sample_once_and_never_on_what_was_learned(y, n_splits, seed):
    assume(n_splits <= len(y))
    for train, test in (
        cuts := list(ours.KFold(n_splits, shuffle=True, random_state=seed).split(y))
    ):
        assert sorted([*train, *test]) == list(range(len(y)))
    assert sorted(np.concatenate([test for _, test in cuts])) == list(range(len(y)))


@given(
    sizes=st.lists(st.integers(6, 12), min_size=2, max_size=5),
    n_splits=st.integers(2, 6),
    seed=SEEDS,
)
def test_stratified_folds_differ_by_one_sample_of_a_class_at_most(sizes, n_splits, seed):
    y = np.random.RandomState(seed % 1000).permutation(np.repeat(np.arange(len(sizes)), sizes))
    cv = ours.StratifiedKFold(n_splits, shuffle=True, random_state=seed)
    counts = np.array([np.bincount(y[test], minlength=len(sizes)) for _, test in cv.split(y, y)])
    assert np.ptp(counts, axis=0).max() <= 1
    assert np.ptp(counts.sum(axis=1)) <= 1


@given(groups=LABELS, n_splits=st.integers(2, 4), seed=st.none() | SEEDS)
def test_no_group_is_in_train_and_test_at_once(groups, n_splits, seed):
    assume(len(set(groups)) >= n_splits)
    groups = np.array(groups)
    cv = ours.GroupKFold(n_splits, shuffle=seed is not None, random_state=seed)
    for train, test in cv.masks(groups, groups=groups):
        assert not set(groups[train]) & set(groups[test])


EVERY_SPLITTER = [
    ours.KFold(3),
    ours.StratifiedKFold(3, shuffle=True, random_state=0),
    ours.GroupKFold(3),
    ours.LeaveOneOut(),
    ours.LeaveOneGroupOut(),
    ours.TimeSeriesSplit(3),
    ours.ShuffleSplit(3, random_state=0),
    ours.StratifiedShuffleSplit(3, random_state=0, test_size=0.5),
]
SAMPLES = np.arange(24).reshape(12, 2)
NAMES = np.array(["Ada", "Bea", "Cy"] * 4)
SITTINGS = np.repeat([3, 1, 2, 0], 3)


def groups_for(cv):
    return SITTINGS if cv.uses_groups else None


@pytest.mark.parametrize("cv", EVERY_SPLITTER, ids=repr)
def test_masks_say_what_the_indices_say(cv):
    cuts = list(cv.split(SAMPLES, NAMES, groups_for(cv)))
    masks = list(cv.masks(SAMPLES, NAMES, groups_for(cv)))
    assert len(masks) == len(cuts) == cv.get_n_splits(SAMPLES, NAMES, groups_for(cv))
    for of_indices, of_masks in zip(cuts, masks, strict=True):
        for indices, mask in zip(of_indices, of_masks, strict=True):
            assert mask.dtype == bool
            assert mask.shape == (12,)
            assert np.flatnonzero(mask).tolist() == sorted(indices.tolist())


@pytest.mark.parametrize("cv", EVERY_SPLITTER, ids=repr)
def test_scikit_learn_takes_our_splitters_and_scores_as_with_its_own(cv):
    X, y = load_iris(return_X_y=True)
    their_kind = getattr(theirs, type(cv).__name__)
    same = their_kind(
        **{name: getattr(cv, name) for name in cv.__dataclass_fields__ if name != "_"}
    )
    groups = np.arange(len(y)) % 5 if cv.uses_groups else None
    score, expected = (
        theirs.cross_val_score(KNeighborsClassifier(), X, y, cv=each, groups=groups)
        for each in (cv, same)
    )
    assert score.tolist() == expected.tolist()


@pytest.mark.parametrize("cv", EVERY_SPLITTER, ids=repr)
def test_a_splitter_survives_pickle_and_a_search_that_clones_it(cv):
    search = theirs.GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1]}, cv=cv)
    for copied in (pickle.loads(pickle.dumps(cv)), sklearn_clone(search).cv):
        assert copied == cv
        assert repr(copied) == repr(cv)


@pytest.mark.parametrize("cv", EVERY_SPLITTER, ids=repr)
def test_the_repr_of_a_splitter_makes_it_again(cv):
    assert eval(repr(cv), vars(ours)) == cv


def test_a_splitter_counts_samples_in_arrays_lists_and_frames():
    for X in (SAMPLES, SAMPLES.tolist(), pd.DataFrame(SAMPLES), range(12)):
        assert lists_of(ours.KFold(3).split(X)) == lists_of(ours.KFold(3).split(range(12)))
    assert lists_of(ours.StratifiedKFold(3).split(None, NAMES)) == lists_of(
        ours.StratifiedKFold(3).split(SAMPLES, pd.Series(NAMES))
    )


# train_test_split


def test_train_test_split_keeps_the_type_of_what_it_cuts():
    frame = pd.DataFrame(SAMPLES, index=list("abcdefghijkl"))
    cut = ours.train_test_split(
        SAMPLES, frame, frame[0], list(NAMES), test_size=4, random_state=0, stratify=NAMES
    )
    expected = theirs.train_test_split(
        SAMPLES, frame, frame[0], list(NAMES), test_size=4, random_state=0, stratify=NAMES
    )
    assert [type(part) for part in cut] == [type(part) for part in expected]
    pd.testing.assert_frame_equal(cut[3], expected[3])
    pd.testing.assert_series_equal(cut[4], expected[4])
    assert cut[6] == expected[6]


def test_train_test_split_cuts_sparse_matrices_and_tuples():
    sparse = scipy.sparse.csr_array(SAMPLES)
    cut = ours.train_test_split(sparse, tuple(NAMES), random_state=0)
    expected = theirs.train_test_split(SAMPLES, NAMES, random_state=0)
    for part, whole in zip(cut[:2], expected[:2], strict=True):
        assert part.toarray().tolist() == whole.tolist()
    assert cut[2:] == [tuple(part) for part in expected[2:]]


def test_train_test_split_without_shuffle_tests_on_the_last_samples():
    train, test = ours.train_test_split(list("abcdefgh"), shuffle=False)
    assert (train, test) == (list("abcdef"), list("gh"))


def test_train_test_split_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="nothing to cut"):
        ours.train_test_split()
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 4\]"):
        ours.train_test_split([1, 2, 3], [1, 2, 3, 4])
    with pytest.raises(ValueError, match="stratify needs shuffle=True"):
        ours.train_test_split([1, 2, 3, 4], stratify=[0, 0, 1, 1], shuffle=False)
    with pytest.raises(ValueError, match="0 to learn from and 1 to test"):
        ours.train_test_split([1])


# check_cv


def test_a_number_of_folds_is_stratified_where_there_are_classes():
    assert ours.check_cv(None) == ours.KFold(5)
    assert ours.check_cv(np.int64(3), NAMES) == ours.KFold(3)
    assert ours.check_cv(3, NAMES, classifier=True) == ours.StratifiedKFold(3)
    assert ours.check_cv(3, [0.5, 1.5, 1.0], classifier=True) == ours.KFold(3)
    assert ours.check_cv(3, [[1, 0], [0, 1], [1, 1]], classifier=True) == ours.KFold(3)
    assert ours.check_cv(3, None, classifier=True) == ours.KFold(3)
    shuffled = ours.check_cv(3, shuffle=True, random_state=1)
    assert shuffled == ours.KFold(3, shuffle=True, random_state=1)


@pytest.mark.parametrize("cv", [ours.LeaveOneOut(), theirs.ShuffleSplit(2)])
def test_a_splitter_of_either_library_is_taken_as_it_is(cv):
    assert ours.check_cv(cv) is cv


def test_cuts_may_be_given_as_indices_or_as_masks_and_used_twice():
    mask = np.array([True, False, False, True])
    cv = ours.check_cv(iter([([0, 3], [1, 2]), (mask, ~mask)]))
    assert cv.get_n_splits() == 2
    for _ in range(2):
        assert lists_of(cv.split(range(4))) == [([0, 3], [1, 2])] * 2
    for train, test in cv.masks(range(4)):
        assert (train == mask).all()
        assert (test == ~mask).all()
    assert repr(cv) == "<2 given (train, test) pairs>"


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        ([], "no .train, test. pair"),
        ([[1, 2, 3]], "must hold .train, test. pairs"),
        ([([0, 9], [1])], "names sample 9, but there are only 4"),
        ([([True, False], [False, True])], "a mask for 2 samples, but there are 4"),
        ([([0.5], [1])], "one-dimensional indices or masks"),
    ],
)
def test_given_cuts_that_do_not_fit_are_refused(cuts, message):
    with pytest.raises(ValueError, match=message):
        ours.check_cv(cuts).split(range(4))


@pytest.mark.parametrize("cv", ["KFold", 2.5, object()])
def test_what_cannot_cut_is_refused(cv):
    with pytest.raises(ValueError, match="cannot cut samples: give a number of folds"):
        ours.check_cv(cv)


# Errors at the door


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ours.KFold(1), "n_splits=1 must be an int of at least 2"),
        (lambda: ours.KFold(2.0), "n_splits=2.0 must be an int"),
        (lambda: ours.TimeSeriesSplit(True), "n_splits=True must be an int"),
        (lambda: ours.TimeSeriesSplit(gap=-1), "gap=-1 must be an int of at least 0"),
        (lambda: ours.TimeSeriesSplit(test_size=0), "test_size=0 must be an int of at least 1"),
        (lambda: ours.TimeSeriesSplit(max_train_size=0), "max_train_size=0 must be an int"),
        (lambda: ours.KFold(random_state=0), "no effect without shuffle: set shuffle=True"),
        (
            lambda: ours.KFold(shuffle=True, random_state=np.random.default_rng()),
            "cannot be used to seed",
        ),
        (lambda: ours.ShuffleSplit(random_state="0"), "cannot be used to seed"),
        (lambda: ours.ShuffleSplit(0), "n_splits=0 must be an int of at least 1"),
        (lambda: ours.ShuffleSplit(test_size=1.5), "test_size=1.5 must be a float between 0 and 1"),
        (lambda: ours.ShuffleSplit(train_size=0), "train_size=0 must be a float between"),
        (lambda: ours.ShuffleSplit(train_size=True), "train_size=True must be a float between"),
        (lambda: ours.ShuffleSplit(test_size="half"), "test_size='half' must be a float between"),
    ],
)
def test_a_splitter_that_cannot_be_is_refused_when_it_is_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_shuffle_must_be_a_yes_or_a_no():
    with pytest.raises(TypeError, match="shuffle must be True or False; got 3"):
        ours.KFold(5, shuffle=3)


@pytest.mark.parametrize(
    ("cv", "data", "message"),
    [
        (ours.KFold(5), (range(4),), "needs at least 5 samples, got n_samples=4; ask for fewer"),
        (ours.LeaveOneOut(), ([1],), "needs at least 2 samples, got n_samples=1$"),
        (
            ours.GroupKFold(3),
            ("abab", None, list("abab")),
            "needs at least 3 groups, got n_groups=2",
        ),
        (ours.LeaveOneGroupOut(), ("aa", None, ["a", "a"]), "needs at least 2 groups"),
        (ours.GroupKFold(2), ("ab",), "'groups' parameter should not be None"),
        (ours.LeaveOneGroupOut(), ("ab",), "'groups' parameter should not be None"),
        (ours.StratifiedKFold(2), ("abab",), "give it y, the classes"),
        (ours.StratifiedKFold(3), ("abab", list("abab")), "the largest has 2"),
        (ours.StratifiedKFold(2), ("ab", [0.5, 1.5]), "Unknown label type: continuous"),
        (ours.StratifiedShuffleSplit(), ("aab", list("aab")), "has only 1 member"),
        (ours.StratifiedShuffleSplit(test_size=1), ("abab", list("abab")), "fewer than the 2"),
        (ours.ShuffleSplit(test_size=3, train_size=2), (range(4),), "they can be at most 4"),
        (ours.ShuffleSplit(test_size=0.5, train_size=0.75), ("ab",), "as shares, at most 1.0"),
        (ours.TimeSeriesSplit(5), (range(5),), "needs at least 6 samples, got n_samples=5"),
        (ours.TimeSeriesSplit(2, gap=2), (range(6),), "leave none of the 6 samples"),
        (ours.KFold(2), (range(4), range(3)), r"inconsistent numbers of samples: \[4, 3\]"),
        (ours.KFold(2), (None,), "'X' parameter should not be None"),
    ],
)
def test_samples_that_cannot_be_cut_are_refused_at_once(cv, data, message):
    # No loop: the error comes from split itself, not from the first cut.
    with pytest.raises(ValueError, match=message):
        cv.split(*data)


def test_a_class_with_fewer_samples_than_folds_is_told_with_a_warning():
    y = ["a"] * 5 + ["b"] * 2
    with pytest.warns(UserWarning, match="least populated class in y has only 2 members") as told:
        ours.StratifiedKFold(3).split(y, y)
    assert told[0].filename == __file__


@pytest.mark.parametrize("cv", [cv for cv in EVERY_SPLITTER if not cv.uses_groups], ids=repr)
def test_groups_that_a_splitter_ignores_are_told_with_a_warning(cv):
    with pytest.warns(UserWarning, match="groups parameter is ignored by") as told:
        cv.split(SAMPLES, NAMES, SITTINGS)
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match="groups parameter is ignored by") as told:
        cv.masks(SAMPLES, NAMES, SITTINGS)
    assert told[0].filename == __file__
