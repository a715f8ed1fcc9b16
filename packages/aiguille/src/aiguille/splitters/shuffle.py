"""Cuts drawn at random: their number and sizes are free, and their test sets may overlap.

`ShuffleSplit` draws, `StratifiedShuffleSplit` draws within each class, and `train_test_split`
cuts arrays by the first draw of either.
"""

from dataclasses import KW_ONLY, dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from aiguille.parameters import check_random_state
from aiguille.splitters.cuts import (
    Cuts,
    Seed,
    Size,
    Splitter,
    check_count,
    check_size,
    common_length,
)
from aiguille.splitters.dealing import stratified_draws, train_and_test_sizes
from aiguille.splitters.labels import check_enough_to_stratify, class_labels
from aiguille.validation import take_rows

__all__ = ["ShuffleSplit", "StratifiedShuffleSplit", "train_test_split"]


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
