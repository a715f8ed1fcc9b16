"""Which samples to learn from, and which to keep for the exam.

A model that has seen the answers proves nothing by repeating them. To judge it honestly, we set
some samples aside (the *test* set), let it learn from the others (the *training* set), and count
its errors on those it has never seen. One such cut depends on luck, so *cross-validation* makes
several and takes the mean. A splitter knows one thing: how to cut.

Which one is honest depends on how the data came about. Are the samples independent of each
other? `KFold`, or `StratifiedKFold` when they have classes. Do they come in groups that resemble
each other, such as the photos of one sitting? `GroupKFold` or `LeaveOneGroupOut`, or the model
passes its exam by recognising the sitting. Do they follow each other in time?
`TimeSeriesSplit`: the future must not help to predict the past.

Read `cuts.Splitter` first: every splitter offers `split` (indices) and `masks` (booleans). Most
of them are *partitions*: each sample is tested exactly once, so the whole cut is one number for
each sample, its fold. `KFold` is the simplest, and the others differ only in how they give out
these numbers (`dealing.py` has the algorithms). `TimeSeriesSplit` and the shuffled ones choose
train and test for each cut. Last come `train_test_split`, for a single cut, and `check_cv`, which
turns what a user wrote into a splitter.

For the same arguments and seed, the folds are those of scikit-learn.
"""

import numbers
import warnings
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aiguille.cuts import (
    Cuts,
    GivenSplits,
    Indices,
    Partition,
    Seed,
    Size,
    Splitter,
    check_count,
    check_size,
    common_length,
)
from aiguille.dealing import (
    even_folds,
    stratified_draws,
    stratified_folds,
    train_and_test_sizes,
    whole_group_folds,
)
from aiguille.parameters import check_random_state
from aiguille.validation import check_class_labels, take_rows

__all__ = [
    "GroupKFold",
    "KFold",
    "LeaveOneGroupOut",
    "LeaveOneOut",
    "ShuffleSplit",
    "Splitter",
    "StratifiedKFold",
    "StratifiedShuffleSplit",
    "TimeSeriesSplit",
    "check_cv",
    "train_test_split",
]


@dataclass(frozen=True)
class BaseKFold(Partition):
    """What the partitions into a chosen number of folds have in common: their parameters."""

    n_splits: int = 5
    _: KW_ONLY
    shuffle: bool = False
    random_state: Seed = None

    def __post_init__(self) -> None:
        check_count("n_splits", self.n_splits, at_least=2)
        if not isinstance(self.shuffle, bool | np.bool_):
            raise TypeError(f"shuffle must be True or False; got {self.shuffle!r}")
        if self.random_state is not None and not self.shuffle:
            raise ValueError(
                f"random_state={self.random_state!r} has no effect without shuffle: "
                "set shuffle=True, or leave random_state out"
            )
        check_random_state(self.random_state)

    def _random(self) -> np.random.RandomState | None:
        return check_random_state(self.random_state) if self.shuffle else None


class KFold(BaseKFold):
    """Cut the samples into folds of equal size; each is the test set once.

    Where `n_samples` is no multiple of `n_splits`, the first folds get one sample more.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2.
    shuffle : bool, default=False
        Whether to mix the samples first. Do so where their order means something that the folds
        should not depend on, for one in data sorted by class.
    random_state : int, RandomState or None, default=None
        The seed of the shuffle. An int gives the same folds each time.

    Examples
    --------
    >>> cv = KFold(n_splits=2, shuffle=True, random_state=0)
    >>> cv
    KFold(n_splits=2, shuffle=True, random_state=0)
    >>> [test.tolist() for train, test in cv.split(range(4))]
    [[2, 3], [0, 1]]
    """

    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        check_enough(self, "samples", n_samples, self.n_splits)
        return even_folds(n_samples, self.n_splits, self._random())


class StratifiedKFold(BaseKFold):
    """Cut like `KFold`, and give every fold its share of every class.

    With 40 people and 10 photos of each, five folds hold two photos of everyone: nobody is
    missing from the training set, and the error varies less from fold to fold.

    Parameters
    ----------
    n_splits, shuffle, random_state
        As for `KFold`; `shuffle` mixes the samples within each class.

    References
    ----------
    Kohavi (1995), "A study of cross-validation and bootstrap for accuracy estimation and model
    selection", IJCAI.

    Examples
    --------
    >>> names = np.array(["Ada", "Ada", "Ada", "Ada", "Bob", "Bob"])
    >>> for train, test in StratifiedKFold(n_splits=2).split(names, names):
    ...     print(names[test])
    ['Ada' 'Ada' 'Bob']
    ['Ada' 'Ada' 'Bob']
    """

    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        labels = class_labels(y, type(self).__name__)
        check_enough(self, "samples", n_samples, self.n_splits)
        _, first, codes, sizes = np.unique(
            labels, return_index=True, return_inverse=True, return_counts=True
        )
        check_enough_of_each_class(sizes, self.n_splits)
        # Classes take their turn in the order of their first samples, whatever their names.
        turn_of_class = np.argsort(np.argsort(first))
        return stratified_folds(turn_of_class[codes], self.n_splits, self._random())


