"""Samples dealt out like cards: the small algorithms behind the splitters.

Pure functions on arrays, which know neither splitters nor estimators. The first three give each
sample the number of its fold: in equal parts, with the classes kept in proportion, with the groups
kept whole. The others serve random draws: how many samples, how many of each class, and which.

``random`` is a `numpy.random.RandomState`. What is drawn from it, and in which order, is what
scikit-learn draws, so that a seed means the same folds there and here.
"""

import math
import numbers
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
Random = np.random.RandomState

__all__ = [
    "even_folds",
    "stratified_draws",
    "stratified_folds",
    "train_and_test_sizes",
    "whole_group_folds",
]


def even_folds(n: int, n_folds: int, random: Random | None = None) -> Indices:
    """Give ``n`` things fold numbers 0 0 0 1 1 2 2: sizes differ by one at most, large first.

    Examples
    --------
    >>> even_folds(7, 3)
    array([0, 0, 0, 1, 1, 2, 2])
    """
    sizes = n // n_folds + (np.arange(n_folds) < n % n_folds)
    order = np.arange(n) if random is None else random.permutation(n)
    folds = np.empty(n, dtype=np.intp)
    folds[order] = np.repeat(np.arange(n_folds), sizes)
    return folds


def stratified_folds(codes: Indices, n_folds: int, random: Random | None = None) -> Indices:
    """Give samples of classes 0, 1, 2 ... fold numbers, so that folds share each class evenly.

    Examples
    --------
    >>> stratified_folds(np.array([0, 0, 0, 0, 1, 1]), 2)
    array([0, 0, 1, 1, 0, 1])
    """
    folds = np.empty(len(codes), dtype=np.intp)
    dealt = 0
    for k, size in enumerate(np.bincount(codes)):
        # One card to each fold in turn. The next class goes on where this one ends: were each
        # to begin with the first fold, that one would collect all the remainders.
        hand = np.sort(np.arange(dealt, dealt + size) % n_folds)
        if random is not None:
            random.shuffle(hand)
        folds[codes == k] = hand
        dealt += size
    return folds


def whole_group_folds(group_sizes: Indices, n_folds: int) -> Indices:
    """Give groups fold numbers: the largest first, each to the fold that is smallest so far.

    References
    ----------
    Graham (1969), "Bounds on multiprocessing timing anomalies", SIAM J. Appl. Math. 17(2): the
    same rule hands out jobs to machines, and no fold gets more than 4/3 of what it must.

    Examples
    --------
    >>> whole_group_folds(np.array([1, 4, 2, 1]), 2)
    array([1, 0, 1, 1])
    """
    fold_of_group = np.empty(len(group_sizes), dtype=np.intp)
    fold_sizes = np.zeros(n_folds, dtype=np.intp)
    for group in np.argsort(group_sizes, kind="stable")[::-1]:
        smallest = fold_sizes.argmin()
        fold_of_group[group] = smallest
        fold_sizes[smallest] += group_sizes[group]
    return fold_of_group


def train_and_test_sizes(
    n_samples: int, train_size: float | None, test_size: float | None, default_test_size: float
) -> tuple[int, int]:
    """Turn shares of the samples (float) or numbers of them (int) into two numbers.

    A share is rounded down for training and up for testing; None is what the other leaves.

    Raises
    ------
    ValueError
        If one of them would be empty, or both together need more than there are.

    Examples
    --------
    >>> train_and_test_sizes(10, train_size=None, test_size=0.25, default_test_size=0.1)
    (7, 3)
    """
    if train_size is None and test_size is None:
        test_size = default_test_size
    n_train = number_of(train_size, n_samples, math.floor)
    n_test = number_of(test_size, n_samples, math.ceil)
    if n_train is None:
        n_train = n_samples - (n_test or 0)
    if n_test is None:
        n_test = n_samples - n_train
    sizes = [size for size in (train_size, test_size) if size is not None]
    shares = [size for size in sizes if not isinstance(size, numbers.Integral)]
    if n_train < 1 or n_test < 1 or n_train + n_test > n_samples or sum(shares) > 1:
        raise ValueError(
            f"train_size={train_size} and test_size={test_size} of {n_samples} samples mean "
            f"{n_train} to learn from and {n_test} to test: each must be at least 1, and together "
            f"they can be at most {n_samples} (or, as shares, at most 1.0); adjust the sizes"
        )
    return n_train, n_test


def number_of(size: float | None, n_samples: int, rounded: Callable[[float], int]) -> int | None:
    """Turn a share of the samples into their number."""
    if size is None or isinstance(size, numbers.Integral):
        return None if size is None else int(size)
    return rounded(size * n_samples)


def stratified_draws(
    codes: Indices, n_train: int, n_test: int, random: Random
) -> Iterator[tuple[Indices, Indices]]:
    """Draw train and test for ever, each with the classes 0, 1, 2 ... in proportion."""
    class_sizes = np.bincount(codes)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(class_sizes)[:-1])
    while True:
        in_train = seats(n_train, class_sizes, random)
        in_test = seats(n_test, class_sizes - in_train, random)
        mixed = [random.permutation(of_class) for of_class in members]
        train = [m[:a] for m, a in zip(mixed, in_train, strict=True)]
        test = [m[a : a + b] for m, a, b in zip(mixed, in_train, in_test, strict=True)]
        # Mixed once more, or the samples would come out class by class.
        yield random.permutation(np.concatenate(train)), random.permutation(np.concatenate(test))


def seats(n_seats: int, class_sizes: Indices, random: Random) -> Indices:
    """Share seats among classes by largest remainder; between equal ones the lot decides.

    Examples
    --------
    >>> seats(5, np.array([62, 30, 8]), np.random.RandomState(0))
    array([3, 2, 0])
    """
    exact = class_sizes / class_sizes.sum() * n_seats
    given = np.floor(exact)
    remainders = exact - given
    for remainder in np.unique(remainders)[::-1]:
        left = int(n_seats - given.sum())
        if left == 0:
            break
        tied = np.flatnonzero(remainders == remainder)
        given[random.choice(tied, min(left, len(tied)), replace=False)] += 1
    result: Indices = given.astype(np.intp)
    return result
