"""Folds that never tear a group apart, such as the photos of one sitting.

`GroupKFold` puts several groups into each fold, `LeaveOneGroupOut` one. Both number the groups
first (`group_codes`), then give each group a fold.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from aiguille.splitters.cuts import Indices, Partition, check_enough
from aiguille.splitters.dealing import even_folds, whole_group_folds
from aiguille.splitters.kfold import BaseKFold

__all__ = ["GroupKFold", "LeaveOneGroupOut"]


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
