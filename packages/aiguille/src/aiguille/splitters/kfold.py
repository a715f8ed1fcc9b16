"""Folds of independent samples: each sample is tested exactly once.

`KFold` is the simplest splitter, and the others differ from it only in how they give out the
numbers of the folds. `StratifiedKFold` gives every fold its share of every class; `LeaveOneOut`
has as many folds as there are samples.
"""

from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from aiguille.parameters import check_random_state
from aiguille.splitters.cuts import (
    Indices,
    Partition,
    Seed,
    check_count,
    check_enough,
    common_length,
)
from aiguille.splitters.dealing import even_folds, stratified_folds
from aiguille.splitters.labels import check_enough_of_each_class, class_labels

__all__ = ["BaseKFold", "KFold", "LeaveOneOut", "StratifiedKFold"]


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