class GroupKFold(BaseKFold):
    """Cut into folds that never tear a group apart.

    Photos of one sitting share light, pose and haircut. If some of them are in the training set,
    the others are too easy an exam; so all go to the same fold.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2 and at most the number of groups.
    shuffle : bool, default=False
        False: the largest group comes first, and each goes to the fold that is smallest so far,
        so that the folds have about as many *samples*. True: groups are mixed, and the folds have
        about as many *groups*.
    random_state : int, RandomState or None, default=None
        The seed of the shuffle.

    Examples
    --------
    >>> sittings = ["May", "May", "May", "June", "June", "July"]
    >>> [test.tolist() for train, test in GroupKFold(n_splits=2).split(sittings, groups=sittings)]
    [[0, 1, 2], [3, 4, 5]]
    """

    uses_groups = True

    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        group_of, n_groups = group_codes(groups, type(self).__name__)
        check_enough(self, "groups", n_groups, self.n_splits)
        if self.shuffle:
            fold_of_group = even_folds(n_groups, self.n_splits, self._random())
        else:
            fold_of_group = whole_group_folds(np.bincount(group_of), self.n_splits)
        return fold_of_group[group_of]


@dataclass(frozen=True)
class LeaveOneOut(Partition):
    """Test each sample alone, after learning from all the others.

    It wastes no sample, and costs as many fits as there are samples.

    Examples
    --------
    >>> [test.tolist() for train, test in LeaveOneOut().split(range(3))]
    [[0], [1], [2]]
    """

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Count the samples."""
        return common_length(X, y, groups)

    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        check_enough(self, "samples", n_samples, 2)
        return np.arange(n_samples)


@dataclass(frozen=True)
class LeaveOneGroupOut(Partition):
    """Test each group alone, after learning from all the others.

    It answers: how well does the model do in a sitting, a hospital, a year, that it never saw?

    Examples
    --------
    >>> sittings = ["May", "June", "May", "June"]
    >>> for train, test in LeaveOneGroupOut().masks(sittings, groups=sittings):
    ...     print(train, test)
    [ True False  True False] [False  True False  True]
    [False  True False  True] [ True False  True False]
    """

    uses_groups = True

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """Count the groups."""
        return group_codes(groups, type(self).__name__)[1]

    def _fold_of_each_sample(self, n_samples: int, y: Any, groups: Any) -> Indices:
        group_of, n_groups = group_codes(groups, type(self).__name__)
        check_enough(self, "groups", n_groups, 2)
        return group_of


@dataclass(frozen=True)
class TimeSeriesSplit(Splitter):
    """Learn from the past, test on what came next; the samples must be in order of time.

    Parameters
    ----------
    n_splits : int, default=5
        Number of cuts, at least 2.
    max_train_size : int or None, default=None
        Learn from the latest so many samples; None for all of the past.
    test_size : int or None, default=None
        Samples in each test set; None for `n_samples // (n_splits + 1)`.
    gap : int, default=0
        Samples to leave out between train and test, where neighbours in time resemble each other.

    Examples
    --------
    >>> for train, test in TimeSeriesSplit(n_splits=2, gap=1).split(range(6)):
    ...     print(train, test)
    [0] [2 3]
    [0 1 2] [4 5]
    """

    n_splits: int = 5
    _: KW_ONLY
    max_train_size: int | None = None
    test_size: int | None = None
    gap: int = 0

    def __post_init__(self) -> None:
        check_count("n_splits", self.n_splits, at_least=2)
        check_count("gap", self.gap, at_least=0)
        if self.max_train_size is not None:
            check_count("max_train_size", self.max_train_size, at_least=1)
        if self.test_size is not None:
            check_count("test_size", self.test_size, at_least=1)

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        check_enough(self, "samples", n_samples, self.n_splits + 1)
        test_size = n_samples // (self.n_splits + 1) if self.test_size is None else self.test_size
        first_test = n_samples - self.n_splits * test_size
        if first_test <= self.gap:
            raise ValueError(
                f"n_splits={self.n_splits} test sets of {test_size} samples and gap={self.gap} "
                f"leave none of the {n_samples} samples to learn from: "
                "ask for fewer splits, a smaller test_size or a smaller gap"
            )
        longest = n_samples if self.max_train_size is None else self.max_train_size
        time = np.arange(n_samples)
        return (
            (time[max(0, start - self.gap - longest) : start - self.gap], time[start:][:test_size])
            for start in range(first_test, n_samples, test_size)
        )


@dataclass(frozen=True)
class ShuffleSplit(Splitter):
    """Draw a training set and a test set at random, again for each cut.

    Unlike folds, the test sets of two cuts may overlap, and their number and size are free.

    Parameters
    ----------
    n_splits : int, default=10
        Number of cuts.
    test_size, train_size : float, int or None, default=None
        A float between 0 and 1 is a share of the samples (rounded up for test, down for train), an
        int is their number. None is what the other leaves; if both are None, a tenth is tested.
    random_state : int, RandomState or None, default=None
        The seed of the draws. An int gives the same cuts each time.

    Examples
    --------
    >>> cv = ShuffleSplit(n_splits=2, test_size=1, random_state=0)
    >>> for train, test in cv.split(range(4)):
    ...     print(train, test)
    [3 1 0] [2]
    [2 1 3] [0]
    """

    n_splits: int = 10
    _: KW_ONLY
    test_size: Size = None
    train_size: Size = None
    random_state: Seed = None

    def __post_init__(self) -> None:
        check_count("n_splits", self.n_splits, at_least=1)
        check_size("test_size", self.test_size)
        check_size("train_size", self.train_size)
        check_random_state(self.random_state)

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        n_train, n_test = train_and_test_sizes(n_samples, self.train_size, self.test_size, 0.1)
        random = check_random_state(self.random_state)
        orders = (random.permutation(n_samples) for _ in range(self.n_splits))
        return ((order[n_test : n_test + n_train], order[:n_test]) for order in orders)


class StratifiedShuffleSplit(ShuffleSplit):
    """Draw like `ShuffleSplit`, with each class's share the same in train and test.

    Parameters
    ----------
    n_splits, test_size, train_size, random_state
        As for `ShuffleSplit`.

    Examples
    --------
    >>> names = np.array(["Ada", "Ada", "Ada", "Ada", "Bob", "Bob"])
    >>> cv = StratifiedShuffleSplit(n_splits=1, test_size=3, random_state=0)
    >>> for train, test in cv.split(names, names):
    ...     print(np.sort(names[train]), np.sort(names[test]))
    ['Ada' 'Ada' 'Bob'] ['Ada' 'Ada' 'Bob']
    """

    def _cut(self, n_samples: int, y: Any, groups: Any) -> Cuts:
        n_train, n_test = train_and_test_sizes(n_samples, self.train_size, self.test_size, 0.1)
        if np.ndim(y) == 2:  # Several labels each: samples with the same ones are a class.
            y = [" ".join(row) for row in np.asarray(y).astype(str)]
        labels = class_labels(y, type(self).__name__)
        _, codes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
        check_enough_to_stratify(sizes, n_train, n_test)
        random = check_random_state(self.random_state)
        return islice(stratified_draws(codes, n_train, n_test, random), self.n_splits)


def train_test_split(
    *arrays: Any,
    test_size: Size = None,
    train_size: Size = None,
    random_state: Seed = None,
    shuffle: bool = True,
    stratify: ArrayLike | None = None,
) -> list[Any]:
    """Cut arrays once into train and test, all in the same way.

    Parameters
    ----------
    *arrays : arrays, lists, data frames or sparse matrices of the same length
        What to cut. Each part has the type of what it was cut from.
    test_size, train_size : float, int or None, default=None
        A float between 0 and 1 is a share of the samples, an int is their number. None is what
        the other leaves; if both are None, a quarter is tested.
    random_state : int, RandomState or None, default=None
        The seed of the draw. An int gives the same cut each time.
    shuffle : bool, default=True
        False takes the first samples to train and the last to test.
    stratify : array-like of shape (n_samples,), default=None
        Classes whose shares are to be the same in train and test.

    Returns
    -------
    list
        Train and test of the first array, train and test of the second, and so on.

    Raises
    ------
    ValueError
        If there is nothing to cut, the lengths differ, or the sizes cannot be had.

    Examples
    --------
    >>> X, y = np.arange(8).reshape(4, 2), ["a", "b", "a", "b"]
    >>> X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=2, stratify=y,
    ...                                                     random_state=0)
    >>> sorted(y_train), sorted(y_test)
    (['a', 'b'], ['a', 'b'])
    """
    if not arrays:
        raise ValueError("train_test_split got nothing to cut: give it at least one array")
    n_samples = common_length(*arrays)
    check_size("test_size", test_size)
    check_size("train_size", train_size)
    n_train, n_test = train_and_test_sizes(n_samples, train_size, test_size, 0.25)
    if shuffle:
        kind = ShuffleSplit if stratify is None else StratifiedShuffleSplit
        cv = kind(1, test_size=n_test, train_size=n_train, random_state=random_state)
        train, test = next(cv.split(arrays[0], stratify))
    elif stratify is None:
        train, test = np.split(np.arange(n_train + n_test), [n_train])
    else:
        raise ValueError("stratify needs shuffle=True: a cut at one place cannot keep the shares")
    return [part for array in arrays for part in (take_rows(array, train), take_rows(array, test))]


# Else pytest takes an imported train_test_split for a test.
train_test_split.__test__ = False  # type: ignore[attr-defined]


def check_cv(
    cv: Any = 5,
    y: Any = None,
    *,
    classifier: bool = False,
    shuffle: bool = False,
    random_state: Seed = None,
) -> Any:
    """Turn what the user gave as `cv` into a splitter.

    Parameters
    ----------
    cv : int, splitter, iterable of (train, test) or None, default=5
        A number of folds, or anything with a method `split`, or the cuts themselves, as indices
        or as masks. None means 5.
    y : array-like of shape (n_samples,), default=None
        The targets.
    classifier : bool, default=False
        Whether they are classes: then a number of folds means `StratifiedKFold`, else `KFold`.
    shuffle, random_state
        Handed to the folds when `cv` is a number or None.

    Returns
    -------
    splitter
        An object with the methods `split` and `get_n_splits`.

    Raises
    ------
    ValueError
        If `cv` is none of these.

    Examples
    --------
    >>> check_cv(3)
    KFold(n_splits=3, shuffle=False, random_state=None)
    >>> check_cv(3, ["a", "b", "a"], classifier=True)
    StratifiedKFold(n_splits=3, shuffle=False, random_state=None)
    """
    if cv is None:
        cv = 5
    if isinstance(cv, numbers.Integral):
        kind = StratifiedKFold if classifier and are_classes(y) else KFold
        return kind(int(cv), shuffle=shuffle, random_state=random_state)
    if hasattr(cv, "split") and not isinstance(cv, str):
        return cv
    if isinstance(cv, Iterable) and not isinstance(cv, str):
        return GivenSplits(tuple(cv))
    raise ValueError(
        f"cv={cv!r} cannot cut samples: give a number of folds, a splitter such as KFold(5), "
        "or an iterable of (train, test) pairs, each of indices or of masks"
    )


# Labels, and checks at the door


def class_labels(y: Any, splitter: str) -> NDArray[Any]:
    """Give the class of each sample."""
    if y is None:
        raise ValueError(f"{splitter} shares out the classes evenly: give it y, the classes")
    labels = np.asarray(y)
    return check_class_labels(labels.ravel() if labels.shape[1:] == (1,) else labels)


def are_classes(y: Any) -> bool:
    """Whether y names one class for each sample, and is no quantity."""
    try:
        class_labels(y, "a classifier")
    except ValueError:
        return False
    return True


def group_codes(groups: Any, splitter: str) -> tuple[Indices, int]:
    """Give the groups numbers 0, 1, 2 ... in sorted order; also count them."""
    if groups is None:
        raise ValueError(
            f"The 'groups' parameter should not be None: {splitter} keeps groups together, "
            "so give the group of each sample"
        )
    labels = np.asarray(groups)
    if labels.ndim != 1:
        raise ValueError(f"groups must name one group for each sample; got shape {labels.shape}")
    names, codes = np.unique(labels, return_inverse=True)
    return codes, len(names)


def check_enough(cv: Splitter, things: str, found: int, needed: int) -> None:
    """Refuse more cuts than there are samples or groups."""
    if found < needed:
        advice = f"; ask for fewer than {cv.n_splits} splits" if hasattr(cv, "n_splits") else ""
        raise ValueError(f"{cv!r} needs at least {needed} {things}, got n_{things}={found}{advice}")


def check_enough_of_each_class(class_sizes: Indices, n_splits: int) -> None:
    """Refuse, or warn, where folds must go without a class."""
    if class_sizes.max() < n_splits:
        raise ValueError(
            f"n_splits={n_splits} cannot be greater than the number of members in each class: "
            f"the largest has {class_sizes.max()}; ask for at most so many folds, or use KFold"
        )
    if class_sizes.min() < n_splits:
        warnings.warn(
            f"The least populated class in y has only {class_sizes.min()} members, which is less "
            f"than n_splits={n_splits}: some folds cannot test it",
            UserWarning,
            stacklevel=5,
        )


def check_enough_to_stratify(class_sizes: Indices, n_train: int, n_test: int) -> None:
    """Refuse a cut that cannot have every class on both sides."""
    if class_sizes.min() < 2:
        raise ValueError(
            f"The least populated class in y has only {class_sizes.min()} member: each needs at "
            "least 2, one to learn from and one to test; leave it out, or do not stratify"
        )
    for name, n in (("train", n_train), ("test", n_test)):
        if n < len(class_sizes):
            raise ValueError(
                f"{n} samples to {name} are fewer than the {len(class_sizes)} classes: "
                f"ask for at least one for each"
            )
